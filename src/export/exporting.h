/* A search on its way into another tool's store, and what that tool is told of it. */
#ifndef HPS_EXPORT_EXPORTING_H
#define HPS_EXPORT_EXPORTING_H

#include "search/search.h"

struct exporting {
	const struct search *s;
	const char *name; /* of the search, for a person */
	const char *path; /* what is written; nothing is there yet */
	struct arena *a;
	/* what came of it: */
	size_t written;   /* trials or runs, as the tool counts */
	size_t not_begun; /* runs that are left out: none has started them */
	struct str notes; /* lines: what is not as in the search; to be freed */
};

/* 16 hexadecimal digits of the search (of its file, its seed and its first start), the
 * same in every export of it, from a journal or a results file. Looks at every run. */
const char *exporting_id(const struct exporting *x);
/* "trial 3", and with repeats "trial 3.1". */
const char *exporting_run_name(const struct exporting *x, const struct trial *t,
                               size_t run);
/* Has somebody begun it? */
bool exporting_begun(const struct run *r);
/* When a run began, in seconds since 1970; 0: not known. */
double exporting_started(const struct run *r);
/* … and that many seconds later as it has run. */
double exporting_ended(const struct run *r);
/* Of a time in seconds; 0: not known. */
int64_t exporting_milliseconds(double wall);
/* The outcome, or that it is running. */
const char *exporting_outcome(const struct run *r);
/* "2031-05-06 07:08:09.123456", here and without a zone. */
const char *exporting_time(const struct exporting *x, double wall);
/* "20310506_070809", likewise. */
const char *exporting_stamp(const struct exporting *x, double wall);
/* JSON as Python writes it: NaN, Infinity. */
void exporting_number(struct str *out, double x);
/* Trial, run, seed, outcome and so on, as one JSON object. */
void exporting_facts(const struct trial *t, const struct run *r, struct str *out);

#endif
