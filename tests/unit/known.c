#include "known.h"
#include "noise.h"

#include <stdio.h>
#include <stdlib.h>

void known_run(struct rig *r, const char *text, const struct study_options *o)
{
	if (run_rig(r, text, o))
		return;
	fprintf(stderr, "%s\n%s\n", r->err.text, text);
	exit(1);
}

void known_point(const struct job *job, double *u, size_t d)
{
	for (size_t j = 0; j < d; j++) {
		char name[24];

		snprintf(name, sizeof name, "x%zu", j);
		u[j] = fake_argument(job, name);
	}
}

double known_noise(const struct job *job)
{
	return noise_normal(strtoull(fake_env(job, "HPSEARCH_SEED"), NULL, 10), 0, 7);
}
