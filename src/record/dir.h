/* One driver per directory: an exclusive lock on DIR/lock, whose holder's pid is
 * written into it. The lock lives as long as any process holds the descriptor, so it is
 * handed to the run supervisors: a new driver cannot begin before the last child of a
 * killed one is gone. */
#ifndef HPS_RECORD_DIR_H
#define HPS_RECORD_DIR_H

#include "base/error.h"
#include "base/mem.h"

/* Makes the directory, takes the lock. When its holder is dead but children of it are
 * still being ended, waits up to 20 seconds. Returns the descriptor, -1 with err. */
int lock_take(const char *dir, struct error *err);
/* Is some driver at work in the directory? Takes and changes nothing. */
bool lock_held(const char *dir);

/* The directory of a search for this YAML file: --out, or `<stem>.hpsearch`. */
const char *search_dir(const char *yaml_path, const char *out, struct arena *a);

#endif
