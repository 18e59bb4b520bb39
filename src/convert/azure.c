/* Azure ML: a sweep job of its command line's version 2. */
#include "convert/our_file.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_azure(const struct node *root)
{
	return node_get(root, "search_space") &&
	       (node_is(node_get(root, "type"), "sweep") ||
	        (node_get(root, "trial") && node_get(root, "objective")) ||
	        (node_get(root, "sampling_algorithm") && node_get(root, "objective")));
}

static bool entry(struct our_file *t, const char *name, const struct node *map)
{
	const char *type = take_text(t, map, "type");
	const struct node *values = take(t, map, "values");
	const char *was;
	double low = 0, high = 0, q = 0;
	bool log;

	if (!type)
		return ours_fails(t, map, NULL, "%s: it has no type", name);
	was = flow(t, map);
	if (strcmp(type, "choice") == 0)
		return values
		           ? ours_values(t, name, values, NULL)
		           : ours_fails(t, map, NULL, "%s: a choice has values", name);
	take_number(t, map, "q", &q);
	log = strstr(type, "log") != NULL;
	if (strstr(type, "normal")) {
		if (!take_number(t, map, "mu", &low) ||
		    !take_number(t, map, "sigma", &high))
			return ours_fails(t, map, NULL, "%s: mu and sigma are needed",
			                  name);
		ours_normal(t, name, log, low, high, q, NULL);
		return true;
	}
	if (strcmp(type, "randint") == 0) {
		if (!take_number(t, map, "upper", &high))
			return ours_fails(t, map, NULL, "%s: randint has upper", name);
		return ours_range(t, name,
		                  &(struct range){.high = high - 1, .whole = true}, map,
		                  was);
	}
	if (!strstr(type, "uniform"))
		return ours_fails(t, node_get(map, "type"), NULL,
		                  "%s: %s is not understood", name, type);
	if (!take_number(t, map, "min_value", &low) ||
	    !take_number(t, map, "max_value", &high))
		return ours_fails(t, map, NULL,
		                  "%s: min_value and max_value are needed", name);
	if (log) {
		/* exp(uniform(min_value, max_value)): bounds are exponents. */
		struct range r = range_powers(exp(1), low, high);

		r.step = q;
		r.from_zero = true;
		return ours_range(t, name, &r, map, was);
	}
	return ours_range(
	    t, name,
	    &(struct range){.low = low, .high = high, .step = q, .from_zero = true},
	    map, q > 0 ? was : NULL);
}

/* ${{search_space.lr}} → ${param:lr}; inputs by their values; the rest stays, said. */
static const char *filled(struct our_file *t, const char *text,
                          const struct node *inputs)
{
	struct str out = {0};
	const char *p, *kept;

	while ((p = strstr(text, "${{")) != NULL) {
		const char *end = strstr(p, "}}");
		const struct node *in;
		char *name;

		if (!end)
			break;
		str_addn(&out, text, (size_t)(p - text));
		for (p += 3; isspace((unsigned char)*p); p++)
			;
		name = arena_strndup(t->a, p, (size_t)(end - p));
		while (*name && isspace((unsigned char)name[strlen(name) - 1]))
			name[strlen(name) - 1] = '\0';
		text = end + 2;
		if (strncmp(name, "search_space.", 13) == 0) {
			str_addf(&out, "${param:%s}", name + 13);
			continue;
		}
		in = strncmp(name, "inputs.", 7) == 0 ? node_get(inputs, name + 7)
		                                      : NULL;
		if (in && in->kind == NODE_MAP)
			in = node_get(in, "path") ? node_get(in, "path")
			                          : node_get(in, "file");
		if (in && in->kind == NODE_SCALAR) {
			str_add(&out, in->text);
		} else if (strncmp(name, "outputs.", 8) == 0) {
			str_addf(&out, "${dir}/%s", name + 8);
		} else {
			str_addf(&out, "%s", name);
			ours_note(t, NULL, "command: ${{%s}} was filled in by Azure",
			          name);
		}
	}
	str_add(&out, text);
	kept = arena_strdup(t->a, str_text(&out));
	str_free(&out);
	return kept;
}

static void early(struct our_file *t, const struct node *root)
{
	const struct node *e = take(t, root, "early_termination");
	const char *type = take_text(t, e, "type");
	double delay = 0;

	if (!type)
		return;
	take_number(t, e, "delay_evaluation", &delay);
	if (strcmp(type, "median_stopping") != 0)
		ours_note(t, e, "early_termination %s: the median rule stands for it",
		          flow(t, e));
	ours_key(t, "early_terminate", "{type: median, min_steps: %.0f}",
	         delay > 0 ? delay : 1);
}

static void sampling(struct our_file *t, const struct node *root)
{
	static const char *const keys[] = {"sampling_algorithm", "algorithm", NULL};
	const struct node *s = take_any(t, root, keys);
	const char *name =
	    s && s->kind == NODE_SCALAR ? s->text : take_text(t, s, "type");
	double seed;

	t->method = name && (strcmp(name, "random") == 0 || strcmp(name, "grid") == 0)
	                ? name
	            : name && strcmp(name, "sobol") == 0 ? "sobol"
	            : name && strcmp(name, "bayesian") == 0
	                ? "bayes"
	                : "random"; /* Azure's own default */
	if (node_is(take(t, s, "rule"), "sobol"))
		t->method = "sobol";
	if (take_number(t, s, "seed", &seed) && seed >= 0)
		ours_key(t, "seed", "%.0f", seed);
}

static void limits(struct our_file *t, const struct node *root)
{
	const struct node *l = take(t, root, "limits");
	double x;

	if (!l)
		l = root;
	ours_count(t, "max_trials", take(t, l, "max_total_trials"));
	ours_count(t, "parallel", take(t, l, "max_concurrent_trials"));
	if (take_number(t, l, "timeout", &x) && x > 0)
		ours_key(t, "budget", "{time: %.0f}", x);
	if (take_number(t, l, "trial_timeout", &x) && x > 0)
		ours_key(t, "trial_timeout", "%.0f", x);
}

static bool objective(struct our_file *t, const struct node *root)
{
	const struct node *o = take(t, root, "objective");
	const char *name = take_text(t, o, "primary_metric");

	if (!name)
		return ours_fails(t, o ? o : root, NULL,
		                  "objective: primary_metric is missing");
	t->goal = node_is(take(t, o, "goal"), "maximize") ? "maximize" : "minimize";
	ours_metric(t, name, NULL);
	ours_note(t, o,
	          "there the metric is logged with mlflow; a line {\"%s\": value} is "
	          "read as well",
	          name);
	return true;
}

static bool convert(struct our_file *t, const struct node *root)
{
	const struct node *trial = take(t, root, "trial"), *code;
	const struct node *space = take(t, root, "search_space");
	const struct node *inputs = node_get(root, "inputs");
	const char *command = take_text(t, trial, "command");

	take(t, root, "$schema");
	take(t, root, "type");
	code = take(t, trial, "code");
	ours_used(t, code);
	if (code)
		ours_note(t, code, "the command was run in %s", flow(t, code));
	if (command)
		ours_command(t, filled(t, command, inputs));
	else
		ours_placeholder(t, "python3 main.py ${args}",
		                 "the file has none; write yours");
	if (inputs && command && strstr(command, "inputs.")) {
		ours_note(t, inputs,
		          "inputs are filled into the command as they stand");
		ours_used(t, inputs);
	}
	sampling(t, root);
	if (!objective(t, root))
		return false;
	limits(t, root);
	early(t, root);
	for (size_t i = 0; space->kind == NODE_MAP && i < space->n; i++) {
		ours_open(t, space->items[i]);
		if (!entry(t, space->keys[i], space->items[i]))
			return false;
	}
	return true;
}

const struct format format_azure = {"Azure ML", is_azure, convert};
