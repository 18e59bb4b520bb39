#include "config/dialect.h"
#include "config/scalar.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBERS_MAX = 3, CALL_PARTS = 6, STEPS_SHOWN = 100 };

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
    {"reciprocaluniform", REAL, true, false,
     "write distribution: log_uniform_values, or log: true without a distribution"},
    {"qloguniform", REAL, true, true, "write distribution: q_log_uniform_values"},
    {"float", REAL, false, false, "write distribution: uniform"},
    {"double", REAL, false, false, "write distribution: uniform"},
    {"real", REAL, false, false, "write distribution: uniform"},
    {"interval", REAL, false, false, "write distribution: uniform"},
    {"range", WHOLE_BELOW, false, false,
     "write min and max (one of the values) without a distribution"},
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
    {"normal", OTHER, false, false, NULL},
    {"gaussian", OTHER, false, false, "write distribution: normal"},
    {"gauss", OTHER, false, false, "write distribution: normal"},
    {"uniformfloat", REAL, false, false, "write distribution: uniform"},
    {"uniformfloathyperparameter", REAL, false, false, "write distribution: uniform"},
    {"uniforminteger", WHOLE, false, false, "write distribution: int_uniform"},
    {"uniformintegerhyperparameter", WHOLE, false, false,
     "write distribution: int_uniform"},
    {"categoricalhyperparameter", CHOICE, false, false,
     "write values: [...] without a distribution"},
    {"ordinal", CHOICE, false, false, "write values: [...] without a distribution"},
    {"bool", CHOICE, false, false,
     "write values: [true, false] without a distribution"},
    {"boolean", CHOICE, false, false,
     "write values: [true, false] without a distribution"},
    {"truncnorm", OTHER, false, false,
     "there is none that is cut off: write distribution: normal, or min and max"},
    {"truncnormal", OTHER, false, false,
     "there is none that is cut off: write distribution: normal, or min and max"},
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

/* tune.loguniform, hp.choice: the word behind the last point. */
static const struct word *find_word(const char *text)
{
	const char *point = strrchr(text, '.');

	text = point ? point + 1 : text;
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

static bool whole_text(const char *text)
{
	return *text && text[strspn(text, "+-0123456789")] == '\0';
}

/* A range written natively from the texts of its numbers: low, high, step. Python's
 * range and randint leave the upper end out, and count their steps from the lower. */
static const char *range_text(const struct word *w, const char *const *t, size_t n,
                              bool log, struct arena *a)
{
	const char *high = n > 1 ? t[1] : NULL, *step = n > 2 ? t[2] : NULL;
	struct value v;
	double x;

	if (!high)
		return NULL;
	/* Whole bounds would make integers of what is none. */
	if (w->kind == REAL && !step && whole_text(t[0]) && whole_text(high))
		return arena_printf(a, "{min: %s.0, max: %s.0%s}", t[0], high,
		                    log || w->log ? ", log: true" : "");
	if (w->kind == WHOLE_BELOW && scalar_number(high, &v) && value_number(&v, &x))
		high = arena_printf(a, "%.15g", x - 1);
	return arena_printf(a, "{min: %s, max: %s%s%s%s}", t[0], high,
	                    step ? ", q: " : "", step ? step : "",
	                    log || w->log ? ", log: true" : "");
}

static const struct node *first_list(const struct node *map, const char *const *keys)
{
	for (; *keys; keys++) {
		const struct node *n = node_get(map, *keys);

		if (n && n->kind == NODE_LIST)
			return n;
	}
	return NULL;
}

/* The texts of a list's first scalars. */
static size_t list_texts(const struct node *list, const char **t, size_t most)
{
	size_t n = 0;

	for (; n < list->n && n < most && list->items[n]->kind == NODE_SCALAR; n++)
		t[n] = list->items[n]->text;
	return n;
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

/* normal(0, 1) and lognormal(0, 1), with a step where they have one; NULL: another. */
static const char *moments_text(const struct word *w, const char *const *t, size_t n,
                                struct arena *a)
{
	const char *is = w->help ? strstr(w->help, "distribution: ") : NULL;
	const char *name = is ? is + strlen("distribution: ") : w->word;
	bool step = strncmp(name, "q_", 2) == 0;

	if (!strstr(name, "normal") || strchr(name, ',') || n != (step ? 3 : 2))
		return NULL;
	return arena_printf(a, "{distribution: %s, mu: %s, sigma: %s%s%s}", name, t[0],
	                    t[1], step ? ", q: " : "", step ? t[2] : "");
}

/* A type and its list: {_type: loguniform, _value: [1e-5, 0.1]}, or {loguniform:
 * [1e-5, 0.1]}. */
static const char *typed_list(const char *type, const struct node *list,
                              struct arena *a)
{
	const struct word *w = type ? find_word(type) : NULL;
	const char *t[NUMBERS_MAX];

	if (!w || !list || list->kind != NODE_LIST)
		return NULL;
	if (w->kind == CHOICE)
		return list_text(list, a);
	if (w->kind == OTHER)
		return moments_text(w, t, list_texts(list, t, NUMBERS_MAX), a);
	return w->kind == REAL || w->kind == WHOLE || w->kind == WHOLE_BELOW
	           ? range_text(w, t, list_texts(list, t, NUMBERS_MAX), false, a)
	           : NULL;
}

/* {loguniform: [1e-5, 0.1]}: one key, and it is the type. */
static const char *type_as_key(const struct node *map, struct arena *a)
{
	/* range: [0, 1] has bounds, as bounds_text reads them. */
	return map->n == 1 && strcmp(map->keys[0], "range") != 0
	           ? typed_list(map->keys[0], map->items[0], a)
	           : NULL;
}

static bool is_log_scale(const struct node *map)
{
	static const char *const flags[] = {"log", "log_scale", "logscale", NULL};
	static const char *const scales[] = {"scale", "scaling", "prior", NULL};
	const char *scale = node_first_text(map, scales);

	for (const char *const *key = flags; *key; key++) {
		const struct node *n = node_get(map, *key);

		if (n && n->kind == NODE_SCALAR && n->value.kind == VALUE_BOOL &&
		    n->value.boolean)
			return true;
	}
	return scale && strncasecmp(scale, "log", 3) == 0;
}

/* Determined's {type: log, minval: -5, maxval: -1, base: 10}: exponents. */
static const char *powers(const char *const *t, const char *base, struct arena *a)
{
	struct value low, high, b = value_int(10);
	double x, y, z;

	if (!t[0] || !t[1] || !scalar_number(t[0], &low) ||
	    !scalar_number(t[1], &high) || (base && !scalar_number(base, &b)) ||
	    !value_number(&low, &x) || !value_number(&high, &y) ||
	    !value_number(&b, &z) || !(z > 1))
		return NULL;
	return arena_printf(a, "{min: %.6g, max: %.6g, log: true}", pow(z, x),
	                    pow(z, y));
}

static const char *with_default(const char *text, const struct node *map,
                                struct arena *a)
{
	static const char *const names[] = {"default", "initial_value", "init", NULL};
	const char *preset = node_first_text(map, names);

	return text && preset ? arena_printf(a, "%.*s, default: %s}",
	                                     (int)strlen(text) - 1, text, preset)
	                      : text;
}

static const char *bounds_text(const struct node *map, struct arena *a)
{
	static const char *const types[] = {"type",           "suggest_type",
	                                    "distribution",   "parameterType",
	                                    "parameter_type", NULL};
	static const char *const lows[] = {"min",   "low",  "lower", "minval",
	                                   "start", "from", NULL};
	static const char *const highs[] = {"max",  "high", "upper", "maxval",
	                                    "stop", "end",  "to",    NULL};
	static const char *const steps[] = {"step", "q", NULL};
	static const char *const pairs[] = {"range", "bounds", "interval", NULL};
	static const char *const bases[] = {"base", NULL};
	static const struct word plain = {.word = "", .kind = REAL};
	const char *type = node_first_text(map, types);
	const struct word *w = type ? find_word(type) : &plain;
	const struct node *inner = node_get(map, "feasibleSpace");
	const struct node *from = inner && inner->kind == NODE_MAP ? inner : map;
	const struct node *pair = first_list(map, pairs);
	const char *t[NUMBERS_MAX] = {node_first_text(from, lows),
	                              node_first_text(from, highs),
	                              node_first_text(from, steps)};

	if (pair && pair->n == 2)
		list_texts(pair, t, 2);
	if (w && w->kind == EXPONENTS)
		return powers(t, node_first_text(map, bases), a);
	if (w && pair && strcmp(w->word, "range") == 0)
		w = &plain;
	if (!w || w->kind == CHOICE || w->kind == OTHER || !t[0] || !t[1])
		return NULL;
	return range_text(w, t, t[2] ? 3 : 2, is_log_scale(map), a);
}

const char *dialect_parameter(const struct node *map, struct arena *a)
{
	static const char *const lists[] = {
	    "choices", "options",     "vals", "categories", "list",
	    "choice",  "grid_search", "grid", "values",     NULL};
	static const char *const nni[] = {"_type", NULL};
	static const char *const fixed[] = {"const", "constant", "fixed", NULL};
	const struct node *inner = node_get(map, "feasibleSpace"), *list;
	const char *text;

	if (node_get(map, "_type"))
		return typed_list(node_first_text(map, nni), node_get(map, "_value"),
		                  a);
	if (map->n == 1 && node_first_text(map, fixed))
		return arena_printf(a, "{value: %s}", node_first_text(map, fixed));
	text = type_as_key(map, a);
	list = first_list(inner && inner->kind == NODE_MAP ? inner : map, lists);
	if (!text)
		text = list ? list_text(list, a) : bounds_text(map, a);
	return with_default(text, map, a);
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

/* Without a label in quotes at the front: hp.choice("lr", [1, 2]). */
static char *without_label(char *inner, bool *label)
{
	char *end = *inner == '"' || *inner == '\'' ? strchr(inner + 1, *inner) : NULL;

	*label = end && end[1 + strspn(end + 1, " ")] == ',';
	return *label ? strchr(end, ',') + 1 + strspn(strchr(end, ',') + 1, " ")
	              : inner;
}

/* log=True, step=2 of Optuna's calls: taken out of the parts; false: another one. */
static bool take_named(const char **t, size_t *n, bool *log, const char **step)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		const char *is = strchr(t[i], '=');

		if (!is)
			t[kept++] = t[i];
		else if (strncmp(t[i], "log=", 4) == 0)
			*log = strcasecmp(is + 1, "true") == 0;
		else if (strncmp(t[i], "prior=", 6) == 0)
			*log = strstr(is, "log") != NULL;
		else if (strncmp(t[i], "step=", 5) == 0 || strncmp(t[i], "q=", 2) == 0)
			*step = is + 1;
		else if (strncmp(t[i], "low", 3) == 0 ||
		         strncmp(t[i], "high", 4) == 0 ||
		         strncmp(t[i], "upper", 5) == 0)
			t[kept++] = is + 1;
		else if (strncmp(t[i], "name=", 5) == 0)
			continue;
		else
			return false;
	}
	*n = kept;
	return true;
}

static bool are_numbers(const char *const *t, size_t n)
{
	struct value v;

	for (size_t i = 0; i < n; i++)
		if (!scalar_number(t[i], &v))
			return false;
	return true;
}

static const char *moments(const struct word *w, char *inner, struct arena *a)
{
	const char *t[CALL_PARTS];
	size_t n = split(inner, t, CALL_PARTS);

	return are_numbers(t, n) ? moments_text(w, t, n, a) : NULL;
}

/* n values from the first to the last, which are exponents of ten in a logspace. */
static const char *space_text(const char *name, char *inner, struct arena *a)
{
	const char *t[CALL_PARTS], *text = NULL;
	bool log = strcmp(name, "logspace") == 0;
	size_t n = split(inner, t, CALL_PARTS);
	struct str out = {0};
	double low, high;
	long count;

	if (n != 3 || !are_numbers(t, n))
		return NULL;
	low = strtod(t[0], NULL);
	high = strtod(t[1], NULL);
	count = strtol(t[2], NULL, 10);
	for (long i = 0; count > 1 && count <= STEPS_SHOWN && i < count; i++) {
		double x = low + (high - low) * (double)i / (double)(count - 1);

		str_addf(&out, "%s%.6g", i ? ", " : "{values: [", log ? pow(10, x) : x);
	}
	if (out.len)
		text = arena_printf(a, "%s]}", str_text(&out));
	str_free(&out);
	return text;
}

/* range(1, 10, 2): the multiples of 2 are others. */
static const char *steps_text(const char *const *t, struct arena *a)
{
	struct str out = {0};
	const char *text = NULL;
	long low = strtol(t[0], NULL, 10), high = strtol(t[1], NULL, 10),
	     by = strtol(t[2], NULL, 10);

	if (by > 0 && high > low && (high - low) / by < STEPS_SHOWN) {
		str_add(&out, "{values: [");
		for (long x = low; x < high; x += by)
			str_addf(&out, "%s%ld", x > low ? ", " : "", x);
		str_add(&out, "]}");
		text = arena_strdup(a, str_text(&out));
	}
	str_free(&out);
	return text;
}

/* What the call means; log: it stood in a tag(log, …). */
static const char *call_text(const char *name, char *inner, bool log, struct arena *a)
{
	const char *t[CALL_PARTS], *step = NULL;
	const struct word *w;
	bool label;
	size_t n;

	if (strcmp(name, "linspace") == 0 || strcmp(name, "logspace") == 0)
		return space_text(name, inner, a);
	if (strcmp(name, "arange") == 0)
		name = "range";
	name += strncmp(name, "suggest_", 8) == 0 ? 8 : 0;
	w = find_word(name);
	inner = without_label(inner, &label);
	if (w && w->kind == CHOICE)
		return arena_printf(
		    a, *inner == '[' ? "{values: %s}" : "{values: [%s]}", inner);
	if (w && w->kind == OTHER)
		return moments(w, inner, a);
	if (!w || w->kind == EXPONENTS)
		return NULL;
	n = split(inner, t, CALL_PARTS);
	if (!take_named(t, &n, &log, &step) || !n || n > 3 || !are_numbers(t, n))
		return NULL;
	/* Hyperopt's have a label, and exponents. */
	if (label && w->kind == REAL && w->log && n == 2 &&
	    strcmp(w->word, "loguniform") == 0)
		return arena_printf(a, "{distribution: log_uniform, min: %s, max: %s}",
		                    t[0], t[1]);
	if (step && n == 2)
		t[n++] = step;
	if (n == 3 && strcmp(w->word, "range") == 0)
		return steps_text(t, a);
	return range_text(w, t, w->step || step || n < 3 ? n : 2, log, a);
}

/* Hydra's sweep 1,2,3, and 1..3. */
static const char *loose_values(const char *text, struct arena *a)
{
	const char *t[STEPS_SHOWN], *dots = strstr(text, "..");
	size_t n;

	if (dots) {
		t[0] = arena_strndup(a, text, (size_t)(dots - text));
		t[1] = dots + (dots[2] == '.' ? 1 : 2);
		return are_numbers(t, 2)
		           ? arena_printf(a, "{min: %s, max: %s}", t[0], t[1])
		           : NULL;
	}
	if (!strchr(text, ','))
		return NULL;
	n = split(arena_strdup(a, text), t, STEPS_SHOWN);
	return n > 1 && n < STEPS_SHOWN && are_numbers(t, n)
	           ? arena_printf(a, "[%s]", text)
	           : NULL;
}

bool dialect_is_call(const char *text, struct arena *a)
{
	char *name, *inner;

	return call_parts(text, a, &name, &inner);
}

const char *dialect_call(const char *text, struct arena *a)
{
	char *name, *inner, *open;
	bool log = false;

	if (loose_values(text, a))
		return loose_values(text, a);
	if (!call_parts(text, a, &name, &inner))
		return NULL;
	/* Hydra: tag(log, int(interval(1, 10))), shuffle(range(1, 10)). */
	if (strcmp(name, "tag") == 0 && strncmp(inner, "log,", 4) == 0) {
		log = true;
		inner += 4 + strspn(inner + 4, " ");
		if (!call_parts(inner, a, &name, &inner))
			return NULL;
	}
	if (strcmp(name, "int") == 0 || strcmp(name, "shuffle") == 0)
		if (call_parts(inner, a, &name, &open))
			inner = open;
	return call_text(name, inner, log, a);
}
