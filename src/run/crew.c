#include "run/crew.h"

#include "base/clock.h"
#include "base/json.h"
#include "run/agent_mail.h"
#include "run/crew_parts.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOK_SOON    (CLOCK_SECOND / 20)
#define LOOK_LATE    CLOCK_SECOND
#define SILENCE      (60 * CLOCK_SECOND)
#define ERRAND_LOOK  (CLOCK_SECOND / 50)
#define CLOSE_WITHIN (10 * CLOCK_SECOND)
#define CANCEL_WITHIN                                                                  \
	(60 * CLOCK_SECOND) /* above that, while there are jobs to cancel */

/* Of the time of a processor one part at the most goes into looking; of the time, which
 * passes while a file server answers, or others compute, more. */
enum { LOOKS_SHARE = 40, WAITS_SHARE = 3 };

/* --- postings --- */

static struct posting *bound_to(struct crew *c, uint64_t ticket, struct crew_agent **of)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->agents[i]->n_posts; k++) {
			struct posting *p = &c->agents[i]->posts[k];

			if (p->bound && !p->told && p->ticket == ticket) {
				*of = c->agents[i];
				return p;
			}
		}
	return NULL;
}

/* The latest attempt at the run of that folder, if it is one above `over` and nobody
 * waits for it: under way, or over by itself. */
static struct posting *unclaimed(struct crew *c, const char *dir, unsigned over,
                                 struct crew_agent **of)
{
	struct posting *last = NULL;

	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->agents[i]->n_posts; k++) {
			struct posting *p = &c->agents[i]->posts[k];

			if (strcmp(p->dir, dir) != 0 ||
			    (last && p->number < last->number))
				continue;
			last = p;
			*of = c->agents[i];
		}
	if (!last || last->bound || last->told || last->number <= over)
		return NULL;
	if (last->exit_line)
		return last->stopped ? NULL : last;
	return last->lost ? NULL : last;
}

static void look_soon(struct crew *c)
{
	c->look_pause = LOOK_SOON;
	c->look_at = clock_now() + LOOK_SOON;
}

static struct crew_agent *idle_agent(const struct crew *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (crew_idle(c->agents[i]))
			return c->agents[i];
	return NULL;
}

static bool post(struct crew *c, struct crew_agent *a, const struct job *job,
                 struct error *err)
{
	struct wire_message m = {.kind = WIRE_RUN, .job = *job, .ticket = ++a->seq};
	struct posting *p;

	if (!crew_write(c, a, &m, err))
		return false;
	p = crew_post(a, job, m.ticket);
	p->ticket = job->ticket;
	p->bound = true;
	look_soon(c);
	return true;
}

static bool serve_waiting(struct crew *c, struct error *err)
{
	struct crew_agent *a;
	bool ok = true;

	while (ok && c->waiting && !c->waiting->cancelled && (a = idle_agent(c))) {
		const struct str *line = &c->waiting->line;
		struct arena mem = {0};
		struct wire_message m;

		ok = wire_read(line->s, line->len - 1, &m, &mem, err) &&
		     post(c, a, &m.job, err);
		arena_free(&mem);
		crew_waiting_drop(&c->waiting);
	}
	return ok;
}

static bool crew_start(void *self, const struct job *job, struct error *err)
{
	struct crew *c = self;
	struct crew_agent *a = NULL;
	struct posting *p = job->again ? unclaimed(c, job->dir, job->over, &a) : NULL;

	c->hungry = c->stale = true;
	if (p) {
		p->bound = true;
		p->ticket = job->ticket;
		return true;
	}
	a = idle_agent(c);
	if (a)
		return post(c, a, job, err);
	crew_waiting_add(c, job);
	return true;
}

static void do_deeds(struct crew *c, struct crew_agent *a, struct posting *p,
                     unsigned deeds)
{
	struct wire_message stop = {.kind = WIRE_STOP, .ticket = p->wire};
	struct error ignored;

	if (deeds & DEED_STOP) {
		p->stopped = true;
		if (p->cancelled == CANCEL_KILL)
			stop.kind = WIRE_KILL;
		crew_write(c, a, &stop, &ignored);
		look_soon(c);
	}
	if ((deeds & DEED_CANCEL) && !a->job->over)
		crew_cancel_job(c, a->job);
	if (deeds & DEED_LOST) {
		p->lost = true;
		/* What it has to say of this run may still be of use: nothing says
		 * that it was stopped by us. */
		p->stopped = p->cancelled != CANCEL_NONE;
		crew_give_up_agent(c, a, "not heard of");
	}
}

static void crew_cancel(void *self, uint64_t ticket, enum cancel how)
{
	struct crew *c = self;
	struct crew_agent *a;
	struct posting *p = bound_to(c, ticket, &a);
	unsigned deeds;

	crew_waiting_cancel(c, ticket, how);
	if (!p || how == CANCEL_NONE || p->exit_line || p->lost)
		return;
	p->cancelled = how > p->cancelled ? how : p->cancelled;
	deeds =
	    attempt_take(&p->attempt, NEWS_STOP, a->job->over, clock_now(), &c->times);
	if (how == CANCEL_KILL)
		deeds |= DEED_STOP;
	do_deeds(c, a, p, deeds);
}

static bool crew_adopts(void *self, const char *dir, unsigned over)
{
	struct crew_agent *a;

	return unclaimed(self, dir, over, &a) != NULL;
}

/* A run may come that is to be adopted, or one for an agent that is free. What waits
 * has a claim on either. */
static bool crew_room(struct crew *c)
{
	size_t room = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct posting *p = crew_current(c->agents[i]);

		room +=
		    p ? !p->bound && !p->stopped && !p->told : crew_idle(c->agents[i]);
	}
	return room > crew_waiting(c);
}

/* Which slot is all the same: an agent is found in start. */
static bool crew_ready(void *self, size_t slot)
{
	struct crew *c = self;

	(void)slot;
	if (c->stale) {
		c->roomy = crew_room(c);
		c->stale = false;
	}
	return c->roomy;
}

/* --- events --- */

static void say_lost(const struct crew_agent *a, const struct posting *p,
                     struct run_result *r)
{
	*r = (struct run_result){.exit = -1, .tail = "", .err_tail = ""};
	r->cancelled = p->cancelled;
	r->host = a->host;
	if (a->job->phase == SLURM_OOM) {
		r->signal = SIGKILL;
		r->oom_text = true;
	} else if (a->job->phase == SLURM_TAKEN) {
		r->taken = "its job was taken away";
	} else {
		r->lost = true;
	}
}

/* The whole time of a job was not enough for it, as its only run from the start. */
static bool took_whole_job(const struct crew_agent *a, const struct posting *p)
{
	return p == &a->posts[0] && p->taken_away &&
	       strcmp(p->taken_away, agent_time_is_over) == 0;
}

/* For the second time. */
static bool is_too_long(const struct crew *c, const struct posting *p)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct crew_agent *a = c->agents[i];

		n += a->n_posts && strcmp(a->posts[0].dir, p->dir) == 0 &&
		     took_whole_job(a, &a->posts[0]);
	}
	return n > 1;
}

static void tell_end(struct crew *c, struct crew_agent *a, struct posting *p,
                     struct runner_event *out)
{
	struct wire_message m;
	struct error bad;

	*out = (struct runner_event){.kind = RUNNER_DONE, .ticket = p->ticket};
	if (p->exit_line && wire_read(p->exit_line, p->exit_len, &m, &c->told, &bad)) {
		out->result = m.result;
		out->result.cancelled = p->cancelled;
		out->result.host = a->host;
		if (p->taken_away && !p->cancelled && !m.result.timed_out)
			out->result.taken = arena_strdup(&c->told, p->taken_away);
		if (out->result.taken && took_whole_job(a, p) && is_too_long(c, p)) {
			out->result.timed_out = true;
			out->result.taken = "slurm.time is too short for it: twice the "
					    "whole time of a job was not enough";
		}
	} else {
		say_lost(a, p, &out->result);
	}
	p->told = !p->lost || p->exit_line;
	p->bound = false; /* what is lost may be found again */
	c->hungry = true;
	free(p->reports);
	p->reports = NULL;
	p->n_reports = p->cap_reports = p->taken = 0;
}

static bool take_event(struct crew *c, struct runner_event *out)
{
	if (c->signal) {
		*out =
		    (struct runner_event){.kind = RUNNER_SIGNAL, .signal = c->signal};
		c->draining = c->draining || c->signal != SIGWINCH;
		c->signal = 0;
		return true;
	}
	if (crew_waiting_ended(c, out))
		return true;
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->agents[i]->n_posts; k++) {
			struct posting *p = &c->agents[i]->posts[k];

			if (!p->bound || p->told)
				continue;
			if (p->taken < p->n_reports) {
				*out = (struct runner_event){
				    .kind = RUNNER_REPORT,
				    .ticket = p->ticket,
				    .report = p->reports[p->taken++]};
				return true;
			}
			if (p->exit_line || p->lost) {
				tell_end(c, c->agents[i], p, out);
				return true;
			}
		}
	return false;
}

/* --- time --- */

/* The time of a job that is suspended stands still. */
static void stand_still(struct crew_agent *a, struct posting *p, int64_t now)
{
	a->heard = now;
	if (p)
		p->attempt.heard = p->attempt.since = now;
}

static void age(struct crew *c, int64_t now)
{
	for (size_t i = 0; i < c->n; i++) {
		struct crew_agent *a = c->agents[i];
		struct posting *p = crew_current(a);

		if (a->job->phase == SLURM_HALTED && (!p || !p->attempt.stopping))
			stand_still(a, p, now);
		if (p && p->attempt.state != ATTEMPT_LOST)
			do_deeds(c, a, p,
			         attempt_take(&p->attempt, NEWS_NONE, a->job->over, now,
			                      &c->times));
		else if (a->state == CREW_UP && now - a->heard > c->times.lost_after)
			crew_give_up_agent(c, a, "not heard of");
	}
}

static int64_t processor_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec;
}

/* Looking costs at most a small part of the time, however many there are. */
static void look(struct crew *c, int64_t now)
{
	int64_t cost = processor_time(), most;
	bool any = crew_look(c, now);

	age(c, now);
	cost = processor_time() - cost;
	most = WAITS_SHARE * (clock_now() - now);
	most = LOOKS_SHARE * cost > most ? LOOKS_SHARE * cost : most;
	c->look_pause = any ? LOOK_SOON : c->look_pause * 5 / 4;
	c->look_pause = c->look_pause < LOOK_LATE ? c->look_pause : LOOK_LATE;
	c->look_pause = c->look_pause > most ? c->look_pause : most;
	c->look_at = now + c->look_pause;
}

struct sleep {
	struct pollfd fds[2 * (CREW_ASKS + 2) + 1];
	size_t n;
	int64_t now, until;
};

static void watch_errand(struct sleep *s, const struct errand *e)
{
	int64_t look = s->now + ERRAND_LOOK;

	if (!e->pid)
		return;
	s->fds[s->n++] = (struct pollfd){.fd = e->out, .events = POLLIN};
	s->fds[s->n++] = (struct pollfd){.fd = e->err, .events = POLLIN};
	/* Both closed, and not yet a zombie. */
	if (e->out < 0 || e->err < 0)
		s->until = look < s->until ? look : s->until;
	s->until = e->deadline < s->until ? e->deadline : s->until;
}

static void sleep_until(struct crew *c, int64_t until)
{
	struct sleep s = {.now = clock_now(), .until = until};

	s.fds[s.n++] = (struct pollfd){.fd = c->signals.fd, .events = POLLIN};
	for (size_t i = 0; i < CREW_ASKS; i++)
		watch_errand(&s, &c->asking[i].sbatch);
	watch_errand(&s, &c->squeue);
	watch_errand(&s, &c->scancel);
	poll(s.fds, s.n, clock_milliseconds(s.until - s.now));
	if (s.fds[0].revents)
		c->signal = signals_next(&c->signals);
}

static int64_t next_turn(const struct crew *c, int64_t deadline)
{
	int64_t until = deadline < c->look_at ? deadline : c->look_at;

	if (!c->squeue.pid && c->poll_at < until && crew_any_job(c))
		until = c->poll_at;
	if (c->ask_at > clock_now() && c->ask_at < until)
		until = c->ask_at;
	return until;
}

static bool crew_wait(void *self, int64_t deadline, struct runner_event *out,
                      struct error *err)
{
	struct crew *c = self;

	arena_free(&c->told);
	c->stale = true;
	/* Where there was room, nothing more is to begin for now. */
	if (crew_room(c) && !c->waiting)
		c->hungry = false;
	for (bool looked = false;; looked = true) {
		bool room = crew_room(c);
		int64_t now = clock_now();

		if (take_event(c, out))
			return true;
		if (c->broken.kind != ERROR_NONE) {
			*err = c->broken;
			return false;
		}
		if (looked && now >= deadline) {
			*out = (struct runner_event){.kind = RUNNER_TICK};
			return true;
		}
		if (now >= c->look_at)
			look(c, now);
		crew_take_answers(c, now);
		crew_ask_slurm(c, now);
		if (!serve_waiting(c, err))
			return false;
		if (!room && crew_room(c)) { /* for whoever waits for room */
			*out = (struct runner_event){.kind = RUNNER_TICK};
			return true;
		}
		if (!looked || !take_event(c, out))
			sleep_until(c, looked ? next_turn(c, deadline) : now);
		else
			return true;
	}
}

static void crew_expect(void *self, size_t runs)
{
	struct crew *c = self;

	c->left = runs;
}

static void crew_release(void *self)
{
	struct crew *c = self;

	c->released = true;
}

void crew_watch(struct crew *c, void (*message)(void *self, const char *text),
                void *self)
{
	c->message = message;
	c->watcher = self;
}

struct runner crew_runner(struct crew *c)
{
	static const struct runner_type type = {.start = crew_start,
	                                        .wait = crew_wait,
	                                        .cancel = crew_cancel,
	                                        .ready = crew_ready,
	                                        .adopts = crew_adopts,
	                                        .expect = crew_expect,
	                                        .release = crew_release};
	size_t busy = 0;

	for (size_t i = 0; i < c->n; i++)
		busy += crew_current(c->agents[i]) != NULL;
	return (struct runner){.type = &type,
	                       .self = c,
	                       .slots = busy > c->setup.most ? busy : c->setup.most};
}

/* --- opening and closing --- */

struct crew *crew_open(const struct crew_setup *setup, struct error *err)
{
	struct crew *c = mem_new(1, sizeof *c);
	int64_t now = clock_now();

	c->setup = *setup;
	c->hungry = c->stale = true;
	c->left = SIZE_MAX;
	c->times = (struct attempt_times){
	    .silence = SILENCE, .lost_after = setup->lost_after, .grace = setup->grace};
	for (size_t i = 0; i < CREW_ASKS; i++)
		c->asking[i].sbatch.out = c->asking[i].sbatch.err = -1;
	c->squeue.out = c->squeue.err = -1;
	c->scancel.out = c->scancel.err = -1;
	c->poll_pause = setup->poll;
	c->signals.fd = -1;
	if (!signals_take(&c->signals, err) || !crew_read_log(c, err)) {
		c->released = true;
		crew_close(c);
		return NULL;
	}
	/* What was done while nobody looked. */
	crew_look(c, now);
	look_soon(c);
	return c;
}

/* Who has not left by then is suspended, or hears nothing. */
static void end_rest(struct crew *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->agents[i]->state == CREW_UP && !c->agents[i]->job->over)
			crew_cancel_job(c, c->agents[i]->job);
}

/* Tells all to leave; which of them have something to wait for? */
static void send_away(struct crew *c)
{
	struct error ignored;

	for (size_t i = 0; i < c->n; i++) {
		struct crew_agent *a = c->agents[i];

		if (a->state == CREW_LEFT)
			continue;
		crew_write(c, a, &(struct wire_message){.kind = WIRE_QUIT}, &ignored);
		if (a->state != CREW_UP)
			crew_cancel_job(c, a->job);
	}
}

/* Agents are waited for until then, and what is to be cancelled longer. */
static void await_cancels(struct crew *c, int64_t until)
{
	int64_t end = clock_now() + CANCEL_WITHIN;

	while ((clock_now() < end && (c->scancel.pid || c->cancels.len)) ||
	       (clock_now() < until && crew_anybody_up(c))) {
		crew_take_answers(c, clock_now());
		crew_ask_slurm(c, clock_now());
		sleep_until(c, clock_now() + LOOK_SOON);
		crew_look(c, clock_now());
	}
}

/* A job whose id is not known may be there under its name. */
static void await_end(struct crew *c)
{
	int64_t end = clock_now() + CLOSE_WITHIN;

	c->draining = true;
	while (crew_asks(c) && clock_now() < end) {
		sleep_until(c, clock_now() + LOOK_SOON);
		crew_take_answers(c, clock_now());
	}
	send_away(c);
	await_cancels(c, end);
	end_rest(c);
	await_cancels(c, 0);
	if (c->cancels.len)
		crew_say(c, "jobs of the search may still be queued: squeue --me");
	for (size_t i = 0; i < c->n; i++)
		if (c->agents[i]->state == CREW_QUEUED)
			crew_give_up_agent(c, c->agents[i], "cancelled");
}

void crew_close(struct crew *c)
{
	if (!c->released)
		await_end(c);
	for (size_t i = 0; i < CREW_ASKS; i++)
		errand_forget(&c->asking[i].sbatch);
	errand_forget(&c->squeue);
	errand_forget(&c->scancel);
	signals_give_back(&c->signals);
	crew_free_agents(c);
	while (c->waiting)
		crew_waiting_drop(&c->waiting);
	mailbox_close(&c->log);
	str_free(&c->cancels);
	arena_free(&c->told);
	free(c);
}
