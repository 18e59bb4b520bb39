#include "record/front_json.h"
#include "base/json_out.h"
#include "search/standing.h"

#include <math.h>
#include <string.h>

static void add_objectives(const struct spec *sp, struct str *out)
{
	str_add(out, ",\n\"objectives\":[");
	for (size_t k = 0; k < sp->n_objectives; k++) {
		const struct criterion *c = &sp->criteria[k];

		str_add(out, k ? ",{\"name\":" : "{\"name\":");
		str_json(out, c->name, strlen(c->name), false);
		json_out_text(out, "goal", goal_name(c->goal));
		str_addc(out, '}');
	}
	str_addc(out, ']');
}

static void add_limits(const struct spec *sp, struct str *out)
{
	str_add(out, ",\n\"limits\":[");
	for (size_t i = 0; i < sp->n_limits; i++) {
		str_add(out, i ? "," : "");
		str_json(out, sp->limits[i].text, strlen(sp->limits[i].text), false);
	}
	str_addc(out, ']');
}

static void add_id(struct str *out, const char *before, const struct trial *t)
{
	str_addf(out, "%s%llu", before, (unsigned long long)t->id);
}

static void add_front(const struct search *s, struct trial *const *order,
                      struct str *out)
{
	size_t n = standing_front(s->spec, order, s->n);

	str_add(out, ",\n\"front\":{\"trials\":[");
	for (size_t i = 0; i < n; i++)
		add_id(out, i ? "," : "", order[i]);
	str_addc(out, ']');
	if (n) {
		add_id(out, ",\"knee\":", order[0]);
		str_add(out, ",\"best\":[");
		for (size_t k = 0; k < s->spec->n_objectives; k++)
			add_id(out, k ? "," : "",
			       standing_extreme(s->spec, order, n, k));
		str_addc(out, ']');
	}
	json_out_number(out, "volume", standing_volume(s->spec, order, s->n));
	str_addc(out, '}');
}

void front_json(const struct search *s, struct trial *const *order, struct str *out)
{
	if (s->spec->n_objectives > 1)
		add_objectives(s->spec, out);
	if (s->spec->n_limits)
		add_limits(s->spec, out);
	if (s->spec->n_objectives > 1)
		add_front(s, order, out);
}

void front_json_trial(const struct search *s, const struct trial *t, struct str *out)
{
	const struct spec *sp = s->spec;

	if (!t->criteria || !t->rank)
		return;
	if (t->front)
		json_out_u64(out, "front", t->front);
	if (sp->n_limits)
		json_out_number(out, "violation", t->violation);
	json_out_key(out, "criteria");
	str_addc(out, '{');
	for (size_t k = 0; k < sp->n_criteria; k++) {
		str_add(out, k ? "," : "");
		str_json(out, sp->criteria[k].name, strlen(sp->criteria[k].name),
		         false);
		str_add(out, ":{\"value\":");
		str_double(out, t->criteria[k]);
		json_out_number(out, "stderr", t->criteria[sp->n_criteria + k]);
		str_addc(out, '}');
	}
	str_addc(out, '}');
}

static void add_facet(const struct facet *f, const char *key, struct str *out)
{
	const struct worth *w = &f->worth;

	json_out_key(out, key);
	str_addf(out, "{\"n\":%zu", f->stat.n);
	json_out_text(out, "of", w->median ? "median" : "mean");
	json_out_number(out, "value", f->stat.n ? w->value : (double)NAN);
	json_out_number(out, "low", w->low);
	json_out_number(out, "high", w->high);
	json_out_number(out, "level", isnan(w->low) ? (double)NAN : w->level);
	str_addc(out, '}');
}

static void add_claim(const struct claim *c, struct str *out)
{
	json_out_key(out, "better");
	str_addf(out, "{\"pairs\":%zu,\"wins\":%zu", c->gain.n, c->wins);
	json_out_text(out, "answer", answer_name(c->answer));
	json_out_number(out, "by", c->gain.n ? c->gain.mean : (double)NAN);
	json_out_number(out, "half_width", c->half);
	json_out_u64(out, "looks", c->looks);
	json_out_bool(out, "by_failures", c->by_failures);
	json_out_bool(out, "hopeless", c->hopeless);
	str_addc(out, '}');
}

static void add_criterion(const struct verdict *v, const struct candidate *c, size_t k,
                          struct str *out)
{
	const char *name = v->by->criteria[k].name;

	str_add(out, k ? "," : "");
	str_json(out, name, strlen(name), false);
	str_addf(out, ":{\"objective\":%s",
	         v->by->criteria[k].objective ? "true" : "false");
	json_out_number(out, "search",
	                c->trial.criteria ? c->trial.criteria[k] : (double)NAN);
	add_facet(&c->facets[PHASE_RERUN][k], "rerun", out);
	if (v->has_test && v->fronts && k < v->by->n_objectives)
		add_facet(&c->facets[PHASE_TEST][k], "test", out);
	if (v->fronts && k < v->by->n_objectives && !c->is_baseline &&
	    v->baseline != SIZE_MAX)
		add_claim(&c->claims[k], out);
	str_addc(out, '}');
}

static void add_holding(const struct limit *l, const struct holding *h, struct str *out)
{
	str_add(out, "{\"limit\":");
	str_json(out, l->text, strlen(l->text), false);
	json_out_u64(out, "runs", h->n);
	json_out_u64(out, "held", h->held);
	json_out_number(out, "mean", h->mean);
	json_out_number(out, "half_width", h->half);
	json_out_text(out, "answer", answer_name(h->answer));
	str_addc(out, '}');
}

void front_json_candidate(const struct verdict *v, const struct candidate *c,
                          struct str *out)
{
	if (!v->by)
		return;
	if (c->role)
		json_out_text(out, "role", c->role);
	json_out_key(out, "criteria");
	str_addc(out, '{');
	for (size_t k = 0; k < v->by->n_criteria; k++)
		add_criterion(v, c, k, out);
	str_addc(out, '}');
	if (!v->by->n_limits)
		return;
	json_out_key(out, "limits");
	for (size_t i = 0; i < v->by->n_limits; i++) {
		str_addc(out, i ? ',' : '[');
		add_holding(&v->by->limits[i], &c->holdings[i], out);
	}
	str_addc(out, ']');
}
