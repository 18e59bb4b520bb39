#include "run/attached_parts.h"

#include "base/mem.h"
#include "run/agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	NEVER_UP = 3, /* failures of every slot before it is an error, at first … */
	ALL_GONE = 9, /* … and when agents have been there: four minutes */
	WHY_BYTES = 256
};

/* --- hearing --- */

static void on_hello(struct attached *a, struct link *l, const struct wire_message *m,
                     int64_t now)
{
	char why[WHY_BYTES];

	if (m->protocol != WIRE_PROTOCOL) {
		snprintf(why, sizeof why,
		         "it is hpsearch %s and speaks protocol %u; this is hpsearch "
		         "%s, which speaks protocol %d",
		         m->version, m->protocol, HPS_VERSION, WIRE_PROTOCOL);
		link_give_up(a, l, why, now);
		return;
	}
	if (a->setup.carry && !m->root) {
		link_give_up(a, l,
		             "it is an hpsearch that takes no files (transfer: none)",
		             now);
		return;
	}
	if (a->setup.carry)
		cargo_root(&l->cargo, m->root);
	snprintf(l->host, sizeof l->host, "%s", m->host ? m->host : "");
	l->state = LINK_UP;
	l->proven = true;
	a->ever_up = a->news = true;
}

/* The end of its run, as the agent has seen it. */
static void on_exit_message(struct link *l, struct wire_message *m,
                            struct runner_event *out)
{
	struct run_result *r = &m->result;

	/* It stopped the run for a reason of its own: nothing is known. */
	if (r->cancelled && !l->cancelled)
		r->lost = true;
	r->cancelled = l->cancelled;
	r->host = link_name(l);
	l->running = false;
	l->failures = 0;
	cargo_end(&l->cargo, r);
	*out = (struct runner_event){
	    .kind = RUNNER_DONE, .ticket = l->ticket, .result = *r};
}

/* Before there is an agent: the program, to the script that has none; its hello. */
static void on_script(struct attached *a, struct link *l, enum wire_kind kind)
{
	if (kind == WIRE_HAVE) {
		link_greet(a, l);
		return;
	}
	str_addn(&l->unsent, a->setup.program, a->setup.n_program);
	link_push(l);
}

/* True: it is an event for our caller. */
static bool obey(struct attached *a, struct link *l, struct wire_message *m,
                 struct runner_event *out, int64_t now)
{
	bool mine = l->running && m->ticket == l->ticket;

	if (l->state == LINK_COPYING) {
		if (m->kind == WIRE_HAVE || m->kind == WIRE_NEED)
			on_script(a, l, m->kind);
	} else if (mine && (m->kind == WIRE_FILE || m->kind == WIRE_LINK ||
	                    m->kind == WIRE_GONE))
		cargo_take(&l->cargo, m);
	else if (m->kind == WIRE_HELLO && l->state == LINK_STARTING)
		on_hello(a, l, m, now);
	else if (m->kind == WIRE_REFUSE)
		link_give_up(a, l, m->why ? m->why : "it refuses", now);
	else if (m->kind == WIRE_REPORT && mine) {
		*out = (struct runner_event){
		    .kind = RUNNER_REPORT, .ticket = m->ticket, .report = m->report};
		return true;
	} else if (m->kind == WIRE_EXIT && mine) {
		on_exit_message(l, m, out);
		return true;
	}
	return false;
}

/* Lines before the hello may be those of a shell that greets. */
static bool take_line(struct attached *a, struct link *l, struct runner_event *out,
                      int64_t now)
{
	struct wire_message m;
	struct error err;
	const char *line;
	size_t n;

	while ((link_is_starting(l) || l->state == LINK_UP) &&
	       (line = wire_line(&l->heard, &n))) {
		arena_free(&a->told);
		if (wire_read(line, n, &m, &a->told, &err)) {
			if (obey(a, l, &m, out, now))
				return true;
		} else if (l->state == LINK_UP) {
			link_give_up(a, l, err.text, now);
		}
	}
	return false;
}

static void lost(struct link *l, struct runner_event *out)
{
	*out = (struct runner_event){.kind = RUNNER_DONE, .ticket = l->ticket};
	out->result =
	    (struct run_result){.exit = -1,
	                        .lost = true,
	                        .cancelled = l->cancelled,
	                        .host = link_name(l),
	                        .wall = 1e-9 * (double)(clock_now() - l->started),
	                        .tail = "",
	                        .err_tail = ""};
	l->running = false;
	l->fence_at = 0;
}

static bool take_event(struct attached *a, struct runner_event *out)
{
	int64_t now = clock_now();
	int sig = signals_next(&a->signals);

	if (sig) {
		*out = (struct runner_event){.kind = RUNNER_SIGNAL, .signal = sig};
		return true;
	}
	for (size_t i = 0; i < a->setup.n; i++) {
		struct link *l = &a->links[(a->turn + i) % a->setup.n];

		if (take_line(a, l, out, now)) {
			a->turn = (l->index + 1) % a->setup.n;
			return true;
		}
		if (l->fence_at && now >= l->fence_at) {
			lost(l, out);
			return true;
		}
	}
	if (a->news) {
		a->news = false;
		*out = (struct runner_event){.kind = RUNNER_TICK};
		return true;
	}
	return false;
}

/* What has arrived of one; the end of it is its launcher's. */
static void hear(struct attached *a, struct link *l, int64_t now)
{
	char bytes[64 * 1024];
	ssize_t n = read(l->keeper.out, bytes, sizeof bytes);

	if (n > 0) {
		l->heard_at = now;
		if (!wire_feed(&l->heard, bytes, (size_t)n))
			link_give_up(a, l, "it says a line without an end", now);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		/* What it has said before that counts. */
		if (!memchr(str_text(&l->heard.text) + l->heard.done, '\n',
		            l->heard.text.len - l->heard.done))
			link_give_up(
			    a, l,
			    link_is_starting(l)
				? "no agent could be started; the launcher said"
				: "the connection is lost",
			    now);
	}
}

/* --- keeping them --- */

static size_t starting(const struct attached *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->setup.n; i++)
		n += link_is_starting(&a->links[i]);
	return n;
}

static bool all_failed(const struct attached *a)
{
	unsigned limit = a->ever_up ? ALL_GONE : NEVER_UP;

	for (size_t i = 0; i < a->setup.n; i++) {
		const struct link *l = &a->links[i];

		if (l->state == LINK_UP || l->running || l->failures < limit)
			return false;
	}
	return true;
}

static const char *silent_for(int64_t time, const char *what,
                              char out[static WHY_BYTES])
{
	snprintf(out, WHY_BYTES, "%s for %g s", what,
	         (double)time / (double)CLOCK_SECOND);
	return out;
}

static void attend(struct attached *a, struct link *l, int64_t now)
{
	char why[WHY_BYTES];
	int status = 0;

	if (l->state == LINK_PARTING && keeper_left(&l->keeper, &status))
		link_parted(a, l, status, now);
	if (!link_is_starting(l) && l->state != LINK_UP)
		return;
	if (l->state == LINK_UP && now - l->heard_at > a->setup.silence)
		link_give_up(
		    a, l,
		    silent_for(a->setup.silence, "nothing has been heard of it", why),
		    now);
	else if (link_is_starting(l) && now - l->launched_at > a->setup.patience)
		link_give_up(
		    a, l, silent_for(a->setup.patience, "no agent has answered", why),
		    now);
	else if (l->state != LINK_COPYING && now >= l->beat_at) {
		l->beat_at = now + a->setup.silence / AGENT_BEATS;
		link_say(l,
		         &(struct wire_message){.kind = WIRE_BEAT, .beat = ++l->beats});
	}
}

static bool tend(struct attached *a, int64_t now, struct error *err)
{
	size_t room = a->setup.logins ? a->setup.logins : SIZE_MAX, busy = starting(a);

	for (size_t i = 0; i < a->setup.n; i++) {
		struct link *l = &a->links[i];

		attend(a, l, now);
		if (l->state != LINK_DOWN || l->running || now < l->retry_at ||
		    busy >= room)
			continue;
		if (!link_launch(a, l, now, err))
			return false;
		busy++;
	}
	if (!all_failed(a))
		return true;
	return error_set(err, ERROR_SYSTEM, "no agent can be reached\n  %s",
	                 a->failed.text);
}

/* When something is due that no descriptor tells. */
static int64_t next_due(const struct attached *a, int64_t now)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < a->setup.n; i++) {
		const struct link *l = &a->links[i];
		int64_t at =
		    l->state == LINK_DOWN      ? l->running ? INT64_MAX : l->retry_at
		    : l->state == LINK_COPYING ? l->launched_at + a->setup.patience + 1
		    : l->state == LINK_PARTING ? now + CLOCK_SECOND / 50
					       : l->beat_at;

		if (l->state == LINK_DOWN && at <= now) /* it waits for a login */
			at = now + CLOCK_SECOND / 10;
		if (l->fence_at && l->fence_at < at)
			at = l->fence_at;
		due = at < due ? at : due;
	}
	return due;
}

static bool listen_until(struct attached *a, int64_t until, struct error *err)
{
	size_t n = a->setup.n;
	struct pollfd *p = a->polled;
	int64_t now = clock_now();

	p[0] = (struct pollfd){.fd = a->signals.fd, .events = POLLIN};
	for (size_t i = 0; i < n; i++) {
		struct link *l = &a->links[i];

		link_fill(l);
		p[1 + 2 * i] = (struct pollfd){.fd = l->keeper.out, .events = POLLIN};
		p[2 + 2 * i] = (struct pollfd){.fd = l->unsent.len ? l->keeper.in : -1,
		                               .events = POLLOUT};
	}
	if (poll(p, 1 + 2 * n,
	         until == INT64_MAX ? -1 : clock_milliseconds(until - now)) < 0 &&
	    errno != EINTR)
		return error_errno(err, "waiting for agents");
	now = clock_now();
	for (size_t i = 0; i < n; i++) {
		if (p[2 + 2 * i].revents)
			link_push(&a->links[i]);
		if (p[1 + 2 * i].revents)
			hear(a, &a->links[i], now);
	}
	return true;
}

/* --- the runner --- */

static bool attached_wait(void *self, int64_t deadline, struct runner_event *out,
                          struct error *err)
{
	struct attached *a = self;

	for (bool looked = false;; looked = true) {
		int64_t now, due;

		if (take_event(a, out))
			return true;
		now = clock_now();
		if (looked && now >= deadline) {
			*out = (struct runner_event){.kind = RUNNER_TICK};
			return true;
		}
		if (!tend(a, now, err))
			return false;
		due = next_due(a, now);
		if (!listen_until(a, due < deadline ? due : deadline, err))
			return false;
	}
}

static bool attached_ready(void *self, size_t slot)
{
	const struct attached *a = self;

	return slot < a->setup.n && a->links[slot].state == LINK_UP &&
	       !a->links[slot].running;
}

static bool attached_start(void *self, const struct job *job, struct error *err)
{
	struct attached *a = self;
	struct link *l = job->slot < a->setup.n ? &a->links[job->slot] : NULL;

	if (!l || !attached_ready(a, job->slot))
		return error_set(err, ERROR_SYSTEM, "slot %zu is not free", job->slot);
	l->running = true;
	l->ticket = job->ticket;
	l->cancelled = CANCEL_NONE;
	l->started = clock_now();
	l->fence_at = 0;
	cargo_begin(&l->cargo, job);
	cargo_fill(&l->cargo, &l->unsent);
	link_push(l);
	return true;
}

static const char *attached_root(void *self, size_t slot)
{
	const struct attached *a = self;

	return slot < a->setup.n ? a->links[slot].cargo.root : NULL;
}

static void attached_cancel(void *self, uint64_t ticket, enum cancel how)
{
	struct attached *a = self;

	for (size_t i = 0; i < a->setup.n && how != CANCEL_NONE; i++) {
		struct link *l = &a->links[i];

		if (!l->running || l->ticket != ticket)
			continue;
		l->cancelled = how > l->cancelled ? how : l->cancelled;
		if (l->state == LINK_UP)
			link_say_ticket(l, how == CANCEL_KILL ? WIRE_KILL : WIRE_STOP);
	}
}

struct runner attached_runner(struct attached *a)
{
	static const struct runner_type type = {.start = attached_start,
	                                        .wait = attached_wait,
	                                        .cancel = attached_cancel,
	                                        .ready = attached_ready,
	                                        .root = attached_root};

	return (struct runner){.type = &type, .self = a, .slots = a->setup.n};
}

void attached_watch(struct attached *a, void (*message)(void *self, const char *text),
                    void *self)
{
	a->message = message;
	a->watcher = self;
}

/* --- opening and closing --- */

static void forget_logs(const struct attached *a)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < a->setup.n; i++)
		unlink(link_path(a, &a->links[i], "stderr", path));
}

struct attached *attached_open(const struct attached_setup *setup, struct error *err)
{
	struct attached *a = mem_new(1, sizeof *a);

	a->setup = *setup;
	a->signals.fd = -1;
	a->links = mem_new(setup->n, sizeof *a->links);
	a->polled = mem_new(1 + 2 * setup->n, sizeof *a->polled);
	for (size_t i = 0; i < setup->n; i++)
		a->links[i] = (struct link){
		    .place = &setup->places[i],
		    .index = i,
		    .keeper = {.in = -1, .out = -1, .ctl = -1},
		};
	for (size_t i = 0; i < setup->n; i++)
		cargo_open(&a->links[i].cargo, setup->carry ? setup->dir : NULL, i);
	forget_logs(a);
	if (signals_take(&a->signals, err) && wire_token(a->generation, err) &&
	    tend(a, clock_now(), err))
		return a;
	attached_close(a);
	return NULL;
}

static void dismiss(struct link *l)
{
	cargo_drop(&l->cargo); /* half a run, maybe */
	if (l->running && l->state == LINK_UP)
		link_say_ticket(l, WIRE_KILL);
	if (l->state == LINK_UP)
		link_say(l, &(struct wire_message){.kind = WIRE_QUIT});
	keeper_part(&l->keeper);
}

void attached_close(struct attached *a)
{
	int64_t until = clock_now() + LEAVE_PATIENCE;
	size_t left;
	int status;

	for (size_t i = 0; i < a->setup.n; i++)
		dismiss(&a->links[i]);
	do {
		left = 0;
		for (size_t i = 0; i < a->setup.n; i++)
			left += !keeper_left(&a->links[i].keeper, &status);
		if (left)
			poll(NULL, 0, 5);
	} while (left && clock_now() < until);
	for (size_t i = 0; i < a->setup.n; i++) {
		struct link *l = &a->links[i];

		keeper_kill(&l->keeper);
		wire_forget(&l->heard);
		str_free(&l->unsent);
		cargo_close(&l->cargo);
	}
	signals_give_back(&a->signals);
	arena_free(&a->told);
	free(a->links);
	free(a->polled);
	free(a);
}
