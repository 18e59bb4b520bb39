/* Errors as values, and the calendar. */
#include "base/clock.h"
#include "base/error.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>

TEST(set_says_what_and_returns_false)
{
	struct error err = {0};

	CHECK(!error_set(&err, ERROR_FILE, "%s:%d", "space.yaml", 7));
	CHECK_INT(err.kind, ERROR_FILE);
	CHECK_STR(err.text, "space.yaml:7");
}

TEST(prefix_keeps_the_kind)
{
	struct error err = {0};

	error_set(&err, ERROR_TRIAL, "no metric");
	CHECK(!error_prefix(&err, "trial %d: ", 3));
	CHECK_INT(err.kind, ERROR_TRIAL);
	CHECK_STR(err.text, "trial 3: no metric");
}

TEST(errno_is_told_in_words)
{
	struct error err = {0};

	errno = ENOSPC;
	CHECK(!error_errno(&err, "%s", "journal.jsonl"));
	CHECK_INT(err.kind, ERROR_SYSTEM);
	CHECK_STR(err.text, "journal.jsonl: No space left on device");
}

TEST(long_texts_are_cut)
{
	struct error err = {0};
	char *big = malloc(10000);

	memset(big, 'x', 9999);
	big[9999] = '\0';
	error_set(&err, ERROR_FILE, "%s", big);
	CHECK_INT(strlen(err.text), sizeof err.text - 1);
	error_prefix(&err, "a: ");
	CHECK_INT(strlen(err.text), sizeof err.text - 1);
	CHECK(!strncmp(err.text, "a: xxx", 6));
	error_prefix(&err, "%s", big);
	CHECK_INT(strlen(err.text), sizeof err.text - 1);
	errno = EIO;
	error_errno(&err, "%s", big);
	CHECK_INT(strlen(err.text), sizeof err.text - 1);
	free(big);
}

static void check_iso(double wall, const char *want)
{
	char buf[32];

	CHECK_STR(clock_iso(wall, buf), want);
}

TEST(times_are_written_in_utc)
{
	check_iso(0, "1970-01-01T00:00:00Z");
	check_iso(951827696.75, "2000-02-29T12:34:56Z");
	check_iso(4102444799.0, "2099-12-31T23:59:59Z");
	check_iso(-0.5, "1969-12-31T23:59:59Z");
	check_iso(1e300, "?");
	check_iso((double)NAN, "?");
}

TEST(the_clock_goes_forward)
{
	int64_t a = clock_now(), b = clock_now();

	CHECK(b >= a && b - a < CLOCK_SECOND);
	CHECK(clock_wall() > 1.6e9);
}

TEST_MAIN(set_says_what_and_returns_false, prefix_keeps_the_kind,
          errno_is_told_in_words, long_texts_are_cut, times_are_written_in_utc,
          the_clock_goes_forward)
