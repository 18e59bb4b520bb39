/* Polyaxon: an operation or a component with a matrix. */
#include "config/scalar.h"
#include "convert/our_file.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_polyaxon(const struct node *root)
{
	return node_get(root, "matrix") &&
	       (node_get(root, "kind") || node_get(root, "version") ||
	        node_get(root, "component") || node_get(root, "run") ||
	        node_get(root, "hubRef") || node_get(root, "pathRef"));
}

/* [low, high, q], {low, high, q}, or "low:high:q". */
static size_t triple(struct our_file *t, const struct node *v, const char *const *names,
                     double *x)
{
	size_t n = 0;

	ours_used(t, v);
	if (!v)
		return 0;
	if (v->kind == NODE_MAP) {
		while (n < 3 && node_number(node_get(v, names[n]), &x[n]))
			n++;
	} else if (v->kind == NODE_LIST) {
		while (n < 3 && n < v->n && node_number(v->items[n], &x[n]))
			n++;
	} else {
		for (const char *p = v->text; n < 3 && *p;) {
			size_t len = strcspn(p, ":");

			if (!number_of(p, len, &x[n], NULL))
				break;
			n++;
			p += len + (p[len] == ':');
		}
	}
	return n;
}

static bool wrong(struct our_file *t, const struct node *at, const char *name,
                  const char *kind)
{
	return ours_fails(t, at, NULL, "%s: %s has other values", name, kind);
}

static bool listed(struct our_file *t, const char *name, const struct node *v,
                   const char *kind, const char *was)
{
	static const char *const steps[] = {"start", "stop", "step"};
	static const char *const counts[] = {"start", "stop", "num"};
	bool range = strcmp(kind, "range") == 0;
	double x[3] = {0, 0, range ? 1 : 50}, n;
	struct str out = {0};
	bool whole = true;

	if (triple(t, v, range ? steps : counts, x) < 2)
		return wrong(t, v, name, kind);
	/* A geometric row begins above 0. */
	if (*kind == 'g' && !(x[0] > 0 && x[1] > 0))
		return wrong(t, v, name, kind);
	for (size_t i = 0; i < 3; i++)
		whole = whole && x[i] == floor(x[i]);
	/* Python's arange leaves stop out; NumPy's spaces have it. */
	n = range && x[2] > 0 ? ceil((x[1] - x[0]) / x[2] * (1 - 1e-12)) : x[2];
	if (!(n >= 1 && n <= 10000))
		return wrong(t, v, name, kind);
	for (size_t k = 0; (double)k < n; k++) {
		double i = (double)k;
		double u = n > 1 ? i / (n - 1) : 0;
		double y = range                           ? x[0] + i * x[2]
		           : strcmp(kind, "linspace") == 0 ? x[0] + (x[1] - x[0]) * u
		           : strcmp(kind, "logspace") == 0
		               ? pow(10, x[0] + (x[1] - x[0]) * u)
		               : x[0] * pow(x[1] / x[0], u);
		char text[64];

		snprintf(text, sizeof text, "%.10g", y);
		str_add(&out, i > 0 ? ", " : "");
		if (range && whole)
			str_add(&out, text);
		else
			yaml_number(&out, strtod(text, NULL), false);
	}
	ours_parameter(t, name, was, "{values: [%s]}", str_text(&out));
	str_free(&out);
	return true;
}

/* pchoice: [[value, probability], …]. */
static bool weighted(struct our_file *t, const char *name, const struct node *v)
{
	struct str values = {0}, p = {0};
	bool ok = v && v->kind == NODE_LIST && v->n;

	ours_used(t, v);
	for (size_t i = 0; ok && i < v->n; i++) {
		const struct node *pair = v->items[i];
		double x;

		ok = pair->kind == NODE_LIST && pair->n == 2 &&
		     node_number(pair->items[1], &x);
		if (!ok)
			break;
		str_add(&values, i ? ", " : "");
		yaml_node(t, &values, pair->items[0]);
		str_add(&p, i ? ", " : "");
		str_double(&p, x);
	}
	if (ok)
		ours_parameter(t, name, NULL, "{values: [%s], probabilities: [%s]}",
		               str_text(&values), str_text(&p));
	str_free(&values);
	str_free(&p);
	return ok || wrong(t, v, name, "pchoice");
}

static bool entry(struct our_file *t, const char *name, const struct node *map)
{
	static const char *const bounds[] = {"low", "high", "q"};
	static const char *const moments[] = {"loc", "scale", "q"};
	const char *kind = take_text(t, map, "kind"), *was = flow(t, map);
	const struct node *v = take(t, map, "value");
	double x[3] = {0, 0, 0};
	bool log, q;
	struct range r;

	if (!kind || !v)
		return ours_fails(t, map, NULL, "%s: it needs kind and value", name);
	if (strcmp(kind, "choice") == 0)
		return ours_values(t, name, v, NULL);
	if (strcmp(kind, "pchoice") == 0)
		return weighted(t, name, v);
	if (strcmp(kind, "range") == 0 || strcmp(kind, "linspace") == 0 ||
	    strcmp(kind, "logspace") == 0 || strcmp(kind, "geomspace") == 0)
		return listed(t, name, v, kind, was);
	q = *kind == 'q';
	log = strstr(kind, "log") != NULL;
	if (strstr(kind, "normal")) {
		if (triple(t, v, moments, x) < (q ? 3U : 2U))
			return wrong(t, v, name, kind);
		ours_normal(t, name, log, x[0], x[1], q ? x[2] : 0, NULL);
		return true;
	}
	if (!strstr(kind, "uniform"))
		return ours_fails(t, node_get(map, "kind"), NULL,
		                  "%s: %s is not understood", name, kind);
	if (triple(t, v, bounds, x) < (q ? 3U : 2U))
		return wrong(t, v, name, kind);
	/* exp(uniform(low, high)): bounds are exponents. */
	r = log ? range_powers(exp(1), x[0], x[1])
	        : (struct range){.low = x[0], .high = x[1]};
	r.step = q ? x[2] : 0;
	r.from_zero = true;
	return ours_range(t, name, &r, v, log || q ? was : NULL);
}

/* {{ params.lr }}, {{ lr }} → ${param:lr}. */
static const char *filled(struct our_file *t, const char *text)
{
	struct str out = {0};
	const char *p, *kept;

	while ((p = strstr(text, "{{")) != NULL) {
		const char *end = strstr(p, "}}"), *name = p + 2;
		size_t n;

		if (!end)
			break;
		str_addn(&out, text, (size_t)(p - text));
		while (isspace((unsigned char)*name))
			name++;
		if (strncmp(name, "params.", 7) == 0)
			name += 7;
		n = strcspn(name, " \t}.|");
		kept = arena_strndup(t->a, name, n);
		if (ours_has(t, kept)) {
			str_addf(&out, "${param:%s}", kept);
		} else {
			str_add(&out, kept);
			ours_note(t, NULL,
			          "command: {{ %s }} was filled in by Polyaxon", kept);
		}
		text = end + 2;
	}
	str_add(&out, text);
	kept = arena_strdup(t->a, str_text(&out));
	str_free(&out);
	return kept;
}

static void command(struct our_file *t, const struct node *root)
{
	const struct node *component = take(t, root, "component");
	const struct node *run = take(t, component ? component : root, "run");
	const struct node *c = take(t, run, "container");
	static const char *const keys[] = {"command", "args"};

	take(t, run, "kind");
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		const struct node *w = take(t, c, keys[k]);

		ours_used(t, w);
		if (w && w->kind == NODE_SCALAR)
			ours_command(t, filled(t, w->text));
		for (size_t i = 0; w && w->kind == NODE_LIST && i < w->n; i++)
			if (w->items[i]->kind == NODE_SCALAR)
				ours_word(t, filled(t, w->items[i]->text));
	}
	if (t->words.len || t->shell)
		ours_note(t, c,
		          "the command ran in a container; here it runs as it is");
	else
		ours_placeholder(t, "python3 main.py ${args}",
		                 "it is in another file; write yours");
}

static const char *method(struct our_file *t, const struct node *m)
{
	const char *kind = take_text(t, m, "kind");
	double x = 0, eta = 3;

	if (kind && (strcmp(kind, "grid") == 0 || strcmp(kind, "random") == 0))
		return kind;
	if (kind && (strcmp(kind, "hyperband") == 0 || strcmp(kind, "asha") == 0)) {
		take_number(t, m, "maxIterations", &x);
		take_number(t, m, "eta", &eta);
		ours_key(t, "early_terminate",
		         "{type: asha, max_iter: %.0f, eta: %.0f}", x > 1 ? x : 27,
		         eta);
		ours_note(t, m, "%s: asha stops what is behind, by the script's steps",
		          kind);
		return "random";
	}
	return "bayes";
}

static void metric(struct our_file *t, const struct node *m)
{
	const struct node *metric = take(t, m, "metric");
	const char *name = take_text(t, metric, "name");

	t->goal = node_is(take(t, metric, "optimization"), "maximize") ? "maximize"
	                                                               : "minimize";
	if (!name)
		ours_note(t, m,
		          "the file names no metric: loss, to be minimized, stands "
		          "for it");
	ours_metric(t, name ? name : "loss", NULL);
}

/* What the rows have under a key: every value once. */
static void column(struct our_file *t, const struct node *rows, const char *name)
{
	struct str list = {0};
	const char **seen = arena_new(t->a, rows->n, sizeof *seen);
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct node *v = node_get(rows->items[i], name);
		const char *text = v ? flow(t, v) : NULL;
		size_t k = 0;

		while (text && k < n && strcmp(seen[k], text) != 0)
			k++;
		if (!text || k < n)
			continue;
		str_addf(&list, "%s%s", n ? ", " : "", text);
		seen[n++] = text;
	}
	ours_parameter(t, name, NULL, n > 1 ? "{values: [%s]}" : "{value: %s}",
	               str_text(&list));
	str_free(&list);
}

/* A list of points. */
static bool mapping(struct our_file *t, const struct node *root, const struct node *m)
{
	const struct node *rows = take(t, m, "values");

	take(t, m, "kind");
	if (!rows || rows->kind != NODE_LIST || !rows->n)
		return ours_fails(t, m, NULL, "values must be a list of mappings");
	for (size_t i = 0; i < rows->n; i++)
		if (rows->items[i]->kind != NODE_MAP || !rows->items[i]->n)
			return ours_fails(t, rows->items[i], NULL,
			                  "a point must be a mapping");
	ours_used(t, rows);
	t->method = "list";
	metric(t, m);
	ours_count(t, "parallel", take(t, m, "concurrency"));
	for (size_t i = 0; i < rows->n; i++)
		for (size_t k = 0; k < rows->items[i]->n; k++)
			if (!ours_has(t, rows->items[i]->keys[k]))
				column(t, rows, rows->items[i]->keys[k]);
	ours_key(t, "points", "%s", flow(t, rows));
	command(t, root);
	return true;
}

static bool convert(struct our_file *t, const struct node *root)
{
	const struct node *m = take(t, root, "matrix"), *params;
	double first = 0, more = 0;

	if (m->kind != NODE_MAP)
		return ours_fails(t, m, NULL, "matrix must be a mapping");
	take(t, root, "version");
	take(t, root, "kind");
	if (node_is(node_get(m, "kind"), "mapping"))
		return mapping(t, root, m);
	t->method = method(t, m);
	metric(t, m);
	if (take_number(t, m, "numInitialRuns", &first) &&
	    take_number(t, m, "maxIterations", &more))
		ours_key(t, "max_trials", "%.0f", first + more);
	else if (take(t, m, "numRuns"))
		ours_count(t, "max_trials", take(t, m, "numRuns"));
	else if (strcmp(t->method, "bayes") == 0)
		/* Of hyperband and asha it is how long a run takes. */
		ours_count(t, "max_trials", take(t, m, "maxIterations"));
	ours_count(t, "parallel", take(t, m, "concurrency"));
	if (take_number(t, m, "seed", &first) && first >= 0)
		ours_key(t, "seed", "%.0f", first);
	params = take(t, m, "params");
	for (size_t i = 0; params && params->kind == NODE_MAP && i < params->n; i++) {
		ours_open(t, params->items[i]);
		if (!entry(t, params->keys[i], params->items[i]))
			return false;
	}
	command(t, root);
	return true;
}

const struct format format_polyaxon = {"Polyaxon", is_polyaxon, convert};
