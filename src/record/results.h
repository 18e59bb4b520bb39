/* results.json and results.csv: the ranked, self-contained record of a search, replaced
 * atomically, and read back by show, best, replay and reproduce. Schema 1 is described
 * in hpsearch(1); a file of a newer schema is refused. */
#ifndef HPS_RECORD_RESULTS_H
#define HPS_RECORD_RESULTS_H

#include "early/monitor.h"
#include "search/search.h"

enum { RESULTS_SCHEMA = 1 };

/* Both files into s->dir. m: NULL without early stopping. */
bool results_write(struct search *s, const struct monitor *m, struct error *err);
/* The text of results.json / results.csv. */
void results_json(struct search *s, const struct monitor *m, struct str *out);
/* The best top rows; 0: all. */
void results_csv(struct search *s, size_t top, struct str *out);
/* One trial as it stands in results.json; the best top of them as a list. */
void results_trial(const struct search *s, const struct monitor *m,
                   const struct trial *t, struct str *out);
void results_top(struct search *s, const struct monitor *m, size_t top,
                 struct str *out);

#endif
