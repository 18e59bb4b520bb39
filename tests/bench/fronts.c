/* What a search by several objectives covers: test functions whose front is known, one
 * trial after the other, in-process. A line of JSON per problem, method and seed,
 *
 *     {"problem":"zdt1","method":"bayes","seed":0,"volumes":[…],"ms":12.3}
 *
 * volumes: of the front's hypervolume what the first 1, 2, 3 … trials cover, 0 … 1; ms:
 * of a proposal, the mean.
 *
 *     fronts [-p PROBLEM]… [-m METHOD]… [-t TRIALS] [-s FROM-TO]
 *     fronts -e PROBLEM
 *
 * The second form evaluates for other programs: it prints
 * {"d":6,"m":2,"limits":0,"ref":[11,11]}, then for each line of its input, d numbers in
 * [0, 1], the objectives (to be minimized), by how much the limits are exceeded, and
 * what is covered so far.
 *
 * zdt1, zdt2, zdt3: Zitzler, Deb & Thiele 2000, of 6 parameters; reference (11, 11).
 * dtlz2, dtlz2_3: Deb, Thiele, Laumanns & Zitzler 2005, of 6 parameters, two and three
 * objectives; reference 1.1 each. dtlz7: of 6 parameters, two objectives; (1.1, 6.6).
 * c2dtlz2: Jain & Deb 2014, dtlz2 within a limit: what lies within 0.2 of the ends or
 * the middle of the front. bnh: Binh & Korn 1997, two limits, reference (140, 50).
 * These are what BoTorch's test functions have, where it has them. zdt6: reference
 * (1.1, 11). vlmop2: Van Veldhuizen 1999, of 6 parameters; (1, 1). branin_currin:
 * Belakaria, Deshwal & Doppa 2019; (18, 6). constr: Deb 2001; (10, 10). srinivas:
 * Srinivas & Deb 1994; (250, 50). These five had no part in the choice of anything. */
#include "../unit/searches.h"
#include "../unit/spaces.h"
#include "base/clock.h"
#include "base/pareto.h"
#include "base/stat.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { D_MAX = 8, LIMITS = 2, MANY = 20000, SIDE = 160, NAMES = 16 };

static const double half_pi = 1.57079632679489661923;

struct problem {
	const char *name;
	size_t d, m, limits;
	double ref[PARETO_MAX];
	/* x (d) in [0, 1]; y (m), excess (limits) */
	void (*at)(const double *x, size_t d, double *y, double *excess);
	/* A point of its front, t (m - 1) in [0, 1]; NULL: found among many x. */
	void (*front)(const double *t, double *y);
};

static double zdt_g(const double *x, size_t d)
{
	double sum = 0;

	for (size_t i = 1; i < d; i++)
		sum += x[i];
	return 1 + 9 * sum / (double)(d - 1);
}

static void zdt1(const double *x, size_t d, double *y, double *excess)
{
	double g = zdt_g(x, d);

	(void)excess;
	y[0] = x[0];
	y[1] = g * (1 - sqrt(x[0] / g));
}

static void zdt2(const double *x, size_t d, double *y, double *excess)
{
	double g = zdt_g(x, d);

	(void)excess;
	y[0] = x[0];
	y[1] = g * (1 - x[0] / g * (x[0] / g));
}

static void zdt3(const double *x, size_t d, double *y, double *excess)
{
	double g = zdt_g(x, d), r = x[0] / g;

	(void)excess;
	y[0] = x[0];
	y[1] = g * (1 - sqrt(r) - r * sin(20 * half_pi * x[0]));
}

static double dtlz_g(const double *x, size_t d, size_t m)
{
	double sum = 0;

	for (size_t i = m - 1; i < d; i++)
		sum += (x[i] - 0.5) * (x[i] - 0.5);
	return sum;
}

static void sphere(const double *t, double r, size_t m, double *y)
{
	for (size_t k = 0; k < m; k++) {
		y[k] = r;
		for (size_t i = 0; i + k + 1 < m; i++)
			y[k] *= cos(half_pi * t[i]);
		if (k)
			y[k] *= sin(half_pi * t[m - 1 - k]);
	}
}

static void dtlz2(const double *x, size_t d, double *y, double *excess)
{
	(void)excess;
	sphere(x, 1 + dtlz_g(x, d, 2), 2, y);
}

static void dtlz2_3(const double *x, size_t d, double *y, double *excess)
{
	(void)excess;
	sphere(x, 1 + dtlz_g(x, d, 3), 3, y);
}

static void dtlz7(const double *x, size_t d, double *y, double *excess)
{
	double sum = 0, g;

	(void)excess;
	for (size_t i = 1; i < d; i++)
		sum += x[i];
	g = 1 + 9 * sum / (double)(d - 1);
	y[0] = x[0];
	y[1] = (1 + g) * (2 - x[0] / (1 + g) * (1 + sin(6 * half_pi * x[0])));
}

static void c2dtlz2(const double *x, size_t d, double *y, double *excess)
{
	double least = (double)INFINITY, middle = 0;

	dtlz2(x, d, y, NULL);
	for (size_t i = 0; i < 2; i++) {
		double sum = (y[i] - 1) * (y[i] - 1) + y[1 - i] * y[1 - i];

		least = fmin(least, sum - 0.04);
		middle += (y[i] - sqrt(0.5)) * (y[i] - sqrt(0.5));
	}
	excess[0] = fmin(least, middle - 0.04);
}

static void bnh(const double *x, size_t d, double *y, double *excess)
{
	double a = 5 * x[0], b = 3 * x[1];

	(void)d;
	y[0] = 4 * a * a + 4 * b * b;
	y[1] = (a - 5) * (a - 5) + (b - 5) * (b - 5);
	excess[0] = (a - 5) * (a - 5) + b * b - 25;
	excess[1] = 7.7 - (a - 8) * (a - 8) - (b + 3) * (b + 3);
}

static void zdt6(const double *x, size_t d, double *y, double *excess)
{
	double g = 1 + 9 * pow((zdt_g(x, d) - 1) / 9, 0.25);

	(void)excess;
	y[0] = 1 - exp(-4 * x[0]) * pow(sin(12 * half_pi * x[0]), 6);
	y[1] = g * (1 - y[0] / g * (y[0] / g));
}

/* x in -2 … 2. */
static void vlmop2(const double *x, size_t d, double *y, double *excess)
{
	double minus = 0, plus = 0, at = 1 / sqrt((double)d);

	(void)excess;
	for (size_t i = 0; i < d; i++) {
		minus += pow(4 * x[i] - 2 - at, 2);
		plus += pow(4 * x[i] - 2 + at, 2);
	}
	y[0] = 1 - exp(-minus);
	y[1] = 1 - exp(-plus);
}

static void branin_currin(const double *x, size_t d, double *y, double *excess)
{
	double a = 15 * x[0] - 5, b = 15 * x[1], pi = 2 * half_pi;
	double t = b - 5.1 / (4 * pi * pi) * a * a + 5 / pi * a - 6;

	(void)d;
	(void)excess;
	y[0] = t * t + 10 * (1 - 1 / (8 * pi)) * cos(a) + 10;
	y[1] = (x[1] > 0 ? 1 - exp(-1 / (2 * x[1])) : 1) *
	       (2300 * pow(x[0], 3) + 1900 * x[0] * x[0] + 2092 * x[0] + 60) /
	       (100 * pow(x[0], 3) + 500 * x[0] * x[0] + 4 * x[0] + 20);
}

static void constr(const double *x, size_t d, double *y, double *excess)
{
	double a = 0.1 + 0.9 * x[0], b = 5 * x[1];

	(void)d;
	y[0] = a;
	y[1] = (1 + b) / a;
	excess[0] = 6 - b - 9 * a;
	excess[1] = 1 + b - 9 * a;
}

static void srinivas(const double *x, size_t d, double *y, double *excess)
{
	double a = 40 * x[0] - 20, b = 40 * x[1] - 20;

	(void)d;
	y[0] = 2 + (a - 2) * (a - 2) + (b - 1) * (b - 1);
	y[1] = 9 * a - (b - 1) * (b - 1);
	excess[0] = a * a + b * b - 225;
	excess[1] = a - 3 * b + 10;
}

static void on_zdt6(const double *t, double *y)
{
	zdt6((const double[]){t[0], 0}, 2, y, NULL);
}

static void on_vlmop2(const double *t, double *y)
{
	double x[6], at = (2 * t[0] - 1) / sqrt(6.0);

	for (size_t i = 0; i < 6; i++)
		x[i] = (at + 2) / 4;
	vlmop2(x, 6, y, NULL);
}

static void on_zdt1(const double *t, double *y)
{
	zdt1((const double[]){t[0], 0}, 2, y, NULL);
}

static void on_zdt2(const double *t, double *y)
{
	zdt2((const double[]){t[0], 0}, 2, y, NULL);
}

static void on_zdt3(const double *t, double *y)
{
	zdt3((const double[]){t[0], 0}, 2, y, NULL);
}

static void on_dtlz7(const double *t, double *y)
{
	dtlz7((const double[]){t[0], 0}, 2, y, NULL);
}

static void on_circle(const double *t, double *y)
{
	sphere(t, 1, 2, y);
}

static void on_sphere(const double *t, double *y)
{
	sphere(t, 1, 3, y);
}

static const struct problem problems[] = {
    {"zdt1", 6, 2, 0, {11, 11}, zdt1, on_zdt1},
    {"zdt2", 6, 2, 0, {11, 11}, zdt2, on_zdt2},
    {"zdt3", 6, 2, 0, {11, 11}, zdt3, on_zdt3},
    {"dtlz2", 6, 2, 0, {1.1, 1.1}, dtlz2, on_circle},
    {"dtlz2_3", 6, 3, 0, {1.1, 1.1, 1.1}, dtlz2_3, on_sphere},
    {"dtlz7", 6, 2, 0, {1.1, 6.6}, dtlz7, on_dtlz7},
    {"c2dtlz2", 6, 2, 1, {1.1, 1.1}, c2dtlz2, NULL},
    {"bnh", 2, 2, 2, {140, 50}, bnh, NULL},
    {"zdt6", 6, 2, 0, {1.1, 11}, zdt6, on_zdt6},
    {"vlmop2", 6, 2, 0, {1, 1}, vlmop2, on_vlmop2},
    {"branin_currin", 2, 2, 0, {18, 6}, branin_currin, NULL},
    {"constr", 2, 2, 2, {10, 10}, constr, NULL},
    {"srinivas", 2, 2, 2, {250, 50}, srinivas, NULL}};

static const struct problem *find(const char *name)
{
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
		if (strcmp(problems[i].name, name) == 0)
			return &problems[i];
	fprintf(stderr, "fronts: there is no problem %s\n", name);
	exit(2);
}

static bool within(const struct problem *p, const double *excess)
{
	for (size_t i = 0; i < p->limits; i++)
		if (excess[i] > 0)
			return false;
	return true;
}

/* The best volume: of very many points on the front, or within the limits. */
static double best_volume(const struct problem *p)
{
	double *y = mem_new(MANY * 8 * p->m, sizeof *y), volume;
	size_t n = 0;

	for (size_t i = 0; p->m == 2 && i < MANY; i++) {
		double t = (double)i / (MANY - 1);

		if (p->front)
			p->front(&t, y + 2 * n++);
	}
	for (size_t i = 0; p->m == 3 && i < SIDE * SIDE; i++) {
		double t[] = {(double)(i / SIDE) / (SIDE - 1),
		              (double)(i % SIDE) / (SIDE - 1)};

		p->front(t, y + 3 * n++);
	}
	/* Within the limits: on a grid of the two numbers that the front hangs on. */
	for (size_t i = 0; !p->front && i < 300 * 300; i++) {
		double x[D_MAX] = {(double)(i / 300) / 299, (double)(i % 300) / 299},
		       excess[LIMITS];

		if (p->d > 2) { /* all others in the middle */
			x[0] = (double)i / (300 * 300 - 1);
			for (size_t k = 1; k < p->d; k++)
				x[k] = 0.5;
		}
		p->at(x, p->d, y + 2 * n, excess);
		n += within(p, excess);
	}
	volume = pareto_volume(y, n, p->m, p->ref);
	free(y);
	return volume;
}

struct play {
	const struct problem *p;
	double *y; /* (n, m) of what holds the limits */
	size_t n, cap;
	double best;
};

/* The objectives and excesses of x; returns what is covered from now on. */
static double measure(struct play *g, const double *x, double *y, double *excess)
{
	const struct problem *p = g->p;

	p->at(x, p->d, y, excess);
	if (within(p, excess)) {
		if (g->n == g->cap) {
			g->cap = g->cap ? 2 * g->cap : 128;
			g->y = mem_grow(g->y, g->cap * p->m, sizeof *g->y);
		}
		memcpy(g->y + g->n++ * p->m, y, p->m * sizeof *y);
	}
	return pareto_volume(g->y, g->n, p->m, p->ref) / g->best;
}

static void learn(struct mock_search *s, size_t id, const double *y,
                  const double *excess)
{
	size_t m = s->args.n_objectives - 1, n = m + s->args.n_limits;
	double *further = arena_new(&s->a, 2 * n + 1, sizeof *further);

	for (size_t k = 0; k < n; k++) {
		further[k] = k < m ? y[k + 1] : excess[k - m];
		further[n + k] = (double)NAN;
	}
	mock_finish(s, id, y[0]);
	s->known[id].observations[0].further = further;
}

static void play(const struct problem *p, const char *method, uint64_t seed,
                 size_t trials, double best)
{
	static struct maker maker;
	struct mock_search s;
	struct play g = {.p = p, .best = best};
	int64_t spent = 0;

	maker = (struct maker){0};
	for (size_t i = 0; i < p->d; i++)
		maker_range(&maker, arena_printf(&maker.a, "x%zu", i), DIST_UNIFORM, 0,
		            1);
	maker_finish(&maker);
	if (!mock_init(&s, method, &maker.space, seed, false))
		exit(2);
	s.args.n_objectives = p->m;
	s.args.n_limits = p->limits;
	mock_forget(&s);
	printf("{\"problem\":\"%s\",\"method\":\"%s\",\"seed\":%llu,\"volumes\":[",
	       p->name, method, (unsigned long long)seed);
	for (size_t t = 0; t < trials; t++) {
		double x[D_MAX], y[PARETO_MAX], excess[LIMITS] = {0};
		int64_t then = clock_now();

		if (mock_next(&s) != ASK_POINT)
			break;
		spent += clock_now() - then;
		for (size_t i = 0; i < p->d; i++)
			x[i] = s.known[t].values[i]->number;
		printf("%s%.9g", t ? "," : "", measure(&g, x, y, excess));
		learn(&s, t, y, excess);
	}
	printf("],\"ms\":%.3g}\n", (double)spent / 1e6 / (double)trials);
	fflush(stdout);
	free(g.y);
	mock_free(&s);
	maker_free(&maker);
}

static int serve(const struct problem *p)
{
	struct play g = {.p = p, .best = best_volume(p)};
	double x[D_MAX], y[PARETO_MAX], excess[LIMITS];

	printf("{\"d\":%zu,\"m\":%zu,\"limits\":%zu,\"ref\":[", p->d, p->m, p->limits);
	for (size_t k = 0; k < p->m; k++)
		printf("%s%g", k ? "," : "", p->ref[k]);
	printf("]}\n");
	for (;;) {
		double covered;

		fflush(stdout);
		for (size_t i = 0; i < p->d; i++)
			if (scanf("%lf", &x[i]) != 1) {
				free(g.y);
				return 0;
			}
		covered = measure(&g, x, y, excess);
		for (size_t k = 0; k < p->m; k++)
			printf("%.17g ", y[k]);
		for (size_t k = 0; k < p->limits; k++)
			printf("%.17g ", excess[k]);
		printf("%.9g\n", covered);
	}
}

int main(int argc, char **argv)
{
	const char *names[NAMES], *methods[NAMES];
	size_t n_names = 0, n_methods = 0, trials = 100;
	unsigned long long from = 0, to = 9;
	int c;

	stat_init();
	while ((c = getopt(argc, argv, "p:m:t:s:e:")) != -1)
		switch (c) {
		case 'p': names[n_names++ % NAMES] = optarg; break;
		case 'm': methods[n_methods++ % NAMES] = optarg; break;
		case 't': trials = strtoul(optarg, NULL, 10); break;
		case 's':
			if (sscanf(optarg, "%llu-%llu", &from, &to) == 1)
				to = from;
			break;
		case 'e': return serve(find(optarg));
		default: return 2;
		}
	if (!n_names)
		for (; n_names < sizeof problems / sizeof *problems; n_names++)
			names[n_names] = problems[n_names].name;
	if (!n_methods)
		methods[n_methods++] = "bayes";
	for (size_t i = 0; i < n_names && i < NAMES; i++) {
		const struct problem *p = find(names[i]);
		double best = best_volume(p);

		for (size_t k = 0; k < n_methods && k < NAMES; k++)
			for (unsigned long long s = from; s <= to; s++)
				play(p, methods[k], s, trials, best);
	}
	return 0;
}
