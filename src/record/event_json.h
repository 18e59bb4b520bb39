/* Events of a search as journal lines, and back: what study.c and verify.c write and
 * what a resume reads. One pair of functions per kind of event. */
#ifndef HPS_RECORD_EVENT_JSON_H
#define HPS_RECORD_EVENT_JSON_H

#include "base/json.h"
#include "study/study.h"

enum { JOURNAL_SCHEMA = 1 };

/* Writing, and telling s->monitor: each fills s->scratch_line… and adds it to
 * s->journal (none: nothing). */
void record_search(struct study *s, const struct search_origin *o);
void record_warm_start(struct study *s);
void record_session(struct study *s);
void record_trial(struct study *s, const struct trial *t);
void record_start(struct study *s, const struct trial *t, size_t run);
void record_report(struct study *s, const struct trial *t, size_t run,
                   const struct report *rep);
/* How far a launch came whose budget is a parameter of the command. */
void record_rung(struct study *s, const struct trial *t, size_t run,
                 const struct report *rep);
/* A stop, a pause or a promotion. */
void record_decision(struct study *s, const struct monitor_event *e);
/* again: the run is queued once more (a retry, or pre-empted). */
void record_end(struct study *s, const struct trial *t, size_t run, bool again);
void record_requeue(struct study *s, const struct trial *t, size_t run);
void record_finish(struct study *s);

/* The members of a finished run shared by the journal's lines. */
void record_run_fields(struct str *out, const struct run *r);
bool record_read_run(const cJSON *e, struct run *r, struct arena *a, struct error *err);
/* "u":[…] or "grid":[…] of a point. */
void point_json(struct str *out, const struct space *sp, const struct coord *point);
bool point_read(const cJSON *e, const struct space *sp, struct coord *point,
                struct error *err);

/* Applies one event to the search. Events of the verification go to s->verdict_events.
 */
bool record_apply(struct study *s, const cJSON *event, struct error *err);

#endif
