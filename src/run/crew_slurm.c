/* What a crew asks of Slurm: jobs for agents, how they are, their end. One command of a
 * kind at a time (a few of sbatch), none of them waited for. A failing squeue means no
 * news, never no jobs; a sbatch that failed may have queued the job all the same, which
 * then shows under its name. */
#include "base/clock.h"
#include "run/crew_parts.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_WITHIN (60 * CLOCK_SECOND)
#define ASK_AGAIN     (5 * CLOCK_SECOND)   /* after a failure, … */
#define ASK_SELDOM    (300 * CLOCK_SECOND) /* … doubled up to this */
#define POLL_SELDOM   (60 * CLOCK_SECOND)
#define MISSED_FOR    (10 * CLOCK_SECOND) /* between the two answers that lack a job */
#define HOPELESS_FOR  (60 * CLOCK_SECOND)

#define DISBAND_WITHIN (120 * CLOCK_SECOND) /* KillWait is 30 s by default */

enum { ERRAND_PAUSE = 10, DISBAND_PAUSE = 200 }; /* milliseconds */
enum { STILLBORN_MAX = 3, SBATCH_WORDS = 12 };

const char *const *crew_sbatch(const struct crew_setup *setup, const char *name,
                               const char *folder, struct arena *a)
{
	const char *const *request = setup->request;
	const char **words;
	size_t n = 0;

	while (request[n])
		n++;
	words = arena_new(a, n + SBATCH_WORDS, sizeof *words);
	words[0] = request[0];
	words[1] = "--parsable";
	words[2] = arena_printf(a, "--job-name=%s", name);
	words[3] = "--no-requeue";
	words[4] = "--open-mode=append";
	words[5] = arena_printf(a, "--output=%s/slurm.out", folder);
	words[6] = "--nodes=1";
	words[7] = arena_printf(a, "--ntasks=%zu", setup->slots);
	memcpy(words + 8, request + 1, (n - 1) * sizeof *words);
	words[7 + n] = arena_printf(a, "%s/job", folder);
	return words;
}

/* As many as there may be, and no more than have something to do. */
static size_t wanted_agents(const struct crew *c)
{
	size_t alive = 0, idle = 0, busy = 0, most = c->setup.most, need;

	for (size_t i = 0; i < c->n; i++) {
		struct crew_agent *a = c->agents[i];

		alive += a->state != CREW_LEFT && !a->job->over;
		idle += crew_idle(a);
		busy += crew_current(a) != NULL;
	}
	busy += crew_waiting(c);
	if (!c->hungry || c->draining || c->released || idle)
		return 0;
	need = c->left < most ? busy + c->left : most;
	need = need < most ? need : most;
	return alive < need ? need - alive : 0;
}

static void ask_for_job(struct crew *c, struct asking *ask, int64_t now)
{
	struct arena mem = {0};
	struct error err = {0};
	struct crew_job *j = crew_hire(c, &err);
	const char *const *words;

	if (!j) {
		c->broken = err;
		return;
	}
	words = crew_sbatch(&c->setup, j->name, c->agents[j->first]->folder, &mem);
	if (errand_begin(&ask->sbatch, words, now + ANSWER_WITHIN, &err)) {
		ask->job = j;
		j->asked = true;
		crew_move(c, j, CREW_INTENT, CREW_ASKED);
	} else {
		c->broken = err;
	}
	arena_free(&mem);
}

void crew_cancel_job(struct crew *c, const struct crew_job *j)
{
	char name[SLURM_NAME + 2];

	/* Each of its agents may ask for that. */
	snprintf(name, sizeof name, " %s\n", j->name);
	if (*j->id && !strstr(str_text(&c->cancels), name))
		str_addf(&c->cancels, "%s%s", j->id, name);
}

/* One after the other: scancel takes one name. Name and id must both fit, since ids are
 * used again. */
static void cancel_next(struct crew *c, int64_t now)
{
	const char *line = c->cancels.s;
	size_t id = strcspn(line, " "), n = strcspn(line, "\n");
	struct arena mem = {0};
	struct error ignored;
	const char *const words[] = {
	    "scancel",
	    arena_printf(&mem, "--name=%.*s", (int)(n - id - 1), line + id + 1),
	    arena_printf(&mem, "%.*s", (int)id, line), NULL};

	errand_begin(&c->scancel, words, now + ANSWER_WITHIN, &ignored);
	c->cancels.len -= n + 1;
	memmove(c->cancels.s, line + n + 1, c->cancels.len + 1);
	arena_free(&mem);
}

bool crew_any_job(const struct crew *c)
{
	for (size_t i = 0; i < c->n; i++)
		if ((c->agents[i]->state != CREW_LEFT || crew_current(c->agents[i])) &&
		    !c->agents[i]->job->over && !c->agents[i]->job->asked)
			return true;
	return false;
}

void crew_ask_slurm(struct crew *c, int64_t now)
{
	static const char *const squeue[] = {
	    "squeue", "--me", "--noheader", "-o", "%i|%j|%T|%r", "--states=all", NULL};
	struct error ignored;

	for (size_t i = 0; i < CREW_ASKS; i++)
		if (!c->asking[i].sbatch.pid && now >= c->ask_at && wanted_agents(c))
			ask_for_job(c, &c->asking[i], now);
	if (!c->squeue.pid && now >= c->poll_at && crew_any_job(c)) {
		crew_look_at_log(c);
		c->poll_at = now + c->poll_pause;
		errand_begin(&c->squeue, squeue, now + ANSWER_WITHIN, &ignored);
	}
	if (!c->scancel.pid && c->cancels.len)
		cancel_next(c, now);
}

/* --- sbatch has answered --- */

bool crew_asks(const struct crew *c)
{
	bool any = false;

	for (size_t i = 0; i < CREW_ASKS; i++)
		any = any || c->asking[i].sbatch.pid;
	return any;
}

/* Those that are asked at once and fail together are one failure. */
static void ask_later(struct crew *c, const char *complaint, int64_t now)
{
	if (now < c->ask_at)
		return;
	if (!c->ask_pause)
		crew_say(c, "sbatch: %s; it is asked again, and again later",
		         complaint);
	c->ask_pause = c->ask_pause ? 2 * c->ask_pause : ASK_AGAIN;
	c->ask_pause = c->ask_pause < ASK_SELDOM ? c->ask_pause : ASK_SELDOM;
	c->ask_at = now + c->ask_pause;
}

static bool any_up(const struct crew *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->agents[i]->state == CREW_UP ||
		    c->agents[i]->state == CREW_QUEUED)
			return true;
	return false;
}

static void take_sbatch(struct crew *c, struct asking *ask, int64_t now)
{
	struct crew_job *j = ask->job;
	const char *complaint;
	struct error ignored;

	ask->job = NULL;
	j->asked = false;
	if (errand_succeeded(&ask->sbatch) &&
	    slurm_job_id(str_text(&ask->sbatch.said), j->id)) {
		crew_move(c, j, CREW_ASKED, CREW_QUEUED);
		c->ask_pause = 0;
		c->poll_pause = c->setup.poll;
		crew_log(c, &j->first, "job", "id", j->id, &ignored);
		return;
	}
	complaint = errand_complaint(&ask->sbatch);
	if (slurm_passes(complaint)) {
		/* It may be queued for all we know: squeue will say. */
		crew_move(c, j, CREW_ASKED, CREW_INTENT);
		ask_later(c, complaint, now);
		return;
	}
	for (size_t i = 0; i < j->n; i++)
		crew_give_up_agent(c, c->agents[j->first + i], complaint);
	c->ask_pause = ASK_SELDOM;
	c->ask_at = now + ASK_SELDOM;
	if (any_up(c))
		crew_say(c, "sbatch: %s; the jobs that there are go on", complaint);
	else
		error_set(&c->broken, ERROR_SYSTEM,
		          "%s\n  help: hpsearch check FILE shows the line, and what "
		          "Slurm says of it",
		          complaint);
}

/* --- squeue has answered --- */

static struct crew_job *job_named(struct crew *c, const char *name)
{
	unsigned long k;
	char *end;

	if (strncmp(name, "hps-", 4) != 0 || strncmp(name + 4, c->token, 32) != 0 ||
	    name[36] != '-')
		return NULL;
	k = strtoul(name + 37, &end, 10);
	return *end || k >= c->n || c->agents[k]->job->first != k ? NULL
	                                                          : c->agents[k]->job;
}

static void complain_of_wait(struct crew *c, struct crew_job *j, int64_t now)
{
	if (j->phase != SLURM_WAITS || !slurm_is_hopeless(j->reason)) {
		j->hopeless_since = 0;
		return;
	}
	if (!j->hopeless_since)
		j->hopeless_since = now;
	if (j->complained || now - j->hopeless_since < HOPELESS_FOR)
		return;
	j->complained = true;
	crew_say(c,
	         "job %s waits, and Slurm's reason is %s: it may never start as it is "
	         "(Ctrl-C ends the search)",
	         j->id, j->reason);
}

static bool all_left(const struct crew *c, const struct crew_job *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (c->agents[j->first + i]->state != CREW_LEFT)
			return false;
	return true;
}

static void take_job(struct crew *c, struct crew_job *j, const struct slurm_job *said,
                     int64_t now)
{
	bool news = said->phase != j->phase;
	struct error ignored;

	j->missing = 0;
	/* sbatch had queued it, and nobody heard of that. */
	if (!*j->id && !all_left(c, j)) {
		snprintf(j->id, sizeof j->id, "%s", said->id);
		crew_log(c, &j->first, "job", "id", j->id, &ignored);
		crew_move(c, j, CREW_INTENT, CREW_QUEUED);
	}
	if (strcmp(j->id, said->id) != 0)
		return;
	j->phase = said->phase;
	snprintf(j->reason, sizeof j->reason, "%s", said->reason);
	if (said->phase != SLURM_UNKNOWN)
		j->over = said->phase >= SLURM_OVER;
	if (news)
		c->poll_pause = c->setup.poll;
	complain_of_wait(c, j, now);
}

static void miss_job(struct crew *c, struct crew_job *j, int64_t now)
{
	if (j->asked)
		return;
	if (!j->missing++)
		j->missed_at = now;
	if (j->missing >= 2 && now - j->missed_at >= MISSED_FOR)
		j->over = true;
	if (j->missing == 1) /* soon again */
		c->poll_pause = c->setup.poll;
}

/* Its job is over, and it has never said a word, or has nothing to say. */
static void bury(struct crew *c, struct crew_agent *a)
{
	struct posting *p = crew_current(a);

	if (!a->job->over || a->state == CREW_LEFT || p)
		return;
	if (!a->spoke && a->k == a->job->first && *a->job->id && !c->draining) {
		c->stillborn++;
		crew_say(c, "job %s ended before hpsearch ran in it: see %s/slurm.out",
		         a->job->id, a->folder);
		c->ask_at = clock_now() + ASK_AGAIN;
	}
	crew_give_up_agent(c, a, "its job is over");
	/* Where some are at work it is a node that is to blame. */
	if (c->stillborn >= STILLBORN_MAX && !crew_anybody_up(c))
		error_set(&c->broken, ERROR_SYSTEM,
		          "%d jobs in a row ended before hpsearch ran in them: "
		          "%s/slurm.out may say why\n  help: does %s run on the "
		          "nodes, and do they see that directory?",
		          STILLBORN_MAX, a->folder, c->setup.program);
}

static void take_squeue(struct crew *c, int64_t now)
{
	const char *s = str_text(&c->squeue.said);
	bool *seen = mem_new(c->n + 1, sizeof *seen);

	c->poll_pause = c->poll_pause * 3 / 2;
	c->poll_pause = c->poll_pause < POLL_SELDOM ? c->poll_pause : POLL_SELDOM;
	for (; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		struct slurm_job said;
		struct crew_job *j;

		if (!slurm_queue_line(s, &said) || !(j = job_named(c, said.name)))
			continue;
		seen[j->first] = true;
		take_job(c, j, &said, now);
	}
	for (size_t i = 0; i < c->n; i++) {
		struct crew_agent *a = c->agents[i];

		if (!seen[a->job->first] && a->k == a->job->first)
			miss_job(c, a->job, now);
		bury(c, a);
	}
	free(seen);
	c->poll_at = now + c->poll_pause;
}
/* scancel failed because the job has ended meanwhile: what was wanted is so. */
static bool job_is_gone(struct errand *scancel)
{
	const char *woe = errand_complaint(scancel);

	return strstr(woe, "Invalid job id") ||
	       strstr(woe, "already completing or completed");
}

void crew_take_answers(struct crew *c, int64_t now)
{
	for (size_t i = 0; i < CREW_ASKS; i++)
		if (c->asking[i].sbatch.pid && errand_over(&c->asking[i].sbatch, now)) {
			take_sbatch(c, &c->asking[i], now);
			errand_forget(&c->asking[i].sbatch);
		}
	if (c->squeue.pid && errand_over(&c->squeue, now)) {
		if (errand_succeeded(&c->squeue))
			take_squeue(c, now);
		errand_forget(&c->squeue);
	}
	if (c->scancel.pid && errand_over(&c->scancel, now)) {
		if (!errand_succeeded(&c->scancel) && !job_is_gone(&c->scancel))
			crew_say(c, "scancel: %s; squeue --me tells what is left",
			         errand_complaint(&c->scancel));
		errand_forget(&c->scancel);
	}
}

/* --- before a directory is emptied --- */

struct naming {
	struct str names;
};

static void add_name(void *to, const struct crew_member *m)
{
	struct naming *n = to;

	if (!m->same_job)
		str_addf(&n->names, "%s%s", n->names.len ? "," : "", m->name);
}

/* Until it is over; false: it failed. What it said stays in e. */
static bool do_errand(struct errand *e, const char *const *argv, struct error *err)
{
	if (!errand_begin(e, argv, clock_now() + ANSWER_WITHIN, err))
		return false;
	while (!errand_over(e, clock_now()))
		poll(NULL, 0, ERRAND_PAUSE);
	return errand_succeeded(e) ||
	       error_set(err, ERROR_SYSTEM, "%s: %s", argv[0], errand_complaint(e));
}

/* What a job still writes would come in the way of whoever removes its folder. */
static bool await_none(const char *names, struct error *err)
{
	const char *const argv[] = {"squeue", "--me", "--noheader", "-o",
	                            "%i",     names,  NULL};
	int64_t end = clock_now() + DISBAND_WITHIN;
	struct errand e;
	bool ok, none;

	do {
		ok = do_errand(&e, argv, err);
		none = ok && !e.said.len;
		errand_forget(&e);
		if (!none && ok)
			poll(NULL, 0, DISBAND_PAUSE);
	} while (ok && !none && clock_now() < end);
	return none || !ok ||
	       error_set(err, ERROR_SYSTEM, "jobs of the search do not end: squeue %s",
	                 names);
}

bool crew_disband(const char *dir, struct error *err)
{
	struct naming n = {0};
	struct str word = {0};
	struct errand e;
	bool ok = true;

	crew_list(dir, add_name, &n);
	if (!n.names.len)
		return true;
	for (const char *s = n.names.s; ok && *s;
	     s += strcspn(s, ","), s += *s == ',') {
		const char *argv[] = {"scancel", NULL, NULL};

		str_clear(&word);
		str_addf(&word, "--name=%.*s", (int)strcspn(s, ","), s);
		argv[1] = word.s;
		ok = do_errand(&e, argv, err) || job_is_gone(&e);
		errand_forget(&e);
	}
	str_clear(&word);
	str_addf(&word, "--name=%s", n.names.s);
	ok = ok && await_none(word.s, err);
	str_free(&word);
	str_free(&n.names);
	return ok;
}
