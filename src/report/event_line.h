/* What happened in a search as a line of JSON for others, of names that stay: the
 * public form of a journal's line, which hpsearch(1) describes under LOG. It has the
 * numbers of trials and runs and nothing that a training printed, no command, file,
 * host or environment. */
#ifndef HPS_REPORT_EVENT_LINE_H
#define HPS_REPORT_EVENT_LINE_H

#include "search/search.h"

enum { LOG_SCHEMA = 1 };

/* One line, with its newline. n: its number, from 0. spec: the search's. */
void event_line(const struct event *e, const struct spec *spec, uint64_t n,
                struct str *out);
/* The last line of a log: how the search stands; n: lines before it. */
void event_line_summary(const struct search *s, int exit_code, uint64_t n,
                        struct str *out);
/* The lines of a search whose journal is not there, from what its results file says, in
 * the order of trials; from *n on, which is counted up. */
void event_lines_of(const struct search *s, uint64_t *n, struct str *out);

#endif
