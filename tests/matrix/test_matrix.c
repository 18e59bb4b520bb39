/* What every strategy promises, on every kind of space and with several seeds: points
 * inside the bounds, the same ones again, a state that is only a cache, and no
 * configuration twice. A new strategy is one more row of the first table. */
#include "../unit/searches.h"
#include "../unit/spaces.h"
#include "base/rng.h"
#include "base/set.h"

#include <stdlib.h>

#include "../unit/test.h"

enum {
	SEEDS = SANITIZED ? 1 : 4,
	TRIALS = 80,
	LEARNING_SEEDS = SANITIZED ? 1 : 2,
	LEARNING_TRIALS = SANITIZED ? 20 : 36
};

/* Shuffling is the grid's; the others do not look at it. */
static const struct {
	const char *name;
	bool grid, shuffle;
	size_t trials;
	uint64_t seeds;
} rows[] = {{"grid", true, false, TRIALS, SEEDS},
            {"grid", true, true, TRIALS, SEEDS},
            {"random", false, false, TRIALS, SEEDS},
            {"sobol", false, false, TRIALS, SEEDS},
            {"bayes", false, false, LEARNING_TRIALS, LEARNING_SEEDS}};

static void sphere(struct maker *m)
{
	maker_range(m, "x", DIST_UNIFORM, -5, 5);
	maker_range(m, "y", DIST_UNIFORM, -5, 5);
	maker_range(m, "z", DIST_UNIFORM, 0, 1e-6);
	maker_finish(m);
}

static void logarithmic(struct maker *m)
{
	struct param *p;

	maker_range(m, "lr", DIST_LOG_UNIFORM_VALUES, 1e-5, 1e-1);
	maker_range(m, "decay", DIST_INV_LOG_UNIFORM_VALUES, 1e-8, 1);
	maker_range(m, "exponents", DIST_LOG_UNIFORM, -7, -1);
	maker_steps(m, "width", DIST_Q_LOG_UNIFORM_VALUES, 16, 1024, 16);
	p = maker_add(m, "noise", DIST_NORMAL);
	p->sigma = 2;
	p = maker_add(m, "share", DIST_BETA);
	p->a = 2;
	p->b = 5;
	maker_finish(m);
}

static void categories(struct maker *m)
{
	maker_choice(m, "optimizer", "adam sgd rms");
	maker_choice(m, "batch", "16 32 64 128");
	maker_choice(m, "k", "9");
	maker_choice(m, "g/norm", "none batch layer");
	maker_choice(m, "g/act", "relu tanh");
	maker_finish(m);
}

static void mixed(struct maker *m)
{
	maker_choice(m, "optimizer", "adam sgd");
	maker_range(m, "beta", DIST_UNIFORM, 0.8, 0.999);
	maker_range(m, "momentum", DIST_UNIFORM, 0, 0.99);
	maker_range(m, "layers", DIST_INT_UNIFORM, 1, 4);
	maker_choice(m, "nesterov", "no yes");
	maker_when(m, "beta", "optimizer", "adam");
	maker_when(m, "momentum", "optimizer", "sgd");
	maker_when(m, "nesterov", "optimizer", "sgd");
	maker_finish(m);
}

static void constrained(struct maker *m)
{
	maker_range(m, "x", DIST_UNIFORM, 0, 1);
	maker_range(m, "y", DIST_UNIFORM, 0, 1);
	maker_choice(m, "heads", "1 2 4 8");
	maker_steps(m, "width", DIST_Q_UNIFORM, 1, 64, 1);
	maker_finish(m);
	maker_constrain(m, "x + y <= 1");
	maker_constrain(m, "width % heads == 0");
}

static void small(struct maker *m)
{
	maker_range(m, "a", DIST_INT_UNIFORM, -2, 2);
	maker_choice(m, "b", "x y z");
	maker_steps(m, "c", DIST_Q_UNIFORM, 0, 0.5, 0.1);
	maker_finish(m);
}

/* Branches whose names come before and behind their parent's. */
static void branches(struct maker *m)
{
	maker_choice(m, "model", "tree net line");
	maker_range(m, "depth", DIST_INT_UNIFORM, 1, 4);
	maker_choice(m, "width", "8 16");
	maker_choice(m, "act", "relu tanh");
	maker_range(m, "slope", DIST_INT_UNIFORM, 1, 3);
	maker_when(m, "depth", "model", "tree net");
	maker_when(m, "width", "model", "net");
	maker_when(m, "act", "model", "net");
	maker_when(m, "slope", "act", "relu");
	maker_finish(m);
	maker_constrain(m, "depth < 4 or width == 8");
}

static void one(struct maker *m)
{
	maker_choice(m, "only", "1");
	maker_finish(m);
}

/* all: configurations that hold the constraints; 0 = endless. grid: on the grid. */
static const struct {
	const char *name;
	void (*make)(struct maker *m);
	size_t all;
	bool on_grid;
} spaces[] = {
    {"sphere", sphere, 0, false},
    {"logarithmic", logarithmic, 0, false},
    {"categories", categories, 3 * 4 * 3 * 2, true},
    {"mixed", mixed, 0, false},
    {"constrained", constrained, 0, false},
    {"small", small, 5 * 3 * 6, true},
    /* tree: depth 1-4, its constraint asleep; net: width 8 with depth 1-4, width 16
     * with depth 1-3, each with tanh or relu x 3; line: itself. */
    {"branches", branches, 4 + (4 + 3) * (1 + 3) + 1, true},
    {"one", one, 1, true},
};

enum { ROWS = sizeof rows / sizeof *rows, SPACES = sizeof spaces / sizeof *spaces };

static bool open_search(struct mock_search *s, struct maker *m, size_t row,
                        size_t space, uint64_t seed)
{
	if (rows[row].grid && !spaces[space].on_grid)
		return false;
	*m = (struct maker){0};
	spaces[space].make(m);
	if (mock_init(s, rows[row].name, &m->space, seed, rows[row].shuffle))
		return true;
	printf("# %s on %s: %s\n", rows[row].name, spaces[space].name, s->err.text);
	CHECK(false);
	mock_free(s);
	maker_free(m);
	return false;
}

static void close_search(struct mock_search *s, struct maker *m)
{
	mock_free(s);
	maker_free(m);
}

static bool condition_holds(const struct condition *c,
                            const struct value *const *values)
{
	for (size_t i = 0; i < c->n; i++)
		if (values[c->param] && value_equal(values[c->param], &c->values[i]))
			return true;
	return false;
}

static bool in_bounds(const struct space *s, const struct value *const *values)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct param *p = &s->params[i];
		bool active = true;
		double u;

		for (size_t k = 0; k < p->n_when; k++)
			active = active && condition_holds(&p->when[k], values);
		if (active != (values[i] != NULL))
			return false;
		if (values[i] && !param_encode(p, values[i], &u))
			return false;
	}
	return true;
}

/* The u of the value at 0.3 of a parameter's range. */
static double goal(const struct param *p)
{
	struct value v;
	double u = 0.3;

	param_decode(p, u, NULL, &v);
	param_encode(p, &v, &u);
	return u;
}

enum function { BOWL, RIPPLES, FLAT, CLIFF, NOISE, HALF_FAILS, FUNCTIONS };

/* What a trial is worth: BOWL is 0 where every active parameter has that value. */
static double value_at(const struct mock_search *s, size_t id, enum function f)
{
	const struct space *sp = s->args.space;
	double sum = 0, ripples = 0, last = 0, u;

	for (size_t i = 0; i < sp->n; i++)
		if (s->known[id].values[i] &&
		    param_encode(&sp->params[i], s->known[id].values[i], &u)) {
			sum += pow(u - goal(&sp->params[i]), 2);
			ripples += 0.1 * sin(30 * u);
			last = u;
		}
	switch (f) {
	case RIPPLES: return sum + ripples;
	case FLAT: return -7;
	case CLIFF: return sum > 0.2 ? 1e300 : 1e-300 * sum;
	case NOISE: return rng_unit(17, id, RNG_MODEL, 0);
	case HALF_FAILS: return last > 0.5 ? (double)NAN : sum;
	case BOWL:
	case FUNCTIONS: break;
	}
	return sum;
}

static double value_of(const struct mock_search *s, size_t id)
{
	return value_at(s, id, BOWL);
}

/* Trial id has come, and one of the last four finishes, mostly the oldest that has not;
 * each eighth fails. */
static void finish_some(struct mock_search *s, size_t id, enum function f)
{
	for (size_t i = id < 4 ? 0 : id - 4; i + 1 < id; i++)
		if (!s->known[i].n &&
		    (i + 4 == id || rng_below(3, i, RNG_MODEL, (uint32_t)id, 3))) {
			mock_finish(s, i, i % 8 == 7 ? (double)NAN : value_at(s, i, f));
			return;
		}
}

/* The next trial of a search in which some finish. */
static enum ask next_of(struct mock_search *s, enum function f)
{
	enum ask ask = mock_next(s);

	if (ask == ASK_POINT)
		finish_some(s, s->n - 1, f);
	return ask;
}

static enum ask next(struct mock_search *s)
{
	return next_of(s, BOWL);
}

static void check_points(struct mock_search *s, size_t trials, enum function f)
{
	for (size_t t = 0; t < trials && next_of(s, f) == ASK_POINT; t++) {
		const struct known *seen = &s->known[t];

		CHECK(in_bounds(s->args.space, seen->values));
		CHECK(space_feasible(s->args.space, seen->values, NULL));
		for (size_t i = 0; i < s->args.space->n; i++)
			CHECK(seen->point[i].level >= 0 ||
			      (seen->point[i].u > 0 && seen->point[i].u < 1));
	}
	CHECK(s->n > 0);
}

static bool same_point(const struct coord *a, const struct coord *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(&a[i].u, &b[i].u, sizeof a[i].u) != 0 ||
		    a[i].level != b[i].level)
			return false;
	return true;
}

/* Every trial again with an old state, a new state, twice in a row, and out of order:
 * always the same point. */
static void check_cache(struct mock_search *s)
{
	size_t n = s->args.space->n;
	struct coord *p = mem_new(n, sizeof *p);

	for (uint64_t t = 0; t < s->n; t++) {
		uint64_t back = rng_below(s->args.seed, t, RNG_MODEL, 0, t + 1);

		if (rng_below(s->args.seed, t, RNG_MODEL, 1, 3) == 0)
			mock_forget(s);
		for (int twice = 0; twice < 2; twice++) {
			CHECK_INT(mock_ask(s, t, p), ASK_POINT);
			CHECK(same_point(p, s->known[t].point, n));
		}
		if (rng_below(s->args.seed, t, RNG_MODEL, 2, 10) == 0) {
			CHECK_INT(mock_ask(s, back, p), ASK_POINT);
			CHECK(same_point(p, s->known[back].point, n));
		}
	}
	free(p);
}

static void check_search(size_t row, size_t space, enum function f, uint64_t seed)
{
	struct mock_search s;
	struct maker m;
	int before = test_failures;

	if (!open_search(&s, &m, row, space, seed))
		return;
	check_points(&s, rows[row].trials, f);
	check_cache(&s);
	if (test_failures > before)
		printf("# %s on %s, function %d, seed %d\n", rows[row].name,
		       spaces[space].name, f, (int)seed);
	close_search(&s, &m);
}

/* Values matter to those alone that learn from them. */
TEST(points_are_in_bounds_and_the_state_is_a_cache)
{
	for (size_t r = 0; r < ROWS; r++)
		for (size_t k = 0; k < SPACES; k++) {
			for (uint64_t seed = 1; seed <= rows[r].seeds; seed++)
				check_search(r, k, BOWL, seed);
			for (enum function f = BOWL + 1;
			     f < FUNCTIONS && strategy_find(rows[r].name)->adaptive;
			     f++)
				check_search(r, k, f, f);
		}
}

/* As it grows, with states thrown away on the way, a search takes the same course. */
TEST(a_new_state_goes_on_as_the_old_one)
{
	for (size_t r = 0; r < ROWS; r++)
		for (size_t k = 0; k < SPACES; k++) {
			struct mock_search a, b;
			struct maker m, same;
			enum ask last = ASK_POINT;

			if (!open_search(&a, &m, r, k, 5))
				continue;
			if (!open_search(&b, &same, r, k, 5)) {
				close_search(&a, &m);
				continue;
			}
			for (uint64_t t = 0;
			     t < 2 * rows[r].trials && last == ASK_POINT; t++) {
				if (rng_below(9, t, RNG_MODEL, (uint32_t)k, 4) == 0)
					mock_forget(&b);
				last = next(&a);
				CHECK_INT(next(&b), last);
				if (last == ASK_POINT)
					CHECK(mock_hash(&a, t) == mock_hash(&b, t));
			}
			close_search(&a, &m);
			close_search(&b, &same);
		}
}

/* The search with the defaults as trial 0, and a stranger in the middle. */
TEST(trials_from_elsewhere_do_not_disturb)
{
	for (size_t r = 0; r < ROWS; r++)
		for (size_t k = 0; k < SPACES; k++) {
			struct mock_search s;
			struct maker m;
			struct set met = {0};
			struct coord half[16];
			struct coord *p;
			bool twice = false;

			if (rows[r].grid || !open_search(&s, &m, r, k, 2))
				continue;
			p = mem_new(m.space.n, sizeof *p);
			for (size_t i = 0; i < 16; i++)
				half[i] = (struct coord){0.5, -1};
			mock_add(&s, half);
			set_add(&met, mock_hash(&s, 0));
			while (s.n < rows[r].trials && next(&s) == ASK_POINT) {
				twice = !set_add(&met, mock_hash(&s, s.n - 1)) || twice;
				if (s.n != 20)
					continue;
				for (size_t i = 0; i < 16; i++)
					half[i].u = 0.3;
				mock_add(&s, half);
				set_add(&met, mock_hash(&s, s.n - 1));
			}
			CHECK(!twice);
			for (uint64_t t = 1; t < s.n; t += 7) {
				mock_forget(&s);
				CHECK(mock_ask(&s, t, p) == ASK_POINT);
				CHECK(t == 20 ||
				      same_point(p, s.known[t].point, m.space.n));
			}
			free(p);
			set_free(&met);
			close_search(&s, &m);
		}
}

TEST(a_finite_space_is_visited_once_and_wholly)
{
	for (size_t r = 0; r < ROWS; r++)
		for (size_t k = 0; k < SPACES; k++)
			for (uint64_t seed = 1; seed <= rows[r].seeds && spaces[k].all;
			     seed++) {
				struct mock_search s;
				struct maker m;
				struct set met = {0};
				enum ask last;

				if (!open_search(&s, &m, r, k, seed))
					continue;
				while ((last = next(&s)) == ASK_POINT &&
				       s.n <= 2 * spaces[k].all)
					set_add(&met, mock_hash(&s, s.n - 1));
				if (s.n != spaces[k].all)
					printf("# %s on %s\n", rows[r].name,
					       spaces[k].name);
				CHECK_INT(last, ASK_DONE);
				CHECK_INT(s.n, spaces[k].all);
				CHECK_INT(met.n, spaces[k].all);
				CHECK(s.why && *s.why);
				/* And it stays so. */
				CHECK_INT(mock_next(&s), ASK_DONE);
				set_free(&met);
				close_search(&s, &m);
			}
}

TEST(seeds_matter)
{
	for (size_t r = 0; r < ROWS; r++)
		for (size_t k = 0; k < SPACES; k++) {
			struct mock_search a, b;
			struct maker m, same;
			size_t different = 0;

			/* A plain grid has but one order, and one trial has none. */
			if ((rows[r].grid && !rows[r].shuffle) || spaces[k].all == 1 ||
			    !open_search(&a, &m, r, k, 1))
				continue;
			if (open_search(&b, &same, r, k, 2)) {
				for (size_t t = 0; t < 20; t++) {
					CHECK_INT(mock_next(&a), ASK_POINT);
					CHECK_INT(mock_next(&b), ASK_POINT);
					different +=
					    mock_hash(&a, t) != mock_hash(&b, t);
				}
				CHECK(different > 10);
				close_search(&b, &same);
			}
			close_search(&a, &m);
		}
}

enum { DISCREPANCY_N = 64, DISCREPANCY_SEEDS = 20, DISCREPANCY_D = 3 };

/* The square of the L2 star discrepancy: Warnock 1972, "Computational investigations of
 * low-discrepancy point sets". */
static double discrepancy(const struct mock_search *s)
{
	double sum = 0, pairs = 0, n = (double)s->n;

	for (size_t i = 0; i < s->n; i++) {
		double product = 1;

		for (size_t d = 0; d < DISCREPANCY_D; d++) {
			double x = s->known[i].point[d].u;

			product *= 1 - x * x;
		}
		sum += product;
		for (size_t k = 0; k < s->n; k++) {
			product = 1;
			for (size_t d = 0; d < DISCREPANCY_D; d++)
				product *= 1 - fmax(s->known[i].point[d].u,
				                    s->known[k].point[d].u);
			pairs += product;
		}
	}
	return pow(3, -DISCREPANCY_D) - sum * pow(2, 1 - DISCREPANCY_D) / n +
	       pairs / (n * n);
}

static double mean_discrepancy(size_t row)
{
	double sum = 0;

	for (uint64_t seed = 1; seed <= DISCREPANCY_SEEDS; seed++) {
		struct mock_search s;
		struct maker m;

		if (!open_search(&s, &m, row, 0, seed))
			return (double)NAN;
		while (s.n < DISCREPANCY_N && mock_next(&s) == ASK_POINT)
			;
		sum += discrepancy(&s);
		close_search(&s, &m);
	}
	return sum / DISCREPANCY_SEEDS;
}

/* Independent points have (2^-d - 3^-d) / n on average. The margin that is asked for is
 * five to one; it was ten to one when this was written. */
TEST(sobol_covers_more_evenly_than_random)
{
	double random = mean_discrepancy(2), sobol = mean_discrepancy(3);
	double expected = (1.0 / 8 - 1.0 / 27) / DISCREPANCY_N;

	printf("# squared L2 star discrepancy: random %.3g, sobol %.3g, expected of "
	       "random %.3g\n",
	       random, sobol, expected);
	CHECK(random > 0.5 * expected && random < 2 * expected);
	CHECK(sobol * 5 < random);
}

enum { RACE_TRIALS = 40, RACE_SEEDS = SANITIZED ? 2 : 10 };

/* The mean over the seeds of log10 of the best value. */
static double race(size_t row, size_t space)
{
	double sum = 0;

	for (uint64_t seed = 1; seed <= RACE_SEEDS; seed++) {
		double best = (double)INFINITY;
		struct mock_search s;
		struct maker m;

		if (!open_search(&s, &m, row, space, seed))
			return (double)NAN;
		while (s.n < RACE_TRIALS && mock_next(&s) == ASK_POINT) {
			mock_finish(&s, s.n - 1, value_of(&s, s.n - 1));
			best = fmin(best, mock_value(&s, s.n - 1));
		}
		sum += log10(fmax(best, 1e-9)) / RACE_SEEDS;
		close_search(&s, &m);
	}
	return sum;
}

/* On smooth functions of three to six parameters, forty trials: the margin that is
 * asked for is a factor of a thousand in what is left to gain; it was ten thousand and
 * more when this was written. */
TEST(bayes_learns_and_random_does_not)
{
	const struct {
		size_t space;
		double margin;
	} races[] = {{0, 3}, {1, 3}, {3, 3}, {4, 3}};

	for (size_t i = 0; i < sizeof races / sizeof *races; i++) {
		double random = race(2, races[i].space),
		       bayes = race(4, races[i].space);

		printf("# %s: log10 of what is left, random %.2f, bayes %.2f\n",
		       spaces[races[i].space].name, random, bayes);
		CHECK(bayes < random - races[i].margin);
	}
}

TEST_MAIN(points_are_in_bounds_and_the_state_is_a_cache,
          a_new_state_goes_on_as_the_old_one, trials_from_elsewhere_do_not_disturb,
          a_finite_space_is_visited_once_and_wholly, seeds_matter,
          sobol_covers_more_evenly_than_random, bayes_learns_and_random_does_not)
