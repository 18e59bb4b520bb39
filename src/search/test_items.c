#include "search/test_items.h"
#include "base/items.h"
#include "base/str.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tests of winner and defaults in the whole pairs: (2 n), the winner's first. */
struct tests {
	const struct verdict *v;
	const struct run **runs;
	size_t *index; /* (2 n): number of the test */
	size_t n;      /* pairs */
};

static struct tests whole_pairs(const struct verdict *v, size_t pairs, struct arena *a)
{
	struct run *const *one = v->candidates[v->winner].runs[PHASE_TEST];
	size_t second = v->baseline == SIZE_MAX ? v->winner : v->baseline;
	struct run *const *other = v->candidates[second].runs[PHASE_TEST];
	struct tests t = {.v = v};

	t.runs = arena_new(a, 2 * pairs + 1, sizeof *t.runs);
	t.index = arena_new(a, 2 * pairs + 1, sizeof *t.index);
	for (size_t r = 0; r < pairs; r++) {
		if (!run_is_ok(one[r]) || !run_is_ok(other[r]))
			continue;
		t.runs[2 * t.n] = one[r];
		t.runs[2 * t.n + 1] = other[r];
		t.index[2 * t.n] = t.index[2 * t.n + 1] = r;
		t.n++;
	}
	return t;
}

__attribute__((format(printf, 2, 3))) static void explain(struct test_items *out,
                                                          const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->why, sizeof out->why, fmt, ap);
	va_end(ap);
}

static const char *whose(size_t k)
{
	return k % 2 ? "the defaults" : "the winner";
}

/* Has every run a sample? */
static bool all_sampled(const struct tests *t, struct test_items *out)
{
	size_t with = 0, without = SIZE_MAX;

	for (size_t k = 0; k < 2 * t->n; k++) {
		const struct scores *s = t->runs[k]->items;

		with += s != NULL;
		if (s) {
			out->again += s->again;
			out->unread += s->unread;
		}
		if ((!s || s->kind == SCORES_UNREAD) && without == SIZE_MAX)
			without = k;
	}
	out->use = with ? ITEMS_UNUSED : ITEMS_NONE;
	if (!with)
		return false;
	for (size_t k = 0; without == SIZE_MAX && k < 2 * t->n; k++) {
		const struct scores *s = t->runs[k]->items;

		if (s->kind == SCORES_OVER || s->n < 2) {
			explain(out,
			        s->kind == SCORES_OVER
			            ? "test %zu of %s has more than %d of them"
			            : "test %zu of %s has less than 2 of them",
			        t->index[k], whose(k), SCORES_MAX);
			return false;
		}
	}
	if (without == SIZE_MAX)
		return true;
	explain(out, "test %zu of %s has none that can be read", t->index[without],
	        whose(without));
	return false;
}

/* The metric, as a function of the mean score. */
struct item_scale {
	double factor, offset;
};

/* Half a unit of the last decimal of the shortest text for x. */
static double rounding(double x)
{
	struct str text = {0};
	const char *point, *e;
	double half;
	int digits = 0;

	str_double(&text, x);
	point = strchr(text.s, '.');
	e = strchr(text.s, 'e');
	if (point)
		digits = (int)((e ? e : text.s + text.len) - point - 1);
	if (e)
		digits -= atoi(e + 1);
	half = 0.5 * pow(10, -digits);
	str_free(&text);
	return half;
}

static bool agrees(const struct run *r, struct item_scale f)
{
	const struct scores *s = r->items;
	double size = fabs(f.factor) * fmax(s->high - s->low, fabs(s->mean));
	double least = 1e-5 * size, most = 0.005 * fabs(f.factor) * (s->high - s->low);
	double off = fabs(f.offset + f.factor * s->mean - r->value);

	return off <= fmax(least, fmin(most, rounding(r->value)));
}

static bool all_agree(const struct tests *t, struct item_scale f, bool shares,
                      size_t *not_this)
{
	for (size_t k = 0; k < 2 * t->n; k++) {
		const struct scores *s = t->runs[k]->items;

		if ((shares && (s->low < 0 || s->high > 1)) || !agrees(t->runs[k], f)) {
			*not_this = k;
			return false;
		}
	}
	return true;
}

static bool find_scale(const struct tests *t, struct item_scale *out,
                       struct test_items *why)
{
	static const struct item_scale scales[] = {
	    {1, 0}, {-1, 1}, {100, 0}, {-100, 100}};
	size_t first = 0, k;

	for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
		*out = scales[i];
		if (all_agree(t, *out, i > 0, i ? &k : &first))
			return true;
	}
	explain(why,
	        "%.60s is %.6g in test %zu of %s, and the mean of its %zu scores %.6g",
	        t->v->test_metric.name, t->runs[first]->value, t->index[first],
	        whose(first), t->runs[first]->items->n, t->runs[first]->items->mean);
	return false;
}

/* Why not every item has its pair; NULL: it has. */
static const char *unpaired(const struct tests *t)
{
	const struct scores *first = t->runs[0]->items;
	bool counts = false, summaries = false, differ = false;

	for (size_t k = 0; k < 2 * t->n; k++) {
		const struct scores *s = t->runs[k]->items;

		counts = counts || s->kind == SCORES_COUNT;
		summaries = summaries || s->kind == SCORES_SUMMARY;
		differ = differ || s->set != first->set || s->n != first->n;
	}
	return counts      ? "how many were right is known, not which"
	       : summaries ? "there are too many to keep the score of each"
	       : differ    ? "not every run names the same items"
	                   : NULL;
}

static double *pair_variance(const struct tests *t, double factor, struct arena *a)
{
	size_t items = t->runs[0]->items->n;
	double *out = arena_new(a, t->n + 1, sizeof *out);
	double *row = mem_new(items, sizeof *row);
	double low = (double)INFINITY, high = -(double)INFINITY;
	struct crossed c;

	for (size_t k = 0; k < 2 * t->n; k++) {
		low = fmin(low, t->runs[k]->items->low);
		high = fmax(high, t->runs[k]->items->high);
	}
	crossed_init(&c, items, factor * (high - low));
	for (size_t i = 0; i < t->n; i++) {
		const struct scores *one = t->runs[2 * i]->items;
		const struct scores *other = t->runs[2 * i + 1]->items;

		for (size_t k = 0; k < items; k++)
			row[k] = factor * (scores_get(one, k) - scores_get(other, k));
		crossed_add(&c, row);
		out[i + 1] = crossed_variance(&c);
	}
	crossed_free(&c);
	free(row);
	return out;
}

/* The part of the items in the variance of one side's mean: 0 the winner, 1 the
 * defaults. The item that is right and the one that is wrong, which are added, lie half
 * the range from the middle. */
static double side_of_pairs(const struct tests *t, size_t which, double factor)
{
	size_t items = t->runs[0]->items->n;
	double *row = mem_new(items, sizeof *row), variance;
	double low = (double)INFINITY, high = -(double)INFINITY;
	struct crossed c;

	for (size_t i = 0; i < t->n; i++) {
		low = fmin(low, t->runs[2 * i + which]->items->low);
		high = fmax(high, t->runs[2 * i + which]->items->high);
	}
	crossed_init(&c, items, factor * (high - low) / sqrt(2));
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < items; k++)
			row[k] = factor * scores_get(t->runs[2 * i + which]->items, k);
		crossed_add(&c, row);
	}
	variance = crossed_variance(&c);
	crossed_free(&c);
	free(row);
	return variance;
}

/* One side's items over its runs so far. */
struct side {
	size_t runs, items;
	double mean, variance, low, high;
};

static void side_add(struct side *d, const struct scores *s)
{
	double n = (double)++d->runs;

	d->items = n > 1 && d->items < s->n ? d->items : s->n;
	d->mean += (s->mean - d->mean) / n;
	d->variance += (s->variance - d->variance) / n;
	d->low = n > 1 ? fmin(d->low, s->low) : s->low;
	d->high = n > 1 ? fmax(d->high, s->high) : s->high;
}

static double side_variance(const struct side *d)
{
	return items_alone(d->items, d->mean, d->variance, d->low, d->high);
}

static double *side_variances(const struct tests *t, double factor,
                              struct test_items *items, struct arena *a)
{
	double *out = arena_new(a, t->n + 1, sizeof *out);
	struct side one = {0}, other = {0};

	for (size_t i = 0; i < t->n; i++) {
		side_add(&one, t->runs[2 * i]->items);
		side_add(&other, t->runs[2 * i + 1]->items);
		items->winner = factor * factor * side_variance(&one);
		items->defaults = factor * factor * side_variance(&other);
		out[i + 1] = items->winner + items->defaults;
	}
	return out;
}

struct claim_items test_items_of(struct verdict *v, size_t pairs, struct arena *a)
{
	struct tests t = whole_pairs(v, pairs, a);
	struct test_items *out = &v->items;
	struct item_scale scale;
	const char *why;

	*out = (struct test_items){0};
	if (!all_sampled(&t, out) || !find_scale(&t, &scale, out))
		return (struct claim_items){0};
	out->n = t.runs[0]->items->n;
	for (size_t k = 1; k < 2 * t.n; k++)
		if (t.runs[k]->items->n < out->n)
			out->n = t.runs[k]->items->n;
	why = unpaired(&t);
	out->use = why ? ITEMS_UNPAIRED : ITEMS_PAIRED;
	explain(out, "%s", why ? why : "");
	if (why)
		return (struct claim_items){
		    .n = out->n, .variance = side_variances(&t, scale.factor, out, a)};
	out->winner = side_of_pairs(&t, 0, fabs(scale.factor));
	out->defaults = side_of_pairs(&t, 1, fabs(scale.factor));
	return (struct claim_items){
	    .n = out->n, .variance = pair_variance(&t, fabs(scale.factor), a)};
}
