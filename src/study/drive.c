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
	struct study *s = self;

	s->tick_at = 0;
	if (s->watch.tick)
		s->watch.tick(s->watch.self);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return b && b < a ? b : a;
}

int64_t drive_deadline(void *self)
{
	struct study *s = self;
	int64_t at = INT64_MAX;

	at = earlier(at, s->sync_at);
	at = earlier(at, s->write_at);
	/* Fixed when the last one is over: events that keep coming do not put it off.
	 */
	if (s->watch.tick && s->watch.tick_every && !s->tick_at)
		s->tick_at = search_ticks(&s->search) + s->watch.tick_every;
	return earlier(at, s->tick_at);
}

double drive_now(void *self)
{
	const struct study *s = self;

	return search_now(&s->search);
}

struct pace *drive_pace(void *self)
{
	struct study *s = self;

	return &s->search.pace;
}

void drive_message(void *self, const char *text)
{
	const struct study *s = self;

	if (s->watch.message)
		s->watch.message(s->watch.self, text);
}
