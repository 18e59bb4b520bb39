/* What shows only when every key has been read: what is missing, what does not go
 * together, and what a person should know before it starts. */
#include "config/read.h"

#include <math.h>
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

	if (!parameters && !method)
		return read_fails(
		    r, root->at, "a search needs method: and parameters:",
		    "this is not a sweep file: it has neither method nor parameters");
	if (!parameters)
		return read_fails(
		    r, root->at,
		    "as in parameters: {lr: {min: 1e-5, max: 1e-1, log: true}}",
		    "parameters is missing");
	if (!method)
		return read_fails(r, root->at,
		                  "write method: sobol (or random, grid, bayes)",
		                  "method is missing");
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
	struct str out = {0};
	const char *text;

	if (p->probabilities)
		return "leave probabilities out, or use method: random";
	if (p->dist == DIST_INT_UNIFORM || p->dist == DIST_Q_UNIFORM || p->clip)
		return "these are too many; write values: [...] or a larger q";
	if (p->dist != DIST_UNIFORM && p->dist != DIST_LOG_UNIFORM_VALUES)
		return "write values: [...], or use method: random or sobol";
	str_add(&out, "write values: [");
	for (int i = 0; i < 5; i++) {
		double x = p->dist == DIST_UNIFORM ? low + i * step
		                                   : low * pow(high / low, i / 4.0);

		str_addf(&out, "%s%.3g", i ? ", " : "", x);
	}
	str_add(&out, "]");
	if (p->dist == DIST_UNIFORM)
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

static bool check_commands(struct reading *r, const struct node *root, bool given)
{
	struct spec *s = r->spec;
	const struct node *n = given ? NULL : node_get(root, "command");
	const struct node *test = node_get(root, "test");

	s->has_command = s->program || s->command.n;
	if (s->has_command && !spec_check_command(r, &s->command, n))
		return false;
	if (s->test.command.n &&
	    !spec_check_command(r, &s->test.command, node_get(test, "command")))
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
	if (n->kind == NODE_SCALAR && n->yes_no)
		read_note(r, false, n->at,
		          "%s is the boolean %s; quote it if it is a text", n->text,
		          n->value.boolean ? "true" : "false");
	for (size_t i = 0; n->kind != NODE_SCALAR && i < n->n; i++)
		note_booleans(r, n->items[i]);
}

static void note_consequences(struct reading *r, const struct node *root, bool capped)
{
	const struct spec *s = r->spec;

	if (!s->metric.name)
		read_note(r, true, (struct position){0},
		          "no metric is given: everything runs, nothing is ranked");
	if (!s->max_trials && !capped && s->method != METHOD_GRID)
		read_note(r, false, (struct position){0},
		          "no max_trials is given: stops after %llu trials",
		          (unsigned long long)spec_trial_cap(s));
	if (s->early.type != EARLY_NONE && !s->early.step && !s->early.resource &&
	    s->early.type != EARLY_WANDB_HYPERBAND)
		read_note(r, false, s->early.at,
		          "early_terminate names no step: reports are counted");
	if (s->parallel_given && s->n_gpus && s->parallel > s->n_gpus * s->runs_per_gpu)
		read_note(r, false, node_get(root, "parallel")->at,
		          "gpus has room for %zu runs at once, not %zu (runs_per_gpu "
		          "lets more of them share one)",
		          s->n_gpus * s->runs_per_gpu, s->parallel);
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
	if (!check_grid(r, root) || !check_defaults(r, root) ||
	    !check_commands(r, root, o->command != NULL))
		return false;
	if (s->n_gpus && !s->parallel_given)
		s->parallel = s->n_gpus * s->runs_per_gpu;
	note_booleans(r, root);
	note_consequences(r, root, o->capped);
	return true;
}
