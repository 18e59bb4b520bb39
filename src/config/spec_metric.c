/* What is measured: the metric block, and the test block with its own. */
#include "base/pattern.h"
#include "config/dialect.h"
#include "config/read.h"
#include "config/scalar.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool spec_read_goal(struct reading *r, const struct node *n, enum goal *out)
{
	static const char *const words[] = {"minimize", "maximize", "minimise",
	                                    "maximise", "min",      "max",
	                                    "minimum",  "maximum"};
	const char *text;
	bool quiet;

	if (n->kind != NODE_SCALAR || n->value.kind != VALUE_STRING)
		return read_fails(r, n->at, "write goal: minimize or goal: maximize",
		                  "the goal must be minimize or maximize");
	text = n->text;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcasecmp(text, words[i]) != 0)
			continue;
		*out = i % 2 ? GOAL_MAXIMIZE : GOAL_MINIMIZE;
		quiet = i < 2 && strcmp(text, words[i]) == 0;
		if (!quiet)
			read_note(r, false, n->at, "goal: %s is taken as %s", text,
			          words[i % 2]);
		return true;
	}
	if (read_nearest(r, text, words, ARRAY_LEN(words)))
		return read_fails(r, n->at,
		                  read_nearest(r, text, words, ARRAY_LEN(words)),
		                  "the goal must be minimize or maximize");
	/* W&B falls back to this in silence. */
	*out = GOAL_MINIMIZE;
	read_note(r, true, n->at,
	          "the goal \"%s\" is neither minimize nor maximize; taken as minimize",
	          text);
	return true;
}

static bool read_reduce(struct reading *r, const struct node *n, struct metric *m)
{
	static const char *const words[] = {"last", "best", "mean_last_3"};
	static const char mean[] = "mean_last_";
	const char *text, *help;
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
		          "looks better than what the training ends with");
		return true;
	}
	if (strncmp(text, mean, sizeof mean - 1) == 0 &&
	    isdigit((unsigned char)text[sizeof mean - 1])) {
		unsigned long k = strtoul(text + sizeof mean - 1, &end, 10);

		m->reduce = REDUCE_MEAN_LAST;
		m->reduce_last = k;
		if (!*end && k >= 1 && k <= 1000)
			return true;
	}
	help = m->reduce == REDUCE_MEAN_LAST
	           ? NULL
	           : read_nearest(r, text, words, ARRAY_LEN(words));
	return read_fails(
	    r, n->at, help ? help : "last, best, or mean_last_K with K from 1 to 1000",
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

/* "test" at the beginning of a word: test_loss, val/test, but not latest. */
static bool sounds_like_test(const char *name)
{
	const char *at = name;

	while ((at = strcasestr(at, "test"))) {
		if (at == name || !isalpha((unsigned char)at[-1]) ||
		    (isupper((unsigned char)*at) && islower((unsigned char)at[-1])))
			return true;
		at++;
	}
	return false;
}

void spec_note_test_name(struct reading *r, struct position at, const char *name)
{
	if (sounds_like_test(name))
		read_note(r, true, at,
		          "the metric is called %s: a search that looks at test data "
		          "leaves nothing to confirm its winner with; use validation "
		          "data, and the test: block for the end",
		          name);
}

static bool check_keys(struct reading *r, const struct node *map, const char *where)
{
	static const char *const names[] = {
	    "name",         "goal", "target", "reduce",
	    "pattern",      "file", "impute", "impute_while_running",
	    "step_pattern",
	};

	for (size_t i = 0; i < map->n; i++)
		if (strcasecmp(map->keys[i], "direction") == 0 ||
		    strcasecmp(map->keys[i], "mode") == 0 ||
		    strcasecmp(map->keys[i], "type") == 0)
			return read_fails(r, map->key_at[i],
			                  strncasecmp(map->items[i]->kind == NODE_SCALAR
			                                  ? map->items[i]->text
			                                  : "",
			                              "max", 3) == 0
			                      ? "write goal: maximize"
			                      : "write goal: minimize",
			                  "unknown key %s in %s", map->keys[i], where);
	if (!read_known_keys(r, map, where, names, ARRAY_LEN(names)))
		return false;
	for (size_t i = 0; i < map->n; i++)
		if (strncmp(map->keys[i], "impute", 6) == 0)
			read_note(r, false, map->key_at[i],
			          "%s is not used: a trial that failed has no value",
			          map->keys[i]);
	return true;
}

static bool is_null(const struct node *n)
{
	return n->kind == NODE_SCALAR && n->value.kind == VALUE_NULL;
}

static bool read_pattern(struct reading *r, const struct node *n, const char *what,
                         const char **out)
{
	struct pattern *p;
	struct error why;
	const char *help;

	if (!n)
		return true;
	if (n->kind != NODE_SCALAR || n->value.kind != VALUE_STRING)
		return read_fails(r, n->at, "as in pattern: 'val_loss: ([0-9.eE+-]+)'",
		                  "%s must be a regular expression", what);
	*out = n->text;
	p = pattern_new(n->text, &help, &why);
	pattern_free(p);
	return p || read_fails(r, n->at, help, "%s: %s", what, why.text);
}

/* Where the metric is. */
static bool read_source(struct reading *r, const struct node *map, const char *where,
                        struct metric *m)
{
	const struct node *file = node_get(map, "file");
	const struct node *step = node_get(map, "step_pattern");

	if (!read_pattern(r, node_get(map, "pattern"),
	                  arena_printf(r->a, "%s.pattern", where), &m->pattern) ||
	    !read_pattern(r, step, arena_printf(r->a, "%s.step_pattern", where),
	                  &m->step_pattern))
		return false;
	if (step && !m->pattern)
		return read_fails(r, step->at, "write the pattern of the metric, too",
		                  "%s.step_pattern goes with a pattern", where);
	if (!file)
		return true;
	if (!read_string(r, file, arena_printf(r->a, "%s.file", where), &m->file))
		return false;
	if (m->pattern)
		return read_fails(r, file->at, "take one of the two out",
		                  "%s is to be read in a file and by a pattern", where);
	return *m->file || read_fails(r, file->at, "as in file: runs/**/results.csv",
	                              "%s.file must be the name of a file", where);
}

/* goal_known: a goal is inherited where none is given. */
static bool read_metric(struct reading *r, const struct node *map, const char *where,
                        bool goal_known, struct metric *m)
{
	const struct node *name = node_get(map, "name"), *n;

	if (!check_keys(r, map, where))
		return false;
	if (!name || is_null(name) || (name->kind == NODE_SCALAR && !*name->text))
		return read_fails(r, name ? name->at : map->at,
		                  "as in metric: {name: val_loss, goal: minimize}",
		                  "%s needs a name", where);
	if (!read_string(r, name, arena_printf(r->a, "%s.name", where), &m->name))
		return false;
	n = node_get(map, "goal");
	if (n && !spec_read_goal(r, n, &m->goal))
		return false;
	if (!n && !goal_known && sounds_maximal(m->name))
		read_note(r, true, name->at,
		          "%s: no goal is given, so %s will be minimized; write goal: "
		          "maximize if more is better",
		          where, m->name);
	n = node_get(map, "target");
	m->has_target = n != NULL;
	if (n && !read_number(r, n, "target", &m->target))
		return false;
	n = node_get(map, "reduce");
	return (!n || read_reduce(r, n, m)) && read_source(r, map, where, m);
}

bool spec_read_metric(struct reading *r, const struct node *n)
{
	struct metric *m = &r->spec->metric;

	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING && *n->text) {
		read_note(r, false, n->at, "metric: %s is taken as {name: %s}", n->text,
		          n->text);
		n = read_as_map(r, n, "name");
	}
	if (n->kind != NODE_MAP)
		return read_fails(
		    r, n->at,
		    n->kind == NODE_LIST && n->n
			? dialect_key("objective", n, r->a)
			: "as in metric: {name: val_loss, goal: minimize}",
		    "metric must be a mapping");
	/* {val_loss: minimize} */
	if (n->n == 1 && n->items[0]->kind == NODE_SCALAR &&
	    (strncasecmp(n->items[0]->text, "min", 3) == 0 ||
	     strncasecmp(n->items[0]->text, "max", 3) == 0) &&
	    strcmp(n->keys[0], "name") != 0 && strcmp(n->keys[0], "goal") != 0)
		return read_fails(
		    r, n->key_at[0],
		    arena_printf(r->a, "write metric: {name: %s, goal: %s}", n->keys[0],
		                 strncasecmp(n->items[0]->text, "max", 3) == 0
		                     ? "maximize"
		                     : "minimize"),
		    "unknown key %s in metric", n->keys[0]);
	if (!read_metric(r, n, "metric", false, m))
		return false;
	spec_note_test_name(r, node_get(n, "name")->at, m->name);
	return true;
}

static bool test_metric(struct reading *r, const struct node *n)
{
	struct metric *m = &r->spec->test.metric;

	m->goal = r->spec->metric.goal;
	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING && *n->text)
		n = read_as_map(r, n, "name");
	return read_map(r, n, "test.metric") &&
	       read_metric(r, n, "test.metric", r->spec->metric.name != NULL, m);
}

/* repeats: auto, or a number, with which max_repeats means nothing. */
static bool test_repeats(struct reading *r, const struct node *map)
{
	struct test *t = &r->spec->test;
	const struct node *n = node_get(map, "repeats"),
			  *most = node_get(map, "max_repeats");

	if (n && !(n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING &&
	           strcmp(n->text, "auto") == 0)) {
		t->sequential = false;
		if (n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING)
			return read_fails(
			    r, n->at, "write repeats: auto, or repeats: 5",
			    "test.repeats must be auto or a whole number");
		if (!read_size(r, n, "test.repeats", 1, 1000, &t->repeats))
			return false;
	}
	if (most && !t->sequential)
		return read_fails(r, most->at, "take one of the two out",
		                  "test.max_repeats goes with repeats: auto alone");
	return !most ||
	       read_size(r, most, "test.max_repeats", 2, 1000, &t->max_repeats);
}

/* Bounds and weights with commas between; whether they can be met shows at the end. */
static bool is_wish(struct reading *r, const char *text)
{
	for (const char *p = text;; p++) {
		size_t n = strcspn(p, ",");
		struct limit bound;
		const char *number = "";
		struct value v;
		double x;

		if (!limit_split(p, n, r->a, &bound, &number) || !*bound.name ||
		    !scalar_number(number, &v) || !value_number(&v, &x))
			return false;
		p += n;
		if (!*p)
			return true;
	}
}

static bool test_prefer(struct reading *r, const struct node *n)
{
	static const char help[] = "as in prefer: [\"latency_ms<=15\", "
				   "\"acc=2,latency_ms=1\"]";
	struct test *t = &r->spec->test;
	size_t count = n->kind == NODE_LIST ? n->n : 1;
	const char **list;

	if (n->kind == NODE_MAP || !count || count > PREFER_MAX)
		return read_fails(
		    r, n->at, help,
		    "test.prefer must be a list of 1 to %d wishes, as best "
		    "--prefer takes them",
		    PREFER_MAX);
	list = arena_new(r->a, count, sizeof *list);
	for (size_t i = 0; i < count; i++) {
		const struct node *one = n->kind == NODE_LIST ? n->items[i] : n;

		if (one->kind != NODE_SCALAR || !is_wish(r, one->text))
			return read_fails(
			    r, one->at, help, "test.prefer: %s is no bound or weight",
			    one->kind == NODE_SCALAR ? one->text : "one of them");
		list[i] = one->text;
	}
	t->prefer = list;
	t->n_prefer = count;
	return true;
}

bool spec_read_test(struct reading *r, const struct node *map)
{
	static const char *const names[] = {"command",     "metric", "top",   "repeats",
	                                    "max_repeats", "ledger", "prefer"};
	struct test *t = &r->spec->test;
	const struct node *n;

	t->present = true;
	if (!read_map(r, map, "test") ||
	    !read_known_keys(r, map, "test", names, ARRAY_LEN(names)))
		return false;
	if ((n = node_get(map, "command")) &&
	    !spec_read_command(r, n, "test.command",
	                       r->spec->command.shell && n->kind == NODE_SCALAR,
	                       &t->command))
		return false;
	if ((n = node_get(map, "metric")) && !test_metric(r, n))
		return false;
	if ((n = node_get(map, "top")) &&
	    !read_size(r, n, "test.top", 1, 1000, &t->top))
		return false;
	if ((n = node_get(map, "prefer")) && !test_prefer(r, n))
		return false;
	n = node_get(map, "ledger");
	if (n && !read_string(r, n, "test.ledger", &t->ledger))
		return false;
	if (t->ledger && !*t->ledger)
		return read_fails(r, n->at, "as in ledger: tests.jsonl",
		                  "test.ledger must be the name of a file");
	return test_repeats(r, map);
}
