/* Ray Tune: experiments in YAML, whose values are grid_search lists or tune's own calls
 * as texts. */
#include "config/scalar.h"
#include "convert/our_file.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8, NUMBERS_MAX = 4 };

static const struct node *experiment(const struct node *root)
{
	if (root->kind != NODE_MAP || !root->n)
		return NULL;
	if (node_get(root, "config") &&
	    (node_get(root, "run") || node_get(root, "num_samples") ||
	     node_get(root, "resources_per_trial") || node_get(root, "scheduler")))
		return root;
	for (size_t i = 0; i < root->n; i++)
		if (node_get(root->items[i], "run") &&
		    node_get(root->items[i], "config"))
			return root->items[i];
	return NULL;
}

static bool is_ray(const struct node *root)
{
	return experiment(root) != NULL;
}

/* tune.loguniform(1e-5, 0.1) → its name and numbers. */
static bool call(const char *text, char *name, size_t size, double *x, size_t *n)
{
	const char *open = strchr(text, '('), *point;
	size_t len;

	*n = 0;
	if (!open || text[strlen(text) - 1] != ')')
		return false;
	point = open;
	while (point > text && (isalpha((unsigned char)point[-1]) || point[-1] == '_'))
		point--;
	len = (size_t)(open - point);
	if (!len || len >= size ||
	    (point > text && strncmp(text, "tune.", 5) != 0 &&
	     strncmp(text, "ray.", 4) != 0))
		return false;
	memcpy(name, point, len);
	name[len] = '\0';
	for (const char *p = open + 1; *n < NUMBERS_MAX && *p != ')';) {
		p += strspn(p, " ");
		len = strcspn(p, ",) ");
		if (!number_of(p, len, &x[*n], NULL))
			return false;
		++*n;
		p += len;
		p += strspn(p, " ,");
	}
	return *n >= 2;
}

static bool drawn(struct our_file *t, const char *key, const struct node *n, bool *is)
{
	char name[32];
	double x[NUMBERS_MAX] = {0};
	struct range r;
	size_t k;

	*is = n->kind == NODE_SCALAR && call(n->text, name, sizeof name, x, &k);
	if (!*is)
		return true;
	t->method = "random";
	if (strcmp(name, "randn") == 0 || strcmp(name, "qrandn") == 0) {
		ours_normal(t, key, false, x[0], x[1], *name == 'q' ? x[2] : 0,
		            n->text);
		return true;
	}
	r = (struct range){.low = x[0],
	                   .high = x[1],
	                   .log = strstr(name, "log") != NULL,
	                   .whole = strstr(name, "int") != NULL,
	                   .step = *name == 'q' ? x[2] : 0,
	                   .from_zero = true};
	/* randint and lograndint leave the upper end out, the q forms have it. */
	if (r.whole && *name != 'q')
		r.high--;
	return ours_range(t, key, &r, n, n->text);
}

static bool values(struct our_file *t, const struct node *map, const char *prefix,
                   int depth)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct node *n = map->items[i],
				  *grid = node_get(n, "grid_search");
		const char *name = arena_printf(t->a, "%s%s", prefix, map->keys[i]);
		bool is;

		ours_open(t, n);
		if (grid) {
			if (!ours_values(t, name, grid, NULL))
				return false;
			continue;
		}
		if (n->kind == NODE_MAP && n->n && depth < DEPTH_MAX) {
			if (!values(t, n, arena_printf(t->a, "%s.", name), depth + 1))
				return false;
			continue;
		}
		if (!drawn(t, name, n, &is))
			return false;
		if (is)
			continue;
		ours_used(t, n);
		ours_constant(t, name, NULL, flow(t, n));
	}
	return true;
}

static bool convert(struct our_file *t, const struct node *root)
{
	const struct node *e = experiment(root), *stop, *n;
	const char *name, *mode;
	double samples = 1;

	for (size_t i = 0; e != root && i < root->n; i++)
		if (root->items[i] == e)
			ours_open(t, e);
	if (node_get(e, "config")->kind != NODE_MAP)
		return ours_fails(t, node_get(e, "config"), NULL,
		                  "config must be a mapping");
	if (!values(t, take(t, e, "config"), "", 0))
		return false;
	n = take(t, e, "num_samples");
	if (t->method)
		ours_count(t, "max_trials", n);
	else if (node_number(n, &samples) && samples > 1)
		ours_key(t, "repeats", "%.0f", samples);
	if (!t->method)
		t->method = "grid";
	name = take_text(t, e, "metric");
	mode = take_text(t, e, "mode");
	stop = take(t, e, "stop");
	for (size_t i = 0; !name && stop && stop->kind == NODE_MAP && i < stop->n; i++)
		if (strstr(stop->keys[i], "reward") || strstr(stop->keys[i], "acc"))
			name = stop->keys[i];
	ours_used(t, stop);
	if (stop)
		ours_note(t, stop, "each run was stopped at %s", flow(t, stop));
	if (!name) {
		name = "episode_reward_mean";
		ours_note(t, e, "the file names no metric: %s stands for it", name);
	}
	t->goal = (mode && strcmp(mode, "max") == 0) ||
	                  (!mode && (strstr(name, "reward") || strstr(name, "acc")))
	              ? "maximize"
	              : "minimize";
	ours_metric(t, name, NULL);
	ours_placeholder(t, "python3 train.py ${args}",
	                 "Ray runs a class of Python, not a command; write yours");
	return true;
}

const struct format format_ray = {"Ray Tune", is_ray, convert};
