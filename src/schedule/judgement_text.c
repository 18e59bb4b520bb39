/* Decisions and rungs in words, for people who never read a paper about them. */
#include "base/str.h"
#include "schedule/rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Two numbers with four digits, or as many more as it takes to tell them apart. */
struct number_pair {
	char a[32], b[32];
};

static struct number_pair pair_text(double a, double b)
{
	struct number_pair p;
	int digits = 4;

	/* -0 was a 0 before its sign was turned. */
	a += 0.0;
	b += 0.0;

	do {
		snprintf(p.a, sizeof p.a, "%.*g", digits, a);
		snprintf(p.b, sizeof p.b, "%.*g", digits, b);
	} while (a != b && strcmp(p.a, p.b) == 0 && ++digits <= 17);
	return p;
}

static void add_numbers(const struct judgement *j, double sign, struct str *out)
{
	struct number_pair p = pair_text(sign * j->value, sign * j->threshold);
	const char *runs = j->peers == 1 ? "run" : "runs";

	if (strcmp(j->rule, "divergence") == 0)
		str_addf(out, "%s is not a finite number", p.a);
	else if (isnan(j->threshold))
		str_add(out, p.a);
	else if (strcmp(j->rule, "patience") == 0)
		str_addf(out, "nothing better than %s in %zu report%s", p.b, j->peers,
		         str_plural(j->peers));
	else if (strcmp(j->rule, "threshold") == 0)
		str_addf(out, "%s is %s %s, the limit", p.a,
		         sign * j->value > sign * j->threshold ? "above" : "below",
		         p.b);
	else if (strcmp(j->rule, "median") == 0)
		str_addf(out, "its best, %s, is %s %s, the median of %zu %s", p.a,
		         j->value > j->threshold ? "worse than" : "within", p.b,
		         j->peers, runs);
	else
		str_addf(out, "%s is %s %s, the limit from %zu %s", p.a,
		         j->value > j->threshold ? "worse than" : "within", p.b,
		         j->peers, runs);
}

void judgement_text(const struct judgement *j, double sign, struct str *out)
{
	static const char *const words[] = {[DECISION_CONTINUE] = "goes on",
	                                    [DECISION_STOP] = "stopped",
	                                    [DECISION_PAUSE] = "paused"};

	str_add(out, judgement_converged(j) ? "converged" : words[j->decision]);
	if (!isnan(j->step))
		str_addf(out, " at step %.10g", j->step);
	if (!isnan(j->rung))
		str_addf(out, " (%s %.10g)",
		         strcmp(j->rule, "hyperband") == 0 ? "band" : "rung", j->rung);
	if (isnan(j->value) && strcmp(j->rule, "divergence") != 0)
		return;
	str_add(out, ": ");
	add_numbers(j, sign, out);
}

void str_best_share(struct str *out, double eta)
{
	if (eta == floor(eta))
		str_addf(out, "the best 1/%g", eta);
	else
		str_addf(out, "the best %.0f %%", 100 / eta);
}

/* One line: where, what is left behind it, what a run stopped here has cost, and what
 * all has cost. */
static void add_row(const struct rung_table *t, const char *name, double at,
                    double left, double steps, struct str *out)
{
	str_addf(out, "%4s  %8.10g  %11.1f %%", name, at, 100 * left);
	if (isnan(t->full))
		str_addf(out, "  %11.4g\n", steps);
	else
		str_addf(out, "  %16.1f %%  %8.1f %%\n", 100 * at / t->full,
		         100 * steps / t->full);
}

void rung_table_text(const struct rung_table *t, struct str *out)
{
	bool bounded = !isnan(t->full);
	double left = 1, steps = 0, before = 0;
	char name[24];

	str_addf(out, "rung  %8s  still running  %s\n", t->unit,
	         bounded ? "a run stopped here  all so far (cost, % of full runs)"
	                 : "cost so far, steps per run");
	for (size_t i = 0; i < t->shown; i++) {
		steps += left * (t->rung[i] - before);
		before = t->rung[i];
		left /= t->eta;
		snprintf(name, sizeof name, "%zu", i + 1);
		add_row(t, name, t->rung[i], left, steps, out);
	}
	if (bounded)
		add_row(t, "end", t->full, left, steps + left * (t->full - before),
		        out);
	else if (t->shown < t->n)
		str_addf(out, "   …  and so on, each %g times as far\n", t->eta);
}
