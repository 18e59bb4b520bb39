#include "base/json_out.h"
#include "search/scaling.h"

#include <math.h>
#include <string.h>

static void add_list(struct str *out, const char *name, const double *x, size_t n,
                     size_t stride)
{
	json_out_key(out, name);
	str_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? "," : "");
		str_json_double(out, x[i * stride]);
	}
	str_addc(out, ']');
}

static void add_param(const struct scaling *s, const struct scaling_param *r,
                      struct str *out)
{
	str_addc(out, '{');
	json_out_text(out, "name", s->space->params[r->param].name);
	if (r->number && isfinite(r->at)) {
		json_out_text(out, "scale", r->log ? "log" : "linear");
		add_list(out, "best", r->mean, s->places, 1);
		add_list(out, "sd", r->sd, s->places, 1);
		add_list(out, "exponents", r->trend.coef + 1, s->n_sizes, 1);
		add_list(out, "exponents_stderr", r->trend.se + 1, s->n_sizes, 1);
		json_out_double(out, "scatter", r->trend.tau);
		json_out_double(out, "predicted", r->at);
		json_out_double(out, "low", r->low);
		json_out_double(out, "high", r->high);
	} else if (r->choice) {
		json_out_key(out, "predicted");
		value_json(r->choice, out, false);
	}
	json_out_bool(out, "trusted", !r->why);
	if (r->why)
		json_out_text(out, "why", r->why);
	str_addc(out, '}');
}

void scaling_json(const struct scaling *s, struct str *out)
{
	str_add(out, "{\"sizes\":[");
	for (size_t i = 0; i < s->n_sizes; i++) {
		str_add(out, i ? ",{" : "{");
		json_out_text(out, "parameter", s->names[i]);
		add_list(out, "values", s->size + i, s->places, s->n_sizes);
		json_out_double(out, "target", s->target[i]);
		str_addc(out, '}');
	}
	str_add(out, "],\"trials\":[");
	for (size_t k = 0; k < s->places; k++)
		str_addf(out, "%s%zu", k ? "," : "", s->trials[k]);
	str_addc(out, ']');
	json_out_u64(out, "left_out", s->left_out);
	json_out_u64(out, "used", s->used);
	add_list(out, "best", s->best, s->places, 1);
	json_out_key(out, "parameters");
	str_addc(out, '[');
	for (size_t i = 0; i < s->n; i++) {
		str_add(out, i ? ",\n" : "\n");
		add_param(s, &s->list[i], out);
	}
	str_add(out, "]}");
}

void scaling_member(struct search *s, struct str *out)
{
	struct scaling sc;
	struct error err = {0};

	if (!s->spec->scale.n || s->state == SEARCH_RUNNING)
		return;
	str_add(out, ",\n");
	json_out_key(out, "scale");
	if (scaling_of(&sc, s, &err)) {
		scaling_json(&sc, out);
	} else {
		str_addc(out, '{');
		json_out_text(out, "refused", err.text);
		str_addc(out, '}');
	}
	scaling_free(&sc);
}
