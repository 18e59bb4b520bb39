/* From what was measured to what the model is given: smaller is better, bad values
 * count no more than just bad, mean 0, variance 1. */
#ifndef HPS_GP_TARGET_H
#define HPS_GP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

struct target {
	double shift, scale; /* y = ((value / 2 - shift) / scale - mean) / sd */
	double floor, cap, mean, sd;
	double failed; /* the y of what has no value: no better than the worst */
};

/* Values above med + 5 (med - min) become that (above the largest, when half of them or
 * more are alike): they tell nothing of where it is good, and spoil the scale. Where at
 * least 3 values, and an eighth, but no more than half, lie before a jump to 1000 times
 * their size, as a penalty makes it, med and the largest are of those alone: so a
 * penalty may be of any size, and be what most trials got, and the others are told
 * apart as with a modest one. y (n) out; value[i] may be NAN or infinite: it failed.
 * With no finite value all y are 0. One or two values that lie alone count as the best
 * of the others: what they are is not known, and on their scale the others are alike.
 *
 * What failed counts as the worst that did not. Measured with bench-regret -f (what is
 * worse than a median random configuration fails; 16 problems, 4 seeds): log10 regret
 * at 10, 20, 30 and 50 trials, paired, against the cap in its place -0.14 +- 0.05,
 * -0.12 +- 0.07, -0.13 +- 0.06, -0.07 +- 0.08; against the median -0.07 +- 0.05, -0.12
 * +- 0.07, -0.07 +- 0.08, 0.00 +- 0.08. */
struct target target_fit(const double *value, size_t n, double *y);
/* The same for one of several objectives, of which the worst on a front may be the
 * worst of all, and the best be met again and again: values above most, and above
 * med + 5 (med - min), become the larger of the two. */
struct target target_fit_to(const double *value, size_t n, double most, double *y);
/* For values that a bound at 0 divides: the logarithm of how far beyond it or within,
 * log(1 + |value| / u) with value's sign, u the median of |value| (Eriksson & Poloczek
 * 2021, "Scalable constrained Bayesian optimization", section 3.2, bilog), then mean 0
 * and variance 1; no value is capped, since that would take what is beyond the bound
 * for within. value[i] not finite: it failed, and is as the worst. Returns the y of the
 * bound. */
double target_bound(const double *value, size_t n, double *y);
/* How many of the sorted values, two at the most, lie below all others by 1000 times
 * the size of those (of their least, and of their median; at least four): a slip of the
 * script, or a first find, which a third one confirms. */
size_t target_alone(const double *sorted, size_t n);
/* No value below this counts as any better; -INFINITY where all count. */
double target_least(const struct target *t);
/* The value that a y stands for. */
double target_undo(const struct target *t, double y);
/* Is this a noise of values on that scale? That of a trial of which a run in two got a
 * penalty is not. */
bool target_noise(const struct target *t, double stderr_);
/* A further value; finite. */
double target_apply(const struct target *t, double value);

#endif
