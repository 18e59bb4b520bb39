/* The cells of a sheet as people see them. */
#ifndef HPS_REPORT_SHEET_TEXT_H
#define HPS_REPORT_SHEET_TEXT_H

#include "report/sheet.h"

/* The title of column i, cleaned. */
void sheet_title(const struct sheet *s, size_t i, struct str *out);
/* Digits that column i's floating-point numbers are shown with: four, or as many more
 * as tell its different values apart, those that differ by 1e-12 of their size or less
 * left out; 0: all that they have. */
int sheet_digits(const struct sheet *s, size_t i, bool full);
/* A cell of column i, cleaned, "-" where there is none. */
void sheet_cell_text(const struct sheet_cell *c, int digits, struct str *out);

#endif
