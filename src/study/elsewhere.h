/* A search whose runs others launch: they ask for one, say what it reports, and tell
 * how it ended (the library's and the shell's ask and tell). Everything that happens is
 * an event, as where hpsearch launches the runs itself. */
#ifndef HPS_STUDY_ELSEWHERE_H
#define HPS_STUDY_ELSEWHERE_H

#include "study/study.h"

/* One run of the search. */
struct handout {
	struct trial *trial;
	size_t run;
};

/* The next run, which has begun when this returns POINT. WAIT: none before something
 * is told. DONE: the search is over (search.why). lease: seconds after which it counts
 * as lost unless it reports; 0: never. */
enum ask elsewhere_ask(struct study *s, double lease, struct handout *out,
                       struct error *err);
/* A value of the metric at a step. lease: from now on; NaN: as it was. What
 * is not CONTINUE ends the run: it is over, or (PAUSE) will be asked for again with
 * more steps. */
bool elsewhere_report(struct study *s, struct handout h, struct report rep,
                      double lease, enum decision *out, struct error *err);

/* How a run ended. */
struct ending {
	enum { ENDING_VALUE, ENDING_REPORTED, ENDING_FAILED, ENDING_INFEASIBLE } how;
	double value; /* VALUE: the metric (not finite: it has diverged); REPORTED:
	               * what was reported comes to it */
	double cost;  /* of this launch */
	const char *reason; /* in a few words; NULL: none */
};
/* *again: it failed, and is queued once more. */
bool elsewhere_tell(struct study *s, struct handout h, const struct ending *end,
                    bool *again, struct error *err);

/* The run of that number, if it can be told of: it has been asked for and is not over
 * (one that was given up, and is heard of after all, is as good as any). */
bool elsewhere_find(const struct study *s, uint64_t trial, uint64_t run,
                    struct handout *out, struct error *err);

#endif
