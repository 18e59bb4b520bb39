/* A search as runs of W&B that were offline: for each run DIR/offline-run-TIME-ID with
 * the file that `wandb sync` sends (run/wandb_write.h). */
#ifndef HPS_EXPORT_WANDB_H
#define HPS_EXPORT_WANDB_H

#include "export/exporting.h"

/* One run of W&B for each run that has begun: its parameters as the config, with what
 * hpsearch knows under the key hpsearch; its reports as the history; its value as the
 * summary of the metric. Its id is the same in every export of the search. */
bool export_wandb(struct exporting *x, struct error *err);

#endif
