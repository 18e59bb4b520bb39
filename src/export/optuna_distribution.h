/* A parameter as Optuna knows one: FloatDistribution, IntDistribution or
 * CategoricalDistribution (optuna.distributions, 2.10 and later). What it has no word
 * for is written as the nearest, and said: a normal distribution is its range of three
 * standard deviations, a step on a log scale is left out, probabilities are too. A
 * range is as wide as the values that were tried, so that each lies in it. */
#ifndef HPS_EXPORT_OPTUNA_DISTRIBUTION_H
#define HPS_EXPORT_OPTUNA_DISTRIBUTION_H

#include "search/search.h"

struct distribution {
	enum { DISTRIBUTION_CHOICES, DISTRIBUTION_INT, DISTRIBUTION_FLOAT } kind;
	double low, high;
	double step; /* 0: none */
	bool log;
	const struct param *param;
	const char *lost; /* what is not as in the search, in words; NULL: nothing */
};

/* Of the parameter at that index of the search's space. */
void distribution_of(const struct search *s, size_t param, struct distribution *out);
/* Optuna's JSON of it. */
void distribution_json(const struct distribution *d, struct str *out);
/* What Optuna keeps of a value: the number, or which of the choices it is; NaN:
 * none of them. */
double distribution_inner(const struct distribution *d, const struct value *v);
/* What Optuna's param is, in JSON. Lists and mappings, which are none of its choices,
 * are their JSON in a text. */
void distribution_value(const struct value *v, struct str *out);

#endif
