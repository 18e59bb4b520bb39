/* A point as journal and results files hold it. */
#ifndef HPS_SPACE_POINT_JSON_H
#define HPS_SPACE_POINT_JSON_H

#include "base/json.h"
#include "space/space.h"

/* The member "u":[…] (unit cube) or "grid":[…] (cells). */
void point_json(struct str *out, const struct space *sp, const struct coord *point);
/* One of them read back into point (sp->n); ERROR_FILE where it does not fit. */
bool point_read(const cJSON *e, const struct space *sp, struct coord *point,
                struct error *err);

#endif
