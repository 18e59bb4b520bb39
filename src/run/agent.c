#include "run/agent.h"

#include "base/file.h"
#include "base/mem.h"
#include "run/agent_wire.h"
#include "run/parcel.h"
#include "run/pool.h"
#include "run/room.h"
#include "run/scrape.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PIECE = 4096, /* PIPE_BUF: what a pipe that polls as writable takes at once */
	GENERATION_MAX = 64,
	UNSENT = 256 * 1024 /* beyond it, files wait */
};

/* Between tries to write to a pipe that is full. */
#define FULL_PAUSE (CLOCK_SECOND / 50)
#define GROW_EVERY CLOCK_SECOND

/* What grows while a run does. */
static const char *const growing[] = {"stdout", "stderr"};

struct agent {
	const struct agent_setup *setup;
	struct pool *pool;
	struct runner runner;
	struct wire_in heard;
	struct str unsent;
	struct arena scratch;
	bool greeted;     /* by a driver that we understand */
	bool leaving;     /* nothing more is read */
	bool busy;        /* with … */
	uint64_t ticket;  /* … this */
	int64_t heard_at; /* of the driver */
	int64_t silence;  /* after which it is gone */
	int64_t beat_at;
	uint64_t beats;
	/* where the driver's directory is not ours */
	struct room room;
	char *folder;         /* of the run, below it; NULL: none */
	struct parcel before; /* what was in it */
	int64_t grown[ARRAY_LEN(growing)], grow_at;
	int failed; /* errno of a file that could not be taken; or 0 */
};

/* --- to the driver --- */

static void say(struct agent *a, const struct wire_message *m)
{
	if (!a->leaving || a->busy)
		wire_write(&a->unsent, m);
}

/* As far as the pipe takes it without waiting. O_NONBLOCK would do the same to whoever
 * else has it as his standard output. */
static void push(struct agent *a)
{
	struct pollfd p = {.fd = a->setup->out, .events = POLLOUT};
	size_t sent = 0;

	while (sent < a->unsent.len && poll(&p, 1, 0) > 0) {
		size_t left = a->unsent.len - sent;
		ssize_t n =
		    write(p.fd, a->unsent.s + sent, left < PIECE ? left : PIECE);

		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			a->leaving = true;
			sent = a->unsent.len;
		} else {
			sent += n > 0 ? (size_t)n : 0;
		}
	}
	if (!sent)
		return;
	a->unsent.len -= sent;
	memmove(a->unsent.s, a->unsent.s + sent, a->unsent.len);
}

static void greet(struct agent *a)
{
	char host[HOST_NAME_MAX + 1] = "";

	gethostname(host, sizeof host - 1);
	say(a, &(struct wire_message){.kind = WIRE_HELLO,
	                              .protocol = WIRE_PROTOCOL,
	                              .version = HPS_VERSION,
	                              .host = host,
	                              .root = *a->room.path ? a->room.path : NULL,
	                              .pid = getpid()});
}

static void refuse(struct agent *a, const char *why)
{
	say(a, &(struct wire_message){.kind = WIRE_REFUSE,
	                              .protocol = WIRE_PROTOCOL,
	                              .version = HPS_VERSION,
	                              .why = why});
	a->leaving = true;
}

/* --- what the driver says --- */

/* Is the driver's directory ours, too? */
static bool shares(struct agent *a, const struct wire_message *m)
{
	char text[GENERATION_MAX];
	const char *path = arena_printf(&a->scratch, "%s/generation", m->dir);

	return file_tail(path, text, sizeof text) && !strcmp(text, m->generation);
}

static void on_hello(struct agent *a, const struct wire_message *m)
{
	struct error err;

	if (m->protocol != WIRE_PROTOCOL)
		refuse(a, arena_printf(&a->scratch,
		                       "the agent is hpsearch " HPS_VERSION
		                       " and speaks protocol %d, the driver is "
		                       "hpsearch %s and speaks protocol %u",
		                       WIRE_PROTOCOL, m->version, m->protocol));
	else if (m->dir && m->generation && !shares(a, m))
		refuse(a, arena_printf(&a->scratch,
		                       "%s is not the driver's directory there: it "
		                       "has to be on a file system that both see at "
		                       "the same path, or else transfer: none",
		                       m->dir));
	else if (m->carry && !*a->room.path && !room_open(&a->room, &err))
		refuse(a, arena_printf(&a->scratch, "%s", err.text));
	else
		greet(a);
	a->greeted = !a->leaving;
	if (!a->greeted || !m->silence)
		return;
	a->silence = m->silence;
	a->beat_at = 0;
}

/* Patterns were tried by the driver; but who knows who speaks. */
static bool source_is_right(const struct metric_source *source, struct error *err)
{
	struct scraper s;
	bool ok;

	scrape_init(&s, "x", NULL);
	ok = scrape_source(&s, source, err);
	scrape_free(&s);
	return ok;
}

static void run_failed(struct agent *a, uint64_t ticket, int error)
{
	say(a, &(struct wire_message){.kind = WIRE_EXIT,
	                              .ticket = ticket,
	                              .result = {.exit = -1,
	                                         .machine_errno = error ? error : EIO,
	                                         .tail = "",
	                                         .err_tail = ""}});
}

static void on_file(struct agent *a, const struct wire_message *m)
{
	struct error err;

	if (*a->room.path && !a->busy && !parcel_take(a->room.path, m, &err))
		a->failed = a->failed ? a->failed : errno;
}

static void forget_files(struct agent *a)
{
	parcel_free(&a->before);
	free(a->folder);
	a->folder = NULL;
}

/* Of a run that begins. */
static bool files_are_there(struct agent *a, const struct job *job)
{
	size_t n = strlen(a->room.path);
	int failed = a->failed;

	if (!n)
		return true;
	a->failed = 0;
	errno = failed ? failed : EINVAL;
	if (failed || strncmp(job->dir, a->room.path, n) != 0 || job->dir[n] != '/' ||
	    !parcel_path(job->dir + n + 1, ""))
		return false;
	a->folder = mem_strdup(job->dir + n + 1);
	parcel_list(&a->before, a->room.path, a->folder, NULL);
	memset(a->grown, 0, sizeof a->grown);
	errno = 0;
	return true;
}

static void on_run(struct agent *a, struct wire_message *m)
{
	struct error err;

	m->job.source.yaml = a->setup->yaml;
	errno = 0;
	if (a->busy || !source_is_right(&m->job.source, &err) ||
	    !files_are_there(a, &m->job) || !file_mkdirs(m->job.dir, &err) ||
	    !a->runner.type->start(a->runner.self, &m->job, &err)) {
		run_failed(a, m->ticket, errno);
		if (!a->busy)
			forget_files(a);
		return;
	}
	a->busy = true;
	a->ticket = m->ticket;
	say(a, &(struct wire_message){.kind = WIRE_STARTED, .ticket = m->ticket});
}

static void leave(struct agent *a)
{
	if (a->busy && !a->leaving)
		a->runner.type->cancel(a->runner.self, a->ticket, CANCEL_STOP);
	a->leaving = true;
	pool_listen(a->pool, -1);
}

static void obey(struct agent *a, struct wire_message *m)
{
	if (m->kind == WIRE_HELLO)
		on_hello(a, m);
	else if (!a->greeted)
		refuse(a, "no hello came first");
	else if (m->kind == WIRE_RUN)
		on_run(a, m);
	else if (m->kind == WIRE_STOP || m->kind == WIRE_KILL)
		a->runner.type->cancel(a->runner.self, m->ticket,
		                       m->kind == WIRE_KILL ? CANCEL_KILL
		                                            : CANCEL_STOP);
	else if (m->kind == WIRE_FILE || m->kind == WIRE_LINK)
		on_file(a, m);
	else if (m->kind == WIRE_QUIT)
		leave(a);
}

static bool take_lines(struct agent *a, struct error *err)
{
	struct wire_message m;
	const char *line;
	size_t n;
	bool ok = true;

	while (ok && !a->leaving && (line = wire_line(&a->heard, &n))) {
		ok = wire_read(line, n, &m, &a->scratch, err);
		if (ok)
			obey(a, &m);
		arena_free(&a->scratch);
	}
	if (!ok)
		leave(a);
	return ok;
}

/* All that is there; the end of it is the driver's. */
static bool listen_once(struct agent *a, struct error *err)
{
	struct pollfd p = {.fd = a->setup->in, .events = POLLIN};
	char bytes[16 * 1024];
	bool ok = true;
	ssize_t n;

	if (a->leaving || poll(&p, 1, 0) <= 0)
		return true;
	n = read(p.fd, bytes, sizeof bytes);
	if (n > 0) {
		a->heard_at = clock_now();
		ok = wire_feed(&a->heard, bytes, (size_t)n) ||
		     error_set(err, ERROR_SYSTEM, "a line without an end");
		if (!ok)
			leave(a);
	} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		leave(a);
	}
	return ok && take_lines(a, err);
}

/* --- files on their way back --- */

/* What its output has grown by; true: there was something. */
static bool grow(struct agent *a)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(growing); i++) {
		const char *path =
		    arena_printf(&a->scratch, "%s/%s", a->folder, growing[i]);

		any = parcel_grow(a->room.path, path, &a->grown[i], UNSENT, a->ticket,
		                  &a->unsent) ||
		      any;
	}
	arena_free(&a->scratch);
	return any;
}

static bool is_growing(const struct agent *a, const char *path)
{
	const char *name = path + strlen(a->folder) + 1;

	return str_index(name, growing, ARRAY_LEN(growing)) < ARRAY_LEN(growing);
}

/* What the run has made, or changed, or removed. */
static void list_news(struct agent *a, struct parcel *news)
{
	size_t n = 0;

	parcel_list(news, a->room.path, a->folder, NULL);
	parcel_news(news, &a->before, a->ticket, &a->unsent);
	for (size_t i = 0; i < news->n; i++)
		if (is_growing(a, news->items[i].path))
			free(news->items[i].path);
		else
			news->items[n++] = news->items[i];
	news->n = n;
}

static void beat(struct agent *a, int64_t now);
static bool listen_once(struct agent *a, struct error *err);

/* Until there is room for more, or the driver is gone. */
static void send_some(struct agent *a)
{
	while (!a->leaving && a->unsent.len >= UNSENT) {
		struct pollfd p[] = {{.fd = a->setup->in, .events = POLLIN},
		                     {.fd = a->setup->out, .events = POLLOUT}};
		struct error ignored;
		int64_t now = clock_now();

		poll(p, 2, clock_milliseconds(a->silence / AGENT_BEATS));
		push(a);
		if (p[0].revents)
			listen_once(a, &ignored);
		beat(a, now);
		if (now - a->heard_at > a->silence)
			leave(a);
	}
}

/* Before its end is told. */
static void bring_back(struct agent *a, struct run_result *result)
{
	struct parcel news = {0};
	struct error ignored;

	while (!a->leaving && grow(a))
		send_some(a);
	list_news(a, &news);
	while (!a->leaving && parcel_next(&news, a->room.path, a->ticket, &a->unsent))
		send_some(a);
	if (!result->output_errno)
		result->output_errno = news.failed;
	parcel_free(&news);
	file_remove_tree(arena_printf(&a->scratch, "%s/%s", a->room.path, a->folder),
	                 &ignored);
	arena_free(&a->scratch);
	forget_files(a);
}

/* --- the loop --- */

static void take_event(struct agent *a, struct runner_event *e)
{
	if (e->kind == RUNNER_REPORT) {
		say(a, &(struct wire_message){.kind = WIRE_REPORT,
		                              .ticket = e->ticket,
		                              .report = e->report});
	} else if (e->kind == RUNNER_DONE) {
		if (a->folder)
			bring_back(a, &e->result);
		say(a, &(struct wire_message){.kind = WIRE_EXIT,
		                              .ticket = e->ticket,
		                              .result = e->result});
		a->busy = false;
	}
}

static void beat(struct agent *a, int64_t now)
{
	if (now < a->beat_at)
		return;
	a->beat_at = now + a->silence / AGENT_BEATS;
	if (a->greeted)
		say(a, &(struct wire_message){.kind = WIRE_BEAT, .beat = ++a->beats});
}

static int64_t deadline(const struct agent *a, int64_t now)
{
	int64_t at = a->beat_at, silent = a->heard_at + a->silence;

	/* Of whoever is left nothing more is awaited. */
	if (!a->leaving && silent < at)
		at = silent;
	if (a->folder && a->grow_at < at)
		at = a->grow_at;
	return a->unsent.len && now + FULL_PAUSE < at ? now + FULL_PAUSE : at;
}

static bool attend(struct agent *a, struct error *err)
{
	struct runner_event e;
	bool ok = true;

	while (ok && (!a->leaving || a->busy)) {
		int64_t now = clock_now();

		ok = a->runner.type->wait(a->runner.self, deadline(a, now), &e, err);
		if (!ok)
			break;
		take_event(a, &e);
		ok = listen_once(a, err);
		now = clock_now();
		if (!a->leaving && now - a->heard_at > a->silence)
			leave(a);
		beat(a, now);
		if (a->folder && now >= a->grow_at && a->unsent.len < UNSENT) {
			a->grow_at = now + GROW_EVERY;
			grow(a);
		}
		push(a);
	}
	/* The last words, if anybody listens. */
	for (int i = 0; i < 50 && a->unsent.len; i++) {
		push(a);
		if (a->unsent.len)
			poll(NULL, 0, 20);
	}
	return ok;
}

void agent_forget_names(void)
{
	for (size_t i = 0; environ[i];) {
		const char *was = environ[i];

		if (strncmp(was, "HPSEARCH_", 9) == 0) {
			char *name = mem_strdup(was);

			name[strcspn(name, "=")] = '\0';
			unsetenv(name);
			free(name);
		}
		i += environ[i] == was; /* which may have no "=", and stay */
	}
}

bool agent_attached(const struct agent_setup *setup, struct error *err)
{
	struct agent a = {.setup = setup,
	                  .heard_at = clock_now(),
	                  .silence = AGENT_SILENCE,
	                  .room.lock = -1};
	bool ok;

	agent_forget_names();
	a.pool = pool_open(1, -1, err);
	if (!a.pool)
		return false;
	a.runner = pool_runner(a.pool);
	ok = pool_listen(a.pool, setup->in)
	         ? attend(&a, err)
	         : error_set(err, ERROR_USAGE,
	                     "--agent is for hpsearch itself: its standard input is "
	                     "no pipe of a driver's");
	pool_close(a.pool);
	forget_files(&a);
	room_close(&a.room);
	wire_forget(&a.heard);
	str_free(&a.unsent);
	arena_free(&a.scratch);
	return ok;
}
