'use strict';
// The table of trials: all of them, sorted by any column, only those that the brushes
// leave. Arrow keys move, Enter opens.

const table = {
  key: null,
  down: false,
  body: document.querySelector('#ranking tbody'),

  columns() {
    return [
      {name: 'rank', of: (t) => t.k, text: (t) => short(t.k)},
      {name: 'trial', of: (t) => t.i, text: (t) => String(t.i)},
      {name: 'outcome', of: (t) => t.o, text: (t) => t.o},
      {name: data.metric || 'value', of: (t) => t.v, text: (t) => figures(t.v, data.digits)},
      ...data.order.map((k) => ({
        name: data.params[k].name,
        of: (t) => t.p[k],
        text: (t) => (t.p[k] == null || data.params[k].fixed ? '' : valueText(t, k, data.params[k].digits)),
      })),
      ...data.numbers.slice(0, data.listed).map((name, k) => ({
        name,
        of: (t) => t.m && t.m[k],
        text: (t) => figures(t.m && t.m[k], data.numberDigits[k]),
      })),
    ];
  },

  // What has no value stands last, whichever way.
  compare(column) {
    const sign = this.down ? -1 : 1;
    return (a, b) => {
      const x = column.of(a);
      const y = column.of(b);
      if (x == null || y == null) return (x == null) - (y == null) || a.i - b.i;
      return sign * (x < y ? -1 : x > y ? 1 : 0) || a.i - b.i;
    };
  },

  rows() {
    const kept = data.trials.filter((t) => !state.kept || state.kept.has(t.i));
    return this.key == null ? kept : kept.sort(this.compare(this.columns()[this.key]));
  },

  draw() {
    const columns = this.columns();
    const rows = this.rows();
    this.body.replaceChildren(
        ...rows.map((t) => element('tr', {'data-row': t.i, tabindex: 0},
            ...columns.map((c) => element('td', {}, c.text(t))))));
    document.getElementById('shown').textContent =
        `${rows.length} of ${data.total} trials` +
        (data.trials.length < data.total ? ` (the first ${data.trials.length} are on this page; results.csv has all)` : '') +
        (data.shown ? `; columns: ${data.shown}` : '') +
        ' – an empty cell is a parameter that is not active, or has but one value; Enter or a click opens a trial.';
  },

  sort(k) {
    this.down = this.key === k && !this.down;
    this.key = k;
    document.querySelectorAll('#ranking thead th').forEach((th, i) => {
      th.setAttribute('aria-sort', i !== k ? 'none' : this.down ? 'descending' : 'ascending');
      th.firstChild.lastChild.textContent = i !== k ? '' : this.down ? ' ▾' : ' ▴';
    });
    this.draw();
  },

  start() {
    if (!this.body) return;
    document.querySelector('#ranking thead tr').replaceChildren(...this.columns().map((column, k) =>
      element('th', {'scope': 'col', 'aria-sort': 'none'},
          element('button', {type: 'button', onclick: () => this.sort(k)}, column.name,
              element('span', {'aria-hidden': 'true'})))));
    this.body.addEventListener('keydown', (e) => {
      const row = e.target.closest('tr');
      const to = {ArrowDown: row.nextSibling, ArrowUp: row.previousSibling}[e.key];
      if (to) to.focus();
      if (e.key === 'Enter') panel.open(+row.dataset.row);
      if (to || e.key === 'Enter') e.preventDefault();
    });
    state.listeners.push((what) => 'kept' in what && this.draw());
    this.draw();
  },
};
