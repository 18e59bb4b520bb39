/* NNI: config.yml (version 1 and 2) with a search space beside it or inside, and the
 * search space alone. */
#include "base/file.h"
#include "convert/our_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 8 };

static bool is_entry(const struct node *n)
{
	return n->kind == NODE_MAP && node_get(n, "_type") && node_get(n, "_value");
}

static bool is_space(const struct node *root)
{
	return root->kind == NODE_MAP && root->n && is_entry(root->items[0]);
}

static bool is_config(const struct node *root)
{
	return root->kind == NODE_MAP &&
	       (node_get(root, "searchSpaceFile") || node_get(root, "searchSpace") ||
	        node_get(root, "searchSpacePath") || node_get(root, "trialCommand") ||
	        (node_get(root, "tuner") && node_get(root, "trial")));
}

/* _value: [low, high, q] or [mu, sigma, q]. */
static bool numbers(struct our_file *t, const char *name, const struct node *list,
                    size_t least, double *x)
{
	for (size_t i = 0; i < 3; i++)
		x[i] = 0;
	if (list->kind != NODE_LIST || list->n < least || list->n > 3)
		return ours_fails(t, list, NULL, "%s: _value needs %zu number%s", name,
		                  least, str_plural(least));
	for (size_t i = 0; i < list->n; i++)
		if (!node_number(list->items[i], &x[i]))
			return ours_fails(t, list->items[i], NULL,
			                  "%s: a number was expected", name);
	return true;
}

static bool space(struct our_file *t, const struct node *map, const char *prefix,
                  size_t depth);

/* Options with spaces of their own: {_name: conv, units: {…}}. NNI gives the script
 * {"layer": {"_name": "conv", "units": 3}}, and so do groups of ours. */
static bool nested(struct our_file *t, const char *name, const struct node *options,
                   size_t depth)
{
	struct str list = {0};
	const char *choice = arena_printf(t->a, "%s._name", name);
	const char *within = t->when;
	bool ok =
	    depth < DEPTH_MAX ||
	    ours_fails(t, options, NULL, "%s: options within options too deep", name);

	for (size_t i = 0; ok && i < options->n; i++) {
		const struct node *o = options->items[i];
		const char *word =
		    o->kind == NODE_MAP ? take_text(t, o, "_name") : NULL;

		ours_open(t, o);
		ok =
		    word || ours_fails(t, o, NULL,
		                       "%s: an option with parameters of its own needs "
		                       "a _name, and here every one must have it",
		                       name);
		if (!ok)
			break;
		str_add(&list, i ? ", " : "");
		yaml_string(&list, word);
	}
	if (ok)
		ours_parameter(t, choice, NULL, "{values: [%s]}", str_text(&list));
	for (size_t i = 0; ok && i < options->n; i++) {
		struct str when = {0};

		str_add(&when, "{");
		yaml_string(&when, choice);
		str_add(&when, ": ");
		yaml_string(&when, node_get(options->items[i], "_name")->text);
		str_add(&when, "}");
		t->when = arena_strdup(t->a, str_text(&when));
		ok = space(t, options->items[i], arena_printf(t->a, "%s.", name),
		           depth + 1);
		t->when = within;
		str_free(&when);
	}
	str_free(&list);
	return ok;
}
static bool parameter(struct our_file *t, const char *name, const struct node *entry,
                      size_t depth)
{
	const char *type = take_text(t, entry, "_type");
	const struct node *v = take(t, entry, "_value");
	const char *was = arena_printf(t->a, "%s %s", type ? type : "", flow(t, v));
	double x[3];
	bool ok;

	ours_used(t, v);
	if (!type)
		return ours_fails(t, entry, NULL, "%s: _type must be a word", name);
	if (strcmp(type, "choice") == 0 && v->kind == NODE_LIST && v->n &&
	    v->items[0]->kind == NODE_MAP && node_get(v->items[0], "_name"))
		return nested(t, name, v, depth);
	if (strcmp(type, "choice") == 0) {
		ok = ours_values(t, name, v, NULL);
	} else if (strcmp(type, "randint") == 0) {
		ok = numbers(t, name, v, 1, x);
		/* Very old files: [upper]. The upper end is none of them. */
		if (ok)
			ok = ours_range(t, name,
			                &(struct range){.low = v->n > 1 ? x[0] : 0,
			                                .high = x[v->n > 1] - 1,
			                                .whole = true},
			                v, was);
	} else if (strcmp(type, "uniform") == 0 || strcmp(type, "loguniform") == 0) {
		ok = numbers(t, name, v, 2, x) &&
		     ours_range(t, name,
		                &(struct range){
				    .low = x[0], .high = x[1], .log = *type == 'l'},
		                v, NULL);
	} else if (strcmp(type, "quniform") == 0 || strcmp(type, "qloguniform") == 0) {
		ok = numbers(t, name, v, 3, x) &&
		     ours_range(t, name,
		                &(struct range){.low = x[0],
		                                .high = x[1],
		                                .step = x[2],
		                                .log = type[1] == 'l',
		                                .from_zero = true},
		                v, was);
	} else if (strcmp(type, "normal") == 0 || strcmp(type, "lognormal") == 0 ||
	           strcmp(type, "qnormal") == 0 || strcmp(type, "qlognormal") == 0) {
		ok = numbers(t, name, v, *type == 'q' ? 3 : 2, x);
		if (ok)
			ours_normal(t, name, strstr(type, "log") != NULL, x[0], x[1],
			            x[2], NULL);
	} else {
		return ours_fails(
		    t, node_get(entry, "_type"), NULL,
		    "%s: %s is for architectures or one tuner of NNI, and "
		    "has no counterpart",
		    name, type);
	}
	return ok;
}

static bool space(struct our_file *t, const struct node *map, const char *prefix,
                  size_t depth)
{
	if (map->kind != NODE_MAP)
		return ours_fails(t, map, NULL, "a search space must be a mapping");
	for (size_t i = 0; i < map->n; i++) {
		const char *name = arena_printf(t->a, "%s%s", prefix, map->keys[i]);

		if (strcmp(map->keys[i], "_name") == 0)
			continue;
		if (!is_entry(map->items[i])) {
			if (map->items[i]->kind == NODE_MAP)
				return ours_fails(t, map->items[i],
				                  "as in {\"_type\": \"uniform\", "
				                  "\"_value\": [0, 1]}",
				                  "%s has no _type and _value", name);
			continue;
		}
		ours_open(t, map->items[i]);
		/* Two options may have a parameter of one name. */
		if (ours_has(t, name)) {
			const char *other =
			    arena_printf(t->a, "%s%zu", name, t->n_parameters);

			ours_note(t, map->items[i],
			          "%s stands in two options with ranges of their own: "
			          "here as %s",
			          name, other);
			name = other;
		}
		if (!parameter(t, name, map->items[i], depth))
			return false;
	}
	return true;
}

static void protocol(struct our_file *t)
{
	ours_key(t, "protocol", "nni");
	t->metric = "name: default";
	ours_note(
	    t, NULL,
	    "The script goes on asking NNI for its parameters and reporting to it: "
	    "protocol: nni answers in NNI's place.");
}

/* The space in a file that the configuration names, relative to it. */
static bool space_beside(struct our_file *t, const struct node *at)
{
	const char *slash = strrchr(t->yaml->path, '/');
	const char *path =
	    *at->text == '/' || !slash
		? at->text
		: arena_printf(t->a, "%.*s/%s", (int)(slash - t->yaml->path),
	                       t->yaml->path, at->text);
	struct yaml y = {.path = path};
	const struct yaml *outer = t->yaml;
	struct notices ns = {.a = t->a};
	char *text;
	bool ok;

	if (!file_read(path, CONVERT_FILE_MAX, t->a, &text, &y.len, t->err)) {
		struct error why = *t->err;

		return ours_fails(t, at, "it must lie where the file says", "%s",
		                  why.text);
	}
	y.text = text;
	t->yaml = &y;
	ok = yaml_parse(&y, path, text, y.len, t->a, &ns, t->err) &&
	     (is_space(y.root) ||
	      ours_fails(t, y.root, NULL, "this is no search space of NNI")) &&
	     space(t, y.root, "", 0);
	t->yaml = outer;
	free(ns.list);
	return ok;
}

static const char *method(const char *tuner)
{
	static const struct {
		const char *name, *method;
	} all[] = {{"random", "random"}, {"grid", "grid"}, {"batch", "grid"}};

	for (size_t i = 0; tuner && i < ARRAY_LEN(all); i++)
		if (strncasecmp(tuner, all[i].name, strlen(all[i].name)) == 0)
			return all[i].method;
	return "bayes";
}

static void tuner(struct our_file *t, const struct node *root)
{
	static const char *const blocks[] = {"tuner", "advisor", NULL};
	static const char *const names[] = {"name", "builtinTunerName",
	                                    "builtinAdvisorName", NULL};
	const struct node *block = take_any(t, root, blocks);
	const struct node *name = take_any(t, block, names);
	const struct node *args = take(t, block, "classArgs");
	const struct node *mode = take(t, args, "optimize_mode");
	double seed;

	t->method = method(name && name->kind == NODE_SCALAR ? name->text : NULL);
	if (name && strcmp(t->method, "bayes") == 0)
		ours_note(t, name, "%s: a Gaussian process proposes instead",
		          flow(t, name));
	/* NNI's own default. */
	t->goal = node_is(mode, "minimize") ? "minimize" : "maximize";
	if (take_number(t, args, "seed", &seed))
		ours_key(t, "seed", "%.0f", seed);
}

static void assessor(struct our_file *t, const struct node *root)
{
	static const char *const names[] = {"name", "builtinAssessorName", NULL};
	const struct node *block = take(t, root, "assessor");
	const struct node *name = take_any(t, block, names);
	const struct node *args = take(t, block, "classArgs");
	double start = 0;

	if (!name)
		return;
	take(t, args, "optimize_mode");
	if (node_is(name, "Medianstop")) {
		take_number(t, args, "start_step", &start);
		ours_key(t, "early_terminate", "{type: median, min_steps: %.0f}",
		         start > 0 ? start : 1);
	} else {
		ours_note(t, name,
		          "%s: it predicts a curve's end; a rule of ours stops what is "
		          "behind",
		          flow(t, name));
		ours_key(t, "early_terminate", "{type: median}");
	}
}

static bool config(struct our_file *t, const struct node *root)
{
	static const char *const files[] = {"searchSpaceFile", "searchSpacePath", NULL};
	static const char *const trials[] = {"maxTrialNumber", "maxTrialNum", NULL};
	static const char *const times[] = {"maxExperimentDuration", "maxExecDuration",
	                                    NULL};
	const struct node *inside = take(t, root, "searchSpace"), *n;
	const struct node *file = take_any(t, root, files),
			  *trial = take(t, root, "trial");
	const char *command = take_text(t, root, "trialCommand");

	if (!command)
		command = take_text(t, trial, "command");
	if (command)
		ours_command(t, command);
	else
		ours_placeholder(t, "python3 main.py",
		                 "the file names none; write yours");
	protocol(t);
	tuner(t, root);
	ours_count(t, "max_trials", take_any(t, root, trials));
	ours_count(t, "parallel", take(t, root, "trialConcurrency"));
	n = take_any(t, root, times);
	if (n)
		ours_key(t, "budget", "{time: %s}", flow(t, n));
	n = take(t, root, "maxTrialDuration");
	if (n)
		ours_key(t, "trial_timeout", "%s", flow(t, n));
	assessor(t, root);
	if (inside)
		return space(t, inside, "", 0);
	if (!file || file->kind != NODE_SCALAR)
		return ours_fails(t, root, "searchSpaceFile: search_space.json",
		                  "the file names no search space");
	return space_beside(t, file);
}

static bool space_alone(struct our_file *t, const struct node *root)
{
	ours_placeholder(
	    t, "python3 main.py",
	    "a search space has none; convert the config.yml beside it, or "
	    "write yours");
	protocol(t);
	t->method = "bayes";
	t->goal = "maximize";
	ours_note(t, NULL, "goal: NNI's default; the search space does not say it");
	return space(t, root, "", 0);
}

const struct format format_nni = {"NNI", is_config, config};
const struct format format_nni_space = {"NNI (a search space)", is_space, space_alone};
