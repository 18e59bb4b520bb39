#include "study/fleet.h"
#include "base/clock.h"
#include "base/file.h"
#include "study/client_trouble.h"
#include "study/last_words.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void fleet_init(struct fleet *f, const struct spec *spec, struct runner *runner,
                const char *dir, struct arena *arena)
{
	char cwd[PATH_MAX];

	*f = (struct fleet){.spec = spec, .runner = runner, .dir = dir, .arena = arena};
	f->cwd = arena_strdup(arena, getcwd(cwd, sizeof cwd) ? cwd : ".");
	f->home = !spec->home ? f->cwd
	          : *spec->home == '/'
	              ? spec->home
	              : arena_printf(arena, "%s/%s", f->cwd, spec->home);
	if (!runner)
		return;
	f->slots = mem_new(runner->slots, sizeof(struct task *));
	f->tickets = mem_new(runner->slots, sizeof *f->tickets);
}

void fleet_free(struct fleet *f)
{
	free(f->slots);
	free(f->tickets);
	arena_free(&f->scratch);
	*f = (struct fleet){0};
}

static size_t free_slot(const struct fleet *f)
{
	const struct runner *r = f->runner;
	size_t i = 0;

	while (i < r->slots &&
	       (f->slots[i] || (r->type->ready && !r->type->ready(r->self, i))))
		i++;
	return i;
}

/* One for a run that is started although there is no room: its runner has it wait. */
static size_t any_slot(const struct fleet *f)
{
	size_t i = free_slot(f);

	if (i < f->runner->slots)
		return i;
	for (i = 0; f->slots[i];)
		i++;
	return i;
}

bool fleet_room(const struct fleet *f)
{
	return f->busy < f->runner->slots && f->stage == FLEET_OPEN && !f->held &&
	       free_slot(f) < f->runner->slots;
}

bool fleet_expects(const struct fleet *f)
{
	return f->stage == FLEET_OPEN && !f->held && !fleet_room(f);
}

enum { LAST_BYTES = 4096, LOST_MAX = 3 };

/* An attempt that has begun and of whose end nothing is known. */
static bool may_adopt(const struct fleet *f, const struct task *t)
{
	char dir[PATH_MAX];

	return f->runner->type->adopts && f->dir && t->run->attempts &&
	       t->run->outcome == OUTCOME_NONE &&
	       snprintf(dir, sizeof dir, "%s/%s", f->dir, t->folder) <
	           (int)sizeof dir &&
	       f->runner->type->adopts(f->runner->self, dir, t->run->over);
}

void fleet_keep_logs(const struct fleet *f, struct task *t)
{
	static const char *const files[] = {"stdout",        "stderr",
	                                    "reports.jsonl", "results.jsonl",
	                                    "hook.jsonl",    "wandb"};

	t->adopt = may_adopt(f, t);
	if (!f->dir || !t->run->attempts || t->adopt)
		return;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char old[PATH_MAX], kept[PATH_MAX];

		if (snprintf(old, sizeof old, "%s/%s/%s", f->dir, t->folder,
		             files[i]) >= (int)sizeof old ||
		    snprintf(kept, sizeof kept, "%s.%u", old, t->run->attempts) >=
		        (int)sizeof kept)
			continue;
		if (rename(old, kept))
			continue;
	}
}

bool fleet_start(struct fleet *f, struct task *t, struct error *err)
{
	size_t slot = any_slot(f);
	struct job job;
	bool ok = task_job(f, t, slot, &job, err);

	job.ticket = f->next_ticket++;
	ok = ok && f->runner->type->start(f->runner->self, &job, err);
	arena_free(&f->scratch);
	if (!ok)
		return false;
	f->slots[slot] = t;
	f->tickets[slot] = job.ticket;
	f->busy++;
	return true;
}

static size_t slot_of(const struct fleet *f, uint64_t ticket)
{
	for (size_t i = 0; i < f->runner->slots; i++)
		if (f->slots[i] && f->tickets[i] == ticket)
			return i;
	return SIZE_MAX;
}

void fleet_wind_down(struct fleet *f, enum fleet_stage stage)
{
	if (stage <= f->stage)
		return;
	f->stage = stage;
	if (stage < FLEET_STOP)
		return;
	for (size_t i = 0; i < f->runner->slots; i++)
		if (f->slots[i] && !f->slots[i]->due)
			f->runner->type->cancel(f->runner->self, f->tickets[i],
			                        stage == FLEET_STOP ? CANCEL_STOP
			                                            : CANCEL_KILL);
}

void fleet_stop(struct fleet *f, struct task *t)
{
	if (t->stopped)
		return;
	t->stopped = true;
	for (size_t i = 0; i < f->runner->slots; i++)
		if (f->slots[i] == t && !t->due)
			f->runner->type->cancel(f->runner->self, f->tickets[i],
			                        CANCEL_STOP);
}

/* Runs that outlive us do so when the driver is sent away. */
static bool releases(const struct fleet *f, int sig)
{
	return f->runner->type->release && (sig == SIGTERM || sig == SIGHUP ||
	                                    (sig == SIGINT && f->runner->detach));
}

/* Ctrl-C once: no new runs; twice: SIGTERM to what runs; three times: SIGKILL. */
static bool take_signal(struct fleet *f, int sig)
{
	enum fleet_stage next;

	if (sig == SIGINT || sig == SIGUSR1)
		next = f->stage == FLEET_OPEN    ? FLEET_DRAIN
		       : f->stage == FLEET_DRAIN ? FLEET_STOP
		                                 : FLEET_KILL;
	else if (sig == SIGTERM || sig == SIGHUP)
		next = f->stage < FLEET_STOP ? FLEET_STOP : FLEET_KILL;
	else
		return false;
	if (!f->signal)
		f->signal = sig;
	if (releases(f, sig)) {
		f->left = true;
		f->stage = f->stage > FLEET_DRAIN ? f->stage : FLEET_DRAIN;
		f->runner->type->release(f->runner->self);
		return true;
	}
	fleet_wind_down(f, next);
	return true;
}

/* Did the machine fail, not the command? A supervisor that is killed every time may
 * well be the command's doing. */
static bool machine_failed(const struct run *r, const struct run_result *res)
{
	return res->machine_errno || (res->lost && r->attempts - r->over < LOST_MAX);
}

/* What a failed run says of it, behind its exit status. */
static void add_last_words(struct fleet *f, const struct task *t,
                           const struct run_result *res, struct run_end *end)
{
	char text[LAST_BYTES] = "";
	const char *words, *said, *meaning;
	size_t n = 0;

	if (end->outcome != OUTCOME_FAILED || res->spawn_errno || !end->reason)
		return;
	if (f->dir)
		n = file_tail(task_path(f, t, "stderr", &f->scratch), text,
		              sizeof text);
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] ? text[i] : ' ';
	said = n ? text : res->tail ? res->tail : "";
	words = last_words(said, f->arena);
	meaning = client_trouble(said);
	if (words)
		end->reason = arena_printf(f->arena, "%s: %s%s%s%s", end->reason, words,
		                           meaning ? " (" : "", meaning ? meaning : "",
		                           meaning ? ")" : "");
}

static enum fleet_event_kind finish(struct fleet *f, struct task *t,
                                    const struct run_result *res, struct run_end *end)
{
	bool by_itself =
	    !res->cancelled || (res->exit == 0 && !res->timed_out && !res->over_memory);
	bool broken = machine_failed(t->run, res);

	*end = run_conclude(t->run, res, t->metric, f->spec, f->arena);
	run_measure(t->run, res->numbers, res->note,
	            t->phase == PHASE_SEARCH ? trial_points(t->key) : SERIES_POINTS,
	            end, f->arena);
	run_criteria(f->spec, t->phase, end, f->arena);
	/* What is decided stands, also where the supervisor was lost on the way. */
	if (t->stopped || (t->judged && (!by_itself || broken))) {
		t->stopped = true;
		return FLEET_STOPPED;
	}
	if (by_itself && !(res->lost && f->stage >= FLEET_STOP) && !broken) {
		add_last_words(f, t, res, end);
		if (t->run->wanted && end->outcome != OUTCOME_OK)
			end->reason = answering_reason(f->spec, t->run, &t->trouble,
			                               end->reason, f->arena);
		else if (t->run->wanted)
			end->note =
			    answering_note(f->spec, &t->trouble, end->note, f->arena);
		return FLEET_FINISHED;
	}
	return FLEET_CUT;
}

void fleet_hold(struct fleet *f, struct task *t, int64_t due)
{
	size_t slot = 0;

	while (f->slots[slot])
		slot++;
	f->slots[slot] = t;
	f->tickets[slot] = f->next_ticket++;
	f->busy++;
	t->due = due > 0 ? due : 1;
}

static int64_t first_due(const struct fleet *f)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < f->runner->slots; i++)
		if (f->slots[i] && f->slots[i]->due && f->slots[i]->due < first)
			first = f->slots[i]->due;
	return first;
}

bool fleet_is_due(const struct fleet *f)
{
	return first_due(f) <= clock_now();
}

/* What happens to tasks that are held needs no runner. */
static bool held_event(struct fleet *f, struct fleet_event *out)
{
	static const struct run_result nothing = {.cancelled = true, .exit = -1};
	int64_t now = clock_now();

	for (size_t i = 0; i < f->runner->slots; i++) {
		struct task *t = f->slots[i];

		if (!t || !t->due ||
		    (t->due > now && !t->stopped && f->stage == FLEET_OPEN))
			continue;
		*out = (struct fleet_event){.task = t, .result = &nothing};
		out->kind = f->stage != FLEET_OPEN ? FLEET_CUT : FLEET_DUE;
		if (t->stopped)
			out->kind = finish(f, t, &nothing, &out->end);
		f->slots[i] = NULL;
		f->busy--;
		t->due = 0;
		return true;
	}
	return false;
}

static bool runner_waits(struct fleet *f, int64_t deadline, struct error *err)
{
	int64_t due = first_due(f);

	return f->runner->type->wait(f->runner->self, due < deadline ? due : deadline,
	                             &f->event, err);
}

bool fleet_wait(struct fleet *f, int64_t deadline, struct fleet_event *out,
                struct error *err)
{
	while (!held_event(f, out)) {
		struct runner_event *e = &f->event;
		size_t slot;

		if (!runner_waits(f, deadline, err))
			return false;
		if (e->kind == RUNNER_TICK && fleet_is_due(f))
			continue;
		*out = (struct fleet_event){.result = &e->result, .signal = e->signal};
		if (e->kind == RUNNER_TICK || e->kind == RUNNER_SIGNAL) {
			out->kind =
			    e->kind == RUNNER_SIGNAL && take_signal(f, e->signal)
				? FLEET_SIGNAL
				: FLEET_TICK;
			return true;
		}
		slot = slot_of(f, e->ticket);
		if (slot == SIZE_MAX)
			continue;
		out->task = f->slots[slot];
		if (e->kind == RUNNER_REPORT && out->task->run->wanted &&
		    !answering_take(f->spec, out->task->run, &e->report,
		                    &out->task->trouble))
			continue;
		if (e->kind == RUNNER_REPORT) {
			out->kind = out->task->judged ? FLEET_LATE : FLEET_REPORT;
			out->report = e->report;
			return true;
		}
		f->slots[slot] = NULL;
		f->busy--;
		out->kind = finish(f, out->task, &e->result, &out->end);
		f->held = e->result.machine_errno != 0;
		if (f->held && !f->busy && f->stage == FLEET_OPEN) {
			errno = e->result.machine_errno;
			return error_errno(err,
			                   "%s: could not be run, or its results not "
			                   "be read",
			                   out->task->folder);
		}
		return true;
	}
	return true;
}
