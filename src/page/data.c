#include "page/data.h"
#include "base/json_out.h"
#include "config/command.h"
#include "page/param_axis.h"
#include "report/measured_text.h"
#include "report/ranking.h"
#include "study/propose.h"

#include <math.h>
#include <string.h>

enum {
	CURVE_BYTES = 500000,
	POINT_BYTES = 11,
	POINTS_LEAST = 8,
	COMMAND_BYTES = 450000,
	NUMBER_BYTES = 200000, /* of those that `metrics` does not name */
	WORD_BYTES = 200000,   /* why it was proposed, what it left behind */
	THINNINGS = 8,
	PARAMS_LEAST = 24,
	TRIALS_LEAST = 50
};
/* Of a number, that pictures need. */
enum { DIGITS = 7 };
/* A model is asked why as long as the cubes of what it knew come to this: seconds. */
static const double why_work = 1.5e8;

/* What takes its time to find out, of each trial; NULL: not known. */
struct told {
	const char *why, *files;
};

/* What all trials share. */
struct data_room {
	size_t commands, numbers, words; /* bytes that may still go to them */
	const char *common;              /* the reason of most; NULL: there is none */
	struct measured *row;            /* (view.numbers.n) of one trial */
	const size_t *params;            /* (n_params) that are there, in this order */
	size_t n_params;
};

/* A table rounds what is rounded here already: further down it must not show. */
static int digits_for(int shown)
{
	return shown + 3 > DIGITS ? shown + 3 : DIGITS;
}

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

static void add_range(const struct axis *a, struct str *out)
{
	json_out_bool(out, "log", a->log);
	json_out_key(out, "range");
	str_addc(out, '[');
	number(out, a->low, 7);
	str_addc(out, ',');
	number(out, a->high, 7);
	str_addc(out, ']');
}

static void add_params(struct view *v, const struct data_room *room, struct str *out)
{
	const struct space *sp = &v->s->search.spec->space;

	json_out_key(out, "params");
	str_addc(out, '[');
	for (size_t i = 0; i < room->n_params; i++) {
		const struct param *p = &sp->params[room->params[i]];
		struct str name = {0};
		struct axis axis;

		str_add(out, i ? ",{" : "{");
		json_out_text(out, "name", p->name);
		json_out_bool(out, "fixed", param_cardinality(p) == 1);
		json_out_int(out, "digits", view_param_digits(v, room->params[i]));
		param_axis(v, p, &axis);
		add_range(&axis, out);
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
static void add_value(const struct param *p, const struct value *v, int digits,
                      struct str *out)
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
		number(out, x, digits_for(digits));
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

static void add_text(struct data_room *room, const char *key, const char *text,
                     struct str *out)
{
	size_t n = text ? strlen(text) : 0;

	if (!n || n > room->words)
		return;
	room->words -= n;
	json_out_text(out, key, text);
}

static void add_run(const struct view *v, const struct run *r,
                    struct curve_writer *curves, struct data_room *room,
                    struct str *out)
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
	known_member(out, "l", r->leg, 6);
	known_member(out, "b", r->budget, 7);
	if (r->attempts > 1)
		json_out_int(out, "a", r->attempts);
	if (r->reason)
		json_out_text(out, "r", r->reason);
	if (r->host)
		add_text(room, "h", r->host, out);
	add_text(room, "n", r->note, out);
	if (v->s->search.spec->items.present)
		known_member(out, "q", (double)r->n_reports, 9);
	else
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
	argv = task_argv(&fleet, &task, &a, &ignored);
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

/* Why it was proposed, and the files that it left behind. */
static void add_told(const struct told *told, struct data_room *room, struct str *out)
{
	if (told->why && room->common && strcmp(told->why, room->common) == 0)
		json_out_int(out, "why", 0);
	else
		add_text(room, "why", told->why, out);
	add_text(room, "f", told->files, out);
}

static void add_trial(struct view *v, const struct trial *t, const struct told *told,
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
		member(out, "v", t->value, digits_for(view_digits(v)));
	known_member(out, "se", t->stderr_, 3);
	if (t->origin != ORIGIN_STRATEGY)
		json_out_text(out, "g", origin_name(t->origin));
	if (t->label)
		json_out_text(out, "l", t->label);
	json_out_key(out, "p");
	str_addc(out, '[');
	for (size_t i = 0; i < room->n_params; i++) {
		size_t p = room->params[i];

		str_add(out, i ? "," : "");
		add_value(&sp->params[p], t->values[p], view_param_digits(v, p), out);
	}
	str_addc(out, ']');
	json_out_key(out, "r");
	str_addc(out, '[');
	for (size_t i = 0; i < t->n_runs; i++) {
		str_add(out, i ? "," : "");
		add_run(v, &t->runs[i], curves, room, out);
	}
	str_addc(out, ']');
	add_measured(v, t, room, out);
	add_told(told, room, out);
	if (room->commands)
		data_command(v, t, &text);
	room->commands -= text.len < room->commands ? text.len : room->commands;
	if (text.len)
		json_out_text(out, "cmd", str_text(&text));
	str_addc(out, '}');
	str_free(&text);
}

/* Points that each curve of the first n trials may have so that all of them fit. */
static size_t points_each(const struct view *v, size_t n, size_t bytes)
{
	size_t runs = 0, each;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v->ranked[i]->n_runs; k++)
			runs += !v->s->search.spec->items.present &&
			        v->ranked[i]->runs[k].n_reports > 0;
	each = bytes / POINT_BYTES / (runs ? runs : 1);
	return each > DATA_POINTS    ? DATA_POINTS
	       : each < POINTS_LEAST ? POINTS_LEAST
	                             : each;
}

static void add_names(struct view *v, struct str *out)
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
	json_out_key(out, "numberDigits");
	str_addc(out, '[');
	for (size_t i = 0; i < v->numbers.listed; i++)
		str_addf(out, "%s%d", i ? "," : "", view_number_digits(v, i));
	str_addc(out, ']');
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

static const char *files_of(struct view *v, const struct trial *t)
{
	struct task task = {.key = t->id};
	struct str text = {0};
	const char *kept = NULL;

	if (v->s->search.spec->n_artifacts && t->runs[0].attempts) {
		task_folder(&task);
		measured_artifacts(&v->s->search, t, v->dir, task.folder, &text);
		kept = arena_strdup(&v->arena, str_text(&text));
	}
	str_free(&text);
	return kept;
}

/* A model is asked for the first ones. */
static struct told *find_told(struct view *v, size_t n)
{
	struct told *told = arena_new(&v->arena, n + 1, sizeof *told);
	double work = why_work;

	for (size_t i = 0; i < n; i++) {
		const struct trial *t = v->ranked[i];
		double known = (double)study_known(v->s, t);
		bool model = v->s->type->adaptive && t->origin == ORIGIN_STRATEGY;

		told[i].files = files_of(v, t);
		if (model && (!v->model || known * known * known > work))
			continue;
		work -= model ? known * known * known : 0;
		told[i].why = view_why(v, t);
	}
	return told;
}

/* thinned: so often is the room for what may be left out halved, that of curves first.
 */
static void add_all(struct view *v, const struct told *told, size_t n, size_t thinned,
                    struct str *out)
{
	const struct search *s = &v->s->search;
	size_t share = (size_t)1 << thinned / 2, finer = (size_t)1 << (thinned + 1) / 2;
	struct data_room room = {.commands = COMMAND_BYTES / share,
	                         .numbers = NUMBER_BYTES / share,
	                         .words = WORD_BYTES / share};
	struct curve_writer curves = {.points = points_each(v, n, CURVE_BYTES / finer)};
	struct axis axis = {0};
	size_t params = s->spec->space.n;

	for (size_t i = 0; i < thinned && params > PARAMS_LEAST; i++)
		params = params * 3 / 4 > PARAMS_LEAST ? params * 3 / 4 : PARAMS_LEAST;
	room.params = view_params(v, params, &room.n_params);
	str_addc(out, '{');
	json_out_text(out, "metric", s->spec->metric.name);
	json_out_text(out, "label", view_metric(v));
	metric_axis(v, &axis);
	add_range(&axis, out);
	json_out_int(out, "sign", search_sign(s) > 0 ? 1 : -1);
	json_out_text(out, "step", s->spec->early.step ? s->spec->early.step : "step");
	json_out_u64(out, "total", s->n);
	json_out_int(out, "digits", view_digits(v));
	json_out_text(out, "shown", view_of_varied(v, "", room.n_params));
	add_params(v, &room, out);
	for (size_t i = 0; i + 1 < n && !room.common; i++)
		if (told[i].why && told[i + 1].why &&
		    strcmp(told[i].why, told[i + 1].why) == 0)
			room.common = told[i].why;
	add_names(v, out);
	add_rungs(v, out);
	room.row = arena_new(&v->arena, v->numbers.n + 1, sizeof *room.row);
	json_out_key(out, "trials");
	str_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? ",\n" : "\n");
		add_trial(v, v->ranked[i], &told[i], &curves, &room, out);
	}
	str_addc(out, ']');
	json_out_text(out, "why", room.common);
	str_addc(out, '}');
	str_free(&curves.steps);
	str_free(&curves.now);
}

void data_json(struct view *v, size_t most, struct str *out)
{
	size_t n = v->s->search.n < DATA_TRIALS ? v->s->search.n : DATA_TRIALS;
	struct told *told = find_told(v, n);

	for (size_t k = 0;; k++) {
		str_clear(out);
		add_all(v, told, n, k < THINNINGS ? k : THINNINGS, out);
		if (out->len <= most || n <= TRIALS_LEAST)
			return;
		if (k >= THINNINGS)
			n = n * 3 / 4;
	}
}
