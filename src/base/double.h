/* Two doubles beside each other. */
#ifndef HPS_BASE_DOUBLE_H
#define HPS_BASE_DOUBLE_H

#include <stdbool.h>

/* For qsort: the least first. Not for NaN. */
int double_compare(const void *a, const void *b);
/* To the last bit, the sign of a zero too; every NaN is the same. */
bool double_same(double a, double b);

#endif
