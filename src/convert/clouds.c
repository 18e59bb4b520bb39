/* Tuning jobs of Amazon SageMaker and Google Vertex AI, as JSON or YAML. */
#include "convert/our_file.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* SageMaker. */

static const struct node *tuning(const struct node *root)
{
	const struct node *c = node_get(root, "HyperParameterTuningJobConfig");

	return c ? c : node_get(root, "ParameterRanges") ? root : NULL;
}

static bool is_sagemaker(const struct node *root)
{
	return tuning(root) != NULL;
}

static bool sage_ranges(struct our_file *t, const struct node *list, bool whole)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		const struct node *p = list->items[i];
		const char *name = take_text(t, p, "Name");
		const char *scale = take_text(t, p, "ScalingType");
		struct range r = {.whole = whole};

		ours_open(t, p);
		if (!name || !take_number(t, p, "MinValue", &r.low) ||
		    !take_number(t, p, "MaxValue", &r.high))
			return ours_fails(t, p, NULL,
			                  "a range needs Name, MinValue and MaxValue");
		r.log = scale && strcmp(scale, "Logarithmic") == 0;
		if (scale && strcmp(scale, "ReverseLogarithmic") == 0)
			ours_note(t, p,
			          "%s: ReverseLogarithmic has no counterpart: even",
			          name);
		if (!ours_range(t, name, &r, p, NULL))
			return false;
	}
	return true;
}

static bool sage_categories(struct our_file *t, const struct node *list)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		const char *name = take_text(t, list->items[i], "Name");
		const struct node *v = take(t, list->items[i], "Values");

		ours_open(t, list->items[i]);
		if (!name || !v)
			return ours_fails(t, list->items[i], NULL,
			                  "a category needs Name and Values");
		if (!ours_values(t, name, v, NULL))
			return false;
	}
	return true;
}

static void sage_metric(struct our_file *t, const struct node *c,
                        const struct node *job)
{
	struct str more = {0};
	const struct node *o = take(t, c, "HyperParameterTuningJobObjective");
	const char *name = take_text(t, o, "MetricName"),
		   *type = take_text(t, o, "Type");
	const struct node *list =
	    take(t, take(t, job, "AlgorithmSpecification"), "MetricDefinitions");
	const struct node *d = name ? node_named(list, "Name", name) : NULL;
	const char *regex = take_text(t, d, "Regex");

	ours_used(t, d);
	if (!name)
		ours_note(t, c, "the file names no metric: loss stands for it");
	t->goal = type && strcmp(type, "Maximize") == 0 ? "maximize" : "minimize";
	if (regex) {
		str_add(&more, ", pattern: ");
		str_json(&more, regex, strlen(regex), false);
	}
	ours_metric(t, name ? name : "loss", str_text(&more));
	str_free(&more);
}

static bool sagemaker(struct our_file *t, const struct node *root)
{
	const struct node *c = tuning(root),
			  *job = take(t, root, "TrainingJobDefinition");
	const struct node *ranges, *limits, *fixed, *strategy;

	ours_open(t, c);
	ranges = take(t, c, "ParameterRanges");
	limits = take(t, c, "ResourceLimits");
	strategy = take(t, c, "Strategy");
	t->method = node_is(strategy, "Random") ? "random"
	            : node_is(strategy, "Grid") ? "grid"
	                                        : "bayes";
	if (node_is(strategy, "Hyperband"))
		ours_key(t, "early_terminate", "{type: asha, min_iter: 1}");
	sage_metric(t, c, job);
	ours_count(t, "max_trials", take(t, limits, "MaxNumberOfTrainingJobs"));
	ours_count(t, "parallel", take(t, limits, "MaxParallelTrainingJobs"));
	if (!sage_ranges(t, take(t, ranges, "ContinuousParameterRanges"), false) ||
	    !sage_ranges(t, take(t, ranges, "IntegerParameterRanges"), true) ||
	    !sage_categories(t, take(t, ranges, "CategoricalParameterRanges")))
		return false;
	fixed = take(t, job, "StaticHyperParameters");
	ours_used(t, fixed);
	for (size_t i = 0; fixed && fixed->kind == NODE_MAP && i < fixed->n; i++) {
		if (ours_has(t, fixed->keys[i]))
			continue;
		ours_constant(t, fixed->keys[i], NULL, flow(t, fixed->items[i]));
	}
	ours_placeholder(t, "python3 train.py ${args}",
	                 "SageMaker runs the entry of an image; write yours");
	return true;
}

const struct format format_sagemaker = {"SageMaker", is_sagemaker, sagemaker};

/* Vertex AI. Keys are camelCase in JSON, snake_case in the client's YAML. */

/* take of "maxTrialCount" or "max_trial_count". */
static const struct node *either(struct our_file *t, const struct node *map,
                                 const char *camel)
{
	const struct node *n = take(t, map, camel);
	struct str snake = {0};

	for (const char *s = camel; !n && *s; s++) {
		if (isupper((unsigned char)*s))
			str_addc(&snake, '_');
		str_addc(&snake, (char)tolower((unsigned char)*s));
	}
	if (!n)
		n = take(t, map, str_text(&snake));
	str_free(&snake);
	return n;
}

static bool either_number(struct our_file *t, const struct node *map, const char *camel,
                          double *out)
{
	const struct node *n = either(t, map, camel);

	return node_number(n, out);
}

static const struct node *study(const struct node *root)
{
	const struct node *s = node_get(root, "studySpec");

	return s ? s : node_get(root, "study_spec");
}

static bool is_vertex(const struct node *root)
{
	const struct node *s = study(root);

	return s && node_get(s, "parameters");
}

static bool vertex_parameter(struct our_file *t, const struct node *p, int depth);

static bool vertex_conditional(struct our_file *t, const struct node *p,
                               const char *name, int depth)
{
	const struct node *list = either(t, p, "conditionalParameterSpecs");
	static const char *const kinds[] = {"parentCategoricalValues",
	                                    "parentIntValues", "parentDiscreteValues"};

	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		const struct node *c = list->items[i], *values = NULL;
		struct str when = {0};
		const struct node *one = either(t, c, "parameterSpec");
		const char *within = t->when;
		bool ok;

		ours_open(t, c);
		for (size_t k = 0; !values && k < ARRAY_LEN(kinds); k++)
			values = take(t, either(t, c, kinds[k]), "values");
		if (!one || !values || depth > 8)
			return ours_fails(t, c, NULL,
			                  "%s: a condition that is not "
			                  "understood",
			                  name);
		ours_used(t, values);
		str_add(&when, "{");
		yaml_string(&when, name);
		str_addf(&when, ": %s}", flow(t, values));
		t->when = arena_strdup(t->a, str_text(&when));
		ours_open(t, one);
		ok = vertex_parameter(t, one, depth + 1);
		t->when = within;
		str_free(&when);
		if (!ok)
			return false;
	}
	return true;
}

static void vertex_default(struct our_file *t, const struct node *v)
{
	const struct node *preset = either(t, v, "defaultValue");

	if (preset)
		t->preset = flow(t, preset);
}

static bool vertex_parameter(struct our_file *t, const struct node *p, int depth)
{
	const struct node *id = either(t, p, "parameterId"), *v;
	const struct node *scale = either(t, p, "scaleType");
	struct range r = {0};
	const char *name;
	bool ok;

	if (!id || id->kind != NODE_SCALAR)
		return ours_fails(t, p, NULL, "a parameter has no parameterId");
	name = id->text;
	r.log = node_is(scale, "UNIT_LOG_SCALE");
	if (node_is(scale, "UNIT_REVERSE_LOG_SCALE"))
		ours_note(t, scale, "%s: a reversed log scale has no counterpart: even",
		          name);
	if ((v = either(t, p, "categoricalValueSpec")) != NULL ||
	    (v = either(t, p, "discreteValueSpec")) != NULL) {
		const struct node *list = take(t, v, "values");

		vertex_default(t, v);
		ok = list ? ours_values(t, name, list, NULL)
		          : ours_fails(t, v, NULL, "%s: values are missing", name);
	} else {
		v = either(t, p, "doubleValueSpec");
		if (!v) {
			v = either(t, p, "integerValueSpec");
			r.whole = true;
		}
		if (!v || !either_number(t, v, "minValue", &r.low) ||
		    !either_number(t, v, "maxValue", &r.high))
			return ours_fails(t, p, NULL,
			                  "%s: a value specification with minValue and "
			                  "maxValue, or values, is needed",
			                  name);
		vertex_default(t, v);
		ok = ours_range(t, name, &r, p, NULL);
	}
	return ok && vertex_conditional(t, p, name, depth);
}

static bool vertex_parameters(struct our_file *t, const struct node *list, int depth)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		ours_open(t, list->items[i]);
		if (!vertex_parameter(t, list->items[i], depth))
			return false;
	}
	return true;
}

static void vertex_command(struct our_file *t, const struct node *root)
{
	const struct node *pools =
	    either(t, either(t, root, "trialJobSpec"), "workerPoolSpecs");
	const struct node *pool =
	    pools && pools->kind == NODE_LIST && pools->n ? pools->items[0] : NULL;
	const struct node *c = either(t, pool, "containerSpec");
	const struct node *python = either(t, pool, "pythonPackageSpec"), *module;
	static const char *const keys[] = {"command", "args"};

	if (pool)
		ours_open(t, pool);
	module = either(t, python, "pythonModule");
	if (module && module->kind == NODE_SCALAR)
		ours_command(t, arena_printf(t->a, "python3 -m %s", module->text));
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		const struct node *w = take(t, c ? c : python, keys[k]);

		ours_used(t, w);
		for (size_t i = 0; w && w->kind == NODE_LIST && i < w->n; i++)
			if (w->items[i]->kind == NODE_SCALAR)
				ours_word(t, w->items[i]->text);
	}
	if (t->words.len) {
		/* Vertex puts --name=value behind the arguments. */
		ours_word(t, "${args}");
		ours_note(t, c ? c : python,
		          "the command ran in a container; here it runs as it is");
	} else {
		ours_placeholder(t, "python3 train.py ${args}",
		                 "the file has none; write yours");
	}
}

static bool vertex(struct our_file *t, const struct node *root)
{
	const struct node *s = study(root), *list = take(t, s, "metrics"), *m, *id;
	const struct node *algorithm = take(t, s, "algorithm");

	ours_open(t, s);
	t->method = node_is(algorithm, "RANDOM_SEARCH") ? "random"
	            : node_is(algorithm, "GRID_SEARCH") ? "grid"
	                                                : "bayes";
	m = list && list->kind == NODE_LIST && list->n ? list->items[0] : NULL;
	if (m)
		ours_open(t, m);
	id = either(t, m, "metricId");
	t->goal = node_is(take(t, m, "goal"), "MINIMIZE") ? "minimize" : "maximize";
	ours_metric(t, id && id->kind == NODE_SCALAR ? id->text : "accuracy", NULL);
	if (!id)
		ours_note(t, s, "the file names no metric: accuracy stands for it");
	ours_count(t, "max_trials", either(t, root, "maxTrialCount"));
	ours_count(t, "parallel", either(t, root, "parallelTrialCount"));
	if (either(t, s, "medianAutomatedStoppingSpec"))
		ours_key(t, "early_terminate", "{type: median}");
	vertex_command(t, root);
	return vertex_parameters(t, take(t, s, "parameters"), 0);
}

const struct format format_vertex = {"Vertex AI", is_vertex, vertex};
