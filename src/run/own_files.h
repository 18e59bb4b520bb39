/* Which names in a run's folder are hpsearch's own, and not the training's. */
#ifndef HPS_RUN_OWN_FILES_H
#define HPS_RUN_OWN_FILES_H

#include <stdbool.h>

/* What a run writes anew, and what earlier attempts of it wrote: stdout.2 */
bool own_is_written(const char *name);
/* hpsearch's own, these and those that it is given. */
bool own_file(const char *name);
/* What a run leaves for the one that goes on from it: not hpsearch's own, and not what
 * wandb keeps of one run. */
bool own_is_handed_on(const char *name);

#endif
