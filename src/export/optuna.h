/* A search as a storage of Optuna: one SQLite file with one study, of the schema that
 * Optuna 3.2 to 5 has (version 12, alembic v3.2.0.a), which load_study reads. */
#ifndef HPS_EXPORT_OPTUNA_H
#define HPS_EXPORT_OPTUNA_H

#include "export/exporting.h"

/* A trial that is ok is COMPLETE, one that was stopped early PRUNED (with its last
 * report as its value, as Optuna has it), one that waits WAITING with its parameters
 * fixed, a failure of any kind FAIL; which, and seed, time and standard error, are user
 * attributes. False: no metric (a study has a value for each trial), or the disk. */
bool export_optuna(struct exporting *x, struct error *err);

#endif
