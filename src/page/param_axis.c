#include "page/param_axis.h"
#include "search/search.h"

#include <math.h>
#include <stdlib.h>

static size_t row_of(const struct param *p, const struct value *v)
{
	for (size_t i = 0; i < p->n_values; i++)
		if (value_equal(&p->values[i], v))
			return i;
	return 0;
}

double param_place(const struct param *p, const struct value *v)
{
	double x;

	if (!v)
		return (double)NAN;
	if (view_by_words(p))
		return (double)row_of(p, v);
	return value_number(v, &x) ? x : (double)NAN;
}

double param_place_at(struct view *v, const struct param *p, double u)
{
	struct value out;

	param_decode(p, u, &v->arena, &out);
	return param_place(p, &out);
}

static void add_room(struct axis *a)
{
	struct axis was = *a;

	if (a->high > a->low) {
		a->low = axis_value(&was, -0.03);
		a->high = axis_value(&was, 1.03);
	}
	if (!(a->high > a->low) || !isfinite(a->low) || !isfinite(a->high)) {
		double ends[2] = {was.low, was.high};

		axis_fit(a, ends, 2, 0);
	}
}

void param_axis(struct view *v, const struct param *p, struct axis *a)
{
	double low, high;

	*a = (struct axis){.label = p->name};
	if (view_by_words(p)) {
		const char **names = arena_new(&v->arena, p->n_values, sizeof *names);

		for (size_t i = 0; i < p->n_values; i++) {
			struct str text = {0};

			value_text(&p->values[i], &text);
			names[i] = arena_strdup(&v->arena, str_text(&text));
			str_free(&text);
		}
		axis_names(a, names, p->n_values);
		return;
	}
	low = param_place_at(v, p, MODEL_ENDS);
	high = param_place_at(v, p, 1 - MODEL_ENDS);
	a->low = fmin(low, high);
	a->high = fmax(low, high);
	a->log = dist_is_log(p->dist) && a->low > 0;
	add_room(a);
}

void metric_axis(struct view *v, struct axis *a)
{
	const struct search *s = &v->s->search;
	double *x = mem_new(s->n + 1, sizeof *x);

	for (size_t i = 0; i < s->n; i++)
		x[i] = s->trials[i]->value;
	axis_fit(a, x, s->n, search_sign(s));
	a->label = view_metric(v);
	free(x);
}

double *view_centre(struct view *v)
{
	const struct trial *t = v->s->search.best;
	double *genes;

	if (!v->has_land || !t)
		return NULL;
	genes = arena_new(&v->arena, v->land.encoding.d + 1, sizeof *genes);
	encoding_genes(&v->land.encoding, t->point, t->values, genes);
	return genes;
}

size_t model_places(const struct encoding *e, size_t j, size_t most, double margin,
                    double *u, double *gene)
{
	const struct coding *c = &e->codes[j];
	size_t n = c->n_cells && c->n_cells <= most ? c->n_cells : most;

	for (size_t i = 0; i < n; i++) {
		if (c->n_cells && c->n_cells <= most) {
			size_t k = c->by_u ? c->by_u[i] : i;

			u[i] = c->u[k];
			gene[i] = (double)k;
		} else {
			u[i] = margin + (1 - 2 * margin) * (double)i / (double)(n - 1);
			gene[i] = encoding_gene(e, j, u[i]);
		}
	}
	return n;
}
