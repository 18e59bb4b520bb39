/* Options that a script has in a configuration: wandb's, Hydra's. */
#ifndef HPS_SCRIPT_SETTINGS_H
#define HPS_SCRIPT_SETTINGS_H

#include "script/python.h"
#include "script/script.h"

enum { SCRIPT_MAX = 1 << 20 }; /* bytes of a file */

/* wandb.init(config={…}), and wandb.config.lr. */
void settings_wandb(struct script *s, const struct python *p);
/* @hydra.main(config_path="conf", config_name="config"): the leaves of that file. */
void settings_hydra(struct script *s, const struct python *p);
/* Of the script; in its arena. */
const char *script_folder(const struct script *s);

#endif
