/* A number as some language prints it. C and awk: -nan, nan(0x7ff8), inf, 0x1p-3;
 * Windows: 1.#INF, -1.#IND00; Python: 1_000.5, np.float64(0.5), Decimal('0.5');
 * Fortran: 1.0D-03, .5E+00, 1.5-103; Julia: 0.5f0, Inf32; C#: the sign of infinity;
 * YAML: .nan, -.inf; Scheme: +inf.0; a typographer's minus; bc and JSON5: .5, +5. */
#ifndef HPS_BASE_NUMBER_H
#define HPS_BASE_NUMBER_H

#include <stddef.h>

enum number_kind {
	NUMBER_NONE,  /* it cannot be read as one */
	NUMBER_READ,  /* may be infinite or not a number */
	NUMBER_ABSENT /* a word for no value: null, None, NA, nil, undefined … */
};

/* Reads text[0..n), blanks around it do not count; *out is set for NUMBER_READ only. A
 * decimal comma, separators of thousands and units are not read: what they mean is not
 * for us to guess. */
enum number_kind number_read(const char *text, size_t n, double *out);

#endif
