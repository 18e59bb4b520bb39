#include "search/pace.h"
#include "test.h"

#include <math.h>

static struct spec rated(double rate)
{
	return (struct spec){.rate = rate, .backoff_base = 1, .backoff_max = 60};
}

TEST(a_bucket_holds_what_one_run_takes)
{
	struct spec s = rated(1); /* 60/min */
	struct run batch = {.wanted = 20}, rest = {.wanted = 20, .n_reports = 15};
	struct run plain = {0};
	struct pace p = {0};

	CHECK_DOUBLE(pace_wait(&p, 1000), 0, 0);
	pace_begun(&p, &s, &batch, 1000);
	CHECK_DOUBLE(pace_wait(&p, 1000), 20, 0);
	CHECK_DOUBLE(pace_wait(&p, 1012.5), 7.5, 0);
	CHECK_DOUBLE(pace_wait(&p, 1020), 0, 0);
	/* What is not used is not saved up. */
	pace_begun(&p, &s, &rest, 1500);
	CHECK_DOUBLE(pace_wait(&p, 1500), 5, 0);
	pace_begun(&p, &s, &plain, 1505);
	CHECK_DOUBLE(pace_wait(&p, 1505), 1, 0);
}

TEST(in_any_time_no_more_begins_than_the_rate_and_a_batch)
{
	struct spec s = rated(2);
	struct run batch = {.wanted = 10};
	struct pace p = {0};
	double at[50], now = 0;

	for (size_t i = 0; i < 50; i++) {
		now += pace_wait(&p, now) + (i % 7 ? 0 : 3.25); /* now and then late */
		at[i] = now;
		pace_begun(&p, &s, &batch, now);
	}
	for (size_t i = 0; i < 50; i++)
		for (size_t k = i; k < 50; k++)
			CHECK((double)(k - i + 1) * 10 <=
			      2 * (at[k] - at[i]) + 10 + 1e-9);
}

TEST(no_clock_makes_a_run_wait_longer_than_its_batch)
{
	struct spec s = rated(1);
	struct run batch = {.wanted = 20};
	struct pace p = {0};

	pace_begun(&p, &s, &batch, 5000);
	pace_begun(&p, &s, &batch, (double)NAN);
	CHECK_DOUBLE(pace_wait(&p, 5020), 0, 0);
	pace_resume(&p, 10); /* turned back */
	CHECK_DOUBLE(pace_wait(&p, 10), 20, 0);
	CHECK_DOUBLE(pace_wait(&p, 30), 0, 0);
	s = rated(0);
	p = (struct pace){0};
	pace_begun(&p, &s, &batch, 5000);
	CHECK_DOUBLE(pace_wait(&p, 5000), 0, 0);
}

TEST(back_off_doubles_up_to_its_end_with_half_of_it_by_lot)
{
	struct spec s = rated(0);
	struct run r = {.seed = 7};
	double low = (double)INFINITY, high = 0;

	for (unsigned k = 1; k <= 100; k++) {
		double most = k < 7 ? (double)(1u << (k - 1)) : 60, d;

		r.attempts = k;
		d = pace_backoff(&s, &r, 3);
		CHECK(d >= most / 2 && d < most);
		CHECK_DOUBLE(d, pace_backoff(&s, &r, 3), 0);
		low = k > 7 ? fmin(low, d) : low;
		high = k > 7 ? fmax(high, d) : high;
		r.row = k;
	}
	CHECK(low < 33 && high > 57);
	CHECK(fabs(pace_backoff(&s, &r, 3) - pace_backoff(&s, &r, 4)) > 1e-6);
	s.backoff_base = 0;
	CHECK_DOUBLE(pace_backoff(&s, &r, 3), 0, 0);
}

TEST(who_comes_forward_begins_a_new_row)
{
	struct run r = {.row = 5, .had = 3, .n_reports = 3};

	CHECK_INT(pace_row(&r), 6);
	r.n_reports = 4;
	CHECK_INT(pace_row(&r), 1);
}

TEST(what_is_left_of_a_back_off_is_bounded)
{
	struct spec s = rated(0);
	struct run r = {.after = 1000};

	CHECK_DOUBLE(pace_left(&r, 990), 10, 0);
	CHECK_DOUBLE(pace_left(&r, 1001), 0, 0);
	pace_resume_run(&r, &s, 990);
	CHECK_DOUBLE(pace_left(&r, 990), 10, 0);
	pace_resume_run(&r, &s, 10);
	CHECK_DOUBLE(pace_left(&r, 10), 60, 0);
}

TEST_MAIN(a_bucket_holds_what_one_run_takes,
          in_any_time_no_more_begins_than_the_rate_and_a_batch,
          no_clock_makes_a_run_wait_longer_than_its_batch,
          back_off_doubles_up_to_its_end_with_half_of_it_by_lot,
          who_comes_forward_begins_a_new_row, what_is_left_of_a_back_off_is_bounded)
