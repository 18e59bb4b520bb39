/* When runs may begin: all of them at a rate, and one that has said "later" (exit 75)
 * not before its back-off is over.
 *
 * The rate is a token bucket (ITU-T I.371's virtual scheduling) that holds what one run
 * takes: a run takes as many as it is asked items, without items one; it begins when
 * what the run before it took has flowed in again. So in any time T no more items are
 * given out than rate T and one batch, and what is not used is not saved up. It is made
 * of the STARTs of a journal: a search that goes on does not begin anew with a full
 * one.
 *
 * Back-off is exponential, with the "equal jitter" of M. Brooker, "Exponential Backoff
 * And Jitter" (2015): after the k-th 75 in a row min(max, base 2^(k-1)) (1 + u) / 2
 * seconds, u uniform in [0, 1) and the run's own. A launch that brought reports, or
 * answers that were not there, begins a new row. */
#ifndef HPS_SEARCH_PACE_H
#define HPS_SEARCH_PACE_H

#include "search/trial.h"

struct pace {
	double free; /* seconds since 1970 when the next run may begin; 0: now … */
	double last; /* … which the last one put off by so many seconds */
};

/* A run has begun at `now` (NaN: it is not known when; nothing happens). */
void pace_begun(struct pace *p, const struct spec *s, const struct run *r, double now);
/* A session begins: a clock that was turned back, or a back-off that was made shorter,
 * is no reason to wait longer than the last run put the next one off, or than the
 * longest back-off. */
void pace_resume(struct pace *p, double now);
void pace_resume_run(struct run *r, const struct spec *s, double now);
/* Seconds until some run may begin. */
double pace_wait(const struct pace *p, double now);
/* Seconds that this run must still wait, by its back-off. */
double pace_left(const struct run *r, double now);
/* Which 75 in a row it is that this launch has ended with. */
unsigned pace_row(const struct run *r);
/* Seconds from there to the next launch. key: of its trial or candidate. */
double pace_backoff(const struct spec *s, const struct run *r, uint64_t key);

#endif
