#include "search/claim.h"
#include "base/fisher.h"
#include "base/items.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static const double hope = 0.05;             /* of looks to come, to decide */
static const double share_of_failures = 0.2; /* of a look's level, once there are any */

const char *answer_name(enum answer a)
{
	static const char *const names[] = {[ANSWER_NONE] = "none",
	                                    [ANSWER_YES] = "yes",
	                                    [ANSWER_NO] = "no",
	                                    [ANSWER_CANNOT_TELL] = "cannot tell",
	                                    [ANSWER_NO_BASELINE] = "no defaults",
	                                    [ANSWER_FAILED] = "failed"};

	return names[a];
}

void claim_plan_fixed(struct claim_plan *p, size_t repeats, double level)
{
	*p = (struct claim_plan){.k = 1, .refill = true, .among = 1};
	p->looks[0] = (struct look){.n = repeats, .spend = level};
}

void claim_plan_sequential(struct claim_plan *p, size_t most, double level)
{
	*p = (struct claim_plan){.early = true, .among = 1};
	p->k = sequential_plan(most, p->looks);
	if (!p->k)
		p->looks[p->k++].n = most;
	sequential_share(p->looks, p->k, level);
}

void claim_plan_plain(struct claim_plan *p, size_t most, double level)
{
	*p = (struct claim_plan){.early = true, .plain = true, .among = 1};
	p->k = sequential_plan(most, p->looks);
	if (!p->k)
		p->looks[p->k++].n = most;
	for (size_t k = 0; k < p->k; k++)
		p->looks[k].spend = level / (double)p->k;
}

bool claim_plan_more(struct claim_plan *p, size_t begun, size_t pairs, double level)
{
	/* A fixed design counts pairs that ended well, not those begun for them. */
	while (!p->refill && p->k > 1 && p->looks[p->k - 1].n > begun)
		p->k--;
	if (p->k == SEQUENTIAL_LOOKS)
		return false;
	/* The looks before have been, and it went on. */
	p->early = false;
	p->looks[p->k] =
	    (struct look){.n = p->looks[p->k - 1].n + pairs, .spend = level};
	p->k++;
	return true;
}

size_t claim_plan_most(const struct claim_plan *p)
{
	return p->looks[p->k - 1].n * (p->refill ? 2 : 1);
}

static bool whole(const struct claim_values *v, size_t i)
{
	return isfinite(v->one[i]) && isfinite(v->other[i]);
}

static size_t whole_pairs(const struct claim_values *v, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += whole(v, i);
	return count;
}

/* How many pairs a look waits for, given those that have ended. A fixed design takes
 * another for each that failed, unless most of them do: then it is the failures that
 * have to be told, and they are. */
static size_t pairs_of_look(const struct claim_plan *p, const struct claim_values *v,
                            size_t k)
{
	size_t want = p->looks[k].n, n = want;

	if (!p->refill)
		return want;
	while (n <= v->n && n < 2 * want) {
		size_t ended = whole_pairs(v, n);

		if (ended >= want || 2 * ended < n)
			break;
		n++;
	}
	return n;
}

static void measure(const struct claim_values *v, size_t n, double *d, struct claim *c)
{
	size_t m = 0;

	c->wins = c->ties = 0;
	c->least = (double)INFINITY;
	for (size_t i = 0; i < n; i++) {
		if (!whole(v, i))
			continue;
		d[m] = v->other[i] - v->one[i];
		c->wins += d[m] > 0;
		c->ties += !(d[m] > 0) && !(d[m] < 0);
		c->least = fmin(c->least, d[m]);
		m++;
	}
	c->gain = stat_of(d, m);
}

static void count_failures(const struct claim_values *v, size_t n, struct claim *c)
{
	c->one_ok = v->one_ok;
	c->other_ok = v->other_ok;
	c->one_runs = v->one_runs + n;
	c->other_runs = v->other_runs + n;
	for (size_t i = 0; i < n; i++) {
		c->one_ok += isfinite(v->one[i]) != 0;
		c->other_ok += isfinite(v->other[i]) != 0;
	}
	c->failures_p =
	    fisher_greater(c->one_ok, c->one_runs, c->other_ok, c->other_runs);
}

static bool any_failure(const struct claim *c)
{
	return c->one_ok < c->one_runs || c->other_ok < c->other_runs;
}

double claim_half(const struct claim *c, struct moments d, double level)
{
	return joint_half(joint_of(d, c->items_variance, c->items), 1 - 2 * level);
}

static void add_items(const struct claim_values *v, struct claim *c)
{
	double level = 1 - 2 * c->level;
	struct joint j;

	c->items = v->items.n;
	c->items_variance = v->items.variance[c->gain.n];
	j = joint_of(c->gain, c->items_variance, c->items);
	c->half = joint_half(j, level);
	c->seeds_half = joint_seeds_half(j, level);
	c->items_half = joint_items_half(j, level);
}

/* The looks as they are: at the pairs that there are. */
struct course {
	struct look looks[SEQUENTIAL_LOOKS];
	size_t k;
	double unspent; /* level that earlier looks have left */
};

static void find_bound(const struct claim_plan *p, struct look *looks, size_t k)
{
	struct look *l = &looks[k];

	if (!p->plain) {
		sequential_bound(looks, k);
		return;
	}
	l->level = l->spend;
	l->bound = l->spend > 0 ? stat_t_quantile(1 - l->spend, (double)l->n - 1)
	                        : (double)INFINITY;
}

static void take_look(const struct claim_plan *p, const struct claim_values *v,
                      double spend, struct course *s, struct claim *c)
{
	struct look *l = &s->looks[s->k];
	size_t before = s->k ? s->looks[s->k - 1].n : 1;

	c->looks++;
	c->half = c->seeds_half = c->items_half = (double)NAN;
	if (c->gain.n <= before) {
		s->unspent = spend;
		return;
	}
	*l = (struct look){.n = c->gain.n, .spend = spend / (double)p->among};
	find_bound(p, s->looks, s->k++);
	s->unspent = 0;
	c->level = l->level;
	c->bound = l->bound;
	c->half = l->bound * stat_stderr(c->gain);
	if (v->items.n && c->level > 0)
		add_items(v, c);
}

static enum answer decide(const struct claim *c, double failures_level)
{
	if (c->gain.mean - c->half > 0)
		return ANSWER_YES;
	if (c->gain.mean + c->half <= 0 && c->gain.n > 1)
		return ANSWER_NO;
	/* One that trains more often, and not worse where both do. */
	if (c->failures_p <= failures_level && !(c->gain.n && c->gain.mean < 0))
		return ANSWER_YES;
	return ANSWER_CANNOT_TELL;
}

/* Half the width of the interval at a look to come, with the noise of today. */
static double half_at(const struct look *l, const struct claim *c)
{
	struct moments then = {.n = l->n, .variance = c->gain.variance};

	if (!c->items || !(l->level > 0))
		return l->bound * stat_stderr(then);
	return claim_half(c, then, l->level);
}

/* Is a look to come likely to decide? As if no further pair fails. More pairs take
 * nothing away from what the items leave open. */
static bool hopeful(const struct claim_plan *p, size_t k, const struct course *s,
                    const struct claim *c)
{
	struct course next = *s;

	if (c->gain.n < 2 || next.k == 0)
		return true;
	for (size_t j = k + 1; j < p->k && next.k < SEQUENTIAL_LOOKS; j++) {
		struct look *l = &next.looks[next.k];

		*l = (struct look){.n = c->gain.n + p->looks[j].n - p->looks[k].n,
		                   .spend = p->looks[j].spend / (double)p->among};
		find_bound(p, next.looks, next.k++);
		if (sequential_power(c->gain, l->n, half_at(l, c)) >= hope)
			return true;
	}
	return false;
}

void claim_judge(const struct claim_plan *p, const struct claim_values *v,
                 struct claim *c)
{
	struct course s = {0};
	double *d = mem_new(v->n + 1, sizeof *d);

	*c = (struct claim){.half = (double)NAN,
	                    .seeds_half = (double)NAN,
	                    .items_half = (double)NAN,
	                    .bound = (double)INFINITY,
	                    .answer = ANSWER_NONE};
	for (size_t k = 0; k < p->k; k++) {
		size_t n = pairs_of_look(p, v, k);
		double spend = p->looks[k].spend, failures;

		c->more = n;
		if (n > v->n)
			break;
		c->more = 0;
		measure(v, n, d, c);
		count_failures(v, n, c);
		failures = any_failure(c) ? share_of_failures * spend : 0;
		take_look(p, v, spend - failures + s.unspent, &s, c);
		c->answer = decide(c, failures / (double)v->candidates);
		c->by_failures =
		    c->answer == ANSWER_YES && !(c->gain.mean - c->half > 0);
		if (c->answer != ANSWER_CANNOT_TELL)
			break;
		c->hopeless = p->early && k + 1 < p->k && !hopeful(p, k, &s, c);
		if (c->hopeless)
			break;
	}
	if (c->more)
		c->answer = ANSWER_NONE;
	free(d);
}
