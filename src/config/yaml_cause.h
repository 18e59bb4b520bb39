/* What is usually behind a complaint of libyaml's, for the help of its error. */
#ifndef HPS_CONFIG_YAML_CAUSE_H
#define HPS_CONFIG_YAML_CAUSE_H

#include "config/yaml.h"

extern const char yaml_template_help[]; /* for a {{name}} that was left as it is */

/* That help, where such a template stands in the line of a place; else NULL. */
const char *yaml_template_cause(const struct yaml *y, struct position at);
/* Help for libyaml's problem at a place, into the arena; NULL: none is known. */
const char *yaml_cause(const struct yaml *y, struct position at, const char *problem,
                       struct arena *a);

#endif
