#include "report/importance_text.h"
#include "base/double.h"
#include "gp/sample.h"
#include "gp/slice.h"
#include "report/landscape.h"
#include "report/shares.h"
#include "report/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OUTSIDE = 1,        /* draws beyond each end of an interval */
	POINTS = 2048,      /* in each of two sets of base points */
	FIRST_POINTS = 256, /* of a first look at which pairs to look at */
	WALKS = 12,         /* draws of the kernel's parameters … */
	DRAWS = 2 * WALKS,  /* … and of functions */
	PAIRED = 5,         /* parameters whose pairs are looked at */
	ROUGH = 6,          /* draws of functions for an order alone … */
	ROUGH_MOST = 64,    /* … of so many parameters at the most … */
	ROUGH_TRIALS = 300, /* … and trials */
	BURN = 3,
	THIN = 2 /* steps of the kernel's parameters */
};

/* Of the doubt, below and above. */
struct widening {
	double below, above;
};
static const struct widening wide_alone = {0.1, 0.5}, wide_total = {0.8, 0.4},
			     wide_pair = {0.5, 0.5}, wide_best = {1.2, 1.2};

/* x (DRAWS) is sorted. */
static struct share summary(double *x, struct widening wide, double doubt)
{
	struct share s = {0};

	for (size_t i = 0; i < DRAWS; i++) {
		x[i] = isnan(x[i]) ? 0 : fmin(fmax(x[i], 0), 1);
		s.mean += x[i] / DRAWS;
	}
	qsort(x, DRAWS, sizeof *x, double_compare);
	s.low = fmax(floor(100 * (x[OUTSIDE] - wide.below * doubt)) / 100, 0);
	s.high =
	    fmin(ceil(100 * (x[DRAWS - 1 - OUTSIDE] + wide.above * doubt)) / 100, 1);
	return s;
}

static int by_total(const void *a, const void *b)
{
	const struct importance_row *x = a, *y = b;

	if (x->total.mean < y->total.mean || x->total.mean > y->total.mean)
		return x->total.mean > y->total.mean ? -1 : 1;
	return (x->param > y->param) - (x->param < y->param);
}

static int by_alone(const void *a, const void *b)
{
	const struct importance_row *x = a, *y = b;

	if (x->alone.mean < y->alone.mean || x->alone.mean > y->alone.mean)
		return x->alone.mean > y->alone.mean ? -1 : 1;
	return (x->param > y->param) - (x->param < y->param);
}

/* Each draw has kernel parameters, a function and points of its own, so that the spread
 * of the shares knows of all three. */
struct work {
	struct encoding *e;
	struct gp *g;
	struct gp_walk walk;
	size_t *levels; /* (d) */
	size_t (*pair)[2];
	size_t n_pairs;
	struct share_set *one; /* (DRAWS, d) */
	double *both;          /* (DRAWS, n_pairs) */
	double *column;        /* (DRAWS) */
	double doubt[WALKS], noise[WALKS];
};

static void values_at(void *self, const double *rows, size_t count, double *out,
                      double *other)
{
	gp_sample_values(self, rows, count, out, other);
}

static bool draw_shares(struct work *w, size_t k, size_t points, uint64_t seed)
{
	struct shares s;
	struct gp_sample f;
	bool ok = shares_init(&s, w->e, points, seed, k);

	for (int i = 0; i < THIN; i++)
		gp_walk_step(&w->walk);
	gp_factor(w->g, w->walk.theta);
	w->noise[k] = w->g->nu;
	gp_sample_init(&f, w->g, w->levels, seed, k);
	if (ok)
		w->doubt[k] = shares_of(&s, values_at, &f, w->one + 2 * k * w->e->d,
		                        (const size_t(*)[2])w->pair, w->n_pairs,
		                        w->both + 2 * k * w->n_pairs);
	gp_sample_free(&f);
	shares_free(&s);
	return ok;
}

/* The pairs of the dimensions that matter most in a first draw, of few points. */
static bool choose_pairs(struct work *w, uint64_t seed)
{
	size_t d = w->e->d, m = d < PAIRED ? d : PAIRED, *order;
	double *key = mem_new(d, sizeof *key);
	bool ok = draw_shares(w, 0, FIRST_POINTS, seed ^ 1);

	for (size_t j = 0; j < d; j++)
		key[j] = -w->one[j].total;
	order = dataset_sorted(key, d);
	for (size_t i = 0; i < m; i++)
		for (size_t j = i + 1; j < m; j++) {
			w->pair[w->n_pairs][0] = order[i];
			w->pair[w->n_pairs++][1] = order[j];
		}
	free(order);
	free(key);
	return ok;
}

static void fill_rows(struct importance *im, struct work *w)
{
	size_t d = w->e->d;
	double doubt = im->doubt * fmax(1 - im->noise, 0);

	im->rows = arena_new(&im->arena, d, sizeof *im->rows);
	for (im->n = 0; im->n < d; im->n++) {
		struct importance_row *r = &im->rows[im->n];

		*r = (struct importance_row){.param = w->e->codes[im->n].param,
		                             .other = SIZE_MAX};
		for (size_t k = 0; k < DRAWS; k++)
			w->column[k] = w->one[k * d + im->n].alone;
		r->alone = summary(w->column, wide_alone, doubt);
		for (size_t k = 0; k < DRAWS; k++)
			w->column[k] = w->one[k * d + im->n].total;
		r->total = summary(w->column, wide_total, doubt);
		for (size_t k = 0; k < DRAWS; k++)
			w->column[k] = w->one[k * d + im->n].best;
		r->best = summary(w->column, wide_best, doubt);
	}
	qsort(im->rows, im->n, sizeof *im->rows, by_total);
}

static void fill_pairs(struct importance *im, struct work *w)
{
	size_t d = w->e->d;
	double doubt = im->doubt * fmax(1 - im->noise, 0);

	im->pairs = arena_new(&im->arena, w->n_pairs, sizeof *im->pairs);
	for (im->n_pairs = 0; im->n_pairs < w->n_pairs; im->n_pairs++) {
		struct importance_row *r = &im->pairs[im->n_pairs];
		size_t x = w->pair[im->n_pairs][0], y = w->pair[im->n_pairs][1];

		r->param = w->e->codes[x].param;
		r->other = w->e->codes[y].param;
		for (size_t k = 0; k < DRAWS; k++)
			w->column[k] = w->both[k * w->n_pairs + im->n_pairs] -
			               w->one[k * d + x].alone -
			               w->one[k * d + y].alone;
		r->alone = summary(w->column, wide_pair, doubt);
	}
	qsort(im->pairs, im->n_pairs, sizeof *im->pairs, by_alone);
}

static bool find_shares(struct importance *im, struct dataset *l)
{
	size_t d = l->encoding->d, most = PAIRED * (PAIRED - 1) / 2;
	struct work w = {.e = l->encoding, .g = &l->gp};
	double *theta = mem_new(l->gp.n_theta, sizeof *theta);
	bool ok;

	memcpy(theta, l->gp.theta, l->gp.n_theta * sizeof *theta);
	w.levels = mem_new(d, sizeof *w.levels);
	for (size_t j = 0; j < d; j++)
		w.levels[j] = l->encoding->codes[j].n_cells;
	w.pair = mem_new(most, sizeof *w.pair);
	w.one = mem_new(DRAWS * d, sizeof *w.one);
	w.both = mem_new(DRAWS * (most + 1), sizeof *w.both);
	w.column = w.both + DRAWS * most;
	gp_walk_init(&w.walk, &l->gp, l->gp.theta, l->seed, 0);
	for (int i = 0; i < BURN; i++)
		gp_walk_step(&w.walk);
	ok = choose_pairs(&w, l->seed);
	for (size_t k = 0; ok && k < WALKS; k++)
		ok = draw_shares(&w, k, POINTS, l->seed);
	for (size_t k = 0; k < WALKS; k++) {
		im->doubt += w.doubt[k] / WALKS;
		im->noise += w.noise[k] / WALKS;
	}
	if (ok) {
		fill_rows(im, &w);
		fill_pairs(im, &w);
	}
	gp_walk_free(&w.walk);
	gp_factor(&l->gp, theta);
	free(theta);
	free(w.levels);
	free(w.pair);
	free(w.one);
	free(w.both);
	return ok;
}

bool importance_of(struct importance *im, struct landscape *l, struct error *err)
{
	*im = (struct importance){
	    .trials = l->trials, .r2 = l->r2, .cap = l->cap, .capped = l->capped};
	return find_shares(im, &l->data) ||
	       error_set(err, ERROR_TRIAL,
	                 "hardly any configuration of the space holds its "
	                 "constraints: there is nothing to take shares of");
}

bool importance_init(struct importance *im, const struct study *s, struct error *err)
{
	struct landscape l;
	bool ok;

	*im = (struct importance){0};
	ok = landscape_init(&l, s, err) && importance_of(im, &l, err);
	landscape_free(&l);
	return ok;
}

/* With the kernel's parameters as they were fitted, on few points. */
static bool rough_totals(struct landscape *l, double *total)
{
	struct encoding *e = &l->encoding;
	struct share_set *one = mem_new(2 * e->d, sizeof *one);
	size_t *levels = mem_new(e->d, sizeof *levels);
	bool ok = true;

	for (size_t j = 0; j < e->d; j++)
		levels[j] = e->codes[j].n_cells;
	for (size_t k = 0; ok && k < ROUGH / 2; k++) {
		struct shares s;
		struct gp_sample f;

		ok = shares_init(&s, e, FIRST_POINTS, l->data.seed ^ 1, k);
		gp_sample_init(&f, &l->data.gp, levels, l->data.seed ^ 1, k);
		if (ok)
			shares_of(&s, values_at, &f, one, NULL, 0, NULL);
		for (size_t j = 0; ok && j < e->d; j++)
			total[j] += one[j].total + one[e->d + j].total;
		gp_sample_free(&f);
		shares_free(&s);
	}
	free(levels);
	free(one);
	return ok;
}

const size_t *importance_rough(const struct study *s, struct arena *a, size_t *n)
{
	const struct spec *sp = s->search.spec;
	size_t *order = arena_new(a, sp->space.n + 1, sizeof *order), *by;
	struct landscape l = {0};
	struct error ignored;
	double *total = mem_new(sp->space.n + 1, sizeof *total);

	*n = 0;
	if (sp->metric.name && sp->n_objectives < 2 &&
	    landscape_trials(&s->search) <= ROUGH_TRIALS &&
	    landscape_init(&l, s, &ignored) && l.encoding.d <= ROUGH_MOST &&
	    rough_totals(&l, total)) {
		for (size_t j = 0; j < l.encoding.d; j++)
			total[j] = -total[j];
		by = dataset_sorted(total, l.encoding.d);
		for (; *n < l.encoding.d; ++*n)
			order[*n] = l.encoding.codes[by[*n]].param;
		free(by);
	}
	landscape_free(&l);
	free(total);
	return order;
}

void importance_free(struct importance *im)
{
	arena_free(&im->arena);
	*im = (struct importance){0};
}

/* People see the mean with its interval. */
static void add_share(struct sheet *t, const struct share *s)
{
	sheet_number(t, s ? s->mean : (double)NAN);
	sheet_shown(t, s ? arena_printf(&t->arena, "%.0f %%  %3.0f – %.0f",
	                                100 * s->mean, 100 * s->low, 100 * s->high)
	                 : "");
	sheet_number(t, s ? s->low : (double)NAN);
	sheet_number(t, s ? s->high : (double)NAN);
}

static void add_columns(struct sheet *t)
{
	static const char *const names[][2] = {{"alone", "alone (90 %)"},
	                                       {"total", "with interactions (90 %)"},
	                                       {"best", "among the best 10 % (90 %)"}};

	sheet_column(t, "parameter", NULL, COLUMN_TEXT, true);
	sheet_column(t, "other", NULL, COLUMN_TEXT, true);
	sheet_hide(t);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		sheet_column(t, names[i][0], names[i][1], COLUMN_NUMBER, true);
		sheet_column(t, arena_printf(&t->arena, "%s_low", names[i][0]), NULL,
		             COLUMN_NUMBER, true);
		sheet_hide(t);
		sheet_column(t, arena_printf(&t->arena, "%s_high", names[i][0]), NULL,
		             COLUMN_NUMBER, true);
		sheet_hide(t);
	}
}

static void add_row(struct sheet *t, const struct param *p,
                    const struct importance_row *r)
{
	bool pair = r->other != SIZE_MAX;

	sheet_text(t, p[r->param].name);
	if (pair)
		sheet_shown(t, arena_printf(&t->arena, "%s x %s", p[r->param].name,
		                            p[r->other].name));
	sheet_text(t, pair ? p[r->other].name : "");
	add_share(t, &r->alone);
	add_share(t, pair ? NULL : &r->total);
	add_share(t, pair ? NULL : &r->best);
}

/* Of pairs those from that share on. */
static void fill_sheet(const struct importance *im, const struct study *s, double least,
                       struct sheet *out)
{
	const struct param *p = s->search.spec->space.params;

	add_columns(out);
	for (size_t i = 0; i < im->n; i++)
		add_row(out, p, &im->rows[i]);
	for (size_t i = 0; i < im->n_pairs; i++)
		if (!(im->pairs[i].alone.mean < least))
			add_row(out, p, &im->pairs[i]);
}

void importance_sheet(const struct importance *im, const struct study *s,
                      struct sheet *out)
{
	fill_sheet(im, s, 0, out);
}

void importance_table(const struct importance *im, const struct study *s,
                      const struct sheet_view *v, struct str *out)
{
	struct sheet t = {0};

	str_addf(out,
	         "importance for %s, from %zu trials (leave-one-out R2 of the model "
	         "%.2f)\n",
	         s->search.spec->metric.name, im->trials, im->r2);
	fill_sheet(im, s, 0.01, &t);
	sheet_print(&t, v, "  ", out);
	sheet_free(&t);
	str_addf(out,
	         "shares of the variance over %s; among the best,\n"
	         "with interactions, of what differs below the value that a tenth of "
	         "it reaches. Intervals\nof 90 %%, in whole percents: over draws of "
	         "a model and its parameters, and wider by a part\nof what it does "
	         "not know (%.0f %% of the variance)\n",
	         s->search.spec->space.n_constraints
	             ? "all configurations that hold the constraints"
	             : "the whole search space",
	         ceil(100 * im->doubt));
	if (im->capped) {
		str_count(out, im->capped, "value");
		str_addf(out, " worse than %g count%s as that\n",
		         search_sign(&s->search) * im->cap, im->capped == 1 ? "s" : "");
	}
}

static void json_share(struct str *out, const char *name, struct share s)
{
	str_addf(out, ",\"%s\":{\"mean\":", name);
	str_json_double(out, s.mean);
	str_add(out, ",\"low\":");
	str_json_double(out, s.low);
	str_add(out, ",\"high\":");
	str_json_double(out, s.high);
	str_addc(out, '}');
}

static void json_name(struct str *out, const struct study *s, size_t param)
{
	const char *name = s->search.spec->space.params[param].name;

	str_json(out, name, strlen(name), false);
}

void importance_json(const struct importance *im, const struct study *s,
                     struct str *out)
{
	str_addf(out, "{\"trials\":%zu,\"r2\":", im->trials);
	str_json_double(out, im->r2);
	str_add(out, ",\"doubt\":");
	str_json_double(out, im->doubt);
	str_addf(out, ",\"capped\":%zu,\"feasible_only\":%s", im->capped,
	         s->search.spec->space.n_constraints ? "true" : "false");
	str_add(out, ",\n\"parameters\":[");
	for (size_t i = 0; i < im->n; i++) {
		str_add(out, i ? ",\n{\"name\":" : "\n{\"name\":");
		json_name(out, s, im->rows[i].param);
		json_share(out, "alone", im->rows[i].alone);
		json_share(out, "total", im->rows[i].total);
		json_share(out, "best", im->rows[i].best);
		str_addc(out, '}');
	}
	str_add(out, "],\n\"pairs\":[");
	for (size_t i = 0; i < im->n_pairs; i++) {
		str_add(out, i ? ",\n{\"names\":[" : "\n{\"names\":[");
		json_name(out, s, im->pairs[i].param);
		str_addc(out, ',');
		json_name(out, s, im->pairs[i].other);
		str_addc(out, ']');
		json_share(out, "interaction", im->pairs[i].alone);
		str_addc(out, '}');
	}
	str_add(out, "]}\n");
}
