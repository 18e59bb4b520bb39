/* What trials are judged by beside the metric: the key limits, the criteria that come
 * of it and of several objectives, and what does not go with them. */
#include "config/read.h"
#include "config/scalar.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const char limits_help[] = "as in limits: [\"latency_ms <= 20\"]";

double limit_excess(const struct limit *l, double value)
{
	/* Halves, so that no difference of two numbers overflows. */
	double excess =
	    2 * (l->least ? l->bound / 2 - value / 2 : value / 2 - l->bound / 2);

	return l->strict && !(excess < 0) && !(excess > 0) ? (double)nextafter(0, 1)
	                                                   : excess;
}

static const char *trimmed(const char *text, size_t n, struct arena *a)
{
	while (n && isspace((unsigned char)*text)) {
		text++;
		n--;
	}
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	return arena_printf(a, "%.*s", (int)n, text);
}

const char *limit_split(const char *text, size_t n, struct arena *a, struct limit *out,
                        const char **number)
{
	const char *whole = trimmed(text, n, a), *sign = strpbrk(whole, "<>=");
	bool equal = sign && *sign != '=' && sign[1] == '=';

	*out = (struct limit){.text = whole};
	if (!sign)
		return NULL;
	out->name = trimmed(whole, (size_t)(sign - whole), a);
	out->least = *sign == '>';
	out->strict = !equal;
	*number = trimmed(sign + 1 + equal, strlen(sign + 1 + equal), a);
	return sign;
}

static bool is_parameter(const struct node *root, const char *name)
{
	const struct node *map = node_get(root, "parameters");

	return map && map->kind == NODE_MAP && node_get(map, name);
}

static bool take_bound(struct reading *r, const struct node *n, const char *text,
                       struct limit *out)
{
	struct value v;

	if (scalar_number(text, &v) && value_number(&v, &out->bound))
		return true;
	return read_fails(r, n->at,
	                  isdigit((unsigned char)*text) || *text == '-'
	                      ? "write the number alone, in the unit in which the "
	                        "training reports it"
	                      : "a limit is a reported metric and a number, as in "
	                        "limits: [\"latency_ms <= 20\"]",
	                  "limits: %s is no number", *text ? text : "what follows");
}

static bool read_limit(struct reading *r, const struct node *n, struct limit *out)
{
	const char *sign, *number, *text = n->text;

	if (n->kind != NODE_SCALAR || n->value.kind != VALUE_STRING)
		return read_fails(r, n->at, limits_help,
		                  "one of limits is no text such as latency_ms <= 20");
	sign = limit_split(text, strlen(text), r->a, out, &number);
	if (!sign || *sign == '=')
		return read_fails(r, n->at, limits_help,
		                  "limits: %s has no <=, <, >= or >", text);
	out->text = text;
	out->at = n->at;
	if (!*out->name || scalar_number(out->name, &(struct value){0}))
		return read_fails(r, n->at, limits_help,
		                  "limits: %s does not begin with the name of a metric",
		                  text);
	if (is_parameter(r->spec->yaml.root, out->name))
		return read_fails(
		    r, n->at,
		    arena_printf(r->a,
		                 "a bound of a parameter is its min or max, or "
		                 "constraints: [\"%s\"]",
		                 text),
		    "limits: %s is a parameter, and no metric that a training reports",
		    out->name);
	return take_bound(r, n, number, out);
}

/* Two limits on the same metric may be its ends, and leave something between them. */
static bool fits(struct reading *r, const struct limit *list, size_t n)
{
	const struct limit *l = &list[n];

	for (size_t i = 0; i < n; i++) {
		const struct limit *other = &list[i];

		if (strcmp(other->name, l->name) != 0)
			continue;
		if (other->least == l->least)
			return read_fails(r, l->at, "leave the narrower of the two",
			                  "limits: %s and %s bound the same side",
			                  other->text, l->text);
		if (limit_excess(other, l->bound) > 0)
			return read_fails(r, l->at, "one of the two is a slip",
			                  "limits: no value holds both %s and %s",
			                  other->text, l->text);
	}
	return true;
}

bool spec_read_limits(struct reading *r, const struct node *n)
{
	size_t count = n->kind == NODE_LIST ? n->n : 1;
	struct limit *list;

	if (n->kind == NODE_MAP || !count || count > LIMITS_MAX)
		return read_fails(r, n->at, limits_help,
		                  "limits must be a list of 1 to %d bounds of metrics",
		                  LIMITS_MAX);
	if (!r->spec->metric.name)
		return read_fails(r, n->at,
		                  "as in metric: {name: val_loss, goal: minimize}",
		                  "limits need a metric that is to be made better "
		                  "within them");
	list = arena_new(r->a, count, sizeof *list);
	for (size_t i = 0; i < count; i++)
		if (!read_limit(r, n->kind == NODE_LIST ? n->items[i] : n, &list[i]) ||
		    !fits(r, list, i))
			return false;
	r->spec->limits = list;
	r->spec->n_limits = count;
	return true;
}

static size_t criterion_of(struct spec *s, struct criterion *list, const char *name)
{
	size_t i = 0;

	while (i < s->n_criteria && strcmp(list[i].name, name) != 0)
		i++;
	if (i == s->n_criteria)
		list[s->n_criteria++] = (struct criterion){.name = name};
	return i;
}

/* What is judged is shown. */
static void show(struct reading *r, const char *name)
{
	struct spec *s = r->spec;
	struct kept_metric *list = arena_new(r->a, s->n_metrics + 1, sizeof *list);

	for (size_t i = 0; i < s->n_metrics; i++) {
		if (strcmp(s->metrics[i].name, name) == 0)
			return;
		list[i] = s->metrics[i];
	}
	list[s->n_metrics++] = (struct kept_metric){.name = name};
	s->metrics = list;
}

static void gather(struct reading *r)
{
	struct spec *s = r->spec;
	struct criterion *all = arena_new(r->a, CRITERIA_MAX, sizeof *all);
	struct limit *limits = arena_new(r->a, s->n_limits + 1, sizeof *limits);

	for (size_t i = 0; i < s->n_objectives; i++)
		all[i] = s->criteria[i];
	if (s->n_limits && !s->n_objectives) {
		all[0] = (struct criterion){s->metric.name, true, s->metric.goal};
		s->n_criteria = s->n_objectives = 1;
	}
	for (size_t i = 0; i < s->n_limits; i++) {
		limits[i] = s->limits[i];
		limits[i].criterion = criterion_of(s, all, limits[i].name);
		if (limits[i].criterion)
			show(r, limits[i].name);
	}
	s->criteria = all;
	s->limits = limits;
}

/* What a search with several objectives, or with limits, cannot do. */
bool spec_check_criteria(struct reading *r)
{
	const struct spec *s = r->spec;
	const struct node *root = s->yaml.root;
	bool several = s->n_objectives > 1;
	const struct node *test = s->test.present ? node_get(root, "test") : NULL;
	const char *what = several ? "several objectives" : "limits";
	const struct {
		bool is;
		const char *key, *why, *help;
	} cases[] = {
	    {s->early.type != EARLY_NONE, "early_terminate",
	     "a training under way has no place among the others until all its "
	     "criteria are known",
	     "take early_terminate out"},
	    {several && s->test.metric.name, "test",
	     "test.metric is one, and a test reports the objectives under the names "
	     "that they have in the search",
	     "take test.metric out"},
	    {several && node_get(test, "top"), "test",
	     "test.top counts ranks, and what is verified of a front is its knee and "
	     "its ends",
	     "take test.top out, or name the points: test: {prefer: "
	     "[\"latency_ms<=15\"]}"},
	    {s->scale.n > 0, "scale", "its trends are of one metric", "take scale out"},
	    {s->n_warm > 0, "warm_start", "earlier searches are read by one metric",
	     "take warm_start out; points: [...] tries their best first"},
	    {s->stop_auto, "stop", "stop: auto judges the gain in one metric",
	     "write stop: {patience: 20}"},
	    {several && s->metric.has_target, "stop", "a target is one of one metric",
	     "write limits: [\"NAME <= NUMBER\"] for what is good enough, or stop: "
	     "{patience: 20}"},
	    {s->method == METHOD_PROGRAM, "method",
	     "the protocol with programs tells of one metric", "write method: bayes"},
	};

	gather(r);
	if (!several && s->test.n_prefer)
		return read_fails(r, node_key_position(root, "test"),
		                  "take prefer out: the best are verified, as many as "
		                  "test.top says",
		                  "test.prefer chooses points of a front, and there is "
		                  "one metric");
	for (size_t i = 0; s->n_criteria && i < ARRAY_LEN(cases); i++)
		if (cases[i].is)
			return read_fails(r, node_key_position(root, cases[i].key),
			                  cases[i].help, "%s does not go with %s: %s",
			                  cases[i].key, what, cases[i].why);
	return true;
}
