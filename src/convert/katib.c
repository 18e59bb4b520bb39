/* Katib: an Experiment of Kubeflow, apiVersion kubeflow.org/v1beta1. */
#include "convert/our_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_katib(const struct node *root)
{
	const struct node *api = node_get(root, "apiVersion");

	return node_is(node_get(root, "kind"), "Experiment") && api &&
	       api->kind == NODE_SCALAR && strncmp(api->text, "kubeflow.org/", 13) == 0;
}

static bool objective(struct our_file *t, const struct node *spec)
{
	const struct node *o = take(t, spec, "objective");
	const char *name = take_text(t, o, "objectiveMetricName");
	const char *type = take_text(t, o, "type");
	const struct node *more = take(t, o, "additionalMetricNames");
	struct str behind = {0};
	double goal;

	if (!name)
		return ours_fails(t, o ? o : spec, NULL,
		                  "objective: objectiveMetricName is missing");
	t->goal = type && strcmp(type, "maximize") == 0 ? "maximize" : "minimize";
	if (take_number(t, o, "goal", &goal)) {
		str_add(&behind, ", target: ");
		str_double(&behind, goal);
	}
	ours_metric(t, name, str_text(&behind));
	str_free(&behind);
	if (more && more->kind == NODE_LIST) {
		ours_used(t, more);
		ours_note(t, more, "also reported: %s", flow(t, more));
	}
	return true;
}

static void algorithm(struct our_file *t, const struct node *spec)
{
	const struct node *a = take(t, spec, "algorithm");
	const char *name = take_text(t, a, "algorithmName");
	const struct node *settings = take(t, a, "algorithmSettings");
	const struct node *state = node_named(settings, "name", "random_state");
	const struct node *stop = take(t, spec, "earlyStopping");
	const struct node *rules;
	double x;

	t->method = name && (strcmp(name, "random") == 0 || strcmp(name, "grid") == 0 ||
	                     strcmp(name, "sobol") == 0)
	                ? name
	                : "bayes";
	if (name && strcmp(t->method, "bayes") == 0 &&
	    strcmp(name, "bayesianoptimization") != 0)
		ours_note(t, a, "%s: a Gaussian process proposes instead", name);
	if (state && node_number(node_get(state, "value"), &x) && x >= 0) {
		ours_used(t, state);
		ours_key(t, "seed", "%.0f", x);
	}
	if (!stop)
		return;
	take(t, stop, "algorithmName");
	rules = take(t, stop, "algorithmSettings");
	state = node_named(rules, "name", "start_step");
	ours_used(t, state);
	if (!state || !node_number(node_get(state, "value"), &x))
		x = 4; /* Katib's own */
	ours_key(t, "early_terminate", "{type: median, min_steps: %.0f}", x);
}

/* Numbers stand in quotes there. Where their text would be another here, it stays a
 * text. */
static void numeric(struct str *out, const struct node *n)
{
	struct str again = {0};
	double x;

	if (node_number(n, &x))
		str_double(&again, x);
	if (again.len && strcmp(str_text(&again), n->text) == 0)
		str_add(out, n->text);
	else
		yaml_string(out, n->text);
	str_free(&again);
}

static bool values(struct our_file *t, const char *name, const struct node *list)
{
	struct str out = {0};

	ours_used(t, list);
	if (!list || list->kind != NODE_LIST || !list->n)
		return ours_fails(t, list, NULL, "%s: its list is empty", name);
	for (size_t i = 0; i < list->n; i++) {
		str_add(&out, i ? ", " : "");
		if (list->items[i]->kind == NODE_SCALAR)
			numeric(&out, list->items[i]);
		else
			yaml_node(t, &out, list->items[i]);
	}
	ours_parameter(t, name, NULL, list->n > 1 ? "{values: [%s]}" : "{value: %s}",
	               str_text(&out));
	str_free(&out);
	return true;
}

static bool parameter(struct our_file *t, const struct node *p)
{
	const char *name = take_text(t, p, "name");
	const char *type = take_text(t, p, "parameterType");
	const struct node *f = take(t, p, "feasibleSpace");
	const char *dist = take_text(t, f, "distribution");
	struct range r = {.whole = type && strcmp(type, "int") == 0,
	                  .log = dist && strcmp(dist, "logUniform") == 0};

	if (!name || !type)
		return ours_fails(t, p, NULL,
		                  "a parameter needs name and parameterType");
	if (strcmp(type, "discrete") == 0 || strcmp(type, "categorical") == 0)
		return values(t, name, take(t, f, "list"));
	if (!take_number(t, f, "min", &r.low) || !take_number(t, f, "max", &r.high))
		return ours_fails(t, f ? f : p, NULL, "%s: min and max must be numbers",
		                  name);
	take_number(t, f, "step", &r.step);
	if (r.log && r.step > 0) {
		ours_note(t, f, "%s: without its step of %g on the log scale", name,
		          r.step);
		r.step = 0;
	}
	if (dist && (strcmp(dist, "normal") == 0 || strcmp(dist, "logNormal") == 0)) {
		bool of_log = dist[0] == 'l' && r.low > 0;
		double a = of_log ? log(r.low) : r.low;
		double b = of_log ? log(r.high) : r.high;

		/* Katib: mean in the middle, the bounds three sigma away. */
		ours_normal(t, name, of_log, (a + b) / 2, (b - a) / 6, r.step, dist);
		return true;
	}
	return ours_range(t, name, &r, f, r.log ? dist : NULL);
}

/* containers: wherever they are in the trial's specification. */
static const struct node *containers(struct our_file *t, const struct node *n)
{
	const struct node *found = NULL;

	if (n && n->kind == NODE_MAP) {
		found = take(t, n, "containers");
		for (size_t i = 0; !found && i < n->n; i++) {
			found = containers(t, n->items[i]);
			if (found)
				ours_open(t, n->items[i]);
		}
	}
	return found && found->kind == NODE_LIST ? found : NULL;
}

/* ${trialParameters.ALIAS} → ${param:NAME}. */
static void word(struct our_file *t, const char *text, const struct node *aliases)
{
	static const char open[] = "${trialParameters.";
	struct str out = {0};
	const char *p;

	while ((p = strstr(text, open)) != NULL) {
		const char *end = strchr(p, '}');
		const struct node *alias;
		char *name;

		if (!end)
			break;
		str_addn(&out, text, (size_t)(p - text));
		name = arena_strndup(t->a, p + sizeof open - 1,
		                     (size_t)(end - p) - (sizeof open - 1));
		alias = node_named(aliases, "name", name);
		alias = node_get(alias, "reference");
		str_addf(&out, "${param:%s}",
		         alias && alias->kind == NODE_SCALAR ? alias->text : name);
		text = end + 1;
	}
	str_add(&out, text);
	ours_word(t, str_text(&out));
	str_free(&out);
}

static void words(struct our_file *t, const struct node *list,
                  const struct node *aliases)
{
	ours_used(t, list);
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++)
		if (list->items[i]->kind == NODE_SCALAR)
			word(t, list->items[i]->text, aliases);
}

/* What comes before arguments that stand alone is in the container's image. */
static void entry_point(struct our_file *t, const struct node *c)
{
	ours_word(t, "python3");
	ours_word(t, "main.py");
	ours_note(t, c,
	          "command: the image's own program comes before these arguments; "
	          "python3 main.py stands for it: write yours");
}

static void command(struct our_file *t, const struct node *spec)
{
	const struct node *tt = take(t, spec, "trialTemplate");
	const struct node *aliases = take(t, tt, "trialParameters");
	const char *primary = take_text(t, tt, "primaryContainerName");
	const struct node *list = containers(t, take(t, tt, "trialSpec"));
	const struct node *c = primary ? node_named(list, "name", primary) : NULL;

	ours_used(t, aliases);
	if (!c && list && list->n)
		c = list->items[0];
	if (c) {
		ours_open(t, c);
		take(t, c, "name");
		words(t, take(t, c, "command"), aliases);
		if (!t->words.len && node_get(c, "args"))
			entry_point(t, c);
		words(t, take(t, c, "args"), aliases);
	}
	if (t->words.len)
		ours_note(t, c,
		          "the command ran in a container; here it runs as it is, from "
		          "this directory");
	else
		ours_placeholder(t, "python3 main.py ${args}",
		                 "the file has no container with one; write yours");
}

static void metrics(struct our_file *t, const struct node *spec)
{
	const struct node *m = take(t, spec, "metricsCollectorSpec");
	const struct node *kind = take(t, take(t, m, "collector"), "kind");

	if (!kind || node_is(kind, "StdOut"))
		ours_note(
		    t, kind,
		    "the metric is read from lines such as name=0.3, and from JSON");
	else
		ours_note(t, kind,
		          "metrics were collected by %s: see metric: {file: …}",
		          flow(t, kind));
}

static bool convert(struct our_file *t, const struct node *root)
{
	const struct node *spec = take(t, root, "spec"), *list, *failed;
	double n;

	take(t, root, "apiVersion");
	take(t, root, "kind");
	if (!spec)
		return ours_fails(t, root, NULL, "this Experiment has no spec");
	command(t, spec);
	if (!objective(t, spec))
		return false;
	algorithm(t, spec);
	ours_count(t, "max_trials", take(t, spec, "maxTrialCount"));
	ours_count(t, "parallel", take(t, spec, "parallelTrialCount"));
	failed = node_get(spec, "maxFailedTrialCount");
	if (node_number(failed, &n))
		ours_note(
		    t, failed,
		    "maxFailedTrialCount %.0f: a search that fails too often stops "
		    "by itself",
		    n);
	ours_used(t, failed);
	metrics(t, spec);
	list = take(t, spec, "parameters");
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		ours_open(t, list->items[i]);
		if (!parameter(t, list->items[i]))
			return false;
	}
	return true;
}

const struct format format_katib = {"Katib", is_katib, convert};
