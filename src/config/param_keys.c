/* The keys of a parameter: ours, those of other tools, and what a person meant by one
 * that is neither. */
#include "config/dialect.h"
#include "config/draft.h"

#include <string.h>

static const char *const param_keys[] = {
    "arg", "flag",    "format", "separator",    "value", "values", "probabilities",
    "min", "max",     "q",      "mu",           "sigma", "a",      "b",
    "log", "default", "when",   "distribution", "idle"};

/* Words of other tools, too far from ours to be taken for typing errors. */
static const struct {
	const char *word, *ours;
} synonyms[] = {{"mean", "mu"},
                {"loc", "mu"},
                {"std", "sigma"},
                {"stddev", "sigma"},
                {"low", "min"},
                {"lower", "min"},
                {"high", "max"},
                {"upper", "max"},
                {"choices", "values"},
                {"options", "values"},
                {"step", "q"},
                {"type", "distribution"},
                {"dist", "distribution"},
                {"prior", "distribution"},
                {"log_scale", "log"},
                {"weights", "probabilities"},
                {"probs", "probabilities"},
                {"minval", "min"},
                {"maxval", "max"},
                {"vals", "values"},
                {"val", "value"},
                {"categories", "values"},
                {"list", "values"},
                {"parameterType", "distribution"},
                {"_type", "distribution"},
                {"_value", "values"},
                {"suggest_type", "distribution"},
                {"parameter_type", "distribution"},
                {"choice", "values"},
                {"grid", "values"},
                {"grid_search", "values"},
                {"start", "min"},
                {"from", "min"},
                {"stop", "max"},
                {"end", "max"},
                {"to", "max"},
                {"range", "min and max"},
                {"bounds", "min and max"},
                {"interval", "min and max"},
                {"scale", "log"},
                {"scaling", "log"},
                {"logscale", "log"},
                {"feasibleSpace", "min and max"}};

static bool is_param_key(const char *key)
{
	for (size_t k = 0; k < ARRAY_LEN(param_keys); k++)
		if (strcmp(key, param_keys[k]) == 0)
			return true;
	return false;
}

/* A name with nothing or a whole parameter behind it: a line indented too far. */
static bool is_slip(const struct node *map, size_t i)
{
	const struct node *n = map->items[i];

	if (n->kind == NODE_SCALAR)
		return n->value.kind == VALUE_NULL && !n->quoted;
	return n->kind == NODE_MAP && n->n && is_param_key(n->keys[0]);
}

/* {values: 1, 2}: what stands behind the comma is a key with nothing behind it. */
static const char *bare_list(struct reading *r, const struct node *map, size_t i)
{
	const struct node *first = i ? map->items[i - 1] : NULL;

	return first && first->kind == NODE_SCALAR &&
	               strcmp(map->keys[i - 1], "values") == 0 &&
	               map->items[i]->value.kind == VALUE_NULL &&
	               map->items[i]->kind == NODE_SCALAR
	           ? arena_printf(r->a, "a list needs brackets: values: [%s, %s, ...]",
	                          first->text, map->keys[i])
	           : NULL;
}

static const char *synonym(const char *key)
{
	for (size_t k = 0; k < ARRAY_LEN(synonyms); k++)
		if (strcmp(key, synonyms[k].word) == 0)
			return synonyms[k].ours;
	return NULL;
}

/* Is the whole entry in another tool's words? */
static bool is_foreign(const struct node *map)
{
	for (size_t i = 0; i < map->n; i++)
		if (!is_param_key(map->keys[i]) && synonym(map->keys[i]))
			return true;
	return map->n == 1;
}

bool draft_is_top_word(const char *key)
{
	static const char *const words[] = {
	    "max_trials", "run_cap",    "min_trials",      "repeats",
	    "parallel",   "method",     "metric",          "command",
	    "program",    "budget",     "early_terminate", "constraints",
	    "test",       "warm_start", "trial_timeout",   "retries"};

	for (size_t k = 0; k < ARRAY_LEN(words); k++)
		if (strcmp(key, words[k]) == 0)
			return true;
	return false;
}

static bool unknown_key(struct reading *r, const struct draft *d, size_t i)
{
	const char *key = d->map->keys[i], *near = synonym(key);
	const char *native =
	    is_foreign(d->map) ? dialect_parameter(d->map, r->a) : NULL;
	const char *blank =
	    read_missing_blank(r, key, param_keys, ARRAY_LEN(param_keys));

	if (!blank)
		blank = bare_list(r, d->map, i);
	if (blank)
		return read_fails(r, d->map->key_at[i], blank,
		                  "unknown key %s in parameter %s", key, d->p.name);
	if (strcmp(key, "parameters") == 0)
		return read_fails(
		    r, d->map->key_at[i], "give the group a name of its own",
		    "parameter %s: beside parameters: (a nested group) only "
		    "when: can stand",
		    d->p.name);
	if (native)
		return read_fails(r, d->map->key_at[i],
		                  arena_printf(r->a, "write %s: %s", d->p.name, native),
		                  "unknown key %s in parameter %s", key, d->p.name);
	if (draft_is_top_word(d->p.name) || draft_is_top_word(key))
		return read_fails(
		    r, d->map->key_at[i],
		    arena_printf(r->a,
		                 "if %s is the search's own, begin it in "
		                 "the first column",
		                 draft_is_top_word(key) ? key : d->p.name),
		    "unknown key %s in parameter %s", key, d->p.name);
	if (is_slip(d->map, i))
		return read_fails(r, d->map->key_at[i],
		                  arena_printf(r->a,
		                               "if %s is a parameter of its own, begin "
		                               "it in the column of %s (column %zu)",
		                               key, d->p.name, d->at.column),
		                  "unknown key %s in parameter %s", key, d->p.name);
	if (near)
		return read_fails(r, d->map->key_at[i],
		                  arena_printf(r->a, "did you mean %s?", near),
		                  "unknown key %s in parameter %s", key, d->p.name);
	return read_unknown_key(r, d->map, i,
	                        arena_printf(r->a, "parameter %s", d->p.name),
	                        param_keys, ARRAY_LEN(param_keys));
}

bool draft_known_keys(struct reading *r, const struct draft *d)
{
	for (size_t i = 0; i < d->map->n; i++)
		if (!is_param_key(d->map->keys[i]))
			return unknown_key(r, d, i);
	return true;
}
