/* From the cpus of a file to the processors of this machine. */
#ifndef HPS_STUDY_CPUS_H
#define HPS_STUDY_CPUS_H

#include "config/spec.h"

struct cpu_source {
	const int *allowed; /* (n_allowed) rising: where we may run, affinity(7) */
	size_t n_allowed;   /* 0: ask the kernel */
	const char *root;   /* where /proc and /sys are looked at: "" */
};

/* Fills spec->threads, no more than there are: processors that we may run on, or the
 * quota of a control group (cpu.max, cpu.cfs_quota_us) in whole ones, if that is less.
 * Fills spec->cpu_slots (slots): to every slot processors of its own, of separate cores
 * while there are enough, else whole cores, those of one package side by side; none
 * where slots of so many are more than there are. Nothing where the file has no cpus.
 * Behind a launcher the processors are not ours to deal out: threads is cpus.
 * The return value, in arena: what is to be said of it, or NULL. */
const char *cpus_find(struct spec *spec, size_t slots, const struct cpu_source *from,
                      struct arena *a);

#endif
