/* Curves and rules for the tests of early stopping. */
#ifndef HPS_TESTS_CURVES_H
#define HPS_TESTS_CURVES_H

#include "base/mem.h"
#include "base/rng.h"
#include "schedule/schedule.h"
#include "test.h"

#include <stdlib.h>

static const double nan_ = (double)NAN, inf = (double)INFINITY;

/* A few runs and the rule that judges them. */
struct rig {
	struct curve curve[400];
	struct curve_point *points[400];
	const struct curve *list[400];
	struct curves all;
	const struct rule_type *rule;
	void *state;
	struct error err;
};

static inline struct rule_args args_plain(void)
{
	return (struct rule_args){.min_iter = nan_,
	                          .max_iter = nan_,
	                          .s = nan_,
	                          .eta = 3,
	                          .strict = true,
	                          .min_steps = nan_,
	                          .grace = nan_,
	                          .resource_max = nan_};
}

static inline bool rig_open(struct rig *r, const char *rule, struct rule_args args)
{
	*r = (struct rig){.rule = rule_find(rule)};
	r->all.list = r->list;
	r->state = mem_new(1, r->rule->state_size);
	return r->rule->init(r->state, &args, &r->err);
}

static inline void rig_drop(struct rig *r)
{
	for (size_t i = 0; i < r->all.n; i++)
		free(r->points[i]);
	free(r->state);
}

static inline struct curve *rig_start(struct rig *r)
{
	size_t i = r->all.n++;

	r->curve[i] = (struct curve){.trial = i, .budget = inf};
	if (r->rule->first_budget)
		r->curve[i].budget = r->rule->first_budget(r->state, i);
	r->list[i] = &r->curve[i];
	return &r->curve[i];
}

static inline void rig_report(struct rig *r, size_t i, double step, double value)
{
	size_t n = r->curve[i].n;

	if ((n & (n + 1)) == 0) /* 0, 1, 3, 7, …: as many again, and one */
		r->points[i] = mem_grow(r->points[i], 2 * n + 1, sizeof *r->points[i]);
	curve_add(&r->curve[i], r->points[i], step, value);
}

/* A run with these values at steps 1, 2, … */
static inline void rig_values(struct rig *r, enum curve_state state, size_t n,
                              const double *v)
{
	struct curve *c = rig_start(r);

	c->state = state;
	for (size_t i = 0; i < n; i++)
		rig_report(r, (size_t)(c - r->curve), (double)(i + 1), v[i]);
}

#define RUN(r, state, ...)                                                             \
	rig_values(r, state, sizeof((const double[]){__VA_ARGS__}) / sizeof(double),   \
	           (const double[]){__VA_ARGS__})

/* A run that stays at one value for n steps. */
static inline void rig_flat(struct rig *r, enum curve_state state, size_t n,
                            double value)
{
	struct curve *c = rig_start(r);

	c->state = state;
	for (size_t i = 0; i < n; i++)
		rig_report(r, (size_t)(c - r->curve), (double)(i + 1), value);
}

static inline struct judgement rig_judge(const struct rig *r, size_t i)
{
	struct judgement j;

	r->rule->judge(r->state, &r->all, i, &j);
	return j;
}

static inline bool stops(const struct rig *r, size_t i)
{
	return rig_judge(r, i).decision == DECISION_STOP;
}

static inline struct rule_args asha(double grace, double full, bool promote)
{
	struct rule_args a = args_plain();

	a.grace = grace;
	a.resource_max = full;
	a.promote = promote;
	return a;
}

/* The rungs as text, "3 9 27". */
static inline void check_rungs(const char *rule, struct rule_args args, size_t max,
                               const char *expected)
{
	struct rig r;
	struct str s = {0};
	double rung[100];
	size_t n;

	CHECK(rig_open(&r, rule, args));
	n = r.rule->rungs(r.state, rung, max);
	for (size_t i = 0; i < n; i++)
		str_addf(&s, "%s%g", i ? " " : "", rung[i]);
	CHECK_STR(str_text(&s), expected);
	str_free(&s);
	rig_drop(&r);
}

static inline void check_error(const char *rule, struct rule_args args,
                               const char *part)
{
	struct rig r;

	CHECK(!rig_open(&r, rule, args));
	if (!strstr(r.err.text, part))
		CHECK_STR(r.err.text, part);
	CHECK_INT(r.err.kind, ERROR_FILE);
	rig_drop(&r);
}

static inline void same_number(double a, double b)
{
	CHECK((isnan(a) && isnan(b)) || a == b);
}

static inline void same_judgement(struct judgement a, struct judgement b)
{
	CHECK_INT(a.decision, b.decision);
	CHECK_STR(a.rule, b.rule);
	same_number(a.rung, b.rung);
	same_number(a.step, b.step);
	same_number(a.value, b.value);
	same_number(a.threshold, b.threshold);
	CHECK_INT(a.peers, b.peers);
}

#endif
