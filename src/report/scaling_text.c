#include "report/scaling_text.h"
#include "report/table.h"
#include "report/text.h"

#include <math.h>

enum { SIZES_SHOWN = 6 };

static const double two_sided = 1.6448536269514722; /* of a normal, 90 % */

static void add_sizes(const struct scaling *s, size_t place, struct str *out)
{
	for (size_t i = 0; i < s->n_sizes; i++)
		str_addf(out, "%s%.4g", i ? ", " : "", s->size[place * s->n_sizes + i]);
}

static void add_target(const struct scaling *s, struct str *out)
{
	for (size_t i = 0; i < s->n_sizes; i++)
		str_addf(out, "%s%s %.6g", i ? ", " : "", s->names[i], s->target[i]);
}

/* The first ones and the last ones of many sizes. */
static bool is_shown(const struct scaling *s, size_t place)
{
	return s->places <= SIZES_SHOWN || place < SIZES_SHOWN / 2 ||
	       place + SIZES_SHOWN / 2 >= s->places;
}

static void add_exponents(const struct scaling *s, const struct scaling_param *r,
                          struct str *out)
{
	for (size_t i = 0; i < s->n_sizes; i++)
		str_addf(out, "%s%+.2f ± %.2f", i ? ", " : "", r->trend.coef[1 + i],
		         two_sided * r->trend.se[1 + i]);
}

static void add_row(struct table *t, const struct scaling *s,
                    const struct scaling_param *r)
{
	bool known = r->number && isfinite(r->at);

	table_cell(t, s->space->params[r->param].name);
	for (size_t k = 0; k < s->places; k++) {
		if (!is_shown(s, k))
			continue;
		if (known)
			str_addf(&t->scratch, "%.3g",
			         r->log ? exp(r->mean[k]) : r->mean[k]);
		table_take(t);
	}
	if (known)
		add_exponents(s, r, &t->scratch);
	table_take(t);
	if (known)
		str_addf(&t->scratch, "%.3g", r->at);
	else if (r->choice)
		value_text(r->choice, &t->scratch);
	table_take(t);
	if (known)
		str_addf(&t->scratch, "%.3g … %.3g", r->low, r->high);
	table_take(t);
}

static void add_table(const struct scaling *s, struct str *out)
{
	enum align align[SIZES_SHOWN + 4] = {ALIGN_LEFT};
	size_t shown = s->places < SIZES_SHOWN ? s->places : SIZES_SHOWN;
	const char *header[SIZES_SHOWN + 4] = {"parameter"};
	struct arena a = {0};
	struct table t;
	size_t c = 1;

	for (size_t k = 0; k < s->places; k++) {
		struct str text = {0};

		if (!is_shown(s, k))
			continue;
		add_sizes(s, k, &text);
		align[c] = ALIGN_RIGHT;
		header[c++] = arena_strdup(&a, str_text(&text));
		str_free(&text);
	}
	align[c] = ALIGN_LEFT;
	header[c++] = "exponent (90 %)";
	align[c] = ALIGN_RIGHT;
	header[c++] = "target";
	align[c] = ALIGN_LEFT;
	header[c++] = "(90 %)";
	table_init(&t, shown + 4, align);
	for (size_t i = 0; i < c; i++)
		table_cell(&t, header[i]);
	for (size_t i = 0; i < s->n; i++)
		add_row(&t, s, &s->list[i]);
	table_print(&t, NULL, "  ", out);
	table_free(&t);
	arena_free(&a);
}

static void add_trust(const struct scaling *s, struct str *out)
{
	size_t good = 0;

	for (size_t i = 0; i < s->n; i++)
		good += !s->list[i].why;
	if (good) {
		str_add(out, "to be trusted, as far as a straight line goes on: ");
		for (size_t i = 0, k = 0; i < s->n; i++)
			if (!s->list[i].why)
				str_addf(out, "%s%s", k++ ? ", " : "",
				         s->space->params[s->list[i].param].name);
		str_addc(out, '\n');
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].why)
			str_addf(out, "not to be trusted: %s: %s\n",
			         s->space->params[s->list[i].param].name,
			         s->list[i].why);
}

void scaling_text(const struct scaling *s, struct str *out)
{
	size_t trials = 0;

	for (size_t k = 0; k < s->places; k++)
		trials += s->trials[k];
	str_add(out, "scale: the best values over ");
	for (size_t i = 0; i < s->n_sizes; i++)
		str_addf(out, "%s%s", i ? ", " : "", s->names[i]);
	str_add(out, ", to ");
	add_target(s, out);
	str_add(out, ", from ");
	str_count(out, trials, "trial");
	str_addf(out, " at %zu sizes", s->places);
	if (s->left_out)
		str_addf(out, " (%zu others do not fit, or are alone at their size)",
		         s->left_out);
	str_addf(out, "; %zu trials are near enough to the best to count:\n", s->used);
	add_table(s, out);
	add_trust(s, out);
}

void scaling_report(struct search *s, struct str *out)
{
	struct scaling sc;
	struct error err = {0};

	if (!s->spec->scale.n || s->state == SEARCH_RUNNING)
		return;
	if (scaling_of(&sc, s, &err))
		scaling_text(&sc, out);
	else
		str_addf(out, "scale: no trend: %s\n", err.text);
	scaling_free(&sc);
}
