#include "strategy/repeat.h"
#include "base/double.h"
#include "base/elementary.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_PROBE = 10, SECOND_PROBE = 30, PROBES = 2 };

static const double share_most = 0.1, ending = 0.2, gain_least = 1e-3;
static const double sqrt_half = 0.70710678118654752, density = 0.39894228040143268;

/* What is known of a trial that has ended with a value, else NULL. */
static const struct observation *value_of(const struct history *h, uint64_t i)
{
	const struct observation *o;

	return history_state(h, i, &o) == KNOWN_OK && isfinite(o->value) ? o : NULL;
}

struct repeat_noise repeat_noise(const struct history *h)
{
	struct repeat_noise s = {.sd = (double)NAN};
	double sum = 0;

	for (uint64_t i = 0; i < h->n; i++) {
		const struct observation *o = value_of(h, i);
		double runs;

		if (!o || o->n_runs < 2 || !isfinite(o->stderr_))
			continue;
		runs = (double)o->n_runs;
		sum += o->stderr_ * o->stderr_ * runs * (runs - 1);
		s.df += runs - 1;
		s.repeated++;
	}
	if (s.df > 0)
		s.sd = sqrt(sum / s.df);
	return s;
}

/* What is believed of trials beforehand. */
struct prior {
	double mean, variance;
};

static struct prior prior_of(const struct history *h, double noise2)
{
	double *y = mem_new(h->n + 1, sizeof *y), inverse = 0, sum = 0, squares = 0;
	struct prior p = {0};
	size_t n = 0, half;

	for (uint64_t i = 0; i < h->n; i++) {
		const struct observation *o = value_of(h, i);

		if (!o)
			continue;
		y[n++] = o->value;
		inverse += 1 / (double)o->n_runs;
	}
	if (n > 1)
		qsort(y, n, sizeof *y, double_compare);
	half = (n + 1) / 2;
	for (size_t i = 0; i < half; i++)
		sum += y[i];
	p.mean = sum / (double)half;
	for (size_t i = 0; i < half; i++)
		squares += (y[i] - p.mean) * (y[i] - p.mean);
	p.variance = half > 1 ? squares / (double)(half - 1) : 0;
	/* The noise is not known well enough to leave nothing. */
	p.variance = fmax(p.variance - noise2 * inverse / (double)n, 0.1 * p.variance);
	free(y);
	return p;
}

/* Posterior means (h->n), NAN where there is no value; malloc. */
static double *means_of(const struct history *h, struct prior p, double noise2)
{
	double *mean = mem_new(h->n + 1, sizeof *mean);

	for (uint64_t i = 0; i < h->n; i++) {
		const struct observation *o = value_of(h, i);
		double w = o ? p.variance / (p.variance + noise2 / (double)o->n_runs)
		             : (double)NAN;

		mean[i] = o ? p.mean + w * (o->value - p.mean) : (double)NAN;
	}
	return mean;
}

/* The least of the means but that of trial `but`. */
static double least_but(const double *mean, uint64_t n, uint64_t but)
{
	double least = (double)INFINITY;

	for (uint64_t i = 0; i < n; i++)
		if (i != but && mean[i] < least)
			least = mean[i];
	return least;
}

static uint64_t least_at(const double *mean, uint64_t n)
{
	uint64_t at = n;

	for (uint64_t i = 0; i < n; i++)
		if (!isnan(mean[i]) && (at == n || mean[i] < mean[at]))
			at = i;
	return at;
}

/* variance: of the trial's posterior; distance to the least of the others. */
static double gradient(double variance, double noise2, double distance)
{
	double s = variance / sqrt(variance + noise2), z = -distance / s;

	if (!(s > 0))
		return 0;
	return s * (density * portable_exp(-z * z / 2) +
	            z * 0.5 * portable_erfc(-z * sqrt_half));
}

/* The trial from another run of which the most is to be learnt, and how much. */
static void find_top(const struct repeat_rule *rule, const struct history *h,
                     const size_t *asked, struct repeat_answer *out)
{
	double noise2 = out->noise.sd * out->noise.sd;
	struct prior p = prior_of(h, noise2);
	double *mean = means_of(h, p, noise2);
	uint64_t lead = least_at(mean, h->n);
	double second = least_but(mean, h->n, lead);

	for (uint64_t i = 0; i < h->n; i++) {
		double variance = p.variance * noise2 /
		                  (noise2 + p.variance * (double)asked[i]),
		       other = i == lead ? second : mean[lead], gain;

		if (isnan(mean[i]) || asked[i] >= rule->most)
			continue;
		gain = gradient(variance, noise2, fabs(mean[i] - other));
		if (gain > out->gain) {
			out->gain = gain;
			out->trial = i;
		}
	}
	free(mean);
}

/* Is the best to be run again so that the noise is learnt of? */
static bool probes(const struct repeat_rule *rule, const struct history *h,
                   const size_t *asked, bool last, struct repeat_answer *out)
{
	uint64_t best = h->n, n = 0;
	double least = (double)INFINITY;

	if (out->noise.repeated >= PROBES)
		return false;
	for (uint64_t i = 0; i < h->n; i++) {
		const struct observation *o = value_of(h, i);

		if (!o)
			continue;
		n++;
		if (asked[i] > o->n_runs)
			return false; /* one is under way */
		/* A trial whose repeats agree would agree with itself once more. */
		if (o->n_runs <= rule->least && o->value < least) {
			least = o->value;
			best = i;
		}
	}
	out->trial = best;
	return best < h->n && n > 1 && asked[best] < rule->most &&
	       (last || n >= (out->noise.repeated ? SECOND_PROBE : FIRST_PROBE));
}

void repeat_ask(const struct repeat_rule *rule, const struct history *h,
                const size_t *asked, bool last, struct repeat_answer *out)
{
	uint64_t repeats = 0;

	*out = (struct repeat_answer){.noise = repeat_noise(h)};
	for (uint64_t i = 0; i < h->n; i++)
		repeats += asked[i] - rule->least;
	out->share = (double)(repeats + 1) / (double)(rule->spent + 1);
	out->ending = (double)(rule->cap - rule->spent) <= ending * (double)rule->cap;
	if (!(out->noise.sd > 0)) {
		out->wanted = probes(rule, h, asked, last, out);
	} else if (last || out->ending || out->share <= share_most) {
		find_top(rule, h, asked, out);
		out->wanted = out->gain > (last ? 0 : gain_least * out->noise.sd);
	}
}
