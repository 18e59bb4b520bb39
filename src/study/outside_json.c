#include "study/outside_json.h"
#include "base/json.h"
#include "base/json_out.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { QUOTED_MAX = 200 };

/* What is said. */

static void add_choices(const struct param *p, struct str *out)
{
	json_out_key(out, "choices");
	str_addc(out, '[');
	for (size_t i = 0; i < p->n_distinct; i++) {
		str_add(out, i ? "," : "");
		value_json(&p->values[p->distinct[i]], out, false);
	}
	str_addc(out, ']');
}

static bool is_exponential(enum dist d)
{
	return d == DIST_LOG_UNIFORM || d == DIST_Q_LOG_UNIFORM ||
	       d == DIST_INV_LOG_UNIFORM;
}

static bool has_step(const struct param *p)
{
	enum dist d = p->dist;

	return d == DIST_Q_UNIFORM || d == DIST_Q_LOG_UNIFORM ||
	       d == DIST_Q_LOG_UNIFORM_VALUES || d == DIST_Q_NORMAL ||
	       d == DIST_Q_LOG_NORMAL || d == DIST_Q_BETA;
}

/* Bounds are of values; W&B's log_uniform has those of exponents. */
static void add_range(const struct param *p, struct str *out)
{
	enum dist d = p->dist;
	bool exponents = is_exponential(d);
	bool log = exponents || d == DIST_LOG_UNIFORM_VALUES ||
	           d == DIST_Q_LOG_UNIFORM_VALUES || d == DIST_INV_LOG_UNIFORM_VALUES;

	if (d == DIST_NORMAL || d == DIST_Q_NORMAL || d == DIST_LOG_NORMAL ||
	    d == DIST_Q_LOG_NORMAL) {
		json_out_double(out, "mu", p->mu);
		json_out_double(out, "sigma", p->sigma);
	} else if (d == DIST_BETA || d == DIST_Q_BETA) {
		json_out_double(out, "a", p->a);
		json_out_double(out, "b", p->b);
	} else {
		json_out_double(out, "low", exponents ? exp(p->min) : p->min);
		json_out_double(out, "high", exponents ? exp(p->max) : p->max);
		json_out_bool(out, "log", log);
	}
	if (has_step(p))
		json_out_double(out, "step", p->q);
}

static void add_when(const struct space *sp, const struct param *p, struct str *out)
{
	if (!p->n_when)
		return;
	json_out_key(out, "when");
	str_addc(out, '{');
	for (size_t i = 0; i < p->n_when; i++) {
		const struct condition *c = &p->when[i];

		json_out_key(out, sp->params[c->param].name);
		str_addc(out, '[');
		for (size_t k = 0; k < c->n; k++) {
			str_add(out, k ? "," : "");
			value_json(&c->values[k], out, false);
		}
		str_addc(out, ']');
	}
	str_addc(out, '}');
}

static void add_param(const struct space *sp, const struct param *p, struct str *out)
{
	bool choice = p->dist == DIST_CATEGORICAL || p->dist == DIST_CONSTANT;
	bool whole = p->dist == DIST_INT_UNIFORM || (has_step(p) && p->q_int);

	str_addc(out, '{');
	json_out_text(out, "name", p->name);
	json_out_text(out, "type", choice ? "choice" : whole ? "int" : "float");
	json_out_text(out, "distribution", dist_name(p->dist));
	if (choice)
		add_choices(p, out);
	else
		add_range(p, out);
	if (p->preset) {
		json_out_key(out, "default");
		value_json(p->preset, out, false);
	}
	add_when(sp, p, out);
	str_addc(out, '}');
}

void program_hello(const struct search *s, struct str *out)
{
	const struct space *sp = &s->spec->space;

	str_add(out, "{\"hpsearch\":1");
	json_out_u64(out, "seed", s->spec->seed);
	json_out_text(out, "metric", s->spec->metric.name);
	json_out_text(out, "goal", goal_name(s->spec->metric.goal));
	json_out_u64(out, "max_trials", s->cap);
	json_out_u64(out, "parallel", s->spec->parallel);
	json_out_key(out, "space");
	str_addc(out, '[');
	for (size_t i = 0; i < sp->n; i++) {
		str_add(out, i ? "," : "");
		add_param(sp, &sp->params[i], out);
	}
	str_addc(out, ']');
	json_out_u64(out, "constraints", sp->n_constraints);
	str_add(out, "}\n");
}

static void add_news(const struct search *s, const struct history *h, uint64_t id,
                     const struct observation *o, struct str *out)
{
	str_addc(out, '{');
	json_out_u64(out, "trial", id);
	json_out_text(out, "state", known_state_name(o ? o->state : KNOWN_PENDING));
	if (o && !isnan(o->value)) {
		json_out_double(out, "value", search_sign(s) * o->value);
		json_out_known(out, "stderr", o->stderr_);
		json_out_known(out, "step", o->step);
	}
	if (o && o->cost != 0)
		json_out_double(out, "cost", o->cost);
	json_out_key(out, "params");
	space_json(&s->spec->space, h->trials[id].values, out);
	str_addc(out, '}');
}

void program_question(const struct search *s, const struct history *h, uint64_t id,
                      uint64_t told, uint64_t before, struct str *out)
{
	bool any = false;

	str_addf(out, "{\"ask\":%llu,\"news\":[", (unsigned long long)id);
	for (uint64_t i = 0; i < id; i++) {
		const struct observation *last;

		history_state(h, i, &last);
		if (i < told && (!last || last->order <= before))
			continue;
		str_add(out, any ? "," : "");
		add_news(s, h, i, last, out);
		any = true;
	}
	str_add(out, "]}\n");
}

/* What is heard. */

__attribute__((format(printf, 2, 3))) static enum ask wrong(struct error *err,
                                                            const char *fmt, ...)
{
	va_list ap;

	err->kind = ERROR_SYSTEM;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	return ASK_ERROR;
}

/* A choice is the one whose JSON is the same. */
static bool choice_of(const struct param *p, const cJSON *item, struct value *out)
{
	bool found = false;

	for (size_t i = 0; !found && i < p->n_distinct; i++) {
		const struct value *v = &p->values[p->distinct[i]];
		struct str text = {0};
		cJSON *json;

		value_json(v, &text, false);
		json = json_parse(str_text(&text), text.len);
		found = json && json_equal(json, item);
		*out = *v;
		cJSON_Delete(json);
		str_free(&text);
	}
	return found;
}

static bool value_of(const struct param *p, const cJSON *item, struct value *out)
{
	double x;

	if (p->dist == DIST_CATEGORICAL || p->dist == DIST_CONSTANT)
		return choice_of(p, item, out);
	if (!cJSON_IsNumber(item))
		return false;
	x = item->valuedouble;
	*out =
	    x == floor(x) && fabs(x) < 0x1p53 ? value_int((int64_t)x) : value_float(x);
	return isfinite(x);
}

static enum ask outside(const struct param *p, const cJSON *item, struct error *err)
{
	char *text = cJSON_PrintUnformatted(item);
	struct str range = {0};

	param_describe(p, &range);
	wrong(err, "it proposes %s: %.*s, which is outside of the space (%s)", p->name,
	      QUOTED_MAX, text ? text : "", str_text(&range));
	cJSON_free(text);
	str_free(&range);
	return ASK_ERROR;
}

static bool known_names(const cJSON *params, const struct space *sp, struct error *err)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, params)
	{
		if (space_find(sp, item->string) == SIZE_MAX) {
			wrong(err, "it proposes %.100s, which is no parameter",
			      item->string);
			return false;
		}
	}
	return true;
}

/* Each value in its place; not yet whether they go together. */
static enum ask coordinates(const cJSON *params, const struct space *sp,
                            struct coord *out, struct error *err)
{
	for (size_t i = 0; i < sp->n; i++) {
		const struct param *p = &sp->params[i];
		const cJSON *item = json_get(params, p->name);
		struct value v;

		out[i] = (struct coord){.u = 0.5, .level = -1};
		if (!item && p->dist == DIST_CONSTANT)
			continue;
		if (item && (!value_of(p, item, &v) || !param_encode(p, &v, &out[i].u)))
			return outside(p, item, err);
		out[i].u = fmin(fmax(out[i].u, 0x1p-31), 1 - 0x1p-31);
	}
	return ASK_POINT;
}

static enum ask together(const cJSON *params, const struct space *sp,
                         const struct value *const *values, struct error *err)
{
	const char *why = NULL;

	for (size_t i = 0; i < sp->n; i++)
		if (values[i] && sp->params[i].dist != DIST_CONSTANT &&
		    !json_get(params, sp->params[i].name))
			return wrong(err, "it proposes no value for %s",
			             sp->params[i].name);
	if (!space_feasible(sp, values, &why))
		return wrong(err, "its proposal breaks the constraint %s", why);
	return ASK_POINT;
}

static enum ask place(const cJSON *params, const struct space *sp, struct coord *out,
                      struct error *err)
{
	struct arena a = {0};
	const struct value **values = arena_new(&a, sp->n, sizeof *values);
	enum ask ask = known_names(params, sp, err) ? coordinates(params, sp, out, err)
	                                            : ASK_ERROR;

	if (ask == ASK_POINT) {
		space_decode(sp, out, &a, values);
		ask = together(params, sp, values, err);
	}
	arena_free(&a);
	return ask;
}

static void release(void *json)
{
	cJSON_Delete(json);
}

enum ask program_answer(const char *line, size_t len, const struct space *sp,
                        struct coord *out, const char **why, struct arena *a,
                        struct error *err)
{
	cJSON *json = json_parse(line, len);
	const char *said = json_string(json, "why"),
		   *error = json_string(json, "error");
	struct mem_hold held;
	enum ask ask;

	mem_hold(&held, release, json);
	if (error)
		ask = wrong(err, "it says: %.*s", QUOTED_MAX, error);
	else if (cJSON_IsTrue(json_get(json, "wait")))
		ask = ASK_WAIT;
	else if (cJSON_IsTrue(json_get(json, "done"))) {
		*why = said && *said ? arena_strndup(a, said, strnlen(said, QUOTED_MAX))
		                     : "its strategy has nothing more to propose";
		ask = ASK_DONE;
	} else if (cJSON_IsObject(json_get(json, "params")))
		ask = place(json_get(json, "params"), sp, out, err);
	else
		ask = wrong(err,
		            "it answers %.*s%s\n  help: an answer is one line, "
		            "{\"params\": {…}}, {\"wait\": true} or {\"done\": true}",
		            (int)(len < QUOTED_MAX ? len : QUOTED_MAX), line,
		            len > QUOTED_MAX ? "…" : "");
	mem_let_go(&held);
	cJSON_Delete(json);
	return ask;
}
