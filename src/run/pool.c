#include "run/pool.h"

#include "base/clock.h"
#include "base/mem.h"
#include "run/signals.h"
#include "run/slot.h"
#include "run/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	TURN = 4,         /* reads from one run before the others get theirs */
	BATCH = 64,       /* events of one epoll_wait */
	FDS_PER_SLOT = 4, /* socket, pipe, stdout, reports.jsonl */
	FDS_ELSE = 64
};

/* Between looks at stderr and results files: at first, and while they grow; at last. */
#define LOOK_SOON      (CLOCK_SECOND / 10)
#define LOOK_EVERY     CLOCK_SECOND
#define CLOSE_PATIENCE (15 * CLOCK_SECOND) /* for the supervisors to leave */
#define SWEEP_PATIENCE (2 * CLOCK_SECOND)  /* for orphans to die */
#define TAG_SIGNAL     UINT64_MAX
#define TAG_HEARD      (UINT64_MAX - 1)

struct pool {
	struct slot_shared shared;
	struct slot *slots;
	size_t n, running;
	struct signals signals;
	int ear;    /* of pool_listen, or -1 */
	bool heard; /* it has something to read */
	int signal; /* one that arrived and is not told yet */
	int64_t next_look, look_pause;
	struct slot *first, **end; /* the queue of slots with news */
	struct scraper told; /* behind the last RUNNER_DONE, freed at the next wait */
	struct output_tail tail, err_tail; /* likewise */
	struct arena items;                /* likewise */
	pid_t *retired; /* stuck supervisors, still trying: (n_retired) */
	size_t n_retired, cap_retired;
};

static void enqueue(struct pool *p, struct slot *s)
{
	if (s->queued)
		return;
	s->queued = true;
	s->next = NULL;
	*p->end = s;
	p->end = &s->next;
}

static struct slot *dequeue(struct pool *p)
{
	struct slot *s = p->first;

	p->first = s->next;
	if (!p->first)
		p->end = &p->first;
	s->queued = false;
	return s;
}

/* --- trouble with supervisors --- */

static bool is_supervisor(const struct pool *p, pid_t pid)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->slots[i].supervisor == pid)
			return true;
	for (size_t i = 0; i < p->n_retired; i++)
		if (p->retired[i] == pid)
			return true;
	return false;
}

/* Kills and reaps what came to us from dead supervisors: children of ours that we did
 * not make, which shows in their session. True when there were any. */
static bool sweep_once(const struct pool *p)
{
	pid_t self = getpid(), session = getsid(0);
	struct process *list;
	bool found = false;
	size_t n;

	list = tree_snapshot(&n);
	for (size_t i = 0; i < n; i++) {
		if (list[i].parent != self || list[i].session == session ||
		    is_supervisor(p, list[i].pid))
			continue;
		found = true;
		if (list[i].group > 1)
			kill(-list[i].group, SIGKILL);
		kill(list[i].pid, SIGKILL);
		waitpid(list[i].pid, NULL, WNOHANG);
	}
	free(list);
	return found;
}

static void sweep(const struct pool *p)
{
	int64_t start = clock_now();

	while (sweep_once(p) && clock_now() - start < SWEEP_PATIENCE)
		poll(NULL, 0, 1);
}

static void run_is_over(struct pool *p, struct slot *s)
{
	slot_leave(s, &p->shared);
	enqueue(p, s);
}

/* Somebody killed it. Its command dies of its parent-death signal. */
static void supervisor_died(struct pool *p, struct slot *s)
{
	pid_t pid = s->supervisor;

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (s->state == SLOT_RUNNING) {
		s->lost = true;
		s->record = (struct run_record){.exit = -1, .stderr_size = -1};
		run_is_over(p, s);
	}
	slot_dismiss(s, &p->shared);
	sweep(p);
}

static void retire(struct pool *p, struct slot *s)
{
	p->retired =
	    mem_room(p->retired, p->n_retired, &p->cap_retired, sizeof *p->retired);
	p->retired[p->n_retired++] = s->supervisor;
	slot_dismiss(s, &p->shared);
}

/* --- what epoll says --- */

static void on_ctl(struct pool *p, struct slot *s, uint32_t events)
{
	int got;

	if (events & EPOLLOUT)
		slot_push(s, &p->shared);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	got = slot_record(s);
	if (got < 0) {
		supervisor_died(p, s);
	} else if (got && s->state == SLOT_RUNNING) {
		run_is_over(p, s);
		if (s->record.stuck)
			retire(p, s);
	}
}

static void dispatch(struct pool *p, const struct epoll_event *e)
{
	struct slot *s;

	if (e->data.u64 == TAG_SIGNAL) {
		p->signal = signals_next(&p->signals);
		return;
	}
	if (e->data.u64 == TAG_HEARD) {
		p->heard = true;
		return;
	}
	s = &p->slots[slot_tag_index(e->data.u64)];
	if (!slot_tag_current(s, e->data.u64))
		return;
	if (slot_tag_source(e->data.u64) == SLOT_CTL) {
		on_ctl(p, s, e->events);
	} else {
		slot_read(s, &p->shared, TURN);
		if (s->scraper.n_reports > s->taken)
			enqueue(p, s);
	}
}

static bool turn(struct pool *p, int64_t until, int64_t now, struct error *err)
{
	struct epoll_event events[BATCH];
	int ms = until == INT64_MAX ? -1 : clock_milliseconds(until - now);
	int n = epoll_wait(p->shared.epoll, events, BATCH, ms);

	if (n < 0 && errno != EINTR)
		return error_errno(err, "waiting for runs");
	for (int i = 0; i < n; i++)
		dispatch(p, &events[i]);
	return true;
}

static void look_at_files(struct pool *p, int64_t now)
{
	size_t got, most = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct slot *s = &p->slots[i];

		if (s->state != SLOT_RUNNING)
			continue;
		got = slot_follow(s);
		most = got > most ? got : most;
		if (slot_gives_up(s, now))
			slot_request(s, &p->shared, REQUEST_STOP, NULL);
		if (s->scraper.n_reports > s->taken)
			enqueue(p, s);
	}
	p->look_pause = most                             ? LOOK_SOON
	                : p->look_pause > LOOK_EVERY / 2 ? LOOK_EVERY
	                                                 : 2 * p->look_pause;
	p->next_look = most < SLOT_FOLLOW ? now + p->look_pause : now;
}

/* --- the runner --- */

static void copy_tail(struct output_tail *to, const struct output_tail *from)
{
	memcpy(to->text, from->text, from->n + 1);
	to->n = from->n;
}

static void tell_done(struct pool *p, struct slot *s, struct runner_event *out)
{
	*out = (struct runner_event){.kind = RUNNER_DONE, .ticket = s->ticket};
	slot_result(s, &out->result);
	copy_tail(&p->tail, &s->output.tail);
	copy_tail(&p->err_tail, &s->output.err_tail);
	p->told = s->scraper;
	s->scraper = (struct scraper){0};
	out->result.tail = p->tail.text;
	out->result.err_tail = p->err_tail.text;
	out->result.keys = p->told.keys;
	out->result.n_keys = p->told.n_keys;
	out->result.numbers = &p->told.numbers.said;
	out->result.note = str_text(&p->told.numbers.note);
	out->result.items = item_lines_scores(&p->told.items, &p->items);
	slot_clear(s);
	p->running--;
}

static bool take_event(struct pool *p, struct runner_event *out)
{
	if (p->signal) {
		*out =
		    (struct runner_event){.kind = RUNNER_SIGNAL, .signal = p->signal};
		p->signal = 0;
		return true;
	}
	if (p->heard) {
		*out = (struct runner_event){.kind = RUNNER_TICK};
		p->heard = false;
		return true;
	}
	while (p->first) {
		struct slot *s = dequeue(p);

		if (slot_take_report(s, &out->report)) {
			out->kind = RUNNER_REPORT;
			out->ticket = s->ticket;
			enqueue(p, s);
			return true;
		}
		if (s->state == SLOT_ENDED) {
			tell_done(p, s, out);
			return true;
		}
		if (s->state == SLOT_LEAVING) {
			slot_finish(s);
			enqueue(p, s);
		}
	}
	return false;
}

static bool pool_wait(void *self, int64_t deadline, struct runner_event *out,
                      struct error *err)
{
	struct pool *p = self;

	scrape_free(&p->told);
	arena_free(&p->items);
	for (bool looked = false;; looked = true) {
		int64_t now, until = deadline;

		if (take_event(p, out))
			return true;
		now = clock_now();
		if (looked && now >= deadline) {
			*out = (struct runner_event){.kind = RUNNER_TICK};
			return true;
		}
		if (p->running && now >= p->next_look)
			look_at_files(p, now);
		if (p->running && p->next_look < until)
			until = p->next_look;
		if (!turn(p, p->first ? now : until, now, err))
			return false;
	}
}

static bool pool_start(void *self, const struct job *job, struct error *err)
{
	struct pool *p = self;
	struct slot *s = job->slot < p->n ? &p->slots[job->slot] : NULL;
	int64_t soon;

	if (!s || s->state != SLOT_FREE)
		return error_set(err, ERROR_SYSTEM, "slot %zu is not free", job->slot);
	if (!s->supervisor && !slot_hire(s, &p->shared, err))
		return false;
	soon = clock_now() + LOOK_SOON;
	p->look_pause = LOOK_SOON;
	if (!p->running++ || p->next_look > soon)
		p->next_look = soon;
	slot_begin(s, &p->shared, job);
	slot_request(s, &p->shared, REQUEST_START, job);
	return true;
}

static void pool_cancel(void *self, uint64_t ticket, enum cancel how)
{
	struct pool *p = self;

	for (size_t i = 0; i < p->n && how != CANCEL_NONE; i++) {
		struct slot *s = &p->slots[i];

		if (s->state == SLOT_FREE || s->ticket != ticket)
			continue;
		if (how > s->cancelled)
			s->cancelled = how;
		if (s->state != SLOT_RUNNING)
			return;
		slot_request(s, &p->shared,
		             how == CANCEL_KILL ? REQUEST_KILL : REQUEST_STOP, NULL);
		/* In case somebody stopped it. */
		kill(s->supervisor, SIGCONT);
		return;
	}
}

struct runner pool_runner(struct pool *p)
{
	static const struct runner_type type = {
	    .start = pool_start, .wait = pool_wait, .cancel = pool_cancel};

	return (struct runner){.type = &type, .self = p, .slots = p->n};
}

bool pool_listen(struct pool *p, int fd)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = TAG_HEARD};

	if (p->ear >= 0)
		epoll_ctl(p->shared.epoll, EPOLL_CTL_DEL, p->ear, NULL);
	p->ear = fd;
	p->heard = false;
	return fd < 0 || !epoll_ctl(p->shared.epoll, EPOLL_CTL_ADD, fd, &e);
}

/* --- opening and closing --- */

static bool raise_file_limit(struct pool *p, struct error *err)
{
	struct rlimit want;
	rlim_t need = p->n * FDS_PER_SLOT + FDS_ELSE;

	if (getrlimit(RLIMIT_NOFILE, &p->shared.files))
		return error_errno(err, "limit of open files");
	want = p->shared.files;
	if (want.rlim_max != RLIM_INFINITY && want.rlim_max < need)
		return error_set(
		    err, ERROR_SYSTEM,
		    "%zu runs at once need %llu open files, and the hard limit "
		    "is %llu: raise it (ulimit -Hn) or run fewer at once",
		    p->n, (unsigned long long)need, (unsigned long long)want.rlim_max);
	if (want.rlim_cur == RLIM_INFINITY || want.rlim_cur >= need)
		return true;
	want.rlim_cur = need;
	return !setrlimit(RLIMIT_NOFILE, &want) ||
	       error_errno(err, "raising the limit of open files");
}

static bool open_up(struct pool *p, struct error *err)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = TAG_SIGNAL};

	if (!signals_take(&p->signals, err))
		return false;
	p->shared.epoll = epoll_create1(EPOLL_CLOEXEC);
	p->shared.null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (p->shared.epoll < 0 || p->shared.null < 0 ||
	    epoll_ctl(p->shared.epoll, EPOLL_CTL_ADD, p->signals.fd, &e))
		return error_errno(err, "opening the process pool");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (size_t i = 0; i < p->n; i++)
		if (!slot_hire(&p->slots[i], &p->shared, err))
			return false;
	return true;
}

struct pool *pool_open(size_t slots, int keep_fd, struct error *err)
{
	struct pool *p = mem_new(1, sizeof *p);

	p->n = slots;
	p->end = &p->first;
	p->signals.fd = p->ear = -1;
	p->shared = (struct slot_shared){.epoll = -1,
	                                 .null = -1,
	                                 .keep_fd = keep_fd,
	                                 .flight = flight_new(slots, err)};
	if (!p->shared.flight || !raise_file_limit(p, err)) {
		flight_free(p->shared.flight);
		free(p);
		return NULL;
	}
	p->slots = mem_new(slots, sizeof *p->slots);
	for (size_t i = 0; i < slots; i++)
		p->slots[i] = (struct slot){.index = i, .ctl = -1, .out = -1};
	if (open_up(p, err))
		return p;
	pool_close(p);
	return NULL;
}

/* Until the supervisor has closed its end, which it does when all is killed. */
static bool await_end(const struct slot *s, int64_t deadline)
{
	struct pollfd end = {.fd = s->ctl, .events = POLLIN};
	struct run_record ignored;
	ssize_t n;

	do {
		int64_t left = deadline - clock_now();

		if (left <= 0)
			return false;
		if (poll(&end, 1, clock_milliseconds(left)) < 0 && errno != EINTR)
			return false;
		n = recv(s->ctl, &ignored, sizeof ignored, MSG_DONTWAIT);
	} while (n > 0 || (n < 0 && errno == EAGAIN));
	return true;
}

/* True: it has left by itself, and so nothing behind. */
static bool part_from(struct pool *p, struct slot *s, int64_t deadline)
{
	bool clean = true;
	int status;

	if (s->supervisor && !await_end(s, deadline)) {
		retire(p, s); /* it goes on trying, and keeps keep_fd open */
		clean = false;
	} else if (s->supervisor) {
		clean = waitpid(s->supervisor, &status, 0) > 0 && !status;
	}
	slot_dismiss(s, &p->shared);
	if (s->state == SLOT_RUNNING || s->state == SLOT_LEAVING)
		output_end(&s->output, 0);
	slot_clear(s);
	return clean;
}

void pool_close(struct pool *p)
{
	int64_t deadline = clock_now() + CLOSE_PATIENCE;
	bool clean = !p->n_retired;

	for (size_t i = 0; i < p->n; i++)
		if (p->slots[i].supervisor) {
			shutdown(p->slots[i].ctl, SHUT_WR);
			kill(p->slots[i].supervisor, SIGCONT);
		}
	for (size_t i = 0; i < p->n; i++)
		clean = part_from(p, &p->slots[i], deadline) && clean;
	if (!clean)
		sweep(p);
	for (size_t i = 0; i < p->n_retired; i++)
		waitpid(p->retired[i], NULL, WNOHANG);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	signals_give_back(&p->signals);
	setrlimit(RLIMIT_NOFILE, &p->shared.files);
	if (p->shared.epoll >= 0)
		close(p->shared.epoll);
	if (p->shared.null >= 0)
		close(p->shared.null);
	scrape_free(&p->told);
	arena_free(&p->items);
	free(p->retired);
	flight_free(p->shared.flight);
	free(p->slots);
	free(p);
}
