/* Where a search is kept. */
#ifndef HPS_RECORD_DIR_H
#define HPS_RECORD_DIR_H

#include "base/mem.h"

/* The directory of a search for this YAML file: --out, or `<stem>.hpsearch`. */
const char *search_dir(const char *yaml_path, const char *out, struct arena *a);

#endif
