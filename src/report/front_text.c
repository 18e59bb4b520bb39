#include "report/front_text.h"
#include "report/text.h"
#include "search/standing.h"

#include <math.h>

void front_values(const struct search *s, const struct trial *t, struct str *out)
{
	for (size_t k = 0; t->criteria && k < s->spec->n_objectives; k++) {
		str_add(out, k ? ", " : "");
		text_clean(out, s->spec->criteria[k].name);
		str_addc(out, ' ');
		text_number(out, t->criteria[k]);
	}
}

void front_beyond(const struct search *s, const struct trial *t, struct str *out)
{
	bool any = false;

	for (size_t i = 0; t->criteria && i < s->spec->n_limits; i++) {
		const struct limit *l = &s->spec->limits[i];

		if (!(trial_excess(l, t) > 0))
			continue;
		str_add(out, any ? ", " : "");
		text_clean(out, l->text);
		any = true;
	}
}

static void add_line(const struct search *s, const struct trial *t, const char *what,
                     const char *name, struct str *out)
{
	str_addf(out, "  trial %llu, %s", (unsigned long long)t->id, what);
	if (name)
		text_clean(out, name);
	str_add(out, ": ");
	front_values(s, t, out);
	str_addc(out, '\n');
}

static void add_front(struct search *s, struct trial *const *order, struct str *out)
{
	size_t n = standing_front(s->spec, order, s->n);
	double volume = standing_volume(s->spec, order, s->n);

	if (!n)
		return;
	str_add(out, "front: ");
	str_count(out, n, "trial");
	str_add(out, ", which no other one beats (is as good in every objective and "
	             "better in one)");
	if (isfinite(volume))
		str_addf(out,
		         "; of the box between the worst and the best value of each "
		         "objective %.0f %% is dominated",
		         100 * volume);
	str_addc(out, '\n');
	add_line(s, order[0],
	         n > 1 ? "the knee, nearest to the best of each" : "best in each", NULL,
	         out);
	for (size_t k = 0; n > 1 && k < s->spec->n_objectives; k++)
		add_line(s, standing_extreme(s->spec, order, n, k), "best ",
		         s->spec->criteria[k].name, out);
}

static void add_nearest(const struct search *s, const struct trial *t, struct str *out)
{
	str_addf(out, "; trial %llu comes nearest, beyond ", (unsigned long long)t->id);
	front_beyond(s, t, out);
	for (size_t i = 0; i < s->spec->n_limits; i++)
		if (trial_excess(&s->spec->limits[i], t) > 0) {
			str_add(out, " with ");
			text_clean(out, s->spec->limits[i].name);
			str_addc(out, ' ');
			text_number(out, t->criteria[s->spec->limits[i].criterion]);
		}
}

static void add_limits(const struct search *s, struct trial *const *order,
                       struct str *out)
{
	size_t ranked = 0, held = 0;

	for (size_t i = 0; i < s->n && order[i]->rank; i++) {
		ranked++;
		held += !(order[i]->violation > 0);
	}
	if (!s->spec->n_limits || !ranked)
		return;
	str_add(out, "limits: ");
	if (held)
		str_addf(out, "%zu of %zu trial%s %s ", held, ranked,
		         str_plural(ranked), held == 1 ? "holds" : "hold");
	else
		str_addf(out, "none of %zu trial%s holds ", ranked, str_plural(ranked));
	for (size_t i = 0; i < s->spec->n_limits; i++) {
		str_add(out, i ? ", " : "");
		text_clean(out, s->spec->limits[i].text);
	}
	if (!held)
		add_nearest(s, order[0], out);
	str_addc(out, '\n');
}

void front_report(struct search *s, struct str *out)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	struct trial **order;

	if (!s->spec->n_criteria)
		return;
	order = search_rank(s, &s->scratch);
	add_limits(s, order, out);
	add_front(s, order, out);
	arena_rewind(&s->scratch, mark);
}

void front_trial(const struct search *s, const struct trial *t, struct str *out)
{
	const struct spec *sp = s->spec;

	for (size_t k = 0; t->criteria && k < sp->n_criteria; k++) {
		double half = t->criteria[sp->n_criteria + k];

		str_add(out, "  ");
		text_clean(out, sp->criteria[k].name);
		str_addc(out, ' ');
		text_number(out, t->criteria[k]);
		if (isfinite(half))
			str_addf(out, " ± %.2g (standard error)", half);
		if (sp->criteria[k].objective)
			str_addf(out, ", to %s", goal_name(sp->criteria[k].goal));
		for (size_t i = 0; i < sp->n_limits; i++) {
			const struct limit *l = &sp->limits[i];

			if (l->criterion != k)
				continue;
			str_add(out, trial_excess(l, t) > 0 ? ", beyond " : ", holds ");
			text_clean(out, l->text);
		}
		str_addc(out, '\n');
	}
}

void front_plan(const struct spec *s, struct str *out)
{
	for (size_t k = 0; s->n_objectives > 1 && k < s->n_objectives; k++) {
		str_add(out, k ? "             " : "objectives   ");
		text_clean(out, s->criteria[k].name);
		str_addf(out, ", %s, the last of a run\n",
		         goal_name(s->criteria[k].goal));
	}
	for (size_t i = 0; i < s->n_limits; i++) {
		str_add(out, i ? "             " : "limits       ");
		text_clean(out, s->limits[i].text);
		str_addc(out, '\n');
	}
}
