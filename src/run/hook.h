/* Our hook for the Python of a training: a sitecustomize and its modules, which are
 * part of this program and stand in src/run/python. In a folder that PYTHONPATH names
 * they give what a training logs with wandb, mlflow and others to us. */
#ifndef HPS_RUN_HOOK_H
#define HPS_RUN_HOOK_H

#include "base/error.h"

#include <stdbool.h>

/* Writes them into the folder dir/python, which is made. */
bool hook_write(const char *dir, struct error *err);

#endif
