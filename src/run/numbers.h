/* Whatever else a run says beside its metric: numbers by their names (base/series.h)
 * and notes. */
#ifndef HPS_RUN_NUMBERS_H
#define HPS_RUN_NUMBERS_H

#include "base/series.h"

enum { NOTE_BYTES = 4000 /* all notes of a run */ };

struct numbers {
	struct series_log said;
	struct series_log held; /* of text lines, as long as it is not known whether
	                         * these count */
	struct str note;        /* a line each */
};

/* Tells of every number in the object, those of nested objects as "a.b", true and false
 * not among them; what is under "hpsearch" is for us. So many members are looked at. */
enum { NUMBERS_MEMBERS = 4096 };
void numbers_walk(const cJSON *object,
                  void (*found)(void *self, const char *name, double value),
                  void *self);

/* Another note; what finds no room is cut. */
void numbers_note(struct numbers *n, const char *text);
/* The same number again, as a progress bar draws it: not finite ones are equal. */
bool numbers_again(const struct series_log *log, const char *name, double value);
void numbers_free(struct numbers *n);

#endif
