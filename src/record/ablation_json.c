#include "record/ablation_json.h"
#include "base/json_out.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_names(struct str *out, const char *key, const struct ablated *a,
                      uint64_t mask)
{
	const struct space *sp = a->changes.space;
	bool first = true;

	json_out_key(out, key);
	str_addc(out, '[');
	for (size_t i = 0; i < a->changes.n; i++)
		for (size_t k = 0; mask >> i & 1 && k < a->changes.list[i].n; k++) {
			const char *name =
			    sp->params[a->changes.list[i].params[k]].name;

			str_add(out, first ? "" : ",");
			str_json(out, name, strlen(name), false);
			first = false;
		}
	str_addc(out, ']');
}

static void add_params(struct str *out, struct ablated *a, uint64_t mask)
{
	json_out_key(out, "params");
	space_json(a->changes.space, ablated_values(a, mask), out);
}

/* gain: by how much the one with the change is better; interval: of all steps of the
 * path together. */
static void add_claim(struct str *out, const char *key, const struct claim *c,
                      double less)
{
	json_out_number(out, key, c->gain.n ? less + c->gain.mean : (double)NAN);
	json_out_number(out, "half_width", c->half);
	json_out_u64(out, "pairs", c->gain.n);
	json_out_u64(out, "with_ok", c->one_ok);
	json_out_u64(out, "without_ok", c->other_ok);
	json_out_u64(out, "runs", c->one_runs);
}

static const char *step_word(const struct claim *c)
{
	switch (c->answer) {
	case ANSWER_YES: return "matters";
	case ANSWER_NO:
	case ANSWER_CANNOT_TELL:
		return ablation_harms(c) ? "harms" : "nothing measured";
	case ANSWER_NONE:
	case ANSWER_NO_BASELINE:
	case ANSWER_FAILED: break;
	}
	return "not decided";
}

static void add_path(struct str *out, const char *key, struct ablated *a,
                     const struct ablation_path *p)
{
	json_out_key(out, key);
	str_addc(out, '[');
	for (size_t k = 0; k < p->n; k++) {
		const struct ablation_step *s = &p->steps[k];

		str_add(out, k ? ",\n{" : "\n{");
		add_names(out, "moved", a, s->moved);
		json_out_bool(out, "merged", ablated_count(s->moved) > 1);
		add_claim(out, "gain", &s->claim, 0);
		json_out_text(out, "answer", step_word(&s->claim));
		add_params(out, a, s->mask);
		str_addc(out, '}');
	}
	str_addc(out, ']');
}

static void add_simplest(struct str *out, struct ablated *a)
{
	const struct ablation *x = &a->ablation;
	bool winner = x->simplest == ablation_all(a->plan.n);

	str_add(out, ",\n\"simplest\":{");
	json_out_bool(out, "winner", winner);
	json_out_u64(out, "changes", ablated_count(x->simplest));
	json_out_number(out, "worse_by",
	                winner             ? 0
	                : x->within.gain.n ? x->margin - x->within.gain.mean
	                                   : (double)NAN);
	json_out_number(out, "at_most",
	                winner ? 0 : x->margin - x->within.gain.mean + x->within.half);
	json_out_u64(out, "pairs", x->within.gain.n);
	add_params(out, a, x->simplest);
	str_addc(out, '}');
}

static void add_configurations(struct str *out, const struct ablated *a)
{
	const struct search *s = a->search;
	const struct verdict *v = &s->verdict;

	str_add(out, ",\n\"configurations\":[");
	for (size_t t = 0; t < s->n; t++) {
		bool first = true;

		str_add(out, t ? ",\n{" : "\n{");
		json_out_u64(out, "id", t);
		json_out_key(out, "params");
		space_json(&s->spec->space, s->trials[t]->values, out);
		str_add(out, ",\"runs\":[");
		for (size_t i = 0; i < v->n_runs; i++) {
			const struct run *r = &v->runs[i]->run;

			if (v->runs[i]->key != t || r->state != RUN_FINISHED)
				continue;
			str_add(out, first ? "{" : ",{");
			first = false;
			json_out_u64(out, "row", v->runs[i]->index);
			json_out_u64(out, "seed", r->seed);
			json_out_text(out, "outcome", outcome_name(r->outcome));
			json_out_number(out, "value", r->value);
			json_out_double(out, "wall", r->wall);
			if (r->reason)
				json_out_text(out, "reason", r->reason);
			str_addc(out, '}');
		}
		str_add(out, "]}");
	}
	str_addc(out, ']');
}

void ablation_json(struct ablated *a, struct str *out)
{
	static const char *const states[] = {[ABLATION_MORE] = "unfinished",
	                                     [ABLATION_DONE] = "done",
	                                     [ABLATION_FAILED] = "winner fails"};
	const struct search *s = a->search;
	const struct ablation *x = &a->ablation;

	str_add(out, "{\"schema\":1");
	json_out_text(out, "hpsearch", HPS_VERSION);
	json_out_text(out, "what", purpose_name(PURPOSE_ABLATION));
	json_out_text(out, "of", s->purpose.of);
	json_out_u64(out, "winner", s->purpose.winner);
	json_out_text(out, "state", states[x->state]);
	json_out_text(out, "why", s->why);
	json_out_text(out, "metric", s->spec->metric.name);
	json_out_text(out, "goal", goal_name(s->spec->metric.goal));
	json_out_text(out, "host", s->origin.host);
	json_out_text(out, "git", s->origin.git);
	json_out_text(out, "code", s->code);
	json_out_u64(out, "changes", a->changes.n);
	json_out_bool(out, "seed_matters", !x->exact);
	json_out_number(out, "noise", x->noise);
	json_out_number(out, "margin", x->margin);
	json_out_bool(out, "margin_given", !isnan(a->plan.margin));
	add_names(out, "matter", a, x->matters);
	add_names(out, "idle", a, x->idle);
	add_path(out, "back", a, &x->back);
	add_path(out, "forward", a, &x->forward);
	add_simplest(out, a);
	add_configurations(out, a);
	str_add(out, "}\n");
}

bool ablation_write(struct ablated *a, struct error *err)
{
	struct str out = {0};
	char path[4096];
	bool ok;

	snprintf(path, sizeof path, "%s/ablation.json", a->search->dir);
	ablation_json(a, &out);
	ok = file_replace(path, a->search->disk, out.s, out.len, err);
	str_free(&out);
	return ok;
}
