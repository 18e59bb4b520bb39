/* The trials of a search in rank order, for a person (a table) or a program (YAML; JSON
 * and CSV are those of study/results.h). */
#ifndef HPS_REPORT_RANKING_H
#define HPS_REPORT_RANKING_H

#include "report/sheet.h"
#include "study/study.h"

struct ranking_view {
	size_t top;        /* trials at the most; 0: all */
	size_t width;      /* of the terminal; 0: any */
	bool wide;         /* all parameters, as wide as they are */
	bool full;         /* every digit */
	const char *where; /* what `hpsearch show` would be given */
	/* (n_first) the parameters that come first, the most important one before the
	 * others, which stand in the order of the space. */
	const size_t *first;
	size_t n_first;
};

void ranking_table(struct study *s, const struct ranking_view *v, struct str *out);
/* All columns, for other formats. */
void ranking_sheet(struct study *s, const struct ranking_view *v, struct sheet *out);
/* top: as in the view. */
void ranking_yaml(struct study *s, size_t top, struct str *out);

/* Of a run that has not ended: "running", "queued", or "interrupted" where no driver is
 * at work any more. */
const char *ranking_waits(const struct search *s, const struct run *r);
/* Of a trial that has not ended, the run that says most: one that runs, else one that
 * was begun, else the first. */
const struct run *ranking_foremost(const struct trial *t);
/* "57 ok, 2 failed, 1 timeout". */
void ranking_outcomes(const struct study *s, struct str *out);
/* One sentence on where the search stands: "done: 60 trials (57 ok, 3 failed) in 3m12s:
 * every trial that was asked for is done". */
void ranking_state(const struct study *s, struct str *out);

#endif
