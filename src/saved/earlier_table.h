/* warm_start from a table: what Optuna's trials_dataframe().to_csv(), an export of
 * W&B's table of runs, or anybody's CSV with parameters and a value says of earlier
 * trials. */
#ifndef HPS_SAVED_EARLIER_TABLE_H
#define HPS_SAVED_EARLIER_TABLE_H

#include "config/points.h"
#include "search/warm.h"

/* .csv or .tsv? */
bool import_is_table(const char *path);
/* Adds it as a source: at most `most` of its rows, the best among them. */
bool import_table(struct warm *w, const struct spec *spec, const char *path,
                  size_t most, struct arena *a, struct error *err);
/* Which of n trials, in rank order first the best, are taken: every k-th of the others.
 */
bool import_wanted(size_t rank, size_t n, size_t most);

#endif
