/* A training whose truth is known: metric = f(x) + noise(seed, split, x), small values
 * are best. For tests/bench/trust.py, which asks how often what is printed is true.
 *     trust LAW EFFECT SIGN FLAKY x=VALUE
 * f is EFFECT at the defaults, x = 0.5, and 0 elsewhere; SIGN, 1 or -1, multiplies the
 * result; FLAKY is the chance that a run fails, +2 where only the defaults do. Of
 * items, "items/7", the metric is the share that is wrong of the seventh sample of
 * them, and EFFECT makes each harder for the defaults, in standard deviations. */
#include "base/rng.h"
#include "base/stat.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
	uint64_t seed, split, config, sample;
	double x;
};

enum { NOISE, OF_CONFIG, OF_SEED, FAILURE, ITEMS, N_ITEMS = 200 };

static double unit(const struct run *r, uint32_t what, uint32_t j)
{
	uint64_t seed = what == OF_CONFIG ? r->sample : r->seed;
	uint64_t config = what == OF_SEED ? 0 : r->config;

	return rng_unit(seed * 2 + r->split, config, RNG_MODEL, what << 20 | j);
}

static double normal(const struct run *r, uint32_t what, uint32_t j)
{
	return stat_normal_quantile(unit(r, what, j));
}

static double t3(const struct run *r)
{
	double sum = 0;

	for (uint32_t j = 1; j <= 3; j++)
		sum += pow(normal(r, NOISE, j), 2);
	return normal(r, NOISE, 0) / sqrt(sum / 3);
}

/* The share of 100 items that are wrong, each with chance p. */
static double share(const struct run *r, double p)
{
	int wrong = 0;

	for (uint32_t j = 0; j < 100; j++)
		wrong += unit(r, NOISE, j) < p;
	return wrong / 100.0;
}

/* Items of a fixed test set: how hard each is, what each configuration makes of it, and
 * a little of the seed. Prints them in the test run; the share that is wrong. */
static double items(const struct run *r, double effect, bool print)
{
	struct run all = {.seed = r->sample, .split = r->split};
	uint32_t wrong = 0;

	for (uint32_t j = 0; j < N_ITEMS; j++) {
		double hard = normal(&all, ITEMS, j) - 1 + effect;
		bool right =
		    hard + normal(r, OF_CONFIG, j) + 0.3 * normal(r, ITEMS, j) <= 0;

		wrong += !right;
		if (print && r->split)
			printf("{\"item\": \"q%u\", \"score\": %d}\n", j, right);
	}
	return wrong / (double)N_ITEMS;
}

static double noise(const struct run *r, const char *law)
{
	if (strcmp(law, "normal") == 0)
		return normal(r, NOISE, 0);
	if (strcmp(law, "t3") == 0)
		return t3(r);
	if (strcmp(law, "lognormal") == 0)
		return exp(normal(r, NOISE, 0));
	if (strcmp(law, "-lognormal") == 0)
		return -exp(normal(r, NOISE, 0));
	if (strcmp(law, "unequal") == 0) /* a spread of its own, 0.5 to 2 */
		return normal(r, NOISE, 0) * pow(2, 2 * fmod(r->x * 1009, 1) - 1);
	if (strcmp(law, "shared") == 0)
		return sqrt(0.9) * normal(r, OF_SEED, 0) +
		       sqrt(0.1) * normal(r, NOISE, 0);
	if (strcmp(law, "share20") == 0)
		return share(r, 0.2);
	if (strcmp(law, "share2") == 0)
		return share(r, 0.02);
	if (strcmp(law, "fixed") ==
	    0) /* luck of the configuration: the seed is not read */
		return normal(r, OF_CONFIG, 0);
	if (strcmp(law, "jitter") == 0)
		return normal(r, OF_CONFIG, 0) + 1e-6 * normal(r, NOISE, 0);
	fprintf(stderr, "trust: no such law: %s\n", law);
	exit(2);
}

/* "items/7": one line for each; "count/7": how many are right; "unsaid/7": neither. */
static bool is_of_items(const char *law)
{
	return strncmp(law, "items/", 6) == 0 || strncmp(law, "count/", 6) == 0 ||
	       strncmp(law, "unsaid/", 7) == 0;
}

static double value_of(const struct run *r, const char *law, double effect)
{
	double here = r->x == 0.5 ? effect : 0;
	double value;

	if (!is_of_items(law))
		return noise(r, law) + here;
	value = items(r, here, *law == 'i');
	if (*law == 'c' && r->split)
		printf("{\"hpsearch\": {\"items\": %d, \"correct\": %.0f}}\n", N_ITEMS,
		       N_ITEMS * (1 - value));
	return value;
}

/* Everything of a configuration hangs on its number. */
static uint64_t config_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof bits);
	return bits;
}

int main(int argc, char **argv)
{
	const char *seed = getenv("HPSEARCH_SEED"), *split = getenv("HPSEARCH_SPLIT");
	struct run r = {0};
	double effect, sign, flaky, value;

	stat_init();
	if (argc != 6 || strncmp(argv[5], "x=", 2) != 0 || !seed || !split) {
		fprintf(stderr, "trust: LAW EFFECT SIGN FLAKY x=VALUE, and the "
		                "environment of a run\n");
		return 2;
	}
	effect = atof(argv[2]);
	sign = atof(argv[3]);
	flaky = atof(argv[4]);
	r.x = atof(argv[5] + 2);
	r.config = config_of(r.x);
	r.seed = strtoull(seed, NULL, 10);
	r.split = strcmp(split, "test") == 0;
	if (flaky >= 2)
		flaky = r.x == 0.5 ? flaky - 2 : 0;
	if (unit(&r, FAILURE, 0) < flaky)
		return 1;
	if (is_of_items(argv[1]))
		r.sample = strtoull(strchr(argv[1], '/') + 1, NULL, 10);
	value = value_of(&r, argv[1], effect);
	printf("{\"m\": %.17g}\n", sign * value);
	return 0;
}
