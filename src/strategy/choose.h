/* method: auto, which strategy that is. The choice is made once, when a search begins,
 * and recorded: a larger budget later does not change it. */
#ifndef HPS_STRATEGY_CHOOSE_H
#define HPS_STRATEGY_CHOOSE_H

#include "strategy/strategy.h"

/* why: one line, "… because …" without the first word. has_metric: something is there
 * to learn from. */
const struct strategy_type *strategy_choose(const struct strategy_args *args,
                                            bool has_metric, struct str *why);

#endif
