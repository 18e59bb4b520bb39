/* The covariance of two points, over dimensions that may be numbers, categories and
 * absent:
 *
 *     k(x, x') = s M(sum_j w_j d_j(x, x')),  w_j = 1 / l_j^2
 *     M(r2) = (1 + q + q^2 / 3) exp(-q),     q = sqrt(5 r2)
 *
 * which is Matérn's with nu = 5/2 and a length-scale per dimension (Rasmussen &
 * Williams 2006, equations 4.17 and 5.1). d_j is
 *
 *     (w(z) - w(z'))^2       both present, numbers; w is the warp below
 *     (w(z) - 1/2)^2 + 1/4   one is absent: the distance, squared, of (w - 1/2, 0) and
 *                            (0, 1/2), so that the whole stays a covariance
 *     0 or 1                 categories, equal or not; absent is one more category
 *     0                      both absent
 *
 * The warp is Kumaraswamy's distribution function, w(z) = 1 - (1 - z^a)^b (Snoek,
 * Swersky, Zemel & Adams 2014, section 3.1, with it in place of the beta's). */
#ifndef HPS_GP_KERNEL_H
#define HPS_GP_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

enum gp_kind { GP_NUMBER, GP_CATEGORY };

struct gp_dim {
	enum gp_kind kind;
	bool optional; /* may be absent */
};

/* A number is in [0, 1], a category a whole number from 0 on; absent is this. */
#define GP_ABSENT (-1.0)

/* Parameters of the covariance, as logarithms, in one array: l (d), s, nu, a (d), b
 * (d). a and b of categories are 0 and of no effect. */
static inline size_t gp_n_theta(size_t d)
{
	return 3 * d + 2;
}

/* A point becomes numbers in columns whose weighted squared differences sum up to r2: a
 * number gives one, an optional number two. */
struct kernel {
	const struct gp_dim *dims; /* (d) */
	size_t d, n_col;
	size_t *column; /* (d) first column of a dimension */
	size_t *dim;    /* (n_col) */
	bool *category; /* (n_col) */
	double *w;      /* (n_col) */
	double s;       /* variance */
	double *a, *b;  /* (d) of the warp */
	bool *warped;   /* (d) a or b is not 1 */
};

void kernel_init(struct kernel *k, const struct gp_dim *dims, size_t d);
void kernel_free(struct kernel *k);
void kernel_set(struct kernel *k, const double *theta);
/* The columns of n points x (n, d): cols (n_col, ld), ld >= n rounded up to 8; what is
 * behind n is set to 0. */
void kernel_columns(const struct kernel *k, const double *x, size_t n, double *cols,
                    size_t ld);
/* k(x, X) for one point (its columns, x (n_col)) and the first m of many (cols): out,
 * with room up to a multiple of 8; slope (may be NULL): s M'(r2), likewise. */
void kernel_row(const struct kernel *k, const double *x, const double *cols, size_t ld,
                size_t m, double *out, double *slope);
/* r2 of two points (d). */
double kernel_distance(const struct kernel *k, const double *x, const double *y);
/* Derivatives of the warp: by the numbers x (d) of a point, of each dimension, 1 where
 * there is none (out has room for d rounded up to 8); of dimension j by log a and log
 * b, at n numbers z (all with room for n rounded up to 8; z is moved off the ends). */
void kernel_warp_slopes(const struct kernel *k, const double *x, double *out);
void kernel_warp_gradients(const struct kernel *k, size_t j, double *z, size_t n,
                           double *by_a, double *by_b);

#endif
