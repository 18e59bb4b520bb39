/* What a short command prints: git, nvidia-smi. */
#ifndef HPS_RUN_CAPTURE_H
#define HPS_RUN_CAPTURE_H

#include <stddef.h>

/* The first size - 1 bytes that it prints on stdout within two seconds, into out, with
 * a NUL; "" where it cannot be run. It is then killed, if it still runs; its stderr
 * goes nowhere, its stdin is empty. Searched for in PATH. */
void capture(char *const argv[], char *out, size_t size);

#endif
