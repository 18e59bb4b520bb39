#include "record/results.h"
#include "base/clock.h"
#include "base/crc.h"
#include "base/file.h"
#include "base/json_out.h"
#include "early/decision.h"
#include "record/csv.h"
#include "record/early_json.h"
#include "record/event_json.h"
#include "record/front_json.h"
#include "record/run_end_json.h"
#include "search/prospect.h"
#include "search/scaling.h"
#include "space/point_json.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_time(struct str *out, const char *key, double wall)
{
	char iso[32];

	if (wall > 0)
		json_out_text(out, key, clock_iso(wall, iso));
	else
		json_out_text(out, key, NULL);
}

static void add_search(struct str *out, const struct search *s)
{
	const struct spec *sp = s->spec;
	const struct search_origin *o = &s->origin;

	str_add(out, ",\n\"search\":{");
	json_out_text(out, "state", search_state_name(s->state));
	json_out_text(out, "why", s->why);
	json_out_text(out, "name", sp->name);
	json_out_text(out, "method", sp->method_word);
	if (o->chosen)
		json_out_text(out, "chosen", o->chosen);
	if (o->elsewhere)
		json_out_bool(out, "elsewhere", true);
	str_addf(out, ",\"seed\":\"%llu\"", (unsigned long long)sp->seed);
	str_addf(out, ",\"decoding\":%d", space_decoding(&sp->space));
	if (s->texts != TEXTS_ASK)
		json_out_text(out, "reading",
		              s->texts == TEXTS_ON ? "text" : "objects");
	if (s->text_line)
		json_out_text(out, "text_line", s->text_line);
	str_addf(out, ",\"trials_asked\":%llu", (unsigned long long)s->cap);
	str_addf(out, ",\"max_trials\":%llu", (unsigned long long)o->max_trials);
	str_addf(out, ",\"repeats\":%zu", sp->repeats);
	if (spec_adapts_repeats(sp))
		str_addf(out, ",\"repeats_min\":%zu", sp->repeats_least);
	json_out_words(out, "command", sp->command.words, sp->command.n);
	json_out_text(out, "program", sp->program);
	if (sp->points_text)
		json_out_text(out, "points", sp->points_text);
	if (sp->items.text)
		json_out_text(out, "items", sp->items.text);
	json_out_text(out, "file", o->path);
	json_out_words(out, "set", o->set, o->n_set);
	json_out_text(out, "command_option", o->command);
	json_out_text(out, "host", o->host);
	json_out_text(out, "git", o->git);
	if (o->slots)
		json_out_text(out, "slots", o->slots);
	add_time(out, "started", o->started);
	add_time(out, "finished", s->state == SEARCH_RUNNING ? 0 : s->ended);
	str_addf(out, ",\"elapsed\":%.3f", search_elapsed(s));
	json_out_number(out, "cost", s->cost);
	str_addc(out, '}');
}

static void add_metric(struct str *out, const char *key, const struct metric *m)
{
	static const char *const reduces[] = {[REDUCE_LAST] = "last",
	                                      [REDUCE_BEST] = "best",
	                                      [REDUCE_MEAN_LAST] = "mean_last",
	                                      [REDUCE_MEAN] = "mean"};

	str_addf(out, ",\n\"%s\":", key);
	if (!m->name) {
		str_add(out, "null");
		return;
	}
	str_add(out, "{\"name\":");
	str_json(out, m->name, strlen(m->name), false);
	str_addf(out, ",\"goal\":\"%s\",\"reduce\":\"%s",
	         m->goal == GOAL_MINIMIZE ? "minimize" : "maximize",
	         reduces[m->reduce]);
	if (m->reduce == REDUCE_MEAN_LAST)
		str_addf(out, "_%zu", m->reduce_last);
	str_addc(out, '"');
	if (m->has_target)
		json_out_number(out, "target", m->target);
	str_addc(out, '}');
}

static const char *run_state_name(enum run_state s)
{
	return s == RUN_FINISHED ? "finished" : s == RUN_RUNNING ? "running" : "queued";
}

/* When a run was asked for that its trial had not from the beginning. */
static void add_asked(struct str *out, const struct search *s, const struct run *r)
{
	const struct repeat *p;

	if (!r->asked)
		return;
	p = &s->repeats[r->asked - 1];
	str_addf(out,
	         "\"asked\":{\"number\":%zu,\"after\":%llu,\"seen\":%llu,"
	         "\"cap\":%llu%s},",
	         r->asked - 1, (unsigned long long)p->after,
	         (unsigned long long)p->known_upto, (unsigned long long)p->cap,
	         p->last ? ",\"last\":true" : "");
}

/* [step, value]; of an answer with its cost and latency, where it has either. */
static void add_report(struct str *out, const struct report *r)
{
	const double row[] = {r->step, r->value, r->cost, r->latency};

	json_out_row(out, row, r->cost <= 0 && r->latency <= 0 ? 2 : 4);
}

/* why: the decision that ended it, or NULL. */
static void add_run(struct str *out, const struct run *r, const struct judgement *why)
{
	struct run_end facts;

	str_addf(out, "\"seed\":%llu,\"state\":\"%s\",\"attempts\":%u",
	         (unsigned long long)r->seed, run_state_name(r->state), r->attempts);
	if (r->budget > 0)
		json_out_number(out, "budget", r->budget);
	if (r->leg)
		str_addf(out, ",\"promotions\":%u", r->leg);
	if (why && r->state == RUN_FINISHED) {
		str_addf(out, ",\"stop\":{\"decision\":\"%s\"",
		         why->decision == DECISION_PAUSE ? "pause" : "stop");
		judgement_json(why, out);
		str_addc(out, '}');
	}
	facts = run_facts(r);
	run_end_json(&facts, out);
	add_time(out, "started", r->started);
	str_add(out, ",\"reports\":[");
	for (size_t i = 0; i < r->n_reports; i++)
		add_report(out, &r->reports[i]);
	str_add(out, "]}");
}

static void add_runs(struct str *out, struct run *const *runs, size_t n)
{
	str_add(out, ",\"runs\":[");
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? ",{" : "{");
		add_run(out, runs[i], NULL);
	}
	str_addc(out, ']');
}

static void add_trial_runs(struct str *out, const struct search *s,
                           const struct monitor *m, const struct trial *t)
{
	str_add(out, ",\"runs\":[");
	for (size_t i = 0; i < t->n_runs; i++) {
		str_add(out, i ? ",{" : "{");
		add_asked(out, s, &t->runs[i]);
		add_run(out, &t->runs[i], decision_why(m, t, i));
	}
	str_addc(out, ']');
}

/* What proposals knew of it before its end. */
static void add_observed(struct str *out, const struct search *s, const struct trial *t)
{
	const struct known *seen = &s->known[t->id];
	size_t n = seen->n - (t->order != 0);

	for (size_t i = 0; i < n; i++) {
		const struct observation *o = &seen->observations[i];

		str_addf(out, "%s{\"order\":%llu,\"state\":\"%s\"",
		         i ? "," : "\"observed\":[", (unsigned long long)o->order,
		         known_state_name(o->state));
		if (!isnan(o->step))
			json_out_number(out, "step", o->step);
		if (!isnan(o->value))
			json_out_number(out, "value", search_sign(s) * o->value);
		if (!isnan(o->stderr_))
			json_out_number(out, "stderr", o->stderr_);
		if (o->cost != 0)
			json_out_number(out, "cost", o->cost);
		if (s->weighed_time && o->wall > 0)
			json_out_number(out, "wall", o->wall);
		str_addf(out, ",\"runs\":%zu}", o->n_runs);
	}
	if (n)
		str_add(out, "],");
}

static void add_trial(struct str *out, const struct search *s, const struct monitor *m,
                      const struct trial *t)
{
	size_t start = out->len;

	str_addf(out, "{\"id\":%llu,\"rank\":", (unsigned long long)t->id);
	if (t->rank)
		str_addf(out, "%llu", (unsigned long long)t->rank);
	else
		str_add(out, "null");
	str_add(out, ",\"params\":");
	space_json(&s->spec->space, t->values, out);
	json_out_text(out, "outcome", outcome_name(t->outcome));
	json_out_number(out, "value", t->value);
	json_out_number(out, "stderr", t->stderr_);
	front_json_trial(s, t, out);
	json_out_text(out, "reason", t->reason);
	json_out_text(out, "origin", origin_name(t->origin));
	if (t->label)
		json_out_text(out, "label", t->label);
	if (t->added)
		json_out_u64(out, "added", t->added);
	if (m && monitor_control(s->spec, t->id))
		str_add(out, ",\"control\":true");
	str_addf(out, ",\"seen\":%llu", (unsigned long long)t->known_upto);
	lineage_json(&t->line, out);
	if (t->left) {
		json_out_key(out, "left");
		str_addc(out, '{');
		leaving_json(t->left, out);
		str_addc(out, '}');
	}
	if (t->code && *t->code)
		json_out_text(out, "code", t->code);
	thrift_json(&t->thrift, out);
	str_addc(out, ',');
	if (t->order)
		str_addf(out, "\"order\":%llu,", (unsigned long long)t->order);
	if (s->adaptive || spec_adapts_repeats(s->spec))
		add_observed(out, s, t);
	point_json(out, &s->spec->space, t->point);
	add_trial_runs(out, s, m, t);
	str_addf(out, ",\"crc\":\"%08x\"}",
	         crc32c(0, out->s + start, out->len - start));
}

/* What is said of it: a mean or a median, and the interval. */
static void add_worth(struct str *out, const struct worth *w)
{
	json_out_text(out, "of", w->median ? "median" : "mean");
	json_out_number(out, "value", w->value);
	json_out_number(out, "low", w->low);
	json_out_number(out, "high", w->high);
	json_out_number(out, "level", isnan(w->low) ? (double)NAN : w->level);
	json_out_bool(out, "selected", w->selected);
	if (w->items)
		json_out_bool(out, "items", true);
	json_out_number(out, "optimism", w->optimism);
}

static void add_phase(struct str *out, const struct verdict *v,
                      const struct candidate *c, enum phase phase)
{
	struct moments st = c->stat[phase];

	str_addf(out, ",\"%s\":{\"n\":%zu", phase_name(phase), st.n);
	json_out_number(out, "mean", st.n ? st.mean : (double)NAN);
	if (v->first_rules)
		json_out_number(out, "half_width", stat_half_width(st, v->level));
	else
		add_worth(out, &c->worth[phase]);
	str_addf(out, ",\"complete\":%s", c->complete[phase] ? "true" : "false");
	add_runs(out, c->runs[phase], c->n_runs[phase]);
	str_addc(out, '}');
}

static void add_candidate(struct str *out, const struct search *s,
                          const struct candidate *c)
{
	const struct verdict *v = &s->verdict;

	str_add(out, "{\"trial\":");
	if (c->key == VERDICT_DEFAULTS)
		str_add(out, "null");
	else
		str_addf(out, "%llu", (unsigned long long)c->key);
	str_addf(out, ",\"defaults\":%s,\"winner\":%s",
	         c->is_baseline ? "true" : "false",
	         !v->fronts && v->winner != SIZE_MAX && c == &v->candidates[v->winner]
	             ? "true"
	             : "false");
	str_add(out, ",\"params\":");
	space_json(&s->spec->space, c->trial.values, out);
	json_out_number(out, "search_value", c->search_value);
	front_json_candidate(v, c, out);
	add_phase(out, v, c, PHASE_RERUN);
	if (v->has_test)
		add_phase(out, v, c, PHASE_TEST);
	str_addc(out, '}');
}

static void add_uses(struct str *out, const struct verdict *v)
{
	json_out_key(out, "uses");
	str_addc(out, '[');
	for (size_t i = 0; i < v->n_uses; i++) {
		str_add(out, i ? ",{\"winner\":" : "{\"winner\":");
		if (v->uses[i].key == VERDICT_DEFAULTS)
			str_add(out, "null");
		else
			str_addf(out, "%llu", (unsigned long long)v->uses[i].key);
		test_use_json(&v->uses[i], out);
		str_addc(out, '}');
	}
	str_addc(out, ']');
}

/* Where the tests said something of items. */
static void add_items(struct str *out, const struct test_items *t)
{
	if (t->use == ITEMS_NONE)
		return;
	json_out_key(out, "test_items");
	str_addc(out, '{');
	json_out_text(out, "use", items_use_name(t->use));
	json_out_u64(out, "n", t->n);
	json_out_text(out, "why", *t->why ? t->why : NULL);
	json_out_u64(out, "again", t->again);
	json_out_u64(out, "unread", t->unread);
	str_addc(out, '}');
}

/* What was found, and how; today's rules. */
static void add_claim(struct str *out, const struct verdict *v)
{
	const struct claim *c = &v->claim;

	json_out_bool(out, "ignores_seed", v->ignores_seed);
	json_out_bool(out, "deterministic", v->deterministic);
	json_out_bool(out, "skewed", v->skewed);
	json_out_number(out, "promised", v->promised);
	json_out_u64(out, "looks", c->looks);
	json_out_number(out, "look_level", c->looks ? c->level : (double)NAN);
	json_out_bool(out, "hopeless", c->hopeless);
	json_out_bool(out, "by_failures", c->by_failures);
	json_out_u64(out, "ties", c->ties);
	json_out_number(out, "worst", v->gain.n && c->looks ? c->least : (double)NAN);
	json_out_u64(out, "winner_ok", c->one_ok);
	json_out_u64(out, "winner_runs", c->one_runs);
	json_out_u64(out, "defaults_ok", c->other_ok);
	json_out_u64(out, "defaults_runs", c->other_runs);
	json_out_number(out, "failures_p", c->looks ? c->failures_p : (double)NAN);
	json_out_number(out, "seeds_half_width", c->seeds_half);
	json_out_number(out, "items_half_width", c->items_half);
	add_items(out, &v->items);
	add_uses(out, v);
}

static void add_verification(struct str *out, const struct search *s)
{
	const struct verdict *v = &s->verdict;

	if (!v->wanted || !v->n) {
		str_add(out, ",\n\"verification\":null");
		return;
	}
	str_addf(out, ",\n\"verification\":{\"done\":%s", v->done ? "true" : "false");
	json_out_text(out, "answer", answer_name(v->answer));
	str_addf(out, ",\"on_test_data\":%s", v->has_test ? "true" : "false");
	str_addf(out, ",\"test_uses\":%llu", (unsigned long long)v->test_uses);
	json_out_number(out, "level", v->level);
	json_out_number(out, "better_by", v->gain.n ? v->gain.mean : (double)NAN);
	json_out_number(out, "half_width", v->gain_half);
	str_addf(out, ",\"pairs\":%zu,\"wins\":%zu", v->gain.n, v->wins);
	if (!v->first_rules)
		add_claim(out, v);
	add_metric(out, "test_metric",
	           v->has_test ? &v->test_metric : &(struct metric){0});
	str_add(out, ",\n\"candidates\":[\n");
	for (size_t i = 0; i < v->n; i++) {
		str_add(out, i ? ",\n" : "");
		add_candidate(out, s, &v->candidates[i]);
	}
	str_add(out, "]}");
}

static void add_warnings(struct str *out, const struct spec *sp)
{
	str_add(out, ",\n\"warnings\":[");
	for (size_t i = 0; i < sp->notices.n; i++) {
		str_add(out, i ? ",\n" : "");
		str_json(out, sp->notices.list[i].text,
		         strlen(sp->notices.list[i].text), false);
	}
	str_addc(out, ']');
}

/* What was taken from earlier searches. */
static void add_warm_start(struct str *out, const struct search *s)
{
	for (size_t i = 0; i < s->warm.n_sources; i++) {
		str_add(out, i ? ",\n{" : ",\n\"warm_start\":[\n{");
		warm_write(&s->warm, s->spec, i, out);
		str_addc(out, '}');
	}
	if (s->warm.n_sources)
		str_addc(out, ']');
}

static void add_early(struct piecewise *p, const struct search *s,
                      const struct monitor *m)
{
	if (!m)
		return;
	early_json(s, m, p->out);
	for (size_t i = 0; i < m->n_log; i++) {
		early_json_event(m, i, p->out);
		piecewise_flush(p, PIECE_BYTES);
	}
	str_add(p->out, "]}");
}

static void write_json(struct search *s, const struct monitor *m, struct piecewise *p)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	struct trial **order = search_rank(s, &s->scratch);
	struct str *out = p->out;

	str_addf(out, "{\"schema\":%d,\"hpsearch\":",
	         s->origin.first_rules ? 1 : RESULTS_SCHEMA);
	str_json(out, HPS_VERSION, strlen(HPS_VERSION), false);
	add_search(out, s);
	str_add(out, ",\n\"space\":");
	str_json(out, s->origin.yaml ? s->origin.yaml : "",
	         s->origin.yaml ? strlen(s->origin.yaml) : 0, false);
	add_metric(out, "metric", &s->spec->metric);
	front_json(s, order, out);
	str_add(out, ",\n\"trials\":[\n");
	for (size_t i = 0; i < s->n; i++) {
		str_add(out, i ? ",\n" : "");
		add_trial(out, s, m, order[i]);
		piecewise_flush(p, PIECE_BYTES);
	}
	str_addc(out, ']');
	add_early(p, s, m);
	add_warm_start(out, s);
	prospect_json(s, out);
	scaling_member(s, out);
	add_verification(out, s);
	add_warnings(out, s->spec);
	str_addf(out, ",\n\"check\":\"crc32c:%08x\"}\n",
	         crc32c(p->crc, out->s + p->start, out->len - p->start));
	piecewise_flush(p, 1);
	arena_rewind(&s->scratch, mark);
}

void results_json(struct search *s, const struct monitor *m, struct str *out)
{
	write_json(s, m, &(struct piecewise){.out = out, .start = out->len});
}

void results_csv(struct search *s, size_t top, struct str *out)
{
	csv_write(s, NULL, &(struct piecewise){.out = out, .top = top});
}

void results_trial(const struct search *s, const struct monitor *m,
                   const struct trial *t, struct str *out)
{
	add_trial(out, s, m, t);
	str_addc(out, '\n');
}

void results_top(struct search *s, const struct monitor *m, size_t top, struct str *out)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	struct trial **order = search_rank(s, &s->scratch);

	str_add(out, "[\n");
	for (size_t i = 0; i < s->n && i < top; i++) {
		str_add(out, i ? ",\n" : "");
		add_trial(out, s, m, order[i]);
	}
	str_add(out, "]\n");
	arena_rewind(&s->scratch, mark);
}

static bool write_file(struct search *s, const struct monitor *m, const char *name,
                       void (*write)(struct search *s, const struct monitor *m,
                                     struct piecewise *p),
                       struct error *err)
{
	struct str piece = {0};
	struct file_new file;
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", s->dir, name);
	if (!file_begin(&file, path, s->disk, err))
		return false;
	write(s, m, &(struct piecewise){.out = &piece, .file = &file});
	str_free(&piece);
	return file_commit(&file, err);
}

bool results_write(struct search *s, const struct monitor *m, struct error *err)
{
	return write_file(s, m, "results.json", write_json, err) &&
	       write_file(s, m, "results.csv", csv_write, err);
}
