/* Dense linear algebra for symmetric positive-definite matrices: blocked Cholesky, the
 * inverse of its factor, and products. One thread, a fixed order of every sum.
 *
 * Not OpenBLAS: a program linked with it starts 2 ms later, and its kernels give other
 * bits on every kind of processor. These take about its dpotrf's time from n = 200 on,
 * and three times it, some microseconds, at n = 100.
 *
 * Matrices are row-major with rows of ld doubles, ld a multiple of 8 and at least n
 * rounded up to one; what stands in a row behind column n is never used but may be
 * written. Triangular ones are lower; what is above their diagonal counts as 0. */
#ifndef HPS_GP_DENSE_H
#define HPS_GP_DENSE_H

#include <stdbool.h>
#include <stddef.h>

/* L of A = L L', in place; false when A is not positive-definite (or holds a NaN). The
 * part above the diagonal is set to zero. */
bool dense_cholesky(double *a, size_t n, size_t ld);
/* inv = L^-1, zero above its diagonal. */
void dense_invert(const double *l, double *inv, size_t n, size_t ld);
/* The lower part of c = inv' inv; what is above the diagonal is undefined. */
void dense_inverse_product(const double *inv, double *c, size_t n, size_t ld);
/* x = L^-1 x by substitution. */
void dense_solve(const double *l, size_t n, size_t ld, double *x);
/* y = inv x and y = inv' x for a lower triangular inv. */
void dense_lower(const double *inv, size_t n, size_t ld, const double *x, double *y);
void dense_lower_t(const double *inv, size_t n, size_t ld, const double *x, double *y);
/* v = inv b for b, v (n, ldb) with m columns, m a multiple of 8. */
void dense_lower_block(const double *inv, size_t n, size_t ld, const double *b,
                       double *v, size_t m, size_t ldb);
/* c (n, ldb) = a b for a (n, n) whole, b (n, ldb) with m columns, m a multiple of 8. */
void dense_multiply(const double *a, size_t n, size_t ld, const double *b, double *c,
                    size_t m, size_t ldb);
double dense_dot(const double *x, const double *y, size_t n);

#endif
