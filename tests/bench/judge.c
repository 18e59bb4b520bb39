/* How often what a verification says is true: its judge alone (search/judge.h), without
 * processes, so that a row is thousands of searches.
 *
 *     judge [-n TIMES] [-l LAW]
 *
 * Every search has trials of which the defaults are worse, by EFFECT noise standard
 * deviations, and which DIFFER by so many; the best TOP of them and the defaults are
 * run again, and tested. Columns: the intervals that cover, in percent, of losers and
 * winner in the re-runs, of winner and defaults in the tests, and of the difference;
 * how often "yes" is said where it is false, and where it is true; pairs of tests; the
 * bias of the winner's mean in its own standard errors.
 *
 * Last, ledgers of one file that grows: the trials of which nothing is better than the
 * defaults become more, and each new winner meets the same test data at the level that
 * the ledger has left. A yes at least once, after each of the steps. */
#include "search/judge.h"
#include "../unit/noise.h"
#include "../unit/share.h"
#include "base/sequential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIALS = 30, MOST = 40 };

struct row {
	const char *law;
	double effect;
	size_t repeats, top, trials; /* repeats: 0 for auto */
	double flaky;                /* chance that a run fails */
	double differ;               /* standard deviation of what trials are worth */
};

static const struct row rows[] = {
    {"normal", 0, 3, 3, 12, 0, 0},      {"normal", 0, 3, 5, 20, 0, 0},
    {"normal", 0, 3, 10, 30, 0, 0},     {"normal", 0, 5, 3, 12, 0, 0},
    {"normal", 0, 5, 5, 20, 0, 0},      {"normal", 0, 5, 10, 30, 0, 0},
    {"normal", 0, 10, 3, 12, 0, 0},     {"normal", 0, 10, 5, 20, 0, 0},
    {"normal", 0, 10, 10, 30, 0, 0},    {"t3", 0, 3, 3, 12, 0, 0},
    {"t3", 0, 3, 5, 20, 0, 0},          {"t3", 0, 3, 10, 30, 0, 0},
    {"t3", 0, 5, 3, 12, 0, 0},          {"t3", 0, 5, 5, 20, 0, 0},
    {"t3", 0, 5, 10, 30, 0, 0},         {"t3", 0, 10, 3, 12, 0, 0},
    {"t3", 0, 10, 5, 20, 0, 0},         {"t3", 0, 10, 10, 30, 0, 0},
    {"unequal", 0, 3, 3, 12, 0, 0},     {"unequal", 0, 3, 5, 20, 0, 0},
    {"unequal", 0, 3, 10, 30, 0, 0},    {"unequal", 0, 5, 3, 12, 0, 0},
    {"unequal", 0, 5, 5, 20, 0, 0},     {"unequal", 0, 5, 10, 30, 0, 0},
    {"unequal", 0, 10, 3, 12, 0, 0},    {"unequal", 0, 10, 5, 20, 0, 0},
    {"unequal", 0, 10, 10, 30, 0, 0},   {"shared", 0, 3, 3, 12, 0, 0},
    {"shared", 0, 3, 5, 20, 0, 0},      {"shared", 0, 3, 10, 30, 0, 0},
    {"shared", 0, 5, 3, 12, 0, 0},      {"shared", 0, 5, 5, 20, 0, 0},
    {"shared", 0, 5, 10, 30, 0, 0},     {"shared", 0, 10, 3, 12, 0, 0},
    {"shared", 0, 10, 5, 20, 0, 0},     {"shared", 0, 10, 10, 30, 0, 0},
    {"normal", 0, 5, 3, 12, 0, 0.5},    {"normal", 0, 5, 10, 30, 0, 0.5},
    {"t3", 0, 5, 10, 30, 0, 0.5},       {"unequal", 0, 5, 10, 30, 0, 0.5},
    {"unequal", 0, 10, 10, 30, 0, 0.5}, {"shared", 0, 5, 10, 30, 0, 0.5},
    {"normal", 0, 5, 10, 30, 0, 1.5},   {"unequal", 0, 5, 10, 30, 0, 1.5},
    {"normal", 0.5, 5, 3, 12, 0, 0},    {"normal", 1, 5, 3, 12, 0, 0},
    {"normal", 2, 5, 3, 12, 0, 0},      {"normal", 2, 5, 3, 12, 0.1, 0},
    {"normal", 0, 5, 3, 12, 0.1, 0},    {"lognormal", 0, 3, 3, 12, 0, 0},
    {"lognormal", 0, 5, 3, 12, 0, 0},   {"lognormal", 1, 5, 3, 12, 0, 0},
    {"lognormal", 0, 5, 10, 30, 0, 0},  {"lognormal", 0, 10, 3, 12, 0, 0},
    {"-lognormal", 0, 5, 3, 12, 0, 0},  {"normal", 0, 0, 3, 12, 0, 0},
    {"normal", 0.5, 0, 3, 12, 0, 0},    {"normal", 1, 0, 3, 12, 0, 0},
    {"normal", 2, 0, 3, 12, 0, 0},      {"normal", 2, 0, 3, 12, 0.1, 0},
    {"t3", 0, 0, 3, 12, 0, 0},          {"unequal", 0, 0, 3, 12, 0, 0},
    {"shared", 0, 0, 3, 12, 0, 0},      {"lognormal", 0, 0, 3, 12, 0, 0},
};

struct found {
	struct share losers, winner, test, defaults, gain, wrong, right;
	double pairs, compared, bias, error;
};

/* One search. */
struct play {
	const struct row *row;
	uint64_t i;
	uint32_t drawn;
	double spread[TRIALS], worth[TRIALS];
	size_t id[TRIALS]; /* of the candidates */
	struct candidate candidates[TRIALS];
	struct verdict v;
	struct verdict_use use;
	struct arena a;
};

static double normal(struct play *p)
{
	return noise_normal(71, p->i, p->drawn++);
}

/* shared: what all runs on this seed have in common. */
static double noise(struct play *p, size_t trial, double shared)
{
	const char *law = p->row->law;
	double z = normal(p), sum = 0;

	if (strcmp(law, "lognormal") == 0)
		return exp(z);
	if (strcmp(law, "-lognormal") == 0)
		return -exp(z);
	if (strcmp(law, "unequal") == 0) /* a spread of its own, 0.5 to 2 */
		return p->spread[trial] * z;
	if (strcmp(law, "shared") == 0)
		return sqrt(0.9) * shared + sqrt(0.1) * z;
	if (strcmp(law, "t3") != 0)
		return z;
	for (int j = 0; j < 3; j++)
		sum += pow(normal(p), 2);
	return z / sqrt(sum / 3);
}

/* The search: trial 0 is the defaults. The best are the candidates, in order. */
static void search(struct play *p, double *value)
{
	double shared = normal(p);

	for (size_t t = 0; t < p->row->trials; t++) {
		p->spread[t] =
		    pow(2, 2 * rng_unit(72, p->i, RNG_MODEL, (uint32_t)t) - 1);
		p->worth[t] =
		    (t ? 0 : p->row->effect) +
		    (p->row->differ > 0
		         ? p->row->differ * noise_normal(74, p->i, (uint32_t)t)
		         : 0);
		value[t] = p->worth[t] + noise(p, t, shared);
	}
	for (size_t k = 0; k < p->row->top; k++) {
		size_t best = SIZE_MAX;

		for (size_t t = 0; t < p->row->trials; t++) {
			bool taken = false;

			for (size_t j = 0; j < k; j++)
				taken = taken || p->id[j] == t;
			if (!taken && (best == SIZE_MAX || value[t] < value[best]))
				best = t;
		}
		p->id[k] = best;
	}
	p->v.n = p->row->top;
	for (size_t k = 0; k < p->row->top; k++)
		if (p->id[k] == 0)
			return;
	p->id[p->v.n++] = 0;
}

/* All runs that there may be, on seeds that the candidates share; tests are queued. */
static void make_runs(struct play *p)
{
	for (size_t k = 0; k < p->v.n; k++)
		for (int ph = 0; ph < PHASES; ph++) {
			struct run *all = arena_new(&p->a, MOST, sizeof *all);

			p->candidates[k].runs[ph] =
			    arena_new(&p->a, MOST, sizeof(struct run *));
			for (size_t r = 0; r < MOST; r++)
				p->candidates[k].runs[ph][r] = &all[r];
		}
	for (int ph = PHASE_RERUN; ph < PHASES; ph++)
		for (size_t r = 0; r < MOST; r++) {
			double shared = normal(p);

			for (size_t k = 0; k < p->v.n; k++) {
				struct run *run = p->candidates[k].runs[ph][r];
				bool failed = rng_unit(73, p->i, RNG_MODEL,
				                       p->drawn++) < p->row->flaky;

				run->value =
				    p->worth[p->id[k]] + noise(p, p->id[k], shared);
				run->outcome = failed ? OUTCOME_FAILED : OUTCOME_OK;
				run->state =
				    ph == PHASE_RERUN ? RUN_FINISHED : RUN_QUEUED;
			}
		}
}

static void begin(struct play *p)
{
	double value[TRIALS], low = (double)INFINITY, high = -low;
	size_t repeats = p->row->repeats ? p->row->repeats : 5;

	p->v = (struct verdict){.wanted = true,
	                        .has_test = true,
	                        .candidates = p->candidates,
	                        .test_repeats = repeats,
	                        .uses = &p->use,
	                        .seed = p->i,
	                        .metric = {.name = "m"},
	                        .test_metric = {.name = "m"}};
	search(p, value);
	for (size_t t = 0; t < p->row->trials; t++) {
		low = fmin(low, value[t]);
		high = fmax(high, value[t]);
	}
	p->v.spread = high - low;
	for (size_t k = 0; k < p->v.n; k++) {
		p->candidates[k] = (struct candidate){.key = p->id[k],
		                                      .is_baseline = p->id[k] == 0,
		                                      .search_value = value[p->id[k]]};
		if (p->id[k] == 0)
			p->v.baseline = k;
	}
	make_runs(p);
	for (size_t k = 0; k < p->v.n; k++)
		p->candidates[k].n_runs[PHASE_RERUN] = repeats;
}

/* As the verification does: tests until the judge wants no more. */
static void test(struct play *p)
{
	const struct row *r = p->row;

	judge(&p->v, &p->a);
	if (p->v.winner == SIZE_MAX)
		return;
	p->use = (struct verdict_use){.key = p->candidates[p->v.winner].key,
	                              .use = 1,
	                              .level = 0.02,
	                              .kind = r->repeats ? USE_FIXED : USE_SEQUENTIAL,
	                              .pairs = r->repeats ? r->repeats : 20};
	p->v.n_uses = 1;
	for (bool more = true; more;) {
		const size_t who[] = {p->v.winner, p->v.baseline};

		judge(&p->v, &p->a);
		more = false;
		for (size_t k = 0; k < 2; k++) {
			struct candidate *c = &p->candidates[who[k]];
			size_t *n = &c->n_runs[PHASE_TEST];

			for (; *n < p->v.pairs_wanted; more = true)
				c->runs[PHASE_TEST][(*n)++]->state = RUN_FINISHED;
		}
	}
}

/* What a configuration is worth: the mean of seeds, or their median. */
static double truth_of(const struct play *p, size_t k, bool median)
{
	const char *law = p->row->law;
	double sign = strcmp(law, "lognormal") == 0    ? 1
	              : strcmp(law, "-lognormal") == 0 ? -1
	                                               : 0;

	return p->worth[p->id[k]] + sign * (median ? 1 : exp(0.5));
}

static void hold(struct share *s, const struct play *p, const struct worth *w, size_t k)
{
	double truth = truth_of(p, k, w->median);

	if (!isnan(w->low))
		share_count(s, w->low <= truth && truth <= w->high);
}

static void add(struct found *f, const struct play *p)
{
	const struct verdict *v = &p->v;
	size_t w = v->winner, b = v->baseline;
	const struct worth *mine = &p->candidates[w].worth[PHASE_RERUN];
	double gain = b < v->n ? p->worth[p->id[b]] - p->worth[p->id[w]] : 0;

	for (size_t k = 0; k < v->n; k++)
		hold(k == w ? &f->winner : &f->losers, p,
		     &p->candidates[k].worth[PHASE_RERUN], k);
	hold(&f->test, p, &p->candidates[w].worth[PHASE_TEST], w);
	share_count(gain > 0 ? &f->right : &f->wrong, v->answer == ANSWER_YES);
	if (!isnan(mine->low) && !mine->median) {
		f->bias += mine->value - truth_of(p, w, false);
		f->error += stat_stderr(p->candidates[w].stat[PHASE_RERUN]);
	}
	if (w == b)
		return;
	hold(&f->defaults, p, &p->candidates[b].worth[PHASE_TEST], b);
	if (!isnan(v->gain_half))
		share_count(&f->gain, fabs(v->gain.mean - gain) <= v->gain_half);
	f->pairs += (double)p->candidates[w].n_runs[PHASE_TEST];
	f->compared++;
}

static void print_row(const struct row *r, const struct found *f)
{
	char repeats[24] = "auto";

	if (r->repeats)
		snprintf(repeats, sizeof repeats, "%zu", r->repeats);
	printf("%-10s %6.1f %7s %3zu %5.1f %6.1f", r->law, r->effect, repeats, r->top,
	       r->flaky, r->differ);
	share_print(f->losers);
	share_print(f->winner);
	share_print(f->test);
	share_print(f->defaults);
	share_print(f->gain);
	share_print(f->wrong);
	share_print(f->right);
	printf(" %5.1f %5.2f\n", f->pairs / f->compared, f->bias / f->error);
	fflush(stdout);
}

/* A file that grows, and what its re-runs and tests would be: pure functions of trial
 * and seed, so that a trial that comes back is the same. */
enum { STEPS = 5, GROWN_PAIRS = 5, GROWN_TRIALS = 96 };
static const struct {
	size_t trials, top;
} steps[STEPS] = {{12, 3}, {24, 3}, {24, 6}, {48, 6}, {96, 12}};

static double grown_noise(uint64_t i, enum phase p, size_t trial, size_t r)
{
	return noise_normal(75 + (uint64_t)p, i, (uint32_t)(trial << 8 | r));
}

static double grown_mean(uint64_t i, size_t trial)
{
	double sum = 0;

	for (size_t r = 0; r < GROWN_PAIRS; r++)
		sum += grown_noise(i, PHASE_RERUN, trial, r);
	return sum / GROWN_PAIRS;
}

/* The best in the re-runs of the top trials of a step, and the defaults. */
static size_t grown_winner(uint64_t i, size_t step)
{
	size_t winner = 0;

	for (size_t t = 1; t < steps[step].trials; t++) {
		size_t ahead = 0;

		for (size_t j = 0; j < steps[step].trials; j++)
			ahead += grown_noise(i, PHASE_SEARCH, j, 0) <
			         grown_noise(i, PHASE_SEARCH, t, 0);
		if (ahead < steps[step].top && grown_mean(i, t) < grown_mean(i, winner))
			winner = t;
	}
	return winner;
}

static bool grown_yes(uint64_t i, size_t winner, double level)
{
	double one[GROWN_PAIRS], other[GROWN_PAIRS];
	struct claim_values values = {
	    .one = one, .other = other, .n = GROWN_PAIRS, .candidates = 1};
	struct claim_plan plan;
	struct claim c;

	for (size_t r = 0; r < GROWN_PAIRS; r++) {
		one[r] = grown_noise(i, PHASE_TEST, winner, r);
		other[r] = grown_noise(i, PHASE_TEST, 0, r);
	}
	claim_plan_fixed(&plan, GROWN_PAIRS, level);
	claim_judge(&plan, &values, &c);
	return c.answer == ANSWER_YES;
}

static void grow(uint64_t i, struct share *yes)
{
	bool met[GROWN_TRIALS] = {false}, any = false;
	uint64_t uses = 0;

	for (size_t step = 0; step < STEPS; step++) {
		size_t winner = grown_winner(i, step);

		if (winner && !met[winner]) {
			met[winner] = true;
			any = grown_yes(i, winner, sequential_allowance(++uses)) || any;
		}
		share_count(&yes[step], any);
	}
}

static void print_grown(size_t n)
{
	struct share yes[STEPS] = {{0}};

	for (uint64_t i = 0; i < n; i++)
		grow(i, yes);
	printf("grown: a yes at least once after each step:");
	for (size_t step = 0; step < STEPS; step++)
		share_print(yes[step]);
	printf("\n");
}

int main(int argc, char **argv)
{
	size_t times = 0;
	const char *law = NULL;

	for (int c; (c = getopt(argc, argv, "n:l:")) != -1;)
		if (c == 'n')
			times = strtoul(optarg, NULL, 10);
		else if (c == 'l')
			law = optarg;
		else
			return 2;
	stat_init();
	printf("%-10s %6s %7s %3s %5s %6s %11s %11s %11s %11s %11s %11s %11s %5s %5s\n",
	       "law", "effect", "repeats", "top", "flaky", "differ", "losers", "winner",
	       "its test", "defaults'", "difference", "false yes", "power", "pairs",
	       "bias");
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		const struct row *r = &rows[k];
		struct found f = {0};
		size_t n = times ? times : r->repeats ? 10000 : 1000;

		for (uint64_t i = 0; (!law || strcmp(law, r->law) == 0) && i < n; i++) {
			struct play p = {.row = r, .i = i};

			begin(&p);
			test(&p);
			if (p.v.winner != SIZE_MAX)
				add(&f, &p);
			arena_free(&p.a);
		}
		if (!law || strcmp(law, r->law) == 0)
			print_row(r, &f);
	}
	if (!law || strcmp(law, "grown") == 0)
		print_grown(times ? times : 10000);
	return 0;
}
