/* Numbers in a line of plain text: name: value and name=value. Whole names only:
 * best_val_loss, train/val_loss and "best val_loss" are not val_loss. A number ends
 * where a blank, a comma, a bracket or a bar does; a percent sign is left out. */
#ifndef HPS_RUN_PLAIN_H
#define HPS_RUN_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

/* What a step is called where nobody says it, the likeliest first. */
enum { STEP_NAMES = 5 };
extern const char *const step_names[STEP_NAMES];

/* The last one of that name in the line. */
bool plain_number(const char *line, size_t n, const char *name, double *out);
/* The step that the line is of: that name's number, also as in "Epoch 3/10"; name NULL:
 * that of one of step_names. For these, [10] at the beginning
 * is one, too. */
bool plain_step(const char *line, size_t n, const char *name, double *out);

enum { PLAIN_NAME = 100 /* bytes of a name, with its NUL */ };
/* The next number of the line with a name, from *at on, which moves on; LightGBM's
 * "valid_0's l2" is one. False: there is none. */
bool plain_next(const char *line, size_t n, size_t *at, char name[PLAIN_NAME],
                double *out);

#endif
