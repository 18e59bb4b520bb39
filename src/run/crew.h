/* Runs in jobs of Slurm: a runner whose slots are agents (run/agent_mail.h), each in a
 * job of its own that sbatch has queued, or some of them in one. They speak through a
 * folder that both sides see, below agents/ in the search's directory, and outlive the
 * driver: the next one finds what they have done, and what they still do.
 *
 *   agents/log      who was asked for, which job that is, where it runs, why it left
 *   agents/K-…/     in, out (run/mailbox.h), begun; the first one of a job's: job (the
 *                   script), slurm.out
 *
 * What is so is what the agents write. Slurm is asked how its jobs are every now and
 * then, and when it does not answer nothing follows from that. */
#ifndef HPS_RUN_CREW_H
#define HPS_RUN_CREW_H

#include "run/runner.h"

struct crew_setup {
	const char *dir;            /* of the search, absolute */
	const char *program;        /* hpsearch, absolute */
	const char *const *request; /* words for sbatch, NULL-terminated */
	const char *const *setup;   /* lines of the job before the agent, likewise */
	size_t most;                /* runs at once */
	size_t slots;               /* agents in one job */
	uint64_t runs_per_job;      /* of each of its agents; 0: any number */
	int64_t idle, limit, lost_after, poll, grace; /* nanoseconds; limit 0: none */
	int64_t kill_wait; /* of the cluster, likewise; 0: not known */
};

struct crew;

/* Reads what earlier drivers have left. What the setup points to stays. */
struct crew *crew_open(const struct crew_setup *setup, struct error *err);
/* Where a person is told things; the text is gone afterwards. */
void crew_watch(struct crew *c, void (*message)(void *self, const char *text),
                void *self);
struct runner crew_runner(struct crew *c);
/* Unless released: agents are told to leave, what is queued is cancelled; waits a
 * little for that. */
void crew_close(struct crew *c);

/* The words of the line that asks for a job: the request, and ours. In a. */
const char *const *crew_sbatch(const struct crew_setup *setup, const char *name,
                               const char *folder, struct arena *a);

/* An agent, for show. */
struct crew_member {
	unsigned k;
	const char *name, *id, *host; /* of its job; "" where not known */
	bool same_job;                /* as the one before it */
	const char *dir;              /* of the run that it has, or "" */
};
/* Calls tell for each agent that has not left; false: there are none, nor were there.
 */
bool crew_list(const char *dir, void (*tell)(void *to, const struct crew_member *m),
               void *to);
/* Takes from Slurm what a search has there, and waits for the answer: before its
 * directory is emptied. */
bool crew_disband(const char *dir, struct error *err);

#endif
