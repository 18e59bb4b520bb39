/* The history of a search's rechecks: read, drawn, and as a table. */
#include "base/json.h"
#include "page/html.h"
#include "page/later.h"
#include "report/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double number(const cJSON *object, const char *name)
{
	double x;

	return json_double(object, name, &x) ? x : (double)NAN;
}

static const char *text_of(const cJSON *object, const char *name, struct arena *a)
{
	const char *s = json_string(object, name);

	return s ? arena_strdup(a, s) : "";
}

static struct recheck_value value_of(const cJSON *json, const char *role)
{
	struct recheck_value v = {(double)NAN, (double)NAN, (double)NAN, 0};
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(json, "configurations"))
	{
		const char *is = json_string(item, "role");

		if (!is || strcmp(is, role) != 0)
			continue;
		v.then = number(item, "then");
		v.now = number(item, "now");
		v.half = number(item, "half_width");
		(void)json_u64(item, "runs", &v.runs);
	}
	return v;
}

static bool read_line(const char *text, size_t len, struct arena *a,
                      struct recheck_line *out)
{
	cJSON *json = json_parse(text, len);
	const cJSON *drift = json_get(json, "drift");
	const cJSON *better = json_get(json, "better_than_defaults");
	bool ok = json && json_u64(json, "number", &out->number);

	if (ok) {
		out->begun = text_of(json, "begun", a);
		out->answer = text_of(json, "answer", a);
		out->on_test = cJSON_IsTrue(json_get(json, "on_test_data"));
		out->winner = value_of(json, "winner");
		out->defaults = value_of(json, "defaults");
		out->drift = number(drift, "mean");
		out->drift_low = number(drift, "low");
		out->drift_high = number(drift, "high");
		out->gain = number(better, "gain");
		out->gain_half = number(better, "half_width");
	}
	cJSON_Delete(json);
	return ok;
}

void later_read(const char *text, size_t len, struct arena *a,
                struct recheck_lines *out)
{
	*out = (struct recheck_lines){
	    .list = arena_new(a, LATER_RECHECKS, sizeof *out->list)};
	for (size_t at = 0, n; at < len; at += n + 1) {
		const char *end = memchr(text + at, '\n', len - at);
		struct recheck_line one = {0};

		n = end ? (size_t)(end - text) - at : len - at;
		if (!n)
			continue;
		if (!read_line(text + at, n, a, &one)) {
			out->damaged++;
			continue;
		}
		if (out->n == LATER_RECHECKS) {
			memmove(out->list, out->list + 1,
			        (LATER_RECHECKS - 1) * sizeof *out->list);
			out->n--;
			out->left_out++;
		}
		out->list[out->n++] = one;
	}
}

static void add_values(struct chart *c, const struct recheck_lines *r, bool defaults)
{
	struct mark_series *s =
	    chart_add(c, MARK_INTERVALS, defaults ? "other" : "winner",
	              defaults ? "the defaults now, 95 % interval"
	                       : "the winner now, 95 % interval",
	              defaults ? 'o' : 'O');

	for (size_t i = 0; i < r->n; i++) {
		const struct recheck_value *v =
		    defaults ? &r->list[i].defaults : &r->list[i].winner;

		if (isfinite(v->now))
			marks_add(s, (struct mark_point){.x = (double)i +
			                                      (defaults ? 0.08 : 0),
			                                 .y = v->now,
			                                 .low = v->now - v->half,
			                                 .high = v->now + v->half,
			                                 .trial = NO_TRIAL});
	}
	if (!s->n)
		s->name = NULL;
}

static void add_then(struct chart *c, const struct recheck_lines *r)
{
	struct mark_series *s = chart_add(c, MARK_DOTS, "open", "the winner then", '.');

	for (size_t i = 0; i < r->n; i++)
		if (isfinite(r->list[i].winner.then))
			marks_add(s, (struct mark_point){.x = (double)i - 0.08,
			                                 .y = r->list[i].winner.then,
			                                 .trial = NO_TRIAL});
	if (!s->n)
		s->name = NULL;
}

static void fit(struct chart *c, const struct recheck_lines *r)
{
	double *y = mem_new(7 * r->n + 1, sizeof *y);
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct recheck_value *two[] = {&r->list[i].winner,
		                                     &r->list[i].defaults};

		y[n++] = two[0]->then;
		for (int k = 0; k < 2; k++) {
			y[n++] = two[k]->now;
			y[n++] = two[k]->now - two[k]->half;
			y[n++] = two[k]->now + two[k]->half;
		}
	}
	axis_fit(&c->y, y, n, 0);
	free(y);
}

void later_rechecks(struct view *v, const struct recheck_lines *r, struct gallery *g)
{
	const char **names = arena_new(&v->arena, r->n + 1, sizeof *names);
	struct chart *c;
	size_t known = 0, runs = 0;

	for (size_t i = 0; i < r->n; i++) {
		known += isfinite(r->list[i].winner.now) ? 1 : 0;
		runs += (size_t)r->list[i].winner.runs;
		names[i] = arena_printf(&v->arena, "%llu: %.10s",
		                        (unsigned long long)r->list[i].number,
		                        r->list[i].begun);
	}
	if (!known)
		return;
	c = gallery_add(g, "The winner again, with the code and data of each day", 900,
	                300);
	axis_names(&c->x, names, r->n);
	c->x.label = "recheck";
	fit(c, r);
	c->y.label = view_metric(v);
	add_then(c, r);
	add_values(c, r, true);
	add_values(c, r, false);
	c->note = arena_printf(
	    &v->arena, "n = %zu recheck%s, %zu run%s of the winner on fresh seeds",
	    known, str_plural(known), runs, str_plural(runs));
}

static void add_interval(struct str *out, double mean, double half)
{
	str_add(out, "<td>");
	if (isfinite(mean))
		text_interval(out, mean, half);
}

static void add_row(const struct recheck_line *l, struct str *out)
{
	str_addf(out, "<tr><td>%llu<td>", (unsigned long long)l->number);
	html_text(out, l->begun);
	str_add(out, "<td>");
	html_text(out, l->answer);
	str_add(out, l->on_test ? ", on test data" : "");
	add_interval(out, l->winner.then, (double)NAN);
	add_interval(out, l->winner.now, l->winner.half);
	add_interval(out, l->defaults.now, l->defaults.half);
	add_interval(out, l->gain, l->gain_half);
	str_add(out, "<td>");
	if (isfinite(l->drift))
		text_number(out, l->drift);
	if (isfinite(l->drift_low) && isfinite(l->drift_high)) {
		str_add(out, " (");
		text_number(out, l->drift_low);
		str_add(out, " to ");
		text_number(out, l->drift_high);
		str_addc(out, ')');
	}
	str_addf(out, "<td>%llu\n", (unsigned long long)l->winner.runs);
}

void later_recheck_table(const struct recheck_lines *r, struct str *out)
{
	str_add(out, "<div class=\"scroll\"><table><thead><tr><th "
	             "scope=\"col\">recheck<th scope=\"col\">when<th "
	             "scope=\"col\">does it hold<th scope=\"col\">winner then<th "
	             "scope=\"col\">winner now<th scope=\"col\">defaults now<th "
	             "scope=\"col\">better by<th scope=\"col\">drift on the old seeds "
	             "(99 %)<th scope=\"col\">runs</thead><tbody>\n");
	for (size_t i = 0; i < r->n; i++)
		add_row(&r->list[i], out);
	str_add(out, "</tbody></table></div>\n");
	if (r->left_out || r->damaged)
		str_addf(out,
		         "<p class=\"note\">%zu earlier ones are not on this page; %zu "
		         "lines of the history could not be read.</p>\n",
		         r->left_out, r->damaged);
}
