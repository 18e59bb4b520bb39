/* A strategy from outside: `method: {program: […]}`. A process that is asked for points
 * (study/outside_json.h); begun at the first question, and told then whatever is known,
 * so that it too needs no file of its own. */
#ifndef HPS_STUDY_OUTSIDE_H
#define HPS_STUDY_OUTSIDE_H

#include "strategy/strategy.h"

/* args.search must be given to it. */
extern const struct strategy_type strategy_program;

#endif
