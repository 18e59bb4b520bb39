/* Is what `stop: auto` says true? Searches over functions whose least value is known,
 * under noise: when they stop, what is left to gain then, and what was said of it.
 *
 *     advice [-s SEARCHES] [-f NAME] [-t]      -t: the functions for tuning
 *
 * A bound is false when the trial that ranks first is further from the best of the
 * space than it says; loose, when it is more than five times as much, or as the noise.
 */
#include "../unit/known.h"
#include "base/double.h"
#include "base/stat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DIMS = 5 };

static const double pi = 3.14159265358979323846;

static double bowl(const double *u, size_t d)
{
	static const double at[] = {0.3, 0.6, 0.45, 0.7, 0.2};
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		sum += (u[j] - at[j]) * (u[j] - at[j]);
	return 4 * sum;
}

/* Rastrigin's, over [-2.2, 1.8], a tenth of it. */
static double rastrigin(const double *u, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++) {
		double x = 4 * u[j] - 2.2;

		sum += x * x - 10 * cos(2 * pi * x) + 10;
	}
	return sum / 10;
}

static double well(const double *u, size_t d)
{
	double a = u[0] - 0.71, b = u[1] - 0.37;

	(void)d;
	return 1 - exp(-(a * a + b * b) / (2 * 0.06 * 0.06));
}

static double nothing(const double *u, size_t d)
{
	(void)u;
	(void)d;
	return 0;
}

/* For tuning. */
static double quartic(const double *u, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		sum += pow(fabs(u[j] - 0.35), 3) * (double)(4 + 2 * j);
	return sum;
}

static double ripples(const double *u, size_t d)
{
	double x = bowl(u, d);

	return x + 0.3 * (1 - cos(5 * pi * (u[0] - 0.3)) * cos(6 * pi * (u[1] - 0.6)));
}

/* Ripples of other kinds: Ackley's, Griewank's and Levy's, to about 0 to 2. */
static double ackley(const double *u, size_t d)
{
	double squares = 0, waves = 0;

	for (size_t j = 0; j < d; j++) {
		double x = 8 * u[j] - 3.4;

		squares += x * x / (double)d;
		waves += cos(2 * pi * x) / (double)d;
	}
	return (20 + exp(1) - 20 * exp(-0.2 * sqrt(squares)) - exp(waves)) / 5;
}

static double griewank(const double *u, size_t d)
{
	double sum = 0, product = 1;

	for (size_t j = 0; j < d; j++) {
		double x = 30 * u[j] - 13;

		sum += x * x / 400;
		product *= cos(x / sqrt((double)(j + 1)));
	}
	return sum - product + 1;
}

static double levy(const double *u, size_t d)
{
	double w = 1 + (12 * u[0] - 5) / 4, sum = pow(sin(pi * w), 2);

	for (size_t j = 0; j + 1 < d; j++) {
		w = 1 + (12 * u[j] - 5) / 4;
		sum += (w - 1) * (w - 1) * (1 + 10 * pow(sin(pi * w + 1), 2));
	}
	w = 1 + (12 * u[d - 1] - 5) / 4;
	return (sum + (w - 1) * (w - 1) * (1 + pow(sin(2 * pi * w), 2))) / 5;
}

/* As many valleys as Rastrigin's has, of another shape. */
static double waves(const double *u, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++) {
		double x = u[j] - 0.62;

		sum += 3 * x * x + 0.4 * (1 - cos(8 * pi * x));
	}
	return sum;
}

static double slope_and_well(const double *u, size_t d)
{
	double a = u[0] - 0.8, b = u[1] - 0.75;

	(void)d;
	/* The least is in the well, 0 but for a thousandth. */
	return 0.65 * 0.5 * u[0] - 0.25 + 0.9 -
	       0.91 * exp(-(a * a + b * b) / (2 * 0.07 * 0.07));
}

struct problem {
	const char *name, *method;
	double (*f)(const double *u, size_t d);
	size_t d, n;
	double noise;
	size_t repeats;
	bool tuning;
};

static const struct problem problems[] = {
    {"bowl", "bayes", bowl, 2, 60, 0.1, 1, false},
    {"bowl", "random", bowl, 2, 60, 0.1, 1, false},
    {"bowl 1-d", "random", bowl, 1, 60, 0.5, 1, false},
    {"bowl, 2 repeats", "bayes", bowl, 2, 60, 0.1, 2, false},
    {"bowl 5-d", "bayes", bowl, 5, 80, 0.05, 1, false},
    {"rastrigin", "bayes", rastrigin, 2, 60, 0.05, 1, false},
    {"narrow well", "bayes", well, 2, 60, 0.02, 1, false},
    {"noise alone", "random", nothing, 2, 60, 1, 1, false},
    {"noise alone", "bayes", nothing, 2, 60, 1, 1, false},
    {"quartic", "bayes", quartic, 3, 60, 0.1, 1, true},
    {"quartic", "random", quartic, 2, 60, 0.05, 1, true},
    {"ripples", "bayes", ripples, 2, 60, 0.05, 1, true},
    {"ripples", "random", ripples, 2, 80, 0.02, 1, true},
    {"waves", "bayes", waves, 2, 60, 0.05, 1, true},
    {"ackley", "bayes", ackley, 2, 60, 0.05, 1, true},
    {"griewank", "bayes", griewank, 2, 60, 0.05, 1, true},
    {"levy", "bayes", levy, 2, 60, 0.05, 1, true},
    {"slope and well", "bayes", slope_and_well, 2, 60, 0.02, 1, true},
    {"noise, 4-d", "random", nothing, 4, 80, 1, 1, true},
    {"noise, 1-d", "bayes", nothing, 1, 60, 1, 1, true},
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
	         "stop: auto\nrepeats: %zu\nparameters:\n",
	         (size_t)(p - problems), p->method, (unsigned long long)seed, p->n,
	         p->repeats);
	for (size_t j = 0; j < p->d; j++)
		str_addf(&s, "  x%zu: {min: 0.0, max: 1.0}\n", j);
	return s.s;
}

struct tally {
	size_t searches, stopped, enough, stated, wrong, loose, noise_fine;
	size_t at;
	double *regret; /* (searches) */
};

static void search(const struct problem *p, uint64_t seed, struct tally *t)
{
	struct study_options o = {.max_trials = p->n};
	struct rig r = {.fake.train = train};
	char *text = file_of(p, seed);
	const struct advice *a = &r.study.search.advice;
	double u[DIMS] = {0}, regret, noise = p->noise / sqrt((double)p->repeats);

	r.runner = fake_runner(&r.fake, 1);
	known_run(&r, text, &o);
	for (size_t j = 0; j < p->d; j++)
		u[j] = r.study.search.best->point[j].u;
	regret = p->f(u, p->d);
	t->regret[t->searches++] = regret;
	if (a->enough || a->plateau) {
		t->stopped++;
		t->enough += a->enough;
		t->at += r.study.search.n;
		t->stated += a->sees;
		t->wrong += a->sees && regret > a->bound;
		t->loose += a->sees && a->bound > 5 * fmax(regret, noise);
	}
	t->noise_fine += a->noise > noise / 2 && a->noise < 2 * noise;
	close_rig(&r);
	free(text);
}

/* A share of n in per cent, and its standard error. */
static void print_share(size_t k, size_t n)
{
	double p = n ? (double)k / (double)n : 0;

	printf(" %5.1f +- %4.1f", 100 * p, n ? 100 * sqrt(p * (1 - p) / (double)n) : 0);
}

static void print_row(const struct problem *p, struct tally *t)
{
	qsort(t->regret, t->searches, sizeof *t->regret, double_compare);
	printf("%-16s %-6s %5zu", p->name, p->method, t->searches);
	print_share(t->stopped, t->searches);
	printf(" %5.1f %7.3f %7.3f %6zu",
	       t->stopped ? (double)t->at / (double)t->stopped : 0,
	       t->regret[t->searches / 2], t->regret[t->searches - 1], t->enough);
	print_share(t->stated, t->searches);
	print_share(t->wrong, t->searches);
	print_share(t->wrong, t->stated);
	print_share(t->loose, t->stated);
	print_share(t->noise_fine, t->searches);
	printf("\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	uint64_t searches = 40;
	const char *only = NULL;
	bool tuning = false;

	for (int c; (c = getopt(argc, argv, "s:f:t")) != -1;)
		if (c == 's')
			searches = strtoull(optarg, NULL, 10);
		else if (c == 'f')
			only = optarg;
		else if (c == 't')
			tuning = true;
		else
			return 2;
	stat_init();
	printf("in %% +- standard error; regret: median and most\n"
	       "%-16s %-6s %5s %13s %5s %7s %7s %6s %13s %13s %13s %13s %13s\n",
	       "function", "method", "runs", "stopped", "at", "regret", "most",
	       "enough", "bound stated", "false", "of stated", "loose",
	       "noise x/2..2x");
	for (size_t i = 0; i < ARRAY_LEN(problems); i++) {
		const struct problem *p = &problems[i];
		struct tally t = {0};

		if (p->tuning != tuning || (only && strcmp(only, p->name) != 0))
			continue;
		t.regret = mem_new(searches, sizeof *t.regret);
		for (uint64_t k = 0; k < searches; k++)
			search(p, 9000 + k, &t);
		print_row(p, &t);
		free(t.regret);
	}
	return 0;
}
