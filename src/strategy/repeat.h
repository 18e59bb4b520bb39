/* Is another run of a known trial, on a fresh seed, worth more than a new trial? What
 * is known of a trial is a mean over its runs, whoever proposed it.
 *
 * The noise is that of one run, its variance pooled from all repeats. Of the true
 * values of the trials it is believed beforehand that they are normal, with mean and
 * variance of the better half, less what the noise adds; so each has a normal
 * posterior, whose mean is drawn to that of the others the more, the fewer runs it has.
 * What a run of trial i would tell is its knowledge gradient (Frazier, Powell & Dayanik
 * 2008, "A knowledge-gradient policy for sequential information collection", equations
 * 11 and 12): by how much the least posterior mean is expected to fall, s f(-d / s)
 * with s = v_i / sqrt(v_i + noise^2), d the distance of its mean to the least of the
 * others, f(z) = pdf(z) + z cdf(z). The run goes to the trial where that is greatest.
 *
 * A tenth of the runs may be such, and of the last fifth of the cap all, as long as one
 * tells more than a thousandth of the noise; where nothing new is left to be run, all,
 * as long as one tells anything. To learn of the noise at all, the best is
 * run again when ten trials have a value; where that has the same value to the last
 * bit, the best once more when there are thirty; where that has too, the training is
 * deterministic and nothing is repeated any more. */
#ifndef HPS_STRATEGY_REPEAT_H
#define HPS_STRATEGY_REPEAT_H

#include "strategy/strategy.h"

struct repeat_rule {
	size_t least, most;  /* runs of a trial */
	uint64_t cap, spent; /* runs in all; asked for so far */
};

struct repeat_noise {
	double sd;       /* of one run; NAN: there are no repeats */
	double df;       /* its degrees of freedom */
	size_t repeated; /* trials with repeats */
};

struct repeat_answer {
	bool wanted;
	uint64_t trial;
	struct repeat_noise noise; /* sd NAN or 0: it is to be learnt of */
	double gain;  /* expected fall of the least mean, to be minimized */
	double share; /* of repeats among the runs so far */
	bool ending;  /* it is one of the last fifth */
};

/* Of what h may know of its trials. */
struct repeat_noise repeat_noise(const struct history *h);
/* asked (h->n): runs asked of each so far. last: there is nothing new to be run. */
void repeat_ask(const struct repeat_rule *rule, const struct history *h,
                const size_t *asked, bool last, struct repeat_answer *out);

#endif
