#include "record/front_json.h"
#include "base/json_out.h"
#include "search/standing.h"

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
