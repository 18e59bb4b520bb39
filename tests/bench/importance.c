/* Do the intervals of `importance` cover what they state? Searches over functions whose
 * shares are known (or taken from 65,536 points), against what is printed of them.
 *
 *     importance [-s SEARCHES] [-f NAME] [-t]      -t: the functions for tuning
 *
 * Standard errors are over searches. */
#include "../unit/known.h"
#include "base/rng.h"
#include "base/stat.h"
#include "report/importance_text.h"
#include "report/shares.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DIMS = 10, TRUTH_POINTS = 1 << 16 };

static const double pi = 3.14159265358979323846;

static double ishigami(const double *u)
{
	double a = pi * (2 * u[0] - 1), b = pi * (2 * u[1] - 1),
	       c = pi * (2 * u[2] - 1);

	return sin(a) + 7 * sin(b) * sin(b) + 0.1 * c * c * c * c * sin(a);
}

static double g_function(const double *u)
{
	static const double a[] = {0, 1, 4.5, 9, 99, 99};
	double f = 1;

	for (size_t j = 0; j < 6; j++)
		f *= (fabs(4 * u[j] - 2) + a[j]) / (1 + a[j]);
	return f;
}

static double additive(const double *u)
{
	return 3 * (u[0] - 0.3) * (u[0] - 0.3) + u[1] + 0.5 * sin(3 * u[2]);
}

static double product(const double *u)
{
	return (2 * u[0] - 1) * (2 * u[1] - 1);
}

static double xor (const double *u) { return (u[0] > 0.5) != (u[1] > 0.5); }

    static double triangle(const double *u)
{
	return u[0] + 2 * u[1] * u[1] + u[0] * u[1];
}

static double branches(const double *u)
{
	double a = u[1] - 0.3, b = u[2] - 0.6;

	return u[0] < 0.5 ? 1 + a * a : 1.5 * b * b;
}

static double nothing(const double *u)
{
	(void)u;
	return 0;
}

/* For tuning. */
static double friedman(const double *u)
{
	return 10 * sin(pi * u[0] * u[1]) + 20 * (u[2] - 0.5) * (u[2] - 0.5) +
	       10 * u[3] + 5 * u[4];
}

static double halves(const double *u)
{
	return u[0] + u[1] > 1;
}

static double ridge(const double *u)
{
	return sin(5 * (u[0] + u[1] - 0.5 * u[2]));
}

static double corners(const double *u)
{
	return fmax(fmax(u[0], u[1]), 0.5 * u[2]) + 0.3 * fabs(u[3] - 0.4);
}

static double waves(const double *u)
{
	return sin(9 * u[0]) + cos(7 * u[1]) + sin(6 * u[2]) * u[0];
}

static double stairs(const double *u)
{
	return floor(3 * u[0]) * floor(2 * u[1]) + 0.5 * floor(4 * u[2]);
}

static double valley(const double *u)
{
	double e = u[1] - u[0] * u[0];

	return log(0.02 + e * e) + u[2];
}

static double arms(const double *u)
{
	return u[0] < 0.5 ? sin(4 * u[1]) : 0.5 + u[2];
}

struct problem {
	const char *name, *method;
	double (*f)(const double *u);
	size_t d, n;
	double noise;     /* sd of a run, in sd of the function */
	const char *more; /* in the file */
	bool branches;    /* u[0] is k, the others are in its two branches */
	bool tuning;
};

static const struct problem problems[] = {
    {"ishigami", "random", ishigami, 4, 50, 0, "", false, false},
    {"ishigami", "random", ishigami, 4, 100, 0, "", false, false},
    {"ishigami", "random", ishigami, 4, 200, 0, "", false, false},
    {"ishigami", "bayes", ishigami, 4, 100, 0, "", false, false},
    {"g", "random", g_function, 6, 60, 0, "", false, false},
    {"additive", "random", additive, 5, 50, 0, "", false, false},
    {"additive", "bayes", additive, 5, 50, 0, "", false, false},
    {"product", "random", product, 3, 50, 0, "", false, false},
    {"xor", "random", xor, 3, 50, 0, "", false, false},
    {"additive, noise", "random", additive, 5, 50, 0.45, "", false, false},
    {"additive, noise", "random", additive, 5, 100, 1, "", false, false},
    {"additive, noise", "bayes", additive, 5, 100, 0.45, "", false, false},
    {"constraint", "random", triangle, 3, 50, 0, "constraints: [x0 + x1 < 1]\n", false,
     false},
    {"conditional", "random", branches, 3, 40, 0, "", true, false},
    {"conditional", "bayes", branches, 3, 40, 0, "", true, false},
    {"noise alone", "random", nothing, 4, 50, 1, "", false, false},
    {"friedman", "random", friedman, 6, 60, 0, "", false, true},
    {"friedman", "bayes", friedman, 6, 60, 0.3, "", false, true},
    {"friedman", "random", friedman, 6, 120, 0.7, "", false, true},
    {"halves", "random", halves, 3, 50, 0, "", false, true},
    {"ridge", "random", ridge, 4, 50, 0, "", false, true},
    {"corners", "random", corners, 5, 60, 0, "", false, true},
    {"waves", "random", waves, 4, 40, 0, "", false, true},
    {"waves", "random", waves, 4, 100, 0, "", false, true},
    {"waves", "bayes", waves, 4, 60, 0, "", false, true},
    {"stairs", "random", stairs, 4, 60, 0, "", false, true},
    {"valley", "random", valley, 4, 60, 0, "", false, true},
    {"valley", "random", valley, 4, 60, 0.5, "constraints: [x0 * x1 < 0.4]\n", false,
     true},
    {"arms", "random", arms, 3, 40, 0.2, "", true, true},
};

/* The standard deviation of the function, for its noise. */
static double spread(const struct problem *p)
{
	struct moments m;
	double *y = mem_new(4096, sizeof *y), u[DIMS];

	for (uint64_t i = 0; i < 4096; i++) {
		for (uint32_t j = 0; j < p->d; j++)
			u[j] = rng_unit(99, i, RNG_MODEL, j);
		y[i] = p->f(u);
	}
	m = stat_of(y, 4096);
	free(y);
	return m.variance > 0 ? sqrt(m.variance) : 1;
}

static double train(const struct job *job, struct run_result *res, bool *has_metric)
{
	const struct problem *p = &problems[(size_t)fake_argument(job, "problem")];
	double u[DIMS];

	(void)res;
	*has_metric = true;
	known_point(job, u, p->d);
	for (size_t j = 0; j < p->d; j++)
		if (isnan(u[j]))
			u[j] = 0.5;
	return p->f(u) + fake_argument(job, "noise") * known_noise(job);
}

static char *file_of(const struct problem *p, uint64_t seed)
{
	struct str s = {0};

	str_addf(&s,
	         "command: [train, --problem=%zu, --noise=%.17g, '${args}']\n"
	         "method: %s\nseed: %llu\nmax_trials: %zu\nmetric: {name: loss}\n%s"
	         "parameters:\n",
	         (size_t)(p - problems), p->noise * spread(p), p->method,
	         (unsigned long long)seed, p->n, p->more);
	for (size_t j = 0; j < p->d; j++)
		if (p->branches)
			str_addf(&s,
			         j ? "  x%zu: {min: 0.0, max: 1.0, when: {x0: %d}}\n"
			           : "  x%zu: {values: [0, 1]}\n",
			         j, j == 1 ? 0 : 1);
		else
			str_addf(&s, "  x%zu: {min: 0.0, max: 1.0}\n", j);
	return s.s;
}

static void truth_at(void *self, const double *rows, size_t count, double *out,
                     double *other)
{
	const struct problem *const *p = self;

	for (size_t i = 0; i < count; i++)
		other[i] = out[i] = (*p)->f(rows + i * (*p)->d);
}

struct truth {
	struct share_set one[DIMS];
	double pair[DIMS][DIMS];
};

static void find_truth(const struct problem *p, const struct space *space,
                       struct truth *t)
{
	size_t pair[DIMS * DIMS][2], n = 0;
	double both[2 * DIMS * DIMS];
	struct share_set one[2 * DIMS];
	struct encoding e;
	struct shares s;

	for (size_t i = 0; i < p->d; i++)
		for (size_t j = i + 1; j < p->d; j++) {
			pair[n][0] = i;
			pair[n++][1] = j;
		}
	encoding_init(&e, space, false, false);
	if (!shares_init(&s, &e, TRUTH_POINTS, 12345, 0))
		abort();
	shares_of(&s, truth_at, &p, one, (const size_t(*)[2])pair, n, both);
	memcpy(t->one, one, p->d * sizeof *one);
	for (size_t i = 0; i < n; i++) {
		size_t x = pair[i][0], y = pair[i][1];

		t->pair[x][y] = t->pair[y][x] =
		    both[i] - t->one[x].alone - t->one[y].alone;
	}
	shares_free(&s);
	encoding_free(&e);
}

enum { ALONE, TOTAL, PAIR, BEST, ALL, KINDS };

/* Of one kind of statement: how many cover, in all and by searches. */
struct count {
	double n, hits, width;
	double rates, squares, searches; /* of each search */
};

struct tally {
	struct count kind[KINDS];
	struct count now[KINDS];
	size_t searches, refused;
	double r2, cpu, slowest;
};

static void judge(struct tally *t, int kind, struct share s, double truth)
{
	bool hit;

	if (isnan(truth))
		return;
	truth = fmin(fmax(truth, 0), 1);
	hit = truth >= s.low - 5e-4 && truth <= s.high + 5e-4;
	for (int k = 0; k < 2; k++) {
		struct count *c = &t->now[k ? ALL : kind];

		c->n++;
		c->hits += hit;
		c->width += s.high - s.low;
	}
}

static void end_search(struct tally *t)
{
	for (int k = 0; k < KINDS; k++) {
		struct count *c = &t->kind[k], *now = &t->now[k];

		if (now->n > 0) {
			double rate = now->hits / now->n;

			c->n += now->n;
			c->hits += now->hits;
			c->width += now->width;
			c->rates += rate;
			c->squares += rate * rate;
			c->searches++;
		}
		*now = (struct count){0};
	}
}

static void search(const struct problem *p, uint64_t seed, struct truth *truth,
                   struct tally *t)
{
	struct study_options o = {.max_trials = p->n};
	struct rig rig = {.fake.train = train};
	struct importance im;
	char *text = file_of(p, seed);
	clock_t begun;
	double cpu;

	rig.runner = fake_runner(&rig.fake, 1);
	known_run(&rig, text, &o);
	if (isnan(truth->pair[0][1]))
		find_truth(p, &rig.spec.space, truth);
	begun = clock();
	if (importance_init(&im, &rig.study, &rig.err)) {
		for (size_t i = 0; i < im.n; i++) {
			const struct importance_row *r = &im.rows[i];

			judge(t, ALONE, r->alone, truth->one[r->param].alone);
			judge(t, TOTAL, r->total, truth->one[r->param].total);
			judge(t, BEST, r->best, truth->one[r->param].best);
		}
		for (size_t i = 0; i < im.n_pairs; i++)
			judge(t, PAIR, im.pairs[i].alone,
			      truth->pair[im.pairs[i].param][im.pairs[i].other]);
		t->r2 += im.r2;
		end_search(t);
	} else {
		t->refused++;
	}
	cpu = (double)(clock() - begun) / CLOCKS_PER_SEC;
	t->cpu += cpu;
	t->slowest = fmax(t->slowest, cpu);
	t->searches++;
	importance_free(&im);
	close_rig(&rig);
	free(text);
}

static void print_rate(const struct count *c)
{
	double mean = c->rates / c->searches;
	double se = sqrt(fmax(c->squares / c->searches - mean * mean, 0) /
	                 fmax(c->searches - 1, 1));

	if (c->searches > 0)
		printf(" %5.1f +- %3.1f (%4.1f)", 100 * mean, 100 * se,
		       100 * c->width / c->n);
	else
		printf(" %19s", "");
}

static void print_row(const char *name, const char *method, size_t n,
                      const struct tally *t)
{
	double said = (double)(t->searches - t->refused);

	printf("%-16s %-6s %4zu %4zu %4zu %5.2f", name, method, n, t->searches,
	       t->refused, said > 0 ? t->r2 / said : 0);
	for (int k = 0; k < KINDS; k++)
		print_rate(&t->kind[k]);
	printf(" %5.2f %5.2f\n", t->cpu / (double)t->searches, t->slowest);
	fflush(stdout);
}

static void add_tally(struct tally *sum, const struct tally *t)
{
	for (int k = 0; k < KINDS; k++) {
		struct count *c = &sum->kind[k];
		const struct count *m = &t->kind[k];

		c->n += m->n;
		c->hits += m->hits;
		c->width += m->width;
		c->rates += m->rates;
		c->squares += m->squares;
		c->searches += m->searches;
	}
	sum->searches += t->searches;
	sum->refused += t->refused;
	sum->r2 += t->r2;
	sum->cpu += t->cpu;
	sum->slowest = fmax(sum->slowest, t->slowest);
}

int main(int argc, char **argv)
{
	uint64_t searches = 20;
	const char *only = NULL;
	bool tuning = false;
	struct tally sum = {0};

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
	printf("%% of 90 %% intervals that cover +- standard error (mean width in %%)\n"
	       "%-16s %-6s %4s %4s %4s %5s %-19s %-19s %-19s %-19s %-19s %5s %5s\n",
	       "function", "method", "n", "runs", "ref.", "R2", " alone", " total",
	       " pairs", " best", " all", "CPU", "most");
	for (size_t i = 0; i < ARRAY_LEN(problems); i++) {
		const struct problem *p = &problems[i];
		struct truth truth = {.pair[0][1] = (double)NAN};
		struct tally t = {0};

		if (p->tuning != tuning || (only && strcmp(only, p->name) != 0))
			continue;
		for (uint64_t k = 0; k < searches; k++)
			search(p, 1000 + k, &truth, &t);
		print_row(p->name, p->method, p->n, &t);
		add_tally(&sum, &t);
	}
	print_row("all", "", 0, &sum);
	return 0;
}
