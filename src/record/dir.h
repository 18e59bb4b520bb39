/* Where a search is kept, and whether somebody is at work on it. */
#ifndef HPS_RECORD_DIR_H
#define HPS_RECORD_DIR_H

#include "base/mem.h"

#include <stdbool.h>

/* The directory of a search for this YAML file: --out, or `<stem>.hpsearch`. */
const char *search_dir(const char *yaml_path, const char *out, struct arena *a);
/* Is some driver at work in the directory? Takes and changes nothing. */
bool lock_held(const char *dir);

#endif
