/* From a finished search to the file of a finer one: what becomes of each parameter.
 *
 * A range becomes the one that holds nine tenths of the model's optima (strategy/
 * optima.h) and the winner, as far out as the nearest value that was tried on either
 * side: between two tries the data say nothing. Where that touches an end of the old
 * range, the end is moved out by a quarter of the range on the parameter's own scale,
 * but not across an end that its meaning has (search/edges.h); where it touches both,
 * the range is kept, but for an end that the winner itself is at. A list keeps the
 * values that nine tenths of the optima have, the winner's, and what was never tried. A
 * parameter whose share of the variance (importance) is below 10 %, also among the
 * best, at the upper end of its interval, is fixed at its default. */
#ifndef HPS_REPORT_REFINEMENT_H
#define HPS_REPORT_REFINEMENT_H

#include "study/study.h"

enum refined_what {
	REFINED_KEPT,   /* as it was */
	REFINED_RANGE,  /* min … max */
	REFINED_VALUES, /* a list */
	REFINED_FIXED,  /* one value */
	REFINED_GONE    /* it can never be active any more */
};

struct refined {
	enum refined_what what;
	double min, max;            /* RANGE: values */
	const struct value *values; /* (n) VALUES; FIXED: one */
	size_t n;
	bool idle;                  /* FIXED because it makes no difference */
	const struct value *preset; /* NULL: none */
	const char *why;            /* one line */
};

struct refinement {
	struct refined *list; /* (space.n) */
	size_t trials;        /* with a value */
	double r2;
	const struct trial *winner;
	bool winner_presets; /* defaults are the winner's values */
	struct arena arena;
};

/* ERROR_TRIAL, with what to do, where the trials are too few or a model of them
 * explains too little. The study must outlive it. */
bool refinement_init(struct refinement *r, struct study *s, struct error *err);
void refinement_free(struct refinement *r);
/* The new file: the old one with these parameters, warm-started from `from`. */
void refinement_yaml(const struct refinement *r, const struct study *s,
                     const char *from, struct str *out);
/* What has changed, a line each. */
void refinement_text(const struct refinement *r, const struct study *s,
                     struct str *out);

#endif
