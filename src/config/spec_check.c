/* What shows only when every key has been read: what is missing, what does not go
 * together, and what a person should know before it starts. */
#include "config/command.h"
#include "config/macro.h"
#include "config/points.h"
#include "config/read.h"
#include "config/scalar.h"
#include "config/template.h"
#include "config/yaml_cause.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool spec_is_search(struct reading *r, const struct node *root)
{
	if (root->kind != NODE_MAP)
		return read_fails(
		    r, root->at, "a search needs method: and parameters:",
		    "this is not a sweep file: the whole of it must be a mapping");
	return true;
}

static bool check_required(struct reading *r, const struct node *root)
{
	const struct spec *s = r->spec;
	const struct node *parameters = node_get(root, "parameters");
	const struct node *method = node_get(root, "method");
	const char *launch = node_get(root, "job")         ? "job"
	                     : node_get(root, "scheduler") ? "scheduler"
	                                                   : NULL;

	if (!parameters)
		return read_fails(
		    r, root->at,
		    "as in parameters: {lr: {min: 1e-5, max: 1e-1, log: true}}",
		    "parameters is missing");
	if (!method && launch)
		return read_fails(
		    r, node_key_position(root, launch),
		    "a search of the same parameters begins with method: and command:",
		    "a %s: without a method makes this a launch configuration, which "
		    "hpsearch does not run",
		    launch);
	if (s->method == METHOD_LIST && !s->point_rows)
		return read_fails(r, method->at,
		                  "as in points: [{lr: 0.1}, {lr: 0.2}], or points: "
		                  "params.csv",
		                  "method: list runs the points, and there are none");
	if (!method)
		read_note(r, false, (struct position){0},
		          "no method is given: taken as auto");
	if (s->method == METHOD_BAYES && !s->metric.name)
		return read_fails(r, method->at,
		                  "as in metric: {name: val_loss, goal: minimize}",
		                  "method: bayes needs a metric");
	if (s->early.type != EARLY_NONE && !s->metric.name)
		return read_fails(r, s->early.at, "as in metric: {name: val_loss}",
		                  "early_terminate needs a metric");
	if (s->early.type != EARLY_NONE && s->deterministic)
		return read_fails(r, s->early.at,
		                  "take deterministic out; with one run at a time "
		                  "(-j1) every search is the same again",
		                  "early_terminate and deterministic do not go "
		                  "together: which runs are stopped depends on when "
		                  "the others report");
	if (!spec_check_scale(r) || !spec_check_criteria(r) ||
	    !spec_check_items(r, root))
		return false;
	if (s->test.present && !s->metric.name)
		return read_fails(r, node_get(root, "test")->at,
		                  "as in metric: {name: val_loss, goal: minimize}",
		                  "test needs a metric to choose the winner by");
	return true;
}

/* What to write in the place of a range. */
static const char *grid_advice(struct reading *r, const struct param *p)
{
	double low = p->min, high = p->max, step = (high - low) / 4;
	/* Two decades or more in even steps leave the small values out. */
	bool log = p->dist == DIST_LOG_UNIFORM_VALUES || (low > 0 && high >= 100 * low);
	struct str out = {0};
	const char *text;

	if (p->probabilities)
		return "leave probabilities out, or use method: random";
	if (p->dist == DIST_INT_UNIFORM || p->dist == DIST_Q_UNIFORM || p->clip)
		return "these are too many; write values: [...] or a larger q";
	if (p->dist == DIST_LOG_UNIFORM) {
		low = exp(low);
		high = exp(high);
		log = true;
	} else if (p->dist != DIST_UNIFORM && p->dist != DIST_LOG_UNIFORM_VALUES)
		return "write values: [...], or use method: random or sobol";
	str_add(&out, "write values: [");
	for (int i = 0; i < 5; i++) {
		double x = log ? low * pow(high / low, i / 4.0) : low + i * step;

		str_add(&out, i ? ", " : "");
		/* The ends as written: 0.9999 is not 1. */
		if (i % 4 || p->dist == DIST_LOG_UNIFORM)
			str_addf(&out, "%.3g", x);
		else
			str_double(&out, i ? high : low);
	}
	str_add(&out, "]");
	if (!log)
		str_addf(&out, ", or give it a step (q: %.3g, without distribution)",
		         step);
	str_add(&out, ", or use method: random or sobol");
	text = arena_strdup(r->a, str_text(&out));
	str_free(&out);
	return text;
}

static bool check_grid(struct reading *r, const struct node *root)
{
	struct space *sp = &r->spec->space;
	struct error why;
	uint64_t size;
	char *help;

	if (r->spec->method != METHOD_GRID || space_grid_size(sp, &size, &why))
		return true;
	for (size_t i = 0; i < sp->n; i++) {
		const struct param *p = &sp->params[i];

		if (!param_grid_size(p))
			return read_fails(
			    r, (struct position){p->line, p->column}, grid_advice(r, p),
			    "a grid cannot take %s: %s", p->name,
			    p->probabilities ? "its values have probabilities"
			    : p->dist == DIST_INT_UNIFORM ||
				    p->dist == DIST_Q_UNIFORM || p->clip
				? "it has too many values"
				: "it has no steps");
	}
	help = strstr(why.text, "\n  help: ");
	if (help)
		*help = '\0';
	return read_fails(r, node_get(root, "method")->at,
	                  help ? help + strlen("\n  help: ") : NULL, "%s", why.text);
}

/* The configuration that the search is compared with must be a possible one. */
static bool check_defaults(struct reading *r, const struct node *root)
{
	const struct space *sp = &r->spec->space;
	const struct node *n = node_get(root, "constraints");
	struct coord *point = arena_new(r->a, sp->n, sizeof *point);
	struct error why;
	bool any;

	return !n || space_defaults(sp, point, &any, &why) ||
	       read_fails(r, n->kind == NODE_LIST && n->n ? n->items[0]->at : n->at,
	                  "change a default:, or the constraint", "%s", why.text);
}

static bool is_searchable(const struct space *sp)
{
	for (size_t i = 0; i < sp->n; i++)
		if (sp->params[i].dist != DIST_CONSTANT)
			return true;
	return false;
}

/* The command of the defaults, once its macros are filled in, must begin with something
 * that can be run. */
static bool check_first_word(struct reading *r, const struct command *cmd,
                             const struct node *n)
{
	const struct space *sp = &r->spec->space;
	struct arena a = {0};
	struct coord *point = arena_new(&a, sp->n, sizeof *point);
	const struct value **values = arena_new(&a, sp->n, sizeof *values);
	struct value arguments;
	struct command_context c = {.arguments = &arguments,
	                            .dir = ".",
	                            .config_path = "config.json",
	                            .gpu = "0",
	                            .step_budget = "1",
	                            .items_file = "items.jsonl"};
	struct error why = {0};
	bool any, ok;
	char *help;

	space_defaults(sp, point, &any, &why);
	space_decode(sp, point, &a, values);
	arguments = space_arguments(sp, values, &a);
	why = (struct error){0};
	ok = command_build(r->spec, cmd, &c, &a, &why) != NULL;
	help = ok ? NULL : strstr(why.text, "\n  help: ");
	if (help)
		*help = '\0';
	if (!ok)
		read_fails(r,
		           n && n->kind == NODE_LIST && n->n ? n->items[0]->at
		           : n                               ? n->at
		                                             : (struct position){0},
		           help ? help + strlen("\n  help: ") : NULL, "%s",
		           why.text + (strncmp(why.text, r->spec->yaml.path,
		                               strlen(r->spec->yaml.path)) == 0
		                           ? strlen(r->spec->yaml.path) + 2
		                           : 0));
	arena_free(&a);
	return ok;
}

static bool check_commands(struct reading *r, const struct node *root, bool given)
{
	struct spec *s = r->spec;
	const struct node *n = given ? NULL : node_get(root, "command");
	const struct node *test = node_get(root, "test");

	s->has_command = s->program || s->command.n;
	spec_find_home(r);
	if (s->has_command && !spec_check_command(r, &s->command, n))
		return false;
	if (s->test.command.n &&
	    !spec_check_command(r, &s->test.command, node_get(test, "command")))
		return false;
	if (s->has_command && !r->recorded && !check_first_word(r, &s->command, n))
		return false;
	if (!spec_check_config(r))
		return false;
	if (s->command.shell && !s->command.n)
		read_note(r, false, node_get(root, "shell")->at,
		          "shell means nothing without a command");
	return true;
}

/* Notes. */

/* A list of seeds under a grid is how repeats are faked elsewhere. */
static void note_seeds(struct reading *r)
{
	const struct space *sp = &r->spec->space;

	for (size_t i = 0; i < sp->n; i++) {
		const struct param *p = &sp->params[i];

		if (r->spec->method == METHOD_GRID && p->dist == DIST_CATEGORICAL &&
		    p->n_distinct > 1 && strcasestr(p->name, "seed"))
			read_note(r, false, (struct position){p->line, p->column},
			          "%s looks like repeats; with repeats: %zu and "
			          "HPSEARCH_SEED the seeds are averaged instead of "
			          "ranked",
			          p->name, p->n_distinct);
	}
}

static void note_booleans(struct reading *r, const struct node *n)
{
	if (n == node_get(r->spec->yaml.root, "wandb") ||
	    n == node_get(r->spec->yaml.root, "env"))
		return; /* off is a word in one, all are texts in the other */
	if (n->kind == NODE_SCALAR && n->yes_no)
		read_note(r, false, n->at,
		          "%s is the boolean %s; quote it if it is a text", n->text,
		          n->value.boolean ? "true" : "false");
	for (size_t i = 0; n->kind != NODE_SCALAR && i < n->n; i++)
		note_booleans(r, n->items[i]);
}

/* 3.10 in a list may be a version, of which 3.1 is another one. */
static void note_version(struct reading *r, const struct node *n)
{
	const char *point = n->kind == NODE_SCALAR && !n->quoted &&
	                            n->value.kind == VALUE_FLOAT && *n->text != '0'
	                        ? strchr(n->text, '.')
	                        : NULL;

	if (point && strlen(point) == 3 && point[1] != '0' && point[2] == '0' &&
	    strspn(n->text, "0123456789.") == strlen(n->text))
		read_note(r, false, n->at,
		          "%s is the number %.*s; quote it if it is a version", n->text,
		          (int)(strlen(n->text) - 1), n->text);
}

/* YAML 1.1's numbers that are another text once they are on a command line. env: whose
 * values are texts anyhow. */
static void note_disguises(struct reading *r, const struct node *n,
                           const struct node *env)
{
	const char *how = n && n->kind == NODE_SCALAR && !n->quoted
	                      ? scalar_disguise(n->text, &n->value)
	                      : NULL;
	struct str text = {0};

	if (how) {
		value_text(&n->value, &text);
		read_note(r, true, n->at,
		          n->value.kind == VALUE_STRING
		              ? "%s is taken as the text %s (%s); quote it"
		              : "%s is the number %s (%s); quote it if it is a text",
		          n->text, str_text(&text), how);
		str_free(&text);
	}
	if (n && n->kind == NODE_SCALAR && n->text && strstr(n->text, "{{") &&
	    strstr(n->text, "}}"))
		read_note(r, true, n->at, "%s: %s", n->text, yaml_template_help);
	for (size_t i = 0; n && n->kind != NODE_SCALAR && i < n->n; i++) {
		if (n->items[i] != env)
			note_disguises(r, n->items[i], env);
		if (n->kind == NODE_LIST)
			note_version(r, n->items[i]);
	}
}

/* Different values that reach the script as the same word: 1 and "1". */
static void note_same_word(struct reading *r, const struct param *p, struct str *words)
{
	struct str json[2] = {{0}, {0}};

	for (size_t i = 1; i < p->n_distinct; i++)
		for (size_t k = 0; k < i; k++) {
			if (strcmp(str_text(&words[i]), str_text(&words[k])) != 0)
				continue;
			for (int side = 0; side < 2; side++) {
				str_clear(&json[side]);
				value_json(&p->values[p->distinct[side ? i : k]],
				           &json[side], true);
			}
			read_note(r, false, (struct position){p->line, p->column},
			          "parameter %s: %s and %s are the same word on the "
			          "command line (%s)",
			          p->name, str_text(&json[0]), str_text(&json[1]),
			          str_text(&words[i]));
			break;
		}
	str_free(&json[0]);
	str_free(&json[1]);
}

enum { COMPARED_MAX = 1000 };

/* Does a macro of the command write values as texts? In JSON they differ. */
static bool writes_texts(const struct spec *s)
{
	struct hole h;

	for (size_t i = 0; i < s->command.n; i++)
		for (const char *p = s->command.words[i]; hole_find(p, &h); p = h.end) {
			enum macro m = hole_macro(&h);

			if (m == MACRO_NONE ? hole_inner(&h) == INNER_NONE
			                    : m >= MACRO_ARGS && m < MACRO_ARGS_JSON)
				return true;
		}
	return !s->command.n;
}

static void note_same_words(struct reading *r)
{
	const struct space *sp = &r->spec->space;

	if (!writes_texts(r->spec))
		return;
	for (size_t i = 0; i < sp->n; i++) {
		const struct param *p = &sp->params[i];
		struct str *words;

		if (p->dist != DIST_CATEGORICAL || p->zip ||
		    p->n_distinct > COMPARED_MAX)
			continue;
		words = mem_new(p->n_distinct, sizeof *words);
		for (size_t k = 0; k < p->n_distinct; k++)
			value_text(&p->values[p->distinct[k]], &words[k]);
		note_same_word(r, p, words);
		for (size_t k = 0; k < p->n_distinct; k++)
			str_free(&words[k]);
		free(words);
	}
}

static void note_consequences(struct reading *r, const struct node *root, bool capped)
{
	const struct spec *s = r->spec;

	if (!s->metric.name)
		read_note(r, true, (struct position){0},
		          "no metric is given: everything runs, nothing is ranked%s",
		          s->n_metrics ? " (of metrics, those would count that have "
		                         "a goal: {name: NAME, goal: maximize})"
		                       : "");
	if (!s->max_trials && !capped && s->method != METHOD_GRID &&
	    s->method != METHOD_LIST && s->method != METHOD_PBT)
		read_note(r, false, (struct position){0},
		          "no max_trials is given: stops after %llu %s at the latest",
		          (unsigned long long)spec_trial_cap(s, 0),
		          spec_adapts_repeats(s) ? "runs" : "trials");
	if (s->early.type != EARLY_NONE && !s->early.step && !s->early.resource &&
	    s->early.type != EARLY_WANDB_HYPERBAND)
		read_note(r, false, s->early.at,
		          "early_terminate names no step: reports are counted");
	if (s->parallel_given && s->n_gpus && s->parallel > s->n_gpus * s->runs_per_gpu)
		read_note(r, false, node_get(root, "parallel")->at,
		          "gpus has room for %zu run%s at once, not %zu (runs_per_gpu "
		          "lets more of them share one)",
		          s->n_gpus * s->runs_per_gpu,
		          str_plural(s->n_gpus * s->runs_per_gpu), s->parallel);
	note_seeds(r);
}

bool spec_check(struct reading *r, const struct node *root,
                const struct spec_overrides *o)
{
	struct spec *s = r->spec;

	if (!check_required(r, root))
		return false;
	if (s->method == METHOD_BAYES && !is_searchable(&s->space))
		return read_fails(
		    r, node_get(root, "method")->at, NULL,
		    "method: bayes needs a parameter that is not constant");
	if (!check_grid(r, root) || !check_defaults(r, root) || !spec_place_points(r) ||
	    !spec_check_pbt(r, root) || !check_commands(r, root, o->command != NULL))
		return false;
	if (s->n_gpus && !s->parallel_given)
		s->parallel = s->n_gpus * s->runs_per_gpu;
	if (!spec_check_slurm(r, root) || !spec_check_repeats(r, root))
		return false;
	note_booleans(r, root);
	note_disguises(r, root, node_get(root, "env"));
	note_same_words(r);
	note_consequences(r, root, o->capped);
	spec_note_wandb(r);
	return true;
}
