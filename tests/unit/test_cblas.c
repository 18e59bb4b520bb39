/* Our routines of CBLAS against their definitions, in every case that a caller may ask
 * for; what does not belong to a matrix is left alone. */
#include "base/mem.h"
#include "base/rng.h"

#include <gsl/gsl_cblas.h>
#include <stdlib.h>

#include "test.h"

enum { N_MAX = 70, LD = N_MAX + 3, ROOM = LD * LD };

static const int sizes[] = {0, 1, 2, 5, 16, 31, 33, N_MAX};
static const enum CBLAS_ORDER orders[] = {CblasRowMajor, CblasColMajor};
static const enum CBLAS_TRANSPOSE turns[] = {CblasNoTrans, CblasTrans};
static const enum CBLAS_UPLO parts[] = {CblasUpper, CblasLower};
static const enum CBLAS_SIDE sides[] = {CblasLeft, CblasRight};
static const enum CBLAS_DIAG diagonals[] = {CblasNonUnit, CblasUnit};
/* Of alpha and beta. */
static const double factors[] = {1, 0, -0.75};

struct arrays {
	double a[ROOM], b[ROOM], c[ROOM], want[ROOM];
};

static void draw(struct arrays *r)
{
	for (uint32_t i = 0; i < ROOM; i++) {
		r->a[i] = rng_unit(1, i, RNG_MODEL, 0) - 0.5;
		r->b[i] = rng_unit(1, i, RNG_MODEL, 1) - 0.5;
		r->c[i] = r->want[i] = rng_unit(1, i, RNG_MODEL, 2) - 0.5;
	}
}

/* Diagonals that let a triangle be solved with. */
static void strengthen(struct arrays *r)
{
	for (size_t i = 0; i < LD; i++)
		r->a[i * LD + i] = 4 + 0.1 * (double)i;
}

static size_t place(enum CBLAS_ORDER order, int i, int j)
{
	return order == CblasRowMajor ? (size_t)i * LD + (size_t)j
	                              : (size_t)j * LD + (size_t)i;
}

/* Element (i, j) of op(A). */
static double turned(const double *a, enum CBLAS_ORDER order,
                     enum CBLAS_TRANSPOSE trans, int i, int j)
{
	return trans == CblasNoTrans ? a[place(order, i, j)] : a[place(order, j, i)];
}

/* Element (i, j) of op(A) for a triangular A. */
static double triangular(const double *a, enum CBLAS_ORDER order, enum CBLAS_UPLO part,
                         enum CBLAS_TRANSPOSE trans, enum CBLAS_DIAG diag, int i, int j)
{
	bool lower = (part == CblasLower) == (trans == CblasNoTrans);

	if (i == j)
		return diag == CblasUnit ? 1 : turned(a, order, trans, i, j);
	return (lower ? j < i : j > i) ? turned(a, order, trans, i, j) : 0;
}

static void compare(const struct arrays *r)
{
	for (size_t i = 0; i < ROOM; i++)
		if (!(fabs(r->c[i] - r->want[i]) <= 1e-13)) {
			CHECK_DOUBLE(r->c[i], r->want[i], 1e-13);
			return;
		}
	CHECK(true);
}

/* --- whole matrices --- */

static void check_gemm(struct arrays *r, enum CBLAS_ORDER order,
                       enum CBLAS_TRANSPOSE ta, enum CBLAS_TRANSPOSE tb, int m, int n,
                       int k, double alpha, double beta)
{
	draw(r);
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++) {
			double *to = &r->want[place(order, i, j)], sum = 0;

			for (int p = 0; p < k; p++)
				sum += turned(r->a, order, ta, i, p) *
				       turned(r->b, order, tb, p, j);
			*to = alpha * sum + beta * *to;
		}
	cblas_dgemm(order, ta, tb, m, n, k, alpha, r->a, LD, r->b, LD, beta, r->c, LD);
	compare(r);
}

TEST(products)
{
	struct arrays *r = mem_new(1, sizeof *r);

	for (size_t o = 0; o < 2; o++)
		for (size_t c = 0; c < 4 * ARRAY_LEN(sizes) * ARRAY_LEN(sizes); c++) {
			size_t q = c / 4;
			int m = sizes[q % ARRAY_LEN(sizes)];
			int n = sizes[q / ARRAY_LEN(sizes)];
			int k = sizes[(q + 3) % ARRAY_LEN(sizes)];

			check_gemm(r, orders[o], turns[c % 2], turns[c / 2 % 2], m, n,
			           k, factors[q % 3], factors[q / 3 % 3]);
		}
	free(r);
}

static void check_syrk(struct arrays *r, enum CBLAS_ORDER order, enum CBLAS_UPLO part,
                       enum CBLAS_TRANSPOSE trans, int n, int k, double alpha,
                       double beta)
{
	draw(r);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double *to = &r->want[place(order, i, j)], sum = 0;

			if (part == CblasLower ? j > i : j < i)
				continue;
			for (int p = 0; p < k; p++)
				sum += turned(r->a, order, trans, i, p) *
				       turned(r->a, order, trans, j, p);
			*to = alpha * sum + beta * *to;
		}
	cblas_dsyrk(order, part, trans, n, k, alpha, r->a, LD, beta, r->c, LD);
	compare(r);
}

TEST(a_matrix_times_itself)
{
	struct arrays *r = mem_new(1, sizeof *r);

	for (size_t c = 0; c < 8 * ARRAY_LEN(sizes) * ARRAY_LEN(sizes); c++) {
		size_t q = c / 8;

		check_syrk(r, orders[c % 2], parts[c / 2 % 2], turns[c / 4 % 2],
		           sizes[q % ARRAY_LEN(sizes)], sizes[q / ARRAY_LEN(sizes)],
		           factors[q % 3], factors[q / 3 % 3]);
	}
	free(r);
}

/* --- triangles --- */

struct triangle {
	enum CBLAS_ORDER order;
	enum CBLAS_SIDE side;
	enum CBLAS_UPLO part;
	enum CBLAS_TRANSPOSE trans;
	enum CBLAS_DIAG diag;
};

static struct triangle kind(size_t c)
{
	return (struct triangle){orders[c % 2], sides[c / 2 % 2], parts[c / 4 % 2],
	                         turns[c / 8 % 2], diagonals[c / 16 % 2]};
}

/* to (m, n) = alpha op(A) from, or alpha from op(A). */
static void times_triangle(const struct triangle *t, const double *a, int m, int n,
                           double alpha, const double *from, double *to)
{
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++) {
			double sum = 0;

			for (int p = 0; p < (t->side == CblasLeft ? m : n); p++)
				sum += t->side == CblasLeft
				           ? triangular(a, t->order, t->part, t->trans,
				                        t->diag, i, p) *
				                 from[place(t->order, p, j)]
				           : from[place(t->order, i, p)] *
				                 triangular(a, t->order, t->part,
				                            t->trans, t->diag, p, j);
			to[place(t->order, i, j)] = alpha * sum;
		}
}

static void check_triangle(struct arrays *r, size_t c, int m, int n, double alpha)
{
	struct triangle t = kind(c);

	draw(r);
	if (t.diag == CblasUnit) /* else the solutions grow without end */
		for (size_t i = 0; i < ROOM; i++)
			r->a[i] *= 0.05;
	else
		strengthen(r);
	times_triangle(&t, r->a, m, n, alpha, r->c, r->want);
	cblas_dtrmm(t.order, t.side, t.part, t.trans, t.diag, m, n, alpha, r->a, LD,
	            r->c, LD);
	compare(r);
	draw(r);
	if (t.diag == CblasUnit)
		for (size_t i = 0; i < ROOM; i++)
			r->a[i] *= 0.05;
	else
		strengthen(r);
	/* The solution times the triangle is what there was, times alpha. */
	cblas_dtrsm(t.order, t.side, t.part, t.trans, t.diag, m, n, alpha, r->a, LD,
	            r->c, LD);
	memcpy(r->b, r->c, sizeof r->b);
	times_triangle(&t, r->a, m, n, 1, r->b, r->c);
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++)
			r->want[place(t.order, i, j)] *= alpha;
	compare(r);
}

TEST(triangles_times_matrices_and_their_inverses)
{
	struct arrays *r = mem_new(1, sizeof *r);

	for (size_t c = 0; c < 32; c++)
		for (size_t q = 0; q < ARRAY_LEN(sizes) * ARRAY_LEN(sizes); q++)
			check_triangle(r, c, sizes[q % ARRAY_LEN(sizes)],
			               sizes[q / ARRAY_LEN(sizes)], factors[q % 3]);
	free(r);
}

/* --- vectors; the steps may go backwards --- */

static double *at(double *x, int n, int step, int i)
{
	return x + (step > 0 ? i * step : (i - n + 1) * step);
}

static void check_on_vector(struct arrays *r, size_t c, int n, int step)
{
	struct triangle t = kind(c);

	draw(r);
	if (t.diag == CblasUnit)
		for (size_t i = 0; i < ROOM; i++)
			r->a[i] *= 0.05;
	else
		strengthen(r);
	for (int i = 0; i < n; i++) {
		double sum = 0;

		for (int p = 0; p < n; p++)
			sum +=
			    triangular(r->a, t.order, t.part, t.trans, t.diag, i, p) *
			    *at(r->c, n, step, p);
		*at(r->want, n, step, i) = sum;
	}
	memcpy(r->b, r->c, sizeof r->b);
	cblas_dtrmv(t.order, t.part, t.trans, t.diag, n, r->a, LD, r->c, step);
	compare(r);
	memcpy(r->want, r->b, sizeof r->b);
	cblas_dtrsv(t.order, t.part, t.trans, t.diag, n, r->a, LD, r->c, step);
	compare(r);
}

TEST(triangles_times_vectors_and_their_inverses)
{
	static const int steps[] = {1, -1, 3, -2};
	struct arrays *r = mem_new(1, sizeof *r);

	for (size_t c = 0; c < 32; c++)
		for (size_t q = 0; q < 4 * ARRAY_LEN(sizes); q++)
			if (kind(c).side == CblasLeft)
				check_on_vector(r, c, sizes[q / 4], steps[q % 4]);
	free(r);
}

TEST(matrices_times_vectors)
{
	static const int steps[] = {1, -1, 3, -2};
	struct arrays *r = mem_new(1, sizeof *r);

	for (size_t c = 0; c < 64 * ARRAY_LEN(sizes); c++) {
		enum CBLAS_ORDER order = orders[c % 2];
		enum CBLAS_TRANSPOSE trans = turns[c / 2 % 2];
		int xs = steps[c / 4 % 4], ys = steps[c / 16 % 4];
		int m = sizes[c / 64], n = sizes[(c / 64 + 3) % ARRAY_LEN(sizes)];
		int rows = trans == CblasNoTrans ? m : n, columns = m + n - rows;
		double alpha = factors[c % 3], beta = factors[c / 3 % 3];

		draw(r);
		for (int i = 0; i < rows; i++) {
			double *to = at(r->want, rows, ys, i), sum = 0;

			for (int j = 0; j < columns; j++)
				sum += turned(r->a, order, trans, i, j) *
				       *at(r->b, columns, xs, j);
			*to = alpha * sum + beta * *to;
		}
		cblas_dgemv(order, trans, m, n, alpha, r->a, LD, r->b, xs, beta, r->c,
		            ys);
		compare(r);
	}
	free(r);
}

TEST(vectors)
{
	static const int steps[] = {1, -1, 3, -2};
	struct arrays *r = mem_new(1, sizeof *r);

	for (size_t c = 0; c < 16 * ARRAY_LEN(sizes); c++) {
		int n = sizes[c / 16], xs = steps[c % 4], ys = steps[c / 4 % 4];
		double sum = 0;

		draw(r);
		for (int i = 0; i < n; i++) {
			sum += *at(r->b, n, xs, i) * *at(r->c, n, ys, i);
			*at(r->want, n, ys, i) += 0.3 * *at(r->b, n, xs, i);
		}
		CHECK_DOUBLE(cblas_ddot(n, r->b, xs, r->c, ys), sum, 1e-13);
		cblas_daxpy(n, 0.3, r->b, xs, r->c, ys);
		compare(r);
		for (int i = 0; xs > 0 && i < n; i++)
			r->want[i * xs] *= -2.5;
		cblas_dscal(n, -2.5, r->c, xs);
		compare(r);
	}
	free(r);
}

TEST_MAIN(products, a_matrix_times_itself, triangles_times_matrices_and_their_inverses,
          triangles_times_vectors_and_their_inverses, matrices_times_vectors, vectors)
