/* What method bayes computes, bit for bit: sums over the results of CBLAS, a posterior,
 * and the proposals of five searches, as hexadecimal numbers. Two machines, or two
 * ways of compiling, agree where the output is the same.
 *
 *     proposals [TRIALS]     (default: 40) */
#include "../unit/searches.h"
#include "../unit/spaces.h"
#include "base/crc.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stat.h"
#include "gp/model.h"

#include <gsl/gsl_blas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 150, D = 4 };

static void show(const char *what, const double *x, size_t n)
{
	printf("%s %08x\n", what, (unsigned)crc32c(0, x, n * sizeof *x));
}

static void show_cblas(void)
{
	double *block = mem_new(4 * N * N, sizeof *block);
	gsl_matrix_view a = gsl_matrix_view_array(block, N, N);
	gsl_matrix_view b = gsl_matrix_view_array(block + N * N, N, N);
	gsl_matrix_view c = gsl_matrix_view_array(block + 2 * N * N, N, N);
	gsl_vector_view x = gsl_matrix_row(&b.matrix, 3);
	gsl_vector_view y = gsl_matrix_row(&c.matrix, 5);
	double sum;

	for (uint32_t i = 0; i < 3 * N * N; i++)
		block[i] = rng_unit(1, i, RNG_MODEL, 0) - 0.5;
	for (size_t i = 0; i < N; i++)
		gsl_matrix_set(&a.matrix, i, i, 9);
	gsl_blas_dgemm(CblasNoTrans, CblasTrans, 0.7, &a.matrix, &b.matrix, 1,
	               &c.matrix);
	show("dgemm", c.matrix.data, N * N);
	gsl_blas_dsyrk(CblasLower, CblasTrans, -0.3, &b.matrix, 1, &c.matrix);
	show("dsyrk", c.matrix.data, N * N);
	gsl_blas_dtrsm(CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, 1, &a.matrix,
	               &c.matrix);
	gsl_blas_dtrsm(CblasRight, CblasLower, CblasTrans, CblasNonUnit, 1, &a.matrix,
	               &c.matrix);
	show("dtrsm", c.matrix.data, N * N);
	gsl_blas_dtrmm(CblasLeft, CblasLower, CblasTrans, CblasNonUnit, 2, &a.matrix,
	               &c.matrix);
	show("dtrmm", c.matrix.data, N * N);
	gsl_blas_dgemv(CblasNoTrans, 1.3, &a.matrix, &x.vector, 0.2, &y.vector);
	gsl_blas_dgemv(CblasTrans, 0.6, &a.matrix, &x.vector, 1, &y.vector);
	gsl_blas_dtrmv(CblasLower, CblasNoTrans, CblasNonUnit, &a.matrix, &y.vector);
	gsl_blas_dtrsv(CblasLower, CblasTrans, CblasNonUnit, &a.matrix, &y.vector);
	gsl_blas_ddot(&x.vector, &y.vector, &sum);
	show("vectors", y.vector.data, N);
	printf("ddot %a\n", sum);
	free(block);
}

static void show_posterior(void)
{
	struct gp_dim dims[D] = {{0}, {0, true}, {GP_CATEGORY, false}, {0}};
	double x[N * D], y[N], mean[N], variance[N], *theta;
	struct gp g;

	gp_init(&g, dims, D);
	gp_default_prior(&g, true);
	for (uint32_t i = 0; i < N * D; i++)
		x[i] = i % D == 2    ? (double)rng_below(2, i, RNG_MODEL, 0, 4)
		       : i % 13 == 1 ? (i % D == 1 ? GP_ABSENT : 0)
		                     : rng_unit(2, i, RNG_MODEL, 0);
	for (uint32_t i = 0; i < N; i++)
		y[i] = (x[i * D] - 0.3) * (x[i * D] - 0.3) + 0.2 * x[i * D + 3] +
		       0.1 * rng_unit(3, i, RNG_MODEL, 0);
	gp_data(&g, x, y, NULL, N - 20);
	theta = mem_new(g.n_theta, sizeof *theta);
	memcpy(theta, g.prior.mean, g.n_theta * sizeof *theta);
	printf("objective %a\n", gp_fit(&g, theta, 30));
	show("theta", theta, g.n_theta);
	gp_factor(&g, theta);
	gp_predict(&g, x, N, mean, variance);
	show("means", mean, N);
	show("variances", variance, N);
	free(theta);
	gp_free(&g);
}

/* Every kind of parameter; then constraints as well. */
static void make_space(struct maker *m, int kind)
{
	maker_range(m, "lr", DIST_LOG_UNIFORM_VALUES, 1e-5, 1);
	maker_range(m, "momentum", DIST_UNIFORM, 0, 1);
	maker_range(m, "units", DIST_INT_UNIFORM, 4, 512);
	if (kind) {
		struct param *p;

		maker_choice(m, "optimizer", "adam sgd rmsprop");
		maker_range(m, "nesterov", DIST_UNIFORM, 0, 0.5);
		maker_when(m, "nesterov", "optimizer", "sgd");
		p = maker_add(m, "decay", DIST_LOG_NORMAL);
		p->mu = -4;
		p->sigma = 1.5;
		maker_steps(m, "dropout", DIST_Q_UNIFORM, 0, 0.8, 0.1);
	}
	maker_finish(m);
	if (kind > 1)
		maker_constrain(m, "momentum + dropout < 1.2");
}

static double value_of(const struct mock_search *s, size_t id)
{
	double value = 0;

	for (size_t i = 0; i < s->args.space->n; i++) {
		double u = s->known[id].point[i].u;

		value += (u - 0.4) * (u - 0.4) / (1 + (double)i);
	}
	return value + 0.01 * rng_unit(11, id, RNG_MODEL, 0);
}

static void begin(struct mock_search *s, struct maker *m, int kind)
{
	make_space(m, kind > 2 ? 1 : kind);
	if (!mock_init(s, "bayes", &m->space, 7, false))
		exit(1);
	s->cost_weight = kind == 1 ? 0.5 : 0;
}

static void propose(struct mock_search *s, int kind)
{
	if (mock_next(s) != ASK_POINT)
		exit(1);
	printf("search %d trial %zu", kind, s->n - 1);
	for (size_t i = 0; i < s->args.space->n; i++)
		printf(" %a", s->known[s->n - 1].point[i].u);
	printf(" %s\n", mock_json(s, s->n - 1));
}

/* Trials are seen at parts of their length, one in three at all of it. */
static void show_curves(int kind, size_t trials)
{
	struct maker *m = mem_new(1, sizeof *m);
	struct mock_search s;

	begin(&s, m, kind);
	s.args.curves = true;
	s.args.full = 27;
	mock_forget(&s);
	while (s.n < trials) {
		size_t i = s.n;

		propose(&s, kind);
		mock_see(&s, i, KNOWN_PENDING, value_of(&s, i) + 0.5, 3);
		if (i % 3 == 0)
			mock_see(&s, i, KNOWN_OK, value_of(&s, i), 27);
		else
			mock_see(&s, i, KNOWN_STOPPED, value_of(&s, i) + 0.2, 9);
	}
	mock_free(&s);
	maker_free(m);
	free(m);
}

/* It starts from 24 trials of two other searches; some of those have no value. */
static void show_warm_start(int kind, size_t trials)
{
	enum { EARLIER = 24, ROOM = 8 };
	struct coord *points = mem_new(EARLIER * ROOM, sizeof *points);
	struct earlier *earlier = mem_new(EARLIER, sizeof *earlier);
	struct maker *m = mem_new(1, sizeof *m);
	struct mock_search s;

	begin(&s, m, kind);
	for (size_t i = 0; i < EARLIER; i++) {
		const struct value **v = arena_new(&s.a, ROOM, sizeof *v);
		struct coord *p = points + i * ROOM;

		for (size_t k = 0; k < m->space.n; k++)
			p[k] =
			    (struct coord){rng_unit(9, i, RNG_POINT, (uint32_t)k), -1};
		space_decode(&m->space, p, &s.a, v);
		earlier[i] = (struct earlier){.point = p,
		                              .values = v,
		                              .value = i % 7 == 3 ? (double)NAN
		                                                  : 5 * p[0].u - p[1].u,
		                              .stderr_ = (double)NAN,
		                              .n_runs = 1,
		                              .source = i / (EARLIER / 2)};
	}
	s.args.earlier = earlier;
	s.args.n_earlier = EARLIER;
	s.args.n_sources = 2;
	mock_forget(&s);
	while (s.n < trials) {
		propose(&s, kind);
		mock_finish(&s, s.n - 1, value_of(&s, s.n - 1));
	}
	mock_free(&s);
	maker_free(m);
	free(m);
	free(earlier);
	free(points);
}

/* Two trials are always pending; some fail, and say what they cost. */
static void show_search(int kind, size_t trials)
{
	struct maker *m = mem_new(1, sizeof *m);
	struct mock_search s;

	begin(&s, m, kind);
	while (s.n < trials) {
		propose(&s, kind);
		if (s.n < 3)
			continue;
		mock_finish(&s, s.n - 3,
		            s.n % 9 == 4 ? (double)NAN : value_of(&s, s.n - 3));
		mock_pay(&s, s.n - 3, 1 + s.known[s.n - 3].point[2].u);
	}
	mock_free(&s);
	maker_free(m);
	free(m);
}

int main(int argc, char **argv)
{
	size_t trials = argc > 1 ? strtoul(argv[1], NULL, 10) : 40;

	stat_init();
	show_cblas();
	show_posterior();
	for (int kind = 0; kind < 3; kind++)
		show_search(kind, trials);
	show_curves(3, trials);
	show_warm_start(4, trials);
	return 0;
}
