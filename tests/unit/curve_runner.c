#include "curve_runner.h"
#include "base/rng.h"
#include "fake_runner.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static bool start(void *self, const struct job *job, struct error *err)
{
	struct curve_runner *c = self;
	struct curve_job *j = c->jobs;
	const char *budget = fake_env(job, "HPSEARCH_STEP_BUDGET");

	(void)err;
	while (j->busy)
		j++;
	*j = (struct curve_job){
	    .busy = true, .ticket = job->ticket, .x = fake_argument(job, "x")};
	j->trial = strtoull(fake_env(job, "HPSEARCH_TRIAL"), NULL, 10);
	j->budget = strtod(budget, NULL);
	j->end = c->steps;
	if (c->once)
		j->end = fake_argument(job, "epochs");
	else if (j->budget > 0 && j->budget < j->end && !c->deaf)
		j->end = j->budget;
	if (c->checkpoint)
		j->step = c->reached[j->trial];
	c->launches[j->trial]++;
	c->starts++;
	c->busy++;
	return true;
}

static struct curve_job *pick(struct curve_runner *c)
{
	uint64_t nth =
	    c->order ? rng_below(c->order, c->events, RNG_PICK, 0, c->busy) : 0;
	struct curve_job *first = NULL;

	for (struct curve_job *j = c->jobs; j < c->jobs + CURVE_SLOTS; j++) {
		if (!j->busy)
			continue;
		if (c->order && !nth--)
			return j;
		if (!c->order && (!first || j->ticket < first->ticket))
			first = j;
	}
	return first;
}

static double value_at(const struct curve_runner *c, const struct curve_job *j)
{
	return c->value ? c->value(j->x, j->step) : j->x + 1 / j->step;
}

static struct runner_event report(struct curve_runner *c, struct curve_job *j)
{
	struct runner_event e = {.kind = RUNNER_REPORT, .ticket = j->ticket};

	j->step += c->once ? j->end : 1;
	c->epochs += c->once ? j->end : 1;
	if (j->cancelled)
		j->left--;
	else
		c->reached[j->trial] = j->step;
	e.report.value = value_at(c, j);
	e.report.step = c->counts || c->once ? 0 : j->step;
	e.report.counted = c->counts || c->once;
	return e;
}

static struct runner_event done(struct curve_runner *c, struct curve_job *j)
{
	struct runner_event e = {.kind = RUNNER_DONE, .ticket = j->ticket};

	e.result.wall = j->step;
	e.result.maxrss = c->memory[c->launches[j->trial] > 1];
	e.result.cancelled = j->cancelled;
	if (j->cancelled && !c->exits_first) {
		e.result.exit = -1;
		e.result.signal = j->cancelled == CANCEL_KILL ? SIGKILL : SIGTERM;
	}
	j->busy = false;
	c->busy--;
	return e;
}

static bool wait_event(void *self, int64_t deadline, struct runner_event *out,
                       struct error *err)
{
	struct curve_runner *c = self;
	struct curve_job *j;

	(void)deadline;
	if (c->break_after && c->events >= c->break_after)
		return error_set(err, ERROR_SYSTEM, "the machine broke");
	j = pick(c);
	c->events++;
	if (!j)
		*out = (struct runner_event){.kind = RUNNER_TICK};
	else if (j->step < j->end && (!j->cancelled || j->left > 0))
		*out = report(c, j);
	else
		*out = done(c, j);
	return true;
}

static void cancel(void *self, uint64_t ticket, enum cancel how)
{
	struct curve_runner *c = self;

	for (struct curve_job *j = c->jobs; j < c->jobs + CURVE_SLOTS; j++)
		if (j->busy && j->ticket == ticket && !j->cancelled) {
			j->cancelled = how;
			j->left = c->exits_first ? (double)INFINITY : c->last_words;
		}
}

struct runner curve_runner(struct curve_runner *c, size_t slots)
{
	static const struct runner_type type = {
	    .start = start, .wait = wait_event, .cancel = cancel};

	return (struct runner){.type = &type, .self = c, .slots = slots};
}

void curve_runner_kill(struct curve_runner *c)
{
	memset(c->jobs, 0, sizeof c->jobs);
	c->busy = 0;
	c->events = 0;
	c->break_after = 0;
}
