/* A value as an override of Hydra's has it. Source: the grammar of hydra-core 1.3,
 * OverrideLexer.g4 and OverrideParser.g4 (Yadan 2019, "Hydra"). */
#ifndef HPS_CONFIG_HYDRA_OVERRIDE_H
#define HPS_CONFIG_HYDRA_OVERRIDE_H

#include "space/value.h"

/* As value_text, but for texts that Hydra would refuse or take for several values (a
 * comma makes a sweep): they are in quotes, and the keys of a mapping in a list are in
 * none. exact: so are texts that it would take for a number, a boolean or null, and
 * null is its own. */
void hydra_text(const struct value *v, bool exact, struct str *out);

#endif
