/* What went wrong, as one value that travels up to main: a kind, which decides the
 * exit code, and a text for the person, which may be several lines long. */
#ifndef HPS_BASE_ERROR_H
#define HPS_BASE_ERROR_H

#include <stdbool.h>

enum error_kind {
	ERROR_NONE,
	ERROR_USAGE,  /* bad command line: exit 2 */
	ERROR_FILE,   /* bad YAML or results file: exit 2 */
	ERROR_SYSTEM, /* the machine said no (disk, processes, locks): exit 1 */
	ERROR_TRIAL   /* no usable trial: exit 3 */
};

struct error {
	enum error_kind kind;
	char text[4096];
};

/* Both return false, so that a failing function can end with `return error_set(…)`.
 * The text is cut, never overrun. */
__attribute__((format(printf, 3, 4))) bool error_set(struct error *err,
                                                     enum error_kind kind,
                                                     const char *fmt, ...);
/* The text gains a prefix; the kind stays. */
__attribute__((format(printf, 2, 3))) bool error_prefix(struct error *err,
                                                        const char *fmt, ...);
/* As error_set with ERROR_SYSTEM, ending in ": " and the words for errno. */
__attribute__((format(printf, 2, 3))) bool error_errno(struct error *err,
                                                       const char *fmt, ...);

#endif
