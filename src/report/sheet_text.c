#include "report/sheet_text.h"
#include "report/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_LEAST = 4, DIGITS_ALL = 17 };
static const double rounding = 1e-12; /* of sums of the same numbers, say */

void sheet_title(const struct sheet *s, size_t i, struct str *out)
{
	const struct sheet_column *c = &s->columns[i];

	text_clean(out, c->title ? c->title : c->name);
}

static bool is_float(const struct sheet_cell *c)
{
	return c->value.kind == VALUE_FLOAT && !c->shown && isnan(c->half);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool told_apart(const double *sorted, size_t n, int digits)
{
	struct str one = {0}, other = {0};
	bool apart = true;

	for (size_t i = 1; i < n && apart; i++) {
		double size = fmax(fabs(sorted[i]), fabs(sorted[i - 1]));

		if (!(sorted[i] - sorted[i - 1] > rounding * size))
			continue;
		str_clear(&one);
		str_clear(&other);
		text_digits(&one, sorted[i - 1], digits);
		text_digits(&other, sorted[i], digits);
		apart = strcmp(str_text(&one), str_text(&other)) != 0;
	}
	str_free(&one);
	str_free(&other);
	return apart;
}

/* Rounding keeps the order, so that only neighbours can become alike. */
int sheet_digits(const struct sheet *s, size_t i, bool full)
{
	size_t rows = sheet_rows(s), n = 0;
	double *x;
	int digits = DIGITS_LEAST;

	if (full)
		return 0;
	x = mem_new(rows + 1, sizeof *x);
	for (size_t r = 0; r < rows; r++)
		if (is_float(&s->cells[r * s->n + i]))
			x[n++] = s->cells[r * s->n + i].value.number;
	qsort(x, n, sizeof *x, by_value);
	while (digits < DIGITS_ALL && !told_apart(x, n, digits))
		digits++;
	free(x);
	return digits;
}

void sheet_cell_text(const struct sheet_cell *c, int digits, struct str *out)
{
	struct str raw = {0};

	if (c->shown)
		str_add(&raw, c->shown);
	else if (c->value.kind == VALUE_NULL && !c->null)
		str_addc(&raw, '-');
	else if (c->value.kind == VALUE_FLOAT && isfinite(c->half))
		text_interval(&raw, c->value.number, c->half);
	else if (c->value.kind == VALUE_FLOAT && digits)
		text_digits(&raw, c->value.number, digits);
	else
		value_text(&c->value, &raw);
	text_clean(out, str_text(&raw));
	str_free(&raw);
}
