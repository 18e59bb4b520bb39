/* What a search trains with: the files that its command names, and the git commit. */
#ifndef HPS_STUDY_CODE_H
#define HPS_STUDY_CODE_H

#include "config/spec.h"

/* "train.py 0123456789abcdef, git 5f3a9c01d2e4-dirty": each file that a word of the
 * command, or program, names where it runs, with a hash of its content (FNV-1a, 64
 * bits), and git unless that is "". In arena; "": nothing is known. */
const char *code_state(const struct spec *spec, const char *git, struct arena *a);

#endif
