#include "record/recheck_json.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/json_out.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HISTORY_MAX = 1 << 26 };

static void add_claim(struct str *out, const char *key, const struct claim *c)
{
	json_out_key(out, key);
	if (!c->looks && c->answer == ANSWER_NONE) {
		str_add(out, "null");
		return;
	}
	str_addc(out, '{');
	json_out_text(out, "answer", answer_name(c->answer));
	json_out_number(out, "gain", c->gain.n ? c->gain.mean : (double)NAN);
	json_out_number(out, "half_width", c->half);
	json_out_u64(out, "pairs", c->gain.n);
	json_out_u64(out, "ok", c->one_ok);
	json_out_u64(out, "other_ok", c->other_ok);
	json_out_u64(out, "runs", c->one_runs);
	str_addc(out, '}');
}

static void add_configuration(struct str *out, const struct rechecked *x, size_t t)
{
	const struct search *s = x->search;
	const struct purpose_was *w = &s->purpose.was[t];

	str_addc(out, '{');
	if (w->trial == UINT64_MAX)
		json_out_text(out, "trial", NULL);
	else
		json_out_u64(out, "trial", w->trial);
	json_out_text(out, "role",
	              t == 0                          ? "winner"
	              : t == 1 && s->purpose.defaults ? "defaults"
	                                              : "other");
	json_out_key(out, "params");
	space_json(&s->spec->space, s->trials[t]->values, out);
	json_out_number(out, "then", w->value);
	json_out_number(out, "now", x->now[t].n ? x->now[t].mean : (double)NAN);
	json_out_number(out, "half_width", stat_half_width(x->now[t], 0.95));
	json_out_u64(out, "runs", x->now[t].n + x->failed[t]);
	json_out_u64(out, "failed", x->failed[t]);
	if (t >= x->first_other)
		add_claim(out, "against_winner", &x->others[t - x->first_other]);
	str_addc(out, '}');
}

static void add_change(struct str *out, const char *key, const char *then,
                       const char *now)
{
	json_out_key(out, key);
	str_addc(out, '{');
	json_out_text(out, "then", then);
	json_out_text(out, "now", now);
	str_addc(out, '}');
}

static void add_environment(struct str *out, const struct search *s)
{
	const struct purpose *p = &s->purpose;

	json_out_key(out, "environment");
	str_addc(out, '{');
	add_change(out, "host", p->host, s->origin.host);
	add_change(out, "git", p->git, s->origin.git);
	add_change(out, "code", p->code, s->code);
	str_addc(out, '}');
}

static void add_drift(struct str *out, const struct rechecked *x)
{
	const struct recheck_drift *d = &x->drift;

	json_out_key(out, "drift");
	str_addc(out, '{');
	json_out_u64(out, "pairs", d->n);
	json_out_bool(out, "exact", d->n && d->exact);
	json_out_number(out, "mean", d->n ? d->mean : (double)NAN);
	json_out_number(out, "low", d->n ? d->low : (double)NAN);
	json_out_number(out, "high", d->n ? d->high : (double)NAN);
	json_out_bool(out, "drifted", x->drifted);
	str_addc(out, '}');
}

void recheck_json(const struct rechecked *x, struct str *out)
{
	const struct search *s = x->search;
	char iso[32];

	str_add(out, "{\"schema\":1");
	json_out_text(out, "hpsearch", HPS_VERSION);
	json_out_text(out, "what", purpose_name(PURPOSE_RECHECK));
	json_out_u64(out, "number", s->purpose.number);
	json_out_text(out, "of", s->purpose.of);
	json_out_text(out, "begun", clock_iso(s->origin.started, iso));
	json_out_text(out, "answer", recheck_answer_name(x->answer));
	json_out_text(out, "why", s->why);
	json_out_text(out, "metric", s->spec->metric.name);
	json_out_text(out, "goal", goal_name(s->spec->metric.goal));
	json_out_bool(out, "data_changed", s->purpose.data_changed);
	json_out_bool(out, "on_test_data", s->purpose.test);
	json_out_bool(out, "was_better", s->purpose.was_better);
	json_out_bool(out, "seed_matters", !x->seedless);
	add_environment(out, s);
	if (x->answer != RECHECK_FAILS) {
		add_drift(out, x);
		add_claim(out, "better_than_defaults", &x->better);
		if (x->best_other)
			json_out_u64(out, "better_now",
			             s->purpose.was[x->best_other].trial);
	}
	json_out_key(out, "configurations");
	str_addc(out, '[');
	for (size_t t = 0; t < s->n && x->others; t++) {
		str_add(out, t ? "," : "");
		add_configuration(out, x, t);
	}
	str_add(out, "]}\n");
}

static bool has_number(const char *text, uint64_t number)
{
	bool found = false;

	for (const char *line = text; *line && !found;) {
		size_t n = strcspn(line, "\n");
		cJSON *json = json_parse(line, n);
		uint64_t was = 0;

		found = json && json_u64(json, "number", &was) && was == number;
		cJSON_Delete(json);
		line += n + (line[n] == '\n');
	}
	return found;
}

/* Lines that somebody else has put there are kept as they are. */
static bool add_to_history(const struct rechecked *x, const char *path,
                           const struct str *line, struct error *err)
{
	struct arena a = {0};
	struct str all = {0};
	struct error none;
	char *was = NULL;
	size_t len = 0;
	bool ok = true;

	if (file_read(path, HISTORY_MAX, &a, &was, &len, &none))
		str_addn(&all, was, len);
	if (!has_number(str_text(&all), x->search->purpose.number)) {
		if (all.len && all.s[all.len - 1] != '\n')
			str_addc(&all, '\n');
		str_add(&all, line->s);
		ok = file_replace(path, x->search->disk, str_text(&all), all.len, err);
	}
	str_free(&all);
	arena_free(&a);
	return ok;
}

bool recheck_write(const struct rechecked *x, const char *history, struct error *err)
{
	struct str out = {0};
	char path[4096];
	bool ok;

	recheck_json(x, &out);
	snprintf(path, sizeof path, "%s/recheck.json", x->search->dir);
	ok = file_replace(path, x->search->disk, str_text(&out), out.len, err) &&
	     (!history || x->answer == RECHECK_OPEN ||
	      add_to_history(x, history, &out, err));
	str_free(&out);
	return ok;
}
