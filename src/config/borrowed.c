/* A parameter in Optuna's or Determined's words (type, low, high, choices, step;
 * minval, maxval, vals, count, base), rewritten in ours. The steps of Optuna count from
 * low, those of ours from 0: where that is not the same they become a list. */
#include "config/draft.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_MAX = 1000 };

static const struct {
	const char *theirs, *ours;
} keys[] = {{"low", "min"},    {"minval", "min"},     {"high", "max"},
            {"maxval", "max"}, {"choices", "values"}, {"vals", "values"},
            {"val", "value"}};

static const char *const types[] = {"float",  "int", "categorical",
                                    "double", "log", "const"};
static const char *const others[] = {"type", "step", "log",  "default",
                                     "when", "base", "count"};

static const char *ours(const char *key)
{
	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		if (strcmp(key, keys[k].theirs) == 0)
			return keys[k].ours;
	return NULL;
}

/* All keys are among their words, and one of them is a word of theirs alone. */
static bool is_borrowed(const struct node *map)
{
	const struct node *type = node_get(map, "type");
	bool any = false;

	for (size_t i = 0; i < map->n; i++) {
		bool theirs = ours(map->keys[i]) != NULL;

		any = any || theirs;
		if (!theirs && str_index(map->keys[i], others, ARRAY_LEN(others)) ==
		                   ARRAY_LEN(others))
			return false;
	}
	return any && (!type || (type->kind == NODE_SCALAR &&
	                         str_index(type->text, types, ARRAY_LEN(types)) <
	                             ARRAY_LEN(types)));
}

static void put(struct node *map, const char *key, struct node *n)
{
	map->keys[map->n] = key;
	map->key_at[map->n] = n->at;
	map->items[map->n++] = n;
}

static bool finite_number(const struct node *n, double *x)
{
	return n && n->kind == NODE_SCALAR && n->value.kind != VALUE_BOOL &&
	       value_number(&n->value, x) && isfinite(*x);
}

static struct node *scalar(struct reading *r, const struct node *like, double x,
                           bool whole)
{
	struct node *n = arena_new(r->a, 1, sizeof *n);
	struct str text = {0};

	n->kind = NODE_SCALAR;
	n->at = like->at;
	n->value = whole ? value_int((int64_t)x) : value_float(x);
	str_double(&text, x);
	n->text = arena_strdup(r->a, str_text(&text));
	str_free(&text);
	return n;
}

static const struct node *either(const struct node *map, const char *const *two)
{
	const struct node *n = node_get(map, two[0]);

	return n ? n : node_get(map, two[1]);
}

struct entry {
	const struct node *map;
	const char *type; /* "" for none */
	double low, high, step;
	bool whole;
};

/* low, low + step, … as a list. */
static bool listed(struct reading *r, const struct entry *e, struct node *out, double n,
                   bool even)
{
	struct node *list = arena_new(r->a, 1, sizeof *list);

	if (!(n >= 1 && n <= CELLS_MAX))
		return read_fails(r, e->map->at,
		                  "write min, max and q: multiples of q are searched",
		                  "steps that do not begin at a multiple of themselves "
		                  "become a list, and this one would have more than %d "
		                  "values",
		                  CELLS_MAX);
	list->kind = NODE_LIST;
	list->at = e->map->at;
	list->items = arena_new(r->a, (size_t)n, sizeof *list->items);
	for (size_t k = 0; (double)k < n; k++) {
		char text[64];
		double i = (double)k;
		double x = even ? n > 1 ? e->low + (e->high - e->low) * i / (n - 1)
		                        : (e->low + e->high) / 2
		                : e->low + i * e->step;

		snprintf(text, sizeof text, "%.12g", e->whole ? rint(x) : x);
		x = strtod(text, NULL);
		if (list->n && list->items[list->n - 1]->value.kind == VALUE_INT &&
		    list->items[list->n - 1]->value.integer == (int64_t)x)
			continue;
		list->items[list->n++] = scalar(r, e->map, x, e->whole);
	}
	put(out, "values", list);
	return true;
}

static bool exponents(struct reading *r, const struct entry *e, struct node *out)
{
	const struct node *given = node_get(e->map, "base");
	struct node *yes = arena_new(r->a, 1, sizeof *yes);
	double base = 10;

	if (given && (!finite_number(given, &base) || !(base > 1)))
		return read_fails(r, given->at, NULL, "base must be a number above 1");
	/* The last digits of a power are nobody's wish. */
	for (int i = 0; i < 2; i++) {
		char text[64];

		snprintf(text, sizeof text, "%.10g", pow(base, i ? e->high : e->low));
		put(out, i ? "max" : "min",
		    scalar(r, e->map, strtod(text, NULL), false));
	}
	yes->kind = NODE_SCALAR;
	yes->at = e->map->at;
	yes->value = (struct value){.kind = VALUE_BOOL, .boolean = true};
	yes->text = "true";
	put(out, "log", yes);
	return true;
}

static bool bounds(struct reading *r, const struct entry *e, struct node *out)
{
	const struct node *log = node_get(e->map, "log");
	const struct node *count = node_get(e->map, "count");
	double k = e->low / e->step, n;

	if (strcmp(e->type, "log") == 0)
		return exponents(r, e, out);
	if (count && r->spec->method == METHOD_GRID)
		return finite_number(count, &n)
		           ? listed(r, e, out, n, true)
		           : read_fails(r, count->at, NULL, "count must be a number");
	if (e->step > 0 && e->low < e->high &&
	    fabs(k - rint(k)) > 1e-9 * fmax(1, fabs(k)))
		return listed(r, e, out,
		              floor((e->high - e->low) / e->step * (1 + 1e-12)) + 1,
		              false);
	put(out, "min", scalar(r, e->map, e->low, e->whole));
	put(out, "max", scalar(r, e->map, e->high, e->whole));
	if (e->step > 0 && !(e->whole && e->step == 1))
		put(out, "q", scalar(r, e->map, e->step, e->step == floor(e->step)));
	if (log)
		put(out, "log", (struct node *)(uintptr_t)log);
	return true;
}

static bool rewrite(struct reading *r, struct entry *e, struct node *out)
{
	static const char *const lows[] = {"low", "minval"}, *const highs[] = {
								 "high", "maxval"};
	const struct node *low = either(e->map, lows), *high = either(e->map, highs);
	const struct node *step = node_get(e->map, "step");

	if (!low && !high)
		return true;
	if (!finite_number(low, &e->low) || !finite_number(high, &e->high))
		return read_fails(r, (low ? low : high)->at, NULL,
		                  "the bounds must be two numbers");
	if (step && (!finite_number(step, &e->step) || !(e->step > 0)))
		return read_fails(r, step->at, NULL, "step must be a number above 0");
	e->whole =
	    strcmp(e->type, "int") == 0 ||
	    (!*e->type && low->value.kind == VALUE_INT &&
	     high->value.kind == VALUE_INT && (!step || step->value.kind == VALUE_INT));
	if (e->whole && (e->low != floor(e->low) || e->high != floor(e->high) ||
	                 fabs(e->low) > 0x1p53 || fabs(e->high) > 0x1p53))
		return read_fails(r, low->at, NULL,
		                  "the bounds of an int must be whole");
	return bounds(r, e, out);
}

/* What is taken as it is, behind the bounds. */
static void rest(const struct entry *e, struct node *out)
{
	for (size_t i = 0; i < e->map->n; i++) {
		const char *key = e->map->keys[i], *own = ours(key);

		if (own && strncmp(own, "val", 3) == 0)
			put(out, own, e->map->items[i]);
		else if (strcmp(key, "default") == 0 || strcmp(key, "when") == 0)
			put(out, key, e->map->items[i]);
	}
}

bool draft_borrowed(struct reading *r, struct draft *d)
{
	const struct node *type = node_get(d->map, "type");
	struct entry e = {.map = d->map, .type = type ? type->text : ""};
	struct node *out;
	struct str text = {0};

	if (!is_borrowed(d->map))
		return true;
	out = arena_new(r->a, 1, sizeof *out);
	*out = (struct node){.kind = NODE_MAP, .at = d->map->at};
	out->items = arena_new(r->a, d->map->n + 3, sizeof *out->items);
	out->keys = arena_new(r->a, d->map->n + 3, sizeof *out->keys);
	out->key_at = arena_new(r->a, d->map->n + 3, sizeof *out->key_at);
	if (!rewrite(r, &e, out))
		return false;
	rest(&e, out);
	for (size_t i = 0; i < out->n; i++) {
		struct value v = node_value(out->items[i], r->a);

		str_addf(&text, "%s%s: ", i ? ", " : "{", out->keys[i]);
		value_json(&v, &text, true);
		if (v.kind == VALUE_FLOAT && v.number == floor(v.number) &&
		    fabs(v.number) < 1e15)
			str_add(&text, ".0");
	}
	str_addc(&text, '}');
	read_note(r, false, d->at,
	          "parameter %s is in another program's words: read as %s", d->p.name,
	          str_text(&text));
	str_free(&text);
	d->map = out;
	return true;
}
