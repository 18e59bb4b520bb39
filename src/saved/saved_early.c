#include "saved/saved_early.h"
#include "record/early_json.h"

#include <math.h>
#include <string.h>

static bool read_index(const cJSON **item, uint64_t below, uint64_t *out)
{
	double x;

	if (!*item || !cJSON_IsNumber(*item))
		return false;
	x = (*item)->valuedouble;
	*item = (*item)->next;
	*out = x >= 0 && x < 0x1p53 ? (uint64_t)x : UINT64_MAX;
	return *out < below;
}

static bool read_run(const struct search *s, const cJSON **item, struct event *e)
{
	uint64_t run = 0;

	if (!read_index(item, s->n, &e->trial) ||
	    !read_index(item, s->spec->repeats, &run))
		return false;
	e->run = (uint32_t)run;
	return true;
}

/* Behind its run: a budget or none, "keeps" or nothing. */
static bool read_start(const cJSON *item, struct event *e)
{
	if (cJSON_IsNumber(item)) {
		e->as.start.budget = item->valuedouble;
		item = item->next;
		if (!(e->as.start.budget > 0))
			return false;
	}
	e->as.start.keeps =
	    item && cJSON_IsString(item) && strcmp(item->valuestring, "keeps") == 0;
	return !item || (e->as.start.keeps && !item->next);
}

static bool read_list(const struct search *s, const cJSON *list, struct event *e)
{
	const cJSON *item = list->child;

	if (!item || !cJSON_IsString(item) ||
	    !event_kind_find(item->valuestring, &e->kind))
		return false;
	item = item->next;
	if (e->kind == EVENT_SESSION)
		return !item;
	if (e->kind == EVENT_TRIAL)
		return read_index(&item, s->n, &e->trial) && !item;
	if (!read_run(s, &item, e))
		return false;
	if (e->kind == EVENT_END)
		return item && cJSON_IsString(item) &&
		       outcome_find(item->valuestring, &e->as.end.outcome);
	if (e->kind == EVENT_START)
		return read_start(item, e);
	return e->kind == EVENT_REPORT && item &&
	       json_number(item, &e->as.report.step) && item->next &&
	       json_number(item->next, &e->as.report.value);
}

static bool read_object(const struct search *s, const cJSON *item, struct arena *a,
                        struct event *e)
{
	struct error ignored;
	uint64_t run;

	if (!json_u64(item, "trial", &e->trial) || !json_u64(item, "run", &run) ||
	    e->trial >= s->n || run >= s->spec->repeats)
		return false;
	e->run = (uint32_t)run;
	return decision_read(item, a, e, &ignored);
}

/* Every trial is there before its runs, once, in order. */
static bool comes_next(const struct monitor *m, const struct event *e)
{
	uint64_t trials = m->all.n / m->repeats;

	return e->kind == EVENT_SESSION ||
	       (e->kind == EVENT_TRIAL ? e->trial == trials : e->trial < trials);
}

bool early_load(struct study *study, const cJSON *early, struct error *err)
{
	struct search *s = &study->search;
	struct monitor *m = study->monitor;
	const cJSON *item;
	size_t n = 0;

	if (!m)
		return true;
	cJSON_ArrayForEach(item, json_get(early, "log"))
	{
		struct event e = {.time = (double)NAN};

		n++;
		if (!(cJSON_IsArray(item) ? read_list(s, item, &e)
		                          : read_object(s, item, &s->arena, &e)) ||
		    !comes_next(m, &e))
			return error_set(err, ERROR_FILE,
			                 "early_terminate: event %zu of the log is not "
			                 "whole, or out of its place",
			                 n);
		monitor_take(m, &e);
	}
	if (m->all.n != s->n * s->spec->repeats)
		return error_set(err, ERROR_FILE,
		                 "early_terminate: the log does not have every trial");
	for (size_t i = 0; i < s->n; i++)
		if (s->trials[i]->outcome != OUTCOME_NONE)
			monitor_seen(m, s->trials[i],
			             &s->known[i].observations[s->known[i].n - 1]);
	return true;
}
