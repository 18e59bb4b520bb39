#include "search/race.h"
#include "base/betting.h"
#include "base/elementary.h"
#include "base/str.h"
#include "search/answers.h"

#include <math.h>
#include <stdlib.h>

static bool takes_part(const struct trial *t)
{
	return !t->left && (t->outcome == OUTCOME_NONE || t->outcome == OUTCOME_OK);
}

static double level_of(const struct search *s)
{
	uint64_t n = s->cap > s->n ? s->cap : s->n;

	return RACE_ERROR / (n > 2 ? (double)(n - 1) : 1);
}

static const struct trial *find_leader(const struct search *s)
{
	const struct trial *leader = NULL;
	size_t most = 0;
	double best = (double)NAN;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];
		size_t n = takes_part(t) ? answers_scores(t, NULL) : 0;
		double mean;

		if (!n || n < most)
			continue;
		mean = answers_mean(t).mean;
		if (n > most || metric_better(&s->spec->metric, mean, best)) {
			leader = t;
			most = n;
			best = mean;
		}
	}
	return leader;
}

/* Of the first n items (0: of all) that both have answered: the leader's scores less
 * the other's, better above 0, in units of the range, in d; how many. led: the leader's
 * scores, so many. */
static size_t differences(const struct search *s, const double *led, size_t n_led,
                          const struct trial *t, size_t n, double *d)
{
	const struct items *it = &s->spec->items;
	double sign = -search_sign(s) / (it->high - it->low);
	size_t seen = answers_scores(t, d);

	seen = seen < n_led ? seen : n_led;
	n = n && n < seen ? n : seen;
	for (size_t i = 0; i < n; i++) {
		d[i] = sign * (led[i] - d[i]);
		d[i] = d[i] > 1 ? 1 : d[i] < -1 ? -1 : d[i];
	}
	return n;
}

/* Fills items, behind and at_least, of the first l->items that both have answered (0:
 * all); log of the fortune. */
static double compare(const struct search *s, const struct trial *t, struct leaving *l)
{
	const struct items *it = &s->spec->items;
	double *led = mem_new(2 * it->n + 1, sizeof *led), *d = led + it->n,
	       log_fortune;
	size_t n_led = answers_scores(s->trials[l->leader], led);

	l->items = differences(s, led, n_led, t, l->items, d);
	log_fortune = betting_log(d, l->items, 0);
	l->behind = stat_of(d, l->items).mean * (it->high - it->low);
	l->at_least = betting_lower(d, l->items, l->level) * (it->high - it->low);
	free(led);
	return log_fortune;
}

bool race_next(const struct search *s, uint64_t *trial, struct leaving *out)
{
	const struct trial *leader = find_leader(s), *leaves = NULL;
	double target = -portable_log(level_of(s)), *led, *d;
	size_t n_led;

	if (!leader)
		return false;
	led = mem_new(2 * s->spec->items.n + 1, sizeof *led);
	d = led + s->spec->items.n;
	n_led = answers_scores(leader, led);
	for (size_t i = 0; !leaves && i < s->n_open; i++) {
		const struct trial *t = s->trials[s->open[i]];
		size_t n;

		if (t == leader || !takes_part(t))
			continue;
		n = differences(s, led, n_led, t, 0, d);
		if (n && betting_reaches(d, n, target))
			leaves = t;
	}
	free(led);
	if (!leaves)
		return false;
	*trial = leaves->id;
	*out = (struct leaving){.leader = leader->id, .level = level_of(s)};
	compare(s, leaves, out);
	return true;
}

double race_again(const struct search *s, uint64_t trial, struct leaving *l)
{
	if (l->leader >= s->n || !l->items)
		return -(double)INFINITY;
	if (l->leader != trial)
		return compare(s, s->trials[trial], l);
	l->items = answers_scores(s->trials[trial], NULL);
	l->behind = l->at_least = 0;
	return (double)INFINITY;
}

bool race_unfinished(const struct search *s, uint64_t *trial, struct leaving *out)
{
	const struct trial *leader = find_leader(s);
	size_t most = leader ? answers_scores(leader, NULL) : 0;

	for (size_t i = 0; leader && i < s->n_open; i++) {
		const struct trial *t = s->trials[s->open[i]];

		if (!takes_part(t) || answers_scores(t, NULL) < most)
			continue;
		*trial = t->id;
		*out = (struct leaving){
		    .leader = t->id, .items = most, .level = level_of(s)};
		return true;
	}
	return false;
}

bool race_alone(const struct search *s, uint64_t *trial, struct leaving *out)
{
	const struct trial *only = NULL;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];

		if (!takes_part(t))
			continue;
		if (only || t->outcome != OUTCOME_NONE)
			return false;
		only = t;
	}
	if (!only || s->n < 2 || !answers_scores(only, NULL))
		return false;
	*trial = only->id;
	*out = (struct leaving){.leader = only->id,
	                        .items = answers_scores(only, NULL),
	                        .level = level_of(s)};
	return true;
}

/* Its first run that waits; none where an earlier one has ended without its answers. */
static size_t first_queued(const struct trial *t)
{
	for (size_t r = 0; r < t->n_runs; r++) {
		if (run_is_bad(&t->runs[r]))
			return t->n_runs;
		if (t->runs[r].state == RUN_QUEUED)
			return r;
	}
	return t->n_runs;
}

struct trial *race_queued(const struct search *s, size_t *run)
{
	struct trial *next = NULL;

	for (size_t i = 0; i < s->n_open; i++) {
		struct trial *t = s->trials[s->open[i]];
		size_t r = first_queued(t);

		if (!takes_part(t) || r == t->n_runs || (next && r >= *run))
			continue;
		next = t;
		*run = r;
	}
	return next;
}

const char *race_text(const struct leaving *l, uint64_t trial, struct arena *a)
{
	if (l->leader == trial)
		return arena_printf(a, "its race ended after %zu items", l->items);
	return arena_printf(
	    a, "worse than trial %llu by %.3g (at least %.3g) on %zu items",
	    (unsigned long long)l->leader, l->behind, l->at_least, l->items);
}
