/* What sbatch and squeue print, understood; and whether a complaint is worth waiting
 * for.
 */
#ifndef HPS_RUN_SLURM_TEXT_H
#define HPS_RUN_SLURM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { SLURM_ID = 32, SLURM_NAME = 64, SLURM_WORD = 32, SLURM_REASON = 96 };

/* The id in the answer to sbatch --parsable: "4711" or "4711;cluster". */
bool slurm_job_id(const char *answer, char out[static SLURM_ID]);

enum slurm_phase {
	SLURM_WAITS,  /* for resources, or held */
	SLURM_RUNS,   /* or is about to, or ends */
	SLURM_HALTED, /* SUSPENDED: it will go on, and says nothing until then */
	SLURM_OVER,   /* by itself: COMPLETED, FAILED */
	SLURM_TAKEN,  /* CANCELLED, PREEMPTED, TIMEOUT, NODE_FAIL, … */
	SLURM_OOM,    /* OUT_OF_MEMORY */
	SLURM_UNKNOWN /* a state that we do not know: it says nothing */
};

struct slurm_job {
	char id[SLURM_ID], name[SLURM_NAME], state[SLURM_WORD], reason[SLURM_REASON];
	enum slurm_phase phase;
};
/* A line of squeue -h -o '%i|%j|%T|%r', up to its newline. False: it is none. */
bool slurm_queue_line(const char *line, struct slurm_job *out);

/* Will it pass: the controller is down, the network is slow, too many jobs? Anything
 * else (a partition that is not there) is for ever. */
bool slurm_passes(const char *complaint);
/* Does the reason of a waiting job mean that it may wait for ever as it is? */
bool slurm_is_hopeless(const char *reason);

#endif
