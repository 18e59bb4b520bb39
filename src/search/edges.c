#include "search/edges.h"
#include "base/fisher.h"
#include "base/stat.h"

#include <math.h>
#include <string.h>

static const double level = 0.001, against_others = 0.05;

static bool is_list(const struct param *p)
{
	double x;

	if (p->dist != DIST_CATEGORICAL || p->n_distinct < 3 || p->zip)
		return false;
	for (size_t i = 0; i < p->n_distinct; i++)
		if (p->values[p->distinct[i]].kind == VALUE_BOOL ||
		    !value_number(&p->values[p->distinct[i]], &x))
			return false;
	return true;
}

bool edge_is_ranged(const struct param *p)
{
	switch (p->dist) {
	case DIST_INT_UNIFORM:
	case DIST_UNIFORM:
	case DIST_Q_UNIFORM:
	case DIST_LOG_UNIFORM:
	case DIST_Q_LOG_UNIFORM:
	case DIST_INV_LOG_UNIFORM:
	case DIST_LOG_UNIFORM_VALUES:
	case DIST_Q_LOG_UNIFORM_VALUES:
	case DIST_INV_LOG_UNIFORM_VALUES: return param_cardinality(p) != 1;
	case DIST_CATEGORICAL: return is_list(p);
	case DIST_CONSTANT:
	case DIST_NORMAL:
	case DIST_Q_NORMAL:
	case DIST_LOG_NORMAL:
	case DIST_Q_LOG_NORMAL:
	case DIST_BETA:
	case DIST_Q_BETA: break;
	}
	return false;
}

/* Of a range, the u of its end: the values of some fall with u. */
static double end_u(const struct param *p, bool upper)
{
	struct value low, high;
	double a = 0, b = 0;

	param_decode(p, 0x1p-40, NULL, &low);
	param_decode(p, 1 - 0x1p-40, NULL, &high);
	value_number(&low, &a);
	value_number(&high, &b);
	return (a <= b) == upper ? 1 : 0;
}

struct value edge_value(const struct param *p, bool upper)
{
	struct value v = {0};
	double best = 0, x;

	if (p->dist != DIST_CATEGORICAL) {
		param_decode(p, end_u(p, upper) > 0 ? 1 - 0x1p-40 : 0x1p-40, NULL, &v);
		return v;
	}
	for (size_t i = 0; i < p->n_distinct; i++) {
		const struct value *w = &p->values[p->distinct[i]];

		if (value_number(w, &x) && (!i || (upper ? x > best : x < best))) {
			best = x;
			v = *w;
		}
	}
	return v;
}

void edge_ends(const struct param *p, double *low, double *high)
{
	struct value first, last;

	if (edge_is_ranged(p)) {
		first = edge_value(p, false);
		last = edge_value(p, true);
	} else {
		param_decode(p, 0x1p-10, NULL, &first);
		param_decode(p, 1 - 0x1p-10, NULL, &last);
	}
	if (!value_number(&first, low))
		*low = 0;
	if (!value_number(&last, high))
		*high = 0;
}

bool edge_is_log(const struct param *p)
{
	struct value low;
	double x;

	if (!dist_is_log(p->dist))
		return false;
	low = edge_value(p, false);
	return value_number(&low, &x) && x > 0;
}

bool edge_is_whole(const struct param *p)
{
	return edge_value(p, false).kind == VALUE_INT;
}

bool edge_is_natural(const struct param *p, bool upper)
{
	struct value low, high;
	double a, b;

	if (!edge_is_ranged(p))
		return true;
	low = edge_value(p, false);
	high = edge_value(p, true);
	if (!value_number(&low, &a) || !value_number(&high, &b))
		return true;
	if (upper)
		return b == 0 || (b == 1 && a >= 0 && !edge_is_log(p));
	return a == 0 || (a == 1 && low.kind == VALUE_INT);
}

/* How far the cell of the end reaches in u, EDGES_NEAR at the least. */
static double reach(const struct param *p, bool upper)
{
	struct value end = edge_value(p, upper), v;
	double far = 0, near = 1, from = end_u(p, upper);

	if (!param_cardinality(p))
		return EDGES_NEAR;
	for (int i = 0; i < 30; i++) {
		double mid = (far + near) / 2;

		param_decode(p, from > 0 ? 1 - mid : mid, NULL, &v);
		if (value_equal(&v, &end))
			far = mid;
		else
			near = mid;
	}
	return fmax(far, EDGES_NEAR);
}

/* What share of evenly spread trials would be there. */
static double share_of(const struct param *p, const struct value *end, double far)
{
	if (p->dist != DIST_CATEGORICAL)
		return far;
	for (size_t i = 0; p->probabilities && i < p->n_values; i++)
		if (value_equal(&p->values[i], end))
			return p->probabilities[i];
	return 1 / (double)p->n_distinct;
}

static bool is_near(const struct param *p, const struct edge *e, double far,
                    const struct value *v)
{
	double u;

	if (value_equal(v, &e->end))
		return true;
	if (e->at || !param_encode(p, v, &u))
		return false;
	return end_u(p, e->upper) > 0 ? u >= 1 - far : u <= far;
}

/* Counts; false: not enough trials have it. */
static bool count(const struct search *s, struct trial *const *order, struct edge *e,
                  double far)
{
	const struct param *p = &s->spec->space.params[e->param];
	size_t met = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = order[i]->values[e->param];
		bool near;

		if (order[i]->outcome != OUTCOME_OK || !v)
			continue;
		near = is_near(p, e, far, v);
		if (met++ < EDGES_BEST) {
			e->near += near;
		} else {
			e->others++;
			e->others_near += near;
		}
	}
	return met >= EDGES_TRIALS;
}

/* P(k or more of the best are there | each with probability p). */
static double chance(size_t k, double p)
{
	return k ? stat_beta_cdf(p, (double)k, (double)(EDGES_BEST - k + 1)) : 1;
}

static bool can_be_crossed(const struct param *p, bool upper)
{
	return !p->size && edge_is_ranged(p) && !edge_is_natural(p, upper);
}

/* Is there something to say of this end, one of so many? */
static bool look(const struct search *s, struct trial *const *order, size_t ends,
                 struct edge *e)
{
	const struct param *p = &s->spec->space.params[e->param];
	double far;

	e->end = edge_value(p, e->upper);
	e->listed = p->dist == DIST_CATEGORICAL;
	far = e->listed ? 0 : reach(p, e->upper);
	e->at = e->listed || far > EDGES_NEAR;
	return count(s, order, e, far) &&
	       chance(e->near, share_of(p, &e->end, far)) <= level / (double)ends &&
	       fisher_greater(e->near, EDGES_BEST, e->others_near, e->others) <=
	           against_others;
}

struct edge *edges_find(struct search *s, struct arena *a, size_t *n)
{
	const struct space *sp = &s->spec->space;
	struct trial **order = search_rank(s, a);
	struct edge *list = arena_new(a, 2 * sp->n + 1, sizeof *list);
	size_t ends = 0;

	*n = 0;
	/* A front reaches to ends by its nature, and intervals of a population are no
	 * independent trials. */
	if (!s->spec->metric.name || s->spec->method == METHOD_GRID ||
	    s->spec->method == METHOD_PBT || s->spec->n_objectives > 1)
		return list;
	for (size_t i = 0; i < sp->n; i++)
		for (int upper = 0; upper < 2; upper++)
			ends += can_be_crossed(&sp->params[i], upper);
	for (size_t i = 0; i < sp->n; i++)
		for (int upper = 0; upper < 2; upper++) {
			struct edge e = {.param = i, .upper = upper};

			if (can_be_crossed(&sp->params[i], upper) &&
			    look(s, order, ends, &e))
				list[(*n)++] = e;
		}
	return list;
}

void edges_text(struct search *s, struct str *out)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	size_t n;
	struct edge *list = edges_find(s, &s->scratch, &n);

	for (size_t i = 0; i < n; i++) {
		const struct edge *e = &list[i];
		const char *end = e->upper ? e->listed ? "largest value" : "upper end"
		                  : e->listed ? "smallest value"
		                              : "lower end";

		str_addf(out, "advice: %s: %zu of the best %d %s its %s, ",
		         s->spec->space.params[e->param].name, e->near, EDGES_BEST,
		         e->listed ? "have"
		         : e->at   ? "are at"
		                   : "within 5 % of",
		         end);
		value_text(&e->end, out);
		str_addf(out,
		         ", and %zu of the other %zu: better ones may lie beyond "
		         "(hpsearch refine widens it)\n",
		         e->others_near, e->others);
	}
	arena_rewind(&s->scratch, mark);
}
