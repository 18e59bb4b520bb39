/* A search without runs, for tests: asks a strategy for one trial after the other and
 * keeps the history. */
#ifndef HPS_TESTS_SEARCHES_H
#define HPS_TESTS_SEARCHES_H

#include "strategy/strategy.h"

struct mock_search {
	const struct strategy_type *type;
	struct strategy_args args;
	void *state;
	struct arena a;
	struct known *known; /* (n) */
	size_t n, cap;
	uint64_t finished;  /* observations */
	uint64_t *knew;     /* (n) observations when it was proposed */
	double cost_weight; /* of the proposals to come */
	bool timed;         /* what mock_pay says is time */
	const char *why;    /* of the last DONE */
	struct error err;
};

/* False: the strategy refuses the space; s->err says why. */
bool mock_init(struct mock_search *s, const char *strategy, const struct space *space,
               uint64_t seed, bool shuffle);
/* The next trial; appended when it is a POINT. */
enum ask mock_next(struct mock_search *s);
/* Trial id finishes next, with this value; NAN: it fails. */
void mock_finish(struct mock_search *s, size_t id, double value);
/* Something is learnt of trial id, at a step or (NAN) in full. */
void mock_see(struct mock_search *s, size_t id, enum known_state state, double value,
              double step);
/* What was learnt last of trial id came with this cost. */
void mock_pay(struct mock_search *s, size_t id, double cost);
/* … and was the mean of so many runs, with this standard error. */
void mock_repeat(struct mock_search *s, size_t id, size_t n_runs, double stderr_);
/* The value learnt last; NAN: none. */
double mock_value(const struct mock_search *s, size_t id);
/* What the strategy says to trial id, without adding it; out is (space->n). */
enum ask mock_ask(struct mock_search *s, uint64_t id, struct coord *out);
/* A trial that is not the strategy's: the defaults, say. */
void mock_add(struct mock_search *s, const struct coord *point);
/* Throws the state away and makes a new one. */
void mock_forget(struct mock_search *s);
uint64_t mock_hash(const struct mock_search *s, size_t id);
/* The configuration of trial id as JSON; in the search's arena. */
const char *mock_json(struct mock_search *s, size_t id);
void mock_free(struct mock_search *s);

#endif
