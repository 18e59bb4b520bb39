/* What pairs allow to be said: every answer alone, at its edge, and how often it is
 * false. Bounds by scipy 1.17. */
#include "noise.h"
#include "search/claim.h"
#include "test.h"

static const double none = (double)NAN;

static struct claim judge(const struct claim_plan *p, const double *one,
                          const double *other, size_t n)
{
	struct claim_values v = {.one = one, .other = other, .n = n, .candidates = 3};
	struct claim c;

	claim_judge(p, &v, &c);
	return c;
}

/* t.isf(0.02, 4) = 2.9985278732065868. */
TEST(a_fixed_design_is_a_t_test_at_its_level)
{
	const double other[] = {1, 2, 3, 4, 5}, zero[5] = {0};
	struct claim_plan p;
	struct claim c;
	double one[5], edge = 3 - 2.9985278732065868 * sqrt(2.5 / 5);

	claim_plan_fixed(&p, 5, 0.02);
	CHECK_INT(claim_plan_most(&p), 10);
	c = judge(&p, zero, other, 4);
	CHECK_INT(c.more, 5);
	CHECK_INT(c.answer, ANSWER_NONE);
	c = judge(&p, zero, other, 5);
	CHECK_INT(c.answer, ANSWER_YES);
	CHECK_DOUBLE(c.gain.mean, 3, 1e-15);
	CHECK_DOUBLE(c.half, 2.9985278732065868 * sqrt(2.5 / 5), 1e-8);
	CHECK_INT(c.wins, 5);
	CHECK_DOUBLE(c.least, 1, 0);
	CHECK(!c.by_failures);
	for (size_t i = 0; i < 5; i++)
		one[i] = edge - 1e-6;
	CHECK_INT(judge(&p, one, other, 5).answer, ANSWER_YES);
	for (size_t i = 0; i < 5; i++)
		one[i] = edge + 1e-6;
	c = judge(&p, one, other, 5);
	CHECK_INT(c.answer, ANSWER_CANNOT_TELL);
	CHECK(!c.hopeless); /* no look is left out: there is none to come */
	for (size_t i = 0; i < 5; i++)
		one[i] = 6 - edge - 1e-6;
	CHECK_INT(judge(&p, one, other, 5).answer, ANSWER_CANNOT_TELL);
	for (size_t i = 0; i < 5; i++)
		one[i] = 6 - edge + 1e-6;
	c = judge(&p, one, other, 5);
	CHECK_INT(c.answer, ANSWER_NO);
	CHECK_INT(c.wins, 0);
}

TEST(a_failed_pair_is_replaced)
{
	const double one[] = {0, none, 0, 0, 0, 0.1, 0},
		     other[] = {1, 1, 1.2, 1, 0.9, 1, none};
	struct claim_plan p;
	struct claim c;

	claim_plan_fixed(&p, 5, 0.02);
	CHECK_INT(judge(&p, one, other, 5).more, 6);
	c = judge(&p, one, other, 6);
	CHECK_INT(c.more, 0);
	CHECK_INT(c.answer, ANSWER_YES);
	CHECK_INT(c.gain.n, 5);
	CHECK_INT(c.one_ok, 5);
	CHECK_INT(c.one_runs, 6);
	CHECK_INT(c.other_ok, 6);
	/* t has four fifths of the level: t.isf(0.016, 4) */
	CHECK_DOUBLE(c.bound, 3.2291938387709687, 1e-6);
}

/* Where most pairs fail, more of them say nothing new. */
TEST(failures_alone_can_tell)
{
	const double one[] = {0, 0, 0, 0, 0};
	const double other[] = {none, none, none, none, none};
	struct claim_values v = {.one = one,
	                         .other = other,
	                         .n = 5,
	                         .one_ok = 5,
	                         .one_runs = 5,
	                         .other_runs = 5,
	                         .candidates = 3};
	struct claim_plan p;
	struct claim c;

	claim_plan_fixed(&p, 5, 0.02);
	claim_judge(&p, &v, &c);
	CHECK_INT(c.more, 0);
	CHECK_INT(c.answer, ANSWER_YES);
	CHECK(c.by_failures);
	CHECK_INT(c.one_ok, 10);
	CHECK_INT(c.other_ok, 0);
	CHECK_INT(c.other_runs, 10);
	CHECK_DOUBLE(c.failures_p, 5.412544112234515e-06, 1e-15);
	CHECK(isnan(c.half));
	v.one_ok = v.one_runs = v.other_runs =
	    0; /* the tests alone: 0.004 > 0.004 / 3 */
	claim_judge(&p, &v, &c);
	CHECK_INT(c.answer, ANSWER_CANNOT_TELL);
	v.other = one, v.one = other, v.other_ok = 5, v.other_runs = v.one_runs = 5;
	claim_judge(&p, &v, &c);
	CHECK_INT(c.answer, ANSWER_CANNOT_TELL);
}

TEST(looks_end_when_it_is_decided)
{
	double one[20], other[20];
	struct claim_plan p;
	struct claim c;

	claim_plan_sequential(&p, 20, 0.02);
	CHECK_INT(claim_plan_most(&p), 20);
	for (size_t i = 0; i < 20; i++) {
		one[i] = (double)(i % 3);
		other[i] = 10 + (double)(i % 2);
	}
	CHECK_INT(judge(&p, one, other, 0).more, 5);
	c = judge(&p, one, other, 5);
	CHECK_INT(c.more, 0);
	CHECK_INT(c.answer, ANSWER_YES);
	CHECK_INT(c.looks, 1);
	c = judge(&p, other, one, 5);
	CHECK_INT(c.answer, ANSWER_NO);
	/* Nothing between them: no look to come is likely to decide. */
	for (size_t i = 0; i < 20; i++)
		other[i] = one[i] + (i % 2 ? 1 : -1);
	c = judge(&p, one, other, 5);
	CHECK_INT(c.more, 10);
	c = judge(&p, one, other, 10);
	CHECK_INT(c.answer, ANSWER_CANNOT_TELL);
	CHECK(c.hopeless);
	/* The pairs of all looks, each once. */
	CHECK_INT(c.gain.n, 10);
	CHECK_INT(c.wins, 5);
	other[2] = one[2];
	c = judge(&p, one, other, 10);
	CHECK_INT(c.wins, 5);
	CHECK_INT(c.ties, 1);
	other[2] = one[2] - 1;
	/* Something, but not yet enough. */
	for (size_t i = 0; i < 20; i++)
		other[i] = one[i] + 1 + (i % 2 ? 1 : -1.2);
	c = judge(&p, one, other, 5);
	CHECK_INT(c.answer, ANSWER_NONE);
	CHECK_INT(c.more, 10);
	CHECK_INT(c.looks, 1);
}

TEST(somebody_asks_for_more)
{
	const double one[20] = {0};
	const double other[20] = {1, -1, 1, -1, 1,   -1, 1, -1, 1,   -1,
	                          3, 2,  3, 2,  2.2, 3,  2, 3,  2.5, 3};
	struct claim_plan p;
	struct claim c;

	claim_plan_sequential(&p, 20, 0.02);
	c = judge(&p, one, other, 10);
	CHECK(c.hopeless);
	CHECK(claim_plan_more(&p, 10, 10, 0.0025));
	CHECK_INT(p.k, 3);
	CHECK_INT(claim_plan_most(&p), 20);
	c = judge(&p, one, other, 10);
	CHECK_INT(c.more, 20);
	c = judge(&p, one, other, 20);
	CHECK_INT(c.answer, ANSWER_YES);
	CHECK(c.level >= 0.0025 && c.level < 0.005);
	claim_plan_fixed(&p, 5, 0.02);
	CHECK(claim_plan_more(&p, 6, 5, 0.0025));
	CHECK_INT(p.looks[1].n, 10);
	for (size_t i = p.k; i < SEQUENTIAL_LOOKS; i++)
		CHECK(claim_plan_more(&p, 10, 5, 0.001));
	CHECK(!claim_plan_more(&p, 10, 5, 0.001));
}

/* One of three was chosen by these same pairs: its level is a third. */
TEST(the_choice_is_paid_for)
{
	const double one[5] = {0}, other[] = {1, 2, 3, 4, 5};
	struct claim_plan p;
	struct claim c;

	claim_plan_fixed(&p, 5, 0.02);
	p.among = 3;
	c = judge(&p, one, other, 5);
	CHECK_DOUBLE(c.level, 0.02 / 3, 1e-15);
	CHECK_DOUBLE(c.bound, 4.233437023843513, 1e-6); /* t.isf(0.02/3, 4) */
}

TEST(one_pair_has_no_interval)
{
	const double one[] = {0, 0}, other[] = {1, 1};
	struct claim_plan p;
	struct claim c;

	claim_plan_fixed(&p, 1, 0.02);
	c = judge(&p, one, other, 1);
	CHECK_INT(c.answer, ANSWER_CANNOT_TELL);
	CHECK_INT(c.gain.n, 1);
	CHECK(isnan(c.half));
	claim_plan_sequential(&p, 1, 0.02);
	c = judge(&p, one, other, 1);
	CHECK_INT(c.answer, ANSWER_CANNOT_TELL);
}

/* The seeds agree, the items leave it open: scipy, t with Satterthwaite's degrees of
 * freedom at the level of the look. */
TEST(items_widen_the_interval)
{
	const double one[] = {0.10, 0.10, 0.10, 0.10, 0.15};
	const double other[] = {0.20, 0.20, 0.20, 0.20, 0.20};
	const double variance[] = {0, 1, 1, 1, 1, 0.0025};
	struct claim_values v = {.one = one, .other = other, .n = 5, .candidates = 3};
	struct claim_plan p;
	struct claim c;

	claim_plan_fixed(&p, 5, 0.02);
	claim_judge(&p, &v, &c);
	CHECK_INT(c.answer, ANSWER_YES);
	CHECK_INT(c.items, 0);
	CHECK(isnan(c.items_half));
	v.items = (struct claim_items){.n = 20, .variance = variance};
	claim_judge(&p, &v, &c);
	CHECK_INT(c.answer, ANSWER_CANNOT_TELL);
	CHECK_DOUBLE(c.half, 0.11185763590848492, 1e-9);
	CHECK_DOUBLE(c.seeds_half, 2.9985278732065868 * 0.01, 1e-9);
	CHECK_DOUBLE(c.items_half, 0.11023506753708041, 1e-9);
	CHECK_INT(c.items, 20);
	CHECK_DOUBLE(c.items_variance, 0.0025, 0);
}

/* What the items leave open is there at every look: a difference within that is given
 * up at once, where over the seeds alone a later look would decide. */
TEST(more_pairs_do_not_help_against_items)
{
	double one[20] = {0}, other[20], variance[21];
	struct claim_values v = {.one = one, .other = other, .n = 5, .candidates = 3};
	struct claim_plan p;
	struct claim c;

	for (size_t i = 0; i < 20; i++)
		other[i] = 1 + (i % 2 ? 1 : -1.2);
	for (size_t i = 0; i <= 20; i++)
		variance[i] = 4;
	claim_plan_sequential(&p, 20, 0.02);
	claim_judge(&p, &v, &c);
	CHECK_INT(c.more, 10);
	v.items = (struct claim_items){.n = 1000, .variance = variance};
	claim_judge(&p, &v, &c);
	CHECK_INT(c.more, 0);
	CHECK(c.hopeless);
	CHECK_INT(c.answer, ANSWER_CANNOT_TELL);
	/* Where they leave little open, they do not end it. */
	for (size_t i = 0; i <= 20; i++)
		variance[i] = 0.01;
	claim_judge(&p, &v, &c);
	CHECK_INT(c.more, 10);
	CHECK(!c.hopeless);
}

/* How often looks at seeds on the same items say a false yes: luck of the items that
 * all looks share, in standard deviations of a pair. */
static double false_yes(double items_sd, size_t times, double *pairs)
{
	double variance[21];
	struct claim_plan p;
	size_t yes = 0, all = 0;

	for (size_t i = 0; i <= 20; i++)
		variance[i] = items_sd * items_sd;
	claim_plan_sequential(&p, 20, 0.02);
	for (uint64_t i = 0; i < times; i++) {
		double one[20] = {0}, other[20],
		       luck = items_sd * noise_normal(51, i, 0);
		struct claim_values v = {.one = one,
		                         .other = other,
		                         .candidates = 3,
		                         .items = {.n = 1000, .variance = variance}};
		struct claim c;

		for (uint32_t j = 0; j < 20; j++)
			other[j] = luck + noise_normal(52, i, j);
		do {
			claim_judge(&p, &v, &c);
			v.n = c.more ? c.more : v.n;
		} while (c.more);
		yes += c.answer == ANSWER_YES;
		all += v.n;
	}
	*pairs = (double)all / (double)times;
	return (double)yes / (double)times;
}

TEST(looks_with_items_keep_their_level)
{
	static const double sd[] = {0.1, 0.3, 1};
	const size_t times = SANITIZED ? 60 : 600;

	for (size_t i = 0; i < sizeof sd / sizeof *sd; i++) {
		double pairs, yes = false_yes(sd[i], times, &pairs);

		printf("# items %.1f: false yes %.4f, %.1f pairs\n", sd[i], yes, pairs);
		CHECK(yes <= 0.02 + 3.5 * sqrt(0.02 / (double)times));
	}
}

/* A tenth of all runs fails. */
static double said_yes(bool fixed, double effect, size_t times, double *pairs)
{
	size_t yes = 0, all = 0;
	struct claim_plan p;

	if (fixed)
		claim_plan_fixed(&p, 5, 0.02);
	else
		claim_plan_sequential(&p, 20, 0.02);
	for (uint64_t i = 0; i < times; i++) {
		double one[20], other[20];
		struct claim c;
		size_t n = 0;

		for (uint32_t j = 0; j < 20; j++) {
			one[j] = noise_normal(31, i, 2 * j);
			other[j] = effect + noise_normal(31, i, 2 * j + 1);
			if (rng_unit(32, i, RNG_MODEL, 2 * j) < 0.1)
				one[j] = none;
			if (rng_unit(32, i, RNG_MODEL, 2 * j + 1) < 0.1)
				other[j] = none;
		}
		do {
			c = judge(&p, one, other, n);
			n = c.more ? c.more : n;
		} while (c.more);
		yes += c.answer == ANSWER_YES;
		all += n;
	}
	*pairs = (double)all / (double)times;
	return (double)yes / (double)times;
}

TEST(failures_take_little_of_the_power)
{
	double pairs, few = (double)NAN;

	few = said_yes(true, 2, 2000, &pairs);
	printf("# of 5 pairs: %.3f, with %.1f\n", few, pairs);
	CHECK(few > 0.48);
	CHECK(pairs < 7);
	CHECK(said_yes(true, 0, 4000, &pairs) <= 0.02 + 3 * sqrt(0.02 / 4000));
	CHECK(said_yes(false, 2, 100, &pairs) > 0.95);
	CHECK(pairs < 12);
	CHECK(said_yes(false, 0, 200, &pairs) <= 0.02 + 3 * sqrt(0.02 / 200));
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {a_fixed_design_is_a_t_test_at_its_level,
	                                      a_failed_pair_is_replaced,
	                                      failures_alone_can_tell,
	                                      looks_end_when_it_is_decided,
	                                      somebody_asks_for_more,
	                                      the_choice_is_paid_for,
	                                      one_pair_has_no_interval,
	                                      items_widen_the_interval,
	                                      more_pairs_do_not_help_against_items,
	                                      looks_with_items_keep_their_level,
	                                      failures_take_little_of_the_power};

	stat_init();
	return test_main(argc, argv, tests, sizeof tests / sizeof *tests,
	                 "a_fixed_design_is_a_t_test_at_its_level, "
	                 "a_failed_pair_is_replaced, failures_alone_can_tell, "
	                 "looks_end_when_it_is_decided, somebody_asks_for_more, "
	                 "the_choice_is_paid_for, one_pair_has_no_interval, "
	                 "items_widen_the_interval, "
	                 "more_pairs_do_not_help_against_items, "
	                 "looks_with_items_keep_their_level, "
	                 "failures_take_little_of_the_power");
}
