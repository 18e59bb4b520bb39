#include "space/changes.h"

static bool differs(const struct changes *c, size_t i)
{
	const struct value *a = c->before[i], *b = c->after[i];

	return a && b ? !value_equal(a, b) : a != b;
}

/* The parameter that this one moves with: itself, or where it is active on one side
 * only, the first of its parents that differs. */
static size_t mover_of(const struct changes *c, size_t i)
{
	const struct param *p = &c->space->params[i];

	if (c->before[i] && c->after[i])
		return i;
	for (size_t k = 0; k < p->n_when; k++)
		if (differs(c, p->when[k].param))
			return mover_of(c, p->when[k].param);
	return i;
}

static const struct value *const *decode(const struct space *sp,
                                         const struct coord *point, struct arena *a)
{
	const struct value **values = arena_new(a, sp->n, sizeof *values);

	space_decode(sp, point, a, values);
	return values;
}

static void add(struct changes *c, size_t param, size_t change, struct arena *a)
{
	struct change *to = &c->list[change];
	size_t *params = arena_new(a, to->n + 1, sizeof *params);

	for (size_t i = 0; i < to->n; i++)
		params[i] = to->params[i];
	params[to->n++] = param;
	to->params = params;
	c->change_of[param] = change;
}

void changes_find(struct changes *c, const struct space *space,
                  const struct coord *from, const struct coord *to, struct arena *a)
{
	*c = (struct changes){.space = space, .from = from, .to = to};
	c->before = decode(space, from, a);
	c->after = decode(space, to, a);
	c->list = arena_new(a, space->n, sizeof *c->list);
	c->change_of = arena_new(a, space->n, sizeof *c->change_of);
	for (size_t i = 0; i < space->n; i++) {
		c->change_of[i] = SIZE_MAX;
		if (differs(c, i) && mover_of(c, i) == i)
			add(c, i, c->n++, a);
	}
	for (size_t i = 0; i < space->n; i++)
		if (differs(c, i) && mover_of(c, i) != i)
			add(c, i, c->change_of[mover_of(c, i)], a);
}

void changes_mix(const struct changes *c, uint64_t mask, struct coord *point)
{
	for (size_t i = 0; i < c->space->n; i++) {
		size_t k = c->change_of[i];
		bool made = k != SIZE_MAX && mask >> k & 1 && c->after[i];

		point[i] = made ? c->to[i] : c->from[i];
	}
}
