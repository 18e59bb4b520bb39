#include "report/detail.h"
#include "base/clock.h"
#include "config/command.h"
#include "report/front_text.h"
#include "report/measured_text.h"
#include "report/ranking.h"
#include "report/schedule_text.h"
#include "report/sheet.h"
#include "report/text.h"
#include "study/propose.h"

#include <math.h>
#include <string.h>

enum { REPORTS_SHOWN = 3 };

static void line(struct str *out, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	str_addf(out, "%-9s", label);
	text_clean(out, text);
	str_addc(out, '\n');
}

void detail_search(const struct study *s, const char *where, struct str *out)
{
	const struct spec *sp = s->search.spec;
	char iso[32];

	line(out, "search", where);
	line(out, "name", sp->name);
	str_addf(out, "%-9s%s, seed %llu", "method", sp->method_word,
	         (unsigned long long)sp->seed);
	if (sp->metric.name) {
		str_addf(out, ", to %s ", goal_name(sp->metric.goal));
		text_clean(out, sp->metric.name);
	}
	for (size_t k = 1; k < sp->n_objectives; k++) {
		str_addf(out, ", %s ", goal_name(sp->criteria[k].goal));
		text_clean(out, sp->criteria[k].name);
	}
	str_addc(out, '\n');
	if (s->search.origin.started > 0)
		line(out, "begun", clock_iso(s->search.origin.started, iso));
	line(out, "host", s->search.origin.host);
	line(out, "git", s->search.origin.git);
	line(out, "slots", s->search.origin.slots);
	str_addf(out, "%-9s", "state");
	ranking_state(s, out);
	str_addc(out, '\n');
	if (s->search.why &&
	    (s->search.state == SEARCH_CONTRACT || s->search.state == SEARCH_GUARD))
		text_tail(out, s->search.why, strlen(s->search.why), SIZE_MAX, "");
	str_addc(out, '\n');
}

/* Values as they are, and not cut: they are what it was trained with. */
static void add_params(const struct space *sp, const struct trial *t, struct str *out)
{
	static const struct sheet_view bare = {.bare = true};
	struct sheet table = {0};
	struct str text = {0};

	sheet_column(&table, "parameter", NULL, COLUMN_TEXT, true);
	sheet_column(&table, "value", NULL, COLUMN_REST, true);
	for (size_t i = 0; i < sp->n; i++) {
		str_clear(&text);
		if (t->values[i])
			value_text(t->values[i], &text);
		else
			str_add(&text, "(not active)");
		sheet_text(&table, sp->params[i].name);
		sheet_text(&table, str_text(&text));
	}
	sheet_print(&table, &bare, "  ", out);
	sheet_free(&table);
	str_free(&text);
}

static void add_report_list(const struct run *r, struct str *out)
{
	size_t n = r->n_reports, tail = n > 2 * REPORTS_SHOWN ? n - REPORTS_SHOWN : 0;

	if (!n)
		return;
	str_add(out, "    reports ");
	str_count(out, r->reports_total, "line");
	str_addc(out, ':');
	for (size_t i = 0; i < n; i++) {
		if (tail && i == REPORTS_SHOWN) {
			str_add(out, " …");
			i = tail;
		}
		str_addf(out, " %g:", r->reports[i].step);
		text_number(out, r->reports[i].value);
	}
	str_addc(out, '\n');
}

static void add_ending(const struct run *r, struct str *out)
{
	if (r->signal)
		str_addf(out, ", signal %d", r->signal);
	else
		str_addf(out, ", exit %d", r->exit);
	str_add(out, ", ");
	text_duration(out, r->wall);
	str_add(out, " (cpu ");
	text_duration(out, r->user + r->sys);
	str_add(out, "), memory ");
	text_bytes(out, (double)r->maxrss);
	if (r->cost != 0)
		str_addf(out, ", cost %g", r->cost);
	if (r->leg)
		str_addf(out, ", promoted %u time%s", r->leg, str_plural(r->leg));
	if (r->budget > 0)
		str_addf(out, ", budget %.10g steps", r->budget);
	if (r->attempts > 1)
		str_addf(out, ", %u attempts", r->attempts);
}

static void add_run(const struct search *s, const struct trial *t, size_t i,
                    const char *dir, const struct sheet_view *v, struct str *out)
{
	const struct run *r = &t->runs[i];
	struct task task = {.key = t->id, .index = i};

	str_addf(out, "  run %zu, seed %llu: ", i, (unsigned long long)r->seed);
	if (r->state != RUN_FINISHED) {
		str_add(out, ranking_waits(s, r));
	} else {
		str_add(out, outcome_name(r->outcome));
		if (isfinite(r->value)) {
			str_add(out, r->outcome == OUTCOME_STOPPED ? ", last value "
			                                           : ", value ");
			text_number(out, r->value);
		}
		add_ending(r, out);
	}
	str_addc(out, '\n');
	if (r->reason) {
		str_add(out, "    reason: ");
		text_clean(out, r->reason);
		str_addc(out, '\n');
	}
	if (r->host) {
		str_add(out, "    host: ");
		text_clean(out, r->host);
		str_addc(out, '\n');
	}
	add_report_list(r, out);
	measured_run(s->spec, r, v, out);
	task_folder(&task);
	if (dir && r->attempts)
		str_addf(out, "    folder: %s/%s\n", dir, task.folder);
	if (s->spec->n_artifacts && r->attempts)
		measured_artifacts(s, t, dir, task.folder, out);
}

void detail_trial(const struct study *s, const struct trial *t, const char *dir,
                  const struct sheet_view *v, struct str *out)
{
	static const char *const origins[] = {[ORIGIN_BASELINE] = "the defaults",
	                                      [ORIGIN_WARM_START] = "warm start",
	                                      [ORIGIN_POINT] = "a point of the file",
	                                      [ORIGIN_ADDED] = "added by hand"};
	size_t known;

	str_addf(out, "trial %llu", (unsigned long long)t->id);
	if (t->origin != ORIGIN_STRATEGY)
		str_addf(out, " (%s)", origins[t->origin]);
	if (t->label) {
		str_add(out, ", ");
		text_clean(out, t->label);
	}
	str_addf(out, ": %s",
	         t->outcome == OUTCOME_NONE ? "not finished"
	                                    : outcome_name(t->outcome));
	if (t->outcome == OUTCOME_OK && s->search.spec->metric.name) {
		str_addc(out, ' ');
		text_clean(out, s->search.spec->metric.name);
		str_addc(out, ' ');
		text_number(out, t->value);
		if (isfinite(t->stderr_))
			str_addf(out, " ± %.2g (standard error)", t->stderr_);
	}
	if (t->rank)
		str_addf(out, ", rank %llu", (unsigned long long)t->rank);
	if (s->monitor && monitor_control(s->search.spec, t->id))
		str_add(out, ", in the control group");
	if (t->front && t->rank)
		str_addf(out, ", front %llu", (unsigned long long)t->front);
	known = study_known(s, t);
	if (t->left) {
		str_add(out, ", ");
		str_add(out, t->reason);
	}
	str_addf(out, "; proposed when %zu trial%s finished\n", known,
	         known == 1 ? " was" : "s were");
	front_trial(&s->search, t, out);
	if (t->line.is) {
		str_add(out, "  ");
		schedule_place(&s->search, t, out);
		str_addc(out, '\n');
	}
	add_params(&s->search.spec->space, t, out);
	for (size_t i = 0; i < t->n_runs; i++)
		add_run(&s->search, t, i, dir, v, out);
	if (t->code && *t->code) {
		str_add(out, "  trained with ");
		text_clean(out, t->code);
		str_addc(out, '\n');
	}
}

static void add_belief(const struct belief *b, struct str *out)
{
	str_add(out, "  predicted there: ");
	text_number(out, b->mean);
	str_addf(out, " ± %.2g (standard deviation); expected improvement %.2g\n",
	         b->sd, b->improvement);
	if (b->thrift.weight > 0)
		str_addf(out,
		         "  expected %s %.3g%s; the improvement is divided by its "
		         "power %.2g\n",
		         b->thrift.of_time ? "time" : "cost", b->cost,
		         b->thrift.of_time ? " s" : "", b->thrift.weight);
	str_add(out, "  the best expected of the finished: ");
	text_number(out, b->incumbent);
	str_addf(out,
	         ", at trial %llu\n  most alike:", (unsigned long long)b->incumbent_id);
	for (size_t i = 0; i < b->n_near; i++)
		str_addf(out, "%s trial %llu (correlation %.2f)", i ? "," : "",
		         (unsigned long long)b->near[i].id, b->near[i].correlation);
	str_addc(out, '\n');
}

static void add_front_belief(const struct search *s, const struct belief *b,
                             struct str *out)
{
	str_add(out, "  predicted there: ");
	text_clean(out, s->spec->metric.name);
	str_addc(out, ' ');
	text_number(out, b->mean);
	str_addf(out, " ± %.2g (standard deviation)\n", b->sd);
	if (s->spec->n_limits)
		str_addf(out, "  the limits hold with probability %.2g\n", b->holds);
	if (s->spec->n_objectives > 1)
		str_addf(
		    out,
		    "  the highest expected gain in hypervolume over a front that, "
		    "as the models see it, has %zu trial%s\n",
		    b->n_front, str_plural(b->n_front));
}

/* Trials of the warm start follow the defaults, in the order of s->warm.first. */
static void add_earlier(const struct study *s, const struct trial *t, struct str *out)
{
	const struct earlier *p;
	size_t k = 0;

	for (uint64_t i = 0; i < t->id; i++)
		k += s->search.trials[i]->origin == ORIGIN_WARM_START;
	p = k < s->search.warm.n_first ? s->search.warm.first[k] : NULL;
	if (!p)
		return;
	str_add(out, "  among the best of an earlier search, ");
	text_clean(out, s->search.warm.sources[p->source].path);
	str_add(out, ", where it had ");
	text_number(out, search_sign(&s->search) * p->value);
	str_addc(out, '\n');
}

static void add_proposal_why(const struct study *s, const struct trial *t,
                             struct str *out)
{
	struct belief b;

	if (t->origin == ORIGIN_BASELINE) {
		str_add(out, "  these are the defaults of the file\n");
		return;
	}
	if (t->origin == ORIGIN_WARM_START) {
		add_earlier(s, t, out);
		return;
	}
	if (t->origin == ORIGIN_POINT || t->origin == ORIGIN_ADDED) {
		str_add(out, t->origin == ORIGIN_POINT
		                 ? "  it is one of the points of the file"
		                 : "  it was added by hand (hpsearch add)");
		if (t->label) {
			str_add(out, ", called ");
			text_clean(out, t->label);
		}
		str_addc(out, '\n');
		return;
	}
	if (study_is_taken(s, t->id)) {
		str_add(out, "  ");
		command_line(s->search.spec->sampler, out);
		str_add(out, " proposed it; what the program thought is not known\n");
		return;
	}
	if (t->line.is) {
		schedule_why(s, t, out);
		return;
	}
	study_explain(s, t, &b);
	if (b.how == BELIEF_NONE) {
		str_addf(
		    out,
		    "  %s proposes by the seed and the number of the trial, not by "
		    "results\n",
		    s->type->name);
		return;
	}
	str_addf(out, "  known then: %zu finished, %zu pending\n", b.known, b.pending);
	if (b.how == BELIEF_DESIGN)
		str_add(
		    out,
		    "  a point that covers the space evenly: too little is known, or "
		    "a branch has hardly been seen\n");
	else if (b.how == BELIEF_FALLBACK)
		str_add(
		    out,
		    "  an independent draw: the model found no configuration that is "
		    "new\n");
	else if (b.how == BELIEF_FRONT)
		add_front_belief(&s->search, &b, out);
	else
		add_belief(&b, out);
}

/* Why it was run once more. */
static void add_repeat(const struct study *s, size_t number, struct str *out)
{
	const struct repeat *p = &s->search.repeats[number];
	struct repeat_answer a;

	study_explain_repeat(s, number, &a);
	str_addf(out, "  run %u was asked for when there %s %llu trial%s", p->run,
	         p->after == 1 ? "was" : "were", (unsigned long long)p->after,
	         str_plural(p->after));
	if (!(a.noise.sd > 0)) {
		str_addf(out, ", to learn how much seeds differ%s\n",
		         a.noise.repeated ? ": those of another trial had agreed" : "");
		return;
	}
	str_addf(out,
	         ": of a noise of %.2g per run (%.0f degree%s of freedom), another run "
	         "here was expected to better the best mean by %.2g, more than of any "
	         "other trial%s\n",
	         a.noise.sd, a.noise.df, a.noise.df > 1 ? "s" : "", a.gain,
	         p->last    ? "; nothing new was left to run"
	         : a.ending ? "; the last fifth of the runs was for that"
	                    : "");
}

void detail_why(const struct study *s, const struct trial *t, struct str *out)
{
	str_add(out, "why\n");
	add_proposal_why(s, t, out);
	for (size_t i = 0; i < s->search.n_repeats; i++)
		if (s->search.repeats[i].trial == t->id)
			add_repeat(s, i, out);
}
