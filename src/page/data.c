#include "page/data.h"
#include "base/json_out.h"
#include "config/command.h"
#include "report/ranking.h"
#include "study/propose.h"

#include <math.h>
#include <string.h>

enum {
	CURVE_BYTES = 500000,
	POINT_BYTES = 11,
	POINTS_LEAST = 8,
	COMMAND_BYTES = 200000,
	NUMBER_BYTES = 200000 /* of those that `metrics` does not name */
};

/* What all trials share. */
struct data_room {
	size_t commands, numbers; /* bytes that may still go to them */
	struct measured *row;     /* (view.numbers.n) of one trial */
};

/* As far as a picture can show it. */
static void number(struct str *out, double x, int digits)
{
	if (isfinite(x))
		str_addf(out, "%.*g", digits, x);
	else
		str_add(out, "null");
}

static void member(struct str *out, const char *key, double x, int digits)
{
	json_out_key(out, key);
	number(out, x, digits);
}

static void known_member(struct str *out, const char *key, double x, int digits)
{
	if (isfinite(x) && fabs(x) > 0)
		member(out, key, x, digits);
}

static void add_params(const struct view *v, struct str *out)
{
	const struct space *sp = &v->s->search.spec->space;

	json_out_key(out, "params");
	str_addc(out, '[');
	for (size_t i = 0; i < sp->n; i++) {
		const struct param *p = &sp->params[i];
		struct str name = {0};

		str_add(out, i ? ",{" : "{");
		json_out_text(out, "name", p->name);
		json_out_bool(out, "log", dist_is_log(p->dist));
		json_out_bool(out, "fixed", param_cardinality(p) == 1);
		if (view_by_words(p)) {
			json_out_key(out, "names");
			str_addc(out, '[');
			for (size_t k = 0; k < p->n_values; k++) {
				str_clear(&name);
				value_text(&p->values[k], &name);
				str_add(out, k ? "," : "");
				str_json(out, str_text(&name), name.len, false);
			}
			str_addc(out, ']');
		}
		str_addc(out, '}');
		str_free(&name);
	}
	str_addc(out, ']');
}

/* A number, the place of one of the names, a text, or null. */
static void add_value(const struct param *p, const struct value *v, struct str *out)
{
	double x;

	if (!v) {
		str_add(out, "null");
		return;
	}
	for (size_t k = 0; view_by_words(p) && k < p->n_values; k++)
		if (value_equal(&p->values[k], v)) {
			str_addf(out, "%zu", k);
			return;
		}
	if (v->kind == VALUE_INT) {
		value_text(v, out);
	} else if (value_number(v, &x) && v->kind != VALUE_BOOL) {
		number(out, x, 10);
	} else {
		struct str text = {0};

		value_text(v, &text);
		str_json(out, str_text(&text), text.len, false);
		str_free(&text);
	}
}

/* Of the curves, most have the same steps: those are there once. */
struct curve_writer {
	size_t points;    /* of each at the most */
	struct str steps; /* of the latest that was not like the one before */
	struct str now;
};

static void add_numbers(const struct run *r, const struct curve_writer *c, bool steps,
                        struct str *out)
{
	size_t n = r->n_reports < c->points ? r->n_reports : c->points;

	str_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		const struct report *p =
		    &r->reports[view_thinned(i, r->n_reports, c->points)];

		str_add(out, i ? "," : "");
		number(out, steps ? p->step : p->value, steps ? 7 : 4);
	}
	str_addc(out, ']');
}

/* "x": 0: the same as of the curve before. */
static void add_curve(const struct run *r, struct curve_writer *c, struct str *out)
{
	if (!r->n_reports)
		return;
	str_clear(&c->now);
	add_numbers(r, c, true, &c->now);
	json_out_key(out, "x");
	if (strcmp(str_text(&c->now), str_text(&c->steps)) == 0) {
		str_addc(out, '0');
	} else {
		str_add(out, str_text(&c->now));
		str_clear(&c->steps);
		str_add(&c->steps, str_text(&c->now));
	}
	json_out_key(out, "y");
	add_numbers(r, c, false, out);
	if (r->reports_total > c->points)
		json_out_int(out, "of", (int64_t)r->reports_total);
}

static void add_run(const struct view *v, const struct run *r,
                    struct curve_writer *curves, struct str *out)
{
	str_addc(out, '{');
	json_out_u64(out, "s", r->seed);
	json_out_text(out, "o",
	              r->state == RUN_FINISHED ? outcome_name(r->outcome)
	                                       : ranking_waits(&v->s->search, r));
	if (r->state == RUN_FINISHED) {
		known_member(out, "v", r->value, 7);
		known_member(out, "w", r->wall, 4);
		known_member(out, "u", r->user + r->sys, 4);
		known_member(out, "m", (double)r->maxrss, 4);
		known_member(out, "c", r->cost, 6);
		known_member(out, "e", r->exit, 6);
		known_member(out, "g", r->signal, 6);
	}
	if (r->attempts > 1)
		json_out_int(out, "a", r->attempts);
	if (r->reason)
		json_out_text(out, "r", r->reason);
	add_curve(r, curves, out);
	str_addc(out, '}');
}

void data_command(struct view *v, const struct trial *t, struct str *out)
{
	const struct spec *sp = v->s->search.spec;
	struct arena a = {0};
	struct error ignored;
	struct fleet fleet;
	struct task task = {.trial = t,
	                    .key = t->id,
	                    .run = &t->runs[0],
	                    .command = &sp->command,
	                    .metric = &sp->metric};
	const char *const *argv;

	if (!sp->has_command)
		return;
	task_folder(&task);
	fleet_init(&fleet, sp, NULL, v->dir, &a);
	argv = fleet_argv(&fleet, &task, &a, &ignored);
	if (argv)
		command_line(argv, out);
	fleet_free(&fleet);
	arena_free(&a);
}

/* What the runs said last beside the metric, by the place of its name. */
static void add_measured(const struct view *v, const struct trial *t,
                         struct data_room *room, struct str *out)
{
	struct str text = {0};
	bool any = false;

	trial_row(t, &v->numbers, room->row);
	for (size_t i = 0; i < v->numbers.n; i++) {
		if (!room->row[i].runs)
			continue;
		str_clear(&text);
		str_addf(&text, "%s\"%zu\":", any ? "," : "{", i);
		number(&text, room->row[i].last, 7);
		if (i >= v->numbers.listed && text.len > room->numbers)
			continue;
		room->numbers -= i < v->numbers.listed ? 0 : text.len;
		if (!any)
			json_out_key(out, "m");
		any = true;
		str_add(out, text.s);
	}
	str_add(out, any ? "}" : "");
	str_free(&text);
}

static void add_trial(struct view *v, const struct trial *t,
                      struct curve_writer *curves, struct data_room *room,
                      struct str *out)
{
	const struct space *sp = &v->s->search.spec->space;
	struct str text = {0};

	str_addc(out, '{');
	json_out_u64(out, "i", t->id);
	if (t->rank)
		json_out_u64(out, "k", t->rank);
	json_out_text(out, "o",
	              t->outcome == OUTCOME_NONE ? "open" : outcome_name(t->outcome));
	json_out_text(out, "c", view_style(t->outcome));
	known_member(out, "d", (double)study_known(v->s, t), 9);
	if (t->outcome == OUTCOME_OK)
		member(out, "v", t->value, 7);
	known_member(out, "se", t->stderr_, 3);
	if (t->origin != ORIGIN_STRATEGY)
		json_out_text(out, "g", origin_name(t->origin));
	if (t->label)
		json_out_text(out, "l", t->label);
	json_out_key(out, "p");
	str_addc(out, '[');
	for (size_t i = 0; i < sp->n; i++) {
		str_add(out, i ? "," : "");
		add_value(&sp->params[i], t->values[i], out);
	}
	str_addc(out, ']');
	json_out_key(out, "r");
	str_addc(out, '[');
	for (size_t i = 0; i < t->n_runs; i++) {
		str_add(out, i ? "," : "");
		add_run(v, &t->runs[i], curves, out);
	}
	str_addc(out, ']');
	add_measured(v, t, room, out);
	if (room->commands)
		data_command(v, t, &text);
	room->commands -= text.len < room->commands ? text.len : room->commands;
	if (text.len)
		json_out_text(out, "cmd", str_text(&text));
	str_addc(out, '}');
	str_free(&text);
}

/* Points that each curve of the first n trials may have so that all of them fit. */
static size_t points_each(const struct view *v, size_t n)
{
	size_t runs = 0, each;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v->ranked[i]->n_runs; k++)
			runs += v->ranked[i]->runs[k].n_reports > 0;
	each = CURVE_BYTES / POINT_BYTES / (runs ? runs : 1);
	return each > DATA_POINTS    ? DATA_POINTS
	       : each < POINTS_LEAST ? POINTS_LEAST
	                             : each;
}

static void add_names(const struct view *v, struct str *out)
{
	json_out_key(out, "numbers");
	str_addc(out, '[');
	for (size_t i = 0; i < v->numbers.n; i++) {
		const char *name = v->numbers.list[i].name;

		str_add(out, i ? "," : "");
		str_json(out, name, strlen(name), false);
	}
	str_addc(out, ']');
	json_out_u64(out, "listed", v->numbers.listed);
}

static void add_rungs(const struct view *v, struct str *out)
{
	double at[VIEW_RUNGS];
	size_t n = view_rungs(v, at);

	json_out_key(out, "rungs");
	str_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? "," : "");
		number(out, at[i], 7);
	}
	str_addc(out, ']');
}

void data_json(struct view *v, struct str *out)
{
	const struct search *s = &v->s->search;
	size_t n = s->n < DATA_TRIALS ? s->n : DATA_TRIALS;
	struct data_room room = {.commands = COMMAND_BYTES, .numbers = NUMBER_BYTES};
	struct curve_writer curves = {.points = points_each(v, n)};

	str_addc(out, '{');
	json_out_text(out, "metric", s->spec->metric.name);
	json_out_text(out, "label", view_metric(v));
	json_out_int(out, "sign", search_sign(s) > 0 ? 1 : -1);
	json_out_text(out, "step", s->spec->early.step ? s->spec->early.step : "step");
	add_params(v, out);
	add_names(v, out);
	add_rungs(v, out);
	room.row = arena_new(&v->arena, v->numbers.n + 1, sizeof *room.row);
	json_out_key(out, "trials");
	str_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? ",\n" : "\n");
		add_trial(v, v->ranked[i], &curves, &room, out);
	}
	str_add(out, "]}");
	str_free(&curves.steps);
	str_free(&curves.now);
}
