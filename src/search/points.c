#include "search/points.h"
#include "search/prefer.h"
#include "search/standing.h"

#include <string.h>

/* What is chosen twice has both names. */
static size_t choose(struct search *s, const struct trial *t, const char *role,
                     struct chosen_point *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (out[i].trial == t) {
			out[i].role =
			    arena_printf(&s->arena, "%s; %s", out[i].role, role);
			return n;
		}
	out[n] = (struct chosen_point){.trial = t, .role = role};
	return n + 1;
}

static size_t choose_preferred(struct search *s, struct chosen_point *out)
{
	const struct test *t = &s->spec->test;
	struct verdict *v = &s->verdict;
	size_t n = 0;

	v->unmet = arena_new(&s->arena, t->n_prefer, sizeof *v->unmet);
	for (size_t i = 0; i < t->n_prefer; i++) {
		const struct trial *one;
		struct error err = {0};

		if (prefer_find(s, t->prefer[i], &one, &err))
			n = choose(s, one, t->prefer[i], out, n);
		else
			v->unmet[v->n_unmet++] = t->prefer[i];
	}
	return n;
}

size_t points_choose(struct search *s, struct trial *const *order,
                     struct chosen_point *out)
{
	size_t front = standing_front(s->spec, order, s->n), n;

	s->verdict.n_unmet = 0;
	if (!front)
		return 0;
	if (s->spec->test.n_prefer)
		return choose_preferred(s, out);
	n = choose(s, order[0], "the knee", out, 0);
	for (size_t k = 0; k < s->spec->n_objectives; k++)
		n = choose(
		    s, standing_extreme(s->spec, order, front, k),
		    arena_printf(&s->arena, "best %s", s->spec->criteria[k].name), out,
		    n);
	return n;
}
