/* The agents of a job with room for several runs: a process for each, which are one
 * team. What signals the job reaches all of them; when its first process is killed, so
 * are they. */
#ifndef HPS_RUN_AGENT_TEAM_H
#define HPS_RUN_AGENT_TEAM_H

#include "run/agent_mail.h"

#include <stddef.h>

/* Serves (run/agent_mail.h) the plan in each of the folders (n) until all have left;
 * one of n GPUs in CUDA_VISIBLE_DEVICES and the like is an agent's, or two of 2 n: in
 * order. False: one could not begin. */
bool agent_team(const struct agent_plan *plan, const char *const *folders, size_t n,
                struct error *err);

#endif
