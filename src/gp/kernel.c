#include "gp/kernel.h"
#include "base/elementary.h"
#include "base/mem.h"
#include "gp/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The warp's derivatives have no bound at the very ends. */
static const double z_least = 1e-6;
static const double exp_least = -690;

void kernel_init(struct kernel *k, const struct gp_dim *dims, size_t d)
{
	*k = (struct kernel){.dims = dims, .d = d};
	k->column = mem_new(d, sizeof *k->column);
	k->dim = mem_new(2 * d, sizeof *k->dim);
	k->category = mem_new(2 * d, sizeof *k->category);
	k->w = mem_new(2 * d, sizeof *k->w);
	k->a = mem_new(vec_room(d), sizeof *k->a);
	k->b = mem_new(vec_room(d), sizeof *k->b);
	k->warped = mem_new(d, sizeof *k->warped);
	for (size_t j = 0; j < d; j++) {
		size_t n = dims[j].kind == GP_NUMBER && dims[j].optional ? 2 : 1;

		k->column[j] = k->n_col;
		for (size_t i = 0; i < n; i++) {
			k->dim[k->n_col] = j;
			k->category[k->n_col++] = dims[j].kind == GP_CATEGORY;
		}
	}
}

void kernel_free(struct kernel *k)
{
	free(k->column);
	free(k->dim);
	free(k->category);
	free(k->w);
	free(k->a);
	free(k->b);
	free(k->warped);
	*k = (struct kernel){0};
}

void kernel_set(struct kernel *k, const double *theta)
{
	const double *a = theta + k->d + 2, *b = a + k->d;

	for (size_t c = 0; c < k->n_col; c++)
		k->w[c] = portable_exp(-2 * theta[k->dim[c]]);
	k->s = portable_exp(theta[k->d]);
	for (size_t j = 0; j < k->d; j++) {
		k->warped[j] =
		    k->dims[j].kind == GP_NUMBER && (fabs(a[j]) > 0 || fabs(b[j]) > 0);
		k->a[j] = portable_exp(a[j]);
		k->b[j] = portable_exp(b[j]);
	}
}

static double inner(double z)
{
	return fmin(fmax(z, z_least), 1 - z_least);
}

/* In place; all lanes are numbers, n a multiple of 8. */
VEC_CLONES static void warp(double a, double b, double *z, size_t n)
{
	for (size_t i = 0; i < n; i += VEC) {
		vec v = *(const vec *)(z + i);

		vec_log(&v);
		v *= a;
		vec_exp(&v);
		v = 1 - v;
		vec_log(&v);
		v *= b;
		vec_exp(&v);
		*(vec *)(z + i) = 1 - v;
	}
}

static void number_columns(const struct kernel *k, size_t j, const double *x, size_t n,
                           double *c, size_t ld)
{
	size_t room = vec_room(n);

	for (size_t i = 0; i < room; i++)
		c[i] = i < n && x[i * k->d + j] >= 0 ? x[i * k->d + j] : 0.5;
	if (k->warped[j]) {
		for (size_t i = 0; i < room; i++)
			c[i] = inner(c[i]);
		warp(k->a[j], k->b[j], c, room);
	}
	if (!k->dims[j].optional)
		return;
	for (size_t i = 0; i < n; i++) {
		bool absent = x[i * k->d + j] < 0;

		c[i] = absent ? 0 : c[i] - 0.5;
		c[ld + i] = absent ? 0.5 : 0;
	}
	memset(c + ld + n, 0, (room - n) * sizeof *c);
}

void kernel_columns(const struct kernel *k, const double *x, size_t n, double *cols,
                    size_t ld)
{
	for (size_t j = 0; j < k->d; j++) {
		double *c = cols + k->column[j] * ld;

		if (k->dims[j].kind == GP_NUMBER)
			number_columns(k, j, x, n, c, ld);
		else
			for (size_t i = 0; i < n; i++)
				c[i] = x[i * k->d + j];
		memset(c + n, 0, (vec_room(n) - n) * sizeof *c);
	}
}

VEC_CLONES static void distances(const struct kernel *k, const double *x,
                                 const double *cols, size_t ld, size_t m, double *r2)
{
	for (size_t i = 0; i < m; i += VEC) {
		vec sum = {0};

		for (size_t c = 0; c < k->n_col; c++) {
			vec v = *(const vec *)(cols + c * ld + i) - x[c];

			if (k->category[c]) {
				const vec one = {1, 1, 1, 1, 1, 1, 1, 1};

				v = (vec)((vec_bits)one & (v != 0));
			}
			sum += k->w[c] * (v * v);
		}
		*(vec *)(r2 + i) = 5 * sum;
	}
}

/* From q to the covariance and its slope. */
VEC_CLONES static void matern(double s, size_t m, double *q, double *slope)
{
	for (size_t i = 0; i < m; i += VEC) {
		vec v = *(const vec *)(q + i), e = -v;

		vec_exp(&e);
		e *= s;
		*(vec *)(q + i) = (1 + v + v * v * (1.0 / 3)) * e;
		if (slope)
			*(vec *)(slope + i) = -(5.0 / 6) * (1 + v) * e;
	}
}

VEC_CLONES static void roots(double *x, size_t m)
{
	for (size_t i = 0; i < m; i++)
		x[i] = sqrt(x[i]);
}

void kernel_row(const struct kernel *k, const double *x, const double *cols, size_t ld,
                size_t m, double *out, double *slope)
{
	m = vec_room(m);
	distances(k, x, cols, ld, m, out);
	roots(out, m);
	matern(k->s, m, out, slope);
}

double kernel_distance(const struct kernel *k, const double *x, const double *y)
{
	double *col = mem_new(2 * k->n_col * VEC, sizeof *col), *other, sum = 0;

	other = col + k->n_col * VEC;
	kernel_columns(k, x, 1, col, VEC);
	kernel_columns(k, y, 1, other, VEC);
	for (size_t c = 0; c < k->n_col; c++) {
		double e = col[c * VEC] - other[c * VEC];

		sum += k->w[c] * (k->category[c] ? fabs(e) > 0 : e * e);
	}
	free(col);
	return sum;
}

static double slope_of(double a, double b, double z)
{
	double za = portable_pow(z, a);

	return a * b * za / z * portable_pow(1 - za, b - 1);
}

static void gradient_of(double a, double b, double z, double *by_a, double *by_b)
{
	double za = portable_pow(z, a), rest = portable_pow(1 - za, b);

	*by_a = a * b * rest / (1 - za) * za * portable_log(z);
	*by_b = -b * rest * portable_log1p(-za);
}

/* Where the vectors' exp is that of base/elementary, and 1 - za has a logarithm. */
VEC_INLINE bool all_plain(const vec *x, const vec *rest, const vec *y)
{
	vec_bits plain = (*x >= exp_least) & (*x <= -exp_least) & (*rest > 0) &
	                 (*y >= exp_least) & (*y <= -exp_least);
	bool all = true;

	for (int i = 0; i < VEC; i++)
		all = all && plain[i];
	return all;
}

/* The same as above, bit for bit, for eight; false: not for these. */
VEC_CLONES static bool slopes_of(const double *a, const double *b, const double *z,
                                 double *out)
{
	vec va = *(const vec *)a, vb = *(const vec *)b, v = *(const vec *)z;
	vec x = v, za, rest, y, power;

	vec_portable_log(&x);
	x = va * x;
	za = x;
	vec_portable_exp(&za);
	y = rest = 1 - za;
	vec_portable_log(&y);
	y = (vb - 1) * y;
	power = y;
	vec_portable_exp(&power);
	*(vec *)out = va * vb * za / v * power;
	return all_plain(&x, &rest, &y);
}

VEC_CLONES static bool gradients_of(double a, double b, const double *z, double *by_a,
                                    double *by_b)
{
	vec lz = *(const vec *)z, x, za, rest, y, power, far, near;
	vec_bits is_near;

	vec_portable_log(&lz);
	za = x = a * lz;
	vec_portable_exp(&za);
	far = rest = 1 - za;
	vec_portable_log(&far);
	power = y = b * far;
	vec_portable_exp(&power);
	*(vec *)by_a = a * b * power / rest * za * lz;
	/* log1p(-za), as portable_log1p has it. */
	near = -za / (2 - za);
	is_near = -za > -0.29;
	vec_twice_atanh(&near);
	*(vec *)by_b =
	    -b * power * (vec)(((vec_bits)near & is_near) | ((vec_bits)far & ~is_near));
	return all_plain(&x, &rest, &y);
}

void kernel_warp_slopes(const struct kernel *k, const double *x, double *out)
{
	for (size_t j = 0; j < k->d; j += VEC) {
		double z[VEC];

		for (size_t i = 0; i < VEC; i++)
			z[i] = j + i < k->d && k->warped[j + i] ? inner(x[j + i]) : 0.5;
		if (!slopes_of(k->a + j, k->b + j, z, out + j))
			for (size_t i = 0; i < VEC; i++)
				out[j + i] = slope_of(k->a[j + i], k->b[j + i], z[i]);
	}
	for (size_t j = 0; j < k->d; j++)
		out[j] = k->warped[j] ? out[j] : 1;
}

void kernel_warp_gradients(const struct kernel *k, size_t j, double *z, size_t n,
                           double *by_a, double *by_b)
{
	double a = k->a[j], b = k->b[j];

	for (size_t i = 0; i < vec_room(n); i++)
		z[i] = i < n ? inner(z[i]) : 0.5;
	for (size_t i = 0; i < n; i += VEC)
		if (!gradients_of(a, b, z + i, by_a + i, by_b + i))
			for (size_t l = i; l < i + VEC; l++)
				gradient_of(a, b, z[l], by_a + l, by_b + l);
}
