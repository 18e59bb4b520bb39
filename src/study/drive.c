#include "study/drive.h"
#include "study/apply.h"

void drive_happen(void *self, const struct event *e)
{
	study_happen(self, *e);
}

bool drive_commit(void *self, bool sync_now, struct error *err)
{
	return study_commit(self, sync_now, err);
}

int drive_stuck(void *self)
{
	return study_stuck(self);
}

void drive_signalled(void *self)
{
	struct study *s = self;

	s->search.signal = s->fleet.signal;
	if (s->search.state != SEARCH_CONTRACT && s->search.state != SEARCH_GUARD) {
		s->search.state = SEARCH_INTERRUPTED;
		s->search.why = "interrupted";
	}
	if (s->watch.winding_down)
		s->watch.winding_down(s->watch.self, s->fleet.stage);
}

void drive_tick(void *self)
{
	const struct study *s = self;

	if (s->watch.tick)
		s->watch.tick(s->watch.self);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return b && b < a ? b : a;
}

int64_t drive_deadline(void *self)
{
	const struct study *s = self;
	int64_t at = INT64_MAX;

	at = earlier(at, s->sync_at);
	at = earlier(at, s->write_at);
	if (s->watch.tick && s->watch.tick_every)
		at = earlier(at, search_ticks(&s->search) + s->watch.tick_every);
	return at;
}

void drive_message(void *self, const char *text)
{
	const struct study *s = self;

	if (s->watch.message)
		s->watch.message(s->watch.self, text);
}
