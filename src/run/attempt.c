#include "run/attempt.h"

#include "base/clock.h"

/* Beyond the grace: for the agent to look into its mailbox, and for its answer. */
#define STOP_PATIENCE (60 * CLOCK_SECOND)

struct attempt attempt_offered(int64_t now)
{
	return (struct attempt){.state = ATTEMPT_OFFERED, .heard = now, .since = now};
}

static void enter(struct attempt *a, enum attempt_state state, int64_t now)
{
	a->state = state;
	a->since = now;
}

static unsigned give_up(struct attempt *a, int64_t now)
{
	enter(a, ATTEMPT_LOST, now);
	return DEED_STOP | DEED_CANCEL | DEED_LOST;
}

static unsigned stop(struct attempt *a, int64_t now)
{
	bool suspect = a->state == ATTEMPT_SUSPECT;

	if (a->stopping || a->state >= ATTEMPT_LOST)
		return DEED_NONE;
	a->stopping = true;
	/* Who is not heard of is waited for no longer because of it. */
	if (!suspect)
		enter(a, ATTEMPT_STOPPING, now);
	return DEED_STOP;
}

/* What time alone brings about. */
static unsigned grow_old(struct attempt *a, bool job_over, int64_t now,
                         const struct attempt_times *t)
{
	bool silent = job_over || now - a->heard >= t->silence;

	switch (a->state) {
	case ATTEMPT_OFFERED:
		if (!silent)
			a->since = now;
		return now - a->since >= t->lost_after ? give_up(a, now) : DEED_NONE;
	case ATTEMPT_STOPPING:
		if (now - a->since >= t->grace + STOP_PATIENCE)
			return give_up(a, now);
		if (job_over)
			enter(a, ATTEMPT_SUSPECT, now);
		return DEED_NONE;
	case ATTEMPT_RUNNING:
		if (silent)
			enter(a, ATTEMPT_SUSPECT, now);
		return DEED_NONE;
	case ATTEMPT_SUSPECT:
		return now - a->since >= t->lost_after ? give_up(a, now) : DEED_NONE;
	case ATTEMPT_LOST:
	case ATTEMPT_ENDED: break;
	}
	return DEED_NONE;
}

unsigned attempt_take(struct attempt *a, enum attempt_news news, bool job_over,
                      int64_t now, const struct attempt_times *t)
{
	bool lost = a->state == ATTEMPT_LOST;

	if (a->state == ATTEMPT_ENDED)
		return DEED_NONE;
	switch (news) {
	case NEWS_EXIT:
		enter(a, ATTEMPT_ENDED, now);
		return lost ? DEED_LATE : DEED_END;
	case NEWS_STOP: return stop(a, now);
	case NEWS_STARTED:
		if (a->state == ATTEMPT_OFFERED)
			enter(a, ATTEMPT_RUNNING, now);
		a->heard = now;
		break;
	case NEWS_ALIVE:
		a->heard = now;
		/* NODE_FAIL is what Slurm believes: who speaks is alive. */
		if (a->state == ATTEMPT_SUSPECT && job_over)
			a->since = now;
		else if (a->state == ATTEMPT_SUSPECT)
			enter(a, a->stopping ? ATTEMPT_STOPPING : ATTEMPT_RUNNING, now);
		else if (a->state == ATTEMPT_OFFERED)
			a->since = now;
		break;
	case NEWS_NONE: break;
	}
	return grow_old(a, job_over, now, t);
}
