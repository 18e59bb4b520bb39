#include "config/dialect.h"
#include "config/scalar.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBERS_MAX = 3 };

/* A kind of range in other tools' words, compared without _ and -. */
static const struct word {
	const char *word;
	enum { REAL, WHOLE, WHOLE_BELOW, CHOICE, EXPONENTS, OTHER } kind;
	bool log, step;
	const char *help; /* for distribution: */
} words[] = {
    {"loguniform", REAL, true, false,
     "write distribution: log_uniform_values, or log: true without a distribution"},
    {"reciprocal", REAL, true, false,
     "write distribution: log_uniform_values, or log: true without a distribution"},
    {"logfloat", REAL, true, false, "write log: true without a distribution"},
    {"qloguniform", REAL, true, true, "write distribution: q_log_uniform_values"},
    {"float", REAL, false, false, "write distribution: uniform"},
    {"double", REAL, false, false, "write distribution: uniform"},
    {"real", REAL, false, false, "write distribution: uniform"},
    {"interval", REAL, false, false, "write distribution: uniform"},
    {"uniform", REAL, false, false, NULL},
    {"quniform", REAL, false, true, "write distribution: q_uniform"},
    {"int", WHOLE, false, false, "write distribution: int_uniform"},
    {"integer", WHOLE, false, false, "write distribution: int_uniform"},
    {"uniformint", WHOLE, false, false, "write distribution: int_uniform"},
    {"qrandint", WHOLE, false, true, "write min, max and q without a distribution"},
    {"randint", WHOLE_BELOW, false, false,
     "write distribution: int_uniform (its max is one of the values)"},
    {"lograndint", WHOLE_BELOW, true, false,
     "write log: true and whole bounds without a distribution (max is one of the "
     "values)"},
    {"logint", WHOLE, true, false,
     "write log: true and whole bounds without a distribution"},
    {"log", EXPONENTS, true, false,
     "write distribution: log_uniform_values, with values as bounds"},
    {"choice", CHOICE, false, false, "write values: [...] without a distribution"},
    {"choices", CHOICE, false, false, "write values: [...] without a distribution"},
    {"gridsearch", CHOICE, false, false, "write values: [...] without a distribution"},
    {"discrete", CHOICE, false, false, "write values: [...] without a distribution"},
    {"categorical", CHOICE, false, false, NULL},
    {"enum", CHOICE, false, false, "write values: [...] without a distribution"},
    {"fixed", OTHER, false, false, "write value: ... without a distribution"},
    {"const", OTHER, false, false, "write distribution: constant"},
    {"gaussian", OTHER, false, false, "write distribution: normal"},
    {"randn", OTHER, false, false, "write distribution: normal"},
    {"lognormal", OTHER, false, false, "write distribution: log_normal"},
    {"qnormal", OTHER, false, false, "write distribution: q_normal"},
    {"qlognormal", OTHER, false, false, "write distribution: q_log_normal"},
};

/* Is a the word, but for its case, _ and -? */
static bool same_word(const char *a, const char *word)
{
	for (;; a++) {
		if (*a == '_' || *a == '-')
			continue;
		if (tolower((unsigned char)*a) != *word || !*word)
			break;
		word++;
	}
	return !*a && !*word;
}

static const struct word *find_word(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (same_word(text, words[i].word))
			return &words[i];
	return NULL;
}

const char *dialect_distribution(const char *word)
{
	const struct word *w = find_word(word);

	return w ? w->help : NULL;
}

/* A range written natively from the texts of its numbers: low, high, step. */
static const char *range_text(const struct word *w, const char *const *t, size_t n,
                              bool log, struct arena *a)
{
	const char *high = n > 1 ? t[1] : NULL, *step = n > 2 ? t[2] : NULL;
	struct value v;
	double x;

	if (!high)
		return NULL;
	if (w->kind == WHOLE_BELOW && scalar_number(high, &v) && value_number(&v, &x))
		high = arena_printf(a, "%.15g", x - 1);
	return arena_printf(a, "{min: %s, max: %s%s%s%s}", t[0], high,
	                    step ? ", q: " : "", step ? step : "",
	                    log || w->log ? ", log: true" : "");
}

static const char *first_text(const struct node *map, const char *const *keys)
{
	for (; *keys; keys++) {
		const struct node *n = node_get(map, *keys);

		if (n && n->kind == NODE_SCALAR)
			return n->text;
	}
	return NULL;
}

static const char *list_text(const struct node *list, struct arena *a)
{
	struct str out = {0};
	const char *text;

	str_add(&out, "{values: [");
	for (size_t i = 0; i < list->n; i++) {
		struct value v = node_value(list->items[i], a);

		str_add(&out, i ? ", " : "");
		if (list->items[i]->kind == NODE_SCALAR && !list->items[i]->quoted)
			str_add(&out, list->items[i]->text);
		else
			value_json(&v, &out, true);
	}
	str_add(&out, "]}");
	text = arena_strdup(a, str_text(&out));
	str_free(&out);
	return text;
}

/* {_type: loguniform, _value: [1e-5, 0.1]}. */
static const char *nni(const struct node *map, struct arena *a)
{
	const struct node *type = node_get(map, "_type"),
			  *list = node_get(map, "_value");
	const struct word *w =
	    type && type->kind == NODE_SCALAR ? find_word(type->text) : NULL;
	const char *t[NUMBERS_MAX];
	size_t n = 0;

	if (!w || !list || list->kind != NODE_LIST)
		return NULL;
	if (w->kind == CHOICE)
		return list_text(list, a);
	for (; n < list->n && n < NUMBERS_MAX && list->items[n]->kind == NODE_SCALAR;
	     n++)
		t[n] = list->items[n]->text;
	return w->kind == REAL || w->kind == WHOLE || w->kind == WHOLE_BELOW
	           ? range_text(w, t, n, false, a)
	           : NULL;
}

const char *dialect_parameter(const struct node *map, struct arena *a)
{
	static const char *const types[] = {"type", "distribution", "parameterType",
	                                    NULL};
	static const char *const lows[] = {"min", "low", "lower", "minval", NULL};
	static const char *const highs[] = {"max", "high", "upper", "maxval", NULL};
	static const char *const steps[] = {"step", "q", NULL};
	static const char *const lists[] = {"choices",    "options", "vals",
	                                    "categories", "list",    NULL};
	static const struct word plain = {.kind = REAL};
	const char *type = first_text(map, types);
	const struct word *w = type ? find_word(type) : &plain;
	const char *t[NUMBERS_MAX] = {first_text(map, lows), first_text(map, highs),
	                              first_text(map, steps)};
	const struct node *log = node_get(map, "log");
	bool is_log = log && log->kind == NODE_SCALAR &&
	              log->value.kind == VALUE_BOOL && log->value.boolean;

	if (node_get(map, "_type"))
		return nni(map, a);
	for (const char *const *key = lists; *key; key++) {
		const struct node *n = node_get(map, *key);

		if (n && n->kind == NODE_LIST)
			return list_text(n, a);
	}
	if (!w || w->kind == EXPONENTS || w->kind == CHOICE || w->kind == OTHER ||
	    !t[0] || !t[1])
		return NULL;
	return range_text(w, t, t[2] ? 3 : 2, is_log, a);
}

/* The outermost name( … ) of a text: *inner its inside; false: it is none. */
static bool call_parts(const char *text, struct arena *a, char **name, char **inner)
{
	size_t n = 0, len = strlen(text);

	while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '.' ||
	       text[n] == '-')
		n++;
	if (!n || text[n] != '(' || text[len - 1] != ')')
		return false;
	*name = arena_strndup(a, text, n);
	if (strrchr(*name, '.'))
		*name = strrchr(*name, '.') + 1;
	*inner = arena_strndup(a, text + n + 1, len - n - 2);
	return true;
}

/* Splits at the commas, blanks around the parts left out. */
static size_t split(char *inner, const char **t, size_t most)
{
	size_t n = 0;

	for (char *p = strtok(inner, ","); p && n < most; p = strtok(NULL, ",")) {
		p += strspn(p, " \t");
		p[strcspn(p, " \t")] = '\0';
		t[n++] = p;
	}
	return n;
}

const char *dialect_call(const char *text, struct arena *a)
{
	const char *t[NUMBERS_MAX];
	char *name, *inner, *open;
	const struct word *w;
	bool log = false;
	size_t n;

	if (!call_parts(text, a, &name, &inner))
		return NULL;
	/* Hydra: tag(log, int(interval(1, 10))). */
	if (strcmp(name, "tag") == 0 && strncmp(inner, "log,", 4) == 0) {
		log = true;
		text = inner + 4 + strspn(inner + 4, " ");
		if (!call_parts(text, a, &name, &inner))
			return NULL;
	}
	if (strcmp(name, "int") == 0 && call_parts(inner, a, &name, &open))
		inner = open;
	w = find_word(name);
	if (w && w->kind == CHOICE)
		return arena_printf(a, "{values: [%s]}", inner + strspn(inner, "["));
	if (!w || w->kind == EXPONENTS || w->kind == OTHER)
		return NULL;
	n = split(inner, t, NUMBERS_MAX);
	for (size_t i = 0; i < n; i++) {
		struct value v;

		if (!scalar_number(t[i], &v))
			return NULL;
	}
	return range_text(w, t, w->step || n < 3 ? n : 2, log, a);
}

/* Top-level keys. */

static const struct {
	const char *word, *ours;
} keys[] = {{"params", "parameters"},
            {"search_space", "parameters"},
            {"searchSpace", "parameters"},
            {"hyperparameters", "parameters"},
            {"hparams", "parameters"},
            {"space", "parameters"},
            {"algorithm", "method"},
            {"strategy", "method"},
            {"sampler", "method"},
            {"tuner", "method"},
            {"n_trials", "max_trials"},
            {"num_trials", "max_trials"},
            {"max_evals", "max_trials"},
            {"max_runs", "max_trials"},
            {"num_samples", "max_trials"},
            {"trials", "max_trials"},
            {"maxTrialCount", "max_trials"},
            {"maxTrialNumber", "max_trials"},
            {"count", "max_trials"},
            {"early_stopping", "early_terminate"},
            {"pruner", "early_terminate"},
            {"cmd", "command"},
            {"trialCommand", "command"},
            {"entrypoint", "command"},
            {"script", "program"},
            {"n_jobs", "parallel"},
            {"jobs", "parallel"},
            {"workers", "parallel"},
            {"max_concurrent", "parallel"},
            {"trialConcurrency", "parallel"},
            {"parallelTrialCount", "parallel"}};

const char *dialect_native_key(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strcasecmp(key, keys[i].word) == 0)
			return keys[i].ours;
	return strcasecmp(key, "objective") == 0 ? "metric"
	       : strcasecmp(key, "timeout") == 0 ? "budget"
	                                         : NULL;
}

static const char *goal_help(const char *word, struct arena *a)
{
	bool min = strncasecmp(word, "min", 3) == 0;

	return min || strncasecmp(word, "max", 3) == 0
	           ? arena_printf(a, "write it into metric: {name: ..., goal: %s}",
	                          min ? "minimize" : "maximize")
	           : NULL;
}

const char *dialect_key(const char *key, const struct node *n, struct arena *a)
{
	const char *ours = dialect_native_key(key);
	bool plain = n->kind == NODE_SCALAR && *n->text;

	if (strcasecmp(key, "direction") == 0 || strcasecmp(key, "goal") == 0 ||
	    strcasecmp(key, "mode") == 0)
		return plain ? goal_help(n->text, a) : NULL;
	if (strcasecmp(key, "objective") == 0)
		return arena_printf(a, "write metric: {name: %s, goal: minimize}",
		                    plain ? n->text : "val_loss");
	if (strcasecmp(key, "timeout") == 0)
		return arena_printf(a,
		                    "write budget: {time: %s} for the whole search, "
		                    "trial_timeout: %s for each run",
		                    plain ? n->text : "2h", plain ? n->text : "2h");
	if (!ours)
		return NULL;
	return arena_printf(a, "write %s:%s%s", ours, plain ? " " : "",
	                    plain ? n->text : "");
}

bool dialect_decides(const char *key)
{
	static const char *const decisive[] = {"slurm",        "launcher",
	                                       "hosts",        "env",
	                                       "points",       "zip",
	                                       "items",        "scale",
	                                       "wandb",        "config",
	                                       "protocol",     "limits",
	                                       "metrics",      "rate",
	                                       "cpus",         "memory",
	                                       "nice",         "runs_per_gpu",
	                                       "keep",         "args",
	                                       "report",       "deterministic_training",
	                                       "artifacts",    "resources",
	                                       "environment",  "cwd",
	                                       "workdir",      "host",
	                                       "queue",        "partition",
	                                       "container",    "docker",
	                                       "docker_image", "image"};

	for (size_t i = 0; i < ARRAY_LEN(decisive); i++)
		if (strcmp(key, decisive[i]) == 0)
			return true;
	return false;
}
