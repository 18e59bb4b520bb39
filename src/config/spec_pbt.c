/* The pbt block: a population, its intervals, and how its members change. */
#include "config/read.h"

#include <math.h>

enum { POPULATION_MAX = 1000, INTERVALS_MAX = 10000 };

static const uint64_t steps_max = 1000000000000;

static const char example[] = "as in pbt: {population: 8, interval: 5, max_iter: 50}";

static bool read_steps(struct reading *r, const struct node *map, const char *key,
                       const char *what, uint64_t *out)
{
	const struct node *n = node_get(map, key);

	if (!n)
		return read_fails(r, map->at, example, "pbt: %s is missing", key);
	return read_count(r, n, what, 1, out) &&
	       (*out <= steps_max ||
	        read_fails(r, n->at, NULL, "%s is too large", what));
}

static bool read_share(struct reading *r, const struct node *map, const char *key,
                       double most, double *out)
{
	const struct node *n = node_get(map, key);

	if (!n)
		return true;
	if (!read_number(r, n, key, out))
		return false;
	return (*out >= 0 && *out <= most) ||
	       read_fails(r, n->at, NULL, "pbt: %s must be from 0 to %g", key, most);
}

static bool read_perturb(struct reading *r, const struct node *map, struct pbt *p)
{
	const struct node *n = node_get(map, "perturb");

	if (!n)
		return true;
	if (n->kind != NODE_LIST || n->n != 2)
		return read_fails(r, n->at, "as in perturb: [0.8, 1.2]",
		                  "pbt: perturb must be a list of two factors");
	for (size_t i = 0; i < 2; i++)
		if (!read_number(r, n->items[i], "a factor of perturb", &p->perturb[i]))
			return false;
	return (p->perturb[0] > 0 && p->perturb[0] < 1 && p->perturb[1] > 1 &&
	        isfinite(p->perturb[1])) ||
	       read_fails(r, n->at, "as in perturb: [0.8, 1.2]",
	                  "pbt: the first factor of perturb must be between 0 and 1, "
	                  "the second above 1");
}

static bool read_mutate(struct reading *r, const struct node *map, struct pbt *p)
{
	const struct space *sp = &r->spec->space;
	const struct node *n = node_get(map, "mutate");
	bool *mutates;

	if (!n)
		return true;
	if (n->kind != NODE_LIST || !n->n)
		return read_fails(r, n->at, "as in mutate: [lr]",
		                  "pbt: mutate must be a list of parameters");
	mutates = arena_new(r->a, sp->n + 1, sizeof *mutates);
	for (size_t i = 0; i < n->n; i++) {
		const char *name;

		if (!read_parameter_name(r, n->items[i], "pbt: mutate", &name))
			return false;
		mutates[space_find(sp, name)] = true;
	}
	p->mutates = mutates;
	return true;
}

bool spec_read_pbt(struct reading *r, const struct node *map)
{
	static const char *const names[] = {"population", "interval", "max_iter",
	                                    "quantile",   "resample", "perturb",
	                                    "mutate",     "step"};
	struct pbt p = {.population = 8,
	                .quantile = 0.25,
	                .resample = 0.25,
	                .perturb = {0.8, 1.2},
	                .at = map->at};
	const struct node *n;
	size_t population = (size_t)p.population;

	if (!read_map(r, map, "pbt") ||
	    !read_known_keys(r, map, "pbt", names, ARRAY_LEN(names)))
		return false;
	n = node_get(map, "population");
	if (n && !read_size(r, n, "pbt: population", 2, POPULATION_MAX, &population))
		return false;
	p.population = population;
	if (!read_steps(r, map, "interval", "pbt: interval", &p.interval) ||
	    !read_steps(r, map, "max_iter", "pbt: max_iter", &p.max_iter) ||
	    !read_share(r, map, "quantile", 0.5, &p.quantile) ||
	    !read_share(r, map, "resample", 1, &p.resample) ||
	    !read_perturb(r, map, &p) || !read_mutate(r, map, &p))
		return false;
	n = node_get(map, "step");
	if (n && !read_string(r, n, "pbt: step", &r->spec->early.step))
		return false;
	r->spec->pbt = p;
	return true;
}

static bool check_lengths(struct reading *r)
{
	const struct pbt *p = &r->spec->pbt;

	if (p->interval >= p->max_iter)
		return read_fails(r, p->at, example,
		                  "pbt: max_iter must be above interval: with one "
		                  "interval nothing is ever copied");
	return spec_pbt_intervals(r->spec) <= INTERVALS_MAX ||
	       read_fails(r, p->at, "a longer interval",
	                  "pbt: a training of over %d intervals", INTERVALS_MAX);
}

static bool any_mutates(const struct spec *s)
{
	for (size_t i = 0; i < s->space.n; i++)
		if (s->space.params[i].dist != DIST_CONSTANT &&
		    (!s->pbt.mutates || s->pbt.mutates[i]))
			return true;
	return false;
}

bool spec_check_pbt(struct reading *r, const struct node *root)
{
	const struct spec *s = r->spec;
	const struct node *method = node_get(root, "method");
	const struct {
		bool is;
		const char *key, *what, *help;
	} cases[] = {
	    {!s->metric.name, "pbt", "pbt needs a metric",
	     "as in metric: {name: val_loss}"},
	    {s->early.type != EARLY_NONE, "early_terminate",
	     "pbt and early_terminate do not go together: a population replaces its "
	     "worse members itself",
	     "take early_terminate out"},
	    {s->repeats > 1, "repeats",
	     "pbt and repeats do not go together: a member is one training",
	     "take repeats out; hpsearch rerun-schedule trains the schedule that is "
	     "found with several seeds"},
	    {s->test.present, "test",
	     "pbt has no final verification: its winner is a schedule, which no single "
	     "run can train",
	     "take test out; hpsearch rerun-schedule trains the schedule afresh, with "
	     "other seeds, beside constant parameters"},
	    {s->n_criteria > 0, "metrics",
	     "pbt takes one metric: of several objectives, or limits, no member is "
	     "simply the worse",
	     "metric: {name: …} alone"},
	    {s->scale.n, "scale",
	     "pbt and scale do not go together: members of different sizes cannot copy "
	     "each other",
	     "another method"},
	    {s->stop_auto, "stop",
	     "pbt and stop: auto do not go together: no model is made of a population",
	     "stop: {target: …}, or a smaller max_iter"},
	    {!any_mutates(s), "pbt", "pbt has no parameter that could change",
	     "parameters with min and max, or values"}};

	if (!s->pbt.population && s->method != METHOD_PBT)
		return true;
	if (!s->pbt.population)
		return read_fails(r, method->at, example,
		                  "method: pbt needs a pbt block: how long a training "
		                  "is, and an interval");
	if (s->method != METHOD_PBT)
		return read_fails(r, s->pbt.at, "write method: pbt",
		                  "pbt means nothing to method: %s", s->method_word);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct node *n = node_get(root, cases[i].key);

		if (cases[i].is)
			return read_fails(r, n ? n->at : s->pbt.at, cases[i].help, "%s",
			                  cases[i].what);
	}
	if (s->n_points > s->pbt.population)
		return read_fails(
		    r, node_get(root, "points")->at, "a larger population",
		    "pbt: %zu points are more than the %llu member%s of the "
		    "population, which they begin",
		    s->n_points, (unsigned long long)s->pbt.population,
		    str_plural(s->pbt.population));
	return check_lengths(r);
}
