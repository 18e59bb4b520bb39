/* Is what `refine` says true? Searches over functions whose best point is known, under
 * noise: does the new range hold it, is a parameter that does nothing fixed and one
 * that matters not, and is a range widened where the best lies beyond its end?
 *
 *     refine [-s SEARCHES] [-f NAME]
 *
 * Of parameters that matter: held, the best value lies in the new range (or is the one
 * that it was fixed at, to a hundredth of the old); fixed; the width of the new range
 * beside the old. Of those that do nothing: fixed. Beyond: of the parameter whose best
 * value is outside of the range that was searched, widened on that side. */
#include "../unit/known.h"
#include "base/stat.h"
#include "report/refinement.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DIMS = 6 };

/* Where all functions have their least value. */
static const double best_at[DIMS] = {0.3, 0.6, 0.45, 0.7, 0.2, 0.55};

static double bowl(const double *u, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		sum += (u[j] - best_at[j]) * (u[j] - best_at[j]);
	return 4 * sum;
}

/* Curvatures from 16 to 1. */
static double long_bowl(const double *u, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		sum += exp2(4 - 4 * (double)j / (double)(d - 1)) * (u[j] - best_at[j]) *
		       (u[j] - best_at[j]);
	return sum;
}

/* The best value of one depends on the other's. */
static double valley(const double *u, size_t d)
{
	double a = u[0] - best_at[0], b = u[1] - best_at[1];

	(void)d;
	return 12 * (a + b) * (a + b) + 1.5 * (a - b) * (a - b);
}

static double ripples(const double *u, size_t d)
{
	const double pi = 3.14159265358979323846;
	double a = u[0] - best_at[0], b = u[1] - best_at[1];

	return bowl(u, d) + 0.3 * (1 - cos(5 * pi * a) * cos(6 * pi * b));
}

/* As steep a wall on one side as a learning rate has. */
static double wall(const double *u, size_t d)
{
	double sum = bowl(u, d), a = u[0] - best_at[0];

	return sum + (a > 0 ? 12 * a * a : 0);
}

static const struct problem {
	const char *name, *method;
	double (*f)(const double *u, size_t d);
	size_t d, idle, n;
	double noise;
	bool beyond; /* x0 is searched from 0.35 on */
} problems[] = {
    {"bowl", "bayes", bowl, 2, 1, 40, 0.05, false},
    {"bowl", "random", bowl, 2, 1, 60, 0.05, false},
    {"bowl, noisy", "sobol", bowl, 2, 1, 60, 0.3, false},
    {"bowl 5-d", "bayes", bowl, 5, 2, 100, 0.05, false},
    {"bowl 5-d", "random", bowl, 5, 2, 150, 0.05, false},
    {"long bowl 4-d", "bayes", long_bowl, 4, 2, 80, 0.05, false},
    {"valley", "bayes", valley, 2, 1, 50, 0.05, false},
    {"valley", "random", valley, 2, 1, 60, 0.05, false},
    {"ripples", "bayes", ripples, 2, 1, 60, 0.02, false},
    {"ripples", "random", ripples, 2, 1, 80, 0.02, false},
    {"wall", "sobol", wall, 3, 1, 60, 0.05, false},
    {"wall", "bayes", wall, 3, 1, 60, 0.05, false},
    {"beyond", "bayes", bowl, 2, 1, 40, 0.02, true},
    {"beyond", "sobol", bowl, 2, 1, 60, 0.02, true},
};

static double train(const struct job *job, struct run_result *res, bool *has_metric)
{
	const struct problem *p = &problems[(size_t)fake_argument(job, "problem")];
	double u[DIMS];

	(void)res;
	known_point(job, u, p->d);
	*has_metric = true;
	return p->f(u, p->d) + p->noise * known_noise(job);
}

static char *file_of(const struct problem *p, uint64_t seed)
{
	struct str s = {0};

	str_addf(&s,
	         "command: [train, --problem=%zu, '${args}']\n"
	         "method: %s\nseed: %llu\nmax_trials: %zu\nmetric: {name: loss}\n"
	         "parameters:\n",
	         (size_t)(p - problems), p->method, (unsigned long long)seed, p->n);
	for (size_t j = 0; j < p->d + p->idle; j++)
		str_addf(&s, "  x%zu: {min: %s, max: 1.0, default: 0.5}\n", j,
		         p->beyond && j == 0 ? "0.35" : "0.0");
	return s.s;
}

struct tally {
	size_t searches, refused;
	size_t held, fixed, matter; /* over parameters that matter */
	double width;
	size_t idle_fixed, idle;
	size_t widened, beyond;
};

static void count_range(const struct refined *r, double at, struct tally *t)
{
	double low = r->min, high = r->max, v = 0;

	if (r->what == REFINED_KEPT) {
		low = 0;
		high = 1;
	} else if (r->what != REFINED_RANGE) {
		value_number(&r->values[0], &v);
		low = v - 0.01;
		high = v + 0.01;
		t->fixed++;
	}
	t->matter++;
	t->held += at >= low && at <= high;
	t->width += r->what == REFINED_FIXED ? 0 : high - low;
}

static void count(const struct problem *p, const struct refinement *r, struct tally *t)
{
	for (size_t j = 0; j < p->d; j++) {
		if (p->beyond && j == 0) {
			t->beyond++;
			t->widened +=
			    r->list[j].what == REFINED_RANGE && r->list[j].min < 0.35;
		} else {
			count_range(&r->list[j], best_at[j], t);
		}
	}
	for (size_t j = p->d; j < p->d + p->idle; j++, t->idle++)
		t->idle_fixed += r->list[j].what == REFINED_FIXED;
}

static void search(const struct problem *p, uint64_t seed, struct tally *t)
{
	struct study_options o = {.max_trials = p->n};
	struct rig rig = {.fake.train = train};
	struct refinement r = {0};
	char *text = file_of(p, seed);

	rig.runner = fake_runner(&rig.fake, 1);
	known_run(&rig, text, &o);
	t->searches++;
	if (refinement_init(&r, &rig.study, &rig.err))
		count(p, &r, t);
	else
		t->refused++;
	refinement_free(&r);
	close_rig(&rig);
	free(text);
}

/* A share of n in per cent, and its standard error. */
static void print_share(size_t k, size_t n)
{
	double p = n ? (double)k / (double)n : 0;

	if (n)
		printf("  %5.1f +- %4.1f", 100 * p,
		       100 * sqrt(p * (1 - p) / (double)n));
	else
		printf("  %13s", "-");
}

int main(int argc, char **argv)
{
	uint64_t searches = 40;
	const char *only = NULL;

	for (int c; (c = getopt(argc, argv, "s:f:")) != -1;)
		if (c == 's')
			searches = strtoull(optarg, NULL, 10);
		else if (c == 'f')
			only = optarg;
		else
			return 2;
	stat_init();
	printf("in %% +- standard error, over parameters; width: mean, old range = 1\n"
	       "%-14s %-6s %7s  %13s  %13s  %13s %6s  %13s  %13s\n",
	       "function", "method", "trials", "refused", "held", "fixed, matter",
	       "width", "fixed, idle", "widened");
	for (size_t i = 0; i < ARRAY_LEN(problems); i++) {
		const struct problem *p = &problems[i];
		struct tally t = {0};

		if (only && strcmp(only, p->name) != 0)
			continue;
		for (uint64_t k = 0; k < searches; k++)
			search(p, 4000 + k, &t);
		printf("%-14s %-6s %7zu", p->name, p->method, p->n);
		print_share(t.refused, t.searches);
		print_share(t.held, t.matter);
		print_share(t.fixed, t.matter);
		printf(" %6.2f", t.matter ? t.width / (double)t.matter : 0);
		print_share(t.idle_fixed, t.idle);
		print_share(t.widened, t.beyond);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
