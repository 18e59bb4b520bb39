/* A text on its way to a file, which may be large: all of it stays in a string, or goes
 * piece by piece. */
#ifndef HPS_RECORD_PIECEWISE_H
#define HPS_RECORD_PIECEWISE_H

#include "base/file.h"
#include "base/str.h"

struct piecewise {
	struct str *out;
	size_t start;          /* of the text in *out */
	uint32_t crc;          /* of what has gone */
	struct file_new *file; /* NULL: it stays */
	size_t top;            /* of a table: rows at the most; 0: all */
};

enum { PIECE_BYTES = 1 << 18 };

/* Lets go of what has gathered, where that is so many bytes. */
void piecewise_flush(struct piecewise *p, size_t at_least);

#endif
