/* Events as lines of a journal, and back. Nothing here acts. */
#ifndef HPS_RECORD_EVENT_JSON_H
#define HPS_RECORD_EVENT_JSON_H

#include "base/json.h"
#include "search/event.h"
#include "search/verdict.h"

/* 1: version 0.1.0; 2: the rules of the verification are today's. */
enum { JOURNAL_SCHEMA = 2 };

/* The inside of the object, as journal_add wants it. */
void event_write(const struct event *e, const struct spec *spec, struct str *out);

/* What an event that was read points to: valid until the next one is read. Texts,
 * judgements and points are in the arena. */
struct event_reader {
	const struct spec *spec;
	struct arena *arena;
	struct search_origin origin;
	struct run_end facts;
	struct warm warm;
	struct verdict_use use;
	struct purpose purpose;
};
/* ERROR_FILE when it is no event, or of a newer format. Whether it fits what came
 * before, apply says. */
bool event_read(struct event_reader *r, const cJSON *json, struct event *e,
                struct error *err);
void event_reader_free(struct event_reader *r);

/* Members of an object: of a trial of a population; nothing of any other. And back. */
void lineage_json(const struct lineage *line, struct str *out);
struct lineage lineage_read(const cJSON *json);
/* cost_weight or time_weight as a member, where it is above 0. */
void thrift_json(const struct thrift *t, struct str *out);
struct thrift thrift_read(const cJSON *json);
/* Why a trial left a race of items, shared by journal and results file. */
void leaving_json(const struct leaving *l, struct str *out);
bool leaving_read(const cJSON *json, struct leaving *l, struct error *err);

#endif
