/* Milliseconds that the search that learns needs for one proposal, with n finished
 * trials of d parameters: without a fit of the kernel's parameters, with one, and from
 * a new state (as after a resume, the fits made again), also in units of the one with a
 * fit; one factorization of n; and the most memory of the process that did all that.
 *
 *     gp [-n LARGEST] [D…]     (default: -n 10000 5 20) */
#include "../unit/searches.h"
#include "../unit/spaces.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/stat.h"
#include "gp/vec.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of this processor, so that others on the machine do not count. */
static int64_t processor(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec;
}

static double seconds(int64_t since)
{
	return (double)(processor() - since) / 1e9;
}

static double factorization(size_t n)
{
	size_t ld = vec_room(n);
	double *a = mem_new(n * ld, sizeof *a), took;
	gsl_matrix_view view = gsl_matrix_view_array_with_tda(a, n, n, ld);
	int64_t start;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k <= i; k++)
			a[i * ld + k] = exp(-0.01 * (double)(i - k)) + (i == k);
	start = processor();
	if (gsl_linalg_cholesky_decomp1(&view.matrix) != GSL_SUCCESS)
		printf("not positive definite\n");
	took = seconds(start);
	free(a);
	return took;
}

/* A history of n random trials of a function with some structure. */
static void fill(struct mock_search *s, size_t n, size_t d)
{
	struct coord *point = mem_new(d, sizeof *point);

	while (s->n < n) {
		double value = 0;

		for (uint32_t j = 0; j < d; j++) {
			double u = rng_unit(11, s->n, RNG_MODEL, j);

			point[j] = (struct coord){u, -1};
			value += (u - 0.4) * (u - 0.4) / (1 + j) +
			         0.02 * sin(20 * u + (double)j);
		}
		value += 0.01 * rng_unit(11, s->n, RNG_MODEL, UINT32_MAX);
		mock_add(s, point);
		mock_finish(s, s->n - 1, value);
	}
	free(point);
}

static void measure(size_t n, size_t d)
{
	struct maker *m = mem_new(1, sizeof *m);
	struct mock_search s;
	double most = 0, least = (double)INFINITY, first;
	struct coord *point = mem_new(d, sizeof *point);
	int64_t start;
	char name[32];

	for (size_t j = 0; j < d; j++) {
		snprintf(name, sizeof name, "p%03zu", j);
		maker_range(m, name, DIST_UNIFORM, 0, 1);
	}
	maker_finish(m);
	if (!mock_init(&s, "bayes", &m->space, 1, false))
		exit(1);
	fill(&s, n, d);
	start = processor();
	mock_ask(&s, s.n, point);
	first = seconds(start);
	/* Through at least one further fit. */
	for (size_t more = n / 20 + 3; more-- > 0;) {
		double took;

		fill(&s, s.n + 1, d);
		start = processor();
		mock_ask(&s, s.n, point);
		took = seconds(start);
		most = fmax(most, took);
		least = fmin(least, took);
		if (n >= 1000 && more > 4) /* all but the last ones at once */
			fill(&s, s.n + more - 4, d), more = 4;
	}
	printf("%6zu %3zu %11.2f %10.2f %10.1f %7.1f %10.2f", n, d, 1e3 * least,
	       1e3 * most, 1e3 * first, first / most,
	       1e3 * factorization(n < 4000 ? n : 4000));
	fflush(stdout);
	mock_free(&s);
	maker_free(m);
	free(m);
	free(point);
}

/* In a process of its own, for its memory. */
static void measure_alone(size_t n, size_t d)
{
	struct rusage used;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		measure(n, d);
		_exit(0);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || status != 0)
		exit(1);
	printf(" %10.1f\n", (double)used.ru_maxrss / 1024);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = {30,  100,  101,  200,  201,
	                               300, 1000, 1001, 3000, 10000};
	static const char *const usual[] = {"5", "20"};
	size_t largest = 10000;

	for (int c; (c = getopt(argc, argv, "n:")) != -1;) {
		if (c != 'n')
			return 2;
		largest = strtoul(optarg, NULL, 10);
	}
	argc -= optind;
	argv += optind;
	stat_init();
	printf(
	    "     n   d without fit   with fit  new state   ratio   Cholesky         "
	    "MB\n"
	    "               ms           ms         ms          (n <= 4000)\n");
	fflush(stdout);
	for (int i = 0; i < (argc ? argc : (int)ARRAY_LEN(usual)); i++)
		for (size_t k = 0; k < ARRAY_LEN(sizes) && sizes[k] <= largest; k++)
			measure_alone(sizes[k],
			              strtoul(argc ? argv[i] : usual[i], NULL, 10));
	return 0;
}
