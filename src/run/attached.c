#include "run/attached.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "run/agent.h"
#include "run/agent_wire.h"
#include "run/cargo.h"
#include "run/keeper.h"
#include "run/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	NEVER_UP = 3, /* failures of every slot before it is an error, at first … */
	ALL_GONE = 9, /* … and when agents have been there: four minutes */
	SAID_BYTES = 1024,
	WHY_BYTES = 256,
	BACK_OFF_MAX = 9 /* doublings: 256 s; then 300 */
};

#define LEAVE_PATIENCE (15 * CLOCK_SECOND)
#define MARGIN         (2 * CLOCK_SECOND) /* beyond a grace: for signals to be sent */

enum link_state {
	LINK_DOWN,     /* until retry_at */
	LINK_COPYING,  /* launched; the program may have to be there first */
	LINK_STARTING, /* has not said hello */
	LINK_UP,
	LINK_PARTING /* given up; the launcher has not left yet */
};

struct link {
	const struct attached_place *place;
	size_t index;
	enum link_state state;
	struct keeper keeper;
	struct wire_in heard;
	struct str unsent;
	struct cargo cargo;
	char host[HOST_NAME_MAX + 1];
	size_t way;        /* which argv of the place */
	bool proven;       /* that it leads to an agent */
	unsigned failures; /* in a row: no run has ended since */
	int64_t retry_at, launched_at, heard_at, beat_at;
	uint64_t beats;
	int64_t silence; /* how long it had been silent when it was given up */
	bool running;
	uint64_t ticket;
	enum cancel cancelled;
	int64_t started, fence_at; /* fence_at: when a lost run is over; 0: not lost */
};

struct attached {
	struct attached_setup setup;
	struct link *links;    /* (setup.n) */
	struct pollfd *polled; /* (1 + 2 n) */
	struct signals signals;
	char generation[WIRE_TOKEN];
	bool ever_up;
	bool news;           /* a slot has become ready */
	size_t turn;         /* whose lines come first */
	struct arena told;   /* behind the last event */
	struct error failed; /* the latest failure of an agent */
	void (*message)(void *self, const char *text);
	void *watcher;
};

static const char *name_of(const struct link *l)
{
	return l->place->host ? l->place->host : *l->host ? l->host : "its launcher";
}

static const char *path_of(const struct attached *a, const struct link *l,
                           const char *file, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/agents/%zu%s%s", a->setup.dir, l->index,
	         *file ? "/" : "", file);
	return path;
}

static bool is_starting(const struct link *l)
{
	return l->state == LINK_COPYING || l->state == LINK_STARTING;
}

/* --- saying --- */

static void push(struct link *l)
{
	ssize_t n = l->unsent.len && l->keeper.in >= 0
	                ? write(l->keeper.in, l->unsent.s, l->unsent.len)
	                : 0;

	/* Who takes no more is over, or will be: the end of what it says tells. */
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		n = (ssize_t)l->unsent.len;
	if (n <= 0)
		return;
	l->unsent.len -= (size_t)n;
	memmove(l->unsent.s, l->unsent.s + n, l->unsent.len);
}

static void say(struct link *l, const struct wire_message *m)
{
	wire_write(&l->unsent, m);
	push(l);
}

/* Behind its run, which may not be sent yet. */
static void say_ticket(struct link *l, enum wire_kind kind)
{
	wire_write(cargo_line(&l->cargo, &l->unsent),
	           &(struct wire_message){.kind = kind, .ticket = l->ticket});
	push(l);
}

static void fill(struct link *l)
{
	if (l->state != LINK_UP || !l->cargo.behind.len)
		return;
	cargo_fill(&l->cargo, &l->unsent);
	push(l);
}

/* --- starting --- */

static void greet(const struct attached *a, struct link *l)
{
	char dir[PATH_MAX];
	bool carry = a->setup.carry;

	l->state = LINK_STARTING;
	say(l, &(struct wire_message){.kind = WIRE_HELLO,
	                              .protocol = WIRE_PROTOCOL,
	                              .version = HPS_VERSION,
	                              .generation = a->generation,
	                              .dir = carry ? NULL : path_of(a, l, "", dir),
	                              .carry = carry,
	                              .pid = getpid(),
	                              .silence = a->setup.silence});
}

static bool put_generation(const struct attached *a, const struct link *l,
                           struct error *err)
{
	char path[PATH_MAX];

	return file_mkdirs(path_of(a, l, "", path), err) &&
	       file_write(path_of(a, l, "generation", path), a->generation,
	                  strlen(a->generation), 0666, err);
}

static bool launch(struct attached *a, struct link *l, int64_t now, struct error *err)
{
	const char *const *argv = l->place->argv[l->way];
	char dir[PATH_MAX];
	int log;
	bool ok;

	if (!put_generation(a, l, err))
		return false;
	log = file_open(path_of(a, l, "stderr", dir), O_WRONLY | O_CREAT | O_APPEND,
	                0666, err);
	if (log < 0)
		return false;
	ok = keeper_start(&l->keeper, argv, log, a->setup.keep_fd,
	                  a->setup.grace + LEAVE_PATIENCE, err);
	close(log);
	if (!ok)
		return false;
	l->state = LINK_COPYING;
	l->launched_at = l->heard_at = now;
	l->beat_at = now + a->setup.silence / AGENT_BEATS;
	wire_forget(&l->heard);
	str_clear(&l->unsent);
	if (!l->place->copies[l->way])
		greet(a, l);
	return true;
}

/* --- losing --- */

/* The last lines that the launcher said. */
static void add_said(const struct attached *a, const struct link *l, struct str *out)
{
	char path[PATH_MAX], text[SAID_BYTES];
	size_t n = file_tail(path_of(a, l, "stderr", path), text, sizeof text);
	char *start = text;

	for (size_t i = 0; i < n; i++)
		text[i] = text[i] ? text[i] : ' ';
	text[n] = '\0';
	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	for (int lines = 0; n && lines < 4; n--)
		if (text[n - 1] == '\n' && ++lines == 4)
			start = text + n;
	for (char *line = start, *last = NULL; *line;) {
		size_t len = strcspn(line, "\n");

		if (!last || strncmp(last, line, len + 1) != 0)
			str_addf(out, "\n  | %.*s", (int)len, line);
		last = line;
		line += len + (line[len] == '\n');
	}
}

static int64_t pause_after(const struct link *l)
{
	if (!l->proven && l->failures == 1)
		return 0; /* the other way at once */
	return l->failures > BACK_OFF_MAX ? 300 * CLOCK_SECOND
	                                  : CLOCK_SECOND << (l->failures - 1);
}

/* Not the first of two ways; and of many failures in a row ever fewer. */
static bool is_worth_telling(const struct link *l)
{
	unsigned n = l->failures;

	return (l->proven || n > 1) && (n & (n - 1)) == 0;
}

static void tell(struct attached *a, const struct link *l, const char *why)
{
	struct str text = {0};

	str_addf(&text, "agent %zu on %s: %s", l->index, name_of(l), why);
	add_said(a, l, &text);
	error_set(&a->failed, ERROR_SYSTEM, "%s", str_text(&text));
	if (a->message && is_worth_telling(l))
		a->message(a->watcher, str_text(&text));
	str_free(&text);
}

/* No more is heard of it. */
static void give_up(struct attached *a, struct link *l, const char *why, int64_t now)
{
	l->failures++;
	l->silence = now - l->heard_at;
	l->state = LINK_PARTING;
	keeper_part(&l->keeper);
	str_clear(&l->unsent);
	cargo_drop(&l->cargo);
	tell(a, l, why);
	l->retry_at = now + pause_after(l);
	if (!l->proven)
		l->way = 1 - l->way;
}

/* The launcher has left. With 0 it says that the agent has, and its run before it; else
 * the agent may only be about to see that we are gone: at once where the connection was
 * alive, by our silence where it was not. */
static void parted(struct attached *a, struct link *l, int status, int64_t now)
{
	int64_t fence = a->setup.grace + MARGIN;

	l->state = LINK_DOWN;
	if (!l->running)
		return;
	if (l->silence > a->setup.silence / AGENT_BEATS + MARGIN)
		fence += a->setup.silence;
	l->fence_at = status == 0 ? now : now + fence;
}

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
		give_up(a, l, why, now);
		return;
	}
	if (a->setup.carry && !m->root) {
		give_up(a, l, "it is an hpsearch that takes no files (transfer: none)",
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
	r->host = name_of(l);
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
		greet(a, l);
		return;
	}
	str_addn(&l->unsent, a->setup.program, a->setup.n_program);
	push(l);
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
		give_up(a, l, m->why ? m->why : "it refuses", now);
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

	while ((is_starting(l) || l->state == LINK_UP) &&
	       (line = wire_line(&l->heard, &n))) {
		arena_free(&a->told);
		if (wire_read(line, n, &m, &a->told, &err)) {
			if (obey(a, l, &m, out, now))
				return true;
		} else if (l->state == LINK_UP) {
			give_up(a, l, err.text, now);
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
	                        .host = name_of(l),
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
			give_up(a, l, "it says a line without an end", now);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		/* What it has said before that counts. */
		if (!memchr(str_text(&l->heard.text) + l->heard.done, '\n',
		            l->heard.text.len - l->heard.done))
			give_up(a, l,
			        is_starting(l)
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
		n += is_starting(&a->links[i]);
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
		parted(a, l, status, now);
	if (!is_starting(l) && l->state != LINK_UP)
		return;
	if (l->state == LINK_UP && now - l->heard_at > a->setup.silence)
		give_up(
		    a, l,
		    silent_for(a->setup.silence, "nothing has been heard of it", why),
		    now);
	else if (is_starting(l) && now - l->launched_at > a->setup.patience)
		give_up(a, l,
		        silent_for(a->setup.patience, "no agent has answered", why),
		        now);
	else if (l->state != LINK_COPYING && now >= l->beat_at) {
		l->beat_at = now + a->setup.silence / AGENT_BEATS;
		say(l, &(struct wire_message){.kind = WIRE_BEAT, .beat = ++l->beats});
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
		if (!launch(a, l, now, err))
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

		fill(l);
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
			push(&a->links[i]);
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
	push(l);
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
			say_ticket(l, how == CANCEL_KILL ? WIRE_KILL : WIRE_STOP);
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
		unlink(path_of(a, &a->links[i], "stderr", path));
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
		say_ticket(l, WIRE_KILL);
	if (l->state == LINK_UP)
		say(l, &(struct wire_message){.kind = WIRE_QUIT});
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
