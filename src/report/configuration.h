/* One configuration, written for whoever takes it from here: a JSON or YAML file, words
 * on a command line, variables for a shell. */
#ifndef HPS_REPORT_CONFIGURATION_H
#define HPS_REPORT_CONFIGURATION_H

#include "study/study.h"

/* All of them end in a newline. values: (space.n), NULL = inactive. */
void config_json(const struct spec *sp, const struct value *const *values,
                 struct str *out);
void config_yaml(const struct spec *sp, const struct value *const *values,
                 struct str *out);
/* What ${args} stands for, quoted for a shell. */
bool config_args(const struct spec *sp, const struct value *const *values,
                 struct str *out, struct error *err);
/* NAME='value' lines; fails (ERROR_USAGE) where two names become one. */
bool config_env(const struct spec *sp, const struct value *const *values,
                struct str *out, struct error *err);

#endif
