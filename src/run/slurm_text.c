#include "run/slurm_text.h"

#include "base/mem.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool slurm_job_id(const char *answer, char out[static SLURM_ID])
{
	size_t n = 0;

	while (isdigit((unsigned char)answer[n]))
		n++;
	if (!n || n >= SLURM_ID || !strchr(";\n", answer[n]))
		return false;
	memcpy(out, answer, n);
	out[n] = '\0';
	return true;
}

static enum slurm_phase phase_of(const char *state)
{
	static const struct {
		const char *word;
		enum slurm_phase phase;
	} words[] = {
	    {"PENDING", SLURM_WAITS},       {"REQUEUED", SLURM_WAITS},
	    {"REQUEUE_HOLD", SLURM_WAITS},  {"SPECIAL_EXIT", SLURM_WAITS},
	    {"RESV_DEL_HOLD", SLURM_WAITS}, {"REQUEUE_FED", SLURM_WAITS},
	    {"CONFIGURING", SLURM_RUNS},    {"RUNNING", SLURM_RUNS},
	    {"COMPLETING", SLURM_RUNS},     {"SUSPENDED", SLURM_HALTED},
	    {"STOPPED", SLURM_HALTED},      {"RESIZING", SLURM_RUNS},
	    {"SIGNALING", SLURM_RUNS},      {"STAGE_OUT", SLURM_RUNS},
	    {"COMPLETED", SLURM_OVER},      {"FAILED", SLURM_OVER},
	    {"CANCELLED", SLURM_TAKEN},     {"PREEMPTED", SLURM_TAKEN},
	    {"TIMEOUT", SLURM_TAKEN},       {"NODE_FAIL", SLURM_TAKEN},
	    {"BOOT_FAIL", SLURM_TAKEN},     {"DEADLINE", SLURM_TAKEN},
	    {"REVOKED", SLURM_TAKEN},       {"OUT_OF_MEMORY", SLURM_OOM},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(state, words[i].word) == 0)
			return words[i].phase;
	return SLURM_UNKNOWN;
}

/* The field up to a bar or the end of the line; false: it does not fit. */
static bool field(const char **at, char *out, size_t size, bool last)
{
	size_t n = last ? strcspn(*at, "\n") : strcspn(*at, "|\n");

	if ((!last && (*at)[n] != '|') || (!last && n >= size))
		return false;
	memcpy(out, *at, n < size ? n : size - 1);
	out[n < size ? n : size - 1] = '\0';
	*at += n + !last;
	return true;
}

bool slurm_queue_line(const char *line, struct slurm_job *out)
{
	*out = (struct slurm_job){0};
	if (!field(&line, out->id, sizeof out->id, false) ||
	    !field(&line, out->name, sizeof out->name, false) ||
	    !field(&line, out->state, sizeof out->state, false) ||
	    !field(&line, out->reason, sizeof out->reason, true))
		return false;
	out->phase = phase_of(out->state);
	return *out->id && *out->state;
}

bool slurm_passes(const char *complaint)
{
	static const char *const words[] = {"Unable to contact",
	                                    "Socket timed out",
	                                    "temporarily",
	                                    "Connection refused",
	                                    "Connection timed out",
	                                    "Zero Bytes were transmitted",
	                                    "Transport endpoint",
	                                    "did not answer in time",
	                                    "Slurm backup controller",
	                                    "rate limit",
	                                    "retry later",
	                                    "Job violates accounting/QOS policy",
	                                    "Munge",
	                                    "munge",
	                                    "Protocol authentication error",
	                                    "Slurmctld is"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(complaint, words[i]))
			return true;
	return false;
}

bool slurm_is_hopeless(const char *reason)
{
	static const char *const words[] = {"PartitionConfig",
	                                    "PartitionNodeLimit",
	                                    "PartitionTimeLimit",
	                                    "ReqNodeNotAvail",
	                                    "AssocGrp",
	                                    "AssocMax",
	                                    "QOS",
	                                    "BadConstraints",
	                                    "InvalidAccount",
	                                    "InvalidQOS",
	                                    "JobHeld",
	                                    "launch_failed_requeued_held",
	                                    "PartitionDown",
	                                    "PartitionInactive",
	                                    "MaxMemPerLimit",
	                                    "Licenses"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strncmp(reason, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}
