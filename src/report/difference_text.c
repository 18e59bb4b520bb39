#include "base/json_out.h"
#include "report/difference.h"
#include "report/ranking.h"
#include "report/text.h"

#include <math.h>
#include <string.h>

static void add_search(const struct study *s, const char *which, const char *name,
                       struct str *out)
{
	str_addf(out, "%s  ", which);
	text_clean(out, name);
	str_add(out, "\n   ");
	ranking_state(s, out);
	str_addc(out, '\n');
}

enum { SHORT_MOST = 36 };

static bool is_short(const struct sheet_cell *cells, size_t n)
{
	struct str text = {0};
	bool fits = true;

	for (size_t i = 0; i < n; i++) {
		str_clear(&text);
		value_text(&cells[i].value, &text);
		fits = fits && text_width(str_text(&text)) <= SHORT_MOST;
	}
	str_free(&text);
	return fits;
}

/* Has it a column for that, behind the name? */
static bool has_what(const struct sheet *t)
{
	return t->n > 3;
}

/* What is too long for a table: a paragraph each of a and b. */
static void add_long(const struct sheet *t, size_t row, size_t width, struct str *out)
{
	const struct sheet_cell *c = &t->cells[row * t->n];
	struct str text = {0}, clean = {0};

	str_add(out, "  ");
	text_clean(out, c[0].value.string);
	str_addf(out, "%s%s\n", has_what(t) ? "  " : "",
	         has_what(t) ? c[1].value.string : "");
	for (size_t i = t->n - 2; i < t->n; i++) {
		str_clear(&text);
		str_clear(&clean);
		if (c[i].value.kind == VALUE_NULL && !c[i].null)
			str_addc(&text, '-');
		else
			value_text(&c[i].value, &text);
		text_clean(&clean, str_text(&text));
		str_addf(out, "    %s  ", i + 2 == t->n ? "a" : "b");
		text_wrap(out, str_text(&clean), width > 7 ? width - 7 : 0, "       ");
		str_addc(out, '\n');
	}
	str_free(&text);
	str_free(&clean);
}

static void section(const struct sheet *t, const char *title, const char *none,
                    const struct sheet_view *v, struct str *out)
{
	struct sheet brief = {0};
	struct str paragraphs = {0};

	str_addf(out, "\n%s\n", sheet_rows(t) ? title : none);
	for (size_t i = 0; i < t->n; i++)
		sheet_column(&brief, t->columns[i].name, NULL, t->columns[i].kind,
		             true);
	for (size_t r = 0; r < sheet_rows(t); r++) {
		if (is_short(&t->cells[r * t->n], t->n))
			for (size_t i = 0; i < t->n; i++)
				sheet_copy(&brief, &t->cells[r * t->n + i]);
		else
			add_long(t, r, v->width, &paragraphs);
	}
	if (sheet_rows(&brief))
		sheet_table(&brief, v, NULL, out);
	str_add(out, str_text(&paragraphs));
	str_free(&paragraphs);
	sheet_free(&brief);
}

static void add_winner(const struct study *s, const struct trial *t, const char *which,
                       struct str *out)
{
	str_addf(out, "  %s  ", which);
	if (!t) {
		str_add(out, "no trial has a usable value\n");
		return;
	}
	if (t->id < s->search.n)
		str_addf(out, "trial %llu", (unsigned long long)t->id);
	else
		str_add(out, "the defaults");
	if (isfinite(t->value)) {
		str_addf(out, ", %s ", s->search.spec->metric.name);
		text_number(out, t->value);
	}
	if (s->search.verdict.wanted && s->search.verdict.done)
		str_addf(out, ", verified: %s", answer_name(s->search.verdict.answer));
	str_addc(out, '\n');
}

static void add_interval(const struct difference *d, const struct metric *m,
                         size_t width, struct str *out)
{
	struct str line = {0};

	str_addf(&line, "mean difference of %s, B - A: ", m->name);
	text_interval(&line, d->moments.mean, d->half);
	str_addf(&line, " (%s is better); B is better at %zu of %zu.",
	         m->goal == GOAL_MINIMIZE ? "less" : "more", d->better, d->n_points);
	if (isfinite(d->half))
		str_addf(&line,
		         " The interval (%.0f %%, Student's t) is for the mean "
		         "difference over points like these, each with the noise of "
		         "its own runs; it says nothing of points that one of them "
		         "alone tried.",
		         100 * d->level);
	else
		str_add(&line, " One point alone gives no interval.");
	str_add(out, "  ");
	text_wrap(out, str_text(&line), width > 2 ? width - 2 : 0, "  ");
	str_addc(out, '\n');
	str_free(&line);
}

static void add_points(const struct difference *d, const struct metric *m,
                       const struct sheet_view *v, struct str *out)
{
	if (!d->comparable) {
		str_add(out, "\npoints: not compared, the searches have different "
		             "metrics\n");
		return;
	}
	if (!d->n_points) {
		str_add(out, "\npoints: there is none that both tried and that has a "
		             "value in both\n");
		return;
	}
	str_addc(out, '\n');
	str_count(out, d->n_points, "point");
	str_add(out, " that both tried\n");
	add_interval(d, m, v->width, out);
}

void difference_text(const struct difference *d, const struct study *a,
                     const struct study *b, const char *name_a, const char *name_b,
                     const struct sheet_view *v, struct str *out)
{
	struct sheet_view inner = *v;

	inner.indent = "  ";
	add_search(a, "A", name_a, out);
	add_search(b, "B", name_b, out);
	section(&d->parameters, "parameters", "parameters: all the same", &inner, out);
	if (sheet_rows(&d->parameters) && d->same_parameters)
		str_addf(out, "  %zu more %s the same in both\n", d->same_parameters,
		         d->same_parameters == 1 ? "is" : "are");
	section(&d->settings, "settings", "settings: all the same", &inner, out);
	section(&d->winners, "winners, where they differ",
	        d->winner_a && d->winner_b ? "winners: the same configuration"
	                                   : "winners: not both have one",
	        &inner, out);
	add_winner(a, d->winner_a, "A", out);
	add_winner(b, d->winner_b, "B", out);
	add_points(d, &a->search.spec->metric, v, out);
}

static void add_member(const char *name, const struct sheet *t, struct str *out)
{
	json_out_key(out, name);
	sheet_write(t, "json", true, out);
	out->s[--out->len] = '\0';
}

void difference_json(const struct difference *d, const char *name_a, const char *name_b,
                     struct str *out)
{
	str_addc(out, '{');
	json_out_text(out, "a", name_a);
	json_out_text(out, "b", name_b);
	add_member("parameters", &d->parameters, out);
	add_member("settings", &d->settings, out);
	add_member("winners", &d->winners, out);
	json_out_key(out, "points");
	if (!d->comparable) {
		str_add(out, "null}\n");
		return;
	}
	str_addf(out, "{\"n\":%zu", d->n_points);
	json_out_number(out, "mean", d->n_points ? d->moments.mean : (double)NAN);
	json_out_number(out, "low", d->moments.mean - d->half);
	json_out_number(out, "high", d->moments.mean + d->half);
	json_out_number(out, "level", isfinite(d->half) ? d->level : (double)NAN);
	json_out_u64(out, "b_better", d->better);
	json_out_key(out, "pairs");
	for (size_t i = 0; i < d->n_points; i++) {
		const struct common_point *p = &d->points[i];

		str_addf(out, "%s\n{\"trial_a\":%llu,\"trial_b\":%llu", i ? "," : "[",
		         (unsigned long long)p->a, (unsigned long long)p->b);
		json_out_number(out, "a", p->in_a);
		json_out_number(out, "b", p->in_b);
		str_addc(out, '}');
	}
	str_add(out, d->n_points ? "]}}\n" : "[]}}\n");
}

/* Rows of one of its tables. */
static void take_rows(const struct sheet *from, const char *name, struct sheet *out)
{
	for (size_t r = 0; r < sheet_rows(from); r++) {
		const struct sheet_cell *c = &from->cells[r * from->n];

		sheet_text(out, name);
		sheet_copy(out, &c[0]);
		sheet_text(out, has_what(from) ? c[1].value.string : "differs");
		for (size_t i = from->n - 2; i < from->n; i++)
			sheet_copy(out, &c[i]);
	}
}

static void add_number(struct sheet *out, const char *name, double x)
{
	sheet_text(out, "points");
	sheet_text(out, name);
	sheet_text(out, "b - a");
	sheet_none(out);
	sheet_number(out, x);
}

void difference_sheet(const struct difference *d, struct sheet *out)
{
	static const char *const names[] = {"section", "name", "what", "a", "b"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		sheet_column(out, names[i], NULL, COLUMN_TEXT, true);
	take_rows(&d->parameters, "parameter", out);
	take_rows(&d->settings, "setting", out);
	take_rows(&d->winners, "winner", out);
	for (size_t i = 0; i < d->n_points; i++) {
		sheet_text(out, "point");
		sheet_text(out, arena_printf(&out->arena, "trial %llu, trial %llu",
		                             (unsigned long long)d->points[i].a,
		                             (unsigned long long)d->points[i].b));
		sheet_text(out, "value");
		sheet_number(out, d->points[i].in_a);
		sheet_number(out, d->points[i].in_b);
	}
	if (d->n_points) {
		add_number(out, "mean", d->moments.mean);
		add_number(out, "low", d->moments.mean - d->half);
		add_number(out, "high", d->moments.mean + d->half);
	}
}
