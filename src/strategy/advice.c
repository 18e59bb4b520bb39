#include "strategy/advice.h"
#include "base/double.h"
#include "base/elementary.h"
#include "base/rng.h"
#include "base/stat.h"
#include "gp/acquire.h"
#include "strategy/dataset.h"
#include "strategy/sobol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	MODELLED_MAX = 300,
	EVEN = 2048,  /* candidates all over the space */
	AROUND = 512, /* and around the best */
	BEST_OF = 5,
	FIT_STEPS = 50,
	PIECE_TRIALS = 3,
	NEXT = 20,   /* trials of a method that does not learn */
	MODEL_DF = 2 /* what the model's noise weighs beside repeats */
};

static const double r2_least = 0.3, piece = 1.5, stated = 0.8;
static const double delta = 0.1, pi = 3.14159265358979323846;

/* The history without what has no value: only ends of trials. */
struct completed {
	struct known *seen;
	struct observation *end; /* (n), as in seen */
	size_t n;
	double *value; /* (n) in the order of their ends */
	size_t valued;
};

static int by_order(const void *a, const void *b)
{
	const struct observation *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

static void look(struct completed *v, const struct history *h)
{
	struct observation *ends = mem_new(h->n + 1, sizeof *ends);

	v->n = h->n;
	v->seen = mem_new(h->n + 1, sizeof *v->seen);
	v->end = mem_new(h->n + 1, sizeof *v->end);
	v->value = mem_new(h->n + 1, sizeof *v->value);
	for (size_t i = 0; i < h->n; i++) {
		const struct observation *last;

		v->seen[i] = h->trials[i];
		v->seen[i].n = 0;
		if (history_state(h, i, &last) != KNOWN_OK || !isfinite(last->value))
			continue;
		v->end[i] = *last;
		v->seen[i].observations = &v->end[i];
		v->seen[i].n = 1;
		ends[v->valued++] = *last;
	}
	if (v->valued)
		qsort(ends, v->valued, sizeof *ends, by_order);
	for (size_t i = 0; i < v->valued; i++)
		v->value[i] = ends[i].value;
	free(ends);
}

/* Of more trials than the model has room for: the best, and every k-th of the others.
 */
static void keep_some(struct completed *v)
{
	double *sorted = mem_new(v->valued, sizeof *sorted), most;
	size_t best = MODELLED_MAX / 2, others = v->valued - best, k = 0;

	memcpy(sorted, v->value, v->valued * sizeof *sorted);
	qsort(sorted, v->valued, sizeof *sorted, double_compare);
	most = sorted[best - 1];
	free(sorted);
	for (size_t i = 0; i < v->n; i++) {
		if (!v->seen[i].n)
			continue;
		if (v->end[i].value <= most && best) {
			best--;
			continue;
		}
		if (k * (MODELLED_MAX / 2) / others ==
		    (k + 1) * (MODELLED_MAX / 2) / others)
			v->seen[i].n = 0;
		k++;
	}
}

/* Rows (EVEN + AROUND, d): a Sobol sequence, and steps around the best data. */
static double *candidates(const struct dataset *l, uint64_t seed)
{
	struct encoding *e = l->encoding;
	size_t d = e->d, *order;
	double *rows = mem_new((EVEN + AROUND) * d, sizeof *rows);
	double *genes = mem_new(d, sizeof *genes), *value = dataset_values(l, l->n);
	uint32_t *v = mem_new(d * SOBOL_BITS, sizeof *v), draws = 0;
	bool sobol = d <= SOBOL_DIMENSIONS;

	if (sobol)
		sobol_directions(d, v);
	order = dataset_sorted(value, l->n);
	for (uint32_t i = 0; i < EVEN + AROUND; i++) {
		size_t near = order[i % BEST_OF];

		for (size_t j = 0; j < d; j++) {
			double u = rng_unit(seed, i, RNG_MODEL, draws++);
			uint32_t key =
			    (uint32_t)rng_u64(seed, 1, RNG_SCRAMBLE, (uint32_t)j);

			if (i < EVEN && sobol)
				u = ((double)sobol_scramble(
					 sobol_coordinate(v + j * SOBOL_BITS, i), key) +
				     0.5) *
				    0x1p-32;
			genes[j] = encoding_gene(e, j, u);
			/* One in three dimensions moves; a number by a little. */
			if (i < EVEN)
				continue;
			if (rng_below(seed, i, RNG_PICK, (uint32_t)j, 3))
				genes[j] = dataset_genes(l, near)[j];
			else if (!e->codes[j].n_cells)
				genes[j] = fmin(
				    fmax(dataset_genes(l, near)[j] + 0.1 * (u - 0.5),
				         0),
				    1);
		}
		encoding_row(e, genes, rows + i * d);
	}
	free(order);
	free(value);
	free(genes);
	free(v);
	return rows;
}

/* The least upper bound among the data, the least lower one, and the expected
 * improvement: the largest, and the mean over what is even; in the model's units. */
struct extremes {
	double upper, lower, most, mean;
};

static void extend(struct extremes *x, const struct gp *g, const double *rows, size_t n,
                   double width, double best, bool finished)
{
	double *mean = mem_new(2 * n, sizeof *mean), *variance = mean + n;

	gp_predict(g, rows, n, mean, variance);
	for (size_t i = 0; i < n; i++) {
		double sd = sqrt(variance[i]), gain;

		if (finished) {
			x->upper = fmin(x->upper, mean[i] + width * sd);
		} else {
			gain = portable_exp(
			    log_ei(best, mean[i], variance[i], NULL, NULL));
			x->most = fmax(x->most, gain);
			x->mean += i < EVEN ? gain / EVEN : 0;
		}
		x->lower = fmin(x->lower, mean[i] - width * sd);
	}
	free(mean);
}

static struct extremes find_extremes(const struct dataset *l, uint64_t seed)
{
	const struct gp *g = &l->gp;
	double n = (double)l->n, d = (double)l->encoding->d, best = (double)INFINITY;
	double beta = 2 * portable_log(d * n * n * pi * pi / (6 * delta)) / 5, *rows;
	struct extremes x = {.upper = (double)INFINITY, .lower = (double)INFINITY};

	for (size_t i = 0; i < l->n; i++)
		best = fmin(best, gp_mean_at(g, i));
	extend(&x, g, l->rows, l->n, sqrt(fmax(beta, 0)), best, true);
	rows = candidates(l, seed);
	extend(&x, g, rows, EVEN + AROUND, sqrt(fmax(beta, 0)), best, false);
	free(rows);
	return x;
}

static void fit(struct dataset *l)
{
	static const double nu[] = {0.0025, 0.05, 0.5};
	struct gp *g = &l->gp;

	dataset_look_at(l, l->n, l->n, 0, 0, NULL);
	dataset_load(l, l->n);
	/* The prior that proposals are made with knows no training that is all noise;
	 * the one that repeats gave is kept. */
	if (g->prior.sd[g->d + 1] > 1)
		gp_noise_prior(g, -3, 2.5);
	gp_fit_from(g, nu, ARRAY_LEN(nu), FIT_STEPS);
}

/* The noise of a trial's value. */
static double noise_of(const struct completed *v, const struct target *t,
                       double modelled, const struct advice_repeats *more, double *df)
{
	double squares = more ? more->squares : 0, runs = 0, value;
	size_t trials = 0;

	*df = more ? more->df : 0;
	for (size_t i = 0; i < v->n; i++) {
		const struct observation *e = &v->end[i];
		double m = e->n_runs ? (double)e->n_runs : 1;

		if (!v->seen[i].n)
			continue;
		runs += m;
		trials++;
		if (!target_noise(t, e->stderr_) || m < 2)
			continue;
		squares += e->stderr_ * e->stderr_ * m * (m - 1);
		*df += m - 1;
	}
	runs /= (double)trials;
	value = (squares + MODEL_DF * modelled * modelled) / (*df + MODEL_DF);
	return sqrt(value / runs);
}

/* Trials since the best was last beaten by more than the noise; what lies alone beyond
 * all others is left out. */
static size_t since_gain(const struct completed *v, double least, double noise)
{
	double best = v->value[0] < least ? (double)INFINITY : v->value[0];
	size_t at = 0;

	for (size_t i = 1; i < v->valued; i++)
		if (v->value[i] >= least && v->value[i] < best - noise) {
			best = v->value[i];
			at = i;
		}
	return v->valued - 1 - at;
}

static bool is_constant(const struct completed *v)
{
	for (size_t i = 1; i < v->valued; i++)
		if (v->value[i] != v->value[0])
			return false;
	return true;
}

/* See advice.h. */
static double pieces_of(const struct dataset *l)
{
	const struct encoding *e = l->encoding;
	double pieces = 1;

	for (size_t j = 0; j < e->d; j++) {
		double along = fmax(1, portable_exp(-l->gp.theta[j]) / piece);
		double most = (double)e->codes[j].n_cells;

		pieces *= most > 0 ? fmin(along, most) : along;
	}
	return pieces;
}

/* Of a history whose trials are no more than the model has room for. */
static void make_model(const struct completed *v, struct encoding *e, uint64_t seed,
                       struct advice_model *out)
{
	struct history h = {.trials = v->seen, .n = v->n, .known_upto = UINT64_MAX};
	struct extremes x;
	struct dataset l;
	double unit;

	dataset_init(&l, e, (double)NAN, seed);
	dataset_gather(&l, &h, v->n);
	fit(&l);
	x = find_extremes(&l, seed);
	unit = 2 * l.target.scale * l.target.sd;
	*out = (struct advice_model){.trials = v->valued,
	                             .target = l.target,
	                             .unit = unit,
	                             .left = sqrt(l.gp.nu) * unit,
	                             .bound = fmax(x.upper - x.lower, 0) * unit,
	                             .improvement = x.most * unit,
	                             .evenly = x.mean * unit,
	                             .r2 = gp_r_squared(&l.gp),
	                             .pieces = pieces_of(&l)};
	out->crowded = PIECE_TRIALS * out->pieces > (double)l.n;
	dataset_free(&l);
}

static void judge(const struct completed *v, const struct advice_model *m, size_t d,
                  bool learns, const struct advice_repeats *more, struct advice *out)
{
	size_t patience = v->valued / 2;
	double least;

	out->noise = noise_of(v, &m->target, m->left, more, &out->repeated);
	out->r2 = m->r2;
	out->pieces = m->pieces;
	out->crowded = m->crowded;
	out->sees = out->r2 >= r2_least && !out->crowded;
	out->bound = stated * m->bound + 2 * m->left;
	out->improvement = m->improvement;
	out->evenly = learns ? 0 : m->evenly;
	out->since = since_gain(v, target_least(&m->target), out->noise);
	out->enough = out->sees && m->bound < out->noise;
	patience = patience < 5 * d ? 5 * d : patience;
	patience = patience < 20 ? 20 : patience;
	least = fmax(0.01 * m->unit, 0.2 * out->noise);
	out->plateau =
	    out->since >= patience &&
	    (out->improvement < least || (!learns && NEXT * out->evenly < 5 * least));
}

void advice_make(const struct space *space, const struct history *h, uint64_t seed,
                 bool learns, const struct advice_repeats *more,
                 struct advice_model *model, struct advice *out)
{
	struct completed v = {0};
	struct advice_model own = {0};
	struct encoding e;

	*out = (struct advice){0};
	look(&v, h);
	out->trials = v.valued;
	encoding_init(&e, space, false, false);
	model = model ? model : &own;
	if (v.valued >= ADVICE_TRIALS && is_constant(&v)) {
		out->constant = out->plateau = true;
		out->since = v.valued - 1;
	} else if (v.valued >= ADVICE_TRIALS && e.d) {
		if (v.valued > MODELLED_MAX)
			keep_some(&v);
		if (model->trials != v.valued)
			make_model(&v, &e, seed, model);
		judge(&v, model, e.d, learns, more, out);
	}
	encoding_free(&e);
	free(v.seen);
	free(v.end);
	free(v.value);
}
