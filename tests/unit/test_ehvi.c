/* Expected hypervolume improvement and the chance that limits hold, against numeric
 * integration of their definitions, and their slopes against differences. */
#include "base/double.h"
#include "base/elementary.h"
#include "base/rng.h"
#include "base/stat.h"
#include "gp/acquire.h"
#include "test.h"

static double density(double z)
{
	return exp(-0.5 * z * z) / sqrt(2 * 3.14159265358979323846);
}

/* The definition: the mean, over the belief, of what the volume grows by. Simpson's
 * rule within 9 standard deviations, per dimension cut at the points of the front,
 * where the volume has kinks: pieces between sorted knots. */
struct axis {
	double at[4096], weight[4096];
	size_t n;
};

static void lay(struct axis *x, const double *y, size_t n, size_t m, size_t k,
                double ref, double mean, double sd, int pieces)
{
	double knots[64];
	size_t count = 0;

	knots[count++] = mean - 9 * sd;
	knots[count++] = mean + 9 * sd;
	knots[count++] = ref;
	for (size_t i = 0; i < n; i++)
		knots[count++] = y[i * m + k];
	for (int i = 1; i < 18; i++)
		knots[count++] = mean + (i - 9) * sd;
	qsort(knots, count, sizeof *knots, double_compare);
	x->n = 0;
	for (size_t i = 0; i + 1 < count; i++) {
		double a = knots[i], h = (knots[i + 1] - a) / pieces;

		if (h <= 0 || knots[i + 1] > mean + 9 * sd + 1e-12 ||
		    a < mean - 9 * sd - 1e-12)
			continue;
		for (int j = 0; j <= pieces; j++) {
			double z = (a + j * h - mean) / sd;
			double w = j == 0 || j == pieces ? 1 : j % 2 ? 4 : 2;

			x->at[x->n] = a + j * h;
			x->weight[x->n++] = w * h / 3 * density(z) / sd;
		}
	}
}

/* What z adds. */
static double gain(const double *y, size_t n, size_t m, const double *ref,
                   const double *z, double before)
{
	double all[16 * 3];

	memcpy(all, y, n * m * sizeof *y);
	memcpy(all + n * m, z, m * sizeof *z);
	return pareto_volume(all, n + 1, m, ref) - before;
}

static double integral(const double *y, size_t n, size_t m, const double *ref,
                       const double *mean, const double *variance, int pieces)
{
	static struct axis x[3];
	double before = pareto_volume(y, n, m, ref), sum = 0;

	for (size_t k = 0; k < m; k++)
		lay(&x[k], y, n, m, k, ref[k], mean[k], sqrt(variance[k]), pieces);
	x[2].n = m < 3 ? 1 : x[2].n;
	x[2].weight[0] = m < 3 ? 1 : x[2].weight[0];
	for (size_t i = 0; i < x[0].n; i++)
		for (size_t j = 0; j < x[1].n; j++)
			for (size_t k = 0; k < x[2].n; k++) {
				double z[3] = {x[0].at[i], x[1].at[j], x[2].at[k]};

				sum += x[0].weight[i] * x[1].weight[j] *
				       x[2].weight[k] * gain(y, n, m, ref, z, before);
			}
	return sum;
}

static double ehvi_of(const double *y, size_t n, size_t m, const double *ref,
                      const double *mean, const double *variance)
{
	struct ehvi e;
	double f;

	ehvi_init(&e, y, n, m, ref);
	f = ehvi_log(&e, mean, variance, NULL, NULL);
	ehvi_free(&e);
	return exp(f);
}

/* A front of three, seven beliefs: in front, behind, beside, narrow, wide. */
static const double stair[] = {1, 5, 2, 3, 4, 1}, six[] = {6, 6, 6};
static const double beliefs[][4] = {
    {2, 2, 1, 1},   {5, 5, 0.5, 0.5}, {0, 0, 0.1, 0.1},  {1.5, 4, 0.04, 4},
    {7, 2, 1, 0.2}, {3, 3, 4, 4},     {2, 3, 0.01, 0.01}};

TEST(two_objectives_as_integrated)
{
	for (size_t i = 0; i < 7; i++) {
		const double *b = beliefs[i];
		double right = integral(stair, 3, 2, six, b, b + 2, 24);

		CHECK_DOUBLE(ehvi_of(stair, 3, 2, six, b, b + 2), right, 1e-6);
		CHECK(right > 0);
	}
	/* Nothing is there yet: the product of two expected improvements. */
	CHECK_DOUBLE(ehvi_of(stair, 0, 2, six, beliefs[0], beliefs[0] + 2),
	             exp(2 * log_ei(6, 2, 1, NULL, NULL)), 1e-12);
}

TEST(three_objectives_as_integrated)
{
	static const double y[] = {1, 5, 3, 2, 3, 4, 4, 1, 2};
	static const double mean[] = {2.5, 2, 3}, variance[] = {0.5, 1, 0.25};
	static const double far[] = {5, 4, 5.5}, narrow[] = {0.2, 0.3, 0.1};

	CHECK_DOUBLE(ehvi_of(y, 3, 3, six, mean, variance),
	             integral(y, 3, 3, six, mean, variance, 6), 1e-4);
	CHECK_DOUBLE(ehvi_of(y, 3, 3, six, far, narrow),
	             integral(y, 3, 3, six, far, narrow, 6), 1e-5);
	/* To the last digits where it is a product: one point, that is nearly sure. */
	CHECK_DOUBLE(ehvi_of(y, 0, 3, six, mean, variance),
	             exp(log_ei(6, 2.5, 0.5, NULL, NULL) + log_ei(6, 2, 1, NULL, NULL) +
	                 log_ei(6, 3, 0.25, NULL, NULL)),
	             1e-10);
}

TEST(with_one_it_is_expected_improvement)
{
	static const double y[] = {3, 2, 5}, ref[] = {9}, mean[] = {2.5},
			    variance[] = {0.7};

	CHECK_DOUBLE(log(ehvi_of(y, 3, 1, ref, mean, variance)),
	             log_ei(2, 2.5, 0.7, NULL, NULL), 1e-12);
}

/* What is sure is known: a belief without variance adds what its point adds. */
TEST(a_sure_point_adds_its_volume)
{
	static const double sure[] = {0, 0};
	double z[2];

	for (size_t i = 0; i < 50; i++) {
		for (uint32_t k = 0; k < 2; k++)
			z[k] = 6 * rng_unit(1, i, RNG_PICK, k);
		CHECK_DOUBLE(ehvi_of(stair, 3, 2, six, z, sure),
		             gain(stair, 3, 2, six, z, pareto_volume(stair, 3, 2, six)),
		             2e-6);
	}
}

TEST(far_off_it_still_has_a_logarithm_and_a_slope)
{
	static const double mean[] = {300, 200}, variance[] = {1e-4, 1e-2};
	double dm[2], dv[2], f;
	struct ehvi e;

	ehvi_init(&e, stair, 3, 2, six);
	f = ehvi_log(&e, mean, variance, dm, dv);
	CHECK(isfinite(f) && f < -1e8);
	CHECK(isfinite(dm[0]) && dm[0] < 0 && isfinite(dm[1]) && dm[1] < 0);
	CHECK(isfinite(dv[0]) && isfinite(dv[1]) && dv[0] > 0);
	ehvi_free(&e);
	/* Nothing is left below the reference: no gain at all. */
	ehvi_init(&e, (const double[]){-HUGE_VAL, -HUGE_VAL}, 1, 2, six);
	CHECK(ehvi_log(&e, mean, variance, dm, dv) <= 0);
	ehvi_free(&e);
}

/* Relative to the size of the slope. */
static void check_slope(double slope, double by_difference)
{
	CHECK_DOUBLE(slope, by_difference, 2e-6 * (1 + fabs(by_difference)));
}

TEST(slopes_are_those_of_differences)
{
	struct ehvi e;

	for (size_t i = 0; i < 7; i++) {
		double b[4], dm[2], dv[2];

		memcpy(b, beliefs[i], sizeof b);
		ehvi_init(&e, stair, 3, 2, six);
		ehvi_log(&e, b, b + 2, dm, dv);
		for (size_t k = 0; k < 4; k++) {
			double h = 1e-5 * (k < 2 ? 1 : b[k]), up, down;

			b[k] += h;
			up = ehvi_log(&e, b, b + 2, NULL, NULL);
			b[k] -= 2 * h;
			down = ehvi_log(&e, b, b + 2, NULL, NULL);
			b[k] += h;
			check_slope(k < 2 ? dm[k] : dv[k - 2], (up - down) / (2 * h));
		}
		ehvi_free(&e);
	}
}

TEST(differences_of_improvements_lose_nothing)
{
	/* Against the mean value theorem, for ends that lie ever closer, anywhere. */
	for (int z = -30; z <= 30; z += 5)
		for (double h = 1; h > 1e-14; h /= 10) {
			double f = log_ei_between(z, z + h, 0, 1, NULL, NULL);
			double low = log(h) + log_phi(z, NULL);
			double high = log(h) + log_phi(z + h, NULL);
			double room = 1e-9 * (1 + fabs(f));

			/* z + h is rounded. */
			if (z + h > z)
				CHECK(f > low - room - 4e-15 / h * (abs(z) + 1) &&
				      f < high + room + 4e-15 / h * (abs(z) + 1));
		}
}

TEST(the_chance_that_a_limit_holds)
{
	double dm, dv, up, down;

	for (int i = -20; i <= 4; i++) {
		double mean = 1.5, v = 0.49, bound = mean + 0.5 * i;
		double f = log_holds(bound, mean, v, &dm, &dv);

		if (i > -10)
			CHECK_DOUBLE(exp(f), stat_normal_cdf((bound - mean) / 0.7),
			             1e-14);
		up = log_holds(bound, mean + 1e-6, v, NULL, NULL);
		down = log_holds(bound, mean - 1e-6, v, NULL, NULL);
		check_slope(dm, (up - down) / 2e-6);
		up = log_holds(bound, mean, v + 1e-6, NULL, NULL);
		down = log_holds(bound, mean, v - 1e-6, NULL, NULL);
		check_slope(dv, (up - down) / 2e-6);
	}
}

/* The whole acquisition of two objectives and a limit, over the space: its gradient by
 * three models at once, and that values of many points are those of one. */
TEST(the_acquisition_has_its_own_slopes)
{
	enum { N = 12, D = 2 };
	static const struct gp_dim dims[D] = {{.kind = GP_NUMBER}, {.kind = GP_NUMBER}};
	struct gp g[3];
	const struct gp *others[] = {&g[1], &g[2]};
	double x[N * D], y[3][N], front[N * 2], bound[] = {0.2}, ref[] = {3, 3};
	bool usable[N];
	struct acquisition a;
	struct joint j;
	double at[6 * D], values[6];

	for (size_t i = 0; i < N; i++) {
		for (uint32_t k = 0; k < D; k++)
			x[i * D + k] = rng_unit(5, i, RNG_PICK, k);
		y[0][i] = 3 * x[i * D] - 1.5 + x[i * D + 1] * x[i * D + 1];
		y[1][i] = 1.5 - 2 * x[i * D] + sin(4 * x[i * D + 1]);
		y[2][i] = x[i * D] + x[i * D + 1] - 1;
		usable[i] = true;
	}
	for (size_t k = 0; k < 3; k++) {
		gp_init(&g[k], dims, D);
		gp_default_prior(&g[k], false);
		gp_data(&g[k], x, y[k], NULL, N);
		gp_factor(&g[k], g[k].prior.mean);
	}
	for (size_t i = 0; i < N; i++) {
		front[2 * i] = y[0][i];
		front[2 * i + 1] = y[1][i];
	}
	acquisition_init(&a, &g[0], usable, NULL, NULL, 1);
	joint_init(&j, others, 2, 2, bound, front, N, ref);
	acquisition_join(&a, &j);
	for (size_t i = 0; i < 6 * D; i++)
		at[i] = 0.1 + 0.8 * rng_unit(6, i, RNG_PICK, 0);
	acquisition_values(&a, at, 6, values);
	for (size_t i = 0; i < 6; i++) {
		double gradient[D], *p = at + i * D;

		CHECK_DOUBLE(acquisition_at(&a, p, gradient), values[i], 1e-9);
		for (size_t k = 0; k < D; k++) {
			double up, down;

			p[k] += 1e-6;
			up = acquisition_at(&a, p, NULL);
			p[k] -= 2e-6;
			down = acquisition_at(&a, p, NULL);
			p[k] += 1e-6;
			CHECK_DOUBLE(gradient[k], (up - down) / 2e-6,
			             1e-5 * (1 + fabs(gradient[k])));
		}
	}
	/* Nothing holds the limits: their chance alone. */
	j.none = true;
	{
		double mean, variance;

		gp_predict(&g[2], at, 1, &mean, &variance);
		CHECK_DOUBLE(acquisition_at(&a, at, NULL),
		             log_holds(0.2, mean, variance, NULL, NULL), 1e-10);
	}
	acquisition_free(&a);
	joint_free(&j);
	for (size_t k = 0; k < 3; k++)
		gp_free(&g[k]);
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {
	    two_objectives_as_integrated,
	    three_objectives_as_integrated,
	    with_one_it_is_expected_improvement,
	    a_sure_point_adds_its_volume,
	    far_off_it_still_has_a_logarithm_and_a_slope,
	    slopes_are_those_of_differences,
	    differences_of_improvements_lose_nothing,
	    the_chance_that_a_limit_holds,
	    the_acquisition_has_its_own_slopes};

	stat_init();
	return test_main(
	    argc, argv, tests, sizeof tests / sizeof *tests,
	    "two_objectives_as_integrated, three_objectives_as_integrated, "
	    "with_one_it_is_expected_improvement, "
	    "a_sure_point_adds_its_volume, "
	    "far_off_it_still_has_a_logarithm_and_a_slope, "
	    "slopes_are_those_of_differences, "
	    "differences_of_improvements_lose_nothing, "
	    "the_chance_that_a_limit_holds, "
	    "the_acquisition_has_its_own_slopes");
}
