#include "record/event_json.h"

#include "base/clock.h"
#include "study/stopping.h"
#include "study/verify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The line under construction; kept in the study so that nothing is allocated per
 * event. */
static struct str *begin(struct study *s, const char *event)
{
	str_clear(&s->line);
	str_addf(&s->line, "\"e\":\"%s\"", event);
	return &s->line;
}

static void end(struct study *s)
{
	if (s->journal)
		journal_add(s->journal, str_text(&s->line));
}

static void add_string(struct str *out, const char *key, const char *text)
{
	if (!text)
		return;
	str_addf(out, ",\"%s\":", key);
	str_json(out, text, strlen(text), false);
}

static void add_double(struct str *out, const char *key, double x)
{
	str_addf(out, ",\"%s\":", key);
	str_json_double(out, x);
}

static void add_u64(struct str *out, const char *key, uint64_t x)
{
	const char *quote = x <= UINT64_C(1) << 53 ? "" : "\"";

	str_addf(out, ",\"%s\":%s%llu%s", key, quote, (unsigned long long)x, quote);
}

static void add_time(const struct study *s, struct str *out)
{
	str_addf(out, ",\"time\":%.3f", search_now(s));
}

static void tell(struct study *s, struct monitor_event e)
{
	if (!s->monitor)
		return;
	monitor_take(s->monitor, &e);
	if (e.kind == MONITOR_REPORT && e.run == 0)
		stopping_learn(s, s->trials[e.trial]);
}

static void tell_run(struct study *s, enum monitor_kind kind, const struct trial *t,
                     size_t run, double step, double value)
{
	tell(s, (struct monitor_event){.kind = kind,
	                               .trial = t->id,
	                               .run = (uint32_t)run,
	                               .step = step,
	                               .value = value,
	                               .outcome = t->runs[run].outcome});
}

/* A step that was only counted is none where the file names one; where the budget is a
 * parameter, the curve is made of whole launches. */
static void tell_report(struct study *s, const struct trial *t, size_t run,
                        const struct report *rep)
{
	bool none = rep->counted || s->spec->early.resource;

	tell_run(s, MONITOR_REPORT, t, run, none ? (double)NAN : rep->step, rep->value);
}

void record_search(struct study *s, const struct search_origin *o)
{
	struct str *l = begin(s, "search");

	str_addf(l, ",\"schema\":%d", JOURNAL_SCHEMA);
	add_string(l, "hpsearch", o->version);
	add_string(l, "path", o->path);
	add_string(l, "yaml", o->yaml);
	add_u64(l, "seed", s->spec->seed);
	str_add(l, ",\"set\":[");
	for (size_t i = 0; i < o->n_set; i++) {
		str_add(l, i ? "," : "");
		str_json(l, o->set[i], strlen(o->set[i]), false);
	}
	str_addc(l, ']');
	add_string(l, "command", o->command);
	add_string(l, "chosen", o->chosen);
	add_string(l, "host", o->host);
	add_string(l, "git", o->git);
	add_time(s, l);
	end(s);
}

void record_warm_start(struct study *s)
{
	for (size_t i = 0; i < s->warm.n_sources; i++) {
		struct str *l = begin(s, "warm_start");

		str_addc(l, ',');
		warm_write(&s->warm, s->spec, i, l);
		end(s);
	}
}

void record_session(struct study *s)
{
	struct str *l = begin(s, "session");

	add_u64(l, "max_trials", s->origin.max_trials);
	add_time(s, l);
	end(s);
	tell(s, (struct monitor_event){.kind = MONITOR_SESSION});
}

void point_json(struct str *out, const struct space *sp, const struct coord *point)
{
	bool grid = sp->n && point[0].level >= 0;

	str_add(out, grid ? "\"grid\":[" : "\"u\":[");
	for (size_t i = 0; i < sp->n; i++) {
		str_add(out, i ? "," : "");
		if (grid)
			str_addf(out, "%lld", (long long)point[i].level);
		else
			str_double(out, point[i].u);
	}
	str_addc(out, ']');
}

bool point_read(const cJSON *e, const struct space *sp, struct coord *point,
                struct error *err)
{
	const cJSON *grid = json_get(e, "grid"), *item;
	const cJSON *list = grid ? grid : json_get(e, "u");
	size_t n = 0;

	cJSON_ArrayForEach(item, list)
	{
		double x;

		if (n == sp->n || !cJSON_IsNumber(item))
			break;
		x = item->valuedouble;
		if (grid ? !(x >= 0 && x < 0x1p53) : !(x > 0 && x < 1))
			break;
		point[n++] =
		    grid ? (struct coord){0.5, (int64_t)x} : (struct coord){x, -1};
	}
	if (n != sp->n || item)
		return error_set(err, ERROR_FILE,
		                 "a trial's coordinates do not fit the search space");
	for (size_t i = 0; grid && i < sp->n; i++)
		if ((uint64_t)point[i].level >= param_grid_size(&sp->params[i]))
			return error_set(
			    err, ERROR_FILE,
			    "a trial's grid cell does not fit the search space");
	return true;
}

void record_trial(struct study *s, const struct trial *t)
{
	struct str *l = begin(s, "trial");

	add_u64(l, "t", t->id);
	if (t->origin != ORIGIN_STRATEGY)
		add_string(l, "origin", origin_name(t->origin));
	add_u64(l, "seen", t->seen);
	if (t->cost_weight > 0)
		add_double(l, "cost_weight", t->cost_weight);
	str_addc(l, ',');
	point_json(l, &s->spec->space, t->point);
	str_add(l, ",\"params\":");
	space_json(&s->spec->space, t->values, l);
	end(s);
	tell(s, (struct monitor_event){.kind = MONITOR_TRIAL, .trial = t->id});
}

void record_start(struct study *s, const struct trial *t, size_t run)
{
	struct str *l = begin(s, "start");

	add_u64(l, "t", t->id);
	add_u64(l, "r", run);
	add_u64(l, "seed", t->runs[run].seed);
	add_u64(l, "attempt", t->runs[run].attempts);
	if (t->runs[run].budget > 0)
		add_double(l, "budget", t->runs[run].budget);
	add_time(s, l);
	end(s);
	tell_run(s, MONITOR_START, t, run, t->runs[run].budget, 0);
}

void record_report(struct study *s, const struct trial *t, size_t run,
                   const struct report *rep)
{
	struct str *l = begin(s, "report");

	add_u64(l, "t", t->id);
	add_u64(l, "r", run);
	add_double(l, "step", rep->step);
	add_double(l, "value", rep->value);
	if (s->monitor && s->spec->early.step && rep->counted)
		str_add(l, ",\"counted\":true");
	end(s);
	tell_report(s, t, run, rep);
}

void record_rung(struct study *s, const struct trial *t, size_t run,
                 const struct report *rep)
{
	struct str *l = begin(s, "rung");

	add_u64(l, "t", t->id);
	add_u64(l, "r", run);
	add_double(l, "step", rep->step);
	add_double(l, "value", rep->value);
	end(s);
	tell_run(s, MONITOR_REPORT, t, run, rep->step, rep->value);
}

void record_decision(struct study *s, const struct monitor_event *e)
{
	struct str *l = begin(s, "decision");

	add_u64(l, "t", e->trial);
	add_u64(l, "r", e->run);
	str_addc(l, ',');
	stopping_write_decision(e, l);
	end(s);
	tell(s, *e);
}

/* null where the metric was never printed; "nan" where that is what was printed. */
static void add_metric(struct str *out, const char *key, double x, const struct run *r)
{
	if (isnan(x) && !r->reduction.n)
		str_addf(out, ",\"%s\":null", key);
	else
		add_double(out, key, x);
}

void record_run_fields(struct str *out, const struct run *r)
{
	add_string(out, "outcome", outcome_name(r->outcome));
	add_metric(out, "value", r->value, r);
	str_addf(out, ",\"exit\":%d,\"signal\":%d", r->exit, r->signal);
	add_double(out, "wall", r->wall);
	add_double(out, "user", r->user);
	add_double(out, "sys", r->sys);
	str_addf(out, ",\"maxrss\":%lld", (long long)r->maxrss);
	if (r->cost != 0)
		add_double(out, "cost", r->cost);
	add_u64(out, "reports_total", r->reports_total);
	add_metric(out, "last", r->reduction.last, r);
	add_metric(out, "best", r->reduction.best, r);
	str_addf(out, ",\"failures\":%u", r->failures);
	add_string(out, "reason", r->reason);
}

static int get_int(const cJSON *e, const char *name)
{
	double x = 0;

	return json_double(e, name, &x) && x >= -1 && x <= 1024 ? (int)x : 0;
}

bool record_read_run(const cJSON *e, struct run *r, struct arena *a, struct error *err)
{
	const char *outcome = json_string(e, "outcome"),
		   *reason = json_string(e, "reason");
	uint64_t total = 0;
	double rss = 0;

	if (!outcome || !outcome_find(outcome, &r->outcome))
		return error_set(err, ERROR_FILE, "a run has no outcome that is known");
	r->value = r->reduction.last = r->reduction.best = (double)NAN;
	json_double(e, "value", &r->value);
	json_double(e, "wall", &r->wall);
	json_double(e, "user", &r->user);
	json_double(e, "sys", &r->sys);
	json_double(e, "maxrss", &rss);
	json_double(e, "cost", &r->cost);
	json_double(e, "last", &r->reduction.last);
	json_double(e, "best", &r->reduction.best);
	r->exit = get_int(e, "exit");
	r->signal = get_int(e, "signal");
	r->failures = (unsigned)get_int(e, "failures");
	r->maxrss = rss > 0 && rss < 0x1p62 ? (int64_t)rss : 0;
	if (json_u64(e, "reports_total", &total))
		r->reports_total = r->reduction.n = (size_t)total;
	r->reason = reason ? arena_strdup(a, reason) : NULL;
	return true;
}

void record_end(struct study *s, const struct trial *t, size_t run, bool again)
{
	struct str *l = begin(s, "end");

	add_u64(l, "t", t->id);
	add_u64(l, "r", run);
	if (again)
		str_add(l, ",\"again\":true");
	record_run_fields(l, &t->runs[run]);
	add_time(s, l);
	end(s);
	if (!again)
		tell_run(s, MONITOR_END, t, run, 0, 0);
}

void record_requeue(struct study *s, const struct trial *t, size_t run)
{
	struct str *l = begin(s, "requeue");

	add_u64(l, "t", t->id);
	add_u64(l, "r", run);
	end(s);
}

void record_finish(struct study *s)
{
	struct str *l = begin(s, "finish");

	add_string(l, "state", search_state_name(s->state));
	add_string(l, "why", s->why);
	add_time(s, l);
	end(s);
}

/* Reading. */

static bool misplaced(struct error *err, const char *what)
{
	return error_set(err, ERROR_FILE, "%s that does not fit what came before it",
	                 what);
}

static bool apply_search(struct study *s, const cJSON *e, struct error *err)
{
	double schema = 0;
	const char *git = json_string(e, "git"), *host = json_string(e, "host");

	if (!json_double(e, "schema", &schema) || schema > JOURNAL_SCHEMA)
		return error_set(
		    err, ERROR_FILE,
		    "the journal is of format %g, this hpsearch reads up to %d; "
		    "use the newer hpsearch that wrote it",
		    schema, JOURNAL_SCHEMA);
	json_double(e, "time", &s->origin.started);
	if (git)
		s->origin.git = arena_strdup(&s->arena, git);
	if (host)
		s->origin.host = arena_strdup(&s->arena, host);
	return true;
}

static bool apply_trial(struct study *s, const cJSON *e, struct error *err)
{
	struct coord *point = arena_new(&s->arena, s->spec->space.n, sizeof *point);
	uint64_t id, seen = 0;

	if (!json_u64(e, "t", &id) || id != s->n)
		return misplaced(err, "a trial");
	json_u64(e, "seen", &seen);
	if (!point_read(e, &s->spec->space, point, err))
		return false;
	json_double(e, "cost_weight",
	            &search_add(s, point, origin_find(json_string(e, "origin")), seen)
	                 ->cost_weight);
	tell(s, (struct monitor_event){.kind = MONITOR_TRIAL, .trial = id});
	return true;
}

static struct run *event_run(struct study *s, const cJSON *e, struct trial **t)
{
	uint64_t id, run;

	if (!json_u64(e, "t", &id) || !json_u64(e, "r", &run) || id >= s->n ||
	    run >= s->trials[id]->n_runs)
		return NULL;
	*t = s->trials[id];
	return &(*t)->runs[run];
}

static bool apply_start(struct study *s, const struct trial *t, struct run *r,
                        const cJSON *e)
{
	uint64_t attempt = 0;

	run_begin(r);
	r->budget = 0;
	json_double(e, "budget", &r->budget);
	json_u64(e, "seed", &r->seed);
	json_u64(e, "attempt", &attempt);
	json_double(e, "time", &r->started);
	r->attempts = (unsigned)attempt;
	tell_run(s, MONITOR_START, t, (size_t)(r - t->runs), r->budget, 0);
	return true;
}

static bool apply_report(struct study *s, const struct trial *t, struct run *r,
                         const cJSON *e)
{
	struct report rep = {0};

	json_double(e, "step", &rep.step);
	if (!json_double(e, "value", &rep.value))
		return false;
	rep.counted = cJSON_IsTrue(json_get(e, "counted"));
	run_report(r, rep, s->spec->metric.goal);
	s->any_report = true;
	tell_report(s, t, (size_t)(r - t->runs), &rep);
	return true;
}

static bool apply_rung(struct study *s, const struct trial *t, const struct run *r,
                       const cJSON *e)
{
	double step, value;

	if (!json_double(e, "step", &step) || !json_double(e, "value", &value))
		return false;
	tell_run(s, MONITOR_REPORT, t, (size_t)(r - t->runs), step, value);
	return true;
}

static bool apply_end(struct study *s, struct trial *t, struct run *r, const cJSON *e,
                      struct error *err)
{
	double before = r->cost;

	if (!record_read_run(e, r, &s->arena, err))
		return false;
	s->cost += r->cost - before;
	r->state = RUN_QUEUED;
	if (!cJSON_IsTrue(json_get(e, "again"))) {
		r->state = RUN_FINISHED;
		s->runs_done++;
		tell_run(s, MONITOR_END, t, (size_t)(r - t->runs), 0, 0);
	}
	if (trial_settle(t))
		search_settle(s, t);
	return true;
}

static bool apply_run_event(struct study *s, const char *kind, const cJSON *e,
                            struct error *err)
{
	struct trial *t;
	struct run *r = event_run(s, e, &t);

	if (!r)
		return misplaced(err, "an event of a run");
	if (strcmp(kind, "start") == 0)
		return apply_start(s, t, r, e);
	if (strcmp(kind, "report") == 0)
		return apply_report(s, t, r, e) || misplaced(err, "a report");
	if (strcmp(kind, "rung") == 0)
		return apply_rung(s, t, r, e) || misplaced(err, "a rung");
	if (strcmp(kind, "decision") == 0)
		return stopping_apply(s, t, (size_t)(r - t->runs), e, err);
	if (strcmp(kind, "end") == 0)
		return apply_end(s, t, r, e, err);
	search_reopen(s, t);
	r->state = RUN_QUEUED;
	r->failures = 0;
	return true;
}

static void apply_finish(struct study *s, const cJSON *e)
{
	const char *state = json_string(e, "state"), *why = json_string(e, "why");

	for (int i = 0; state && i <= SEARCH_GUARD; i++)
		if (strcmp(state, search_state_name((enum search_state)i)) == 0)
			s->state = (enum search_state)i;
	s->why = why ? arena_strdup(&s->arena, why) : NULL;
	s->finish_recorded = true;
}

static void apply_session(struct study *s, const cJSON *e)
{
	uint64_t n = 0;

	search_requeue_interrupted(s);
	s->elapsed_before += s->last_time - s->session_start;
	json_double(e, "time", &s->last_time);
	s->session_start = s->last_time;
	json_u64(e, "max_trials", &n);
	s->origin.max_trials = n;
	s->state = SEARCH_RUNNING;
	s->finish_recorded = false;
	tell(s, (struct monitor_event){.kind = MONITOR_SESSION});
}

bool record_apply(struct study *s, const cJSON *event, struct error *err)
{
	static const char *const run_events[] = {"start",    "report", "rung",
	                                         "decision", "end",    "requeue"};
	const char *kind = json_string(event, "e");
	double time;

	if (!kind)
		return error_set(err, ERROR_FILE, "an event without a name");
	/* The time of an event counts for its session; not the pause before a session.
	 */
	if (strcmp(kind, "search") != 0 && strcmp(kind, "session") != 0 &&
	    json_double(event, "time", &time)) {
		/* A clock that was set back must not make time run backwards. */
		s->last_time = fmax(time, s->last_time);
		s->ended = s->last_time;
	}
	if (strcmp(kind, "search") == 0)
		return apply_search(s, event, err);
	if (strcmp(kind, "trial") == 0)
		return apply_trial(s, event, err);
	for (size_t i = 0; i < ARRAY_LEN(run_events); i++)
		if (strcmp(kind, run_events[i]) == 0)
			return apply_run_event(s, kind, event, err);
	if (strcmp(kind, "finish") == 0)
		apply_finish(s, event);
	else if (strcmp(kind, "session") == 0)
		apply_session(s, event);
	else if (strcmp(kind, "warm_start") == 0)
		return warm_read(&s->warm, s->spec, event, &s->arena, err);
	else if (strncmp(kind, "verify", 6) == 0)
		return verify_apply(s, event, err);
	else
		return error_set(err, ERROR_FILE,
		                 "an event \"%.40s\" that this hpsearch does not know",
		                 kind);
	return true;
}
