#include "run/agent_mail.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "run/agent.h"
#include "run/agent_wire.h"
#include "run/mailbox.h"
#include "run/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BEAT_EVERY   (5 * CLOCK_SECOND)
#define REPORT_EVERY CLOCK_SECOND
#define LOOK_SOON    (CLOCK_SECOND / 20)
#define LOOK_IDLE    CLOCK_SECOND
#define LOOK_BUSY    (CLOCK_SECOND / 2)
#define GONE_AFTER   (60 * CLOCK_SECOND) /* without its mailbox: the search is gone */

struct agent {
	const struct agent_plan *plan;
	struct runner runner;
	struct mailbox in;
	uint64_t session; /* the highest of its drivers' */
	char out[PATH_MAX];
	struct str unsent; /* lines for the driver, to be written at send_at */
	int64_t send_at;   /* 0: there are none */
	int64_t look_at, look_pause, beat_at, seen_in;
	uint64_t beat;
	int64_t born, idle_since;
	uint64_t runs;
	/* the run */
	bool busy, asked; /* asked: to stop, by the driver */
	uint64_t ticket;
	int64_t run_since;
	const char *taken; /* why somebody else ends it; NULL: nobody does */
	int64_t kill_at;   /* 0: not yet known */
	bool leaving, said_so;
};

const char agent_time_is_over[] = "the time of its job was almost over";

static void tell(struct agent *a, const struct wire_message *m)
{
	struct str line = {0};

	wire_write(&line, m);
	mailbox_line(&a->unsent, &line);
	str_free(&line);
}

/* What cannot be written now (a full disk) is tried again. */
static void send_now(struct agent *a, int64_t now)
{
	struct error unsent;

	a->send_at = 0;
	if (a->unsent.len && !mailbox_put(a->out, &a->unsent, true, &unsent))
		a->send_at = now + CLOCK_SECOND;
	else
		str_clear(&a->unsent);
}

static void hello(struct agent *a)
{
	char host[256] = "";

	gethostname(host, sizeof host - 1);
	tell(a, &(struct wire_message){.kind = WIRE_HELLO,
	                               .protocol = WIRE_PROTOCOL,
	                               .version = HPS_VERSION,
	                               .host = host,
	                               .pid = getpid()});
}

static void tell_term(struct agent *a)
{
	tell(a, &(struct wire_message){
		    .kind = WIRE_TERM, .ticket = a->ticket, .why = a->taken});
}

static void say_so(struct agent *a)
{
	if (!a->said_so)
		tell(a, &(struct wire_message){.kind = WIRE_QUIT});
	a->said_so = true;
}

static void look_soon(struct agent *a, int64_t now)
{
	a->look_pause = LOOK_SOON;
	a->look_at = now + LOOK_SOON;
}

/* Of a run that could not be begun here, where the next one may be. */
static void tell_failure(struct agent *a, uint64_t ticket, int why)
{
	tell(a, &(struct wire_message){.kind = WIRE_EXIT,
	                               .ticket = ticket,
	                               .result = {.exit = -1,
	                                          .machine_errno = why ? why : EIO,
	                                          .tail = "",
	                                          .err_tail = ""}});
}

static void begin(struct agent *a, const struct wire_message *m, int64_t now)
{
	struct job job = m->job;
	struct error err;

	job.ticket = m->ticket;
	job.slot = 0;
	job.source.yaml = a->plan->yaml;

	/* What it does not take it has not begun, and its quit says so. */
	if (a->busy || a->leaving)
		return;
	errno = 0;
	if (!a->runner.type->start(a->runner.self, &job, &err)) {
		tell_failure(a, m->ticket, errno);
		send_now(a, now);
		return;
	}
	a->busy = true;
	a->asked = false;
	a->ticket = m->ticket;
	a->run_since = now;
	a->runs++;
	tell(a, &(struct wire_message){.kind = WIRE_STARTED, .ticket = m->ticket});
	send_now(a, now);
}

static void end_run(struct agent *a, enum cancel how)
{
	if (a->busy)
		a->runner.type->cancel(a->runner.self, a->ticket, how);
}

static void obey(struct agent *a, const struct wire_message *m, int64_t now)
{
	/* A driver whose place another has taken, and who does not know it yet. */
	if (m->session < a->session)
		return;
	a->session = m->session;
	switch ((int)m->kind) {
	case WIRE_RUN: begin(a, m, now); return;
	case WIRE_STOP:
	case WIRE_KILL:
		if (!a->busy || m->ticket != a->ticket)
			return;
		a->asked = true;
		end_run(a, m->kind == WIRE_STOP ? CANCEL_STOP : CANCEL_KILL);
		return;
	case WIRE_QUIT:
		a->asked = true;
		a->leaving = true;
		end_run(a, CANCEL_STOP);
		return;
	default: return;
	}
}

static void look(struct agent *a, int64_t now)
{
	struct arena mem = {0};
	const char *line;
	bool any = false;
	size_t n;

	if (mailbox_look(&a->in))
		a->seen_in = now;
	while ((line = mailbox_next(&a->in, &n))) {
		struct wire_message m;
		struct error bad;

		any = true;
		if (wire_read(line, n, &m, &mem, &bad))
			obey(a, &m, now);
		arena_free(&mem);
	}
	if (any) {
		look_soon(a, now);
	} else {
		int64_t most = a->busy ? LOOK_BUSY : LOOK_IDLE;

		a->look_pause = a->look_pause * 5 / 4;
		a->look_pause = a->look_pause < most ? a->look_pause : most;
		a->look_at = now + a->look_pause;
	}
	/* Whoever removed the search wants nothing more of it. */
	if (now - a->seen_in > GONE_AFTER) {
		a->leaving = true;
		end_run(a, CANCEL_STOP);
	}
}

static void take_signal(struct agent *a, int sig, int64_t now)
{
	int64_t wait = a->plan->kill_wait;

	if (sig == SIGWINCH || sig == SIGHUP)
		return;
	a->leaving = true;
	if (a->taken)
		return;
	a->taken = sig == SIGUSR1 ? agent_time_is_over : "its job was taken away";
	if (!a->busy)
		return;
	if (!a->asked)
		tell_term(a);
	send_now(a, now);
	end_run(a, CANCEL_STOP);
	/* Before the cluster kills us, so that its end can be told. */
	if (sig != SIGUSR1 && wait)
		a->kill_at = now + (wait > 4 * CLOCK_SECOND ? wait - 3 * CLOCK_SECOND
		                                            : wait / 2);
}

/* A job that is taken away: its signal goes to the training, too, which may have ended
 * of it before we hear of ours. */
static void await_signal(struct agent *a)
{
	int64_t now = clock_now(), wait = (now - a->run_since) / 10;
	struct runner_event e;
	struct error err;

	wait = wait < CLOCK_SECOND / 2 ? wait : CLOCK_SECOND / 2;
	if (a->taken || a->asked ||
	    !a->runner.type->wait(a->runner.self, now + wait, &e, &err))
		return;
	if (e.kind != RUNNER_SIGNAL)
		return;
	a->busy = false;
	take_signal(a, e.signal, now);
	if (a->taken)
		tell_term(a);
}

static void take_end(struct agent *a, const struct runner_event *e)
{
	struct wire_message m = {
	    .kind = WIRE_EXIT, .ticket = a->ticket, .result = e->result};
	struct str line = {0};
	int64_t now;

	/* Before the next wait, which frees what the result points to. */
	if (!a->asked)
		m.result.cancelled = CANCEL_NONE;
	wire_write(&line, &m);
	await_signal(a);
	mailbox_line(&a->unsent, &line);
	str_free(&line);
	a->busy = false;
	a->kill_at = 0;
	now = clock_now();
	a->idle_since = now;
	look_soon(a, now);
	a->leaving = a->leaving || (a->plan->runs && a->runs >= a->plan->runs) ||
	             (a->plan->limit && now - a->born >= a->plan->limit);
	if (a->leaving)
		say_so(a);
	send_now(a, now);
}

static void take_event(struct agent *a, struct runner_event *e, int64_t now)
{
	switch (e->kind) {
	case RUNNER_REPORT:
		tell(a, &(struct wire_message){.kind = WIRE_REPORT,
		                               .ticket = a->ticket,
		                               .report = e->report});
		if (!a->send_at)
			a->send_at = now + REPORT_EVERY / 4;
		break;
	case RUNNER_DONE: take_end(a, e); break;
	case RUNNER_SIGNAL: take_signal(a, e->signal, now); break;
	case RUNNER_TICK: break;
	}
}

static bool turn(struct agent *a, struct error *err)
{
	int64_t now = clock_now(), until;
	struct runner_event e;

	if (now >= a->beat_at) {
		a->beat_at = now + BEAT_EVERY;
		tell(a, &(struct wire_message){.kind = WIRE_BEAT, .beat = ++a->beat});
		send_now(a, now);
	}
	if (a->send_at && now >= a->send_at)
		send_now(a, now);
	if (now >= a->look_at)
		look(a, now);
	if (a->kill_at && now >= a->kill_at) {
		a->kill_at = 0;
		end_run(a, CANCEL_KILL);
	}
	if (!a->busy && now - a->idle_since >= a->plan->idle)
		a->leaving = true;
	if (a->leaving && !a->busy)
		return true;
	until = a->look_at < a->beat_at ? a->look_at : a->beat_at;
	if (a->send_at && a->send_at < until)
		until = a->send_at;
	if (a->kill_at && a->kill_at < until)
		until = a->kill_at;
	if (!a->runner.type->wait(a->runner.self, until, &e, err))
		return false;
	take_event(a, &e, clock_now());
	return true;
}

static bool is_first(const struct agent_plan *plan, bool *first, struct error *err)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof path, "%s/begun", plan->folder);
	fd = file_open(path, O_WRONLY | O_CREAT | O_EXCL, 0666, err);
	*first = fd >= 0;
	if (fd < 0)
		return errno == EEXIST;
	close(fd);
	return true;
}

static bool serve(struct agent *a, struct error *err)
{
	int64_t now = clock_now();
	bool ok = true;

	a->born = a->idle_since = a->seen_in = now;
	hello(a);
	send_now(a, now);
	a->beat_at = now + BEAT_EVERY;
	look_soon(a, now);
	a->look_at = now;
	while (ok && (a->busy || !a->leaving))
		ok = turn(a, err);
	say_so(a);
	send_now(a, clock_now());
	return ok;
}

bool agent_serve(const struct agent_plan *plan, struct error *err)
{
	struct agent a = {.plan = plan};
	struct pool *pool;
	char in[PATH_MAX];
	bool first, ok;

	if (!is_first(plan, &first, err))
		return false;
	if (!first)
		return true;
	agent_forget_names();
	pool = pool_open(1, -1, err);
	if (!pool)
		return false;
	a.runner = pool_runner(pool);
	snprintf(in, sizeof in, "%s/in", plan->folder);
	snprintf(a.out, sizeof a.out, "%s/out", plan->folder);
	mailbox_open(&a.in, in);
	ok = serve(&a, err);
	mailbox_close(&a.in);
	str_free(&a.unsent);
	pool_close(pool);
	return ok;
}
