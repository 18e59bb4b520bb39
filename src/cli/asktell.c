/* init, ask, tell: a search whose runs hpsearch does not launch. Each command takes the
 * directory's lock, reads the journal, writes an event or two and is gone; so any
 * number of askers and tellers may be at work. */
#include "base/json_out.h"
#include "cli/finished.h"
#include "record/dir.h"
#include "record/lock.h"
#include "record/origin_json.h"
#include "record/results.h"
#include "report/configuration.h"
#include "search/standing.h"
#include "study/apply.h"
#include "study/elsewhere.h"
#include "study/outside.h"
#include "study/search_loop.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double lease_default = 2 * 3600;

/* The search that one command works with. */
struct desk {
	struct options *o;
	const char *dir; /* absolute */
	int lock;
	struct spec spec;
	struct study study;
};

static bool absolute(struct desk *x, const char *dir, struct error *err)
{
	char real[PATH_MAX];

	if (!realpath(dir, real)) {
		error_errno(err, "%s", dir);
		err->kind = ERROR_FILE;
		return false;
	}
	x->dir = arena_strdup(&x->o->arena, real);
	return true;
}

static void leave(struct desk *x)
{
	study_free(&x->study);
	lock_release(x->lock);
}

static bool begin(struct desk *x, struct error *err)
{
	struct options *o = x->o;
	const char *dir = search_dir(o->file, o->out, &o->arena);

	o->elsewhere = true;
	if (!standing_metric_alone(&x->spec, "init, ask and tell go", err))
		return false;
	x->lock = lock_take(dir, err);
	if (x->lock < 0 || !absolute(x, dir, err))
		return false;
	if (finished_exists(x->dir))
		return error_set(err, ERROR_USAGE,
		                 "%s: holds a search already\n"
		                 "  help: go on with hpsearch ask %s, or begin "
		                 "another one with --out DIR",
		                 dir, dir);
	if (!cli_init_study(o, &x->spec, x->dir, NULL, &x->study, err) ||
	    !study_open(&x->study, false, err) ||
	    !results_write(&x->study.search, x->study.monitor, err))
		return false;
	printf("%s\n", dir);
	return true;
}

int command_init(struct options *o)
{
	struct desk x = {.o = o, .lock = -1};
	struct error err = {0};
	int code;

	if (!cli_is_yaml(o->file) && strcmp(o->file, "-") != 0)
		return cli_propose(o, &err) ? EXIT_FINE : cli_fail(&err);
	code = cli_load_spec(o, &x.spec, true, &err) && begin(&x, &err)
	           ? EXIT_FINE
	           : cli_fail(&err);

	leave(&x);
	return code;
}

static bool ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

/* Where the search comes from is read before the lock is waited for: a search that
 * hpsearch runs keeps it for hours. */
static bool join(struct desk *x, struct error *err)
{
	struct options *o = x->o;
	struct study_options so = {0};
	const char *dir = o->file;

	if (ends_in(dir, ".yaml") || ends_in(dir, ".yml"))
		dir = search_dir(dir, NULL, &o->arena);
	if (!absolute(x, dir, err) || !study_origin(x->dir, &so.origin, &o->arena, err))
		return error_prefix(err, "%s",
		                    err->kind == ERROR_FILE && !finished_exists(dir)
		                        ? "no search to ask or tell (hpsearch init "
		                          "begins one): "
		                        : "");
	if (!so.origin.elsewhere)
		return error_set(err, ERROR_USAGE,
		                 "%s: the runs of this search are launched by hpsearch "
		                 "run\n"
		                 "  help: hpsearch init FILE.yaml --out DIR begins one "
		                 "for ask and tell",
		                 dir);
	so.dir = x->dir;
	so.outside = &strategy_program;
	so.max_trials = so.origin.max_trials;
	x->lock = lock_wait(x->dir, err);
	if (x->lock < 0 || !origin_spec(&so.origin, &x->spec, &o->arena, err) ||
	    !study_init(&x->study, &x->spec, &so, err) || !study_join(&x->study, err))
		return false;
	if (!x->study.search.finish_recorded)
		study_start(&x->study);
	return true;
}

static bool lease_of(const struct options *o, double preset, double *out,
                     struct error *err)
{
	*out = preset;
	return !o->lease || spec_duration(o->lease, out) ||
	       error_set(err, ERROR_USAGE,
	                 "--lease %s: is no duration\n"
	                 "  help: write 90s, 10m, 2h or 1d",
	                 o->lease);
}

/* Asking. */

/* What tell calls it. */
static void add_name(const struct desk *x, const struct handout *h, struct str *out)
{
	str_addf(out, "%llu", (unsigned long long)h->trial->id);
	if (x->spec.repeats > 1)
		str_addf(out, ".%zu", h->run);
}

static void as_json(const struct desk *x, const struct handout *h, struct str *out)
{
	const struct run *r = &h->trial->runs[h->run];

	str_add(out, "{\"id\":\"");
	add_name(x, h, out);
	str_addc(out, '"');
	json_out_u64(out, "trial", h->trial->id);
	json_out_u64(out, "run", h->run);
	json_out_u64(out, "seed", r->seed);
	if (r->budget > 0)
		json_out_double(out, "step_budget", r->budget);
	json_out_key(out, "params");
	space_json(&x->spec.space, h->trial->values, out);
	str_add(out, "}\n");
}

static bool as_env(const struct desk *x, const struct handout *h, struct str *out,
                   struct error *err)
{
	const struct run *r = &h->trial->runs[h->run];

	str_add(out, "HPSEARCH_ID=");
	add_name(x, h, out);
	str_addf(out, "\nHPSEARCH_TRIAL=%llu\nHPSEARCH_RUN=%zu\nHPSEARCH_SEED=%llu\n",
	         (unsigned long long)h->trial->id, h->run, (unsigned long long)r->seed);
	str_add(out, "HPSEARCH_STEP_BUDGET=");
	if (r->budget > 0)
		str_double(out, r->budget);
	str_addc(out, '\n');
	return config_env(&x->spec, h->trial->values, out, err);
}

static bool describe(const struct desk *x, const struct handout *h, struct str *out,
                     struct error *err)
{
	const char *f = x->o->format;

	if (strcmp(f, "env") == 0)
		return as_env(x, h, out, err);
	if (strcmp(f, "args") == 0) {
		add_name(x, h, out);
		str_addc(out, ' ');
		return config_args(&x->spec, h->trial->values, out, err);
	}
	as_json(x, h, out);
	return true;
}

/* What is asked for is on the disk before it is said. */
static bool ask(struct desk *x, int *code, struct error *err)
{
	struct str out = {0};
	struct handout h;
	double lease;
	bool ok;

	if (!lease_of(x->o, lease_default, &lease, err) || !join(x, err))
		return false;
	switch (elsewhere_ask(&x->study, lease, &h, err)) {
	case ASK_ERROR: return false;
	case ASK_WAIT:
		fprintf(stderr, "nothing to do before a run under way is told of\n");
		*code = EXIT_WAIT;
		return study_commit(&x->study, true, err);
	case ASK_DONE:
		cli_say("the search is over", x->study.search.why);
		*code = EXIT_OVER;
		return study_commit(&x->study, true, err) &&
		       results_write(&x->study.search, x->study.monitor, err);
	case ASK_POINT: break;
	}
	ok = describe(x, &h, &out, err) && study_commit(&x->study, true, err);
	if (ok)
		cli_print(&out);
	str_free(&out);
	return ok;
}

int command_ask(struct options *o)
{
	struct desk x = {.o = o, .lock = -1};
	struct error err = {0};
	int code = EXIT_FINE;

	if (!ask(&x, &code, &err))
		code = cli_fail(&err);
	leave(&x);
	return code;
}

/* Telling. */

static bool natural(const char *text, const char *end, uint64_t *out)
{
	size_t n = strspn(text, "0123456789");

	errno = 0;
	*out = strtoull(text, NULL, 10);
	return n && text + n == end && !errno;
}

bool tell_name(const char *text, uint64_t *trial, uint64_t *run)
{
	const char *dot = strchr(text, '.'), *end = text + strlen(text);

	*run = 0;
	return natural(text, dot ? dot : end, trial) &&
	       (!dot || natural(dot + 1, end, run));
}

bool tell_number(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && !*end;
}

/* The only run of a trial need not be named. */
static bool find(const struct desk *x, struct handout *h, struct error *err)
{
	const char *text = x->o->second;
	uint64_t trial, run;

	if (!tell_name(text, &trial, &run))
		return error_set(err, ERROR_USAGE,
		                 "%s: is no trial\n  help: write the number that "
		                 "hpsearch ask gave, as in 17 (or 17.2, run 2 of it)",
		                 text);
	if (x->spec.repeats > 1 && !strchr(text, '.'))
		return error_set(err, ERROR_USAGE,
		                 "%s: which of its %zu runs?\n  help: write %s.0 for "
		                 "the first one",
		                 text, x->spec.repeats, text);
	return elsewhere_find(&x->study, trial, run, h, err);
}

static bool number_of(const char *what, const char *text, double *out,
                      struct error *err)
{
	return tell_number(text, out) ||
	       error_set(err, ERROR_USAGE, "%s %s: is no number", what, text);
}

/* One of: a value, a report, a failure, infeasible, or nothing but reports before. */
static bool check_words(const struct options *o, struct error *err)
{
	if (o->fail + o->infeasible + (o->report != NULL) > 1 ||
	    (o->third && (o->fail || o->infeasible)))
		return error_set(err, ERROR_USAGE,
		                 "tell one thing at a time: a value, --report STEP "
		                 "VALUE, --fail or --infeasible");
	if (o->report && !o->third)
		return error_set(err, ERROR_USAGE,
		                 "--report %s: needs the value at that step behind it",
		                 o->report);
	if (o->reason && !o->fail && !o->infeasible)
		return error_set(err, ERROR_USAGE,
		                 "--reason goes with --fail or --infeasible");
	if (o->cost && o->report)
		return error_set(err, ERROR_USAGE, "--cost goes with the end of a run");
	return true;
}

static bool tell_report(struct desk *x, struct handout h, double value,
                        struct error *err)
{
	static const char *const answers[] = {[DECISION_CONTINUE] = "continue",
	                                      [DECISION_STOP] = "stop",
	                                      [DECISION_PAUSE] = "pause"};
	struct report rep = {.value = value};
	enum decision d;
	double lease;

	if (!number_of("--report", x->o->report, &rep.step, err) ||
	    !lease_of(x->o, (double)NAN, &lease, err))
		return false;
	if (!isfinite(rep.step))
		return error_set(err, ERROR_USAGE, "--report %s: a step is finite",
		                 x->o->report);
	if (!elsewhere_report(&x->study, h, rep, lease, &d, err) ||
	    !study_commit(&x->study, true, err))
		return false;
	printf("%s\n", answers[d]);
	return d == DECISION_CONTINUE ||
	       results_write(&x->study.search, x->study.monitor, err);
}

static bool tell_end(struct desk *x, struct handout h, double value, struct error *err)
{
	const struct options *o = x->o;
	const struct run *r = &h.trial->runs[h.run];
	struct ending how = {.how = ENDING_REPORTED, .value = value};
	bool again;

	if (o->cost && (!number_of("--cost", o->cost, &how.cost, err) ||
	                !(how.cost >= 0 && isfinite(how.cost))))
		return error_set(err, ERROR_USAGE, "--cost %s: is no cost", o->cost);
	if (o->third)
		how.how = ENDING_VALUE;
	else if (o->fail)
		how.how = ENDING_FAILED;
	else if (o->infeasible)
		how.how = ENDING_INFEASIBLE;
	else if (!r->reports_total && x->spec.metric.name)
		return error_set(err, ERROR_USAGE,
		                 "%s: nothing was reported, and no value is told\n"
		                 "  help: give the value, or --fail",
		                 o->second);
	how.reason = o->reason;
	if (!elsewhere_tell(&x->study, h, &how, &again, err) ||
	    !study_commit(&x->study, true, err))
		return false;
	printf("%s%s\n", outcome_name(r->outcome), again ? ", queued again" : "");
	return results_write(&x->study.search, x->study.monitor, err);
}

static bool tell(struct desk *x, struct error *err)
{
	struct options *o = x->o;
	struct handout h;
	double value = (double)NAN;

	if (!o->second)
		return error_set(err, ERROR_USAGE,
		                 "tell needs a trial behind the directory");
	if (!check_words(o, err) ||
	    (o->third && !number_of("the value", o->third, &value, err)) ||
	    !join(x, err) || !find(x, &h, err))
		return false;
	return o->report ? tell_report(x, h, value, err) : tell_end(x, h, value, err);
}

int command_tell(struct options *o)
{
	struct desk x = {.o = o, .lock = -1};
	struct error err = {0};
	int code = tell(&x, &err) ? EXIT_FINE : cli_fail(&err);

	leave(&x);
	return code;
}
