#include "searches.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool make_state(struct mock_search *s)
{
	s->state = mem_new(1, s->type->state_size);
	return s->type->init(s->state, &s->args, &s->err);
}

static void free_state(struct mock_search *s)
{
	if (s->type->fini)
		s->type->fini(s->state);
	free(s->state);
}

bool mock_init(struct mock_search *s, const char *strategy, const struct space *space,
               uint64_t seed, bool shuffle)
{
	*s = (struct mock_search){
	    .type = strategy_find(strategy),
	    .args = {.space = space, .seed = seed, .shuffle = shuffle, .parallel = 1}};
	if (!s->type) {
		fprintf(stderr, "there is no strategy %s\n", strategy);
		abort();
	}
	return make_state(s);
}

void mock_add(struct mock_search *s, const struct coord *point)
{
	size_t n = s->args.space->n;
	const struct value **values = arena_new(&s->a, n, sizeof *values);
	struct coord *copy = arena_new(&s->a, n, sizeof *copy);

	for (size_t i = 0; i < n; i++)
		copy[i] = point[i];
	space_decode(s->args.space, copy, &s->a, values);
	s->known = mem_room(s->known, s->n, &s->cap, sizeof *s->known);
	s->knew = mem_grow(s->knew, s->cap, sizeof *s->knew);
	s->knew[s->n] = s->finished;
	s->known[s->n++] = (struct known){.point = copy, .values = values};
}

enum ask mock_ask(struct mock_search *s, uint64_t id, struct coord *out)
{
	struct history h = {.trials = s->known,
	                    .n = s->n,
	                    .known_upto = id < s->n ? s->knew[id] : s->finished,
	                    .thrift = {.weight = s->cost_weight, .of_time = s->timed}};

	return s->type->ask(s->state, &h, id, out, &s->why, &s->err);
}

void mock_finish(struct mock_search *s, size_t id, double value)
{
	mock_see(s, id, isnan(value) ? KNOWN_FAILED : KNOWN_OK, value, (double)NAN);
}

void mock_see(struct mock_search *s, size_t id, enum known_state state, double value,
              double step)
{
	struct known *t = &s->known[id];
	struct observation *list = arena_new(&s->a, t->n + 1, sizeof *list);

	for (size_t i = 0; i < t->n; i++)
		list[i] = t->observations[i];
	list[t->n] = (struct observation){.order = ++s->finished,
	                                  .state = state,
	                                  .value = value,
	                                  .stderr_ = (double)NAN,
	                                  .step = step,
	                                  .n_runs = 1};
	t->observations = list;
	t->n++;
}

void mock_pay(struct mock_search *s, size_t id, double cost)
{
	struct known *t = &s->known[id];

	*(s->timed ? &t->observations[t->n - 1].wall
	           : &t->observations[t->n - 1].cost) = cost;
}

void mock_repeat(struct mock_search *s, size_t id, size_t n_runs, double stderr_)
{
	struct known *t = &s->known[id];

	t->observations[t->n - 1].n_runs = n_runs;
	t->observations[t->n - 1].stderr_ = stderr_;
}

double mock_value(const struct mock_search *s, size_t id)
{
	const struct known *t = &s->known[id];

	return t->n ? t->observations[t->n - 1].value : (double)NAN;
}

enum ask mock_next(struct mock_search *s)
{
	struct coord *point = mem_new(s->args.space->n, sizeof *point);
	enum ask ask = mock_ask(s, s->n, point);

	if (ask == ASK_POINT)
		mock_add(s, point);
	free(point);
	return ask;
}

void mock_forget(struct mock_search *s)
{
	free_state(s);
	if (!make_state(s)) {
		fprintf(stderr, "the strategy came up once, not twice: %s\n",
		        s->err.text);
		abort();
	}
}

uint64_t mock_hash(const struct mock_search *s, size_t id)
{
	return space_hash(s->args.space, s->known[id].values);
}

const char *mock_json(struct mock_search *s, size_t id)
{
	struct str text = {0};
	const char *copy;

	space_json(s->args.space, s->known[id].values, &text);
	copy = arena_strdup(&s->a, str_text(&text));
	str_free(&text);
	return copy;
}

void mock_free(struct mock_search *s)
{
	free_state(s);
	free(s->known);
	free(s->knew);
	arena_free(&s->a);
}
