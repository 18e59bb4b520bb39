#include "run/slot.h"

#include "base/mem.h"
#include "run/wandb_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	READ_TRIES = 100,
	FOLLOW_PAUSE = 10 /* milliseconds, READ_TRIES times */
};

/* --- the supervisor --- */

static uint64_t slot_tag(const struct slot *s, enum slot_source source)
{
	return (uint64_t)s->generation << 32 | (uint64_t)s->index << 1 |
	       (source == SLOT_OUT ? 1U : 0U);
}

size_t slot_tag_index(uint64_t tag)
{
	return (size_t)(tag >> 1 & 0x7fffffff);
}

enum slot_source slot_tag_source(uint64_t tag)
{
	return tag & 1 ? SLOT_OUT : SLOT_CTL;
}

bool slot_tag_current(const struct slot *s, uint64_t tag)
{
	return tag >> 32 == s->generation && s->supervisor;
}

static bool watch(const struct slot *s, const struct slot_shared *sh,
                  enum slot_source source, int op, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.u64 = slot_tag(s, source)};

	return !epoll_ctl(sh->epoll, op, source == SLOT_CTL ? s->ctl : s->out, &e);
}

static void drop(const struct slot_shared *sh, int *fd)
{
	if (*fd < 0)
		return;
	/* Closing alone would leave it watched while a process that is just being
	 * made still holds a copy. */
	epoll_ctl(sh->epoll, EPOLL_CTL_DEL, *fd, NULL);
	close(*fd);
	*fd = -1;
}

void slot_dismiss(struct slot *s, const struct slot_shared *sh)
{
	drop(sh, &s->ctl);
	drop(sh, &s->out);
	str_free(&s->unsent);
	s->supervisor = 0;
	s->generation++;
}

static bool employ(struct slot *s, const struct slot_shared *sh, int ctl, int out)
{
	struct supervisor_setup setup = {.ctl = ctl,
	                                 .in = s->out,
	                                 .out = out,
	                                 .null = sh->null,
	                                 .keep_fd = sh->keep_fd,
	                                 .files = sh->files,
	                                 .flight = sh->flight,
	                                 .slot = s->index};
	pid_t pid;

	s->n_record = 0;
	if (fcntl(s->out, F_SETFL, O_NONBLOCK) ||
	    !watch(s, sh, SLOT_CTL, EPOLL_CTL_ADD, EPOLLIN) ||
	    !watch(s, sh, SLOT_OUT, EPOLL_CTL_ADD, EPOLLIN))
		return false;
	pid = supervisor_fork(&setup);
	s->supervisor = pid > 0 ? pid : 0;
	return pid > 0;
}

bool slot_hire(struct slot *s, const struct slot_shared *sh, struct error *err)
{
	int ctl[2], out[2];
	bool ok;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ctl))
		return error_errno(err, "slot %zu: socket", s->index);
	if (pipe2(out, O_CLOEXEC)) {
		error_errno(err, "slot %zu: pipe", s->index);
		close(ctl[0]);
		close(ctl[1]);
		return false;
	}
	s->ctl = ctl[0];
	s->out = out[0];
	ok = employ(s, sh, ctl[1], out[1]);
	if (!ok) {
		error_errno(err, "slot %zu: supervisor process", s->index);
		slot_dismiss(s, sh);
	}
	close(ctl[1]);
	close(out[1]);
	return ok;
}

static void push(struct slot *s, const struct slot_shared *sh, bool watched)
{
	ssize_t n =
	    send(s->ctl, s->unsent.s, s->unsent.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	bool rest;

	if (n > 0) {
		s->unsent.len -= (size_t)n;
		memmove(s->unsent.s, s->unsent.s + n, s->unsent.len);
	}
	rest = s->unsent.len > 0;
	if (rest != watched)
		watch(s, sh, SLOT_CTL, EPOLL_CTL_MOD, EPOLLIN | (rest ? EPOLLOUT : 0));
}

void slot_request(struct slot *s, const struct slot_shared *sh, enum request_kind kind,
                  const struct job *job)
{
	bool watched = s->unsent.len > 0;

	request_write(&s->unsent, kind, job);
	push(s, sh, watched);
}

void slot_push(struct slot *s, const struct slot_shared *sh)
{
	push(s, sh, true);
}

int slot_record(struct slot *s)
{
	ssize_t n = recv(s->ctl, (char *)&s->record + s->n_record,
	                 sizeof s->record - s->n_record, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return -1;
	s->n_record += n > 0 ? (size_t)n : 0;
	if (s->n_record < sizeof s->record)
		return 0;
	s->n_record = 0;
	return 1;
}

/* --- the run --- */

static void begin_scraping(struct slot *s, const struct job *job)
{
	struct metric_source source = job->source;
	struct error err;

	s->glob = source.file ? mem_strdup(source.file) : NULL;
	source.file = s->glob;
	scrape_init(&s->scraper, s->metric, s->step);
	s->scraper.texts = job->texts;
	/* Who read the patterns has tried them. */
	if (!scrape_source(&s->scraper, &source, &err))
		abort();
	metric_file_begin(&s->file, &source);
}

void slot_begin(struct slot *s, const struct slot_shared *sh, const struct job *job)
{
	s->state = SLOT_RUNNING;
	s->ticket = job->ticket;
	s->cancelled = CANCEL_NONE;
	s->stall_patience = job->patience;
	s->stalled_at = 0;
	s->given_up = false;
	s->lost = false;
	s->metric = job->metric ? mem_strdup(job->metric) : NULL;
	s->step = job->step ? mem_strdup(job->step) : NULL;
	s->taken = 0;
	s->patience = READ_TRIES;
	begin_scraping(s, job);
	s->scraper.nni = job->nni;
	s->scraper.items.wanted = job->items;
	s->scraper.answers = job->answers;
	output_begin(&s->output, job, s->supervisor);
	flight_open(sh->flight, s->index);
}

static void keep_reports(struct slot *s, size_t from)
{
	for (size_t i = from; i < s->scraper.n_reports; i++)
		output_report(&s->output, &s->scraper.reports[i]);
}

/* One read, 0 when the pipe is empty. Nothing but that may lose output. */
static size_t take_output(struct slot *s, const struct slot_shared *sh)
{
	struct flight *f = sh->flight;
	ssize_t n;
	int tries = READ_TRIES;

	flight_begin(f, s->index);
	do
		n = read(s->out, f->bytes, sizeof f->bytes);
	while (n < 0 && errno != EAGAIN && tries--);
	if (n <= 0)
		return 0;
	if (s->state == SLOT_RUNNING) {
		output_keep(&s->output, f->bytes, (size_t)n);
		scrape_feed(&s->scraper, &s->scraper.out, f->bytes, (size_t)n);
	}
	flight_end(f, (size_t)n, s->output.closed ? -1 : s->output.kept);
	return (size_t)n;
}

void slot_read(struct slot *s, const struct slot_shared *sh, int reads)
{
	size_t before = s->scraper.n_reports;

	/* A short read has emptied the pipe; epoll will say when there is more. */
	while (reads-- && take_output(s, sh) == FLIGHT_BYTES)
		;
	keep_reports(s, before);
}

static size_t follow(struct slot *s)
{
	size_t before = s->scraper.n_reports;
	size_t got = output_follow(&s->output, &s->scraper, SLOT_FOLLOW);

	metric_file_follow(&s->file, &s->scraper, false);
	keep_reports(s, before);
	return got;
}

size_t slot_follow(struct slot *s)
{
	size_t got = follow(s);

	output_flush(&s->output);
	return got;
}

bool slot_gives_up(struct slot *s, int64_t now)
{
	if (!s->stall_patience || !s->scraper.stalled) {
		s->stalled_at = 0;
		return false;
	}
	if (!s->stalled_at)
		s->stalled_at = now;
	if (s->given_up || now - s->stalled_at < s->stall_patience)
		return false;
	s->given_up = true;
	return true;
}

void slot_leave(struct slot *s, const struct slot_shared *sh)
{
	size_t before = s->scraper.n_reports;

	while (take_output(s, sh))
		;
	scrape_end(&s->scraper, &s->scraper.out);
	keep_reports(s, before);
	output_left(&s->output, s->record.stderr_size);
	s->state = SLOT_LEAVING;
}

/* Where our hook said nothing, wandb's own files may hold what was logged. */
static void read_wandb(struct slot *s)
{
	struct str lines = {0};

	if (!s->output.hook.path || s->output.hook.read)
		return;
	wandb_folder_lines(s->output.dir, &lines);
	if (lines.len)
		scrape_feed(&s->scraper, &s->scraper.hook, lines.s, lines.len);
	s->scraper.wandb = s->scraper.wandb || lines.len;
	str_free(&lines);
}

void slot_finish(struct slot *s)
{
	size_t before;

	if (follow(s))
		return;
	if (output_unread(&s->output) && s->patience) {
		s->patience--;
		poll(NULL, 0, FOLLOW_PAUSE);
		return;
	}
	if (output_unread(&s->output))
		s->record.machine_errno = output_unread(&s->output);
	before = s->scraper.n_reports;
	read_wandb(s);
	scrape_end(&s->scraper, &s->scraper.err);
	scrape_end(&s->scraper, &s->scraper.file);
	scrape_end(&s->scraper, &s->scraper.hook);
	metric_file_follow(&s->file, &s->scraper, true);
	scrape_settle(&s->scraper);
	keep_reports(s, before);
	output_end(&s->output, s->record.stderr_size);
	s->state = SLOT_ENDED;
}

void slot_clear(struct slot *s)
{
	scrape_free(&s->scraper);
	metric_file_free(&s->file);
	free(s->metric);
	free(s->step);
	free(s->glob);
	s->metric = s->step = s->glob = NULL;
	s->state = SLOT_FREE;
}

bool slot_take_report(struct slot *s, struct report *out)
{
	if (s->taken == s->scraper.n_reports)
		return false;
	*out = s->scraper.reports[s->taken++];
	if (s->taken == s->scraper.n_reports)
		s->taken = s->scraper.n_reports = 0;
	return true;
}

void slot_result(const struct slot *s, struct run_result *out)
{
	const struct run_record *r = &s->record;
	const struct scraper *sc = &s->scraper;

	*out = (struct run_result){.machine_errno = r->machine_errno,
	                           .spawn_errno = r->spawn_errno,
	                           .exit = r->exit,
	                           .signal = r->signal,
	                           .timed_out = r->timed_out || s->given_up,
	                           .stalled = s->given_up,
	                           .over_memory = r->over_memory,
	                           .cancelled = s->cancelled,
	                           .lost = s->lost,
	                           .stuck = r->stuck,
	                           .output_errno = s->output.error ? s->output.error
	                                                           : r->output_errno,
	                           .wall = r->wall,
	                           .user = r->user,
	                           .sys = r->sys,
	                           .maxrss = r->maxrss,
	                           .reports = sc->count,
	                           .objects = sc->objects,
	                           .unread = sc->unread,
	                           .by_text = sc->by_text,
	                           .infeasible = sc->infeasible,
	                           .cost = sc->cost,
	                           .wandb = sc->wandb,
	                           .oom_text = s->output.oom_text,
	                           .long_lines = sc->long_lines};
	memcpy(out->reason, sc->reason, sizeof out->reason);
	memcpy(out->text_line, sc->text_line, sizeof out->text_line);
	if (!sc->count)
		memcpy(out->source_trouble, s->file.trouble,
		       sizeof out->source_trouble);
}
