#include "gp/dense.h"
#include "gp/vec.h"

#include <math.h>
#include <string.h>

/* Rows and columns of a tile held in registers; columns and depth of a block of b that
 * is copied together, so that it lies in the first-level cache. */
enum { ROWS = 4, STRIP = 2 * VEC, DEPTH = 256, BLOCK = 32 };

/* c (m, n) += alpha a b, a (m, k) and b (k, n) given by the strides of rows and
 * columns. Parts that are zero are left out. */
struct product {
	size_t m, n, k;
	double alpha;
	const double *a;
	size_t a_row, a_col;
	const double *b;
	size_t b_row, b_col;
	double *c;
	size_t ldc;
	bool a_lower; /* a(i, p) = 0 for p > i */
	bool a_upper; /* a(i, p) = 0 for p < i */
	bool b_lower; /* b(p, j) = 0 for p < j */
	bool c_lower; /* only j <= i is wanted */
};

VEC_INLINE void add_tile(const struct product *g, size_t i, size_t j, size_t from,
                         size_t to, const double *strip, size_t rows)
{
	vec sum[ROWS][2] = {{{0}}};
	const double *a = g->a + i * g->a_row;

	for (size_t p = from; p < to; p++, strip += STRIP) {
		vec b0 = *(const vec *)strip, b1 = *(const vec *)(strip + VEC);

		for (size_t r = 0; r < rows; r++) {
			double x = a[r * g->a_row + p * g->a_col];

			sum[r][0] += x * b0;
			sum[r][1] += x * b1;
		}
	}
	for (size_t r = 0; r < rows; r++) {
		double *c = g->c + (i + r) * g->ldc + j;

		*(vec *)c += g->alpha * sum[r][0];
		if (j + VEC < g->n)
			*(vec *)(c + VEC) += g->alpha * sum[r][1];
	}
}

VEC_INLINE void copy_strip(const struct product *g, size_t j, size_t from, size_t to,
                           double *strip)
{
	size_t width = g->n - j < STRIP ? g->n - j : STRIP;

	for (size_t p = from; p < to; p++, strip += STRIP) {
		const double *b = g->b + p * g->b_row + j * g->b_col;

		for (size_t c = 0; c < width; c++)
			strip[c] = b[c * g->b_col];
		for (size_t c = width; c < STRIP; c++)
			strip[c] = 0;
	}
}

VEC_CLONES static void multiply(const struct product *g)
{
	double strip[DEPTH * STRIP];

	for (size_t base = 0; base < g->k; base += DEPTH)
		for (size_t j = 0; j < g->n; j += STRIP) {
			size_t from = base,
			       to = base + DEPTH < g->k ? base + DEPTH : g->k;

			if (g->b_lower && j > from)
				from = j;
			if (from >= to)
				continue;
			copy_strip(g, j, from, to, strip);
			for (size_t i = 0; i < g->m; i += ROWS) {
				size_t rows = g->m - i < ROWS ? g->m - i : ROWS;
				size_t f = from, t = to;

				if (g->c_lower && j > i + rows - 1)
					continue;
				if (g->a_lower && t > i + rows)
					t = i + rows;
				if (g->a_upper && f < i)
					f = i;
				if (f >= t)
					continue;
				if (rows == ROWS)
					add_tile(g, i, j, f, t,
					         strip + (f - from) * STRIP, ROWS);
				else
					for (size_t r = 0; r < rows; r++)
						add_tile(g, i + r, j, f, t,
						         strip + (f - from) * STRIP, 1);
			}
		}
}

/* Static: clang 14 gives clones of a global function another name. */
VEC_CLONES static double dot(const double *x, const double *y, size_t n)
{
	vec sum = {0};
	double total = 0;
	size_t i;

	for (i = 0; i + VEC <= n; i += VEC)
		sum += *(const vec *)(x + i) * *(const vec *)(y + i);
	for (size_t k = 0; k < VEC; k++)
		total += sum[k];
	for (; i < n; i++)
		total += x[i] * y[i];
	return total;
}

double dense_dot(const double *x, const double *y, size_t n)
{
	return dot(x, y, n);
}

VEC_CLONES static void add_scaled(double *y, double a, const double *x, size_t n)
{
	size_t i;

	for (i = 0; i + VEC <= n; i += VEC)
		*(vec *)(y + i) += a * *(const vec *)(x + i);
	for (; i < n; i++)
		y[i] += a * x[i];
}

static bool factor_small(double *a, size_t n, size_t ld)
{
	for (size_t i = 0; i < n; i++) {
		double *row = a + i * ld;

		for (size_t j = 0; j < i; j++)
			row[j] = (row[j] - dot(row, a + j * ld, j)) / a[j * ld + j];
		row[i] -= dot(row, row, i);
		if (!(row[i] > 0) || !isfinite(row[i]))
			return false;
		row[i] = sqrt(row[i]);
	}
	return true;
}

/* inv (n, ld_inv) = L^-1 for n <= BLOCK: row i of it is (e_i - sum_p l_ip inv_p) /
 * l_ii. */
static void invert_small(const double *l, size_t ld, double *inv, size_t ld_inv,
                         size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double *row = inv + i * ld_inv;

		memset(row, 0, n * sizeof *row);
		for (size_t p = 0; p < i; p++)
			add_scaled(row, -l[i * ld + p], inv + p * ld_inv, p + 1);
		row[i] = 1;
		for (size_t j = 0; j <= i; j++)
			row[j] /= l[i * ld + i];
	}
}

/* Left-looking (Golub & Van Loan 2013, algorithm 4.2.4): a block column at a time takes
 * what stands left of it, its diagonal block is factored, the rest multiplied by that
 * block's inverse. */
bool dense_cholesky(double *a, size_t n, size_t ld)
{
	double inv[BLOCK * BLOCK], rest[BLOCK];

	for (size_t j = 0; j < n; j += BLOCK) {
		size_t nb = n - j < BLOCK ? n - j : BLOCK;
		double *diagonal = a + j * ld + j;

		multiply(&(struct product){.m = n - j,
		                           .n = nb,
		                           .k = j,
		                           .alpha = -1,
		                           .a = a + j * ld,
		                           .a_row = ld,
		                           .a_col = 1,
		                           .b = a + j * ld,
		                           .b_row = 1,
		                           .b_col = ld,
		                           .c = diagonal,
		                           .ldc = ld});
		if (!factor_small(diagonal, nb, ld))
			return false;
		invert_small(diagonal, ld, inv, BLOCK, nb);
		for (size_t i = j + nb; i < n; i++) {
			double *row = a + i * ld + j;

			for (size_t k = 0; k < nb; k++)
				rest[k] = dot(row, inv + k * BLOCK, k + 1);
			memcpy(row, rest, nb * sizeof *row);
		}
	}
	for (size_t i = 0; i < n; i++)
		memset(a + i * ld + i + 1, 0, (ld - i - 1) * sizeof *a);
	return true;
}

/* A block of rows at a time: inv_I = -inv_II (L_I,left inv_left). */
void dense_invert(const double *l, double *inv, size_t n, size_t ld)
{
	double small[BLOCK * BLOCK];

	for (size_t i = 0; i < n; i += BLOCK) {
		size_t nb = n - i < BLOCK ? n - i : BLOCK;
		double *rows = inv + i * ld;

		for (size_t r = 0; r < nb; r++)
			memset(rows + r * ld, 0, ld * sizeof *rows);
		invert_small(l + i * ld + i, ld, small, BLOCK, nb);
		multiply(&(struct product){.m = nb,
		                           .n = i,
		                           .k = i,
		                           .alpha = -1,
		                           .a = l + i * ld,
		                           .a_row = ld,
		                           .a_col = 1,
		                           .b = inv,
		                           .b_row = ld,
		                           .b_col = 1,
		                           .c = rows,
		                           .ldc = ld,
		                           .b_lower = true});
		/* In place from the last row up: row r needs the rows up to r. */
		for (size_t r = nb; r-- > 0;) {
			double *row = rows + r * ld, d = small[r * BLOCK + r];

			for (size_t c = 0; c < i; c++)
				row[c] *= d;
			for (size_t p = 0; p < r; p++)
				add_scaled(row, small[r * BLOCK + p], rows + p * ld, i);
			memcpy(row + i, small + r * BLOCK, (r + 1) * sizeof *row);
		}
	}
}

void dense_inverse_product(const double *inv, double *c, size_t n, size_t ld)
{
	memset(c, 0, n * ld * sizeof *c);
	multiply(&(struct product){.m = n,
	                           .n = n,
	                           .k = n,
	                           .alpha = 1,
	                           .a = inv,
	                           .a_row = 1,
	                           .a_col = ld,
	                           .b = inv,
	                           .b_row = ld,
	                           .b_col = 1,
	                           .c = c,
	                           .ldc = ld,
	                           .a_upper = true,
	                           .b_lower = true,
	                           .c_lower = true});
}

void dense_solve(const double *l, size_t n, size_t ld, double *x)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (x[i] - dot(l + i * ld, x, i)) / l[i * ld + i];
}

void dense_lower(const double *inv, size_t n, size_t ld, const double *x, double *y)
{
	for (size_t i = 0; i < n; i++)
		y[i] = dot(inv + i * ld, x, i + 1);
}

void dense_lower_t(const double *inv, size_t n, size_t ld, const double *x, double *y)
{
	memset(y, 0, n * sizeof *y);
	for (size_t i = 0; i < n; i++)
		add_scaled(y, x[i], inv + i * ld, i + 1);
}

void dense_lower_block(const double *inv, size_t n, size_t ld, const double *b,
                       double *v, size_t m, size_t ldb)
{
	for (size_t i = 0; i < n; i++)
		memset(v + i * ldb, 0, m * sizeof *v);
	multiply(&(struct product){.m = n,
	                           .n = m,
	                           .k = n,
	                           .alpha = 1,
	                           .a = inv,
	                           .a_row = ld,
	                           .a_col = 1,
	                           .b = b,
	                           .b_row = ldb,
	                           .b_col = 1,
	                           .c = v,
	                           .ldc = ldb,
	                           .a_lower = true});
}

void dense_multiply(const double *a, size_t n, size_t ld, const double *b, double *c,
                    size_t m, size_t ldb)
{
	for (size_t i = 0; i < n; i++)
		memset(c + i * ldb, 0, m * sizeof *c);
	multiply(&(struct product){.m = n,
	                           .n = m,
	                           .k = n,
	                           .alpha = 1,
	                           .a = a,
	                           .a_row = ld,
	                           .a_col = 1,
	                           .b = b,
	                           .b_row = ldb,
	                           .b_col = 1,
	                           .c = c,
	                           .ldc = ldb});
}
