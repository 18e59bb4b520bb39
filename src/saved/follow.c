#include "saved/follow.h"
#include "record/event_json.h"
#include "record/origin_json.h"
#include "study/apply.h"
#include "study/propose.h"

#include <stdlib.h>
#include <string.h>

void follow_open(struct follow *f, const char *dir)
{
	f->sv = (struct saved){0};
	f->begun = f->changed = false;
	f->lines = 0;
	f->dir = dir;
	f->tail = journal_tail_open(dir);
	f->reader = mem_new(1, sizeof *f->reader);
}

void follow_close(struct follow *f)
{
	if (!f->reader)
		return;
	event_reader_free(f->reader);
	free(f->reader);
	journal_tail_close(f->tail);
	saved_free(&f->sv);
	f->reader = NULL;
	f->tail = NULL;
	f->begun = false;
}

/* The latest file counts: keys that may change may have changed. */
static bool take_origin(void *self, const cJSON *event, struct error *err)
{
	struct follow *f = self;
	const char *kind = json_string(event, "e");

	f->read++;
	if (kind && strcmp(kind, "search") == 0)
		return origin_read(event, &f->sv.study.search.origin, &f->sv.arena,
		                   err);
	return true;
}

static bool begin(struct follow *f, struct error *err)
{
	struct saved *sv = &f->sv;
	struct journal_summary sum;

	f->read = 0;
	if (!journal_read(f->dir, take_origin, f, &sum, err))
		return false;
	if (!sv->study.search.origin.yaml)
		return error_set(err, ERROR_FILE, "is no beginning of a search");
	if (!saved_begin(sv, f->dir, err))
		return false;
	sv->intact = true;
	*f->reader = (struct event_reader){.spec = sv->study.search.spec,
	                                   .arena = &sv->study.search.arena};
	f->begun = true;
	return true;
}

static bool take(void *self, const cJSON *json, struct error *err)
{
	struct follow *f = self;
	struct study *s = &f->sv.study;
	struct event e;

	if (!f->begun && !begin(f, err))
		return false;
	if (!event_read(f->reader, json, &e, err) || !study_apply(s, &e, err))
		return false;
	f->changed |= e.kind == EVENT_SEARCH && f->lines >= f->read;
	f->lines++;
	if (e.kind == EVENT_SESSION)
		s->search.cap = spec_trial_cap(s->search.spec, e.as.session.max_trials);
	/* The strategy is asked what it believes, with what it starts from. */
	if (e.kind == EVENT_WARM_START && !study_warm(s, err))
		return false;
	if (f->told)
		f->told(f->self, &e);
	return true;
}

bool follow_read(struct follow *f, bool *anew, struct error *err)
{
	if (!journal_tail_read(f->tail, take, f, anew, err))
		return false;
	*anew |= f->changed;
	if (*anew) {
		follow_close(f);
		follow_open(f, f->dir);
	}
	return true;
}
