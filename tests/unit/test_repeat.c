/* When another run of a known trial is asked for, and of which: the noise, the
 * knowledge gradient and its limits, to the last digit. */
#include "base/mem.h"
#include "strategy/repeat.h"

#include "test.h"

#include <math.h>
#include <string.h>

enum { N = 12 };

struct scene {
	struct observation seen[40][2];
	struct known known[40];
	size_t asked[40], n;
};

/* n trials with the values of a list, of one run each. */
static void set(struct scene *s, const double *values, size_t n)
{
	*s = (struct scene){.n = n};
	for (size_t i = 0; i < n; i++) {
		s->seen[i][0] = (struct observation){.order = i + 1,
		                                     .state = KNOWN_OK,
		                                     .value = values[i],
		                                     .stderr_ = (double)NAN,
		                                     .n_runs = 1};
		s->known[i] = (struct known){.observations = s->seen[i], .n = 1};
		s->asked[i] = 1;
	}
}

static void repeated(struct scene *s, size_t i, size_t runs, double stderr_)
{
	s->seen[i][0].n_runs = s->asked[i] = runs;
	s->seen[i][0].stderr_ = stderr_;
}

static struct repeat_answer ask(const struct scene *s, uint64_t cap, bool last)
{
	struct history h = {.trials = s->known, .n = s->n, .known_upto = s->n + 1};
	struct repeat_rule rule = {.least = 1, .most = 4, .cap = cap};
	struct repeat_answer out;

	for (size_t i = 0; i < s->n; i++)
		rule.spent += s->asked[i];
	repeat_ask(&rule, &h, s->asked, last, &out);
	return out;
}

static const double values[N] = {0.30, 0.32, 0.35, 0.40, 0.45, 0.50,
                                 0.55, 0.60, 0.70, 0.80, 0.90, 1.00};

/* Variance (0.03^2 2 1 + 0.02^2 3 2) / 3. The better half has the mean 0.3867 and the
 * variance 0.006067, of which noise 0.0014 · (1/2 + 1/3 + 10) / 12 is taken. The
 * gain by Frazier, Powell & Dayanik's equations, worked out beside. */
TEST(the_run_goes_where_it_tells_the_most)
{
	struct scene s;
	struct repeat_answer a;

	set(&s, values, N);
	repeated(&s, 0, 2, 0.03);
	repeated(&s, 1, 3, 0.02);
	a = ask(&s, 1000, true);
	CHECK(a.wanted);
	CHECK_DOUBLE(a.noise.sd, sqrt(0.0014), 1e-16);
	CHECK_DOUBLE(a.noise.df, 3, 0);
	CHECK_INT(a.noise.repeated, 2);
	CHECK_INT(a.trial, 0);
	CHECK_DOUBLE(a.gain, 0.00094951033660022597, 1e-15);
}

/* One that is on its way counts as a run that is there: the next goes elsewhere. */
TEST(a_run_on_its_way_counts)
{
	struct scene s;
	struct repeat_answer first, second;

	set(&s, values, N);
	repeated(&s, 0, 2, 0.03);
	repeated(&s, 1, 3, 0.02);
	first = ask(&s, 1000, true);
	s.asked[first.trial] += 2;
	second = ask(&s, 1000, true);
	CHECK(second.wanted && second.trial != first.trial);
	CHECK(second.gain < first.gain);
}

TEST(no_trial_has_more_runs_than_the_file_says)
{
	struct scene s;
	struct repeat_answer a;

	set(&s, values, N);
	repeated(&s, 0, 4, 0.02);
	for (size_t i = 1; i < N; i++)
		s.asked[i] = 4;
	a = ask(&s, 1000, true);
	CHECK(!a.wanted);
}

/* A tenth: of 12 trials with 13 runs there is one; a second one has to wait until there
 * are twenty. The last fifth of the cap is for repeats. */
TEST(a_tenth_of_the_runs_and_the_last_fifth)
{
	struct scene s;
	double many[40];

	set(&s, values, N);
	repeated(&s, 0, 2, 0.03);
	CHECK(!ask(&s, 1000, false).wanted);
	CHECK(!ask(&s, 17, false).wanted);
	CHECK(ask(&s, 16, false).wanted);
	CHECK(ask(&s, 16, false).ending);
	for (size_t i = 0; i < 18; i++)
		many[i] = 0.3 + 0.01 * (double)i;
	set(&s, many, 17);
	repeated(&s, 0, 2, 0.03);
	CHECK(!ask(&s, 1000, false).wanted); /* 2 of 19 */
	set(&s, many, 18);
	repeated(&s, 0, 2, 0.03);
	CHECK(ask(&s, 1000, false).wanted); /* 2 of 20 */
}

/* Where the best is far ahead of the others, no run tells anything. */
TEST(a_clear_winner_is_not_repeated)
{
	double clear[N];
	struct scene s;

	for (size_t i = 0; i < N; i++)
		clear[i] = i ? 10 + (double)i : 0;
	set(&s, clear, N);
	repeated(&s, 0, 2, 1e-3);
	CHECK(!ask(&s, 14, false).wanted);
}

TEST(the_noise_is_learnt_of_when_ten_trials_have_a_value)
{
	struct scene s;
	struct repeat_answer a;

	set(&s, values, 9);
	CHECK(!ask(&s, 1000, false).wanted);
	CHECK(ask(&s, 1000, true).wanted); /* a small grid */
	set(&s, values, 10);
	s.seen[3][0].value = 0.1;
	a = ask(&s, 1000, false);
	CHECK(a.wanted && a.trial == 3);
	CHECK(isnan(a.noise.sd));
	s.asked[3]++; /* under way */
	CHECK(!ask(&s, 1000, false).wanted);
	set(&s, values, 10);
	s.seen[9][0].state = KNOWN_FAILED;
	CHECK(!ask(&s, 1000, false).wanted);
}

/* Repeats that agree: once more at thirty, and never again. */
TEST(a_training_without_randomness_is_found_out)
{
	struct scene s;
	struct repeat_answer a;
	double many[40];

	for (size_t i = 0; i < 40; i++)
		many[i] = 1 + (double)i;
	set(&s, many, 29);
	repeated(&s, 0, 2, 0);
	CHECK(!ask(&s, 1000, false).wanted);
	CHECK(!ask(&s, 30, false).wanted);
	set(&s, many, 30);
	repeated(&s, 0, 2, 0);
	a = ask(&s, 1000, false);
	CHECK(a.wanted && a.trial == 1); /* not the same again */
	set(&s, many, 40);
	repeated(&s, 0, 2, 0);
	repeated(&s, 1, 2, 0);
	CHECK(!ask(&s, 1000, false).wanted);
	CHECK(!ask(&s, 1000, true).wanted);
	CHECK(!ask(&s, 43, false).wanted);
}

/* Only what was known then counts. */
TEST(what_is_learnt_later_changes_nothing)
{
	struct scene s;
	struct history h;
	struct repeat_noise noise;

	set(&s, values, N);
	s.seen[0][1] = (struct observation){.order = N + 1,
	                                    .state = KNOWN_OK,
	                                    .value = 0.31,
	                                    .stderr_ = 0.01,
	                                    .n_runs = 2};
	s.known[0].n = 2;
	h = (struct history){.trials = s.known, .n = N, .known_upto = N};
	noise = repeat_noise(&h);
	CHECK(isnan(noise.sd) && noise.repeated == 0);
	h.known_upto = N + 1;
	noise = repeat_noise(&h);
	CHECK_DOUBLE(noise.sd, sqrt(0.0002), 1e-16);
}

/* Values at the ends of what a double holds, and of which none differs. */
TEST(odd_values_are_no_trouble)
{
	double odd[N];
	struct scene s;

	for (size_t i = 0; i < N; i++)
		odd[i] = i % 2 ? 1e308 : -1e308;
	set(&s, odd, N);
	repeated(&s, 0, 2, 1e300);
	(void)ask(&s, 1000, true);
	for (size_t i = 0; i < N; i++)
		odd[i] = 1;
	set(&s, odd, N);
	repeated(&s, 0, 2, 0.5);
	CHECK(!ask(&s, 1000, true).wanted);
	set(&s, odd, 0);
	CHECK(!ask(&s, 1000, true).wanted);
}

TEST_MAIN(the_run_goes_where_it_tells_the_most, a_run_on_its_way_counts,
          no_trial_has_more_runs_than_the_file_says,
          a_tenth_of_the_runs_and_the_last_fifth, a_clear_winner_is_not_repeated,
          the_noise_is_learnt_of_when_ten_trials_have_a_value,
          a_training_without_randomness_is_found_out,
          what_is_learnt_later_changes_nothing, odd_values_are_no_trouble)
