/* The early_terminate block: W&B's hyperband and our own rules. */
#include "config/read.h"

#include <math.h>
#include <string.h>

static const char *const early_keys[] = {
    "type",     "step",      "min_iter", "max_iter",   "s",     "eta",
    "strict",   "min_steps", "grace",    "min_trials", "min",   "max",
    "patience", "control",   "mode",     "resource",   "smooth"};

static bool early_type(struct reading *r, const struct node *n, enum early_type *out)
{
	static const struct {
		const char *word;
		enum early_type type;
	} types[] = {{"hyperband", EARLY_WANDB_HYPERBAND},
	             {"asha", EARLY_ASHA},
	             {"median", EARLY_MEDIAN},
	             {"threshold", EARLY_THRESHOLD},
	             {"patience", EARLY_PATIENCE}};
	const char *words[ARRAY_LEN(types)], *word, *near;

	if (!read_string(r, n, "type", &word))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		words[i] = types[i].word;
		if (strcmp(word, types[i].word) == 0) {
			*out = types[i].type;
			return true;
		}
	}
	near = str_nearest(word, words, ARRAY_LEN(types));
	return read_fails(r, n->at,
	                  near ? arena_printf(r->a, "did you mean %s?", near)
	                       : "hyperband, asha, median, threshold or patience",
	                  "early_terminate has no type %s", word);
}

static bool resource(struct reading *r, const struct node *n, struct early *e)
{
	static const char *const keys[] = {"parameter", "min", "max"};
	const struct node *name = node_get(n, "parameter"), *min = node_get(n, "min");
	const struct node *max = node_get(n, "max");

	if (!read_map(r, n, "resource"))
		return false;
	for (size_t i = 0; i < n->n; i++)
		if (strcmp(n->keys[i], "parameter") && strcmp(n->keys[i], "min") &&
		    strcmp(n->keys[i], "max"))
			return read_unknown_key(r, n, i, "resource", keys,
			                        ARRAY_LEN(keys));
	if (!name || !min || !max)
		return read_fails(
		    r, n->at, "as in resource: {parameter: epochs, min: 3, max: 81}",
		    "resource needs parameter, min and max");
	if (!read_string(r, name, "parameter", &e->resource) ||
	    !read_number(r, min, "min", &e->resource_min) ||
	    !read_number(r, max, "max", &e->resource_max))
		return false;
	if (!(e->resource_min > 0 && e->resource_min < e->resource_max))
		return read_fails(r, min->at, NULL,
		                  "resource: min must be above 0 and below max");
	return true;
}

static bool numbers(struct reading *r, const struct node *map, struct early *e)
{
	const struct {
		const char *key;
		double *out;
	} keys[] = {{"min_iter", &e->min_iter},
	            {"max_iter", &e->max_iter},
	            {"s", &e->s},
	            {"eta", &e->eta},
	            {"min_steps", &e->min_steps},
	            {"grace", &e->grace},
	            {"control", &e->control},
	            {"min", &e->min},
	            {"max", &e->max}};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct node *n = node_get(map, keys[i].key);

		if (n && !read_number(r, n, keys[i].key, keys[i].out))
			return false;
	}
	e->has_min = node_get(map, "min") != NULL;
	e->has_max = node_get(map, "max") != NULL;
	if (!(e->eta > 1))
		return read_fails(r, node_get(map, "eta")->at, NULL,
		                  "eta must be above 1");
	if (!(e->control >= 0 && e->control <= 1))
		return read_fails(r, node_get(map, "control")->at, NULL,
		                  "control is a share of the trials: between 0 and 1");
	return true;
}

/* W&B: either min_iter, or max_iter and s. */
static bool hyperband_keys(struct reading *r, const struct node *map, struct early *e)
{
	bool min = node_get(map, "min_iter") != NULL,
	     max = node_get(map, "max_iter") != NULL;
	bool s = node_get(map, "s") != NULL;

	if (e->resource) {
		e->type = EARLY_HYPERBAND;
		return true;
	}
	if ((min && !(e->min_iter >= 1)) || (max && !(e->max_iter >= 1)))
		return read_fails(r, map->at, NULL,
		                  "min_iter and max_iter must be at least 1");
	if (max && s && e->max_iter / e->eta >= 1 && e->s >= 1)
		return true;
	if (max && s && !min)
		return read_fails(r, map->at, "make max_iter larger, or s at least 1",
		                  "early_terminate: no band is left below max_iter");
	if (max && !s && min)
		read_note(
		    r, true, node_key_place(map, "max_iter"),
		    "early_terminate: max_iter without s is left out; min_iter counts");
	if (min) {
		e->max_iter = (double)NAN;
		return true;
	}
	return read_fails(
	    r, map->at, "write min_iter: 3, or max_iter: 27 and s: 2",
	    "early_terminate: hyperband needs min_iter, or max_iter and s");
}

static bool rest(struct reading *r, const struct node *map, struct early *e)
{
	const struct node *n;

	if ((n = node_get(map, "step")) && !read_string(r, n, "step", &e->step))
		return false;
	if ((n = node_get(map, "strict")) && !read_bool(r, n, "strict", &e->strict))
		return false;
	if ((n = node_get(map, "min_trials")) &&
	    !read_size(r, n, "min_trials", 0, &e->min_trials))
		return false;
	if ((n = node_get(map, "patience")) &&
	    !read_size(r, n, "patience", 1, &e->patience))
		return false;
	if ((n = node_get(map, "smooth")) && !read_size(r, n, "smooth", 1, &e->smooth))
		return false;
	if ((n = node_get(map, "resource")) && !resource(r, n, e))
		return false;
	if ((n = node_get(map, "mode"))) {
		if (!read_string(r, n, "mode", &e->mode))
			return false;
		if (strcmp(e->mode, "stop") && strcmp(e->mode, "promote"))
			return read_fails(r, n->at, NULL, "mode is stop or promote");
	}
	if (e->type == EARLY_THRESHOLD && !e->has_min && !e->has_max)
		return read_fails(r, map->at, "write max: 10 (or min:)",
		                  "early_terminate: threshold needs min or max");
	if (e->type == EARLY_PATIENCE && !e->patience)
		return read_fails(r, map->at, "write patience: 10",
		                  "early_terminate: patience needs patience");
	return e->type != EARLY_WANDB_HYPERBAND || hyperband_keys(r, map, e);
}

bool spec_read_early(struct reading *r, const struct node *map)
{
	struct early *e = &r->spec->early;
	const struct node *type;

	/* W&B's users write this too; without a band it can stop nothing. */
	if (map->kind == NODE_SCALAR && map->value.kind == VALUE_STRING) {
		read_note(r, true, map->at,
		          "early_terminate: %s says neither min_iter nor max_iter and "
		          "is left "
		          "out: every trial runs to its end",
		          map->text);
		return true;
	}
	if (map->kind != NODE_MAP)
		return read_fails(
		    r, map->at, "as in early_terminate: {type: hyperband, min_iter: 3}",
		    "early_terminate must be a mapping with a type");
	*e = (struct early){.min_iter = (double)NAN,
	                    .max_iter = (double)NAN,
	                    .s = (double)NAN,
	                    .eta = 3,
	                    .strict = true,
	                    .min_steps = (double)NAN,
	                    .grace = (double)NAN,
	                    .smooth = 1,
	                    .at = map->at};
	type = node_get(map, "type");
	if (!type)
		return read_fails(r, map->at, "as in {type: hyperband, min_iter: 3}",
		                  "early_terminate needs a type");
	for (size_t i = 0; i < map->n; i++) {
		bool known = false;

		for (size_t k = 0; k < ARRAY_LEN(early_keys); k++)
			known = known || strcmp(map->keys[i], early_keys[k]) == 0;
		if (!known)
			return read_unknown_key(r, map, i, "early_terminate",
			                        early_keys, ARRAY_LEN(early_keys));
	}
	return early_type(r, type, &e->type) && numbers(r, map, e) && rest(r, map, e);
}
