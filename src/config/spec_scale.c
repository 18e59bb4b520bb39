/* The scale block: the sizes that a search tunes at, and the one it is to foretell. */
#include "config/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZES_MAX = 32 };

static int by_number(const void *a, const void *b)
{
	double x = 0, y = 0;

	value_number(a, &x);
	value_number(b, &y);
	return (x > y) - (x < y);
}

static bool read_values(struct reading *r, const struct node *list,
                        struct scale_size *s)
{
	struct value *v = arena_new(r->a, list->n + 1, sizeof *v);
	double x;

	if (list->kind != NODE_LIST || list->n < 3 || list->n > SIZES_MAX)
		return read_fails(r, list->at, "as in values: [64, 128, 256, 512]",
		                  "scale: values must be a list of 3 to %d sizes: a "
		                  "trend needs three",
		                  SIZES_MAX);
	for (size_t i = 0; i < list->n; i++) {
		const struct node *n = list->items[i];

		v[i] = n->value;
		if (n->kind != NODE_SCALAR || n->value.kind == VALUE_BOOL ||
		    !value_number(&n->value, &x) || !(x > 0))
			return read_fails(r, n->at, NULL,
			                  "scale: a size must be a number above 0");
	}
	qsort(v, list->n, sizeof *v, by_number);
	for (size_t i = 1; i < list->n; i++)
		if (value_equal(&v[i - 1], &v[i]))
			return read_fails(
			    r, list->at, NULL,
			    "scale: a size stands twice among the values");
	s->values = v;
	s->n = list->n;
	return true;
}

static bool read_one(struct reading *r, const struct node *map, struct scale_size *s)
{
	static const char *const names[] = {"parameter", "values", "target"};
	const struct node *n;
	double largest = 0;

	if (!read_map(r, map, "scale") ||
	    !read_known_keys(r, map, "scale", names, ARRAY_LEN(names)))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!node_get(map, names[i]))
			return read_fails(
			    r, map->at,
			    "as in scale: {parameter: width, values: [64, "
			    "128, 256, 512], target: 2048}",
			    "scale: %s is missing", names[i]);
	n = node_get(map, "parameter");
	if (!read_string(r, n, "scale.parameter", &s->name))
		return false;
	s->at = n->at;
	if (!read_values(r, node_get(map, "values"), s))
		return false;
	n = node_get(map, "target");
	if (!read_number(r, n, "scale.target", &s->target))
		return false;
	value_number(&s->values[s->n - 1], &largest);
	return s->target > largest ||
	       read_fails(r, n->at, "a target beyond the largest of the values",
	                  "scale: the target %g is not beyond the sizes (the largest "
	                  "is %g): nothing would be extrapolated",
	                  s->target, largest);
}

bool spec_read_scale(struct reading *r, const struct node *n)
{
	struct scale *s = &r->spec->scale;
	bool list = n->kind == NODE_LIST;
	size_t count = list ? n->n : 1;

	if (!count || count > ARRAY_LEN(s->sizes))
		return read_fails(r, n->at,
		                  "as in scale: {parameter: width, values: [64, 128, "
		                  "256, 512], target: 2048}",
		                  "scale is a mapping, or a list of two");
	for (size_t i = 0; i < count; i++)
		if (!read_one(r, list ? n->items[i] : n, &s->sizes[i]))
			return false;
	if (count == 2 && strcmp(s->sizes[0].name, s->sizes[1].name) == 0)
		return read_fails(r, n->at, NULL, "scale: %s stands twice",
		                  s->sizes[0].name);
	if (count == 2 && s->sizes[0].n * s->sizes[1].n > SIZES_MAX)
		return read_fails(r, n->at, "fewer values of one of them",
		                  "scale: %zu times %zu sizes are more than %d",
		                  s->sizes[0].n, s->sizes[1].n, SIZES_MAX);
	s->n = count;
	return true;
}

bool spec_check_scale(struct reading *r)
{
	const struct spec *s = r->spec;
	size_t places = 0;
	struct position at = s->scale.n ? s->scale.sizes[0].at : (struct position){0};
	const struct {
		bool is;
		const char *what, *help;
	} cases[] = {
	    {!s->metric.name, "scale needs a metric", "as in metric: {name: val_loss}"},
	    {s->early.type != EARLY_NONE,
	     "scale and early_terminate do not go together: curves of different sizes "
	     "are not to be compared",
	     "take early_terminate out"},
	    {s->test.present,
	     "scale and test do not go together: the winner of a search over sizes is "
	     "its largest, and no setting to be verified",
	     "verify at the target, in a search of its own"},
	    {s->stop_auto || s->stop_patience,
	     "scale does not go with stop: auto or patience: a smaller size that gets "
	     "no "
	     "better says nothing of the others",
	     "give it max_trials"}};

	for (size_t i = 0; s->scale.n && i < ARRAY_LEN(cases); i++)
		if (cases[i].is)
			return read_fails(r, at, cases[i].help, "%s", cases[i].what);
	if (s->scale.n)
		places = s->scale.sizes[0].n;
	if (s->scale.n > 1)
		places *= s->scale.sizes[1].n;
	if (places && s->max_trials && s->max_trials < 4 * places + 2)
		read_note(r, true, at,
		          "scale: %llu trial%s not come to every size; %zu do",
		          (unsigned long long)s->max_trials,
		          s->max_trials == 1 ? " does" : "s do", 4 * places + 2);
	return true;
}
