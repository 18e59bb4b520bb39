/* From the gpus of a file to the slots of this machine. */
#ifndef HPS_STUDY_GPUS_H
#define HPS_STUDY_GPUS_H

#include "config/spec.h"

struct gpu_source {
	const char *inherited; /* CUDA_VISIBLE_DEVICES of the driver; NULL: not set */
	const char *root;      /* where /dev and /proc are looked at: "" */
};

/* Fills spec->slots: what CUDA_VISIBLE_DEVICES is for a run in each slot, every device
 * once before any a second time (runs_per_gpu). A number is an index into the inherited
 * list, where there is one; a name is left as it is. auto is the whole inherited list,
 * else what `nvidia-smi -L` lists (the parts of a device that is divided), else as many
 * as /dev/nvidia0 …, /proc/driver/nvidia/gpus or AMD's /sys/class/kfd tell of.
 * spec->parallel becomes the number of slots where the file has none, and is no more
 * than that. Nothing where the file has no gpus. *note, in arena: what is to be said of
 * it, or NULL. False (ERROR_FILE): a device that is not there, or none. */
bool gpus_find(struct spec *spec, const struct gpu_source *from, struct arena *a,
               const char **note, struct error *err);

#endif
