/* What a short command prints: git, nvidia-smi. */
#ifndef HPS_RUN_CAPTURE_H
#define HPS_RUN_CAPTURE_H

#include <stddef.h>

/* The first size - 1 bytes that it prints on stdout within so many seconds, into out,
 * with a NUL; "" where it cannot be run. It is then killed with all that it has begun,
 * if it still runs; its stderr goes nowhere, its stdin is empty. Searched for in PATH.
 * dir: where it runs; NULL: here. */
void capture_in(const char *dir, int seconds, char *const argv[], char *out,
                size_t size);
/* The same here, within two seconds. */
void capture(char *const argv[], char *out, size_t size);

#endif
