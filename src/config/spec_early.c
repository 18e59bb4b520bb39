/* The early_terminate block: W&B's hyperband and our own rules. */
#include "config/dialect.h"
#include "config/read.h"

#include <math.h>
#include <string.h>

enum { COUNT_MAX = 1000000 };

/* Which rules a key means something to. */
enum {
	W = 1 << EARLY_WANDB_HYPERBAND,
	H = 1 << EARLY_HYPERBAND,
	A = 1 << EARLY_ASHA,
	M = 1 << EARLY_MEDIAN,
	T = 1 << EARLY_THRESHOLD,
	P = 1 << EARLY_PATIENCE,
	ALL = W | H | A | M | T | P
};

static const struct {
	const char *key;
	int types;
} keys[] = {
    {"type", ALL},
    {"step", ALL},
    {"control", ALL},
    {"min_steps", ALL},
    {"min_iter", W | H | A},
    {"max_iter", W | H | A},
    {"eta", W | H | A},
    {"s", W},
    {"strict", W},
    {"min_trials", W | H | A | M},
    {"grace", H | A},
    {"mode", H | A},
    {"resource", H | A},
    {"smooth", H | A | M | T},
    {"min", ALL},
    {"max", ALL},
    {"patience", P},
};

static const char *const type_words[] = {[EARLY_WANDB_HYPERBAND] = "hyperband",
                                         [EARLY_HYPERBAND] = "hyperband_brackets",
                                         [EARLY_ASHA] = "asha",
                                         [EARLY_MEDIAN] = "median",
                                         [EARLY_THRESHOLD] = "threshold",
                                         [EARLY_PATIENCE] = "patience"};

static bool check_keys(struct reading *r, const struct node *map)
{
	const char *names[ARRAY_LEN(keys)];

	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		names[k] = keys[k].key;
	for (size_t i = 0; i < map->n; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(keys) && strcmp(map->keys[i], names[k]) != 0)
			k++;
		if (k == ARRAY_LEN(keys))
			return read_unknown_key(r, map, i, "early_terminate", names,
			                        ARRAY_LEN(names));
	}
	return true;
}

/* hyperband is W&B's, unless keys say that it is meant in the way of our own rules. */
static bool read_type(struct reading *r, const struct node *map, struct early *e)
{
	const struct node *type = node_get(map, "type");
	size_t i;

	if (!type)
		return read_fails(
		    r, map->at, "as in early_terminate: {type: hyperband, min_iter: 3}",
		    "early_terminate needs a type");
	if (!read_choice(r, type, "type", type_words + 1, ARRAY_LEN(type_words) - 1,
	                 &i))
		return false;
	e->type = (enum early_type)(i + 1);
	if (e->type == EARLY_WANDB_HYPERBAND &&
	    (node_get(map, "resource") || node_get(map, "mode") ||
	     node_get(map, "grace"))) {
		e->type = EARLY_HYPERBAND;
		read_note(r, false, map->at,
		          "with resource, mode or grace, hyperband means brackets of "
		          "asha (hyperband_brackets), not W&B's rule");
	}
	return true;
}

static void note_unused(struct reading *r, const struct node *map, enum early_type type)
{
	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		if (node_get(map, keys[k].key) && !(keys[k].types & 1 << type))
			read_note(r, false, node_key_position(map, keys[k].key),
			          "early_terminate: %s does not use %s",
			          type_words[type], keys[k].key);
}

static bool read_resource(struct reading *r, const struct node *n, struct early *e)
{
	static const char *const names[] = {"parameter", "min", "max"};
	const struct node *name = node_get(n, "parameter"), *min = node_get(n, "min");
	const struct node *max = node_get(n, "max");

	if (!read_map(r, n, "resource") ||
	    !read_known_keys(r, n, "resource", names, ARRAY_LEN(names)))
		return false;
	if (!name || !min || !max)
		return read_fails(
		    r, n->at, "as in resource: {parameter: epochs, min: 3, max: 81}",
		    "resource needs parameter, min and max");
	if (!read_parameter_name(r, name, "resource", &e->resource) ||
	    !read_number(r, min, "resource.min", &e->resource_min) ||
	    !read_number(r, max, "resource.max", &e->resource_max))
		return false;
	if (!(e->resource_min > 0 && e->resource_min < e->resource_max))
		return read_fails(r, min->at, NULL,
		                  "resource: min must be above 0 and below max");
	return true;
}

static bool read_numbers(struct reading *r, const struct node *map, struct early *e)
{
	const struct {
		const char *key;
		double *out;
		double least;
		bool whole;
	} numbers[] = {{"min_iter", &e->min_iter, 1, true},
	               {"max_iter", &e->max_iter, 1, true},
	               {"s", &e->s, 0, true},
	               {"eta", &e->eta, 0, false},
	               {"min_steps", &e->min_steps, 0, false},
	               {"grace", &e->grace, 0, false},
	               {"control", &e->control, 0, false},
	               {"min", &e->min, -(double)INFINITY, false},
	               {"max", &e->max, -(double)INFINITY, false}};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		const struct node *n = node_get(map, numbers[i].key);
		double x;

		if (!n)
			continue;
		if (!read_number(r, n, numbers[i].key, &x))
			return false;
		if (x < numbers[i].least || (numbers[i].whole && x != floor(x)))
			return read_fails(
			    r, n->at, NULL, "%s must be a %snumber from %g on",
			    numbers[i].key, numbers[i].whole ? "whole " : "",
			    numbers[i].least);
		*numbers[i].out = x;
	}
	e->has_min = node_get(map, "min") != NULL;
	e->has_max = node_get(map, "max") != NULL;
	if (!(e->eta > 1))
		return read_fails(r, node_get(map, "eta")->at, NULL,
		                  "eta must be above 1");
	if (!(e->control <= 1))
		return read_fails(r, node_get(map, "control")->at, NULL,
		                  "control is a share of the trials: between 0 and 1");
	return true;
}

static bool read_rest(struct reading *r, const struct node *map, struct early *e)
{
	static const char *const modes[] = {
	    [MODE_STOP] = "stop", [MODE_PROMOTE] = "promote"};
	const struct node *n;
	size_t mode;

	if ((n = node_get(map, "step")) && !read_string(r, n, "step", &e->step))
		return false;
	if ((n = node_get(map, "strict")) && !read_bool(r, n, "strict", &e->strict))
		return false;
	if ((n = node_get(map, "min_trials")) &&
	    !read_size(r, n, "min_trials", 0, COUNT_MAX, &e->min_trials))
		return false;
	if ((n = node_get(map, "patience")) &&
	    !read_size(r, n, "patience", 1, COUNT_MAX, &e->patience))
		return false;
	if ((n = node_get(map, "smooth")) &&
	    !read_size(r, n, "smooth", 1, COUNT_MAX, &e->smooth))
		return false;
	if ((n = node_get(map, "resource")) && !read_resource(r, n, e))
		return false;
	/* A run that is told its budget cannot go on beyond it: it is run again. */
	e->mode = e->resource ? MODE_PROMOTE : MODE_STOP;
	if ((n = node_get(map, "mode"))) {
		if (!read_choice(r, n, "mode", modes, ARRAY_LEN(modes), &mode))
			return false;
		e->mode = (enum early_mode)mode;
	}
	return true;
}

/* W&B's rule: min_iter, or max_iter and s. */
static bool check_wandb(struct reading *r, const struct node *map, struct early *e)
{
	bool min = isfinite(e->min_iter), max = isfinite(e->max_iter);

	if (max && isfinite(e->s)) {
		if (e->s >= 1 && e->max_iter / e->eta >= 1)
			return true;
		if (!min)
			return read_fails(
			    r, map->at, "make max_iter larger, or s at least 1",
			    "early_terminate: no band is left below max_iter");
	}
	if (!min)
		return read_fails(
		    r, map->at, "write min_iter: 3, or max_iter: 27 and s: 2",
		    "early_terminate: hyperband needs min_iter, or max_iter and s");
	if (max)
		read_note(r, true, node_key_position(map, "max_iter"),
		          "early_terminate: max_iter %s is left out; min_iter counts",
		          isfinite(e->s) ? "leaves no band and" : "without s");
	e->max_iter = (double)NAN;
	return true;
}

static bool check_type(struct reading *r, const struct node *map, struct early *e)
{
	bool full = e->resource || isfinite(e->max_iter);

	if (e->type == EARLY_WANDB_HYPERBAND)
		return check_wandb(r, map, e);
	if (e->type == EARLY_HYPERBAND && !full)
		return read_fails(r, map->at, "write max_iter: 81",
		                  "early_terminate: the brackets come from the full "
		                  "budget of a run");
	if (e->type == EARLY_ASHA && !full && isnan(e->grace) && isnan(e->min_iter))
		return read_fails(r, map->at, "write grace: 3, or max_iter: 81",
		                  "early_terminate: asha does not know its first rung");
	if (e->mode == MODE_PROMOTE && !full)
		return read_fails(r, map->at, "write max_iter: 81",
		                  "early_terminate: promotion must know the full "
		                  "budget of a run");
	if (e->mode == MODE_PROMOTE && !e->resource && !e->step)
		return read_fails(
		    r, map->at,
		    "write step: epoch, if that is the key beside the metric",
		    "early_terminate: promotion must know where a run stands");
	if (e->type == EARLY_THRESHOLD && !e->has_min && !e->has_max)
		return read_fails(r, map->at, "write max: 10 (or min:)",
		                  "early_terminate: threshold needs min or max");
	if (e->has_min && e->has_max && !(e->min < e->max))
		return read_fails(r, node_get(map, "min")->at, NULL,
		                  "early_terminate: min must be below max");
	if (e->type == EARLY_PATIENCE && !e->patience)
		return read_fails(r, map->at, "write patience: 10",
		                  "early_terminate: patience needs patience");
	return true;
}

/* W&B refuses `early_terminate: hyperband` when it hands out the first run; files that
 * say so are about all the same, and nothing is lost by running every trial to its end.
 */
static bool read_word(struct reading *r, const struct node *n)
{
	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING &&
	    strcmp(n->text, "hyperband") == 0) {
		read_note(
		    r, true, n->at,
		    "early_terminate: hyperband alone does not say when; nothing is "
		    "stopped early; write early_terminate: {type: hyperband, "
		    "min_iter: 3}");
		return true;
	}
	return read_fails(r, n->at,
	                  n->kind == NODE_SCALAR && *n->text
	                      ? dialect_key("early_stopping", n, r->a)
	                      : "as in early_terminate: {type: hyperband, min_iter: 3}",
	                  "early_terminate must be a mapping with a type");
}

bool spec_read_early(struct reading *r, const struct node *map)
{
	struct early e = {.min_iter = (double)NAN,
	                  .max_iter = (double)NAN,
	                  .s = (double)NAN,
	                  .eta = 3,
	                  .strict = true,
	                  .min_steps = (double)NAN,
	                  .grace = (double)NAN,
	                  .smooth = 1,
	                  .at = map->at};

	if (map->kind != NODE_MAP)
		return read_word(r, map);
	if (!check_keys(r, map) || !read_type(r, map, &e) ||
	    !read_numbers(r, map, &e) || !read_rest(r, map, &e))
		return false;
	note_unused(r, map, e.type);
	if (!check_type(r, map, &e))
		return false;
	r->spec->early = e;
	return true;
}
