/* What a wandb run logged, from wandb's own file of it: for a training whose Python our
 * hook did not reach (python -I, a frozen program). Complete when the run has ended.
 *
 * The file is a LevelDB log (blocks of 32 KiB, chunks FULL, FIRST, MIDDLE, LAST) of
 * protobuf messages; of those we read Record.history (2) and Record.summary (3), as
 * wandb 0.13 to 0.31 write them (wandb_internal.proto). */
#ifndef HPS_RUN_WANDB_FILE_H
#define HPS_RUN_WANDB_FILE_H

#include "base/str.h"

#include <stddef.h>

/* Appends a line of JSON for each row; behind them one of the summaries that are
 * another value than the last row's (define_metric's min, run.summary). What cannot be
 * read ends it. */
void wandb_file_lines(const char *bytes, size_t n, struct str *out);
/* The same of every folder/wandb/offline-run-* there is, in the order of their names.
 */
void wandb_folder_lines(const char *folder, struct str *out);

#endif
