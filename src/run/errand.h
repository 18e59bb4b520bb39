/* A short command that is not waited for: sbatch, squeue, scancel. In a process group
 * of its own (a Ctrl-C of the terminal is not for it), with an empty standard input. */
#ifndef HPS_RUN_ERRAND_H
#define HPS_RUN_ERRAND_H

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/types.h>

struct errand {
	pid_t pid;             /* 0: none is under way */
	int out, err;          /* of its outputs; -1: at its end */
	struct str said, woes; /* what it wrote to them, so far */
	int64_t deadline;      /* clock_now's scale: then it is killed */
	bool late;             /* it was */
	int status;            /* of wait */
};

/* argv: NULL-terminated; the first word is searched for in PATH. False: it could not be
 * begun. */
bool errand_begin(struct errand *e, const char *const *argv, int64_t deadline,
                  struct error *err);
/* Reads what is there. True once it is over: status, late, said and woes are whole. */
bool errand_over(struct errand *e, int64_t now);
/* Did it do what it was asked to? */
bool errand_succeeded(const struct errand *e);
/* The first line of its complaints, or what else there is to say of its failure. */
const char *errand_complaint(struct errand *e);
/* Kills it, if it still runs, and forgets it. */
void errand_forget(struct errand *e);

#endif
