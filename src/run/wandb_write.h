/* The same file written: a run that wandb did not see, as its client leaves one that
 * was offline. Header and framing as in wandb_file.h, checksums included (CRC-32 of
 * IEEE 802.3 over a chunk's type and data); names stand in field 1 of an item, as the
 * clients 0.13 to 0.17 wrote them and all read them. */
#ifndef HPS_RUN_WANDB_WRITE_H
#define HPS_RUN_WANDB_WRITE_H

#include "base/str.h"

/* Zeroed, then wandb_write_begin. The bytes of the file are in `file`. */
struct wandb_writer {
	struct str file;
	struct str record, items; /* under way */
	uint64_t number;          /* of the last record */
};

void wandb_write_begin(struct wandb_writer *w);
void wandb_write_free(struct wandb_writer *w);
/* The next record's config, row or summary has this: a name and its JSON. */
void wandb_write_item(struct wandb_writer *w, const char *key, const char *json);
/* Takes the items as the run's config. started: seconds since 1970. Texts may be NULL.
 */
struct wandb_run {
	const char *id, *project, *group, *name, *tag, *host;
	double started;
};
void wandb_write_run(struct wandb_writer *w, const struct wandb_run *run);
/* A row of the history. */
void wandb_write_row(struct wandb_writer *w, uint64_t step);
void wandb_write_summary(struct wandb_writer *w);
/* seconds: how long it took. */
void wandb_write_exit(struct wandb_writer *w, int code, double seconds);

#endif
