/* Runs that were given to a crew without an agent for them: in the place of one that
 * was to be adopted, or where nobody knew that there would be any. */
#include "run/crew_parts.h"

#include <stdlib.h>

void crew_waiting_add(struct crew *c, const struct job *job)
{
	struct waiting *w = mem_new(1, sizeof *w), **end = &c->waiting;

	wire_write(&w->line, &(struct wire_message){
				 .kind = WIRE_RUN, .job = *job, .ticket = job->ticket});
	w->ticket = job->ticket;
	while (*end)
		end = &(*end)->next;
	*end = w;
}

void crew_waiting_drop(struct waiting **at)
{
	struct waiting *w = *at;

	*at = w->next;
	str_free(&w->line);
	free(w);
}

size_t crew_waiting(const struct crew *c)
{
	size_t n = 0;

	for (const struct waiting *w = c->waiting; w; w = w->next)
		n++;
	return n;
}

void crew_waiting_cancel(struct crew *c, uint64_t ticket, enum cancel how)
{
	for (struct waiting *w = c->waiting; w; w = w->next)
		if (w->ticket == ticket)
			w->cancelled = how;
}

bool crew_waiting_ended(struct crew *c, struct runner_event *out)
{
	for (struct waiting **at = &c->waiting, *w; (w = *at); at = &w->next) {
		if (!w->cancelled)
			continue;
		*out = (struct runner_event){.kind = RUNNER_DONE, .ticket = w->ticket};
		out->result = (struct run_result){
		    .exit = -1, .tail = "", .err_tail = "", .cancelled = w->cancelled};
		crew_waiting_drop(at);
		return true;
	}
	return false;
}
