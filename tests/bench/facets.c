/* How often what a verification of a front says is true: its judge alone
 * (search/facets.h), without processes, so that a row is thousands of searches.
 *
 *     facets [-n TIMES]        a quarter of them where repeats are auto
 *
 * Every search has trials of two objectives, of which only the defaults are worse, by
 * EFFECT noise standard deviations in the first and by nothing in the second. The knee
 * of their front and its ends are chosen, run again with the defaults on equal seeds,
 * and tested. A limit on the second lies at its mean (what holds there is undecided),
 * or MARGIN above it. Columns, in percent: the intervals of values that cover, each by
 * itself, in the re-runs and the tests; the searches whose intervals of comparisons
 * cover together; those that say a yes that is false; those whose points all get their
 * true yes in the first objective; those that say of a limit what is not so; pairs of
 * tests of a point. */
#include "../unit/noise.h"
#include "../unit/share.h"
#include "base/pareto.h"
#include "search/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIALS = 20, POINTS = 4, MOST = 40 };

struct row {
	const char *law;
	double effect, margin;
	size_t repeats; /* 0: auto */
	double flaky;
};

static const struct row rows[] = {
    {"normal", 0, 0, 5, 0},   {"normal", 1, 0.5, 5, 0},    {"normal", 2, 1, 5, 0},
    {"normal", 0, 0.5, 0, 0}, {"normal", 1, 0.5, 0, 0},    {"normal", 2, 1, 0, 0.1},
    {"t3", 0, 0.5, 5, 0},     {"t3", 0, 0.5, 0, 0},        {"shared", 0, 0.5, 5, 0},
    {"shared", 0, 0.5, 0, 0}, {"lognormal", 0, 0.5, 0, 0},
};

struct found {
	struct share rerun, test, together, wrong, right, limit;
	double pairs, points;
};

struct play {
	const struct row *row;
	uint64_t i;
	uint32_t drawn;
	struct criterion criteria[2];
	struct limit limit;
	struct spec spec;
	size_t id[POINTS];
	struct candidate candidates[POINTS];
	double spreads[2];
	struct verdict v;
	struct verdict_use use;
	struct arena a;
};

static double noise(struct play *p, double shared)
{
	const char *law = p->row->law;
	double z = noise_normal(81, p->i, p->drawn++);

	if (strcmp(law, "lognormal") == 0)
		return exp(z);
	if (strcmp(law, "shared") == 0)
		return sqrt(0.9) * shared + sqrt(0.1) * z;
	return strcmp(law, "t3") == 0 ? noise_t3(82, p->i, p->drawn++) : z;
}

/* Of a configuration in an objective: what its mean is. */
static double mean_of(const struct play *p, size_t id, size_t k)
{
	return (id == 0 && k == 0 ? p->row->effect : 0) +
	       (strcmp(p->row->law, "lognormal") == 0 ? exp(0.5) : 0);
}

static double value_of(struct play *p, size_t id, size_t k, double shared)
{
	return (id == 0 && k == 0 ? p->row->effect : 0) + noise(p, shared);
}

static void choose(struct play *p, size_t id)
{
	for (size_t k = 0; k < p->v.n; k++)
		if (p->id[k] == id)
			return;
	p->id[p->v.n++] = id;
}

/* The search, its front, and which of it are chosen; the defaults behind them. */
static void search(struct play *p)
{
	double y[TRIALS * 2], first[TRIALS * 2], low[2], high[2];
	size_t front[TRIALS], of[TRIALS], n = 0, best[3] = {0};

	for (size_t i = 0; i < 2 * (size_t)TRIALS; i++)
		y[i] = value_of(p, i / 2, i % 2, 0);
	pareto_range(y, TRIALS, 2, low, high);
	p->spreads[0] = high[0] - low[0];
	p->spreads[1] = high[1] - low[1];
	pareto_sort(y, TRIALS, 2, front);
	for (size_t i = 0; i < TRIALS; i++)
		if (front[i] == 1) {
			of[n] = i;
			memcpy(first + 2 * n++, y + 2 * i, 2 * sizeof *y);
		}
	pareto_range(first, n, 2, low, high);
	for (size_t i = 1; i < n; i++) {
		if (pareto_distance(first + 2 * i, 2, low, high) <
		    pareto_distance(first + 2 * best[0], 2, low, high))
			best[0] = i;
		for (size_t k = 0; k < 2; k++)
			if (first[2 * i + k] < first[2 * best[1 + k] + k])
				best[1 + k] = i;
	}
	for (size_t k = 0; k < 3; k++)
		choose(p, of[best[k]]);
	choose(p, 0);
}

static void make_run(struct play *p, struct run *run, size_t id, const double *shared)
{
	struct series_log log = {0};

	run->value = value_of(p, id, 0, shared[0]);
	series_say(&log, "b", (double)NAN, value_of(p, id, 1, shared[1]));
	run->metrics = series_pack(&log, NULL, 0, &p->a);
	series_log_free(&log);
	run->outcome = rng_unit(83, p->i, RNG_MODEL, p->drawn++) < p->row->flaky
	                   ? OUTCOME_FAILED
	                   : OUTCOME_OK;
}

static void make_runs(struct play *p)
{
	for (int ph = PHASE_RERUN; ph < PHASES; ph++) {
		for (size_t k = 0; k < p->v.n; k++)
			p->candidates[k].runs[ph] =
			    arena_new(&p->a, MOST, sizeof(struct run *));
		for (size_t r = 0; r < MOST; r++) {
			double shared[] = {noise_normal(84, p->i, p->drawn++),
			                   noise_normal(84, p->i, p->drawn++)};

			for (size_t k = 0; k < p->v.n; k++) {
				struct run *run = arena_new(&p->a, 1, sizeof *run);

				make_run(p, run, p->id[k], shared);
				run->state =
				    ph == PHASE_RERUN ? RUN_FINISHED : RUN_QUEUED;
				p->candidates[k].runs[ph][r] = run;
			}
		}
	}
}

static void begin(struct play *p)
{
	size_t repeats = p->row->repeats ? p->row->repeats : 5;

	p->criteria[0] = (struct criterion){.name = "a", .objective = true};
	p->criteria[1] = (struct criterion){.name = "b", .objective = true};
	p->limit =
	    (struct limit){.criterion = 1, .bound = mean_of(p, 1, 1) + p->row->margin};
	p->spec.criteria = p->criteria;
	p->spec.n_criteria = p->spec.n_objectives = 2;
	p->spec.limits = &p->limit;
	p->spec.n_limits = 1;
	p->v = (struct verdict){.wanted = true,
	                        .has_test = true,
	                        .by = &p->spec,
	                        .fronts = true,
	                        .spreads = p->spreads,
	                        .candidates = p->candidates,
	                        .test_repeats = repeats,
	                        .uses = &p->use,
	                        .metric = {.name = "a"},
	                        .test_metric = {.name = "a"}};
	search(p);
	p->v.spread = p->spreads[0];
	for (size_t k = 0; k < p->v.n; k++) {
		struct candidate *c = &p->candidates[k];

		*c = (struct candidate){.key = p->id[k], .is_baseline = p->id[k] == 0};
		for (int ph = PHASE_RERUN; ph < PHASES; ph++)
			c->facets[ph] = arena_new(&p->a, 2, sizeof *c->facets[ph]);
		c->holdings = arena_new(&p->a, 1, sizeof *c->holdings);
		c->claims = arena_new(&p->a, 2, sizeof *c->claims);
		c->n_runs[PHASE_RERUN] = repeats;
		if (c->is_baseline)
			p->v.baseline = k;
	}
	make_runs(p);
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
		judge(&p->v, &p->a);
		more = false;
		for (size_t k = 0; k < p->v.n; k++) {
			struct candidate *c = &p->candidates[k];
			size_t *n = &c->n_runs[PHASE_TEST];

			for (; *n < c->tests && *n < MOST; more = true)
				c->runs[PHASE_TEST][(*n)++]->state = RUN_FINISHED;
		}
	}
}

static void hold(struct share *s, const struct play *p, size_t i, enum phase ph,
                 size_t k)
{
	const struct worth *w = &p->candidates[i].facets[ph][k].worth;
	double truth = mean_of(p, p->id[i], k);

	if (!isnan(w->low) && !w->median)
		share_count(s, w->low <= truth && truth <= w->high);
}

static void add(struct found *f, const struct play *p)
{
	bool together = true, wrong = false, right = true, limit = true;
	double margin = p->row->margin;

	for (size_t i = 0; i < p->v.n; i++) {
		const struct candidate *c = &p->candidates[i];

		limit = limit &&
		        c->holdings[0].answer != (margin < 0 ? ANSWER_YES : ANSWER_NO);
		for (size_t k = 0; k < 2; k++) {
			double effect = k == 0 ? p->row->effect : 0;
			const struct claim *x = &c->claims[k];

			hold(&f->rerun, p, i, PHASE_RERUN, k);
			hold(&f->test, p, i, PHASE_TEST, k);
			if (c->is_baseline)
				continue;
			if (!isnan(x->half))
				together =
				    together && fabs(x->gain.mean - effect) <= x->half;
			wrong = wrong || (x->answer == ANSWER_YES && !(effect > 0));
			right = right && (k || x->answer == ANSWER_YES);
		}
		if (!c->is_baseline) {
			f->pairs += (double)c->n_runs[PHASE_TEST];
			f->points++;
		}
	}
	share_count(&f->together, together);
	share_count(&f->wrong, wrong);
	if (p->row->effect > 0)
		share_count(&f->right, right);
	share_count(&f->limit, !limit);
}

static void print_row(const struct row *r, const struct found *f)
{
	char repeats[24] = "auto";

	if (r->repeats)
		snprintf(repeats, sizeof repeats, "%zu", r->repeats);
	printf("%-10s %6.1f %6.1f %7s %5.1f", r->law, r->effect, r->margin, repeats,
	       r->flaky);
	share_print(f->rerun);
	share_print(f->test);
	share_print(f->together);
	share_print(f->wrong);
	share_print(f->right);
	share_print(f->limit);
	printf(" %5.1f\n", f->pairs / f->points);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	size_t times = 2000;

	for (int c; (c = getopt(argc, argv, "n:")) != -1;)
		if (c == 'n')
			times = strtoul(optarg, NULL, 10);
		else
			return 2;
	stat_init();
	printf("%-10s %6s %6s %7s %5s %11s %11s %11s %11s %11s %11s %5s\n", "law",
	       "effect", "margin", "repeats", "flaky", "re-runs", "tests", "together",
	       "false yes", "all found", "limit false", "pairs");
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		struct found f = {0};

		size_t n = rows[k].repeats ? times : (times + 3) / 4;

		for (uint64_t i = 0; i < n; i++) {
			struct play p = {.row = &rows[k], .i = i};

			begin(&p);
			test(&p);
			if (p.v.winner != SIZE_MAX)
				add(&f, &p);
			arena_free(&p.a);
		}
		print_row(&rows[k], &f);
	}
	return 0;
}
