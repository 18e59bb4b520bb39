/* results.csv: the ranking as a table (RFC 4180). */
#ifndef HPS_RECORD_CSV_H
#define HPS_RECORD_CSV_H

#include "early/monitor.h"
#include "record/piecewise.h"
#include "search/search.h"

/* m is not looked at: the same type as that of results.json. */
void csv_write(struct search *s, const struct monitor *m, struct piecewise *p);

#endif
