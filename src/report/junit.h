/* A search as JUnit's XML, which continuous integration reads: a suite "trials" with a
 * case each, a suite "verification" with one, a suite "search" whose one case is the
 * exit code. */
#ifndef HPS_REPORT_JUNIT_H
#define HPS_REPORT_JUNIT_H

#include "study/study.h"

/* Failures: trials that are failed, timeout, no_metric or diverged; errors: killed,
 * oom; skipped: stopped, infeasible, and those that have not ended; the verification,
 * where it did not hold up (skipped where it was not asked for or is not over); the
 * search, where its exit code is not 0. top: trials at the most, 0: all. Times are
 * seconds. */
void junit_write(struct study *s, int exit_code, size_t top, struct str *out);
/* A suite of its own, with a case each. */
struct junit_case {
	const char *name, *message;
	double time;       /* seconds */
	bool failed, open; /* open: not over, and skipped */
};
void junit_list(const char *suite, const struct junit_case *list, size_t n,
                struct str *out);
/* A text inside an element or an attribute. What XML 1.0 cannot hold, control
 * characters and bytes that are not UTF-8, is written as text_clean does. */
void junit_text(struct str *out, const char *text);

#endif
