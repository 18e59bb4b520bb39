#include "study/artifacts.h"
#include "run/below.h"
#include "run/own_files.h"
#include "study/apply.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_asked(const struct study *s)
{
	const struct search *se = &s->search;

	return se->spec->keep && se->spec->n_artifacts && se->dir &&
	       !se->origin.elsewhere;
}

static bool verification_comes(const struct search *s)
{
	return !s->verdict.done && !s->spec->scale.n && spec_reruns(s->spec);
}

/* How many of the best stay for now. */
static size_t most(const struct search *s)
{
	size_t top = verification_comes(s) ? s->spec->test.top : 0;

	return s->spec->keep > top ? s->spec->keep : top;
}

static bool is_better(const struct search *s, const struct trial *a,
                      const struct trial *b)
{
	const struct metric *m = &s->spec->metric;

	if (metric_better(m, a->value, b->value))
		return true;
	return !metric_better(m, b->value, a->value) && a->id < b->id;
}

static void add_gone(struct study *s, uint64_t id)
{
	s->artifacts.gone = mem_room(s->artifacts.gone, s->artifacts.n_gone,
	                             &s->artifacts.cap_gone, sizeof id);
	s->artifacts.gone[s->artifacts.n_gone++] = id;
}

/* A trial that goes on is none of the best, until it has ended again. */
static void forget_open(struct study *s, const struct trial *t)
{
	size_t n = 0;

	for (size_t i = 0; i < s->artifacts.n; i++) {
		uint64_t id = s->artifacts.best[i];

		if (id != t->id && s->search.trials[id]->outcome == OUTCOME_OK)
			s->artifacts.best[n++] = id;
	}
	s->artifacts.n = n;
}

static void add_best(struct study *s, const struct trial *t)
{
	uint64_t *best;
	size_t at;

	s->artifacts.best = best = mem_room(s->artifacts.best, s->artifacts.n,
	                                    &s->artifacts.cap, sizeof *best);
	for (at = s->artifacts.n++;
	     at && is_better(&s->search, t, s->search.trials[best[at - 1]]); at--)
		best[at] = best[at - 1];
	best[at] = t->id;
	while (s->artifacts.n > most(&s->search))
		add_gone(s, best[--s->artifacts.n]);
}

/* A population: has every member come to the end of the interval? */
static bool all_are_past(const struct search *s, uint64_t interval)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->trials[i]->interval == interval &&
		     s->trials[i]->outcome != OUTCOME_NONE;
	return n >= s->spec->pbt.population;
}

/* A checkpoint that some member may still go on from, or one that a run which failed
 * was to begin with. */
static bool is_needed(const struct search *s, const struct trial *t)
{
	return t->line.is && !search_is_over(s) &&
	       (t->outcome != OUTCOME_OK || !all_are_past(s, t->interval + 1));
}

/* Those that nobody goes on from any more, now that t has ended. */
static void pass(struct study *s, const struct trial *t)
{
	if (!t->line.is || !t->interval || !all_are_past(&s->search, t->interval))
		return;
	for (size_t i = 0; i < s->search.n; i++)
		if (s->search.trials[i]->interval + 1 == t->interval)
			add_gone(s, i);
}

void artifacts_ended(struct study *s, const struct trial *t)
{
	if (!is_asked(s) || t->outcome == OUTCOME_NONE)
		return;
	forget_open(s, t);
	if (t->outcome == OUTCOME_OK)
		add_best(s, t);
	else
		add_gone(s, t->id);
	pass(s, t);
}

/* --- what may go --- */

static bool is_paused(const struct study *s, const struct trial *t)
{
	for (size_t r = 0; s->monitor && r < t->n_runs; r++)
		if (monitor_run(s->monitor, t->id, r)->paused)
			return true;
	return false;
}

/* What is verified of a front is all chosen. */
static bool is_winner(const struct search *s, uint64_t key)
{
	const struct verdict *v = &s->verdict;

	for (size_t i = 0; v->done && v->fronts && i < v->n; i++)
		if (i != v->baseline && v->candidates[i].key == key)
			return true;
	return v->done && v->winner != SIZE_MAX && v->candidates[v->winner].key == key;
}

static bool is_candidate(const struct search *s, const struct trial *t)
{
	if (!verification_comes(s))
		return false;
	for (size_t i = 0; i < s->verdict.n; i++)
		if (s->verdict.candidates[i].key == t->id)
			return true;
	return t->origin == ORIGIN_BASELINE;
}

static bool is_best(const struct study *s, uint64_t key)
{
	for (size_t i = 0; i < s->artifacts.n; i++)
		if (s->artifacts.best[i] == key)
			return true;
	return is_winner(&s->search, key);
}

static bool may_go(const struct study *s, const struct trial *t)
{
	bool over = search_is_over(&s->search) && !verification_comes(&s->search);

	for (size_t r = 0; r < t->n_runs; r++)
		if (t->runs[r].state == RUN_RUNNING)
			return false;
	return t->outcome != OUTCOME_NONE && !is_best(s, t->id) &&
	       !is_needed(&s->search, t) && (over || !is_paused(s, t)) &&
	       !is_candidate(&s->search, t);
}

/* --- going --- */

static bool is_trainings(const char *name)
{
	return !own_file(name);
}

static void remove_found(void *self, int fd, const char *name, const char *path)
{
	(void)self;
	(void)path;
	below_remove(fd, name);
}

static void each_of(const struct spec *sp, const char *dir, const char *folder,
                    const struct below *b)
{
	int fd = below_open(dir, folder);

	for (size_t i = 0; fd >= 0 && i < sp->n_artifacts; i++)
		below_each(fd, sp->artifacts[i], b);
	if (fd >= 0)
		close(fd);
}

static void remove_run(const struct study *s, struct task t)
{
	const struct below b = {.wanted = is_trainings, .found = remove_found};

	task_folder(&t);
	each_of(s->search.spec, s->search.dir, t.folder, &b);
}

void artifacts_turn(struct study *s)
{
	struct error later;

	if (!s->artifacts.n_gone || !study_commit(s, true, &later))
		return;
	for (size_t i = 0; i < s->artifacts.n_gone; i++) {
		const struct trial *t = s->search.trials[s->artifacts.gone[i]];

		for (size_t r = 0; may_go(s, t) && r < t->n_runs; r++)
			remove_run(s, (struct task){.key = t->id, .index = r});
	}
	s->artifacts.n_gone = 0;
}

/* The runs of a verification that is done. */
static void sweep_verification(const struct study *s)
{
	const struct verdict *v = &s->search.verdict;

	for (size_t i = 0; v->done && i < v->n_runs; i++)
		if (!is_best(s, v->runs[i]->key))
			remove_run(s, (struct task){.key = v->runs[i]->key,
			                            .phase = v->runs[i]->phase,
			                            .index = v->runs[i]->index});
}

void artifacts_sweep(struct study *s)
{
	struct search *se = &s->search;
	struct arena_mark mark;
	struct trial **order;

	if (!is_asked(s) || !se->n)
		return;
	mark = arena_mark(&se->scratch);
	order = search_rank(se, &se->scratch);
	s->artifacts.n = s->artifacts.n_gone = 0;
	for (size_t i = 0; i < se->n; i++)
		artifacts_ended(s, order[i]);
	arena_rewind(&se->scratch, mark);
	artifacts_turn(s);
	sweep_verification(s);
}

/* --- telling --- */

struct listing {
	struct str *out;
	const char *comma;
};

static void list_found(void *self, int fd, const char *name, const char *path)
{
	struct listing *l = self;
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return;
	str_add(l->out, l->comma);
	str_add(l->out, path);
	l->comma = "\n";
}

void artifacts_list(const struct spec *sp, const char *dir, const char *folder,
                    struct str *out)
{
	struct listing l = {.out = out, .comma = ""};
	const struct below b = {
	    .wanted = is_trainings, .found = list_found, .self = &l};

	each_of(sp, dir, folder, &b);
}

bool artifacts_stay(const struct search *s, const struct trial *t)
{
	size_t better = 0;

	if (!s->spec->keep || is_winner(s, t->id) || t->outcome == OUTCOME_NONE)
		return true;
	for (size_t i = 0; t->outcome == OUTCOME_OK && i < s->n; i++)
		better += s->trials[i]->outcome == OUTCOME_OK &&
		          is_better(s, s->trials[i], t);
	return t->outcome == OUTCOME_OK && better < s->spec->keep;
}
