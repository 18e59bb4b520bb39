#include "report/scaling_text.h"
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

/* "exponent", of two sizes "exponent_width". */
static const char *of_size(const struct scaling *s, const char *name, size_t i,
                           struct arena *a)
{
	return s->n_sizes < 2 ? name : arena_printf(a, "%s_%s", name, s->names[i]);
}

static void add_columns(const struct scaling *s, struct sheet *t)
{
	struct str sizes = {0}, name = {0};

	sheet_column(t, "parameter", NULL, COLUMN_TEXT, true);
	for (size_t k = 0; k < s->places; k++) {
		str_clear(&sizes);
		str_clear(&name);
		add_sizes(s, k, &sizes);
		str_addf(&name, "at %s", str_text(&sizes));
		sheet_column(t, str_text(&name), str_text(&sizes), COLUMN_NUMBER, true);
		if (!is_shown(s, k))
			sheet_hide(t);
	}
	for (size_t i = 0; i < s->n_sizes; i++) {
		sheet_column(t, of_size(s, "exponent", i, &t->arena),
		             i ? "" : "exponent (90 %)", COLUMN_NUMBER, true);
		sheet_column(t, of_size(s, "exponent_half", i, &t->arena), NULL,
		             COLUMN_NUMBER, true);
		sheet_hide(t);
	}
	sheet_column(t, "target", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "low", "from (90 %)", COLUMN_NUMBER, true);
	sheet_column(t, "high", "to", COLUMN_NUMBER, true);
	sheet_column(t, "beyond", "", COLUMN_TEXT, true);
	str_free(&sizes);
	str_free(&name);
}

static double value_of(const struct scaling_param *r, double x)
{
	return r->log ? exp(x) : x;
}

/* A number whose interval leaves no more than three digits. */
static void add_short(struct sheet *t, double x)
{
	struct str text = {0};

	sheet_number(t, x);
	if (isfinite(x))
		text_digits(&text, x, 3);
	if (text.len)
		sheet_shown(t, text.s);
	str_free(&text);
}

static void add_exponents(const struct scaling *s, const struct scaling_param *r,
                          struct sheet *t)
{
	for (size_t i = 0; i < s->n_sizes; i++) {
		double x = r->trend.coef[1 + i], half = two_sided * r->trend.se[1 + i];

		sheet_number(t, x);
		if (isfinite(x))
			sheet_shown(t,
			            arena_printf(&t->arena, "%+.2f ± %.2f", x, half));
		sheet_number(t, half);
	}
}

/* Outside of what was searched, by more than rounding. */
static bool is_beyond(const struct scaling_param *r, double x)
{
	double slack = 1e-9 * (r->most - r->least);

	return x < r->least - slack || x > r->most + slack;
}

/* Where: "at 64, 128 and the target"; false: nowhere. */
static bool add_beyond(const struct scaling *s, const struct scaling_param *r,
                       struct str *out)
{
	size_t n = 0;
	double at = r->log ? log(r->at) : r->at;

	for (size_t k = 0; k < s->places; k++) {
		if (!is_beyond(r, r->mean[k]))
			continue;
		str_add(out, n++ ? "; " : "at ");
		add_sizes(s, k, out);
	}
	if (isfinite(at) && is_beyond(r, at))
		str_add(out, n++ ? " and the target" : "at the target");
	return n > 0;
}

static void add_row(struct sheet *t, const struct scaling *s,
                    const struct scaling_param *r)
{
	struct str where = {0};
	bool known = r->number && isfinite(r->at);

	sheet_text(t, s->space->params[r->param].name);
	for (size_t k = 0; k < s->places; k++)
		add_short(t, known ? value_of(r, r->mean[k]) : (double)NAN);
	if (known)
		add_exponents(s, r, t);
	for (size_t i = 0; !known && i < 2 * s->n_sizes; i++)
		sheet_none(t);
	if (r->choice)
		sheet_value(t, r->choice);
	else
		add_short(t, known ? r->at : (double)NAN);
	add_short(t, known ? r->low : (double)NAN);
	add_short(t, known ? r->high : (double)NAN);
	sheet_text(t, "");
	if (known && add_beyond(s, r, &where)) {
		t->n_cells--;
		sheet_text(t, str_text(&where));
		sheet_shown(t, "beyond the range");
	}
	str_free(&where);
}

void scaling_sheet(const struct scaling *s, struct sheet *out)
{
	add_columns(s, out);
	for (size_t i = 0; i < s->n; i++)
		add_row(out, s, &s->list[i]);
}

static void add_table(const struct scaling *s, const struct sheet_view *v,
                      struct str *out)
{
	struct sheet t = {0};

	scaling_sheet(s, &t);
	sheet_print(&t, v, "  ", out);
	sheet_free(&t);
}

static void add_all_beyond(const struct scaling *s, struct str *out)
{
	struct str where = {0};

	for (size_t i = 0; i < s->n; i++) {
		const struct scaling_param *r = &s->list[i];

		str_clear(&where);
		if (!r->number || !isfinite(r->at) || !add_beyond(s, r, &where))
			continue;
		str_add(out, "beyond the range: ");
		text_clean(out, s->space->params[r->param].name);
		str_addf(out, " %s: nothing was tried outside of %.3g to %.3g\n",
		         str_text(&where), value_of(r, r->least), value_of(r, r->most));
	}
	str_free(&where);
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

void scaling_text(const struct scaling *s, const struct sheet_view *v, struct str *out)
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
	str_add(out, " at ");
	str_count(out, s->places, "size");
	if (s->left_out)
		str_addf(out, " (%zu other%s not fit, or %s alone at their size)",
		         s->left_out, s->left_out == 1 ? " does" : "s do",
		         s->left_out == 1 ? "is" : "are");
	str_addf(out, "; %zu trial%s near enough to the best to count:\n", s->used,
	         s->used == 1 ? " is" : "s are");
	add_table(s, v, out);
	add_all_beyond(s, out);
	add_trust(s, out);
}

void scaling_report(struct search *s, const struct sheet_view *v, struct str *out)
{
	struct scaling sc;
	struct error err = {0};

	if (!s->spec->scale.n || s->state == SEARCH_RUNNING)
		return;
	if (scaling_of(&sc, s, &err))
		scaling_text(&sc, v, out);
	else
		str_addf(out, "scale: no trend: %s\n", err.text);
	scaling_free(&sc);
}
