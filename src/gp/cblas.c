/* The routines of CBLAS that GSL's calls for a Gaussian process reach, in the place of
 * the reference implementation, which takes several times as long. One thread, and a
 * fixed order of every sum, whatever the registers of the machine.
 *
 * Every case becomes one: a matrix is an address and two strides, so that transposing
 * swaps these and turning a matrix round negates them; with that every triangle is
 * lower and stands on the left. GSL has checked all arguments. */
/* NOLINTBEGIN(readability-function-size): how many arguments there are, CBLAS says. */
#include "gp/vec.h"

#include <gsl/gsl_cblas.h>
#include <stdbool.h>
#include <string.h>

/* Rows and columns of a tile held in registers; depth of what is copied together, so
 * that it lies in the first-level cache; the largest triangle done at once, and how
 * many columns it is applied to together. */
enum { ROWS = 4, STRIP = 2 * VEC, DEPTH = 256, SMALL = 32, LANES = 4 * VEC };

struct in {
	const double *at;
	ptrdiff_t row, col; /* from one row, one column, to the next */
};

struct out {
	double *at;
	ptrdiff_t row, col;
};

enum part { WHOLE, LOWER, UPPER };

/* c (m, n) += alpha a b for a (m, k) and b (k, n); of c only a part; c.col is 1. */
struct product {
	ptrdiff_t m, n, k;
	double alpha;
	struct in a, b;
	struct out c;
	enum part part;
};

static struct in in(struct out x)
{
	return (struct in){x.at, x.row, x.col};
}

/* The part below row i and right of column j. */
static struct in in_from(struct in x, ptrdiff_t i, ptrdiff_t j)
{
	x.at += i * x.row + j * x.col;
	return x;
}

static struct out out_from(struct out x, ptrdiff_t i)
{
	x.at += i * x.row;
	return x;
}

/* --- sums of vectors --- */

VEC_CLONES static double dot_straight(const double *x, const double *y, ptrdiff_t n)
{
	vec sum = {0};
	double total = 0;
	ptrdiff_t i;

	for (i = 0; i + VEC <= n; i += VEC)
		sum += *(const vec *)(x + i) * *(const vec *)(y + i);
	for (int k = 0; k < VEC; k++)
		total += sum[k];
	for (; i < n; i++)
		total += x[i] * y[i];
	return total;
}

VEC_CLONES static void add_straight(double *y, double a, const double *x, ptrdiff_t n)
{
	ptrdiff_t i;

	for (i = 0; i + VEC <= n; i += VEC)
		*(vec *)(y + i) += a * *(const vec *)(x + i);
	for (; i < n; i++)
		y[i] += a * x[i];
}

static double dot(ptrdiff_t n, const double *x, ptrdiff_t x_step, const double *y,
                  ptrdiff_t y_step)
{
	double sum = 0;

	if (x_step == 1 && y_step == 1)
		return dot_straight(x, y, n);
	if (x_step == -1 && y_step == -1)
		return n ? dot_straight(x - (n - 1), y - (n - 1), n) : 0;
	for (ptrdiff_t i = 0; i < n; i++)
		sum += x[i * x_step] * y[i * y_step];
	return sum;
}

/* y += a x */
static void add(ptrdiff_t n, double a, const double *x, ptrdiff_t x_step, double *y,
                ptrdiff_t y_step)
{
	if (x_step == 1 && y_step == 1)
		add_straight(y, a, x, n);
	else if (x_step == -1 && y_step == -1 && n)
		add_straight(y - (n - 1), a, x - (n - 1), n);
	else
		for (ptrdiff_t i = 0; i < n; i++)
			y[i * y_step] += a * x[i * x_step];
}

/* --- products of matrices --- */

static bool wanted(enum part part, ptrdiff_t i, ptrdiff_t j)
{
	return part == WHOLE || (part == LOWER ? j <= i : j >= i);
}

VEC_INLINE void add_tile(const struct product *g, ptrdiff_t i, ptrdiff_t j,
                         ptrdiff_t from, ptrdiff_t to, const double *strip,
                         ptrdiff_t rows)
{
	vec sum[ROWS][2] = {{{0}}};
	const double *a = g->a.at + i * g->a.row;
	bool inside = j + STRIP <= g->n && wanted(g->part, i, j + STRIP - 1) &&
	              wanted(g->part, i + rows - 1, j);

	for (ptrdiff_t p = from; p < to; p++, strip += STRIP) {
		vec b0 = *(const vec *)strip, b1 = *(const vec *)(strip + VEC);

		for (ptrdiff_t r = 0; r < rows; r++) {
			double x = a[r * g->a.row + p * g->a.col];

			sum[r][0] += x * b0;
			sum[r][1] += x * b1;
		}
	}
	for (ptrdiff_t r = 0; r < rows; r++) {
		double *c = g->c.at + (i + r) * g->c.row + j;
		double each[STRIP];

		if (inside) {
			*(vec *)c += g->alpha * sum[r][0];
			*(vec *)(c + VEC) += g->alpha * sum[r][1];
			continue;
		}
		*(vec *)each = sum[r][0];
		*(vec *)(each + VEC) = sum[r][1];
		for (ptrdiff_t k = 0; k < STRIP && j + k < g->n; k++)
			if (wanted(g->part, i + r, j + k))
				c[k] += g->alpha * each[k];
	}
}

VEC_INLINE void copy_strip(const struct product *g, ptrdiff_t j, ptrdiff_t from,
                           ptrdiff_t to, double *strip)
{
	ptrdiff_t width = g->n - j < STRIP ? g->n - j : STRIP;

	for (ptrdiff_t p = from; p < to; p++, strip += STRIP) {
		const double *b = g->b.at + p * g->b.row + j * g->b.col;

		if (width == STRIP && g->b.col == 1) {
			memcpy(strip, b, STRIP * sizeof *strip);
			continue;
		}
		for (ptrdiff_t c = 0; c < width; c++)
			strip[c] = b[c * g->b.col];
		for (ptrdiff_t c = width; c < STRIP; c++)
			strip[c] = 0;
	}
}

VEC_CLONES static void multiply(const struct product *g)
{
	double strip[DEPTH * STRIP];

	for (ptrdiff_t from = 0; from < g->k; from += DEPTH)
		for (ptrdiff_t j = 0; j < g->n; j += STRIP) {
			ptrdiff_t to = from + DEPTH < g->k ? from + DEPTH : g->k;
			ptrdiff_t i = g->part == LOWER ? j / ROWS * ROWS : 0;
			ptrdiff_t end = g->m;

			if (g->part == UPPER && end > j + STRIP)
				end = j + STRIP;
			copy_strip(g, j, from, to, strip);
			for (; i + ROWS <= end; i += ROWS)
				add_tile(g, i, j, from, to, strip, ROWS);
			for (; i < end; i++)
				add_tile(g, i, j, from, to, strip, 1);
		}
}

/* c (m, n) += alpha a b for whatever strides of c, one of which is 1 or -1. */
static void add_product(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, double alpha,
                        struct in a, struct in b, struct out c)
{
	struct product g = {m, n, k, alpha, a, b, c, WHOLE};

	if (c.col != 1 && c.col != -1)
		g = (struct product){.m = n,
		                     .n = m,
		                     .k = k,
		                     .alpha = alpha,
		                     .a = {b.at, b.col, b.row},
		                     .b = {a.at, a.col, a.row},
		                     .c = {c.at, c.col, c.row}};
	if (g.c.col < 0) {
		g.b.at += (g.n - 1) * g.b.col;
		g.b.col = -g.b.col;
		g.c.at += (g.n - 1) * g.c.col;
		g.c.col = 1;
	}
	if (m && n && k)
		multiply(&g);
}

static void scale(ptrdiff_t m, ptrdiff_t n, double by, struct out c, enum part part)
{
	bool zero = !(by < 0 || by > 0);

	if (!(by < 1 || by > 1))
		return;
	if (c.row == 1 || c.row == -1) { /* along what lies one behind the other */
		ptrdiff_t rows = m;

		m = n;
		n = rows;
		c = (struct out){c.at, c.col, c.row};
		part = part == WHOLE ? WHOLE : part == LOWER ? UPPER : LOWER;
	}
	for (ptrdiff_t i = 0; i < m; i++)
		for (ptrdiff_t j = 0; j < n; j++)
			if (wanted(part, i, j)) {
				double *x = &c.at[i * c.row + j * c.col];

				*x = zero ? 0 : by * *x;
			}
}

static bool turned(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE trans)
{
	return (order == CblasColMajor) != (trans != CblasNoTrans);
}

static struct in operand(const double *a, int ld, bool transposed)
{
	return transposed ? (struct in){a, 1, ld} : (struct in){a, ld, 1};
}

void cblas_dgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta,
                 enum CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta,
                 double *c, int ldc)
{
	bool columns = order == CblasColMajor;
	struct out to = {c, columns ? 1 : ldc, columns ? ldc : 1};

	scale(m, n, beta, to, WHOLE);
	if (alpha < 0 || alpha > 0)
		add_product(m, n, k, alpha, operand(a, lda, turned(order, ta)),
		            operand(b, ldb, turned(order, tb)), to);
}

void cblas_dsyrk(enum CBLAS_ORDER order, enum CBLAS_UPLO uplo,
                 enum CBLAS_TRANSPOSE trans, int n, int k, double alpha,
                 const double *a, int lda, double beta, double *c, int ldc)
{
	struct product g = {.m = n, .n = n, .k = k, .alpha = alpha, .c = {c, ldc, 1}};

	g.part = (uplo == CblasLower) == (order == CblasRowMajor) ? LOWER : UPPER;
	g.a = operand(a, lda, turned(order, trans));
	g.b = (struct in){a, g.a.col, g.a.row};
	scale(n, n, beta, g.c, g.part);
	if (alpha < 0 || alpha > 0)
		multiply(&g);
}

/* --- triangles --- */

/* A lower triangle t (n, n) on the left of b (n, m). */
struct triangle {
	ptrdiff_t n, m;
	struct in t;
	bool unit; /* its diagonal is 1 */
	struct out b;
};

static struct triangle lower_left(enum CBLAS_ORDER order, enum CBLAS_SIDE side,
                                  enum CBLAS_UPLO uplo, enum CBLAS_TRANSPOSE trans,
                                  enum CBLAS_DIAG diag, int m, int n, const double *a,
                                  int lda, double *b, int ldb)
{
	bool columns = order == CblasColMajor, right = side == CblasRight;
	bool lower = ((uplo == CblasLower) != (trans != CblasNoTrans)) != right;
	struct triangle g = {
	    .n = right ? n : m,
	    .m = right ? m : n,
	    .t = operand(a, lda, turned(order, trans) != right),
	    .unit = diag == CblasUnit,
	    .b = {b, columns == right ? ldb : 1, columns == right ? 1 : ldb}};

	if (!lower && g.n) {
		g.t = (struct in){g.t.at + (g.n - 1) * (g.t.row + g.t.col), -g.t.row,
		                  -g.t.col};
		g.b = (struct out){g.b.at + (g.n - 1) * g.b.row, -g.b.row, g.b.col};
	}
	return g;
}

/* LANES columns of b from column j on, to and from a block of rows one after another;
 * columns that b has not are 0. Both go along what lies one behind the other in b. */
VEC_INLINE void fetch(const struct triangle *g, ptrdiff_t j, double *block)
{
	ptrdiff_t width = g->m - j < LANES ? g->m - j : LANES;
	const double *b = g->b.at + j * g->b.col;

	if (width < LANES)
		memset(block, 0, (size_t)(g->n * LANES) * sizeof *block);
	if (g->b.col == 1)
		for (ptrdiff_t i = 0; i < g->n; i++)
			memcpy(block + i * LANES, b + i * g->b.row,
			       (size_t)width * sizeof *b);
	else
		for (ptrdiff_t c = 0; c < width; c++)
			for (ptrdiff_t i = 0; i < g->n; i++)
				block[i * LANES + c] = b[i * g->b.row + c * g->b.col];
}

VEC_INLINE void put_back(const struct triangle *g, ptrdiff_t j, const double *block)
{
	ptrdiff_t width = g->m - j < LANES ? g->m - j : LANES;
	double *b = g->b.at + j * g->b.col;

	if (g->b.col == 1)
		for (ptrdiff_t i = 0; i < g->n; i++)
			memcpy(b + i * g->b.row, block + i * LANES,
			       (size_t)width * sizeof *b);
	else
		for (ptrdiff_t c = 0; c < width; c++)
			for (ptrdiff_t i = 0; i < g->n; i++)
				b[i * g->b.row + c * g->b.col] = block[i * LANES + c];
}

/* row i of block = (first * itself + sum over p < i of by * t(i, p) row p) * last */
VEC_INLINE void combine(const struct triangle *g, double *block, ptrdiff_t i,
                        double first, double by, double last)
{
	double *row = block + i * LANES;
	vec sum[LANES / VEC];

	for (int k = 0; k < LANES / VEC; k++)
		sum[k] = first * *(vec *)(row + k * VEC);
	for (ptrdiff_t p = 0; p < i; p++) {
		double x = by * g->t.at[i * g->t.row + p * g->t.col];

		for (int k = 0; k < LANES / VEC; k++)
			sum[k] += x * *(const vec *)(block + p * LANES + k * VEC);
	}
	for (int k = 0; k < LANES / VEC; k++)
		*(vec *)(row + k * VEC) = sum[k] * last;
}

static double diagonal(const struct triangle *g, ptrdiff_t i)
{
	return g->unit ? 1 : g->t.at[i * (g->t.row + g->t.col)];
}

VEC_CLONES static void solve_small(const struct triangle *g)
{
	double block[SMALL * LANES], inverse[SMALL];

	for (ptrdiff_t i = 0; i < g->n; i++)
		inverse[i] = 1 / diagonal(g, i);
	for (ptrdiff_t j = 0; j < g->m; j += LANES) {
		fetch(g, j, block);
		for (ptrdiff_t i = 0; i < g->n; i++)
			combine(g, block, i, 1, -1, inverse[i]);
		put_back(g, j, block);
	}
}

VEC_CLONES static void apply_small(const struct triangle *g)
{
	double block[SMALL * LANES];

	for (ptrdiff_t j = 0; j < g->m; j += LANES) {
		fetch(g, j, block);
		for (ptrdiff_t i = g->n; i-- > 0;)
			combine(g, block, i, diagonal(g, i), 1, 1);
		put_back(g, j, block);
	}
}

/* Where a triangle is cut in two; whole rows of tiles. */
static ptrdiff_t half(ptrdiff_t n)
{
	return (n / 2 + ROWS - 1) / ROWS * ROWS;
}

static struct triangle first_half(const struct triangle *g)
{
	struct triangle h = *g;

	h.n = half(g->n);
	return h;
}

static struct triangle second_half(const struct triangle *g)
{
	ptrdiff_t n = half(g->n);
	struct triangle h = *g;

	h.n -= n;
	h.t = in_from(g->t, n, n);
	h.b = out_from(g->b, n);
	return h;
}

/* b = t^-1 b */
static void solve(const struct triangle *g)
{
	struct triangle upper, under;

	if (g->n <= SMALL) {
		solve_small(g);
		return;
	}
	upper = first_half(g);
	under = second_half(g);
	solve(&upper);
	add_product(under.n, g->m, upper.n, -1, in_from(g->t, upper.n, 0), in(g->b),
	            under.b);
	solve(&under);
}

/* b = t b */
static void apply(const struct triangle *g)
{
	struct triangle upper, under;

	if (g->n <= SMALL) {
		apply_small(g);
		return;
	}
	upper = first_half(g);
	under = second_half(g);
	apply(&under);
	add_product(under.n, g->m, upper.n, 1, in_from(g->t, upper.n, 0), in(g->b),
	            under.b);
	apply(&upper);
}

void cblas_dtrsm(enum CBLAS_ORDER order, enum CBLAS_SIDE side, enum CBLAS_UPLO uplo,
                 enum CBLAS_TRANSPOSE trans, enum CBLAS_DIAG diag, int m, int n,
                 double alpha, const double *a, int lda, double *b, int ldb)
{
	struct triangle g =
	    lower_left(order, side, uplo, trans, diag, m, n, a, lda, b, ldb);

	scale(g.n, g.m, alpha, g.b, WHOLE);
	solve(&g);
}

void cblas_dtrmm(enum CBLAS_ORDER order, enum CBLAS_SIDE side, enum CBLAS_UPLO uplo,
                 enum CBLAS_TRANSPOSE trans, enum CBLAS_DIAG diag, int m, int n,
                 double alpha, const double *a, int lda, double *b, int ldb)
{
	struct triangle g =
	    lower_left(order, side, uplo, trans, diag, m, n, a, lda, b, ldb);

	scale(g.n, g.m, alpha, g.b, WHOLE);
	apply(&g);
}

/* --- a matrix and a vector --- */

/* The element that is the first one of n by CBLAS's counting. */
static ptrdiff_t begin(ptrdiff_t n, ptrdiff_t step)
{
	return step < 0 ? (1 - n) * step : 0;
}

/* A triangle on one vector: m is 1 and b.row its step. Along rows or along columns,
 * whichever lie one behind the other. */
static struct triangle on_vector(enum CBLAS_ORDER order, enum CBLAS_UPLO uplo,
                                 enum CBLAS_TRANSPOSE trans, enum CBLAS_DIAG diag,
                                 int n, const double *a, int lda, double *x, int step)
{
	struct triangle g =
	    lower_left(order, CblasLeft, uplo, trans, diag, n, 0, a, lda, x, 0);
	bool lower = (uplo == CblasLower) != (trans != CblasNoTrans);

	g.m = 1;
	g.b = (struct out){x + begin(n, step), step, 0};
	if (!lower && n)
		g.b = (struct out){g.b.at + (n - 1) * (ptrdiff_t)step, -step, 0};
	return g;
}

void cblas_dtrsv(enum CBLAS_ORDER order, enum CBLAS_UPLO uplo,
                 enum CBLAS_TRANSPOSE trans, enum CBLAS_DIAG diag, int n,
                 const double *a, int lda, double *x, int step)
{
	struct triangle g = on_vector(order, uplo, trans, diag, n, a, lda, x, step);
	bool along_rows = g.t.col == 1 || g.t.col == -1;

	for (ptrdiff_t i = 0; i < n; i++) {
		double *xi = g.b.at + i * g.b.row;
		const double *t = g.t.at + i * g.t.row;

		if (along_rows)
			*xi -= dot(i, t, g.t.col, g.b.at, g.b.row);
		*xi /= diagonal(&g, i);
		if (!along_rows)
			add(n - i - 1, -*xi, t + i * g.t.col + g.t.row, g.t.row,
			    xi + g.b.row, g.b.row);
	}
}

void cblas_dtrmv(enum CBLAS_ORDER order, enum CBLAS_UPLO uplo,
                 enum CBLAS_TRANSPOSE trans, enum CBLAS_DIAG diag, int n,
                 const double *a, int lda, double *x, int step)
{
	struct triangle g = on_vector(order, uplo, trans, diag, n, a, lda, x, step);
	bool along_rows = g.t.col == 1 || g.t.col == -1;

	for (ptrdiff_t i = n; i-- > 0;) {
		double *xi = g.b.at + i * g.b.row;
		const double *t = g.t.at + i * g.t.row;

		if (!along_rows)
			add(n - i - 1, *xi, t + i * g.t.col + g.t.row, g.t.row,
			    xi + g.b.row, g.b.row);
		*xi *= diagonal(&g, i);
		if (along_rows)
			*xi += dot(i, t, g.t.col, g.b.at, g.b.row);
	}
}

void cblas_dgemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE trans, int m, int n,
                 double alpha, const double *a, int lda, const double *x, int x_step,
                 double beta, double *y, int y_step)
{
	struct in t = operand(a, lda, turned(order, trans));
	ptrdiff_t rows = trans == CblasNoTrans ? m : n;
	ptrdiff_t columns = trans == CblasNoTrans ? n : m;

	x += begin(columns, x_step);
	y += begin(rows, y_step);
	scale(rows, 1, beta, (struct out){y, y_step, 0}, WHOLE);
	if (t.col == 1)
		for (ptrdiff_t i = 0; i < rows; i++)
			y[i * y_step] +=
			    alpha * dot(columns, t.at + i * t.row, t.col, x, x_step);
	else
		for (ptrdiff_t j = 0; j < columns; j++)
			add(rows, alpha * x[j * x_step], t.at + j * t.col, t.row, y,
			    y_step);
}

double cblas_ddot(int n, const double *x, int x_step, const double *y, int y_step)
{
	return dot(n, x + begin(n, x_step), x_step, y + begin(n, y_step), y_step);
}

void cblas_daxpy(int n, double alpha, const double *x, int x_step, double *y,
                 int y_step)
{
	add(n, alpha, x + begin(n, x_step), x_step, y + begin(n, y_step), y_step);
}

void cblas_dscal(int n, double alpha, double *x, int step)
{
	for (ptrdiff_t i = 0; step > 0 && i < n; i++)
		x[i * step] *= alpha;
}
/* NOLINTEND(readability-function-size) */
