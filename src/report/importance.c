#include "report/importance.h"
#include "base/rng.h"
#include "gp/sample.h"
#include "report/table.h"
#include "report/text.h"
#include "search/advise.h"
#include "strategy/dataset.h"
#include "strategy/sobol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	POINTS = 512, /* base points of the estimates */
	DRAWS = 24,   /* from the posterior */
	PAIRED = 5,   /* parameters whose pairs are looked at */
	TRIALS_MAX = 800
};

static double r_squared(const struct gp *g)
{
	double *mean = mem_new(2 * g->n, sizeof *mean), *variance = mean + g->n;
	double centre = 0, left = 0, whole = 0;

	gp_leave_one_out(g, mean, variance);
	for (size_t i = 0; i < g->n; i++)
		centre += g->y[i] / (double)g->n;
	for (size_t i = 0; i < g->n; i++) {
		left += (g->y[i] - mean[i]) * (g->y[i] - mean[i]);
		whole += (g->y[i] - centre) * (g->y[i] - centre);
	}
	free(mean);
	return whole > 0 ? 1 - left / whole : 0;
}

/* Trials that have a value; those that failed tell nothing of how much it varies. */
static size_t fit(struct dataset *l, const struct study *s)
{
	struct seen *seen = mem_new(s->search.n, sizeof *seen);
	struct history h = {.trials = seen, .n = s->search.n, .seen = UINT64_MAX};
	const double *theta;

	for (size_t i = 0; i < s->search.n; i++) {
		const struct sighting *last;

		seen[i] = s->search.seen[i];
		if (seen[i].n) {
			last = seen[i].sightings + seen[i].n - 1;
			if (last->state != SEEN_OK || !isfinite(last->value))
				seen[i].n = 0;
		}
	}
	dataset_gather(l, &h, s->search.n);
	free(seen);
	if (l->n < IMPORTANCE_TRIALS)
		return l->n;
	theta = dataset_theta(l);
	dataset_look_at(l, l->n, TRIALS_MAX, 0, 0, NULL);
	dataset_load(l, l->n);
	gp_factor(&l->gp, theta);
	return l->n;
}

/* The points at which the draws are compared: two independent sets, a and b, and a with
 * the columns of one or two parameters from b. */
struct plan {
	struct encoding *e;
	double *u;    /* (2, POINTS, d) */
	double *rows; /* (POINTS, d) scratch */
};

static void make_points(struct plan *p, uint64_t seed)
{
	size_t d = p->e->d;
	bool sobol = 2 * d <= SOBOL_DIMENSIONS;
	uint32_t *v = mem_new(sobol ? 2 * d * SOBOL_BITS : 0, sizeof *v);

	if (sobol)
		sobol_directions(2 * d, v);
	for (size_t j = 0; j < 2 * d; j++)
		for (uint32_t i = 0; i < POINTS; i++) {
			double *u = p->u + (j < d ? 0 : POINTS * d) + i * d + j % d;
			uint32_t key =
			    (uint32_t)rng_u64(seed, 0, RNG_SCRAMBLE, (uint32_t)j);

			if (!sobol) {
				*u = rng_unit(seed, i, RNG_MODEL, (uint32_t)j);
				continue;
			}
			*u = ((double)sobol_scramble(
				  sobol_coordinate(v + j * SOBOL_BITS, i), key) +
			      0.5) *
			     0x1p-32;
		}
	free(v);
}

/* The rows of a, with dimensions x and y (SIZE_MAX: none) from b; all from b: x = d. */
static const double *mixed_rows(struct plan *p, size_t x, size_t y)
{
	size_t d = p->e->d;
	double *genes = mem_new(d, sizeof *genes);

	for (size_t i = 0; i < POINTS; i++) {
		for (size_t j = 0; j < d; j++) {
			bool other = x == d || j == x || j == y;

			genes[j] = encoding_gene(
			    p->e, j, p->u[(other ? POINTS * d : 0) + i * d + j]);
		}
		encoding_row(p->e, genes, p->rows + i * d);
	}
	free(genes);
	return p->rows;
}

/* One draw: first-order (Saltelli et al. 2010, table 2, formula b) and total (formula
 * f, Jansen 1999) shares of each dimension, of the function or of what of it is below a
 * cap (Hutter, Hoos & Leyton-Brown 2014, section 5.3: what matters among the good). */
struct estimate {
	double *fa, *fb; /* (POINTS) less their mean */
	double cap, mean, variance;
};

static void set_estimate(struct estimate *t, const double *fa, const double *fb,
                         double cap)
{
	double sum = 0;

	t->cap = cap;
	t->mean = 0;
	for (size_t i = 0; i < POINTS; i++)
		t->mean += (fmin(fa[i], cap) + fmin(fb[i], cap)) / (2 * POINTS);
	for (size_t i = 0; i < POINTS; i++) {
		t->fa[i] = fmin(fa[i], cap) - t->mean;
		t->fb[i] = fmin(fb[i], cap) - t->mean;
		sum += t->fa[i] * t->fa[i] + t->fb[i] * t->fb[i];
	}
	t->variance = fmax(sum / (2 * POINTS), 1e-300);
}

/* The share of the dimensions that were exchanged for fj; their total beside it. */
static double share_of(const struct estimate *t, const double *fj, double *total)
{
	double closed = 0, rest = 0;

	for (size_t i = 0; i < POINTS; i++) {
		double f = fmin(fj[i], t->cap) - t->mean;

		closed += t->fb[i] * (f - t->fa[i]) / POINTS;
		rest += (t->fa[i] - f) * (t->fa[i] - f) / (2 * POINTS);
	}
	*total = rest / t->variance;
	return closed / t->variance;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct share summary(double *x)
{
	struct share s = {0};

	for (size_t i = 0; i < DRAWS; i++)
		s.mean += fmin(fmax(x[i], 0), 1) / DRAWS;
	qsort(x, DRAWS, sizeof *x, ascending);
	s.low = fmin(fmax(x[DRAWS / 20], 0), 1);
	s.high = fmin(fmax(x[DRAWS - 1 - DRAWS / 20], 0), 1);
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

/* For each draw the function is the same in both passes: the shares of single
 * dimensions, then of the pairs of the largest. */
struct work {
	struct plan plan;
	struct estimate all, good;
	double *fa, *fb, *fj; /* (POINTS) */
	const struct gp *g;
	const size_t *levels;
	uint64_t seed;
	double *alone, *total, *best, *both; /* (d, DRAWS), …, (pairs, DRAWS) */
};

static void start_draw(struct work *w, struct gp_sample *s, size_t k)
{
	double *sorted = w->fj;

	gp_sample_init(s, w->g, w->levels, w->seed, k);
	gp_sample_values(s, mixed_rows(&w->plan, SIZE_MAX, SIZE_MAX), POINTS, w->fa);
	gp_sample_values(s, mixed_rows(&w->plan, w->plan.e->d, SIZE_MAX), POINTS,
	                 w->fb);
	set_estimate(&w->all, w->fa, w->fb, (double)INFINITY);
	memcpy(sorted, w->fa, POINTS * sizeof *sorted);
	qsort(sorted, POINTS, sizeof *sorted, ascending);
	set_estimate(&w->good, w->fa, w->fb, sorted[POINTS / 10]);
}

static void exchange(struct work *w, const struct gp_sample *s, size_t x, size_t y)
{
	gp_sample_values(s, mixed_rows(&w->plan, x, y), POINTS, w->fj);
}

static void single_shares(struct importance *im, struct work *w)
{
	size_t d = w->plan.e->d;

	for (size_t k = 0; k < DRAWS; k++) {
		struct gp_sample s;

		start_draw(w, &s, k);
		for (size_t j = 0; j < d; j++) {
			size_t at = j * DRAWS + k;

			exchange(w, &s, j, SIZE_MAX);
			w->alone[at] = share_of(&w->all, w->fj, &w->total[at]);
			(void)share_of(&w->good, w->fj, &w->best[at]);
		}
		gp_sample_free(&s);
	}
	im->rows = arena_new(&im->arena, d, sizeof *im->rows);
	for (im->n = 0; im->n < d; im->n++) {
		double copy[DRAWS];

		memcpy(copy, w->alone + im->n * DRAWS, sizeof copy);
		im->rows[im->n] =
		    (struct importance_row){.param = im->n,
		                            .other = SIZE_MAX,
		                            .alone = summary(copy),
		                            .total = summary(w->total + im->n * DRAWS),
		                            .best = summary(w->best + im->n * DRAWS)};
	}
	qsort(im->rows, im->n, sizeof *im->rows, by_total);
}

static void pair_shares(struct importance *im, struct work *w)
{
	size_t m = im->n < PAIRED ? im->n : PAIRED, n = m * (m - 1) / 2;

	if (m < 2)
		return;
	im->pairs = arena_new(&im->arena, n, sizeof *im->pairs);
	w->both = mem_new(n * DRAWS, sizeof *w->both);
	for (size_t k = 0; k < DRAWS; k++) {
		struct gp_sample s;
		double ignored;
		size_t pair = 0;

		start_draw(w, &s, k);
		for (size_t i = 0; i < m; i++)
			for (size_t j = i + 1; j < m; j++) {
				size_t x = im->rows[i].param, y = im->rows[j].param;

				exchange(w, &s, x, y);
				w->both[pair++ * DRAWS + k] =
				    share_of(&w->all, w->fj, &ignored) -
				    w->alone[x * DRAWS + k] - w->alone[y * DRAWS + k];
			}
		gp_sample_free(&s);
	}
	for (size_t i = 0; i < m; i++)
		for (size_t j = i + 1; j < m; j++) {
			im->pairs[im->n_pairs] = (struct importance_row){
			    .param = im->rows[i].param,
			    .other = im->rows[j].param,
			    .alone = summary(w->both + im->n_pairs * DRAWS)};
			im->n_pairs++;
		}
	qsort(im->pairs, im->n_pairs, sizeof *im->pairs, by_alone);
	free(w->both);
}

static void find_shares(struct importance *im, struct dataset *l)
{
	struct encoding *e = l->encoding;
	size_t d = e->d, *levels = mem_new(d, sizeof *levels);
	struct work w = {
	    .plan = {.e = e}, .g = &l->gp, .levels = levels, .seed = l->seed};

	for (size_t j = 0; j < d; j++)
		levels[j] = e->codes[j].n_cells;
	w.plan.u = mem_new(3 * POINTS * d, sizeof *w.plan.u);
	w.plan.rows = w.plan.u + 2 * POINTS * d;
	w.fa = mem_new(7 * POINTS, sizeof *w.fa);
	w.fb = w.fa + POINTS;
	w.fj = w.fb + POINTS;
	w.all.fa = w.fj + POINTS;
	w.all.fb = w.all.fa + POINTS;
	w.good.fa = w.all.fb + POINTS;
	w.good.fb = w.good.fa + POINTS;
	w.alone = mem_new(3 * d * DRAWS, sizeof *w.alone);
	w.total = w.alone + d * DRAWS;
	w.best = w.total + d * DRAWS;
	make_points(&w.plan, l->seed);
	single_shares(im, &w);
	pair_shares(im, &w);
	/* From dimensions of the model to parameters. */
	for (size_t i = 0; i < im->n; i++)
		im->rows[i].param = e->codes[im->rows[i].param].param;
	for (size_t i = 0; i < im->n_pairs; i++) {
		im->pairs[i].param = e->codes[im->pairs[i].param].param;
		im->pairs[i].other = e->codes[im->pairs[i].other].param;
	}
	free(w.plan.u);
	free(w.fa);
	free(w.alone);
	free(levels);
}

static bool is_constant(const struct search *s, struct error *err)
{
	struct str value = {0};
	double x;

	if (!advise_constant(s, &x))
		return false;
	str_double(&value, x);
	error_set(err, ERROR_TRIAL,
	          "every trial gave exactly %s, so no parameter made a difference\n"
	          "  help: do the parameters reach the script? hpsearch check "
	          "FILE.yaml shows the commands",
	          str_text(&value));
	str_free(&value);
	return true;
}

bool importance_init(struct importance *im, const struct study *s, struct error *err)
{
	struct encoding e;
	struct dataset l;
	bool ok = true;

	*im = (struct importance){0};
	if (is_constant(&s->search, err))
		return false;
	encoding_init(&e, &s->search.spec->space, false, false);
	dataset_init(&l, &e, (double)NAN, s->search.spec->seed);
	im->trials = fit(&l, s);
	if (!e.d || im->trials < IMPORTANCE_TRIALS) {
		ok = error_set(err, ERROR_TRIAL,
		               "importance needs %d trials with a value, there are %zu",
		               IMPORTANCE_TRIALS, im->trials);
	} else {
		im->r2 = r_squared(&l.gp);
		if (im->r2 < IMPORTANCE_R2)
			ok = error_set(
			    err, ERROR_TRIAL,
			    "the model explains too little of the metric to say what "
			    "matters: leave-one-out R2 %.2f, below %.2f\n"
			    "  help: more trials, or more repeats if the metric is "
			    "noisy",
			    im->r2, IMPORTANCE_R2);
		else
			find_shares(im, &l);
	}
	dataset_free(&l);
	encoding_free(&e);
	return ok;
}

void importance_free(struct importance *im)
{
	arena_free(&im->arena);
	*im = (struct importance){0};
}

static void add_share(struct str *out, struct share s)
{
	str_addf(out, "%3.0f %%  %3.0f – %.0f", 100 * s.mean, 100 * s.low,
	         100 * s.high);
}

void importance_table(const struct importance *im, const struct study *s,
                      struct str *out)
{
	static const enum align align[] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_LEFT,
	                                   ALIGN_LEFT};
	const struct param *p = s->search.spec->space.params;
	struct table t;

	str_addf(out,
	         "importance for %s, from %zu trials (leave-one-out R2 of the model "
	         "%.2f)\n",
	         s->search.spec->metric.name, im->trials, im->r2);
	table_init(&t, 4, align);
	table_cell(&t, "parameter");
	table_cell(&t, "alone (90 %)");
	table_cell(&t, "with interactions (90 %)");
	table_cell(&t, "among the best 10 % (90 %)");
	for (size_t i = 0; i < im->n; i++) {
		table_cell(&t, p[im->rows[i].param].name);
		add_share(&t.scratch, im->rows[i].alone);
		table_take(&t);
		add_share(&t.scratch, im->rows[i].total);
		table_take(&t);
		add_share(&t.scratch, im->rows[i].best);
		table_take(&t);
	}
	for (size_t i = 0; i < im->n_pairs; i++) {
		if (im->pairs[i].alone.mean < 0.01)
			continue;
		str_addf(&t.scratch, "%s x %s", p[im->pairs[i].param].name,
		         p[im->pairs[i].other].name);
		table_take(&t);
		add_share(&t.scratch, im->pairs[i].alone);
		table_take(&t);
		table_cell(&t, "");
		table_cell(&t, "");
	}
	table_print(&t, NULL, "  ", out);
	table_free(&t);
	str_add(
	    out,
	    "shares of the variance over the whole search space; among the best, "
	    "with interactions,\nof what differs below the value that a tenth of the "
	    "space reaches; intervals over draws\nfrom the model\n");
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
