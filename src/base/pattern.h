/* Regular expressions that people write into a file: POSIX extended ones (regcomp), and
 * bounded, since they meet every line that a training prints. No back references and no
 * mountains of repetitions, whose cost has no bound; nothing that only Perl and Python
 * know, which would be taken for something else. */
#ifndef HPS_BASE_PATTERN_H
#define HPS_BASE_PATTERN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct pattern;

enum { PATTERN_MAX = 1024 /* bytes */ };

/* NULL (ERROR_FILE): it is none; *help (not NULL): what to write, or NULL. A group,
 * (…), must be in it: that is what it is to find. */
struct pattern *pattern_new(const char *text, const char **help, struct error *err);
void pattern_free(struct pattern *p); /* NULL: nothing */
/* The first group that took part in the first match within line[0..n): line[*from …
 * *from + *len). False: no match. A NUL must stand at line[n], or behind it. */
bool pattern_find(const struct pattern *p, const char *line, size_t n, size_t *from,
                  size_t *len);

#endif
