#include "report/landscape.h"
#include "base/elementary.h"
#include "base/stat.h"
#include "search/lineage.h"
#include "search/prospect.h"

#include <math.h>
#include <stdlib.h>

enum { FIT_STEPS = 50, TRIALS_MAX = 800 };

static const double pi = 3.14159265358979323846;

/* Warped or not, the function is about the same; its uncertainty would cost as many
 * parameters again. And the prior that proposals are made with knows no training that
 * is all noise; the one that repeats gave is kept. */
static void set_prior(struct gp *g)
{
	for (size_t j = g->d + 2; j < g->n_theta; j++)
		g->prior.low[j] = g->prior.high[j] = 0;
	if (g->prior.sd[g->d + 1] > 1)
		gp_noise_prior(g, -3, 2.5);
}

static void find_theta(struct gp *g)
{
	static const double nu[] = {0.0025, 0.01, 0.5};

	set_prior(g);
	gp_fit_from(g, nu, ARRAY_LEN(nu), FIT_STEPS);
}

/* By how much the model's likelihood is above that of noise alone, less what its
 * parameters are worth. */
static double gain(const struct gp *g)
{
	double n = (double)g->n;
	struct moments m = stat_of(g->y, g->n);
	double noise = -0.5 * n * (portable_log(2 * pi * m.variance * (n - 1) / n) + 1);

	return gp_log_marginal(g) - noise - 0.5 * ((double)g->d + 1) * portable_log(n);
}

/* The cap that proposals are made with is for finding the best, and low where a search
 * has found it; shares are of all that varies, less what is far out by any measure. */
static void set_values(struct landscape *l)
{
	struct dataset *b = &l->data;
	struct gp *g = &b->gp;
	double *value = dataset_values(b, b->n);
	size_t *order = dataset_sorted(value, b->n);
	struct moments m;

	l->cap = value[order[b->n * 95 / 100]];
	l->cap += 5 * (l->cap - value[order[0]]);
	for (size_t i = 0; i < g->n; i++) {
		g->y[i] = fmin(b->data[b->view[i]].value, l->cap);
		l->capped += g->y[i] < b->data[b->view[i]].value;
	}
	m = stat_of(g->y, g->n);
	l->mean = m.mean;
	l->sd = m.variance > 0 ? sqrt(m.variance) : 1;
	for (size_t i = 0; i < g->n; i++)
		g->y[i] = (g->y[i] - l->mean) / l->sd;
	free(value);
	free(order);
}

/* Those that failed tell nothing of how much it varies. */
static bool has_value(const struct known *t)
{
	const struct observation *last = t->n ? t->observations + t->n - 1 : NULL;

	return last && last->state == KNOWN_OK && isfinite(last->value);
}

size_t landscape_trials(const struct search *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += has_value(&s->known[i]);
	return n;
}

static size_t fit(struct landscape *l, const struct study *s)
{
	struct dataset *b = &l->data;
	struct known *seen = mem_new(s->search.n, sizeof *seen);
	struct history h = {.trials = seen, .n = s->search.n, .known_upto = UINT64_MAX};

	for (size_t i = 0; i < s->search.n; i++) {
		seen[i] = s->search.known[i];
		if (!has_value(&seen[i]))
			seen[i].n = 0;
	}
	dataset_gather(b, &h, s->search.n);
	free(seen);
	if (b->n < LANDSCAPE_TRIALS)
		return b->n;
	dataset_look_at(b, b->n, TRIALS_MAX, 0, 0, NULL);
	dataset_load(b, b->n);
	set_values(l);
	find_theta(&b->gp);
	l->r2 = gp_r_squared(&b->gp);
	l->gain = gain(&b->gp);
	return b->n;
}

static bool check_model(const struct landscape *l, struct error *err)
{
	static const char help[] =
	    "\n  help: more trials, or more repeats if the metric is noisy";

	if (l->r2 < LANDSCAPE_R2)
		return error_set(err, ERROR_TRIAL,
		                 "the model explains too little of the metric to say "
		                 "what matters: leave-one-out R2 %.2f, below %.2f%s",
		                 l->r2, LANDSCAPE_R2, help);
	if (l->gain < 0)
		return error_set(err, ERROR_TRIAL,
		                 "the metric may be noise alone: the model explains it "
		                 "(leave-one-out R2 %.2f) no better than its number of "
		                 "parameters lets it by chance%s",
		                 l->r2, help);
	return true;
}

static bool is_constant(const struct search *s, struct error *err)
{
	struct str value = {0};
	double x;

	if (!prospect_constant(s, &x))
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

bool landscape_init(struct landscape *l, const struct study *s, struct error *err)
{
	*l = (struct landscape){0};
	if (!lineage_has_none(s->search.spec, err) || is_constant(&s->search, err))
		return false;
	encoding_init(&l->encoding, &s->search.spec->space, false, false);
	dataset_init(&l->data, &l->encoding, (double)NAN, s->search.spec->seed);
	l->trials = fit(l, s);
	if (!l->encoding.d || l->trials < LANDSCAPE_TRIALS)
		return error_set(
		    err, ERROR_TRIAL,
		    "importance needs %d trials with a value, there are %zu",
		    LANDSCAPE_TRIALS, l->trials);
	return check_model(l, err);
}

void landscape_free(struct landscape *l)
{
	if (l->encoding.space)
		dataset_free(&l->data);
	encoding_free(&l->encoding);
	*l = (struct landscape){0};
}

void landscape_at(struct landscape *l, const double *genes, size_t n, double *mean,
                  double *sd)
{
	size_t d = l->encoding.d, width = l->encoding.width;
	double *rows = mem_new(n * width, sizeof *rows);

	for (size_t i = 0; i < n; i++)
		encoding_row(&l->encoding, genes + i * d, rows + i * width);
	gp_predict(&l->data.gp, rows, n, mean, sd);
	for (size_t i = 0; i < n; i++) {
		mean[i] = l->mean + l->sd * mean[i];
		sd[i] = l->sd * sqrt(sd[i]);
	}
	free(rows);
}
