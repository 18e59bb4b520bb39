/* Early stopping in a search: the curves of its runs, and what was decided about them,
 * in the order in which it happened. The study tells it every event (a start, a report,
 * a decision, an end), live or from a journal; it asks the rule, and answers the same
 * when the same events are told again: so replay re-derives every decision.
 *
 * One run is one curve. Where runs are promoted from rung to rung, only run 0 of a
 * trial races; its repeats run in full once it has come to the end. */
#ifndef HPS_EARLY_MONITOR_H
#define HPS_EARLY_MONITOR_H

#include "early/early_rule.h"
#include "search/event.h"

struct monitor {
	const struct spec *spec;
	struct early_rule rule;
	struct early_rule bound;  /* min:, max: beside another rule; type NULL: none */
	struct early_rule shadow; /* what the control group is measured by */
	void *shadow_memory;      /* as all.memory is the rule's; NULL: it has none */
	double sign;              /* -1: the metric is maximized */
	double full;              /* steps of a full run, NaN: unknown (its own end) */
	bool promote, by_resource;
	bool judges_complete; /* replay of what 0.1.0 decided: complete runs, too */
	size_t repeats;
	struct watched **runs; /* (n), by trial and run; borrowed by all.list */
	const struct curve **list;
	struct curves all;
	size_t cap;
	struct event *log; /* (n_log), in the order of time */
	size_t n_log, cap_log;
	struct arena *arena; /* the study's */
};

/* What a run had reached when it first came to a ninth, then to a third of a full run;
 * where it is not known how long that is, to 1, 3, 9, 27 … steps. A strategy that
 * learns is shown these (strategy.h), whatever the rule. */
struct milestone {
	double step;
	double value; /* minimized, smoothed as the file asks */
};

/* A run as it is watched. */
struct watched {
	struct curve curve;
	struct curve_point *points; /* malloc */
	double *told; /* (curve.n), malloc: the steps as reported, NaN: none */
	size_t cap, cap_told;
	bool races;     /* it is compared with others at all */
	bool launched;  /* at least once */
	bool fresh;     /* … and nothing reported since */
	bool keeps;     /* … and it may go on from where an earlier launch was */
	bool judged;    /* its end is decided: what it still says does not count */
	bool paused;    /* … and that is a pause */
	double reports; /* in this launch, and before it if it went on from there */
	double latest;  /* value of the latest one, in the metric's sign … */
	bool on_curve;  /* … is the last point of the curve … */
	double at;      /* … at this step */
	double before;  /* step of the last point, over all launches */
	double steps;   /* taken in all launches together */
	const struct judgement *why;  /* the last decision, or NULL */
	struct milestone *milestones; /* (n_milestones), malloc */
	size_t n_milestones, cap_milestones;
	bool at_milestone;      /* the last of them came with the latest report */
	struct judgement would; /* control: the first stop of the rule; else CONTINUE */
};

bool monitor_init(struct monitor *s, const struct spec *spec, struct arena *a,
                  struct error *err);
void monitor_free(struct monitor *s);

/* An event that has happened; in the journal before it is acted on. */
void monitor_take(struct monitor *s, const struct event *e);

/* What the rule says of a run behind its latest report: STOP and PAUSE are to be
 * decided now. A run that has come to the full length is complete: whatever the rule,
 * it goes on to its own end, where it may be saving its model. *out is in the metric's
 * sign. */
enum decision monitor_judge(const struct monitor *s, uint64_t trial, size_t run,
                            struct judgement *out);
/* The same where a run has ended by itself with success: PAUSE when it had a budget
 * below the full one. */
enum decision monitor_judge_end(const struct monitor *s, uint64_t trial, size_t run,
                                struct judgement *out);
/* The paused run to go on with first, if there is one. last: nothing runs, and no new
 * trial will come. */
bool monitor_promotion(const struct monitor *s, bool last, struct promotion *out);

/* Completes the last observation of a trial: how far it had come; a trial that was
 * stopped or paused: what it had reached. */
void monitor_seen(const struct monitor *s, const struct trial *t,
                  struct observation *end);
/* After a report of run 0: is its curve at a mark? Then what is to be known of it. */
bool monitor_milestone(const struct monitor *s, uint64_t trial,
                       struct observation *out);

/* Steps for the first launch of a run; 0: it is told none. */
double monitor_first_budget(const struct monitor *s, uint64_t trial, size_t run);
/* A member of the control group: never stopped, never paused. */
bool monitor_control(const struct spec *spec, uint64_t trial);
const struct watched *monitor_run(const struct monitor *s, uint64_t trial, size_t run);

/* In the metric's own sign, as journalled and shown. */
void monitor_reason(const struct monitor *s, const struct judgement *j,
                    struct str *out);

/* Derives every decision in a log again; *decisions: how many there were. difference
 * stays empty, or tells of the first one that does not follow from what is before it.
 * False: the file's own block is refused. */
bool monitor_replay(const struct spec *spec, const struct event *log, size_t n,
                    size_t *decisions, struct str *difference, struct error *err);

#endif
