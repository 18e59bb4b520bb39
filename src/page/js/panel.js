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
      ['promoted', r.l ? `${short(r.l)} times, to ${short(r.b)} steps` : r.b ? `to ${short(r.b)} steps at first` : ''],
      ['exit', r.g ? `signal ${r.g}` : r.e ? String(r.e) : ''],
      ['attempts', short(r.a)],
      ['reason', r.r],
      ['host', r.h],
      ['notes', r.n],
      ['answers', r.q],
      ['reports', r.x ? `${r.of || r.x.length}, the last ${short(r.y[r.y.length - 1])} at ${data.step} ${short(r.x[r.x.length - 1])}` : ''],
    ]));
  },

  told(t) {
    const details = document.getElementById(`t${t.i}`);
    return details ? [...details.cloneNode(true).children].slice(1) : [];
  },

  // Of a trial that the page does not tell of in full.
  rest(t) {
    const why = t.why === 0 ? data.why : t.why || 'why\n  hpsearch show DIR --trial N --why says it';
    const command = t.cmd || `hpsearch show DIR --trial ${t.i} has it`;
    return [['command', command], ['files', t.f], ['proposal', why]].filter(([, text]) => text)
        .flatMap(([name, text]) => [element('h4', {}, name), element('pre', {}, text)])
        .concat(element('p', {class: 'note'}, 'Its output is not here: that of the best and of those that failed is.'));
  },

  open(id) {
    const t = trialOf.get(id);
    if (!t) return;
    this.close();
    this.from = document.activeElement;
    const told = this.told(t);
    const rows = data.order.map((k) => [data.params[k].name, valueText(t, k)]);
    this.node = element('aside', {class: 'panel', role: 'dialog', 'aria-label': `trial ${id}`, tabindex: -1},
        element('button', {type: 'button', onclick: () => this.close()}, 'close'),
        element('h2', {}, summary(t)),
        element('p', {class: 'note'},
            [t.l, t.g, t.se && `standard error ${short(t.se)}`,
              `proposed when ${t.d || 0} trials were finished`].filter(Boolean).join('; ')),
        this.pairs(rows),
        ...(data.shown && !told.length ? [element('p', {class: 'note'}, `Here: ${data.shown}.`)] : []),
        this.pairs(data.numbers.map((name, k) => [name, short(t.m && t.m[k])])), ...this.runs(t), ...curves.small(t),
        ...(told.length ? told : this.rest(t)));
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
