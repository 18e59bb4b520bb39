'use strict';
// Parallel coordinates: an axis for each parameter and one for the metric, a line for each
// trial that has a value. A brush on an axis keeps those that pass it, here and in the table.

const parallel = {
  brushed: new Map(),

  // As many as page/parallel.c has.
  shown() {
    return data.order.filter((k) => !data.params[k].fixed).slice(0, 30);
  },

  more() {
    return data.order.filter((k) => !data.params[k].fixed).length > 30;
  },

  axes() {
    const list = this.shown().map((k) => {
      const p = data.params[k];
      return {name: p.name, log: p.log, names: p.names, range: p.range, of: (t) => t.p[k]};
    });
    list.push({name: data.metric, log: data.log, range: data.range, of: (t) => t.v});
    return list;
  },

  scale(axis, height) {
    const range = [height, 0];
    if (axis.names) return d3.scalePoint(axis.names.map((_, i) => i), range).padding(0.3);
    return (axis.log ? d3.scaleLog : d3.scaleLinear)(axis.range, range).clamp(true);
  },

  // What is not active has a place of its own, below the axis.
  y(axis, t) {
    const v = axis.of(t);
    const y = typeof v === 'number' ? axis.scale(v) : NaN;
    return Number.isFinite(y) ? y : this.height + 18;
  },

  update() {
    const kept = new Set(this.trials.filter((t) =>
      [...this.brushed].every(([axis, [top, bottom]]) => {
        const y = this.y(axis, t);
        return top <= y && y <= bottom;
      })).map((t) => t.i));
    state.change({kept: this.brushed.size ? kept : null});
  },

  ticks(axis) {
    if (axis.names) return d3.axisLeft(axis.scale).tickFormat((i) => axis.names[i].slice(0, 12));
    return d3.axisLeft(axis.scale).ticks(5, axis.scale.base ? '.1~e' : '.3~g');
  },

  draw(section) {
    this.trials = data.trials.filter((t) => typeof t.v === 'number');
    if (this.trials.length < 2) return;
    const axes = this.axes();
    const margin = {top: 34, right: 40, bottom: 40, left: 60};
    const width = Math.max(960, 105 * axes.length);
    this.height = 260;
    const x = d3.scalePoint(axes.map((_, k) => k), [margin.left, width - margin.right]);
    for (const axis of axes) axis.scale = this.scale(axis, this.height);
    const best = [...this.trials].sort((a, b) => a.k - b.k);
    const color = d3.scaleSequential(d3.interpolateViridis).domain([best.length, 0]);
    const note = `n = ${best.length} trials with a value; yellow is better, thick is the best${this.more() ? '; the first 30 parameters, the table has more' : ''}. Drag along an axis to keep what passes there, or go to it with the tab key: arrows move what is kept, + and - widen and narrow it, Escape lets all pass. Below an axis: not active.`;
    const figure = section.querySelector('figure');
    const svg = d3.create('svg').attr('class', 'plot').attr('role', 'group').attr('id', 'coordinates')
        .attr('aria-label', `Parallel coordinates of ${best.length} trials over ${axes.length} axes`)
        .attr('viewBox', [0, 0, width, this.height + margin.top + margin.bottom])
        .attr('width', width).attr('height', this.height + margin.top + margin.bottom);
    svg.append('desc').text(note);
    const g = svg.append('g').attr('transform', `translate(0,${margin.top})`);
    const line = d3.line();
    g.append('g').selectAll('path').data([...best].reverse()).join('path').attr('class', 'line')
        .attr('data-t', (t) => t.i).attr('stroke-width', (t) => (t.k === 1 ? 3 : 1.2))
        .style('stroke', (t, i) => color(best.length - 1 - i))
        .attr('d', (t) => line(axes.map((a, k) => [x(k), this.y(a, t)])));
    const column = g.selectAll('.column').data(axes).join('g').attr('class', 'column')
        .attr('transform', (a, k) => `translate(${x(k)},0)`);
    column.each((axis, k, nodes) => this.column(d3.select(nodes[k]), axis));
    figure.querySelector('svg').replaceWith(svg.node());
    figure.querySelector('.note').textContent = note;
    d3.select(section).append('div').attr('class', 'tools').append('button').attr('type', 'button')
        .attr('id', 'all').text('show all again').on('click', () => this.clear());
  },

  column(node, axis) {
    node.call(this.ticks(axis));
    node.append('text').attr('class', 'name').attr('y', -14).attr('text-anchor', 'middle')
        .text(axis.name.length > 16 ? `${axis.name.slice(0, 15)}…` : axis.name);
    axis.brush = d3.brushY().extent([[-10, 0], [10, this.height + 24]]).on('brush end', () => {
      const range = d3.event.selection;
      if (range) this.brushed.set(axis, range);
      else this.brushed.delete(axis);
      axis.node.attr('aria-valuetext', range ? this.words(axis, range) : 'everything');
      this.update();
    });
    axis.node = node.append('g').attr('class', 'brush').attr('tabindex', 0).attr('role', 'slider')
        .attr('aria-orientation', 'vertical').attr('aria-label', `what is kept of ${axis.name}`)
        .attr('aria-valuetext', 'everything').on('keydown', () => this.key(axis)).call(axis.brush);
  },

  // The same without a mouse: the first key keeps the half that has the best trial.
  key(axis) {
    const bottom = this.height + 24;
    const best = this.y(axis, this.trials.find((t) => t.k === 1) || this.trials[0]);
    let [from, to] = this.brushed.get(axis) || [best, best].map((y, k) => y + (k ? 1 : -1) * bottom / 4);
    const by = {ArrowUp: [-1, -1], ArrowDown: [1, 1], '+': [-1, 1], '-': [1, -1]}[d3.event.key];
    if (by && this.brushed.has(axis)) [from, to] = [from + by[0] * bottom / 20, to + by[1] * bottom / 20];
    if (!by && d3.event.key !== 'Escape') return;
    d3.event.preventDefault();
    [from, to] = [Math.max(0, from), Math.min(bottom, to)];
    axis.node.call(axis.brush.move, by && to > from ? [from, to] : null);
  },

  words(axis, [top, bottom]) {
    if (axis.names) return axis.names.filter((_, i) => top <= axis.scale(i) && axis.scale(i) <= bottom).join(', ');
    return `${short(axis.scale.invert(Math.min(bottom, this.height)))} to ${short(axis.scale.invert(top))}`;
  },

  clear() {
    for (const axis of [...this.brushed.keys()]) axis.node.call(axis.brush.move, null);
  },

  start() {
    const section = document.getElementById('parallel');
    if (section && window.d3) this.draw(section);
  },
};
