/* Colours and other commands to a terminal, in a line. */
#ifndef HPS_RUN_ESCAPES_H
#define HPS_RUN_ESCAPES_H

#include <stddef.h>

/* Takes them out: from ESC to a letter, or, for titles and links (ESC ]), to BEL or
 * ESC \. Returns the length that is left. */
size_t escapes_strip(char *line, size_t len);

#endif
