/* Determined AI: an experiment's configuration. */
#include "convert/our_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_determined(const struct node *root)
{
	return node_get(root, "hyperparameters") && node_get(root, "searcher");
}

/* evenly spaced, both ends among them; one: the middle. */
static void spaced(struct our_file *t, const char *name, const struct range *r,
                   double count, const char *was)
{
	struct str out = {0};
	double last = (double)NAN;
	size_t n = 0;

	for (size_t i = 0; (double)i < count; i++) {
		double u = count > 1 ? (double)i / (count - 1) : 0.5;
		double x = r->log ? r->low * pow(r->high / r->low, u)
		                  : r->low + (r->high - r->low) * u;

		x = r->whole ? rint(x) : x;
		if (x == last)
			continue;
		last = x;
		str_add(&out, n++ ? ", " : "");
		yaml_number(&out, x, r->whole);
	}
	ours_parameter(t, name, was, n > 1 ? "{values: [%s]}" : "{value: %s}",
	               str_text(&out));
	str_free(&out);
}

static bool ranged(struct our_file *t, const char *name, const struct node *map,
                   const char *type)
{
	struct range r = {.whole = strcmp(type, "int") == 0};
	const char *was = flow(t, map);
	double base = 10, count = 0;

	if (!take_number(t, map, "minval", &r.low) ||
	    !take_number(t, map, "maxval", &r.high))
		return ours_fails(t, map, NULL, "%s: minval and maxval must be numbers",
		                  name);
	take_number(t, map, "base", &base);
	if (strcmp(type, "log") == 0) {
		if (!(base > 1))
			return ours_fails(t, map, NULL, "%s: base must be above 1",
			                  name);
		r = range_powers(base, r.low, r.high);
	}
	if (take_number(t, map, "count", &count) && strcmp(t->method, "grid") == 0) {
		if (!(count >= 1 && count <= 10000))
			return ours_fails(t, node_get(map, "count"), NULL,
			                  "%s: count must be 1 to 10000", name);
		spaced(t, name, &r, count, was);
		return true;
	}
	return ours_range(t, name, &r, map, r.log ? was : NULL);
}

static bool has_type(const struct node *typed)
{
	return typed && typed->kind == NODE_SCALAR && typed->value.kind != VALUE_NULL;
}

static bool parameters(struct our_file *t, const struct node *map, const char *prefix,
                       int depth)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct node *n = map->items[i];
		const struct node *typed = node_get(n, "type");
		const char *name = arena_printf(t->a, "%s%s", prefix, map->keys[i]),
			   *type;

		ours_open(t, n);
		if (n->kind == NODE_MAP && !has_type(typed)) {
			if (depth > 8)
				return ours_fails(t, n, NULL, "groups are too deep");
			if (!parameters(t, n, arena_printf(t->a, "%s.", name),
			                depth + 1))
				return false;
			continue;
		}
		if (n->kind != NODE_MAP) {
			ours_used(t, n);
			ours_constant(t, name, NULL, flow(t, n));
			continue;
		}
		type = take_text(t, n, "type");
		if (strcmp(type, "const") == 0) {
			const struct node *v = take(t, n, "val");

			ours_constant(t, name, NULL, v ? flow(t, v) : "null");
		} else if (strcmp(type, "categorical") == 0) {
			const struct node *v = take(t, n, "vals");

			if (!v)
				return ours_fails(t, n, NULL, "%s: vals is missing",
				                  name);
			if (!ours_values(t, name, v, NULL))
				return false;
		} else if (strcmp(type, "int") == 0 || strcmp(type, "double") == 0 ||
		           strcmp(type, "log") == 0) {
			if (!ranged(t, name, n, type))
				return false;
		} else {
			return ours_fails(t, typed, NULL, "%s: %s is not understood",
			                  name, type);
		}
	}
	return true;
}

static void searcher(struct our_file *t, const struct node *s)
{
	const char *name = take_text(t, s, "name"), *metric = take_text(t, s, "metric");
	const struct node *smaller = take(t, s, "smaller_is_better"), *n;
	double divisor = 4, length = 0;

	t->method = name && strcmp(name, "grid") == 0 ? "grid" : "random";
	t->goal =
	    smaller && smaller->value.kind == VALUE_BOOL && !smaller->value.boolean
		? "maximize"
		: "minimize";
	ours_metric(t, metric ? metric : "validation_loss", NULL);
	if (name && strcmp(name, "single") == 0)
		ours_note(
		    t, s,
		    "searcher single runs one configuration: here it is a search");
	n = take(t, s, "max_length");
	if (n && n->kind == NODE_MAP && n->n) {
		node_number(n->items[0], &length);
		ours_used(t, n);
	} else if (n) {
		node_number(n, &length);
	}
	if (!(length > 0))
		take_number(t, s, "max_time", &length);
	take_number(t, s, "divisor", &divisor);
	if (name && (strstr(name, "asha") || strstr(name, "halving") ||
	             strstr(name, "adaptive"))) {
		if (length > 0)
			ours_key(t, "early_terminate",
			         "{type: asha, max_iter: %.0f, eta: %.0f}", length,
			         divisor);
		else
			ours_key(t, "early_terminate",
			         "{type: asha, min_iter: 1, eta: %.0f}", divisor);
		ours_note(t, s,
		          "%s: asha, counted in the steps that the script reports",
		          name);
	}
	ours_count(t, "max_trials", take(t, s, "max_trials"));
	n = node_get(s, "max_concurrent_trials");
	if (n && !node_is(n, "0"))
		ours_count(t, "parallel", take(t, s, "max_concurrent_trials"));
}

static bool convert(struct our_file *t, const struct node *root)
{
	const struct node *h = take(t, root, "hyperparameters"), *s, *e;

	s = take(t, root, "searcher");
	if (h->kind != NODE_MAP || s->kind != NODE_MAP)
		return ours_fails(t, root, NULL,
		                  "hyperparameters and searcher must be mappings");
	e = take(t, root, "entrypoint");
	ours_used(t, e);
	if (e && e->kind == NODE_LIST)
		for (size_t i = 0; i < e->n; i++)
			ours_word(t, e->items[i]->kind == NODE_SCALAR
			                 ? e->items[i]->text
			                 : "");
	else if (e && e->kind == NODE_SCALAR && !strchr(e->text, ':'))
		ours_command(t, e->text);
	if (t->shell)
		t->shell = arena_printf(t->a, "%s ${args}", t->shell);
	else if (t->words.len)
		ours_word(t, "${args}");
	else
		ours_placeholder(t, "python3 train.py ${args}",
		                 "the entrypoint is no command by itself; write yours");
	ours_note(
	    t, e,
	    "Determined hands parameters over by its own library: here they are on "
	    "the command line, and the metric in a line of JSON");
	searcher(t, s);
	return parameters(t, h, "", 0);
}

const struct format format_determined = {"Determined AI", is_determined, convert};
