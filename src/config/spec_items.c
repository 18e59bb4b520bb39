/* The key `items`: what a search asks of every configuration. */
#include "base/file.h"
#include "config/items.h"

#include <math.h>

enum {
	BATCH_DEFAULT = 20,
	FILE_MOST = 256 << 20,
	RUNS_MOST = 20000,
	TEST_MOST = 10000
};

static const char help_items[] =
    "as in items: {file: questions.jsonl, id: id, batch: 20, test: 0.3}";

static bool read_range(struct reading *r, const struct node *n, struct items *it)
{
	if (n->kind != NODE_LIST || n->n != 2)
		return read_fails(r, n->at, "as in range: [0, 1]",
		                  "items.range must be a list of two numbers");
	if (!read_number(r, n->items[0], "items.range", &it->low) ||
	    !read_number(r, n->items[1], "items.range", &it->high))
		return false;
	return (isfinite(it->high - it->low) && it->low < it->high) ||
	       read_fails(
		   r, n->at, "as in range: [0, 1]",
		   "items.range must rise, from the least score that there can be "
		   "to the most");
}

static bool read_options(struct reading *r, const struct node *map, struct items *it)
{
	const struct node *n;

	if ((n = node_get(map, "id")) && !read_string(r, n, "items.id", &it->id))
		return false;
	if ((n = node_get(map, "stratum")) &&
	    !read_string(r, n, "items.stratum", &it->stratum))
		return false;
	if ((n = node_get(map, "batch")) &&
	    !read_size(r, n, "items.batch", 1, BATCH_MOST, &it->batch))
		return false;
	if ((n = node_get(map, "seed")) &&
	    !read_count(r, n, "items.seed", 0, &it->seed))
		return false;
	if ((n = node_get(map, "range")) && !read_range(r, n, it))
		return false;
	if ((n = node_get(map, "test")) && !read_number(r, n, "items.test", &it->share))
		return false;
	return (it->share >= 0 && it->share <= 0.9) ||
	       read_fails(r, n->at, "as in test: 0.3",
	                  "items.test is the share of the items that are kept for the "
	                  "test, from 0 to 0.9");
}

static bool read_file(struct reading *r, const struct node *n, struct items *it,
                      struct item **list, size_t *count)
{
	const char *name = it->file;
	char *text;
	size_t len;

	if (!read_path(r, n, "items", "a file of one JSON object a line", &name))
		return false;
	if (!file_read(name, FILE_MOST, r->a, &text, &len, r->err) ||
	    !items_read(name, text, len, it->id, it->stratum, list, count, r->a,
	                r->err))
		return error_prefix(r->err, "items: ");
	it->text = items_text(*list, *count, text, len, r->a);
	return true;
}

static bool divide(struct reading *r, const struct node *at, struct items *it,
                   struct item *list, size_t n)
{
	items_split(list, n, it->share, it->seed, &it->n_test);
	it->n = n - it->n_test;
	it->list = list;
	it->by_key = items_by_key(list, n, r->a);
	if (it->n_test > TEST_MOST)
		return read_fails(r, at->at, "a smaller share, as in test: 0.1",
		                  "items: %zu of them for the test are more than %d",
		                  it->n_test, TEST_MOST);
	if (it->n_test == 1 || it->n < 2)
		return read_fails(
		    r, at->at, "more items, or another share: test: 0.3",
		    "items: of %zu items %zu are for the search and %zu for "
		    "the test; either needs two",
		    n, it->n, it->n_test);
	if (it->batch > it->n)
		it->batch = it->n;
	return true;
}

/* The metric is the mean of the scores, whatever it is called. */
static void name_metric(struct metric *m)
{
	if (!m->name) {
		m->name = "score";
		m->goal = GOAL_MAXIMIZE;
	}
	m->reduce = REDUCE_MEAN;
}

bool spec_read_items(struct reading *r, const struct node *map)
{
	static const char *const names[] = {"file", "id",      "batch", "test",
	                                    "seed", "stratum", "range"};
	struct items *it = &r->spec->items;
	const struct node *file;
	struct item *list = NULL;
	size_t n = 0;

	if (map->kind == NODE_SCALAR)
		map = read_as_map(r, map, "file");
	*it = (struct items){.present = true,
	                     .at = map->at,
	                     .id = "id",
	                     .batch = BATCH_DEFAULT,
	                     .share = 0.3,
	                     .seed = 1,
	                     .high = 1};
	if (!read_map(r, map, "items") ||
	    !read_known_keys(r, map, "items", names, ARRAY_LEN(names)))
		return false;
	file = node_get(map, "file");
	if (!file)
		return read_fails(r, map->at, help_items, "items: file is missing");
	if (!read_string(r, file, "items.file", &it->file) || !read_options(r, map, it))
		return false;
	if (r->spec->metric.name && (r->spec->metric.reduce != REDUCE_LAST ||
	                             r->spec->metric.pattern || r->spec->metric.file))
		return read_fails(
		    r, node_get(r->spec->yaml.root, "metric")->at,
		    "as in metric: {name: score, goal: maximize}",
		    "with items the metric is the mean of their scores: it "
		    "has no pattern, file or reduce");
	name_metric(&r->spec->metric);
	if (r->recorded) {
		it->text = r->items;
		if (!items_recall(r->items ? r->items : "", &list, &n, r->a, r->err))
			return error_prefix(r->err, "%s: ", r->spec->yaml.path);
	} else if (!read_file(r, file, it, &list, &n)) {
		return false;
	}
	return divide(r, file, it, list, n);
}

/* The winner and the defaults on the items that were kept, as often as each was asked
 * in the search. */
static void plan_test(struct spec *s)
{
	s->test.present = s->items.n_test > 0;
	s->test.top = 1;
	s->test.repeats = s->repeats;
	s->test.sequential = false;
}

bool spec_check_items(struct reading *r, const struct node *root)
{
	struct spec *s = r->spec;
	struct position at = s->items.at;
	const struct {
		bool is;
		const char *what, *help;
	} cases[] = {
	    {s->early.type != EARLY_NONE,
	     "items and early_terminate do not go together: with items a configuration "
	     "leaves as soon as it is worse on the same items",
	     "take early_terminate out"},
	    {s->scale.n, "items and scale do not go together", "take one of them out"},
	    {node_get(root, "test") != NULL,
	     "items and test do not go together: the test is of items that the search "
	     "has not seen",
	     "take test: out, and say in items how many are kept: items: {test: 0.3}"},
	    {s->n_launcher || s->n_places || s->slurm.present,
	     "items go to runs on this machine only, in this version",
	     "take hosts, launcher or slurm out; the command may ask a server "
	     "elsewhere"},
	    {spec_adapts_repeats(s), "items are repeated a fixed number of times",
	     "write repeats: 3, or leave it out"},
	    {s->method == METHOD_PBT, "items do not go with method: pbt",
	     "write method: random, or bayes"},
	    {s->n_criteria > 0,
	     "items have one metric, the mean of their scores: several metrics with "
	     "goals, or limits, do not go with them",
	     "let the score weigh what matters, item by item"},
	    {s->stop_auto, "items do not go with stop: auto", "give it max_trials"}};

	if (!s->items.present)
		return true;
	plan_test(s);
	if (r->recorded)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (cases[i].is)
			return read_fails(r, at, cases[i].help, "%s", cases[i].what);
	if (spec_runs(s) > RUNS_MOST)
		return read_fails(
		    r, at, "a larger batch, or fewer repeats",
		    "items: %zu runs for every configuration are more than "
		    "%d",
		    spec_runs(s), RUNS_MOST);
	if (!node_get(root, "retries"))
		s->retries = 2;
	return true;
}
