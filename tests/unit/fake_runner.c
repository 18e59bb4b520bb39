#include "fake_runner.h"
#include "base/rng.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

double fake_argument(const struct job *job, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *w = job->argv; *w; w++)
		if (strncmp(*w, "--", 2) == 0 && strncmp(*w + 2, name, n) == 0 &&
		    (*w)[2 + n] == '=')
			return strtod(*w + 3 + n, NULL);
	return (double)NAN;
}

const char *fake_env(const struct job *job, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *w = job->env; *w; w++)
		if (strncmp(*w, name, n) == 0 && (*w)[n] == '=')
			return *w + n + 1;
	return "";
}

static bool start(void *self, const struct job *job, struct error *err)
{
	struct fake_runner *f = self;
	struct fake_job *j = f->jobs;

	(void)err;
	while (j->busy)
		j++;
	*j = (struct fake_job){.busy = true, .ticket = job->ticket};
	j->value = f->train(job, &j->result, &j->has_metric);
	f->busy++;
	f->starts++;
	return true;
}

static struct fake_job *pick(struct fake_runner *f)
{
	struct fake_job *first = NULL;
	uint64_t nth =
	    f->order ? rng_below(f->order, f->done, RNG_PICK, 0, f->busy) : 0;

	for (struct fake_job *j = f->jobs; j < f->jobs + FAKE_SLOTS; j++) {
		if (!j->busy)
			continue;
		if (f->order && !nth--)
			return j;
		if (!f->order && (!first || j->ticket < first->ticket))
			first = j;
	}
	return first;
}

static bool wait_event(void *self, int64_t deadline, struct runner_event *out,
                       struct error *err)
{
	struct fake_runner *f = self;
	struct fake_job *j;

	(void)deadline;
	if (f->fail_after && f->starts >= f->fail_after)
		return error_set(err, ERROR_SYSTEM, "the fake machine broke");
	if (f->signal_after && f->done >= f->signal_after && !f->signalled) {
		f->signalled = true;
		*out = (struct runner_event){.kind = RUNNER_SIGNAL, .signal = SIGINT};
		return true;
	}
	j = pick(f);
	if (!j) {
		*out = (struct runner_event){.kind = RUNNER_TICK};
		return true;
	}
	if (j->has_metric && !j->reported) {
		j->reported = true;
		*out = (struct runner_event){.kind = RUNNER_REPORT,
		                             .ticket = j->ticket,
		                             .report = {.step = 0, .value = j->value}};
		return true;
	}
	j->busy = false;
	f->busy--;
	f->done++;
	*out = (struct runner_event){
	    .kind = RUNNER_DONE, .ticket = j->ticket, .result = j->result};
	return true;
}

static void cancel(void *self, uint64_t ticket, enum cancel how)
{
	struct fake_runner *f = self;

	for (struct fake_job *j = f->jobs; j < f->jobs + FAKE_SLOTS; j++)
		if (j->busy && j->ticket == ticket) {
			j->result.cancelled = how;
			j->result.signal = how == CANCEL_KILL ? SIGKILL : SIGTERM;
			j->result.exit = -1;
		}
}

struct runner fake_runner(struct fake_runner *f, size_t slots)
{
	static const struct runner_type type = {
	    .start = start, .wait = wait_event, .cancel = cancel};

	return (struct runner){.type = &type, .self = f, .slots = slots};
}
