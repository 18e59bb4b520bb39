/* What a model may know of a search at one moment, and the kernel's parameters that go
 * with it: what was learnt of its trials, in that order, as the model sees it.
 *
 * A trial that was stopped, or is under way, is not a finished one with a worse value:
 * what it had reached (at a ninth and a third of its length, and where it was stopped)
 * is a datum at its own length, the last number of its row but one for the task, and
 * the model is asked about the full length; only trials of the full length are
 * incumbents. Where how long a full run is is not known, the longest so far counts as
 * that. Measured with bench-early, method bayes with asha, eight tasks of modelled
 * learning curves, 6 seeds: to come to what random search finds with 40 full trainings
 * cost 0.26 of that when the model was told nothing of stopped trials, 0.10 so, and
 * 0.09 with the last value taken for the final one; but then one search of 48 never
 * came there, and after 0.3 of the cost the regret was -0.08 against -0.15 (0: the best
 * of 8,000 random configurations, 1: the target).
 *
 * The parameters are fitted at fixed numbers of finished trials, each time from the
 * ones before (with more than 300 trials from those of about 300), so they depend on
 * the history alone; what is kept here is a cache. */
#ifndef HPS_STRATEGY_DATASET_H
#define HPS_STRATEGY_DATASET_H

#include "base/pareto.h"
#include "gp/model.h"
#include "gp/target.h"
#include "strategy/encode.h"
#include "strategy/strategy.h"

struct datum {
	uint64_t id, order;
	double value; /* NAN: it has none, the trial failed */
	double m;     /* runs behind it */
	double stderr_;
	double fidelity; /* 1: the full length */
	size_t task;     /* 0: this search; else a trial of source task - 1, whose id
	                  * is its place among the earlier trials, and its value that of the
	                  * model, in the units of its own search */
	bool settled;    /* the trial is over, as far as is known */
	bool usable;     /* may be the incumbent */
	/* Where there is anything further: all objectives, and whether the limits hold;
	 * in the order of the observation, the value first. */
	double y[PARETO_MAX];
	bool holds;
};

struct dataset {
	const struct space *space;
	struct encoding *encoding;
	uint64_t seed;
	/* What of an observation is modelled: 0 its value, else number which - 1 of
	 * what there is further: an objective, or (limit) by how much a limit is
	 * exceeded, of how many. */
	size_t which, n_further, m; /* m: objectives */
	bool limit;
	double bound; /* limit: the y of 0 as the model was given it last */
	double full;
	struct gp gp;
	struct target target; /* from values of this search to what the model was
	                       * given last */
	struct datum *data;   /* (n) */
	size_t n, cap;
	size_t n_settled; /* trials */
	double *rows;     /* (n, width) what the model sees of them */
	/* Of every trial, by id: its genes (d) and the u that gave them. */
	double *met_genes, *met_u;
	size_t n_met, cap_met;
	/* Of every earlier trial: its genes (d), and its value for the model. */
	const struct earlier *earlier; /* (n_earlier) */
	size_t n_earlier;
	double *earlier_genes, *earlier_y;
	struct gp *sources; /* (n_sources) a model of each */
	size_t n_sources;
	/* What of the data the model is given, by index, ascending. */
	size_t *view; /* (n_view) */
	size_t n_view;

	/* private: fits on the first data, which were `known` */
	struct datum *known; /* (n_known) */
	size_t n_known;
	struct dataset_fit *fits;
	size_t n_fits, cap_fits;
};

/* encoding must outlive it. full: steps of a full run, NAN: not known. */
void dataset_init(struct dataset *b, struct encoding *encoding, double full,
                  uint64_t seed);
/* Trials of other searches, standardized each by itself; they must outlive it. They
 * come before all data. Values of this search are moved and stretched so that they fit
 * what the others' models say of the same points. How much they tell is the kernel's
 * length-scale between two searches, fitted with the others: from a prior by which they
 * are much alike (0.83 the correlation at its mean), to where they tell nothing. */
void dataset_earlier(struct dataset *b, const struct earlier *earlier, size_t n,
                     size_t sources);
void dataset_free(struct dataset *b);
/* Genes of a datum. */
const double *dataset_genes(const struct dataset *b, size_t datum);
/* Takes in what a proposal for trial id may know of h. */
void dataset_gather(struct dataset *b, const struct history *h, uint64_t id);
/* The kernel's parameters; changes view and model. */
const double *dataset_theta(struct dataset *b);
/* Puts into view, of the first n data: all; when they are more than `most`, the best
 * ones, those nearest to the centre (near of them; a row (width), NULL: none; the
 * kernel must be set), and others at random, so that the model keeps its sight of the
 * whole.
 */
void dataset_look_at(struct dataset *b, size_t n, size_t most, size_t best, size_t near,
                     const double *centre);
/* The same view as another one's, of the same trials. */
void dataset_look_as(struct dataset *b, const struct dataset *other);
/* What is in view, of n data in all, into the model, with its prior. */
void dataset_load(struct dataset *b, size_t n);
/* The values of the first n data that may be incumbents, else NAN; malloc. */
double *dataset_values(const struct dataset *b, size_t n);
/* The indices 0 … n-1 by their keys, least first, NAN last; malloc. */
size_t *dataset_sorted(double *keys, size_t n);

#endif
