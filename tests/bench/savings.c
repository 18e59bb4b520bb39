/* Is what early stopping says of itself true? Searches under a rule over curves whose
 * ends are known: what the rule stops that would have won, against the interval of the
 * control group; and how well the first rung foretells the end over all configurations,
 * against what is said from those that came there.
 *
 *     savings [-s SEARCHES] */
#include "early/savings.h"
#include "../unit/curve_runner.h"
#include "../unit/known.h"
#include "base/rng.h"
#include "base/stat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIALS = 60, FIRST = 3, LAST = 27 };

/* A number of the configuration's, uniform in [0, 1). */
static double luck(double x)
{
	return rng_unit((uint64_t)(x * 1e12), 0, RNG_MODEL, 0);
}

/* From a mixture with luck to x itself. */
static double towards(double x, double step, double first)
{
	double w = first + (1 - first) * (step - FIRST) / (LAST - FIRST);

	w = fmax(w, first);
	return w * x + (1 - w) * luck(x);
}

static double noisy(double x, double step)
{
	return towards(x, step, 0.6);
}

static double cross(double x, double step)
{
	return towards(x, step, 0.35);
}

static double reverse(double x, double step)
{
	return step < 20 ? 1 - x : x;
}

struct problem {
	const char *name, *control;
	double (*value)(double x, double step);
};

static const struct problem problems[] = {
    {"noisy", "0.05", noisy}, {"noisy", "0.2", noisy},      {"cross", "0.05", cross},
    {"cross", "0.2", cross},  {"reverse", "0.05", reverse}, {"reverse", "0.2", reverse},
};

/* Spearman's correlation of first rung and end over many configurations. */
static double truth_of(const struct problem *p)
{
	enum { N = 4000 };
	struct curve *c = mem_new(N, sizeof *c);
	struct curve_point *points = mem_new(2 * N, sizeof *points);
	const struct curve **list = mem_new(N, sizeof *list);
	size_t pairs;
	double rho, effective;

	for (size_t i = 0; i < N; i++) {
		double x = rng_unit(77, i, RNG_MODEL, 0);

		points[2 * i].step = FIRST;
		points[2 * i].value = p->value(x, FIRST);
		points[2 * i + 1].step = LAST;
		points[2 * i + 1].value = p->value(x, LAST);
		c[i] = (struct curve){.trial = i,
		                      .state = CURVE_DONE,
		                      .points = points + 2 * i,
		                      .n = 2,
		                      .budget = (double)INFINITY,
		                      .rising = true};
		list[i] = &c[i];
	}
	rho = rung_correlation(&(struct curves){.list = list, .n = N}, FIRST, LAST,
	                       NULL, &pairs, &effective);
	free(c);
	free(points);
	free(list);
	return rho;
}

struct tally {
	size_t searches, stopped_best, said_none, loss_known, loss_covered;
	size_t said, covered, warned;
	double rho;
};

/* Of all that the rule stopped or would have: the share that is better than all that it
 * let through. */
static void judge(const struct problem *p, const struct study *s, double truth,
                  struct tally *t)
{
	const struct search *se = &s->search;
	struct savings v = savings_of(se, s->monitor);
	double best = (double)INFINITY, first = (double)INFINITY;
	size_t stopped = 0, lost = 0;
	bool best_stopped = false;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < se->n; i++) {
			const struct watched *w = monitor_run(s->monitor, i, 0);
			double end = p->value(se->trials[i]->point[0].u, LAST);
			bool stop = w->curve.control
			                ? w->would.decision == DECISION_STOP
			                : se->trials[i]->outcome == OUTCOME_STOPPED;

			if (!pass && !stop)
				best = fmin(best, end);
			if (!pass && end < first) {
				first = end;
				best_stopped = stop;
			}
			stopped += pass && stop;
			lost += pass && stop && end < best;
		}
	t->searches++;
	t->stopped_best += best_stopped;
	if (v.would_stop && stopped) {
		double share = (double)lost / (double)stopped;

		t->loss_known++;
		t->said_none += best_stopped && !v.would_win;
		t->loss_covered += share >= v.loss.low && share <= v.loss.high;
	}
	if (isnan(v.correlation) || v.effective < 8)
		return;
	t->said++;
	t->rho += v.correlation;
	t->covered +=
	    truth >= v.agreement.low - 1e-9 && truth <= v.agreement.high + 1e-9;
	t->warned += v.agreement.high < 0.5;
}

static void search(const struct problem *p, uint64_t seed, double truth,
                   struct tally *t)
{
	struct study_options o = {0};
	struct curve_runner curves = {
	    .steps = LAST, .order = seed + 1, .value = p->value};
	struct rig r = {.runner = curve_runner(&curves, 4)};
	struct str text = {0};

	str_addf(&text,
	         "command: [train, '${args}']\nmethod: random\nseed: %llu\n"
	         "metric: {name: loss, goal: minimize}\nmax_trials: %d\n"
	         "parameters: {x: {min: 0.0, max: 1.0}}\n"
	         "early_terminate: {type: asha, grace: %d, max_iter: %d, step: epoch, "
	         "control: %s}\n",
	         (unsigned long long)seed, TRIALS, FIRST, LAST, p->control);
	known_run(&r, text.s, &o);
	judge(p, &r.study, truth, t);
	close_rig(&r);
	str_free(&text);
}

/* A share of n in per cent, and its standard error. */
static void print_share(size_t k, size_t n)
{
	double p = n ? (double)k / (double)n : 0;

	printf(" %6.1f +- %4.1f", 100 * p, n ? 100 * sqrt(p * (1 - p) / (double)n) : 0);
}

int main(int argc, char **argv)
{
	uint64_t searches = 300;

	for (int c; (c = getopt(argc, argv, "s:")) != -1;)
		if (c == 's')
			searches = strtoull(optarg, NULL, 10);
		else
			return 2;
	stat_init();
	printf("asha, %d trials; in %% +- standard error\n"
	       "%-8s %7s %14s %14s %14s %6s %6s %14s %14s\n",
	       TRIALS, "curves", "control", "best stopped", "loss known", "covered",
	       "truth", "said", "of searches", "covered");
	for (size_t i = 0; i < ARRAY_LEN(problems); i++) {
		const struct problem *p = &problems[i];
		double truth = truth_of(p);
		struct tally t = {0};

		for (uint64_t k = 0; k < searches; k++)
			search(p, 100 + k, truth, &t);
		printf("%-8s %7s", p->name, p->control);
		print_share(t.stopped_best, t.searches);
		print_share(t.loss_known, t.searches);
		print_share(t.loss_covered, t.loss_known);
		printf(" %6.2f %6.2f", truth, t.said ? t.rho / (double)t.said : 0);
		print_share(t.said, t.searches);
		print_share(t.covered, t.said);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
