#include "config/spec.h"
#include "base/file.h"
#include "config/read.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };

static const char *const method_names[] = {[METHOD_GRID] = "grid",
                                           [METHOD_RANDOM] = "random",
                                           [METHOD_SOBOL] = "sobol",
                                           [METHOD_BAYES] = "bayes",
                                           [METHOD_AUTO] = "auto"};

const char *method_name(enum method m)
{
	return method_names[m];
}

/* One top-level key each. */

static bool key_name(struct reading *r, const struct node *n)
{
	return read_string(r, n, "name", &r->spec->name);
}

static bool key_description(struct reading *r, const struct node *n)
{
	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_NULL)
		return true;
	return read_string(r, n, "description", &r->spec->description);
}

static bool key_method(struct reading *r, const struct node *n)
{
	static const char *const elsewhere[] = {"tpe",    "hyperopt", "cmaes",
	                                        "optuna", "custom",   "evolution"};
	const char *word, *near;

	if (!read_string(r, n, "method", &word))
		return false;
	if (strcmp(word, "bayesian") == 0) {
		read_note(r, false, n->at, "method: bayesian is taken as bayes");
		word = "bayes";
	}
	for (size_t i = 0; i < ARRAY_LEN(method_names); i++)
		if (strcmp(word, method_names[i]) == 0) {
			r->spec->method = (enum method)i;
			r->spec->method_word = method_names[i];
			return true;
		}
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
		if (strcmp(word, elsewhere[i]) == 0)
			return read_fails(r, n->at,
			                  "write method: bayes, sobol, random or grid",
			                  "method: %s is not one of hpsearch's", word);
	near = str_nearest(word, method_names, ARRAY_LEN(method_names));
	return read_fails(r, n->at,
	                  near ? arena_printf(r->a, "did you mean %s?", near)
	                       : "grid, random, sobol, bayes or auto",
	                  "there is no method %s", word);
}

static bool read_goal(struct reading *r, const struct node *n, enum goal *out)
{
	static const struct {
		const char *word;
		enum goal goal;
		bool plain;
	} words[] = {
	    {"minimize", GOAL_MINIMIZE, true},  {"maximize", GOAL_MAXIMIZE, true},
	    {"minimise", GOAL_MINIMIZE, false}, {"maximise", GOAL_MAXIMIZE, false},
	    {"min", GOAL_MINIMIZE, false},      {"max", GOAL_MAXIMIZE, false},
	    {"minimum", GOAL_MINIMIZE, false},  {"maximum", GOAL_MAXIMIZE, false}};
	const char *text;

	if (!read_string(r, n, "goal", &text))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(text, words[i].word) == 0) {
			*out = words[i].goal;
			if (!words[i].plain || strcmp(text, words[i].word) != 0)
				read_note(
				    r, false, n->at, "goal: %s is taken as %s", text,
				    *out == GOAL_MINIMIZE ? "minimize" : "maximize");
			return true;
		}
	/* W&B falls back to this in silence. */
	*out = GOAL_MINIMIZE;
	read_note(r, true, n->at,
	          "the goal \"%s\" is neither minimize nor maximize; taken as minimize",
	          text);
	return true;
}

static bool read_reduce(struct reading *r, const struct node *n, struct metric *m)
{
	const char *text;
	char *end;

	if (!read_string(r, n, "reduce", &text))
		return false;
	if (strcmp(text, "last") == 0) {
		m->reduce = REDUCE_LAST;
		return true;
	}
	if (strcmp(text, "best") == 0) {
		m->reduce = REDUCE_BEST;
		read_note(r, false, n->at,
		          "reduce: best takes the luckiest moment of each run, which "
		          "looks better "
		          "than what the training ends with");
		return true;
	}
	if (strncmp(text, "mean_last_", 10) == 0 && isdigit((unsigned char)text[10])) {
		unsigned long k = strtoul(text + 10, &end, 10);

		if (!*end && k >= 1 && k <= 1000) {
			m->reduce = REDUCE_MEAN_LAST;
			m->reduce_last = k;
			return true;
		}
	}
	return read_fails(r, n->at, "last, best, or mean_last_K with K from 1 to 1000",
	                  "there is no reduce: %s", text);
}

/* Names of metrics that are usually better when larger. */
static bool sounds_maximal(const char *name)
{
	static const char *const parts[] = {"acc",   "auc",      "f1",     "reward",
	                                    "score", "bleu",     "recall", "iou",
	                                    "dice",  "precision"};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (strcasestr(name, parts[i]))
			return true;
	return strcasecmp(name, "r2") == 0;
}

static bool read_metric_keys(struct reading *r, const struct node *map,
                             const char *where, struct metric *m)
{
	static const char *const keys[] = {"name",   "goal",   "target",
	                                   "reduce", "impute", "impute_while_running"};
	const struct node *n;

	for (size_t i = 0; i < map->n; i++) {
		const char *key = map->keys[i];

		if (strncmp(key, "impute", 6) == 0)
			read_note(r, false, map->key_at[i],
			          "%s has no meaning here: failed trials are no values",
			          key);
		else if (strcmp(key, "name") && strcmp(key, "goal") &&
		         strcmp(key, "target") && strcmp(key, "reduce"))
			return read_unknown_key(r, map, i, where, keys, 4);
	}
	n = node_get(map, "name");
	if (!n || (n->kind == NODE_SCALAR && n->value.kind == VALUE_NULL))
		return read_fails(r, map->at,
		                  "as in metric: {name: val_loss, goal: minimize}",
		                  "%s needs a name", where);
	if (!read_string(r, n, "name", &m->name))
		return false;
	if ((n = node_get(map, "goal"))) {
		if (!read_goal(r, n, &m->goal))
			return false;
	} else if (sounds_maximal(m->name)) {
		read_note(r, true, map->at,
		          "%s: no goal is given, so %s will be minimized; write goal: "
		          "maximize if "
		          "more is better",
		          where, m->name);
	}
	if ((n = node_get(map, "target"))) {
		m->has_target = true;
		if (!read_number(r, n, "target", &m->target))
			return false;
	}
	n = node_get(map, "reduce");
	return !n || read_reduce(r, n, m);
}

static bool key_metric(struct reading *r, const struct node *n)
{
	struct metric *m = &r->spec->metric;

	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING) {
		read_note(r, true, n->at,
		          "metric should be a mapping; taken as its name");
		m->name = n->text;
		return true;
	}
	if (!read_map(r, n, "metric") || !read_metric_keys(r, n, "metric", m))
		return false;
	if (strcasestr(m->name, "test"))
		read_note(
		    r, true, n->at,
		    "the metric is called %s: a search that looks at test data leaves "
		    "nothing to confirm its winner with; use validation data, and the "
		    "test: "
		    "block for the end",
		    m->name);
	return true;
}

static bool key_program(struct reading *r, const struct node *n)
{
	return read_string(r, n, "program", &r->spec->program);
}

static bool key_seed(struct reading *r, const struct node *n)
{
	return read_count(r, n, "seed", 0, &r->spec->seed);
}

static bool key_repeats(struct reading *r, const struct node *n)
{
	if (!read_size(r, n, "repeats", 1, &r->spec->repeats))
		return false;
	return r->spec->repeats <= 1000 ||
	       read_fails(r, n->at, NULL, "repeats is too large (the most is 1000)");
}

static bool key_parallel(struct reading *r, const struct node *n)
{
	r->spec->parallel_given = true;
	return read_size(r, n, "parallel", 1, &r->spec->parallel);
}

static bool key_gpus(struct reading *r, const struct node *n)
{
	const char **gpus;

	if (n->kind != NODE_LIST || !n->n)
		return read_fails(r, n->at, "as in gpus: [0, 1]",
		                  "gpus must be a list");
	gpus = arena_new(r->a, n->n, sizeof *gpus);
	for (size_t i = 0; i < n->n; i++)
		if (!read_string(r, n->items[i], "a gpu", &gpus[i]))
			return false;
	r->spec->gpus = gpus;
	r->spec->n_gpus = n->n;
	return true;
}

static bool key_max_trials(struct reading *r, const struct node *n)
{
	return read_count(r, n, "max_trials", 1, &r->spec->max_trials);
}

static bool key_run_cap(struct reading *r, const struct node *n)
{
	return read_count(r, n, "run_cap", 1, &r->spec->max_trials);
}

static bool key_min_trials(struct reading *r, const struct node *n)
{
	return read_count(r, n, "min_trials", 0, &r->spec->min_trials);
}

/* Walks a nested block whose keys are all known. */
struct sub_key {
	const char *name;
	bool (*read)(struct reading *r, const struct node *n);
};

static bool read_block(struct reading *r, const struct node *map, const char *where,
                       const struct sub_key *keys, size_t n)
{
	const char *names[16];

	if (!read_map(r, map, where))
		return false;
	for (size_t k = 0; k < n; k++)
		names[k] = keys[k].name;
	for (size_t i = 0; i < map->n; i++) {
		size_t k = 0;

		while (k < n && strcmp(keys[k].name, map->keys[i]) != 0)
			k++;
		if (k == n)
			return read_unknown_key(r, map, i, where, names, n);
		if (!keys[k].read(r, map->items[i]))
			return false;
	}
	return true;
}

static bool budget_time(struct reading *r, const struct node *n)
{
	return read_duration(r, n, "budget.time", &r->spec->budget_time);
}

static bool budget_cost(struct reading *r, const struct node *n)
{
	return read_number(r, n, "budget.cost", &r->spec->budget_cost) &&
	       (r->spec->budget_cost > 0 ||
	        read_fails(r, n->at, NULL, "budget.cost must be above 0"));
}

static bool key_budget(struct reading *r, const struct node *n)
{
	static const struct sub_key keys[] = {
	    {"time", budget_time}, {"cost", budget_cost}, {"trials", key_max_trials}};

	return read_block(r, n, "budget", keys, ARRAY_LEN(keys));
}

static bool stop_target(struct reading *r, const struct node *n)
{
	r->spec->metric.has_target = true;
	return read_number(r, n, "stop.target", &r->spec->metric.target);
}

static bool stop_patience(struct reading *r, const struct node *n)
{
	return read_size(r, n, "stop.patience", 1, &r->spec->stop_patience);
}

static bool key_stop(struct reading *r, const struct node *n)
{
	static const struct sub_key keys[] = {{"target", stop_target},
	                                      {"patience", stop_patience}};

	return read_block(r, n, "stop", keys, ARRAY_LEN(keys));
}

static bool key_trial_timeout(struct reading *r, const struct node *n)
{
	return read_duration(r, n, "trial_timeout", &r->spec->trial_timeout);
}

static bool key_kill_grace(struct reading *r, const struct node *n)
{
	return read_duration(r, n, "kill_grace", &r->spec->kill_grace);
}

static bool key_retries(struct reading *r, const struct node *n)
{
	return read_size(r, n, "retries", 0, &r->spec->retries);
}

static bool key_shuffle(struct reading *r, const struct node *n)
{
	return read_bool(r, n, "shuffle", &r->spec->shuffle);
}

static bool key_accept_nonzero(struct reading *r, const struct node *n)
{
	return read_bool(r, n, "accept_nonzero", &r->spec->accept_nonzero);
}

static bool key_shell(struct reading *r, const struct node *n)
{
	return read_bool(r, n, "shell", &r->spec->command.shell);
}

static bool test_metric(struct reading *r, const struct node *n)
{
	struct metric *m = &r->spec->test.metric;

	m->goal = r->spec->metric.goal;
	return read_map(r, n, "test.metric") &&
	       read_metric_keys(r, n, "test.metric", m);
}

static bool test_command(struct reading *r, const struct node *n)
{
	return spec_read_command(r, n, "test.command", r->spec->command.shell,
	                         &r->spec->test.command);
}

static bool test_top(struct reading *r, const struct node *n)
{
	return read_size(r, n, "test.top", 1, &r->spec->test.top) &&
	       (r->spec->test.top <= 1000 ||
	        read_fails(r, n->at, NULL, "test.top is too large (the most is 1000)"));
}

static bool test_repeats(struct reading *r, const struct node *n)
{
	return read_size(r, n, "test.repeats", 1, &r->spec->test.repeats) &&
	       (r->spec->test.repeats <= 1000 ||
	        read_fails(r, n->at, NULL,
	                   "test.repeats is too large (the most is 1000)"));
}

static bool key_test(struct reading *r, const struct node *n)
{
	static const struct sub_key keys[] = {{"command", test_command},
	                                      {"metric", test_metric},
	                                      {"top", test_top},
	                                      {"repeats", test_repeats}};

	r->spec->test.present = true;
	return read_block(r, n, "test", keys, ARRAY_LEN(keys));
}

static bool key_command(struct reading *r, const struct node *n)
{
	return spec_read_command(r, n, "command", r->spec->command.shell,
	                         &r->spec->command);
}

/* Keys that W&B's server needs and a search on this machine does not. */
static bool key_unused(struct reading *r, const struct node *n)
{
	(void)r;
	(void)n;
	return true;
}

/* In the order in which they are read: what others build on comes first. */
static const struct sub_key top_keys[] = {
    {"name", key_name},
    {"description", key_description},
    {"method", key_method},
    {"metric", key_metric},
    {"parameters", spec_read_parameters},
    {"constraints", spec_read_constraints},
    {"program", key_program},
    {"shell", key_shell},
    {"command", key_command},
    {"seed", key_seed},
    {"repeats", key_repeats},
    {"gpus", key_gpus},
    {"parallel", key_parallel},
    {"max_trials", key_max_trials},
    {"run_cap", key_run_cap},
    {"min_trials", key_min_trials},
    {"budget", key_budget},
    {"stop", key_stop},
    {"trial_timeout", key_trial_timeout},
    {"kill_grace", key_kill_grace},
    {"retries", key_retries},
    {"shuffle", key_shuffle},
    {"accept_nonzero", key_accept_nonzero},
    {"early_terminate", spec_read_early},
    {"test", key_test},
    {"project", key_unused},
    {"entity", key_unused},
    {"apiVersion", key_unused},
    {"kind", key_unused},
    {"job", key_unused},
    {"image_uri", key_unused},
    {"controller", key_unused},
    {"scheduler", key_unused},
    {"settings", key_unused},
};

static size_t top_key(const char *name)
{
	size_t k = 0;

	while (k < ARRAY_LEN(top_keys) && strcmp(top_keys[k].name, name) != 0)
		k++;
	return k;
}

/* Keys nobody knows: a near miss is an error, anything else is left out with a warning.
 */
static bool check_top_keys(struct reading *r, const struct node *root)
{
	const char *names[ARRAY_LEN(top_keys)];

	for (size_t k = 0; k < ARRAY_LEN(top_keys); k++)
		names[k] = top_keys[k].name;
	for (size_t i = 0; i < root->n; i++) {
		const char *key = root->keys[i], *near;
		size_t k = top_key(key);

		if (k < ARRAY_LEN(top_keys)) {
			if (top_keys[k].read == key_unused)
				read_note(r, false, root->key_at[i],
				          "%s is for W&B's server and not used here",
				          key);
			continue;
		}
		near = str_nearest(key, names, ARRAY_LEN(names));
		if (near && !node_get(root, near))
			return read_fails(r, root->key_at[i],
			                  arena_printf(r->a, "did you mean %s?", near),
			                  "unknown key %s", key);
		read_note(r, true, root->key_at[i],
		          "the key %s is not known and left out", key);
	}
	return true;
}

static bool read_top_keys(struct reading *r, const struct node *root)
{
	for (size_t k = 0; k < ARRAY_LEN(top_keys); k++) {
		const struct node *n = node_get(root, top_keys[k].name);

		if (n && !top_keys[k].read(r, n))
			return false;
	}
	return true;
}

static bool is_a_search(struct reading *r, const struct node *root)
{
	if (root->kind != NODE_MAP)
		return read_fails(
		    r, root->at, NULL,
		    "this is not a search file: the whole of it must be a mapping");
	if (!node_get(root, "method") && !node_get(root, "parameters"))
		return read_fails(
		    r, (struct place){0}, "a search needs method: and parameters:",
		    "this is not a search file: it has neither method nor parameters");
	return true;
}

/* What only shows when everything has been read. */

static bool grid_is_finite(struct reading *r)
{
	struct space *sp = &r->spec->space;
	struct error why;
	uint64_t size;

	if (r->spec->method != METHOD_GRID || space_grid_size(sp, &size, &why))
		return true;
	for (size_t i = 0; i < sp->n; i++)
		if (!param_grid_size(&sp->params[i])) {
			struct place at = {sp->params[i].line, sp->params[i].column};
			char *help = strstr(why.text, "\n  help: ");

			if (help)
				*help = '\0';
			return read_fails(r, at, help ? help + 9 : NULL, "%s",
			                  why.text);
		}
	return read_fails(r, (struct place){0}, NULL, "%s", why.text);
}

/* A list of seeds under a grid is how repeats are faked elsewhere. */
static void note_seed_parameter(struct reading *r)
{
	const struct space *sp = &r->spec->space;

	for (size_t i = 0; i < sp->n; i++) {
		const struct param *p = &sp->params[i];

		if (r->spec->method == METHOD_GRID && p->n_values > 1 &&
		    strcasestr(p->name, "seed"))
			read_note(
			    r, false, (struct place){p->line, p->column},
			    "%s looks like repeats; with repeats: %zu and "
			    "HPSEARCH_SEED "
			    "(or ${seed}) the seeds are averaged instead of ranked",
			    p->name, p->n_values);
	}
}

static bool required(struct reading *r, const struct node *root)
{
	const struct spec *s = r->spec;

	if (!node_get(root, "parameters"))
		return read_fails(
		    r, (struct place){0},
		    "as in parameters: {lr: {min: 1e-5, max: 1e-1, log: true}}",
		    "it has no parameters");
	if (!node_get(root, "method"))
		return read_fails(r, (struct place){0},
		                  "write method: sobol (or random, grid, bayes)",
		                  "it has no method");
	if (s->method == METHOD_BAYES && !s->metric.name)
		return read_fails(r, node_get(root, "method")->at,
		                  "as in metric: {name: val_loss, goal: minimize}",
		                  "method: bayes needs a metric");
	if (s->early.type != EARLY_NONE && !s->metric.name)
		return read_fails(r, s->early.at, "as in metric: {name: val_loss}",
		                  "early_terminate needs a metric");
	if (s->test.present && !s->metric.name)
		return read_fails(r, node_get(root, "test")->at,
		                  "name the validation metric",
		                  "test needs a metric to choose the winner by");
	return true;
}

static bool searchable(const struct space *sp)
{
	for (size_t i = 0; i < sp->n; i++)
		if (sp->params[i].dist != DIST_CONSTANT)
			return true;
	return false;
}

static void note_consequences(struct reading *r, bool capped)
{
	struct spec *s = r->spec;

	if (!s->metric.name)
		read_note(r, true, (struct place){0},
		          "no metric is given: everything runs, nothing is ranked");
	if (!s->max_trials && !capped && s->method != METHOD_GRID && s->space.n)
		read_note(r, false, (struct place){0},
		          "no max_trials is given: stops after %llu trials",
		          (unsigned long long)spec_trial_cap(s));
	if (s->early.type != EARLY_NONE && !s->early.step &&
	    s->early.type != EARLY_WANDB_HYPERBAND)
		read_note(r, false, s->early.at,
		          "early_terminate names no step: reports are counted");
	note_seed_parameter(r);
}

static void apply_gpus(struct spec *s)
{
	if (s->n_gpus && !s->parallel_given)
		s->parallel = s->n_gpus;
}

static void note_booleans(struct reading *r, const struct node *n, int depth)
{
	if (n->kind == NODE_SCALAR && n->yes_no)
		read_note(r, false, n->at,
		          "%s is the boolean %s; quote it if it is a text", n->text,
		          n->value.boolean ? "true" : "false");
	for (size_t i = 0; n->kind != NODE_SCALAR && depth < 64 && i < n->n; i++)
		note_booleans(r, n->items[i], depth + 1);
}

static bool check(struct reading *r, const struct node *root, bool capped)
{
	struct spec *s = r->spec;
	struct place at = {0};

	if (!required(r, root))
		return false;
	if (s->method == METHOD_BAYES && !searchable(&s->space))
		return read_fails(
		    r, node_get(root, "method")->at, NULL,
		    "method: bayes needs a parameter that is not constant");
	if (!grid_is_finite(r))
		return false;
	if (node_get(root, "command"))
		at = node_get(root, "command")->at;
	s->has_command = s->program || s->command.n;
	if (s->has_command && !spec_check_command(r, &s->command, at))
		return false;
	if (s->test.command.n &&
	    !spec_check_command(r, &s->test.command, node_get(root, "test")->at))
		return false;
	apply_gpus(s);
	note_booleans(r, root, 0);
	note_consequences(r, capped);
	return true;
}

static bool first_warning(struct reading *r)
{
	const struct notices *ns = &r->spec->notices;

	for (size_t i = 0; i < ns->n; i++)
		if (ns->list[i].warning)
			return error_set(r->err, ERROR_FILE,
			                 "%s (a warning, but --strict)",
			                 ns->list[i].text);
	return true;
}

/* --command: words without a shell, macros as in the file. */
static bool command_option(struct reading *r, const char *text)
{
	struct spec *s = r->spec;

	if (!text)
		return true;
	s->command.shell = false;
	if (!spec_split_words(text, r->a, &s->command) || !s->command.n)
		return error_set(r->err, ERROR_USAGE, "--command '%s': %s", text,
		                 s->command.n ? "a quote is not closed" : "is empty");
	return true;
}

static void defaults(struct spec *s, struct arena *a)
{
	*s = (struct spec){.seed = 1,
	                   .repeats = 1,
	                   .parallel = 1,
	                   .kill_grace = 10,
	                   .test = {.top = 3, .repeats = 5},
	                   .arena = a,
	                   .notices = {.a = a}};
}

static bool read_all(struct reading *r, const char *path, const char *text, size_t len,
                     const struct spec_overrides *o)
{
	struct spec *s = r->spec;
	struct node *root;

	if (!yaml_parse(&s->yaml, path, text, len, r->a, &s->notices, r->err))
		return false;
	root = s->yaml.root;
	if (!is_a_search(r, root))
		return false;
	for (size_t i = 0; i < o->n_set; i++)
		if (!yaml_set(&s->yaml, o->set[i], r->a, &s->notices, r->err))
			return false;
	root = s->yaml.root;
	return check_top_keys(r, root) && read_top_keys(r, root) &&
	       command_option(r, o->command) && check(r, root, o->capped) &&
	       (!o->strict || first_warning(r));
}

bool spec_parse(struct spec *s, const char *path, const char *text, size_t len,
                const struct spec_overrides *o, struct arena *a, struct error *err)
{
	struct reading r = {.spec = s, .a = a, .err = err};
	struct notice *grown;
	bool ok;

	defaults(s, a);
	ok = read_all(&r, path, text, len, o);
	/* The list grew on the heap; what stays lives in the arena. */
	grown = s->notices.list;
	s->notices.list = arena_new(a, s->notices.n + 1, sizeof *grown);
	if (s->notices.n)
		memcpy(s->notices.list, grown, s->notices.n * sizeof *grown);
	s->notices.cap = 0;
	free(grown);
	return ok;
}

static bool read_stdin(struct arena *a, char **text, size_t *len, struct error *err)
{
	*text = arena_new(a, FILE_MAX + 2, 1);
	*len = 0;
	while (*len <= FILE_MAX) {
		ssize_t n = read(STDIN_FILENO, *text + *len, FILE_MAX + 1 - *len);

		if (n < 0)
			return error_errno(err, "standard input");
		if (!n)
			return true;
		*len += (size_t)n;
	}
	return true;
}

bool spec_load(struct spec *s, const char *path, const struct spec_overrides *o,
               struct arena *a, struct error *err)
{
	char *text;
	size_t len;

	if (strcmp(path, "-") == 0) {
		path = "<stdin>";
		if (!read_stdin(a, &text, &len, err))
			return false;
	} else if (!file_read(path, FILE_MAX, a, &text, &len, err)) {
		return false;
	}
	return spec_parse(s, path, text, len, o, a, err);
}

uint64_t spec_trial_cap(const struct spec *s)
{
	struct error ignored;
	uint64_t n;

	if (s->max_trials)
		return s->max_trials;
	if (s->method == METHOD_GRID && space_grid_size(&s->space, &n, &ignored))
		return n;
	n = 0;
	for (size_t i = 0; i < s->space.n; i++)
		n += s->space.params[i].dist != DIST_CONSTANT;
	n *= 10;
	return n < 20 ? 20 : n > 100 ? 100 : n;
}
