'use strict';
// All about one trial, beside the page. What its runs printed, and why it was proposed, is
// taken from the text of the page where that has it.

const panel = {
  node: null,
  from: null,

  pairs(rows) {
    return element('table', {},
        element('tbody', {}, ...rows.filter(([, text]) => text !== '' && text != null)
            .map(([name, text]) => element('tr', {},
                element('th', {scope: 'row'}, name), element('td', {}, String(text))))));
  },

  runs(t) {
    const seconds = (x) => (x ? `${short(+x.toPrecision(3))} s` : '');
    return t.r.map((r, i) => this.pairs([
      [`run ${i}`, `${r.o}, seed ${r.s}`],
      ['value', short(r.v)],
      ['time', seconds(r.w) + (r.u ? ` (cpu ${seconds(r.u)})` : '')],
      ['memory', r.m ? `${short(Math.round(r.m / 1e6))} MB` : ''],
      ['cost', short(r.c)],
      ['exit', r.g ? `signal ${r.g}` : r.e ? String(r.e) : ''],
      ['attempts', short(r.a)],
      ['reason', r.r],
      ['reports', r.x ? `${r.of || r.x.length}, the last ${short(r.y[r.y.length - 1])} at ${data.step} ${short(r.x[r.x.length - 1])}` : ''],
    ]));
  },

  told(t) {
    const details = document.getElementById(`t${t.i}`);
    return details ? [...details.cloneNode(true).children].slice(1) : [];
  },

  open(id) {
    const t = trialOf.get(id);
    if (!t) return;
    this.close();
    this.from = document.activeElement;
    const told = this.told(t);
    const rows = data.params.map((p, k) => [p.name, valueText(t, k)]);
    this.node = element('aside', {class: 'panel', role: 'dialog', 'aria-label': `trial ${id}`, tabindex: -1},
        element('button', {type: 'button', onclick: () => this.close()}, 'close'),
        element('h2', {}, summary(t)),
        element('p', {class: 'note'},
            [t.l, t.g, t.se && `standard error ${short(t.se)}`,
              `proposed when ${t.d || 0} trials were finished`].filter(Boolean).join('; ')),
        this.pairs(rows), this.pairs(data.numbers.map((name, k) => [name, short(t.m && t.m[k])])), ...this.runs(t), ...curves.small(t),
        ...(told.length ? told : t.cmd ? [element('h4', {}, 'command'), element('pre', {}, t.cmd)] : []));
    document.body.append(this.node);
    this.node.focus();
    state.change({lit: id});
  },

  close() {
    if (!this.node) return;
    this.node.remove();
    this.node = null;
    if (this.from) this.from.focus({preventScroll: true});
  },

  start() {
    addEventListener('keydown', (e) => e.key === 'Escape' && this.close());
    document.addEventListener('click', (e) => {
      const mark = e.target.closest('[data-t], [data-row]');
      if (mark) this.open(+(mark.dataset.t || mark.dataset.row));
      else if (this.node && !e.target.closest('.panel')) this.close();
    });
  },
};
