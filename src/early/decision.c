#include "early/decision.h"

#include <math.h>
#include <string.h>

void decision_conclude(const struct monitor *m, const struct judgement *why,
                       struct run_end *end, struct arena *a)
{
	static const char word[] = "stopped ";
	struct str text = {0};
	const char *reason;
	bool converged = judgement_converged(why) && isfinite(end->value);

	monitor_reason(m, why, &text);
	reason = str_text(&text);
	end->outcome = converged ? OUTCOME_OK : OUTCOME_STOPPED;
	if (strcmp(why->rule, "divergence") == 0)
		end->outcome = OUTCOME_DIVERGED;
	else if (strncmp(reason, word, sizeof word - 1) == 0)
		reason += sizeof word - 1;
	end->reason = arena_strdup(a, reason);
	str_free(&text);
}

const struct judgement *decision_why(const struct monitor *m, const struct trial *t,
                                     size_t run)
{
	const struct watched *w;

	if (!m || t->runs[run].state != RUN_FINISHED)
		return NULL;
	w = monitor_run(m, t->id, run);
	return w->judged ? w->why : NULL;
}
