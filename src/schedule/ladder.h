/* Successive halving without barriers: rungs, and at each of them the best 1/eta go on.
 * Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht, Talwalkar 2020 ("A system
 * for massively parallel hyperparameter tuning"), Algorithm 2; one bracket is asha, all
 * of them asynchronous Hyperband (the same paper, section 3.3). */
#ifndef HPS_SCHEDULE_LADDER_H
#define HPS_SCHEDULE_LADDER_H

#include "schedule/rules.h"

enum { LADDER_MAX = 100 };

struct ladder {
	const char *rule;
	double rung[LADDER_MAX]; /* (n), rising */
	size_t n;
	double eta;
	double full, grace; /* NaN when not given */
	size_t smooth, min_trials;
	bool promote;
	bool whole;       /* rungs are rounded to whole steps */
	double min_steps; /* rungs below are left out */
	/* Bracket b begins at rung b, bracket n runs to the end at once. A trial is in
	 * the first bracket whose end is above its place on the circle of 2^64. */
	size_t n_brackets;
	uint64_t end[LADDER_MAX + 1]; /* (n_brackets) */
};

/* Options and their checks; no rungs yet. */
bool ladder_init(struct ladder *l, const char *rule, const struct rule_args *a,
                 struct error *err);
/* Adds the rungs grace, grace eta, … below the full budget; without grace, those of
 * ladder_hang. */
bool ladder_rise(struct ladder *l, struct error *err);
/* Adds the rungs full / eta, full / eta^2, … down to grace, by default a tenth of the
 * full budget and at least one step: lower ones say too little of the end. */
bool ladder_hang(struct ladder *l, struct error *err);
/* Deals the trials to brackets by these weights (n_brackets). */
void ladder_deal(struct ladder *l, const double *weight, size_t n_brackets);
/* The bracket of a trial. */
size_t ladder_bracket(const struct ladder *l, uint64_t trial);

/* Functions of a rule whose state is a ladder. */
void ladder_judge(const void *state, const struct curves *all, size_t which,
                  struct judgement *out);
bool ladder_promote(const void *state, const struct curves *all, struct promotion *out);
double ladder_first_budget(const void *state, uint64_t trial);
size_t ladder_rungs(const void *state, double *out, size_t max);
struct rule_start ladder_start(const void *state);
void *ladder_remember(const void *state);
void ladder_changed(void *memory, size_t which);
void ladder_forget(void *memory);

#endif
