'use strict';
// The pictures that are on the page already: what is pointed at says which trial it is, and
// is lit in all of them; what the brushes leave out is faint.

const marks = {
  tip: element('div', {class: 'tip', role: 'status', hidden: ''}),

  show(t, x, y) {
    const values = data.order.filter((k) => !data.params[k].fixed && t.p[k] != null).map((k) => `\n${data.params[k].name}: ${valueText(t, k)}`);
    this.tip.textContent = summary(t) + values.slice(0, 12).join('');
    this.tip.hidden = false;
    const box = this.tip.getBoundingClientRect();
    this.tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - box.width - 8))}px`;
    this.tip.style.top = `${Math.max(4, Math.min(y + 14, innerHeight - box.height - 8))}px`;
  },

  point(e) {
    const mark = e.target.closest && e.target.closest('[data-t], [data-row]');
    const id = mark ? +(mark.dataset.t || mark.dataset.row) : null;
    if (id !== state.lit) state.change({lit: id});
    if (mark && mark.dataset.t && trialOf.has(id)) this.show(trialOf.get(id), e.clientX, e.clientY);
    else this.tip.hidden = true;
  },

  start() {
    document.body.append(this.tip);
    document.addEventListener('pointermove', (e) => this.point(e));
    state.listeners.push((what) => {
      if ('lit' in what) {
        document.querySelectorAll('.lit').forEach((e) => e.classList.remove('lit'));
        document.querySelectorAll(`[data-t="${what.lit}"], [data-row="${what.lit}"]`)
            .forEach((e) => e.classList.add('lit'));
      }
      if ('kept' in what) {
        document.querySelectorAll('[data-t]').forEach((e) =>
          e.classList.toggle('faint', what.kept != null && !what.kept.has(+e.dataset.t)));
      }
    });
  },
};
