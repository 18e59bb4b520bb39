/* The keys that say when a search ends: max_trials and its kin, budget, stop. */
#include "config/read.h"

#include <string.h>

/* Three keys say it; the least counts. */
static bool read_cap(struct reading *r, const struct node *n, const char *what)
{
	uint64_t *cap = &r->spec->max_trials, x;

	if (!read_count(r, n, what, 1, &x))
		return false;
	if (*cap && *cap != x)
		read_note(r, true, n->at,
		          "the number of trials is given twice, %llu and %llu; the "
		          "smaller counts",
		          (unsigned long long)*cap, (unsigned long long)x);
	*cap = *cap && *cap < x ? *cap : x;
	return true;
}

bool spec_read_max_trials(struct reading *r, const struct node *n)
{
	return read_cap(r, n, "max_trials");
}

bool spec_read_run_cap(struct reading *r, const struct node *n)
{
	return read_cap(r, n, "run_cap");
}

bool spec_read_min_trials(struct reading *r, const struct node *n)
{
	return read_count(r, n, "min_trials", 0, &r->spec->min_trials);
}

bool spec_read_budget(struct reading *r, const struct node *map)
{
	static const char *const names[] = {"time", "cost", "trials"};
	struct spec *s = r->spec;
	const struct node *n;

	if (map->kind != NODE_MAP)
		return read_fails(r, map->at, "as in budget: {time: 2h}",
		                  "budget must be a mapping");
	if (!read_known_keys(r, map, "budget", names, ARRAY_LEN(names)))
		return false;
	if ((n = node_get(map, "time")) &&
	    !read_duration(r, n, "budget.time", &s->budget_time))
		return false;
	if (n && !(s->budget_time > 0))
		return read_fails(r, n->at, NULL, "budget.time must be above 0");
	if ((n = node_get(map, "cost")) &&
	    !read_number(r, n, "budget.cost", &s->budget_cost))
		return false;
	if (n && !(s->budget_cost > 0))
		return read_fails(r, n->at, NULL, "budget.cost must be above 0");
	n = node_get(map, "trials");
	return !n || read_cap(r, n, "budget.trials");
}

bool spec_read_stop(struct reading *r, const struct node *map)
{
	static const char *const names[] = {"target", "patience", "auto"};
	struct metric *m = &r->spec->metric;
	const struct node *n;
	double target;

	if (map->kind == NODE_SCALAR && map->value.kind == VALUE_STRING &&
	    strcmp(map->value.string, "auto") == 0) {
		r->spec->stop_auto = true;
		return m->name ||
		       read_fails(r, map->at,
		                  "as in metric: {name: val_loss, goal: minimize}",
		                  "stop needs a metric");
	}
	if (map->kind != NODE_MAP)
		return read_fails(r, map->at, "as in stop: {patience: 20}",
		                  "stop must be auto or a mapping");
	if (!read_known_keys(r, map, "stop", names, ARRAY_LEN(names)))
		return false;
	if (map->n && !m->name)
		return read_fails(r, map->key_at[0],
		                  "as in metric: {name: val_loss, goal: minimize}",
		                  "stop needs a metric");
	if ((n = node_get(map, "target"))) {
		if (!read_number(r, n, "stop.target", &target))
			return false;
		if (m->has_target && (m->target < target || m->target > target))
			read_note(r, true, n->at,
			          "the target is given twice, %g and %g; stop.target "
			          "counts",
			          m->target, target);
		m->has_target = true;
		m->target = target;
	}
	n = node_get(map, "auto");
	if (n && !read_bool(r, n, "stop.auto", &r->spec->stop_auto))
		return false;
	n = node_get(map, "patience");
	return !n ||
	       read_size(r, n, "stop.patience", 1, 1000000, &r->spec->stop_patience);
}
