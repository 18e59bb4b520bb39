#include "report/live.h"
#include "base/double.h"
#include "base/stat.h"
#include "report/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum style { PLAIN, DIM, BOLD, GREEN, YELLOW, RED };
static const char *const codes[] = {"",         "\033[2m",  "\033[1m",
                                    "\033[32m", "\033[33m", "\033[31m"};

enum { LABEL = 7, CURVE_LEAST = 10, CURVE_MOST = 32, PARAMS_LEAST = 24 };

/* A line being written: text goes in clean and never beyond the width. */
struct pen {
	struct str *out;
	struct str clean, cut;
	size_t width, used;
	const struct live_look *look;
};

static void put(struct pen *p, enum style style, const char *text)
{
	bool styled = p->look->colour && style != PLAIN && *text;

	if (p->used >= p->width)
		return;
	str_clear(&p->clean);
	str_clear(&p->cut);
	text_clean(&p->clean, text);
	text_cut(&p->cut, str_text(&p->clean), p->width - p->used);
	p->used += text_width(str_text(&p->cut));
	str_add(p->out, styled ? codes[style] : "");
	str_add(p->out, str_text(&p->cut));
	str_add(p->out, styled ? "\033[m" : "");
}

__attribute__((format(printf, 3, 4))) static void putf(struct pen *p, enum style style,
                                                       const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	put(p, style, text);
}

static void fill_to(struct pen *p, size_t column)
{
	while (p->used < column && p->used < p->width) {
		str_addc(p->out, ' ');
		p->used++;
	}
}

static void new_line(struct pen *p)
{
	str_addc(p->out, '\n');
	p->used = 0;
}

static void put_number(struct pen *p, enum style style, double x)
{
	struct str s = {0};

	text_number(&s, x);
	put(p, style, str_text(&s));
	str_free(&s);
}

/* --- the head: bar, counts, the time to go --- */

static void put_cells(struct pen *p, enum style style, const char *cell, size_t n)
{
	struct str s = {0};

	while (n--)
		str_add(&s, cell);
	put(p, style, str_text(&s));
	str_free(&s);
}

static size_t cells_of(uint64_t part, const struct live *v, size_t cells)
{
	uint64_t all = v->done > v->all ? v->done : v->all;

	return (size_t)((double)part / (double)all * (double)cells);
}

static void put_bar(struct pen *p, const struct live *v, size_t cells)
{
	const char *full = p->look->ascii ? "=" : "━";
	uint64_t failed = v->failed + v->diverged + v->infeasible;
	size_t done = cells_of(v->done, v, cells);
	size_t good = cells_of(v->ok, v, cells);
	size_t stopped = cells_of(v->ok + v->stopped, v, cells) - good;

	if (!failed)
		stopped = done - good;
	if (!v->stopped && !failed)
		good = done, stopped = 0;
	put_cells(p, GREEN, full, good);
	put_cells(p, YELLOW, full, stopped);
	put_cells(p, RED, full, done - good - stopped);
	put_cells(p, DIM, p->look->ascii ? "-" : "─", cells - done);
}

static void draw_bar(struct pen *p, const struct live *v)
{
	char count[128];

	if (v->all)
		snprintf(count, sizeof count, "  %s %llu/%llu %s", v->doing,
		         (unsigned long long)v->done, (unsigned long long)v->all,
		         v->units);
	else
		snprintf(count, sizeof count, "%s: %llu %s done", v->doing,
		         (unsigned long long)v->done, v->units);
	if (v->all && p->width > text_width(count) + 8)
		put_bar(p, v, p->width - text_width(count));
	put(p, BOLD, count);
	new_line(p);
}

static void put_kind(struct pen *p, enum style style, uint64_t n, const char *what)
{
	if (!n)
		return;
	put(p, DIM, p->used ? " · " : "");
	putf(p, style, "%llu %s", (unsigned long long)n, what);
}

static void put_counts(struct pen *p, const struct live *v)
{
	put_kind(p, PLAIN, v->running, "running");
	put_kind(p, GREEN, v->ok, "ok");
	put_kind(p, YELLOW, v->stopped, "stopped early");
	put_kind(p, RED, v->failed, "failed");
	put_kind(p, RED, v->diverged, "diverged");
	put_kind(p, RED, v->infeasible, "infeasible");
}

/* What is running shows seconds pass; an estimate is not that exact. */
static void add_time(struct str *s, double seconds)
{
	if (seconds < 60)
		str_addf(s, "%.0f s", floor(fmax(seconds, 0)));
	else
		text_duration(s, floor(seconds));
}

static void add_about(struct str *s, double seconds)
{
	if (seconds < 10)
		str_addf(s, "%.0f s", ceil(fmax(seconds, 0)));
	else if (seconds < 95)
		str_addf(s, "%.0f s", 5 * round(seconds / 5));
	else if (seconds < 3570)
		str_addf(s, "%.0f min", round(seconds / 60));
	else
		text_duration(s, 60 * round(seconds / 60));
}

/* Where both ends are the same in words, there is nothing to add. */
static void add_range(struct str *s, double low, double high)
{
	struct str from = {0}, to = {0};

	add_about(&from, low);
	add_about(&to, high);
	if (strcmp(str_text(&from), str_text(&to)) != 0)
		str_addf(s, " (%s to %s)", str_text(&from), str_text(&to));
	str_free(&from);
	str_free(&to);
}

static void eta_words(const struct live *v, struct str *s)
{
	const struct eta *e = &v->eta;

	if (v->window >= 0) {
		str_add(s, "budget.time lets nothing begin after ");
		add_about(s, v->window);
		str_add(s, " more");
		return;
	}
	if (!e->known)
		return;
	str_add(s, v->may_end ? "no more than about " : "about ");
	add_about(s, e->mean);
	str_add(s, " to go");
	if (e->interval)
		add_range(s, e->low, e->high);
}

static void put_duration(struct pen *p, enum style style, double seconds)
{
	struct str s = {0};

	add_time(&s, seconds);
	put(p, style, str_text(&s));
	str_free(&s);
}

static void draw_counts(struct pen *p, const struct live *v)
{
	struct str eta = {0};
	size_t width;

	put_counts(p, v);
	eta_words(v, &eta);
	if (v->after && eta.len &&
	    text_width(str_text(&eta)) + text_width(v->after) + 7 <= p->width)
		str_addf(&eta, ", then %s", v->after);
	width = text_width(str_text(&eta));
	if (width && p->used && p->used + 2 + width > p->width)
		new_line(p);
	if (width && width < p->width)
		fill_to(p, p->width - width);
	put(p, PLAIN, str_text(&eta));
	if (p->used)
		new_line(p);
	str_free(&eta);
}

static void draw_title(struct pen *p, const struct live *v)
{
	struct str s = {0};
	size_t width;

	add_time(&s, v->elapsed);
	width = text_width(str_text(&s));
	p->width -= width + 2;
	put(p, DIM, v->title);
	p->width += width + 2;
	fill_to(p, p->width - width);
	put(p, DIM, str_text(&s));
	new_line(p);
	str_free(&s);
}

/* --- the runs under way --- */

struct columns {
	size_t name, step, value, elapsed, curve;
	bool params;
};

static void add_step(const struct live_run *r, struct str *s)
{
	if (!(r->step > 0) && !(r->full > 0))
		return;
	if (isnan(r->step))
		str_add(s, "–");
	else
		text_number(s, r->step);
	if (r->full > 0) {
		str_addc(s, '/');
		text_number(s, r->full);
	}
}

static size_t widest(size_t a, const struct str *s)
{
	size_t b = text_width(str_text(s));

	return a > b ? a : b;
}

static struct columns measure(const struct live *v, size_t n, size_t width)
{
	/* At least as wide as most will be: columns that jump cannot be looked at. */
	struct columns c = {.name = LABEL - 1, .value = 8, .elapsed = 6};
	struct str s = {0};
	size_t fixed;

	for (size_t i = 0; i < n; i++) {
		str_clear(&s);
		text_clean(&s, v->runs[i].name);
		c.name = widest(c.name, &s);
		str_clear(&s);
		add_step(&v->runs[i], &s);
		c.step = widest(c.step, &s);
		str_clear(&s);
		text_number(&s, v->runs[i].value);
		c.value = widest(c.value, v->runs[i].has_value ? &s : &(struct str){0});
		str_clear(&s);
		add_time(&s, v->runs[i].elapsed);
		c.elapsed = widest(c.elapsed, &s);
		c.params = c.params || v->runs[i].params;
	}
	str_free(&s);
	c.name = c.name > 14 ? 14 : c.name;
	fixed = c.name + c.step + c.value + c.elapsed + 9;
	c.params = c.params && width > fixed + CURVE_LEAST + PARAMS_LEAST;
	c.curve = width > fixed ? width - fixed : 0;
	if (c.params)
		c.curve = c.curve / 3;
	if (c.curve > CURVE_MOST)
		c.curve = CURVE_MOST;
	if (c.curve < CURVE_LEAST)
		c.curve = 0;
	return c;
}

/* The range that a curve is drawn in: a tenth of it at either end may lie outside, so
 * that a first value far off does not make the rest flat. */
static bool range_of(const struct live_run *r, double *low, double *high)
{
	double sorted[LIVE_SAMPLES];
	size_t n = stat_finite(r->samples, r->n_samples, sorted);

	if (!n)
		return false;
	qsort(sorted, n, sizeof *sorted, double_compare);
	*low = sorted[n / 10];
	*high = sorted[n - 1 - n / 10];
	return true;
}

/* The curve over as much of the cells as the run has done of its steps. */
static void put_curve(struct pen *p, const struct live_run *r, size_t cells)
{
	static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	double low = 0, high = 0, part = 1;
	size_t filled = r->n_samples;
	struct str s = {0};
	bool some = range_of(r, &low, &high);

	if (r->full > 0) /* a stranger's step may be anything */
		part = fmax(fmin(r->step / r->full, 1), 0);
	if (r->full > 0 || filled > cells)
		filled = (size_t)ceil(part * (double)cells);
	filled = r->n_samples ? (filled > cells ? cells : filled) : 0;
	for (size_t i = 0; i < filled; i++) {
		double x = r->samples[i * r->n_samples / filled];
		double at = high > low ? (x - low) / (high - low) : 0.5;

		if (!isfinite(x) || !some)
			str_add(&s, "×");
		else
			str_add(&s, blocks[(size_t)(fmin(fmax(at, 0), 1) * 7 + 0.5)]);
	}
	put(p, PLAIN, str_text(&s));
	str_free(&s);
	put_cells(p, DIM, "·", cells - filled);
}

static void put_right(struct pen *p, enum style style, const struct str *s,
                      size_t width)
{
	size_t w = text_width(str_text(s));

	fill_to(p, p->used + (w < width ? width - w : 0));
	put(p, style, str_text(s));
}

static void draw_run(struct pen *p, const struct live_run *r, const struct columns *c)
{
	size_t width = p->width;
	struct str s = {0};

	p->width = c->name;
	text_clean(&s, r->name);
	put_right(p, BOLD, &s, c->name);
	p->width = width;
	fill_to(p, c->name + 2);
	if (c->curve && !p->look->ascii) {
		put_curve(p, r, c->curve);
		fill_to(p, p->used + 2);
	}
	str_clear(&s);
	add_step(r, &s);
	put_right(p, PLAIN, &s, c->step);
	fill_to(p, p->used + (c->step ? 2 : 0));
	str_clear(&s);
	if (r->has_value)
		text_number(&s, r->value);
	put_right(p, isfinite(r->value) ? PLAIN : RED, &s, c->value);
	fill_to(p, p->used + (c->value ? 2 : 0));
	str_clear(&s);
	add_time(&s, r->elapsed);
	put_right(p, DIM, &s, c->elapsed);
	if (c->params && r->params) {
		fill_to(p, p->used + 2);
		put(p, DIM, r->params);
	}
	str_free(&s);
	new_line(p);
}

static void draw_runs(struct pen *p, const struct live *v, size_t lines)
{
	bool all = v->n_runs <= lines && v->running <= v->n_runs;
	size_t shown = all ? v->n_runs : lines ? lines - 1 : 0;
	struct columns c;

	if (shown > v->n_runs)
		shown = v->n_runs;
	c = measure(v, shown, p->width);
	for (size_t i = 0; i < shown; i++)
		draw_run(p, &v->runs[i], &c);
	if (all || !lines)
		return;
	fill_to(p, LABEL + 1);
	putf(p, DIM, "and %zu more running", v->running - shown);
	new_line(p);
}

/* --- what is known --- */

static void put_label(struct pen *p, const char *label)
{
	size_t w = text_width(label);

	fill_to(p, LABEL - 1 - w);
	put(p, DIM, label);
	fill_to(p, LABEL + 1);
}

/* A text over several lines would be for reading, not for looking: what does not fit is
 * cut, at a word's end. */
static void draw_best(struct pen *p, const struct live *v)
{
	struct str s = {0};

	put_label(p, "best");
	text_interval(&s, v->best, v->half);
	putf(p, PLAIN, "%s ", v->metric);
	put(p, BOLD, str_text(&s));
	putf(p, PLAIN, ", trial %s", v->best_name);
	for (size_t i = 0; i < v->n_params; i++) {
		str_clear(&s);
		text_clean(&s, v->params[i].name);
		str_addc(&s, ' ');
		text_clean(&s, v->params[i].value);
		if (i && p->used + 2 + text_width(str_text(&s)) +
		                 (i + 1 < v->n_params ? 2 : 0) >
		             p->width) {
			put(p, DIM, " …");
			break;
		}
		put(p, DIM, i ? ", " : ": ");
		put(p, PLAIN, str_text(&s));
	}
	if (v->params_note)
		put(p, PLAIN, v->params_note);
	new_line(p);
	str_free(&s);
}

static void draw_rungs(struct pen *p, const struct live *v)
{
	put_label(p, "rungs");
	for (size_t i = 0; i < v->n_rungs; i++) {
		if (i)
			put(p, DIM, " · ");
		else
			putf(p, DIM, "%s ", v->rung_unit);
		put_number(p, DIM, v->rungs[i].step);
		put(p, DIM, i ? ": " : " reached by ");
		putf(p, PLAIN, "%zu", v->rungs[i].reached);
	}
	if (v->paused)
		putf(p, PLAIN, ", %zu paused", v->paused);
	new_line(p);
}

static void draw_spent(struct pen *p, const struct live *v)
{
	put_label(p, "spent");
	put_duration(p, PLAIN, v->elapsed);
	if (v->budget_time > 0) {
		put(p, PLAIN, " of ");
		put_duration(p, PLAIN, v->budget_time);
	}
	if (v->cost > 0 || v->budget_cost > 0) {
		put(p, DIM, " · ");
		putf(p, PLAIN, "cost %.4g", v->cost);
		if (v->budget_cost > 0)
			putf(p, PLAIN, " of %.4g", v->budget_cost);
	}
	put(p, DIM, " · ");
	putf(p, PLAIN, "%llu run%s", (unsigned long long)v->runs_done,
	     str_plural(v->runs_done));
	new_line(p);
}

static void draw_known(struct pen *p, const struct live *v, size_t lines)
{
	if (v->has_best && lines-- > 0)
		draw_best(p, v);
	if (!lines)
		return;
	if (v->strategy && lines > 1) {
		put_label(p, "next");
		put(p, PLAIN, v->strategy);
		new_line(p);
		lines--;
	}
	if (v->n_rungs && lines > 1) {
		draw_rungs(p, v);
		lines--;
	}
	draw_spent(p, v);
}

static size_t known_lines(const struct live *v)
{
	return (v->has_best ? 1U : 0U) + (v->strategy ? 1U : 0U) +
	       (v->n_rungs ? 1U : 0U) + 1;
}

static void draw_line(struct pen *p, const struct live *v)
{
	struct str eta = {0};

	putf(p, PLAIN, "%s %llu", v->doing, (unsigned long long)v->done);
	if (v->all)
		putf(p, PLAIN, "/%llu", (unsigned long long)v->all);
	putf(p, PLAIN, ", %zu running", v->running);
	if (v->failed)
		putf(p, PLAIN, ", %llu failed", (unsigned long long)v->failed);
	if (v->has_best) {
		put(p, PLAIN, ", best ");
		put_number(p, BOLD, v->best);
	}
	eta_words(v, &eta);
	if (eta.len && p->used + 12 < p->width) {
		put(p, PLAIN, ", ");
		put(p, PLAIN, str_text(&eta));
	}
	new_line(p);
	str_free(&eta);
}

/* Runs get what is left; the spaces between go first. */
static void draw_all(struct pen *p, const struct live *v)
{
	size_t height = p->look->height, head = 4, known = known_lines(v);
	size_t notice = v->notice ? 1 : 0, used = head + known + notice, gaps, runs;

	if (used > height) {
		known = height > head + notice ? height - head - notice : 0;
		used = head + known + notice;
	}
	runs = height > used ? height - used : 0;
	gaps = runs >= v->running + 2 ? 1 : 0;
	runs = runs > v->running ? v->running : runs;
	draw_title(p, v);
	draw_bar(p, v);
	draw_counts(p, v);
	if (gaps && v->running)
		new_line(p);
	draw_runs(p, v, runs);
	if (gaps)
		new_line(p);
	if (known)
		draw_known(p, v, known);
	if (v->notice) {
		put(p, YELLOW, v->notice);
		new_line(p);
	}
}

void live_draw(const struct live *v, const struct live_look *look, struct str *out)
{
	struct pen p = {.out = out, .width = look->width, .look = look};

	if (look->width < LIVE_NARROW || look->height < 6)
		draw_line(&p, v);
	else
		draw_all(&p, v);
	str_free(&p.clean);
	str_free(&p.cut);
}
