/* The elementary functions with the same bits on every machine: IEEE operations in a
 * fixed order, within two units of the last place, erfc within eight. The C library's
 * differ in the last bit from one kind of processor to the next; what a model concludes
 * from them would be another search. */
#ifndef HPS_BASE_ELEMENTARY_H
#define HPS_BASE_ELEMENTARY_H

#include <stddef.h>

double portable_exp(double x);
double portable_log(double x);
double portable_log1p(double x);
double portable_expm1(double x);
/* x^y for x >= 0, by exp(y log x): |y log x| units in the last place. */
double portable_pow(double x, double y);
double portable_erfc(double x);
/* exp(x^2) erfc(x). */
double portable_erfcx(double x);
/* The largest of x (n), -INFINITY of none; *sum: of exp(x - that), in order. */
double portable_sum_exp(const double *x, size_t n, double *sum);

#endif
