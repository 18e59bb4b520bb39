/* Gaussian processes: against numbers computed elsewhere, against finite differences,
 * against themselves in another order, and on data that have nothing to say. */
#include "base/elementary.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stat.h"
#include "gp/acquire.h"
#include "gp/lbfgs.h"
#include "gp/sample.h"
#include "gp/target.h"
#include "gp/vec.h"

#include <float.h>
#include <stdlib.h>

#include "gp_reference.h"
#include "test.h"

enum { N_MAX = 400, D_MAX = 8, TESTS = 4 };

/* The points of tests/data/gp/reference.py. */
static double fraction(size_t i, size_t j)
{
	return fmod((double)((i + 1) * (j + 1)) * 0.6180339887498949, 1.0);
}

enum maker { NUMBER, OPTIONAL, CATEGORY, OPTIONAL_CATEGORY };

static double coordinate(enum maker kind, size_t i, size_t j)
{
	switch (kind) {
	case NUMBER: return fraction(i, j);
	case OPTIONAL: return i % 3 == 1 ? GP_ABSENT : fraction(i, j);
	case CATEGORY: return (double)(i * (j + 2) % 4);
	case OPTIONAL_CATEGORY: return i % 4 == 2 ? GP_ABSENT : (double)((i + j) % 3);
	}
	return 0;
}

struct example {
	const char *name;
	size_t d, n;
	enum maker kinds[D_MAX];
	double l[D_MAX], s, nu, a[D_MAX], b[D_MAX];
	const double *want;
};

static const struct example examples[] = {
    {"line", 1, 5, {NUMBER}, {0.3}, 1.0, 0.01, {1}, {1}, line_numbers},
    {"mixed",
     4,
     12,
     {NUMBER, OPTIONAL, CATEGORY, OPTIONAL_CATEGORY},
     {0.4, 0.7, 1.1, 2.0},
     1.7,
     0.003,
     {1.3, 0.6, 1, 1},
     {0.8, 1.9, 1, 1},
     mixed_numbers},
    {"many",
     5,
     75,
     {NUMBER, NUMBER, NUMBER, NUMBER, NUMBER},
     {0.9, 1.4, 0.5, 3.0, 2.2},
     0.8,
     0.02,
     {1.0, 2.0, 0.7, 1.0, 1.5},
     {1.0, 0.5, 1.2, 1.1, 1.0},
     many_numbers},
};

enum { EXAMPLES = sizeof examples / sizeof *examples };

struct fixture {
	struct gp gp;
	struct gp_dim dims[D_MAX];
	double x[N_MAX * D_MAX], y[N_MAX], m[N_MAX], theta[3 * D_MAX + 2];
	size_t d, n;
};

static void open_example(struct fixture *f, const struct example *e)
{
	*f = (struct fixture){.d = e->d, .n = e->n};
	for (size_t j = 0; j < e->d; j++) {
		f->dims[j].kind = e->kinds[j] <= OPTIONAL ? GP_NUMBER : GP_CATEGORY;
		f->dims[j].optional =
		    e->kinds[j] == OPTIONAL || e->kinds[j] == OPTIONAL_CATEGORY;
		f->theta[j] = log(e->l[j]);
		f->theta[e->d + 2 + j] = log(e->a[j]);
		f->theta[2 * e->d + 2 + j] = log(e->b[j]);
	}
	f->theta[e->d] = log(e->s);
	f->theta[e->d + 1] = log(e->nu);
	for (size_t i = 0; i < e->n + TESTS; i++) {
		for (size_t j = 0; j < e->d; j++)
			f->x[i * e->d + j] = coordinate(e->kinds[j], i, j);
		f->y[i] =
		    fmod((double)((i + 1) * (i + 3)) * 0.3819660112501051, 1.0) - 0.5;
		f->m[i] = (double)(1 + i % 3);
	}
	gp_init(&f->gp, f->dims, e->d);
	gp_default_prior(&f->gp, true);
	gp_data(&f->gp, f->x, f->y, f->m, e->n);
}

static void check_example(const struct example *e, const struct gp *g,
                          const struct fixture *f)
{
	double mean[TESTS], variance[TESTS], loo[N_MAX], loo_v[N_MAX];
	const size_t left[] = {0, e->n / 2, e->n - 1};

	CHECK_DOUBLE(g->mean, e->want[0], 1e-8);
	CHECK_DOUBLE(gp_log_marginal(g), e->want[1], 1e-8);
	gp_predict(g, f->x + e->n * e->d, TESTS, mean, variance);
	for (size_t t = 0; t < TESTS; t++) {
		CHECK_DOUBLE(mean[t], e->want[2 + 2 * t], 1e-8);
		CHECK_DOUBLE(variance[t], e->want[3 + 2 * t], 1e-8);
	}
	gp_leave_one_out(g, loo, loo_v);
	for (size_t k = 0; k < 3; k++) {
		CHECK_DOUBLE(loo[left[k]], e->want[2 + 2 * (TESTS + k)], 1e-8);
		CHECK_DOUBLE(loo_v[left[k]], e->want[3 + 2 * (TESTS + k)], 1e-8);
	}
}

TEST(posteriors_are_those_computed_elsewhere)
{
	for (size_t k = 0; k < EXAMPLES; k++) {
		struct fixture *f = mem_new(1, sizeof *f);

		open_example(f, &examples[k]);
		CHECK_INT(gp_factor(&f->gp, f->theta), GP_AS_ASKED);
		check_example(&examples[k], &f->gp, f);
		gp_free(&f->gp);
		free(f);
	}
}

/* The same row by row: the rank-one extension. */
TEST(rows_can_be_appended)
{
	for (size_t k = 0; k < EXAMPLES; k++) {
		const struct example *e = &examples[k];
		struct fixture *f = mem_new(1, sizeof *f);

		open_example(f, e);
		gp_data(&f->gp, f->x, f->y, f->m, 2);
		gp_factor(&f->gp, f->theta);
		for (size_t i = 2; i < e->n; i++)
			CHECK(gp_append(&f->gp, f->x + i * e->d, f->y[i], f->m[i]));
		gp_condition(&f->gp);
		check_example(e, &f->gp, f);
		/* Pending rows change the variance, not the mean. */
		{
			double mean[2], variance[2];

			gp_predict(&f->gp, f->x + e->n * e->d, 1, mean, variance);
			CHECK(gp_append(&f->gp, f->x + (e->n + 1) * e->d, (double)NAN,
			                1));
			gp_predict(&f->gp, f->x + e->n * e->d, 1, mean + 1,
			           variance + 1);
			CHECK_DOUBLE(mean[0], mean[1], 1e-12);
			CHECK(variance[1] < variance[0]);
			f->gp.n = e->n;
			check_example(e, &f->gp, f);
		}
		gp_free(&f->gp);
		free(f);
	}
}

TEST(the_mean_at_a_row_is_the_prediction_there)
{
	struct fixture *f = mem_new(1, sizeof *f);
	double mean, variance;

	open_example(f, &examples[1]);
	gp_factor(&f->gp, f->theta);
	for (size_t i = 0; i < f->n; i++) {
		gp_predict(&f->gp, f->x + i * f->d, 1, &mean, &variance);
		CHECK_DOUBLE(gp_mean_at(&f->gp, i), mean, 1e-10);
	}
	gp_free(&f->gp);
	free(f);
}

/* Relative to the size of the whole gradient. */
TEST(the_objective_has_its_gradient)
{
	for (size_t k = 0; k < EXAMPLES; k++) {
		struct fixture *f = mem_new(1, sizeof *f);
		double g[3 * D_MAX + 2], size = 0;

		open_example(f, &examples[k]);
		gp_objective(&f->gp, f->theta);
		gp_objective_gradient(&f->gp, f->theta, g);
		for (size_t i = 0; i < f->gp.n_theta; i++)
			size = fmax(size, fabs(g[i]));
		for (size_t i = 0; i < f->gp.n_theta; i++) {
			double h = 1e-5, was = f->theta[i], up, down;

			if (!(f->gp.prior.low[i] < f->gp.prior.high[i]))
				continue;
			/* At exactly 1 the warp is left out, without its clipping. */
			f->theta[i] = was + h;
			up = gp_objective(&f->gp, f->theta);
			f->theta[i] = was - h;
			down = gp_objective(&f->gp, f->theta);
			f->theta[i] = was;
			CHECK_DOUBLE((up - down) / (2 * h) / size, g[i] / size, 1e-5);
		}
		gp_free(&f->gp);
		free(f);
	}
}

TEST(the_tails_of_the_normal_are_exact)
{
	for (size_t k = 0; k < sizeof tail_numbers / sizeof *tail_numbers; k++) {
		const double *row = tail_numbers[k];
		double z = row[0], h = fmax(fabs(z) * 1e-5, 1e-5), slope;

		CHECK_DOUBLE(log_h(z, &slope) / row[1], 1, 1e-9);
		if (z > -1e5)
			CHECK_DOUBLE((log_h(z + h, NULL) - log_h(z - h, NULL)) /
			                 (2 * h) / slope,
			             1, 2e-5);
		if (fabs(row[2]) > 0)
			CHECK_DOUBLE(log_phi(z, &slope) / row[2], 1, 1e-9);
		CHECK(isfinite(slope) && slope >= 0);
	}
}

/* log E max(0, best - f) by the trapezoid rule. */
TEST(expected_improvement_is_the_integral)
{
	const double cases[][3] = {{0, 0, 1}, {-1, 0.5, 0.3}, {2, 0.1, 0.01}};

	for (size_t k = 0; k < 3; k++) {
		double best = cases[k][0], mean = cases[k][1], v = cases[k][2];
		double sd = sqrt(v), sum = 0, step = sd / 1000;

		for (double f = mean - 12 * sd; f < best; f += step)
			sum += step * (best - f) *
			       exp(-0.5 * (f - mean) * (f - mean) / v) /
			       (sd * sqrt(2 * 3.14159265358979323846));
		CHECK_DOUBLE(log_ei(best, mean, v, NULL, NULL), log(sum), 1e-4);
	}
}

enum { SAMPLES = 8 };

/* Of the same rows, something else. */
static void open_cost(const struct fixture *f, struct gp *cost)
{
	double y[N_MAX];

	for (size_t i = 0; i < f->n; i++)
		y[i] = sin(3 * (double)i);
	gp_init(cost, f->dims, f->d);
	gp_default_prior(cost, true);
	gp_data(cost, f->x, y, NULL, f->n);
	gp_factor(cost, cost->prior.mean);
}

static void check_acquisition(struct fixture *f, size_t pending, bool fails, bool costs)
{
	struct acquisition a;
	struct gp cost = {0};
	bool usable[N_MAX], failed[N_MAX], move[D_MAX];
	double z[SAMPLES * TESTS], at[D_MAX], g[D_MAX], low[D_MAX], high[D_MAX], many;

	for (size_t i = 0; i < f->n; i++) {
		failed[i] = fails && i % 4 == 0;
		usable[i] = !failed[i];
	}
	for (uint32_t i = 0; i < SAMPLES * TESTS; i++)
		z[i] = 2 * rng_unit(1, i, RNG_MODEL, 0) - 1;
	for (size_t p = 0; p < pending; p++)
		CHECK(gp_append(&f->gp, f->x + (f->n + p) * f->d, (double)NAN, 1));
	acquisition_init(&a, &f->gp, usable, fails ? failed : NULL, z,
	                 pending ? SAMPLES : 1);
	if (costs) {
		open_cost(f, &cost);
		acquisition_cost(&a, &cost, 0.7);
	}
	for (size_t i = 20; i < 60; i++) {
		double start, reached, without, mean;

		for (size_t j = 0; j < f->d; j++) {
			at[j] = coordinate(
			    f->dims[j].kind == GP_NUMBER ? NUMBER : CATEGORY, i, j);
			move[j] = true;
			low[j] = 0;
			high[j] = 1;
		}
		start = acquisition_at(&a, at, g);
		CHECK(isfinite(start));
		acquisition_values(&a, at, 1, &many);
		CHECK_DOUBLE(many / start, 1, 1e-7);
		if (costs) {
			gp_predict(&cost, at, 1, &mean, &without);
			a.cost = NULL;
			without = acquisition_at(&a, at, NULL);
			a.cost = &cost;
			CHECK_DOUBLE(start, without - 0.7 * mean, 1e-9);
		}
		for (size_t j = 0; j < f->d; j++) {
			double h = 1e-6, was = at[j], up, down;

			if (f->dims[j].kind != GP_NUMBER) {
				CHECK_DOUBLE(g[j], 0, 0);
				continue;
			}
			at[j] = was + h;
			up = acquisition_at(&a, at, NULL);
			at[j] = was - h;
			down = acquisition_at(&a, at, NULL);
			at[j] = was;
			CHECK_DOUBLE((up - down) / (2 * h), g[j],
			             1e-5 * fmax(fabs(g[j]), 1));
		}
		reached = acquisition_climb(&a, at, move, low, high, 25);

		CHECK(reached >= start);
		CHECK_DOUBLE(acquisition_at(&a, at, NULL), reached, 1e-12);
	}
	acquisition_free(&a);
	gp_free(&cost);
	f->gp.n = f->n;
}

TEST(the_acquisition_has_its_gradient)
{
	for (size_t k = 0; k < EXAMPLES; k++) {
		struct fixture *f = mem_new(1, sizeof *f);

		open_example(f, &examples[k]);
		gp_factor(&f->gp, f->theta);
		for (int how = 0; how < 8; how++)
			check_acquisition(f, how & 1 ? 3 : 0, how & 2, how & 4);
		gp_free(&f->gp);
		free(f);
	}
}

/* E over the pending value of the improvement, by many samples against the formula of
 * the model that has it: with the value known, the mean is linear in it. */
TEST(fantasies_follow_the_posterior)
{
	struct fixture *f = mem_new(1, sizeof *f);
	struct acquisition a;
	const double z[2] = {0.7, -1.3};
	bool usable[N_MAX];

	open_example(f, &examples[0]);
	for (size_t i = 0; i < N_MAX; i++)
		usable[i] = true;
	gp_factor(&f->gp, f->theta);
	for (int s = 0; s < 2; s++) {
		double mean, variance, y, with, without, at = 0.35;
		const double *px = f->x + f->n * f->d;

		gp_predict(&f->gp, px, 1, &mean, &variance);
		y = mean +
		    z[s] * sqrt(variance + f->gp.nu + f->gp.jitter * f->gp.kernel.s);
		CHECK(gp_append(&f->gp, px, (double)NAN, 1));
		acquisition_init(&a, &f->gp, usable, NULL, z + s, 1);
		with = a.best_of[0];
		without = acquisition_at(&a, &at, NULL);
		acquisition_free(&a);
		f->gp.n = f->n;
		/* The same with y as a value; the constant mean is kept. */
		{
			struct gp h;
			double keep = f->gp.mean, m, v, least = (double)INFINITY;

			gp_init(&h, f->dims, 1);
			f->y[f->n] = y;
			for (size_t i = 0; i <= f->n; i++)
				f->y[i] -= keep;
			f->m[f->n] = 1;
			gp_data(&h, f->x, f->y, f->m, f->n + 1);
			gp_factor(&h, f->theta);
			for (size_t i = 0; i <= f->n; i++)
				h.beta[i] += h.mean * h.ones[i];
			h.mean = 0;
			for (size_t i = 0; i <= f->n; i++) {
				h.alpha[i] = 0;
				for (size_t p = i; p <= f->n; p++)
					h.alpha[i] += h.inv[p * h.ld + i] * h.beta[p];
			}
			gp_predict(&h, &at, 1, &m, &v);
			least = gp_mean_at(&h, f->n) + keep;
			if (least < with)
				CHECK(false);
			CHECK_DOUBLE(log_ei(with, m + keep, v, NULL, NULL), without,
			             1e-9);
			for (size_t i = 0; i <= f->n; i++)
				f->y[i] += keep;
			gp_free(&h);
		}
	}
	gp_free(&f->gp);
	free(f);
}

enum { DRAWS = 3000 };

/* Many draws have the posterior's mean and variance. */
TEST(draws_are_from_the_posterior)
{
	const size_t levels[D_MAX] = {0, 0, 4, 3};
	struct fixture *f = mem_new(1, sizeof *f);
	double mean[TESTS], variance[TESTS], sum[TESTS] = {0}, squares[TESTS] = {0};
	const double *x;

	open_example(f, &examples[1]);
	x = f->x + f->n * f->d;
	gp_factor(&f->gp, f->theta);
	gp_predict(&f->gp, x, TESTS, mean, variance);
	for (uint64_t k = 0; k < DRAWS; k++) {
		struct gp_sample s;
		double v[TESTS], mirror[TESTS];

		gp_sample_init(&s, &f->gp, levels, 1, k);
		gp_sample_values(&s, x, TESTS, v, mirror);
		gp_sample_free(&s);
		for (size_t t = 0; t < TESTS; t++) {
			sum[t] += v[t] - mean[t];
			squares[t] += (v[t] - mean[t]) * (v[t] - mean[t]);
		}
	}
	for (size_t t = 0; t < TESTS; t++) {
		CHECK_DOUBLE(sum[t] / DRAWS, 0, 4 * sqrt(variance[t] / DRAWS));
		CHECK_DOUBLE(squares[t] / DRAWS / variance[t], 1, 0.12);
	}
	gp_free(&f->gp);
	free(f);
}

TEST(the_order_of_the_rows_does_not_matter)
{
	struct fixture *f = mem_new(1, sizeof *f);
	double theta[2][3 * D_MAX + 2], mean[2], variance[2], score[2];
	const struct example *e = &examples[2];

	open_example(f, e);
	for (int turn = 0; turn < 2; turn++) {
		memcpy(theta[turn], f->gp.prior.mean, sizeof *theta);
		gp_data(&f->gp, f->x, f->y, f->m, e->n);
		score[turn] = gp_fit(&f->gp, theta[turn], 60);
		gp_factor(&f->gp, theta[turn]);
		gp_predict(&f->gp, f->x + e->n * e->d, 1, &mean[turn], &variance[turn]);
		for (size_t i = 0; i < e->n / 2; i++) {
			size_t k = e->n - 1 - i;

			for (size_t j = 0; j < e->d; j++) {
				double was = f->x[i * e->d + j];

				f->x[i * e->d + j] = f->x[k * e->d + j];
				f->x[k * e->d + j] = was;
			}
			{
				double y = f->y[i], m = f->m[i];

				f->y[i] = f->y[k];
				f->m[i] = f->m[k];
				f->y[k] = y;
				f->m[k] = m;
			}
		}
	}
	CHECK_DOUBLE(score[0], score[1], 1e-4);
	CHECK_DOUBLE(mean[0], mean[1], 1e-3);
	CHECK_DOUBLE(variance[0], variance[1], 1e-3);
	gp_free(&f->gp);
	free(f);
}

/* Data drawn from a process: the fit finds what it was drawn with; so does that of
 * several starts, which looks at some of the rows first and leaves them where they
 * were.
 */
TEST(the_fit_finds_the_length_scales)
{
	static const double nu[] = {0.5, 1e-3};
	struct fixture *f = mem_new(1, sizeof *f);
	double theta[3 * 2 + 2] = {0}, z[200], least;
	const size_t n = 200;
	struct gp_dim dims[2] = {{0}, {0}};
	struct gp g;

	gp_init(&g, dims, 2);
	theta[0] = log(0.2);
	theta[1] = log(2.0);
	theta[3] = log(1e-4);
	for (uint32_t i = 0; i < n; i++) {
		f->x[2 * i] = rng_unit(3, i, RNG_MODEL, 0);
		f->x[2 * i + 1] = rng_unit(3, i, RNG_MODEL, 1);
		z[i] = sqrt(-2 * log(rng_unit(3, i, RNG_MODEL, 2))) *
		       cos(6.283185307179586 * rng_unit(3, i, RNG_MODEL, 3));
	}
	gp_data(&g, f->x, f->y, NULL, n);
	gp_factor(&g, theta);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k <= i; k++)
			f->y[i] += g.l[i * g.ld + k] * z[k];
	gp_data(&g, f->x, f->y, NULL, n);
	memcpy(theta, g.prior.mean, sizeof theta);
	least = gp_fit(&g, theta, 50);
	CHECK_DOUBLE(theta[0], log(0.2), 0.4);
	CHECK_DOUBLE(theta[1], log(2.0), 0.8);
	CHECK(theta[3] < log(1e-3));
	gp_fit_from(&g, nu, 2, 50);
	CHECK(memcmp(g.x, f->x, n * 2 * sizeof *f->x) == 0);
	CHECK(memcmp(g.y, f->y, n * sizeof *f->y) == 0);
	CHECK(g.n == n);
	CHECK_DOUBLE(gp_objective(&g, g.theta), least, 1);
	gp_free(&g);
	free(f);
}

/* sin(x) at 12 places, half of it noise: where the fit from one nu ends is not where
 * that from another does. */
TEST(of_several_fits_the_best_is_kept)
{
	static const double nu[] = {0.5, 1e-4, 0.05};
	struct gp_dim dims[1] = {{0}};
	struct gp g;
	double x[12], y[12], theta[3 + 2], f[3], least = (double)INFINITY;

	gp_init(&g, dims, 1);
	for (uint32_t i = 0; i < 12; i++) {
		x[i] = i / 11.0;
		y[i] = sin(6 * x[i]) + 2 * rng_unit(5, i, RNG_MODEL, 0) - 1;
	}
	gp_data(&g, x, y, NULL, 12);
	for (size_t i = 0; i < 3; i++) {
		memcpy(theta, g.prior.mean, g.n_theta * sizeof *theta);
		theta[g.d + 1] = portable_log(nu[i]);
		f[i] = gp_fit(&g, theta, 50);
		least = fmin(least, f[i]);
	}
	CHECK(f[0] != f[1] || f[1] != f[2]);
	gp_fit_from(&g, nu, 3, 50);
	CHECK(gp_objective(&g, g.theta) == least);
	gp_fit_from(&g, nu, 0, 50);
	CHECK(memcmp(g.theta, g.prior.mean, g.n_theta * sizeof *theta) == 0);
	gp_free(&g);
}

static void check_degenerate(const double *value, const double *x, size_t d, size_t n,
                             bool warp)
{
	struct gp_dim dims[D_MAX] = {{0}};
	struct gp g;
	double y[N_MAX], theta[3 * D_MAX + 2], at[D_MAX], mean, variance, grad[D_MAX];
	bool usable[N_MAX], any = false;

	target_fit(value, n, y);
	for (size_t i = 0; i < n; i++) {
		CHECK(isfinite(y[i]));
		usable[i] = isfinite(value[i]);
		any = any || usable[i];
	}
	gp_init(&g, dims, d);
	gp_default_prior(&g, warp);
	gp_data(&g, x, y, NULL, n);
	memcpy(theta, g.prior.mean, g.n_theta * sizeof *theta);
	CHECK(isfinite(gp_fit(&g, theta, 30)));
	for (size_t i = 0; i < g.n_theta; i++)
		CHECK(theta[i] >= g.prior.low[i] && theta[i] <= g.prior.high[i]);
	gp_factor(&g, theta);
	for (size_t j = 0; j < d; j++)
		at[j] = 0.3;
	gp_predict(&g, at, 1, &mean, &variance);
	CHECK(isfinite(mean) && isfinite(variance) && variance >= 0);
	if (any) {
		struct acquisition a;
		bool move[D_MAX] = {true, true};
		const double low[D_MAX] = {0}, high[D_MAX] = {1, 1, 1, 1, 1, 1, 1, 1};

		acquisition_init(&a, &g, usable, NULL, NULL, 1);
		CHECK(isfinite(acquisition_at(&a, x, grad)));
		for (size_t j = 0; j < d; j++)
			CHECK(isfinite(grad[j]));
		CHECK(isfinite(acquisition_climb(&a, at, move, low, high, 20)));
		acquisition_free(&a);
	}
	gp_free(&g);
}

TEST(degenerate_data_do_no_harm)
{
	const size_t n = 40, d = 3;
	double x[40 * 3], y[40], ends[40 * 3];

	for (uint32_t i = 0; i < n * d; i++) {
		x[i] = rng_unit(5, i, RNG_MODEL, 0);
		ends[i] = i % 2;
	}
	for (int warp = 0; warp < 2; warp++) {
		for (size_t i = 0; i < n; i++)
			y[i] = 3;
		check_degenerate(y, x, d, n, warp); /* all equal */
		for (size_t i = 0; i < n; i++)
			y[i] = (double)NAN;
		check_degenerate(y, x, d, n, warp); /* all failed */
		for (size_t i = 0; i < n; i++)
			y[i] = x[i * d] + x[i * d + 1];
		check_degenerate(y, x, d, 2, warp); /* two points */
		check_degenerate(y, x, d, 1, warp);
		check_degenerate(y, x, d, n, warp);
		check_degenerate(y, ends, d, n,
		                 warp); /* many duplicates, at the ends */
		y[7] = (double)INFINITY;
		y[9] = 1e300;
		y[11] = -1e300;
		check_degenerate(y, x, d, n, warp);
		for (size_t i = 0; i < n; i++)
			y[i] = i % 2 ? DBL_MAX : -DBL_MAX;
		check_degenerate(y, x, d, n, warp);
		for (size_t i = 0; i < n; i++)
			y[i] = 1e-300 * (double)i;
		check_degenerate(y, x, d, n, warp);
		for (size_t i = 0; i < n; i++)
			y[i] = 5e-324 * (double)(i % 3);
		check_degenerate(y, x, d, n, warp);
		for (size_t i = 0; i < n; i++)
			y[i] = 1 + 1e-15 * (double)(i % 3);
		check_degenerate(y, x, d, n, warp);
		for (size_t i = 0; i < n; i++)
			x[i * d + 2] = 0.25; /* a constant dimension */
		for (size_t i = 0; i < n; i++)
			y[i] = sin(9 * x[i * d]);
		check_degenerate(y, x, d, n, warp);
		check_degenerate(y, x, d, 2, warp); /* n < d */
	}
}

TEST(targets_are_capped_and_standardized)
{
	double v[6] = {1, 2, 3, 4, 1000, (double)NAN}, y[6], sum = 0, squares = 0;
	struct target t = target_fit(v, 6, y);

	for (int i = 0; i < 5; i++) {
		sum += y[i];
		squares += y[i] * y[i];
	}
	CHECK_DOUBLE(sum, 0, 1e-12);
	CHECK_DOUBLE(squares, 5, 1e-12);
	/* med 3, min 1: capped at 3 + 5 * 2. */
	CHECK_DOUBLE((y[4] - y[0]) / (y[1] - y[0]), 12, 1e-9);
	CHECK_DOUBLE(y[5], y[4], 1e-12);
	CHECK_DOUBLE(target_apply(&t, 2), y[1], 1e-12);
	/* Units of measurement do not matter. */
	for (int i = 0; i < 5; i++) {
		double w[6], z[6];

		for (int k = 0; k < 6; k++)
			w[k] = 4096 * v[k] - 512;
		target_fit(w, 6, z);
		CHECK_DOUBLE(z[i], y[i], 1e-12);
	}
}

/* Most trials got the penalty, whatever that is: the others are where a modest one
 * would have them, and values come back in their units. */
TEST(penalties_of_any_size_leave_the_scale_of_the_others)
{
	static const double penalties[] = {3e3, 1e6, 1e10, 1e30, 1e160, 1e300, DBL_MAX};
	static const double offsets[] = {0, 1, -2, -0.125};
	double v[12], modest[12], y[12], x;

	for (size_t k = 0; k < ARRAY_LEN(penalties); k++)
		for (size_t o = 0; o < ARRAY_LEN(offsets); o++)
			for (size_t n_bad = 1; n_bad <= 9; n_bad++) {
				struct target t;

				for (size_t i = 0; i < 12; i++)
					v[i] = i < n_bad ? penalties[k]
					                 : offsets[o] + 0.25 +
					                       0.0625 * (double)i;
				t = target_fit(v, 12, y);
				for (size_t i = 0; i < 12; i++) {
					CHECK(isfinite(y[i]));
					x = v[i] < 3 ? v[i] : offsets[o] + 10;
					modest[i] = x;
				}
				CHECK(isfinite(t.failed));
				CHECK_DOUBLE(target_undo(&t, y[11]), v[11], 1e-12);
				CHECK_DOUBLE(2 * t.scale * t.sd * (y[11] - y[10]),
				             0.0625, 1e-12);
				CHECK(y[11] - y[10] > 0.05);
				CHECK(y[0] > y[11]);
				(void)target_fit(modest, 12, modest);
				for (size_t i = 0; n_bad < 6 && i < 12; i++)
					CHECK_DOUBLE(y[i], modest[i], 1e-9);
			}
}

/* One or two values beyond all others: those are told apart as without them. */
TEST(values_alone_leave_the_scale_of_the_others)
{
	static const double alone[] = {-3e3, -1e10, -1e300, -DBL_MAX};
	double v[12], y[12], others[12];

	for (size_t k = 0; k < ARRAY_LEN(alone); k++)
		for (size_t n = 1; n <= 3; n++) {
			struct target t;

			for (size_t i = 0; i < 12; i++)
				v[i] = i < n ? alone[k] : 0.25 + 0.0625 * (double)i;
			t = target_fit(v, 12, y);
			CHECK(target_alone(v, 12) == (n < 3 ? n : 0));
			CHECK(isfinite(y[0]) && isfinite(target_undo(&t, y[0])));
			if (n == 3) { /* a scale of their own */
				CHECK(y[3] - y[0] > 0.5);
				CHECK(target_least(&t) < -DBL_MAX);
				continue;
			}
			CHECK_DOUBLE(target_least(&t), v[n], 0);
			CHECK_DOUBLE(y[0], y[n], 0);
			CHECK_DOUBLE(target_undo(&t, y[11]), v[11], 1e-12);
			(void)target_fit(v + n, 12 - n, others);
			CHECK_DOUBLE((y[11] - y[n]) / (y[5] - y[n]),
			             (others[11 - n] - others[0]) /
			                 (others[5 - n] - others[0]),
			             1e-9);
		}
	/* No such thing: bad ones beyond all others, zeroes, too few. */
	CHECK(!target_alone((const double[]){1, 2, 3, 4, 5, 1e300}, 6));
	CHECK(!target_alone((const double[]){0.5, 1e6, 1e6, 1e6, 1e6}, 5));
	CHECK(!target_alone((const double[]){-5, 0, 0, 0, 0}, 5));
	CHECK(!target_alone((const double[]){-1e9, 1, 2, 3}, 4));
	CHECK(!target_alone((const double[]){-900, 1, 1, 1, 1, 1}, 6));
}

/* Rosenbrock 1960, and a minimum at the edge of the box. */
static double rosenbrock(void *self, const double *x)
{
	(void)self;
	return 100 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0]) +
	       (1 - x[0]) * (1 - x[0]);
}

static void rosenbrock_gradient(void *self, const double *x, double *g)
{
	(void)self;
	g[0] = -400 * x[0] * (x[1] - x[0] * x[0]) - 2 * (1 - x[0]);
	g[1] = 200 * (x[1] - x[0] * x[0]);
}

TEST(the_minimizer_finds_minima_inside_and_at_bounds)
{
	double low[2] = {-2, -2}, high[2] = {2, 2}, x[2] = {-1.2, 1};
	struct lbfgs l = {.n = 2,
	                  .low = low,
	                  .high = high,
	                  .value = rosenbrock,
	                  .gradient = rosenbrock_gradient,
	                  .iterations = 200,
	                  .gradient_least = 1e-9};

	CHECK_DOUBLE(lbfgs_minimize(&l, x), 0, 1e-12);
	CHECK_DOUBLE(x[0], 1, 1e-6);
	CHECK(l.evaluations < 100);
	high[0] = 0.5;
	x[0] = 9;
	x[1] = -9;
	CHECK_DOUBLE(lbfgs_minimize(&l, x), 0.25, 1e-9);
	CHECK_DOUBLE(x[0], 0.5, 0);
	CHECK_DOUBLE(x[1], 0.25, 1e-6);
	low[1] = high[1] = 1;
	lbfgs_minimize(&l, x);
	CHECK_DOUBLE(x[1], 1, 0);
}

static double not_finite(void *self, const double *x)
{
	(void)self;
	return x[0] < 0.5 ? (double)NAN : x[0];
}

static void rising(void *self, const double *x, double *g)
{
	(void)self;
	(void)x;
	g[0] = 1;
}

TEST(the_minimizer_keeps_away_from_what_is_not_finite)
{
	double low = 0, high = 1, x = 0.9;
	struct lbfgs l = {.n = 1,
	                  .low = &low,
	                  .high = &high,
	                  .value = not_finite,
	                  .gradient = rising,
	                  .iterations = 50};

	CHECK_DOUBLE(lbfgs_minimize(&l, &x), 0.5, 0.05);
	x = 0.1;
	CHECK(isinf(lbfgs_minimize(&l, &x)));
	CHECK_DOUBLE(x, 0.1, 0);
}

/* How far L L' is from K, L inv from 1, and K alpha from y - m. */
static double residual(const struct gp *g)
{
	double worst = 0, *k = mem_new(g->n * g->ld, sizeof *k), *one;

	one = mem_new(g->kernel.n_col, sizeof *one);
	for (size_t i = 0; i < g->n; i++) {
		double fit = g->mean - g->y[i];

		for (size_t c = 0; c < g->kernel.n_col; c++)
			one[c] = g->cols[c * g->ld + i];
		kernel_row(&g->kernel, one, g->cols, g->ld, g->n, k, NULL);
		k[i] += g->nu / g->m[i] + g->jitter * g->kernel.s;
		for (size_t j = 0; j < g->n; j++)
			fit += k[j] * g->alpha[j];
		worst = fmax(worst, fabs(fit));
		for (size_t j = 0; j <= i; j++) {
			double product = 0, unit = 0;

			for (size_t p = 0; p <= j; p++)
				product += g->l[i * g->ld + p] * g->l[j * g->ld + p];
			for (size_t p = j; p <= i; p++)
				unit += g->l[i * g->ld + p] * g->inv[p * g->ld + j];
			worst = fmax(worst, fabs(product - k[j]));
			worst = fmax(worst, fabs(unit - (i == j)));
		}
	}
	free(one);
	free(k);
	return worst;
}

/* Every size around the blocks, vectors and GSL's halves. */
TEST(factors_and_inverses_of_every_size)
{
	for (size_t n = 1; n < 140; n += n < 70 ? 1 : 23) {
		struct gp_dim dim = {0};
		struct gp g;
		double theta[] = {log(0.1), 0, log(0.5), 0, 0};
		double *x = mem_new(2 * n, sizeof *x);

		for (size_t i = 0; i < n; i++) {
			x[i] = fraction(i, 0);
			x[n + i] = sin((double)i);
		}
		gp_init(&g, &dim, 1);
		gp_data(&g, x, x + n, NULL, n);
		CHECK_INT(gp_factor(&g, theta), GP_AS_ASKED);
		CHECK(residual(&g) < 1e-12);
		gp_free(&g);
		free(x);
	}
}

TEST(what_is_not_positive_definite_is_refused)
{
	struct gp_dim dim = {0};
	struct gp g;
	double theta[] = {0, 0, 0, 0, 0}, x[] = {0.1, 0.5, 0.9};
	const double y[] = {1, 2, 3}, m[] = {1, -0.5, 1};

	stat_init();
	gp_init(&g, &dim, 1);
	gp_data(&g, x, y, NULL, 3);
	CHECK(gp_build(&g, theta, NULL));
	theta[1] = (double)NAN;
	CHECK(!gp_build(&g, theta, NULL));
	CHECK(isinf(gp_objective(&g, theta)));
	theta[1] = 0;
	gp_data(&g, x, y, m, 3); /* a variance of -1 */
	CHECK(!gp_build(&g, theta, NULL));
	gp_free(&g);
}

TEST(vectors_of_exp_and_log_are_those_of_the_library)
{
	double worst = 0;

	for (uint32_t i = 0; i < 20000; i++) {
		double u = rng_unit(7, i, RNG_MODEL, 0), v = -700 * u * u * u;
		double w = exp(-200 * rng_unit(7, i, RNG_MODEL, 1));
		vec e = {v, 0, 1, -708, -1e300, v / 1000, v / 1e6, -0.0};
		vec l = {w, 1, 1 - u * 1e-9, 1e-300, 0.5, u, 2, 3};
		vec le = l, ee = e;

		vec_exp(&ee);
		vec_log(&le);
		for (int k = 0; k < 8; k++) {
			double want = exp(fmax(e[k], -708)), lw = log(l[k]);

			worst = fmax(worst, fabs(ee[k] / want - 1));
			worst = fmax(worst, fabs(le[k] - lw) / fmax(fabs(lw), 1e-300));
			if (fabs(lw) <= 0)
				CHECK(fabs(le[k]) <= 0);
		}
	}
	printf("# largest relative error %.2g\n", worst);
	CHECK(worst < 1e-15);
}

/* Eight at a time they are those of base/elementary to the last bit. */
TEST(vectors_are_portable)
{
	for (uint32_t i = 0; i < 20000; i++) {
		double u = rng_unit(8, i, RNG_MODEL, 0),
		       v = rng_unit(8, i, RNG_MODEL, 1);
		vec x = {690 * (2 * u - 1),
		         v - 0.5,
		         690,
		         -690,
		         0,
		         -u / 1e6,
		         floor(30 * u) * 0x1.62e42fefa39efp-1,
		         -0x1.62e42fefa39efp-2};
		vec l = {u,
		         1 + v / 1e9,
		         1,
		         0x1p-1022,
		         DBL_MAX,
		         0x1.6a09e667f3bcdp-1,
		         portable_exp(700 * v - 350),
		         1 - v / 1e9};
		vec e = x, log = l, near = x / 4000;

		vec_portable_exp(&e);
		vec_portable_log(&log);
		for (int k = 0; k < 8; k++) {
			CHECK_DOUBLE(e[k], portable_exp(x[k]), 0);
			CHECK_DOUBLE(log[k], portable_log(l[k]), 0);
			near[k] = near[k] / (2 + near[k]);
		}
		vec_twice_atanh(&near);
		for (int k = 0; k < 8; k++)
			CHECK_DOUBLE(near[k], portable_log1p(x[k] / 4000), 0);
	}
}

/* Also where the warp is so steep, or so flat, that exp or 1 - z^a have left the range
 * of the vectors. */
TEST(the_warp_has_its_derivatives)
{
	static const double edges[] = {-9, -2, -0.1, 0, 0.3, 2, 6, 9};
	struct gp_dim dims[3] = {{0}, {GP_CATEGORY, false}, {0}};
	double theta[11] = {0};
	struct kernel k;

	kernel_init(&k, dims, 3);
	for (size_t i = 0; i < 64; i++) {
		double z[16], at[3] = {0.3, 2, 0.9}, da[16], db[16], slope[8];

		theta[5] = theta[7] = edges[i % 8];
		theta[8] = theta[10] = edges[i / 8];
		kernel_set(&k, theta);
		for (size_t n = 0; n < 11; n++)
			z[n] =
			    n < 2 ? (double)n : rng_unit(9, i, RNG_MODEL, (uint32_t)n);
		kernel_warp_gradients(&k, 2, z, 11, da, db);
		kernel_warp_slopes(&k, at, slope);
		CHECK_DOUBLE(slope[1], 1, 0);
		for (size_t n = 0; n < 11; n++) {
			double a = k.a[2], b = k.b[2], za = portable_pow(z[n], a);
			double rest = portable_pow(1 - za, b);

			CHECK(z[n] > 0 && z[n] < 1);
			CHECK_DOUBLE(da[n],
			             a * b * rest / (1 - za) * za * portable_log(z[n]),
			             0);
			CHECK_DOUBLE(db[n], -b * rest * portable_log1p(-za), 0);
		}
		for (size_t j = 0; k.warped[0] && j < 3; j += 2) {
			double a = k.a[j], b = k.b[j], za = portable_pow(at[j], a);

			CHECK_DOUBLE(slope[j],
			             a * b * za / at[j] * portable_pow(1 - za, b - 1),
			             0);
		}
	}
	kernel_free(&k);
}

TEST_MAIN(of_several_fits_the_best_is_kept, posteriors_are_those_computed_elsewhere,
          rows_can_be_appended, the_mean_at_a_row_is_the_prediction_there,
          the_objective_has_its_gradient, the_tails_of_the_normal_are_exact,
          expected_improvement_is_the_integral, the_acquisition_has_its_gradient,
          fantasies_follow_the_posterior, draws_are_from_the_posterior,
          the_order_of_the_rows_does_not_matter, the_fit_finds_the_length_scales,
          degenerate_data_do_no_harm, targets_are_capped_and_standardized,
          penalties_of_any_size_leave_the_scale_of_the_others,
          values_alone_leave_the_scale_of_the_others,
          the_minimizer_finds_minima_inside_and_at_bounds,
          the_minimizer_keeps_away_from_what_is_not_finite,
          factors_and_inverses_of_every_size, what_is_not_positive_definite_is_refused,
          vectors_of_exp_and_log_are_those_of_the_library, vectors_are_portable,
          the_warp_has_its_derivatives)
