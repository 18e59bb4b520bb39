/* What people write to find a metric with, on what trainings write: the first line is a
 * pattern; the rest are lines to look into, and a table. */
#include "base/pattern.h"
#include "base/rows.h"
#include "run/plain.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_pattern(const char *text, const char *line, size_t n)
{
	struct error err;
	const char *help;
	struct pattern *p = pattern_new(text, &help, &err);
	char copy[501] = "";
	size_t from, len;

	n = n < 500 ? n : 500;
	memcpy(copy, line, n);
	if (p && pattern_find(p, copy, n, &from, &len))
		assert(from + len <= n);
	pattern_free(p);
}

static void try_plain(const char *line, size_t n)
{
	char name[PLAIN_NAME];
	double x;

	for (size_t at = 0, before; before = at, plain_next(line, n, &at, name, &x);)
		assert(at > before && at <= n && *name);
	plain_number(line, n, "loss", &x);
	if (plain_step(line, n, NULL, &x))
		assert(isfinite(x));
}

static void try_rows(const char *text, size_t n, char delimiter)
{
	struct rows t;
	size_t line = 0;

	rows_begin(&t, text, n, delimiter);
	while (rows_next(&t)) {
		assert(t.n && t.n <= ROWS_CELLS && t.line > line && t.from < t.at);
		line = t.line;
		for (size_t i = 0; i < t.n; i++)
			assert(strlen(rows_cell(&t, i)) <= n);
	}
	assert(t.at == n);
	rows_end(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = memchr(data, '\n', size);
	size_t n = end ? (size_t)(end - text) : size;
	char *pattern = malloc(n + 1);

	if (!pattern)
		return 0;
	memcpy(pattern, text, n);
	pattern[n] = '\0';
	text += n;
	size -= n;
	try_pattern(pattern, text, size);
	try_plain(text, size);
	try_rows(text, size, 0);
	try_rows(text, size, '\t');
	free(pattern);
	return 0;
}
