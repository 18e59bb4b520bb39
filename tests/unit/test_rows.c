#include "base/rows.h"
#include "test.h"

static bool next(struct rows *t, size_t n, const char *first, const char *last)
{
	return rows_next(t) && t->n == n && !strcmp(rows_cell(t, 0), first) &&
	       !strcmp(rows_cell(t, n - 1), last);
}

static struct rows of(const char *text, char delimiter)
{
	struct rows t;

	rows_begin(&t, text, strlen(text), delimiter);
	return t;
}

TEST(cells)
{
	struct rows t =
	    of("\xef\xbb\xbf  epoch , a\n1,  \"x, \"\"y\"\"\nz\" \r\n\n,,\n2,", 0);

	CHECK(next(&t, 2, "epoch", "a") && t.line == 1);
	CHECK(next(&t, 2, "1", "x, \"y\"\nz") && t.line == 2 && t.whole);
	CHECK(next(&t, 2, "2", "") && t.line == 6 && !t.whole);
	CHECK(!strcmp(rows_cell(&t, 7), ""));
	CHECK(!rows_next(&t));
	rows_end(&t);
}

TEST(delimiters)
{
	struct rows t = of("a;b,c;d\n", 0);

	CHECK(t.delimiter == ';' && next(&t, 3, "a", "d"));
	rows_end(&t);
	t = of("a b\tc\n", 0);
	CHECK(t.delimiter == '\t' && next(&t, 2, "a b", "c"));
	rows_end(&t);
	t = of("\"a;b;c\",d\n", 0);
	CHECK(t.delimiter == ',' && next(&t, 2, "a;b;c", "d"));
	rows_end(&t);
	t = of("a,b\tc\n", '\t');
	CHECK(next(&t, 2, "a,b", "c"));
	rows_end(&t);
	t = of("alone", 0);
	CHECK(next(&t, 1, "alone", "alone") && !t.whole);
	rows_end(&t);
}

TEST(a_quote_that_never_closes)
{
	struct rows t = of("a,\"b\n1,2\n", 0);

	CHECK(next(&t, 2, "a", "b\n1,2"));
	CHECK(!rows_next(&t));
	rows_end(&t);
}

TEST(too_many_cells)
{
	char text[2 * (ROWS_CELLS + 9)];
	struct rows t;

	memset(text, ',', sizeof text);
	for (size_t i = 0; i < sizeof text; i += 2)
		text[i] = 'x';
	rows_begin(&t, text, sizeof text, 0);
	CHECK(rows_next(&t) && t.n == ROWS_CELLS &&
	      !strcmp(rows_cell(&t, t.n - 1), "x"));
	rows_end(&t);
}

TEST_MAIN(cells, delimiters, a_quote_that_never_closes, too_many_cells)
