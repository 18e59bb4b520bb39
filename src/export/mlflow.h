/* A search as a file store of MLflow (mlruns/): one experiment, a run for each run. */
#ifndef HPS_EXPORT_MLFLOW_H
#define HPS_EXPORT_MLFLOW_H

#include "export/exporting.h"

/* Runs that have begun: parameters; the metric's history, beside it hpsearch.wall and,
 * of those that are ok, hpsearch.value; what else is known as tags. */
bool export_mlflow(struct exporting *x, struct error *err);
/* names (n) as MLflow takes them, which are paths of files: letters, digits and _ . - /
 * of ASCII, none empty, "." or "..", none the folder of another, all different. out
 * (n), in arena a. */
void mlflow_names(const char *const *names, size_t n, const char **out,
                  struct arena *a);

#endif
