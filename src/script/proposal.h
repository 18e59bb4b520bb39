/* A search file for a script that was read: every range with its reason, and what is
 * left out with why. */
#ifndef HPS_SCRIPT_PROPOSAL_H
#define HPS_SCRIPT_PROPOSAL_H

#include "base/str.h"
#include "script/script.h"

/* Appends the file to out. interpreter: "python3". False: the script has nothing to
 * search; err says what to do. */
bool propose(const struct script *s, const char *interpreter, struct str *out,
             struct error *err);

#endif
