/* Searches whose runs go to Slurm. */
#ifndef HPS_CLI_CLUSTER_H
#define HPS_CLI_CLUSTER_H

#include "cli/cli.h"
#include "run/crew.h"

/* hpsearch --job-agent FOLDER IDLE LIMIT RUNS KILLWAIT (milliseconds) [FOLDER …]:
 * what a job of Slurm runs. Exit code. */
int cli_job_agent(int argc, char **argv);
/* A crew for a search in dir (absolute); what it is told lives in a. */
struct crew *cluster_open(const struct spec *spec, const char *dir, size_t most,
                          struct arena *a, struct error *err);
/* check: the line for sbatch, what Slurm says of it, and what else is to be known. */
bool cluster_describe(const struct options *o, const struct spec *spec, struct str *out,
                      struct error *err);
/* Where each run of a search in dir is, and why a job waits: appended to out; nothing
 * where it has no agents. Asks Slurm once. */
void cluster_show(const char *dir, struct str *out);
/* A directory whose agents may be at work, for a file without slurm: an error. */
bool cluster_absent(const char *dir, struct error *err);

#endif
