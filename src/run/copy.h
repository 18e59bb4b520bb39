/* A run's folder that begins with a copy of what another run has left in its own. */
#ifndef HPS_RUN_COPY_H
#define HPS_RUN_COPY_H

#include "base/error.h"

#include <stdbool.h>

/* Makes dir/to with a copy of what is in dir/from (own_is_handed_on), folders too; the
 * folder above `to` is made where it is missing. Nothing is done where dir/to is there:
 * it is seen when all of it is on the disk, under another name before, so a kill leaves
 * nothing half copied, and what it does leave goes at the next try. Modes and times are
 * kept. A link stays one, and where it leads into dir/from it leads into dir/to
 * afterwards; sockets, pipes and devices are left out. Blocks are shared where the file
 * system can. errno says why it failed, ENOSPC among them. */
bool copy_run(const char *dir, const char *from, const char *to, struct error *err);
/* Has a run left anything in dir/folder that copy_run would copy? */
bool copy_has_any(const char *dir, const char *folder);

#endif
