/* The keys that say how fast runs may begin: rate, backoff, and how many at once:
 * concurrency, another word for parallel. */
#include "config/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	double seconds;
} units[] = {{"s", 1},       {"sec", 1},  {"second", 1},  {"m", 60},    {"min", 60},
             {"minute", 60}, {"h", 3600}, {"hour", 3600}, {"d", 86400}, {"day", 86400}};

/* "60/min" as so many a second; 0: it is none. */
static double read_text(const char *text)
{
	char *end;
	double n = strtod(text, &end);

	if (end == text || strpbrk(text, "xXnNpP-+") != strpbrk(end, "xXnNpP-+"))
		return 0;
	end += strspn(end, " ");
	if (*end++ != '/')
		return 0;
	end += strspn(end, " ");
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(end, units[i].name) == 0)
			return n / units[i].seconds;
	return 0;
}

bool spec_read_rate(struct reading *r, const struct node *n)
{
	double rate = n->kind == NODE_SCALAR ? read_text(n->text) : 0;

	if (!(rate >= RATE_LEAST && rate <= RATE_MOST))
		return read_fails(
		    r, n->at, "as in rate: 60/min; also 2/s, 500/h, 1000/day",
		    "rate must be how many runs (with items: items) may begin in a "
		    "time, from one a day to a million a second");
	r->spec->rate = rate;
	r->spec->rate_text = n->text;
	return true;
}

bool spec_read_backoff(struct reading *r, const struct node *map)
{
	static const char *const names[] = {"base", "max"};
	struct spec *s = r->spec;
	const struct node *n;

	if (map->kind == NODE_SCALAR)
		map = read_as_map(r, map, "base");
	if (!read_map(r, map, "backoff") ||
	    !read_known_keys(r, map, "backoff", names, ARRAY_LEN(names)))
		return false;
	if ((n = node_get(map, "base")) &&
	    !read_duration(r, n, "backoff.base", &s->backoff_base))
		return false;
	n = node_get(map, "max");
	if (!n && s->backoff_max < s->backoff_base)
		s->backoff_max = s->backoff_base;
	if (n && !read_duration(r, n, "backoff.max", &s->backoff_max))
		return false;
	return (s->backoff_base <= s->backoff_max && s->backoff_max <= BACKOFF_MOST) ||
	       read_fails(r, map->at,
	                  "as in backoff: {base: 1s, max: 1m}; backoff: 0 for none",
	                  "backoff rises from base to max, which is at most a day");
}

bool spec_read_concurrency(struct reading *r, const struct node *n)
{
	size_t *at_once = &r->spec->parallel, x;

	if (!read_size(r, n, "concurrency", 1, PARALLEL_MAX, &x))
		return false;
	if (r->spec->parallel_given && *at_once != x)
		return read_fails(r, n->at, "keep one of them",
		                  "concurrency: %zu is another word for parallel, "
		                  "which is %zu",
		                  x, *at_once);
	r->spec->parallel_given = true;
	*at_once = x;
	return true;
}
