#include "search/trial.h"
#include "base/rng.h"
#include "base/stat.h"
#include "base/str.h"
#include "search/answers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run that asks for it (exit 75) is queued again so often, and no more. */
enum { PREEMPTIONS_MAX = 100 };

static const char *const outcome_names[] = {
    [OUTCOME_NONE] = "none",
    [OUTCOME_OK] = "ok",
    [OUTCOME_STOPPED] = "stopped",
    [OUTCOME_FAILED] = "failed",
    [OUTCOME_TIMEOUT] = "timeout",
    [OUTCOME_KILLED] = "killed",
    [OUTCOME_OOM] = "oom",
    [OUTCOME_NO_METRIC] = "no_metric",
    [OUTCOME_DIVERGED] = "diverged",
    [OUTCOME_INFEASIBLE] = "infeasible",
    [OUTCOME_PREEMPTED] = "preempted",
};

const char *phase_name(enum phase p)
{
	static const char *const names[] = {
	    [PHASE_SEARCH] = "search", [PHASE_RERUN] = "rerun", [PHASE_TEST] = "test"};

	return names[p];
}

const char *outcome_name(enum outcome o)
{
	return outcome_names[o];
}

bool outcome_find(const char *name, enum outcome *o)
{
	size_t i = str_index(name, outcome_names, ARRAY_LEN(outcome_names));

	if (i == ARRAY_LEN(outcome_names))
		return false;
	*o = (enum outcome)i;
	return true;
}

/* The verdict on a run that ended by itself with a status that says success. */
static enum outcome classify_success(const struct run *r, const struct run_result *res,
                                     const struct metric *m, struct arena *a,
                                     const char **reason)
{
	double value;

	if (!m->name)
		return OUTCOME_OK;
	if (r->wanted) {
		*reason = arena_printf(a, "%zu of %zu items were not answered",
		                       r->wanted - r->n_reports, r->wanted);
		return r->n_reports ? OUTCOME_FAILED : OUTCOME_NO_METRIC;
	}
	if (!r->reduction.n) {
		*reason = arena_printf(a,
		                       res->unread.n ? "it printed no number for %s"
		                                     : "it never printed %s",
		                       m->name);
		return OUTCOME_NO_METRIC;
	}
	value = run_value(r, m);
	if (!isfinite(value)) {
		*reason = arena_printf(a, "%s is %s", m->name,
		                       isnan(value) ? "not a number" : "infinite");
		return OUTCOME_DIVERGED;
	}
	return OUTCOME_OK;
}

static enum outcome classify(const struct run *r, const struct run_result *res,
                             const struct metric *m, const struct spec *s,
                             struct arena *a, const char **reason)
{
	*reason = NULL;
	if (answers_whole(r))
		return OUTCOME_OK;
	if (res->spawn_errno) {
		*reason = arena_printf(a, "cannot be executed: %s",
		                       strerror(res->spawn_errno));
		return OUTCOME_FAILED;
	}
	if (res->lost) {
		*reason = res->host ? "its agent was lost again and again"
		                    : "its supervisor was killed";
		return OUTCOME_KILLED;
	}
	if (res->infeasible) {
		*reason = arena_strdup(a, res->reason);
		return OUTCOME_INFEASIBLE;
	}
	if (res->timed_out && res->taken) {
		*reason = arena_strdup(a, res->taken);
		return OUTCOME_TIMEOUT;
	}
	if (res->timed_out) {
		*reason = res->stalled
		              ? "wandb waited for its server, which it was to leave "
		                "alone: hpsearch's hook did not reach it (python -I, "
		                "-E or -S, another PYTHONPATH, no WANDB_MODE)"
		              : arena_printf(a, "over %g s", s->trial_timeout);
		return OUTCOME_TIMEOUT;
	}
	if (res->over_memory) {
		*reason = arena_printf(a, "over memory: %s (%lld MiB resident)",
		                       s->memory_text ? s->memory_text : "",
		                       (long long)(res->over_memory >> 20));
		return OUTCOME_OOM;
	}
	if (res->taken) {
		*reason = arena_printf(a, "%s: queued again", res->taken);
		return OUTCOME_PREEMPTED;
	}
	if (res->signal == 9 || res->exit == 137 || (res->oom_text && res->exit != 0)) {
		*reason = res->oom_text
		              ? "its stderr says out of memory"
		              : "SIGKILL that was not ours: probably out of memory";
		return OUTCOME_OOM;
	}
	if (res->signal) {
		*reason = arena_printf(a, "signal %d (%s)", res->signal,
		                       strsignal(res->signal));
		return OUTCOME_KILLED;
	}
	if (res->exit == 75) {
		*reason = "exit 75: queued again";
		return OUTCOME_PREEMPTED;
	}
	if (res->exit != 0 && !(s->accept_nonzero && r->reduction.n)) {
		*reason = arena_printf(a, "exit %d", res->exit);
		return OUTCOME_FAILED;
	}
	return classify_success(r, res, m, a, reason);
}

struct run_end run_facts(const struct run *r)
{
	return (struct run_end){.outcome = r->outcome,
	                        .value = r->value,
	                        .exit = r->exit,
	                        .signal = r->signal,
	                        .wall = r->wall,
	                        .user = r->user,
	                        .sys = r->sys,
	                        .maxrss = r->maxrss,
	                        .cost = r->cost,
	                        .failures = r->failures,
	                        .reports_total = r->reports_total,
	                        .last = r->reduction.last,
	                        .best = r->reduction.best,
	                        .reason = r->reason,
	                        .host = r->host,
	                        .unread = r->unread,
	                        .unread_example = r->unread_example,
	                        .items = r->items,
	                        .metrics = r->metrics,
	                        .note = r->note,
	                        .steps = r->steps};
}

struct run_end run_conclude(const struct run *r, const struct run_result *res,
                            const struct metric *m, const struct spec *s,
                            struct arena *a)
{
	struct run_end end = run_facts(r);

	end.exit = res->exit;
	end.signal = res->signal;
	end.wall = r->before.wall + res->wall;
	end.user = r->before.user + res->user;
	end.sys = r->before.sys + res->sys;
	if (!r->leg || res->maxrss > r->maxrss)
		end.maxrss = res->maxrss;
	end.cost = r->cost + res->cost;
	end.value = run_value(r, m);
	end.unread += res->unread.n;
	if (res->unread.n && !end.unread_example)
		end.unread_example = arena_strdup(a, res->unread.example);
	end.host = res->host ? arena_strdup(a, res->host) : NULL;
	end.outcome = classify(r, res, m, s, a, &end.reason);
	end.items =
	    res->items && end.outcome == OUTCOME_OK ? scores_copy(res->items, a) : NULL;
	/* Items of the test; what the search asks is in its reports. */
	if (answers_whole(r) && r->from >= s->items.n && end.outcome == OUTCOME_OK)
		end.items = answers_pack(r, a);
	return end;
}

size_t trial_points(uint64_t trial)
{
	return trial < 1000 ? SERIES_POINTS : trial < 10000 ? 20 : 0;
}

/* A launch that says a note again has begun again. */
void run_measure(const struct run *r, const struct series_log *log, const char *note,
                 size_t points, struct run_end *end, struct arena *a)
{
	const struct series_log nothing = {0};

	end->metrics = series_pack(log ? log : &nothing, r->metrics, points, a);
	if (note && *note)
		end->note = arena_strdup(a, note);
}

/* The first of the criteria 1 … n - 1. */
static const char *lacks_of(const struct spec *s, size_t n,
                            const struct series_set *set)
{
	struct series said;

	for (size_t i = 1; i < n; i++)
		if (!series_find(set, s->criteria[i].name, &said))
			return s->criteria[i].name;
	return NULL;
}

const char *run_lacks(const struct spec *s, const struct series_set *set)
{
	return lacks_of(s, s->n_criteria, set);
}

double run_criterion(const struct spec *s, const struct run *r, size_t criterion)
{
	struct series series;

	if (!criterion)
		return r->value;
	return series_find(r->metrics, s->criteria[criterion].name, &series)
	           ? series.last
	           : (double)NAN;
}

void run_criteria(const struct spec *s, enum phase phase, struct run_end *end,
                  struct arena *a)
{
	size_t n = phase == PHASE_TEST ? s->n_objectives : s->n_criteria;
	const char *lacks = lacks_of(s, n, end->metrics);
	struct series said = {0};

	if (end->outcome != OUTCOME_OK)
		return;
	if (lacks) {
		end->outcome = OUTCOME_NO_METRIC;
		end->reason = arena_printf(
		    a,
		    end->metrics && end->metrics->more
			? "%s is not among the first %d numbers that it reported"
			: "it never reported %s",
		    lacks, SERIES_MAX);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		series_find(end->metrics, s->criteria[i].name, &said);
		if (isfinite(said.last))
			continue;
		end->outcome = OUTCOME_DIVERGED;
		end->reason =
		    arena_printf(a, "%s is %s", s->criteria[i].name,
		                 isnan(said.last) ? "not a number" : "infinite");
		return;
	}
}

bool outcome_is_failure(enum outcome o)
{
	return o == OUTCOME_FAILED || o == OUTCOME_TIMEOUT || o == OUTCOME_KILLED ||
	       o == OUTCOME_OOM || o == OUTCOME_NO_METRIC;
}

bool run_again(const struct run *r, const struct run_result *res, size_t retries,
               struct run_end *end)
{
	if (end->outcome == OUTCOME_PREEMPTED) {
		if (r->attempts < PREEMPTIONS_MAX)
			return true;
		end->outcome = OUTCOME_FAILED;
		end->reason = res->taken ? "its job was taken away a hundred times"
		                         : "exit 75 (queue me again) a hundred times";
	}
	if (!outcome_is_failure(end->outcome) || end->outcome == OUTCOME_NO_METRIC ||
	    res->spawn_errno)
		return false;
	end->failures++;
	return end->failures <= retries;
}

static double mean_last(const struct run *r, size_t k)
{
	size_t n = r->n_reports < k ? r->n_reports : k;
	double sum = 0;

	for (size_t i = r->n_reports - n; i < r->n_reports; i++)
		sum += r->reports[i].value;
	return n ? sum / (double)n : (double)NAN;
}

double run_value(const struct run *r, const struct metric *m)
{
	if (!r->reduction.n)
		return (double)NAN;
	switch (m->reduce) {
	case REDUCE_BEST: return r->reduction.best;
	case REDUCE_MEAN_LAST: return mean_last(r, m->reduce_last);
	case REDUCE_MEAN: return mean_last(r, r->n_reports);
	case REDUCE_LAST: break;
	}
	return r->reduction.last;
}

bool run_is_ok(const struct run *r)
{
	return r->state == RUN_FINISHED && r->outcome == OUTCOME_OK;
}

bool run_is_bad(const struct run *r)
{
	return r->state == RUN_FINISHED && r->outcome != OUTCOME_OK;
}

/* What speaks for a trial whose runs did not all succeed: the first run that did not.
 */
static const struct run *first_not_ok(const struct trial *t)
{
	for (size_t i = 0; i < t->n_runs; i++)
		if (run_is_bad(&t->runs[i]))
			return &t->runs[i];
	return NULL;
}

double trial_cost(const struct trial *t)
{
	double sum = 0;

	for (size_t i = 0; i < t->n_runs; i++)
		sum += t->runs[i].cost;
	return sum;
}

size_t trial_runs_over(const struct trial *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_runs; i++)
		n += t->runs[i].state == RUN_FINISHED;
	return n;
}

size_t trial_runs_ok(const struct trial *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_runs; i++)
		n += run_is_ok(&t->runs[i]);
	return n;
}

/* What it has come to in a race that it has left, or in which it answered all. */
static void settle_items(struct trial *t)
{
	struct moments m = answers_mean(t);

	t->outcome = OUTCOME_OK;
	t->value = m.mean;
	t->stderr_ = stat_stderr(m);
	if (!t->left || t->left->leader == t->id)
		return;
	t->outcome = OUTCOME_STOPPED;
	t->value = t->stderr_ = (double)NAN;
}

static bool has_left(struct trial *t)
{
	for (size_t i = 0; i < t->n_runs; i++)
		if (t->runs[i].state == RUN_RUNNING)
			return false;
	settle_items(t);
	return true;
}

bool trial_settle(struct trial *t)
{
	const struct run *bad = first_not_ok(t);
	struct moments m;
	double *values;
	size_t n = 0;

	if (t->left)
		return has_left(t);
	/* What a race has stopped is over when the race has been told. */
	if (bad && bad->outcome == OUTCOME_STOPPED && bad->wanted)
		return false;

	for (size_t i = 0; i < t->n_runs; i++) {
		if (t->runs[i].extra)
			continue;
		if (t->runs[i].state == RUN_RUNNING)
			return false;
		if (t->runs[i].state == RUN_QUEUED && !bad)
			return false;
	}
	t->value = t->stderr_ = (double)NAN;
	if (bad) {
		t->outcome = bad->outcome;
		t->reason = bad->reason;
		return true;
	}
	if (t->runs[0].wanted) {
		settle_items(t);
		t->reason = NULL;
		return true;
	}
	values = mem_new(t->n_runs, sizeof *values);
	for (size_t i = 0; i < t->n_runs; i++)
		if (t->runs[i].state == RUN_FINISHED)
			values[n++] = t->runs[i].value;
	m = stat_of(values, n);
	free(values);
	t->outcome = OUTCOME_OK;
	t->reason = NULL;
	t->value = m.mean;
	t->stderr_ = stat_stderr(m);
	return true;
}

double trial_wall(const struct trial *t)
{
	double sum = 0;

	for (size_t r = 0; r < t->n_runs; r++)
		sum += t->runs[r].wall;
	return sum;
}

static uint64_t small_seed(uint64_t bits)
{
	return bits >> 33;
}

uint64_t seed_of_run(uint64_t seed, uint64_t trial, uint64_t run)
{
	return small_seed(rng_u64(seed, trial, RNG_RUN_SEED, (uint32_t)run));
}

uint64_t seed_of_verification(uint64_t seed, uint64_t run)
{
	return small_seed(rng_u64(seed, run, RNG_VERIFY_SEED, 0));
}

uint64_t seed_of_comparison(uint64_t seed, uint64_t number, uint64_t row)
{
	return small_seed(rng_u64(seed, number, RNG_COMPARE, (uint32_t)row));
}

static const char *const origin_names[] = {[ORIGIN_STRATEGY] = "strategy",
                                           [ORIGIN_BASELINE] = "baseline",
                                           [ORIGIN_WARM_START] = "warm_start",
                                           [ORIGIN_POINT] = "point",
                                           [ORIGIN_ADDED] = "added"};

const char *origin_name(enum origin o)
{
	return origin_names[o];
}

enum origin origin_find(const char *name)
{
	for (size_t o = 0; name && o < ARRAY_LEN(origin_names); o++)
		if (strcmp(name, origin_names[o]) == 0)
			return (enum origin)o;
	return ORIGIN_STRATEGY;
}
