/* What a run is given so that a script that was written for another tracker finds its
 * library at work: wandb offline with the parameters of the trial, and the hook that
 * tells us what is logged (run/hook.h); NNI's client, where the protocol is its own. */
#ifndef HPS_STUDY_CLIENTS_H
#define HPS_STUDY_CLIENTS_H

#include "config/spec.h"

enum { CLIENTS_ENV_MAX = 18 };

struct client_run {
	const struct spec *spec;
	const char *dir;               /* of the search, absolute */
	const char *folder;            /* of the run, absolute; it is there */
	const struct value *arguments; /* MAP: the trial's parameters, groups nested */
	uint64_t trial;
	size_t run;
};

/* The file that the metric is in, where its client writes one; NULL: none. */
const char *clients_results(const struct spec *spec, const char *folder,
                            struct arena *a);
/* The variables, NAME=value, into env (CLIENTS_ENV_MAX); how many. */
size_t clients_env(const struct client_run *c, struct arena *a, const char **env);
/* The files that they name. */
bool clients_files(const struct client_run *c, struct arena *a, struct error *err);
/* Before the first run of a session: the hook, in the search's directory. */
bool clients_install(const char *dir, struct error *err);

#endif
