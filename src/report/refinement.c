#include "report/refinement.h"
#include "base/double.h"
#include "report/importance_text.h"
#include "search/edges.h"
#include "strategy/optima.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shares: of optima that a set holds; of variance below which a parameter is idle; of a
 * range that is near its end, that it is widened by, that it is never narrower than. */
static const double set_of = 0.9, idle_below = 0.10, near_end = 0.05, widen_by = 0.25,
		    least_width = 0.05;
enum { OPTIMA_LEAST = 10 };

struct work {
	struct refinement *r;
	struct study *s;
	const struct space *sp;
	struct importance im;
	struct optima o;
	double *idle; /* (sp->n) the upper end of its share; INFINITY: not known */
};

/* A number on the parameter's own scale, and back. */
static double to_scale(const struct param *p, double x)
{
	return edge_is_log(p) ? log(x) : x;
}

static double from_scale(const struct param *p, double t)
{
	return edge_is_log(p) ? exp(fmin(fmax(t, -700), 700)) : t;
}

static const char *value_of(struct work *w, const struct value *v)
{
	struct str s = {0};
	const char *text;

	value_text(v, &s);
	text = arena_strdup(&w->r->arena, str_text(&s));
	str_free(&s);
	return text;
}

static bool number_at(const struct value *v, double *x)
{
	return v && value_number(v, x);
}

/* The optima's places in a parameter, sorted; malloc. */
static double *places(struct work *w, size_t i, size_t *n)
{
	const struct param *p = &w->sp->params[i];
	double *t = mem_new(w->o.n + 1, sizeof *t), x;

	*n = 0;
	for (size_t k = 0; k < w->o.n; k++)
		if (number_at(w->o.values[k][i], &x))
			t[(*n)++] = to_scale(p, x);
	if (*n)
		qsort(t, *n, sizeof *t, double_compare);
	return t;
}

/* Of the central share of n sorted places, and of the winner. */
static void ends_of(struct work *w, size_t i, const double *t, size_t n, double *low,
                    double *high)
{
	size_t out = (size_t)((1 - set_of) / 2 * (double)n);
	double x;

	*low = t[out];
	*high = t[n - 1 - out];
	if (number_at(w->r->winner->values[i], &x)) {
		x = to_scale(&w->sp->params[i], x);
		*low = fmin(*low, x);
		*high = fmax(*high, x);
	}
}

/* Out to the nearest tries on either side, or to the ends. */
static void reach_tries(struct work *w, size_t i, double first, double last,
                        double *low, double *high)
{
	const struct param *p = &w->sp->params[i];
	double below = first, above = last, x;

	for (size_t k = 0; k < w->s->search.n; k++) {
		const struct trial *t = w->s->search.trials[k];

		if (t->outcome != OUTCOME_OK || !number_at(t->values[i], &x))
			continue;
		x = to_scale(p, x);
		if (x < *low)
			below = fmax(below, x);
		if (x > *high)
			above = fmin(above, x);
	}
	*low = below;
	*high = above;
}

/* k * power, such that the text is short. */
static double times(double k, double power)
{
	return power < 1 ? k / round(1 / power) : k * power;
}

/* Outwards to a number that is short: two digits of unit or, on new ground (coarse), 1,
 * 2 or 5 times a power of ten. */
static double round_out(double x, double unit, bool up, bool coarse)
{
	static const double steps[] = {1, 2, 5, 10};
	double power = pow(10, floor(log10(fabs(unit)))), k;

	if (!coarse) {
		k = x / (power / 10);
		return times(up ? ceil(k - 1e-9) : floor(k + 1e-9), power / 10);
	}
	k = x / power;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		double at = steps[up ? i : ARRAY_LEN(steps) - 1 - i];

		if (up ? at >= k - 1e-9 : at <= k + 1e-9)
			return times(at, power);
	}
	return x;
}

static double tidy(const struct param *p, double x, double range, bool up, bool coarse)
{
	double q = edge_is_whole(p) ? 1 : 0;

	if (p->dist != DIST_INT_UNIFORM && strncmp(dist_name(p->dist), "q_", 2) == 0)
		q = p->q;
	if (q > 0)
		return (up ? ceil(x / q - 1e-9) : floor(x / q + 1e-9)) * q;
	return edge_is_log(p) ? round_out(x, x, up, coarse)
	                      : round_out(x, range, up, false);
}

/* Beyond an end of the old range: as far as the meaning of the number lets it. */
static double beyond(const struct param *p, double first, double last, bool up)
{
	double range = last - first, x;

	x = from_scale(p, up ? last + widen_by * range : first - widen_by * range);
	if (edge_is_log(p)) {
		x = tidy(p, x, range, up, true);
		return edge_is_whole(p) ? fmax(x, 1) : x;
	}
	if (up && first >= 0 && last < 1 && x >= 1)
		return (1 + last) / 2;
	if (!up && first > 0 && x <= 0)
		return edge_is_whole(p) ? 1 : first / 2;
	return tidy(p, x, range, up, false);
}

/* On its own scale. */
static void old_range(const struct param *p, double *first, double *last)
{
	edge_ends(p, first, last);
	*first = to_scale(p, *first);
	*last = to_scale(p, *last);
}

/* From low to high, on its scale, within the old one; down, up: beyond its ends. */
static void set_range(struct work *w, size_t i, double low, double high, bool down,
                      bool up)
{
	const struct param *p = &w->sp->params[i];
	struct refined *r = &w->r->list[i];
	double first, last, range, a, b;

	old_range(p, &first, &last);
	range = last - first;
	a = from_scale(p, first);
	b = from_scale(p, last);
	r->what = REFINED_RANGE;
	r->min = fmax(tidy(p, from_scale(p, low), high - low, false, false), a);
	r->max = fmin(tidy(p, from_scale(p, high), high - low, true, false), b);
	if (low <= first + near_end * range)
		r->min = down ? beyond(p, first, last, false) : a;
	if (high >= last - near_end * range)
		r->max = up ? beyond(p, first, last, true) : b;
	r->why = arena_printf(&w->r->arena, "was %.4g … %.4g", a, b);
	if (down || up)
		r->why = arena_printf(
		    &w->r->arena,
		    "%s; the best %s is at the %s end of its range: widened to %.4g",
		    r->why, p->name, up ? "upper" : "lower", up ? r->max : r->min);
}

/* Of optima all over the range only the winner tells which end to move, if any. */
static void keep_but_for_winner(struct work *w, size_t i, double first, double last)
{
	const struct param *p = &w->sp->params[i];
	struct refined *r = &w->r->list[i];
	double x, near = near_end * (last - first);
	bool down, up, number = number_at(w->r->winner->values[i], &x);

	r->why = "as it was: the model's optima lie all over its range";
	if (!number)
		return;
	x = to_scale(p, x);
	down = x <= first + near && !edge_is_natural(p, false);
	up = x >= last - near && !edge_is_natural(p, true);
	if (down || up)
		set_range(w, i, first, last, down, up);
}

static void refine_range(struct work *w, size_t i)
{
	const struct param *p = &w->sp->params[i];
	struct refined *r = &w->r->list[i];
	double first, last, range, low, high, *t;
	bool down, up;
	size_t n;

	t = places(w, i, &n);
	old_range(p, &first, &last);
	range = last - first;
	if (n >= OPTIMA_LEAST)
		ends_of(w, i, t, n, &low, &high);
	free(t);
	if (n < OPTIMA_LEAST || !(range > 0)) {
		r->why = "as it was: too few of the model's optima have it";
		return;
	}
	reach_tries(w, i, first, last, &low, &high);
	if (high - low < least_width * range) {
		double middle = (low + high) / 2;

		low = fmax(middle - least_width / 2 * range, first);
		high = fmin(middle + least_width / 2 * range, last);
	}
	down = low <= first + near_end * range;
	up = high >= last - near_end * range;
	if (down && up)
		keep_but_for_winner(w, i, first, last);
	else
		set_range(w, i, low, high, down && !edge_is_natural(p, false),
		          up && !edge_is_natural(p, true));
}

/* How many optima have the value, of those that have the parameter at all. */
static size_t optima_with(struct work *w, size_t i, const struct value *v, size_t *all)
{
	size_t n = 0;

	*all = 0;
	for (size_t k = 0; k < w->o.n; k++) {
		const struct value *x = w->o.values[k][i];

		*all += x != NULL;
		n += x && value_equal(x, v);
	}
	return n;
}

static bool was_tried(struct work *w, size_t i, const struct value *v)
{
	for (size_t k = 0; k < w->s->search.n; k++) {
		const struct trial *t = w->s->search.trials[k];

		if (t->outcome == OUTCOME_OK && t->values[i] &&
		    value_equal(t->values[i], v))
			return true;
	}
	return false;
}

/* The one that most optima have, of those that are not kept; SIZE_MAX: none has any. */
static size_t most_frequent(struct work *w, size_t i, const bool *keep, size_t *most,
                            size_t *all)
{
	const struct param *p = &w->sp->params[i];
	size_t at = SIZE_MAX;

	*most = 0;
	for (size_t k = 0; k < p->n_distinct; k++) {
		size_t n = optima_with(w, i, &p->values[p->distinct[k]], all);

		if (!keep[k] && n > *most) {
			*most = n;
			at = k;
		}
	}
	return at;
}

/* Which of the values to keep: the most frequent ones until set_of is reached. */
static void choose_words(struct work *w, size_t i, bool *keep)
{
	const struct param *p = &w->sp->params[i];
	const struct value *best = w->r->winner->values[i];
	size_t sum = 0, all = 0, most, at;

	while ((at = most_frequent(w, i, keep, &most, &all)) != SIZE_MAX &&
	       (double)sum < set_of * (double)all) {
		keep[at] = true;
		sum += most;
	}
	for (size_t k = 0; k < p->n_distinct; k++) {
		const struct value *v = &p->values[p->distinct[k]];

		if ((best && value_equal(best, v)) || !was_tried(w, i, v))
			keep[k] = true;
	}
}

/* Of numbers: all between the ends of the set. False: too few optima have it. */
static bool choose_numbers(struct work *w, size_t i, bool *keep, double *low,
                           double *high)
{
	const struct param *p = &w->sp->params[i];
	double *t, x;
	size_t n;

	t = places(w, i, &n);
	if (n >= OPTIMA_LEAST)
		ends_of(w, i, t, n, low, high);
	free(t);
	for (size_t k = 0; n >= OPTIMA_LEAST && k < p->n_distinct; k++)
		if (value_number(&p->values[p->distinct[k]], &x))
			keep[k] = x >= *low && x <= *high;
	return n >= OPTIMA_LEAST;
}

/* The number that comes behind the last of an even list, on a linear scale or a log
 * one; false: it is not even. sorted (n), n >= 3. */
static bool next_number(const double *sorted, size_t n, bool up, double *out)
{
	bool sums = true, products = sorted[0] > 0;
	double last = sorted[up ? n - 1 : 0], before = sorted[up ? n - 2 : 1];

	for (size_t k = 2; k < n; k++) {
		double a = sorted[k - 2], b = sorted[k - 1], c = sorted[k];

		sums = sums && fabs((c - b) - (b - a)) <= 1e-9 * fabs(c - a);
		products = products && fabs(c * a - b * b) <= 1e-9 * b * b;
	}
	*out = products ? last * (last / before) : 2 * last - before;
	return sums || products;
}

/* One more value for a list whose best is at its end; false: there is no next one. */
static bool next_value(const struct param *p, bool up, struct value *v)
{
	double *sorted = mem_new(p->n_distinct, sizeof *sorted), x = 0;
	bool whole = true, even;

	for (size_t k = 0; k < p->n_distinct; k++) {
		value_number(&p->values[p->distinct[k]], &sorted[k]);
		whole = whole && p->values[p->distinct[k]].kind == VALUE_INT;
	}
	qsort(sorted, p->n_distinct, sizeof *sorted, double_compare);
	even = next_number(sorted, p->n_distinct, up, &x);
	if (sorted[0] >= 0 && (x < 0 || (sorted[p->n_distinct - 1] < 1 && x >= 1)))
		even = false;
	if (whole && (x != floor(x) || fabs(x) > 0x1p53 || x < 1))
		even = false;
	free(sorted);
	if (even)
		*v = whole ? value_int((int64_t)x) : value_float(x);
	return even;
}

/* end: 0, or 1 and -1 where the best are at the upper or lower end of the list. */
static void describe_list(struct work *w, size_t i, const bool *keep, int end,
                          bool more)
{
	const struct param *p = &w->sp->params[i];
	struct refined *r = &w->r->list[i];
	struct str s = {0};

	for (size_t k = 0; k < p->n_distinct; k++) {
		const struct value *v = &p->values[p->distinct[k]];
		size_t all, n = optima_with(w, i, v, &all);

		if (!keep[k])
			str_addf(&s, "%s%s is out: %zu of %zu of the model's optima",
			         s.len ? "; " : "", value_of(w, v), n, all);
	}
	if (end)
		str_addf(&s, "%sthe best %s is at the %s end of its list%s%s",
		         s.len ? "; " : "", p->name, end > 0 ? "upper" : "lower",
		         more ? ": widened to " : ", which goes on in no even step",
		         more ? value_of(w, &r->values[end > 0 ? r->n - 1 : 0]) : "");
	if (!s.len)
		str_add(&s, "as it was: the model's optima have all of them");
	r->why = arena_strdup(&w->r->arena, str_text(&s));
	str_free(&s);
}

/* Whether the best of a list of numbers are at one of its ends, which can be crossed.
 */
static int end_of_list(const struct param *p, double low, double high)
{
	struct value first = edge_value(p, false), last = edge_value(p, true);
	double a = 0, b = 0;

	value_number(&first, &a);
	value_number(&last, &b);
	if (high >= b && low > a && !edge_is_natural(p, true))
		return 1;
	return low <= a && high < b && !edge_is_natural(p, false) ? -1 : 0;
}

static void refine_list(struct work *w, size_t i)
{
	const struct param *p = &w->sp->params[i];
	struct refined *r = &w->r->list[i];
	bool *keep = mem_new(p->n_distinct + 1, sizeof *keep), more = false;
	struct value *list = arena_new(&w->r->arena, p->n_distinct + 1, sizeof *list);
	struct value extra;
	double low, high;
	int end = 0;

	if (edge_is_ranged(p) && choose_numbers(w, i, keep, &low, &high)) {
		end = end_of_list(p, low, high);
		more = end && next_value(p, end > 0, &extra);
	} else {
		choose_words(w, i, keep);
	}
	if (more && end < 0)
		list[r->n++] = extra;
	for (size_t k = 0; k < p->n_distinct; k++)
		if (keep[k])
			list[r->n++] = p->values[p->distinct[k]];
	if (more && end > 0)
		list[r->n++] = extra;
	r->values = list;
	r->what = r->n == 1 ? REFINED_FIXED : REFINED_VALUES;
	describe_list(w, i, keep, end, more);
	if (r->n == p->n_distinct && !more)
		r->what = REFINED_KEPT;
	free(keep);
}

static bool holds(const struct refined *r, const struct value *v)
{
	double x, slack = 1e-9 * (r->max - r->min);

	if (r->what == REFINED_KEPT)
		return true;
	if (r->what == REFINED_RANGE)
		return value_number(v, &x) && x >= r->min - slack &&
		       x <= r->max + slack;
	for (size_t i = 0; i < r->n; i++)
		if (value_equal(&r->values[i], v))
			return true;
	return false;
}

/* Can the parameter still be active, after its parents? */
static bool can_be_active(struct work *w, size_t i)
{
	const struct param *p = &w->sp->params[i];

	for (size_t k = 0; k < p->n_when; k++) {
		const struct condition *c = &p->when[k];
		bool any = false;

		for (size_t v = 0; v < c->n && !any; v++)
			any = holds(&w->r->list[c->param], &c->values[v]);
		if (!any)
			return false;
	}
	return true;
}

static void fix(struct work *w, size_t i)
{
	struct refined *r = &w->r->list[i];
	const struct param *p = &w->sp->params[i];
	const struct value *v = p->preset ? p->preset : w->r->winner->values[i];

	if (!v) {
		r->why = "as it was: it makes no difference, and has no default";
		return;
	}
	*r = (struct refined){.what = REFINED_FIXED, .values = v, .n = 1, .idle = true};
	r->why = arena_printf(
	    &w->r->arena,
	    "fixed at %s: at most %.0f %% of the differences, also among the best",
	    p->preset ? "its default" : "the winner's", ceil(100 * w->idle[i]));
}

static void refine(struct work *w, size_t i)
{
	const struct param *p = &w->sp->params[i];
	struct refined *r = &w->r->list[i];

	if (!can_be_active(w, i)) {
		r->what = REFINED_GONE;
		r->why = "it could never be active any more";
	} else if (p->size || p->zip || param_cardinality(p) == 1) {
		r->what = REFINED_KEPT;
	} else if (w->idle[i] <= idle_below) {
		fix(w, i);
	} else if (p->dist == DIST_CATEGORICAL) {
		refine_list(w, i);
	} else {
		refine_range(w, i);
	}
}

/* The file's own defaults, as long as all of them are still possible; else those of the
 * winner: a mixture of both would be a configuration that nobody meant. */
static void set_presets(struct work *w)
{
	bool any = false, all = true;

	for (size_t i = 0; i < w->sp->n; i++) {
		const struct value *v = w->sp->params[i].preset;
		const struct refined *r = &w->r->list[i];

		any = any || v;
		all = all && (!v || r->what == REFINED_GONE || holds(r, v));
	}
	w->r->winner_presets = any && !all;
	for (size_t i = 0; i < w->sp->n; i++) {
		struct refined *r = &w->r->list[i];
		const struct value *v = w->sp->params[i].preset;

		if (w->r->winner_presets && w->r->winner->values[i])
			v = w->r->winner->values[i];
		if (r->what != REFINED_FIXED && v && holds(r, v))
			r->preset = v;
	}
}

static void find_idle(struct work *w)
{
	for (size_t i = 0; i < w->sp->n; i++)
		w->idle[i] = (double)INFINITY;
	for (size_t k = 0; k < w->im.n; k++) {
		const struct importance_row *row = &w->im.rows[k];

		w->idle[row->param] = fmax(row->total.high, row->best.high);
	}
}

bool refinement_init(struct refinement *r, struct study *s, struct error *err)
{
	struct work w = {.r = r, .s = s, .sp = &s->search.spec->space};
	struct history h = {
	    .trials = s->search.known, .n = s->search.n, .known_upto = UINT64_MAX};
	bool ok;

	*r = (struct refinement){.winner = search_winner(&s->search)};
	ok = importance_init(&w.im, s, err);
	if (ok && !r->winner)
		ok = error_set(err, ERROR_TRIAL, "no trial has a usable value");
	if (ok) {
		optima_find(w.sp, &h, NULL, s->search.spec->seed, &w.o);
		r->trials = w.o.trials;
		r->r2 = w.o.r2;
		r->list = arena_new(&r->arena, w.sp->n, sizeof *r->list);
		w.idle = mem_new(w.sp->n, sizeof *w.idle);
		find_idle(&w);
		for (size_t i = 0; i < w.sp->n; i++)
			refine(&w, w.sp->order[i]);
		set_presets(&w);
		free(w.idle);
		optima_free(&w.o);
	}
	importance_free(&w.im);
	return ok;
}

void refinement_free(struct refinement *r)
{
	arena_free(&r->arena);
	*r = (struct refinement){0};
}
