/* Every arrow of an attempt's states, on a clock of the test's own. */
#include "base/clock.h"
#include "run/attempt.h"
#include "test.h"

#define S CLOCK_SECOND

static const struct attempt_times times = {
    .silence = 60 * S, .lost_after = 300 * S, .grace = 10 * S};

static unsigned take(struct attempt *a, enum attempt_news news, bool job_over,
                     int64_t seconds)
{
	return attempt_take(a, news, job_over, seconds * S, &times);
}

static struct attempt running(void)
{
	struct attempt a = attempt_offered(0);

	CHECK_INT(take(&a, NEWS_STARTED, false, 1), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_RUNNING);
	return a;
}

TEST(a_run_that_ends)
{
	struct attempt a = running();

	CHECK_INT(take(&a, NEWS_ALIVE, false, 5), DEED_NONE);
	CHECK_INT(take(&a, NEWS_EXIT, false, 9), DEED_END);
	CHECK_INT(a.state, ATTEMPT_ENDED);
	/* Once. */
	CHECK_INT(take(&a, NEWS_EXIT, true, 10), DEED_NONE);
	CHECK_INT(take(&a, NEWS_NONE, true, 10000), DEED_NONE);
	CHECK_INT(take(&a, NEWS_STOP, true, 10000), DEED_NONE);
}

TEST(an_offer_that_nobody_takes)
{
	struct attempt a = attempt_offered(0);

	/* As long as the agent is heard of, it may come to it. */
	for (int t = 5; t < 1000; t += 5)
		CHECK_INT(take(&a, NEWS_ALIVE, false, t), DEED_NONE);
	CHECK_INT(take(&a, NEWS_NONE, true, 1000), DEED_NONE);
	CHECK_INT(take(&a, NEWS_NONE, true, 1294), DEED_NONE);
	CHECK_INT(take(&a, NEWS_NONE, true, 1295), DEED_STOP | DEED_CANCEL | DEED_LOST);
	CHECK_INT(a.state, ATTEMPT_LOST);
	/* The line that said started was torn; its exit is whole. */
	a = attempt_offered(0);
	CHECK_INT(take(&a, NEWS_EXIT, false, 3), DEED_END);
}

TEST(silence)
{
	struct attempt a = running();

	CHECK_INT(take(&a, NEWS_NONE, false, 60), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_RUNNING);
	CHECK_INT(take(&a, NEWS_NONE, false, 61), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_SUSPECT);
	/* A beat that is late, not lost. */
	CHECK_INT(take(&a, NEWS_ALIVE, false, 200), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_RUNNING);
	CHECK_INT(take(&a, NEWS_NONE, false, 260), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_SUSPECT);
	CHECK_INT(take(&a, NEWS_NONE, false, 559), DEED_NONE);
	/* It is told to stop before another begins. */
	CHECK_INT(take(&a, NEWS_NONE, false, 560), DEED_STOP | DEED_CANCEL | DEED_LOST);
	CHECK_INT(a.state, ATTEMPT_LOST);
	CHECK_INT(take(&a, NEWS_NONE, false, 5000), DEED_NONE);
	CHECK_INT(take(&a, NEWS_EXIT, false, 5001), DEED_LATE);
	CHECK_INT(take(&a, NEWS_EXIT, false, 5002), DEED_NONE);
}

TEST(slurm_says_that_it_is_over)
{
	struct attempt a = running();

	CHECK_INT(take(&a, NEWS_NONE, true, 10), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_SUSPECT);
	/* A beat that was written before: the job is over all the same. */
	CHECK_INT(take(&a, NEWS_ALIVE, true, 11), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_SUSPECT);
	/* NODE_FAIL, and Slurm was wrong. */
	CHECK_INT(take(&a, NEWS_ALIVE, false, 12), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_RUNNING);
	CHECK_INT(take(&a, NEWS_NONE, true, 13), DEED_NONE);
	CHECK_INT(take(&a, NEWS_EXIT, true, 14), DEED_END);
}

TEST(slurm_is_wrong_for_long)
{
	struct attempt a = running();

	/* The node is said to have failed, and its training lives on. */
	for (int t = 10; t < 4000; t += 5)
		CHECK_INT(take(&a, NEWS_ALIVE, true, t), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_SUSPECT);
	CHECK_INT(take(&a, NEWS_NONE, true, 4294), DEED_NONE);
	CHECK_INT(take(&a, NEWS_NONE, true, 4295), DEED_STOP | DEED_CANCEL | DEED_LOST);
	/* The same of one that was offered. */
	a = attempt_offered(0);
	for (int t = 5; t < 4000; t += 5)
		CHECK_INT(take(&a, NEWS_ALIVE, true, t), DEED_NONE);
	CHECK_INT(take(&a, NEWS_NONE, true, 4295), DEED_STOP | DEED_CANCEL | DEED_LOST);
}

TEST(stopping)
{
	struct attempt a = running();

	CHECK_INT(take(&a, NEWS_STOP, false, 10), DEED_STOP);
	CHECK_INT(take(&a, NEWS_STOP, false, 11), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_STOPPING);
	CHECK_INT(take(&a, NEWS_ALIVE, false, 79), DEED_NONE);
	/* grace, and a minute. */
	CHECK_INT(take(&a, NEWS_ALIVE, false, 80), DEED_STOP | DEED_CANCEL | DEED_LOST);
	a = running();
	CHECK_INT(take(&a, NEWS_STOP, false, 10), DEED_STOP);
	CHECK_INT(take(&a, NEWS_EXIT, false, 12), DEED_END);
	/* Its job ends without an answer. */
	a = running();
	CHECK_INT(take(&a, NEWS_STOP, false, 10), DEED_STOP);
	CHECK_INT(take(&a, NEWS_NONE, true, 12), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_SUSPECT);
	CHECK_INT(take(&a, NEWS_NONE, true, 312), DEED_STOP | DEED_CANCEL | DEED_LOST);
	/* A suspect is told, too; that does not make it wait longer. */
	a = running();
	CHECK_INT(take(&a, NEWS_NONE, false, 61), DEED_NONE);
	CHECK_INT(take(&a, NEWS_STOP, false, 100), DEED_STOP);
	CHECK_INT(a.state, ATTEMPT_SUSPECT);
	CHECK_INT(take(&a, NEWS_ALIVE, false, 101), DEED_NONE);
	CHECK_INT(a.state, ATTEMPT_STOPPING);
}

TEST_MAIN(a_run_that_ends, an_offer_that_nobody_takes, silence,
          slurm_says_that_it_is_over, slurm_is_wrong_for_long, stopping)
