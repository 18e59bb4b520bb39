/* The last words of a session: how it ended, where everything is, what to type next. */
#ifndef HPS_REPORT_CLOSING_H
#define HPS_REPORT_CLOSING_H

#include "study/study.h"

/* No trial is usable: how many ended how, and what to do about each kind. */
void closing_no_trial(const struct study *s, const char *dir, struct str *out);
/* Why and when a search ended, its runs by outcome, its directory, the winner (the
 * verified one, or the best) as a command line, and the next commands. dir: as the user
 * would type it. */
bool closing_report(struct study *s, const char *dir, struct str *out,
                    struct error *err);

#endif
