/* Constraints between parameters, as written in the YAML: "width % heads == 0",
 * "lr * batch < 1 and optimizer != 'sgd'". Python's operators, precedence and meaning:
 * + - * / // % **, comparisons (also chained), and or not, in / not in with [lists],
 * parentheses, numbers, 'strings' "strings", True/true False/false None/null, parameter
 * names (dotted ones too; any name at all in `backquotes`), and min max abs round floor
 * ceil sqrt log log2 log10 exp int float len. Nothing else exists: no attribute, no
 * call out. Integers have 64 bits, beyond which they go on as doubles; there are no
 * complex numbers, and no arithmetic with texts. */
#ifndef HPS_SPACE_CONSTRAINT_H
#define HPS_SPACE_CONSTRAINT_H

#include "base/error.h"
#include "space/value.h"

struct constraint;

/* Parses text; names[n_names] are the parameters it may use. On failure err->text says
 * what, with "did you mean" for unknown names, and *column is the offset (from 0) in
 * text. Nesting and length are bounded. */
struct constraint *constraint_parse(const char *text, const char *const *names,
                                    size_t n_names, struct arena *a, size_t *column,
                                    struct error *err);
const char *constraint_text(const struct constraint *c);

enum constraint_result { CONSTRAINT_HOLDS, CONSTRAINT_FAILS, CONSTRAINT_SKIPPED };
/* values (n_names), NULL = inactive → SKIPPED when the expression names it. A type
 * error or a division by zero FAILS and fills err (may be NULL) with the reason. */
enum constraint_result constraint_check(const struct constraint *c,
                                        const struct value *const *values,
                                        struct error *err);
/* Does the expression name parameter i? */
bool constraint_uses(const struct constraint *c, size_t i);

#endif
