#include "report/schedule_text.h"
#include "base/json_out.h"
#include "report/configuration.h"
#include "report/text.h"
#include "search/lineage.h"

#include <math.h>
#include <string.h>

typedef const struct trial *const *chain;

static bool is_change(chain c, size_t k, size_t i)
{
	const struct value *was = k ? c[k - 1]->values[i] : NULL,
			   *now = c[k]->values[i];

	return !k || (!was != !now) || (was && !value_equal(was, now));
}

static void add_value(const struct value *v, struct str *out)
{
	if (v)
		value_json(v, out, true);
	else
		str_add(out, "null");
}

/* [[0,0.1],[10,0.05]] */
static void add_steps(const struct search *s, chain c, size_t n, size_t i,
                      const char *blank, struct str *out)
{
	const char *comma = "";

	str_addc(out, '[');
	for (size_t k = 0; k < n; k++) {
		if (!is_change(c, k, i))
			continue;
		str_addf(out, "%s[", comma);
		str_double(out, lineage_begin(s->spec, c[k]));
		str_addf(out, ",%s", blank);
		add_value(c[k]->values[i], out);
		str_addc(out, ']');
		comma = *blank ? ", " : ",";
	}
	str_addc(out, ']');
}

static void add_interval(const struct search *s, const struct trial *t, struct str *out)
{
	str_addc(out, '{');
	json_out_u64(out, "trial", t->id);
	json_out_u64(out, "member", t->line.member);
	json_out_double(out, "from", lineage_begin(s->spec, t));
	json_out_double(out, "to", lineage_end(s->spec, t));
	json_out_number(out, "value", t->value);
	json_out_key(out, "params");
	space_json(&s->spec->space, t->values, out);
	str_addc(out, '}');
}

static void add_head(const struct search *s, const struct trial *t, struct str *out)
{
	json_out_u64(out, "trial", t->id);
	json_out_text(out, "metric", s->spec->metric.name);
	json_out_number(out, "value", t->value);
	json_out_double(out, "steps", lineage_end(s->spec, t));
}

void schedule_json(const struct search *s, const struct trial *t, struct str *out)
{
	const struct space *sp = &s->spec->space;
	struct arena a = {0};
	size_t n;
	chain c = lineage_of(s, t, &a, &n);

	str_addc(out, '{');
	add_head(s, t, out);
	json_out_key(out, "parameters");
	str_addc(out, '{');
	for (size_t i = 0; i < sp->n; i++) {
		json_out_key(out, sp->params[i].name);
		add_steps(s, c, n, i, "", out);
	}
	str_addc(out, '}');
	json_out_key(out, "intervals");
	for (size_t k = 0; k < n; k++) {
		str_addc(out, k ? ',' : '[');
		add_interval(s, c[k], out);
	}
	str_add(out, "]}\n");
	arena_free(&a);
}

/* What a line holds is JSON, which is YAML too. */
void schedule_yaml(const struct search *s, const struct trial *t, struct str *out)
{
	const struct space *sp = &s->spec->space;
	struct arena a = {0};
	size_t n;
	chain c = lineage_of(s, t, &a, &n);

	str_addf(out, "trial: %llu\nmetric: ", (unsigned long long)t->id);
	str_json(out, s->spec->metric.name, strlen(s->spec->metric.name), false);
	str_add(out, "\nvalue: ");
	if (isfinite(t->value))
		str_double(out, t->value);
	else
		str_add(out, "null");
	str_add(out, "\nsteps: ");
	str_double(out, lineage_end(s->spec, t));
	str_add(out, "\nparameters:\n");
	for (size_t i = 0; i < sp->n; i++) {
		str_add(out, "  ");
		config_yaml_key(sp->params[i].name, out);
		str_add(out, ": ");
		add_steps(s, c, n, i, " ", out);
		str_addc(out, '\n');
	}
	str_add(out, "intervals:\n");
	for (size_t k = 0; k < n; k++) {
		str_add(out, "- ");
		add_interval(s, c[k], out);
		str_addc(out, '\n');
	}
	arena_free(&a);
}

void schedule_place(const struct search *s, const struct trial *t, struct str *out)
{
	const struct trial *from;

	if (!t->line.is)
		return;
	str_addf(out, "member %llu, steps %g to %g", (unsigned long long)t->line.member,
	         lineage_begin(s->spec, t), lineage_end(s->spec, t));
	if (!t->line.goes_on)
		return;
	from = s->trials[t->line.from];
	str_addf(out, ", on from trial %llu", (unsigned long long)from->id);
	if (from->line.member != t->line.member)
		str_addf(out, " of member %llu", (unsigned long long)from->line.member);
}

/* "trial 7 (loss 0.4)" */
static void add_trial(const struct search *s, const struct trial *t, struct str *out)
{
	str_addf(out, "trial %llu (", (unsigned long long)t->id);
	if (t->outcome == OUTCOME_OK) {
		text_clean(out, s->spec->metric.name);
		str_addc(out, ' ');
		text_number(out, t->value);
	} else {
		str_add(out, outcome_name(t->outcome));
	}
	str_addc(out, ')');
}

static void add_moves(const struct search *s, const struct trial *t, struct str *out)
{
	const struct space *sp = &s->spec->space;
	const struct population p = lineage_population(s->spec);
	struct arena a = {0};
	struct coord *again = arena_new(&a, sp->n, sizeof *again);
	enum pbt_move *moves = arena_new(&a, sp->n, sizeof *moves);
	const struct trial *from = s->trials[t->line.from];

	pbt_explore(&p, sp, s->spec->seed, t->id, &s->known[from->id], again, moves);
	for (size_t i = 0; i < sp->n; i++) {
		const struct value *was = from->values[i], *now = t->values[i];

		if (moves[i] == PBT_KEPT || !now)
			continue;
		str_add(out, "    ");
		text_clean(out, sp->params[i].name);
		str_addc(out, ' ');
		if (was)
			value_text(was, out);
		else
			str_add(out, "(not active)");
		str_add(out, " -> ");
		value_text(now, out);
		str_add(out, moves[i] == PBT_RESAMPLED ? ", drawn afresh\n"
		             : sp->params[i].dist == DIST_CATEGORICAL
		                 ? ", a neighbour in the list\n"
		                 : ", multiplied\n");
	}
	arena_free(&a);
}

static void add_decision(const struct study *st, const struct trial *t,
                         const struct pbt_step *d, struct str *out)
{
	const struct search *s = &st->search;
	double step = lineage_begin(s->spec, t);

	str_addf(out, "  %zu member%s known to have come to step %g; ", d->known,
	         d->known == 1 ? " was" : "s were", step);
	add_trial(s, s->trials[d->own], out);
	str_addf(out, " had place %zu\n", d->place);
	if (d->how == PBT_GO_ON) {
		if (d->cut)
			str_addf(out,
			         "  the last %zu of them copy one of the first %zu: it "
			         "is none of them and goes on by itself\n",
			         d->cut, d->cut);
		else
			str_add(out, "  too few to copy: it goes on by itself\n");
		return;
	}
	if (d->failed)
		str_add(out, "  it left nothing to go on from, so it copies ");
	else
		str_addf(out,
		         "  the last %zu of them copy one of the first %zu: it copies ",
		         d->cut, d->cut);
	add_trial(s, s->trials[d->from], out);
	str_addf(out, " of member %llu, and its parameters change\n",
	         (unsigned long long)s->trials[d->from]->line.member);
	add_moves(s, t, out);
}

void schedule_why(const struct study *st, const struct trial *t, struct str *out)
{
	const struct search *s = &st->search;
	const struct population p = lineage_population(s->spec);
	const struct history h = {
	    .trials = s->known, .n = s->n, .known_upto = t->known_upto};
	struct pbt_step d;
	const char *why;

	if (pbt_decide(&p, s->spec->seed, &h, t->id, &d, &why) != ASK_POINT)
		return;
	str_addf(out, "  interval %llu of member %llu: steps %g to %g\n",
	         (unsigned long long)t->interval + 1,
	         (unsigned long long)t->line.member, lineage_begin(s->spec, t),
	         lineage_end(s->spec, t));
	if (d.how == PBT_BEGIN)
		str_add(out, "  a member begins with an independent draw\n");
	else
		add_decision(st, t, &d, out);
}
