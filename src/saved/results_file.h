/* A results file, read back into a search: its runs are told as the events that made
 * them. */
#ifndef HPS_SAVED_RESULTS_FILE_H
#define HPS_SAVED_RESULTS_FILE_H

#include "saved/saved.h"

/* Of sv->path: the JSON, its checks, and the origin of the search. */
bool results_file_read(struct saved *sv, struct error *err);
/* Then, the search being begun: all that happened in it. */
bool results_file_tell(struct saved *sv, struct error *err);

#endif
