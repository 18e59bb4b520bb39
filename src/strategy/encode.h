/* A configuration as the model sees it, and back. Parameters that can take but one
 * value are left out. The others are numbers in [0, 1], along their own quantiles, or
 * categories:
 *
 *     float                       u itself
 *     integer, or with a step     the middle of the u that give the value, so that the
 *                                 model is constant inside a step (Garrido-Merchan &
 *                                 Hernandez-Lobato 2020, equation 13)
 *     list of >= 3 numbers        (rank + 1/2) / n
 *     a size (scale:)             evenly by its logarithm, likewise
 *     any other list              a category
 *     inactive                    absent
 *
 * Where trials are seen at a part of their length, a row has one number more,
 * 1 + log(part) / log(27), at least 0: the fidelity of Kandasamy, Dasarathy, Schneider
 * & Poczos 2017 (BOCA), on the scale on which rungs are evenly apart.
 *
 * Where a search starts from others, a row has the number of its search, a category: 0
 * is this one (the coregionalization of Swersky, Snoek & Adams 2013, section 3, with
 * one correlation for all pairs).
 *
 * Between the model and the space stand genes: one number per modelled parameter, be it
 * active or not: u, or which of its cells. */
#ifndef HPS_STRATEGY_ENCODE_H
#define HPS_STRATEGY_ENCODE_H

#include "gp/kernel.h"
#include "space/space.h"

struct coding {
	size_t param;
	size_t n_cells;   /* 0: continuous, or as good as that */
	double *u;        /* (n_cells) where each cell is, in u */
	double *position; /* (n_cells) what the model sees; NULL: the cell's number */
	size_t *by_u;     /* (n_cells) cells in the order of u */
	bool relaxed; /* many cells: to be moved like a continuous one, then rounded */
};

struct encoding {
	const struct space *space;
	size_t d;        /* genes */
	size_t width;    /* of a row: d, and those of the next two that there are */
	size_t fidelity; /* in a row: the part of the length; SIZE_MAX: none */
	size_t task;     /* in a row: which search; SIZE_MAX: none */
	struct coding *codes; /* (d) */
	struct gp_dim *dims;  /* (width) */
	size_t *dim_of;       /* (space->n); SIZE_MAX: not modelled */
	bool conditional;     /* some modelled parameter may be inactive */
	/* (space->n) the cells of a parent that each condition allows, one after the
	 * other; NULL: look at the values. */
	bool ***allowed;
	bool *active; /* (space->n) scratch */
};

/* curves: trials may be seen at a part of their length; tasks: some may be of other
 * searches. */
void encoding_init(struct encoding *e, const struct space *s, bool curves, bool tasks);
void encoding_free(struct encoding *e);
/* The genes (d) of a point; values (space->n) are its values. */
void encoding_genes(const struct encoding *e, const struct coord *point,
                    const struct value *const *values, double *genes);
/* The gene at u of dimension j. */
double encoding_gene(const struct encoding *e, size_t j, double u);
/* What the model sees of a trial of this search at its full length: row (width). */
void encoding_row(struct encoding *e, const double *genes, double *row);
/* The point to propose: out (space->n). Continuous coordinates are put on multiples of
 * 2^-30, so that the last bits of a computation do not change a search. */
void encoding_point(const struct encoding *e, const double *genes, struct coord *out);

#endif
