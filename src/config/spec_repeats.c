/* The key repeats: how often a configuration is trained. */
#include "base/str.h"
#include "config/read.h"

#include <string.h>

enum { REPEATS_MAX = 1000, REPEATS_AUTO = 8, REPEATS_ASKED = 100 };

static bool read_range(struct reading *r, const struct node *map)
{
	static const char *const names[] = {"min", "max"};
	struct spec *s = r->spec;
	const struct node *least = node_get(map, "min"), *most = node_get(map, "max");

	s->repeats = REPEATS_AUTO;
	if (!read_known_keys(r, map, "repeats", names, ARRAY_LEN(names)) ||
	    (least && !read_size(r, least, "repeats.min", 1, REPEATS_ASKED,
	                         &s->repeats_least)) ||
	    (most && !read_size(r, most, "repeats.max", 1, REPEATS_ASKED, &s->repeats)))
		return false;
	if (s->repeats_least > s->repeats)
		return read_fails(r, map->at,
		                  "write repeats: {min: 1, max: 8}, or a number",
		                  "repeats.min (%zu) is above repeats.max (%zu)",
		                  s->repeats_least, s->repeats);
	if (s->repeats_least == s->repeats)
		read_note(r, false, map->at,
		          "repeats.min is repeats.max: taken as repeats: %zu, and none "
		          "is asked for",
		          s->repeats);
	return true;
}

bool spec_read_repeats(struct reading *r, const struct node *n)
{
	struct spec *s = r->spec;

	if (n->kind == NODE_MAP)
		return read_range(r, n);
	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING &&
	    strcmp(n->text, "auto") == 0) {
		s->repeats = REPEATS_AUTO;
		return true;
	}
	if (n->kind != NODE_SCALAR || n->value.kind == VALUE_STRING)
		return read_fails(
		    r, n->at, "write repeats: auto, or repeats: {min: 1, max: 8}",
		    "repeats must be a whole number, auto or a block of min and max");
	if (!read_size(r, n, "repeats", 1, REPEATS_MAX, &s->repeats))
		return false;
	s->repeats_least = s->repeats;
	return true;
}

/* The blocks that say how a trial's value comes about in another way. */
bool spec_check_repeats(struct reading *r, const struct node *root)
{
	const struct spec *s = r->spec;
	const char *other = NULL, *why = NULL;

	if (!spec_adapts_repeats(s))
		return true;
	if (!s->metric.name)
		return read_fails(r, node_get(root, "repeats")->at,
		                  "name the metric, or write repeats: 3",
		                  "repeats that are asked for need a metric, whose "
		                  "noise says where they are worth it");
	if (s->max_trials && s->max_trials < s->repeats_least && !r->recorded)
		return read_fails(
		    r, node_get(root, "max_trials")->at,
		    "a larger max_trials, or a smaller repeats.min",
		    "max_trials counts runs here, and %llu are fewer than "
		    "the %zu that every configuration has (repeats.min)",
		    (unsigned long long)s->max_trials, s->repeats_least);
	if (s->early.type != EARLY_NONE) {
		other = "early_terminate";
		why = "a run that is stopped says nothing of the noise of a full one";
	} else if (s->n_criteria) {
		other = "several objectives, or limits";
		why = "the noise of one metric says where it is worth it";
	} else if (s->scale.n) {
		other = "scale";
		why = "the best of every size counts there, not one";
	} else if (s->deterministic) {
		other = "deterministic";
		why = "when a repeat ends depends on timing, and so would the search";
	} else if (s->keep) {
		other = "keep";
		why = "which trials are the best can change until the end";
	} else if (s->method == METHOD_PROGRAM) {
		other = "a program as the method";
		why = "the program is to say itself what it wants to have run";
	}
	return !other ||
	       read_fails(r, node_get(root, "repeats")->at, "write repeats: 3, or 1",
	                  "repeats: auto does not go with %s: %s", other, why);
}
