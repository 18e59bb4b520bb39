/* What is kept of a run beside its metric: the keys metrics, artifacts and keep. */
#include "config/read.h"

#include <string.h>

enum { METRICS_MAX = 32, ARTIFACTS_MAX = 32, KEEP_MAX = 1000 };

static const char metrics_help[] = "as in metrics: [acc, latency_ms], or metrics: "
				   "[{name: acc, goal: maximize}]";

static bool is_text(const struct node *n)
{
	return n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING && *n->text;
}

static bool metric_of(struct reading *r, const struct node *n, struct kept_metric *out)
{
	static const char *const names[] = {"name", "goal"};
	const struct node *name = n, *goal = NULL;

	if (n->kind == NODE_MAP) {
		if (!read_known_keys(r, n, "metrics", names, ARRAY_LEN(names)))
			return false;
		name = node_get(n, "name");
		goal = node_get(n, "goal");
	}
	if (!name || !is_text(name))
		return read_fails(r, name ? name->at : n->at, metrics_help,
		                  "one of metrics has no name");
	out->name = name->text;
	out->has_goal = goal != NULL;
	return !goal || spec_read_goal(r, goal, &out->goal);
}

/* The metric stands beside them anyhow, and nothing stands there twice. */
static bool is_shown(struct reading *r, const struct node *n,
                     const struct kept_metric *list, const char *name)
{
	const struct spec *s = r->spec;

	if (s->metric.name && strcmp(s->metric.name, name) == 0) {
		read_note(r, false, n->at,
		          "metrics: %s is the metric itself, which is always shown",
		          name);
		return true;
	}
	for (size_t i = 0; i < s->n_metrics; i++)
		if (strcmp(list[i].name, name) == 0) {
			read_note(r, true, n->at, "metrics: %s is there twice", name);
			return true;
		}
	return false;
}

/* Entries with a goal are the objectives, where no metric is given; the first of them
 * is the metric, which stands beside the others anyhow. */
static bool take_objectives(struct reading *r, const struct node *n,
                            struct kept_metric *list)
{
	struct spec *s = r->spec;
	struct criterion *out = arena_new(r->a, CRITERIA_MAX, sizeof *out);
	size_t goals = 0, kept = 0, first = s->n_metrics;

	for (size_t i = 0; i < s->n_metrics; i++) {
		if (list[i].has_goal && goals < OBJECTIVES_MAX)
			out[goals] =
			    (struct criterion){list[i].name, true, list[i].goal};
		if (list[i].has_goal && !goals++)
			first = i;
	}
	if (!goals || (goals == 1 && r->recorded))
		return true;
	if (goals == 1)
		return read_fails(
		    r, n->at,
		    arena_printf(
			r->a,
			"write metric: {name: %s, goal: %s}, and under metrics "
			"the names alone of what is shown beside it",
			out[0].name, goal_name(out[0].goal)),
		    "metrics: one objective is no choice between several");
	if (goals > OBJECTIVES_MAX)
		return read_fails(
		    r, n->at,
		    "leave two or three with a goal; what has none is shown beside "
		    "them, and limits: [\"NAME <= 20\"] bounds it",
		    "metrics: %zu objectives are too many: at the most %d", goals,
		    OBJECTIVES_MAX);
	s->metric = (struct metric){.name = out[0].name, .goal = out[0].goal};
	for (size_t i = 0; i < goals; i++)
		spec_note_test_name(r, n->at, out[i].name);
	s->criteria = out;
	s->n_criteria = s->n_objectives = goals;
	for (size_t i = 0; i < s->n_metrics; i++)
		if (i != first)
			list[kept++] = list[i];
	s->n_metrics = kept;
	return true;
}

/* What a goal means beside a metric is not what one may think. */
static void note_goals(struct reading *r, const struct node *n,
                       const struct kept_metric *list)
{
	for (size_t i = 0; i < r->spec->n_metrics; i++)
		if (list[i].has_goal) {
			read_note(r, false, n->at,
			          "metrics: %s has a goal, and is no objective, since "
			          "metric: names the one there is; without metric: "
			          "those with a goal are the objectives",
			          list[i].name);
			return;
		}
}

static bool read_metrics(struct reading *r, const struct node *n)
{
	size_t count = n->kind == NODE_LIST ? n->n : 0;
	struct kept_metric *list;

	if (!count || count > METRICS_MAX)
		return read_fails(
		    r, n->at,
		    n->kind == NODE_MAP && !r->spec->metric.name
			? "did you mean metric? metrics is a list: of what "
			  "is shown beside it, or of two or three objectives"
			: metrics_help,
		    "metrics must be a list of 1 to %d names", METRICS_MAX);
	list = arena_new(r->a, count, sizeof *list);
	r->spec->metrics = list;
	for (size_t i = 0; i < count; i++) {
		struct kept_metric *m = &list[r->spec->n_metrics];

		if (!metric_of(r, n->items[i], m))
			return false;
		r->spec->n_metrics += !is_shown(r, n->items[i], list, m->name);
	}
	if (!r->spec->metric.name)
		return take_objectives(r, n, list);
	note_goals(r, n, list);
	return true;
}

bool spec_read_metrics(struct reading *r, const struct node *n)
{
	if (read_metrics(r, n))
		return true;
	r->spec->n_metrics = 0;
	return r->recorded;
}

/* Only what is below the run's folder: no step out of it, and a name at least. */
static bool stays_inside(const char *pattern)
{
	bool named = false;

	if (*pattern == '/')
		return false;
	while (*pattern) {
		size_t n = strcspn(pattern, "/");

		if (n == 2 && strncmp(pattern, "..", 2) == 0)
			return false;
		named = named || (n && !(n == 1 && *pattern == '.'));
		pattern += n + (pattern[n] == '/');
	}
	return named;
}

static bool read_artifact(struct reading *r, const struct node *n, const char **out)
{
	if (!is_text(n))
		return read_fails(r, n->at, "as in artifacts: [model.pt, \"*.ckpt\"]",
		                  "one of artifacts is no name of a file");
	if (strstr(n->text, "${"))
		return read_fails(r, n->at,
		                  "write the name alone: it is looked for in the run's "
		                  "folder, which is HPSEARCH_DIR for the training",
		                  "artifacts have no macros");
	if (!stays_inside(n->text))
		return read_fails(r, n->at,
		                  "have the training write to its run's folder "
		                  "(HPSEARCH_DIR, ${dir}), and give the name in there",
		                  "an artifact must lie in the run's folder");
	*out = n->text;
	return true;
}

static bool read_artifacts(struct reading *r, const struct node *n)
{
	size_t count = n->kind == NODE_LIST ? n->n : 1;
	const char **list = arena_new(r->a, count + 1, sizeof *list);

	if (n->kind == NODE_MAP || !count || count > ARTIFACTS_MAX)
		return read_fails(r, n->at, "as in artifacts: [model.pt, \"*.ckpt\"]",
		                  "artifacts must be a list of 1 to %d names",
		                  ARTIFACTS_MAX);
	for (size_t i = 0; i < count; i++)
		if (!read_artifact(r, n->kind == NODE_LIST ? n->items[i] : n, &list[i]))
			return false;
	r->spec->artifacts = list;
	r->spec->n_artifacts = count;
	if (!node_get(r->spec->yaml.root, "keep"))
		read_note(r, false, n->at,
		          "the artifacts of all runs stay; with keep: 3 only those of "
		          "the best 3 trials would");
	return true;
}

bool spec_read_artifacts(struct reading *r, const struct node *n)
{
	return read_artifacts(r, n) || r->recorded;
}

/* Behind metric and artifacts. */
bool spec_read_keep(struct reading *r, const struct node *n)
{
	struct spec *s = r->spec;

	if (r->recorded && !s->n_artifacts)
		return true;
	if (!s->n_artifacts)
		return read_fails(
		    r, n->at,
		    "say which files: artifacts: [model.pt], in the run's "
		    "folder (HPSEARCH_DIR)",
		    "keep goes with artifacts");
	if (!s->metric.name)
		return read_fails(
		    r, n->at, "as in metric: {name: val_loss, goal: minimize}",
		    "keep needs a metric: it keeps those of the best trials");
	return read_size(r, n, "keep", 1, KEEP_MAX, &s->keep);
}
