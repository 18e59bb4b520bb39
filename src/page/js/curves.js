'use strict';
// Learning curves, all of them, to zoom into: the wheel or a drag, + and -, a double click
// goes back. In the place of the picture that the page has without a script.

const curves = {
  runs() {
    return data.trials.flatMap((t) => t.r.filter((r) => r.x && r.x.length > 1).map((r) => ({
      t, points: r.x.map((x, i) => [x, r.y[i]]).filter(([x, y]) => x != null && y != null),
    })));
  },

  range(values) {
    const sorted = values.sort(d3.ascending);
    const sign = data.sign;
    const [low, high] = [sorted[0], sorted[sorted.length - 1]];
    const near = d3.quantile(sorted, sign > 0 ? 0.95 : 0.05);
    const far = sign > 0 ? near + (near - low) : near - (high - near);
    return sign > 0 ? [low, Math.min(high, far)] : [Math.max(low, far), high];
  },

  // One with axes that are drawn again by redraw().
  plot(runs, width, height, name) {
    const m = {top: 10, right: 14, bottom: 38, left: 62};
    const svg = d3.create('svg').attr('class', 'plot').attr('role', 'img').attr('aria-label', name)
        .attr('viewBox', [0, 0, width, height]);
    const x = d3.scaleLinear(d3.extent(runs.flatMap((r) => r.points.map((p) => p[0]))), [m.left, width - m.right]);
    const values = this.range(runs.flatMap((r) => r.points.map((p) => p[1])));
    const y = (values[0] > 0 && values[1] / values[0] > 60 ? d3.scaleLog : d3.scaleLinear)(values, [height - m.bottom, m.top]).nice();
    const clip = `clip-${Math.random().toString(36).slice(2)}`;
    svg.append('clipPath').attr('id', clip).append('rect').attr('x', m.left).attr('y', m.top)
        .attr('width', width - m.left - m.right).attr('height', height - m.top - m.bottom);
    const axisX = svg.append('g').attr('transform', `translate(0,${height - m.bottom})`);
    const axisY = svg.append('g').attr('transform', `translate(${m.left},0)`);
    const inside = svg.append('g').attr('clip-path', `url(#${clip})`);
    const rungs = inside.selectAll('.rung').data(data.rungs).join('path').attr('class', 'rung');
    const lines = inside.selectAll('.curve').data(runs).join('path')
        .attr('class', (r) => `curve ${r.t.c}`).attr('data-t', (r) => r.t.i);
    svg.append('text').attr('x', width / 2).attr('y', height - 6).attr('text-anchor', 'middle').text(data.step);
    svg.append('text').attr('transform', `translate(13,${height / 2})rotate(-90)`).attr('text-anchor', 'middle').text(data.label);
    const redraw = (zx, zy) => {
      axisX.call(d3.axisBottom(zx).ticks(width / 90));
      axisY.call(d3.axisLeft(zy).ticks(height / 45, '.4~g'));
      rungs.attr('d', (s) => `M${zx(s)} ${m.top}V${height - m.bottom}`);
      lines.attr('d', (r) => d3.line().x((p) => zx(p[0])).y((p) => zy(p[1]))(r.points));
    };
    redraw(x, y);
    return {svg, x, y, redraw};
  },

  small(t) {
    const runs = window.d3 ? this.runs().filter((r) => r.t === t && r.points.length > 1) : [];
    return runs.length ? [this.plot(runs, 480, 220, `learning curves of trial ${t.i}`).svg.node()] : [];
  },

  start() {
    const figure = document.querySelector('figure.curves');
    const runs = this.runs().filter((r) => r.points.length > 1);
    if (!figure || !window.d3 || !runs.length) return;
    const {svg, x, y, redraw} = this.plot(runs, 940, 380, `${runs.length} learning curves`);
    const zoom = d3.zoom().scaleExtent([1, 60]).translateExtent([[0, 0], [940, 380]])
        .extent([[0, 0], [940, 380]]).filter(() => d3.event.type !== 'wheel' || d3.event.ctrlKey || document.activeElement === svg.node())
        .on('zoom', () => redraw(d3.event.transform.rescaleX(x), d3.event.transform.rescaleY(y)));
    svg.attr('tabindex', 0).attr('id', 'zoomable').call(zoom).on('dblclick.zoom', () => svg.call(zoom.transform, d3.zoomIdentity))
        .on('keydown', () => {
          const by = {'+': 1.4, '-': 1 / 1.4}[d3.event.key];
          if (by) svg.call(zoom.scaleBy, by);
          if (d3.event.key === 'Escape') svg.call(zoom.transform, d3.zoomIdentity);
        });
    const note = `n = ${runs.length} curves, each thinned to 60 points at the most. Drag to move; + and -, or the wheel once the picture has been clicked, zoom; a double click or Escape goes back.`;
    svg.insert('desc', ':first-child').text(`Across: ${data.step}. Up: ${data.label}. ${note}`);
    figure.querySelector('svg:not(.swatch)').replaceWith(svg.node());
    figure.querySelector('.note').textContent = note;
  },
};
