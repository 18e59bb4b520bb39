/* Output between a run's pipe and its stdout file. The bytes that the driver has read
 * and not yet written lie in memory that it shares with the supervisors: so what a
 * killed driver leaves, in there and in the pipe, its supervisors add to the file, each
 * byte once. (A report may be in neither place any more for the driver's successor,
 * while the training has written the checkpoint behind it.) */
#ifndef HPS_RUN_FLIGHT_H
#define HPS_RUN_FLIGHT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLIGHT_BYTES = 64 * 1024 }; /* of one read: a whole pipe */

struct flight {
	size_t slots;
	size_t slot;              /* whose bytes these are */
	char bytes[FLIGHT_BYTES]; /* NUL, all but those under way */
	int64_t at[]; /* (slots) bytes in its file, those under way not counted; -1:
	               * they go nowhere, the file is not kept any more */
};

/* Shared with every process that is forked from now on; all NUL. */
struct flight *flight_new(size_t slots, struct error *err);
void flight_free(struct flight *f); /* NULL: nothing */

/* A run begins: its file is new. */
void flight_open(struct flight *f, size_t slot);
/* Before a read into f->bytes, and when its n bytes are where they belong; at: as in
 * the struct. */
void flight_begin(struct flight *f, size_t slot);
void flight_end(struct flight *f, size_t n, int64_t at);

/* In a supervisor whose driver is gone and whose run is over: adds what is left of the
 * slot's output, in f and in the pipe (non-blocking), to dir/stdout, which stays below
 * `limit` bytes. No link is followed. */
void flight_land(const struct flight *f, size_t slot, int pipe, const char *dir,
                 int64_t limit);

#endif
