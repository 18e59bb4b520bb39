#include "strategy/cost.h"
#include "base/elementary.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	LEAST = 5,      /* costs */
	DATA_MAX = 300, /* the latest ones */
	WARP_FROM = 10,
	ITERATIONS = 50
};

static const double spread_least = 3;

void cost_init(struct cost_model *c, struct encoding *encoding, double full)
{
	*c = (struct cost_model){.encoding = encoding, .full = full};
	gp_init(&c->gp, encoding->dims, encoding->width);
}

void cost_free(struct cost_model *c)
{
	gp_free(&c->gp);
	free(c->paid);
	free(c->fitted);
	free(c->theta);
	*c = (struct cost_model){0};
}

static int by_order(const void *a, const void *b)
{
	const struct paid *x = a, *y = b;

	if (x->order != y->order)
		return x->order > y->order ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

/* What a trial has cost; of time, one that was stopped what it would have taken to its
 * end at that pace. Not above 0: not known. */
static double price(const struct cost_model *c, const struct history *h,
                    enum known_state state, const struct observation *o)
{
	if (state == KNOWN_OK)
		return h->thrift.of_time ? o->wall : o->cost;
	if (state == KNOWN_STOPPED && h->thrift.of_time && o->step > 0)
		return o->wall * fmax(c->full / o->step, 1);
	return 0;
}

/* What is known of costs into paid. */
static void collect(struct cost_model *c, const struct history *h, uint64_t id)
{
	c->n = 0;
	for (uint64_t i = 0; i < id && i < h->n; i++) {
		const struct observation *last;
		enum known_state state = history_state(h, i, &last);

		double cost = price(c, h, state, last);

		if (!(cost > 0) || !isfinite(cost))
			continue;
		c->paid = mem_room(c->paid, c->n, &c->cap, sizeof *c->paid);
		c->paid[c->n++] = (struct paid){
		    .id = i, .order = last->order, .log_cost = portable_log(cost)};
	}
	if (c->n > 1)
		qsort(c->paid, c->n, sizeof *c->paid, by_order);
}

/* The first n costs, at most the latest DATA_MAX of them, into the model. */
static void load(struct cost_model *c, size_t n, const double *genes)
{
	size_t from = n > DATA_MAX ? n - DATA_MAX : 0, k = n - from;
	size_t d = c->encoding->d, width = c->encoding->width;
	double *x = mem_new(k * width, sizeof *x), *y = mem_new(k, sizeof *y);
	double squares = 0;

	c->mean = 0;
	for (size_t i = 0; i < k; i++)
		c->mean += c->paid[from + i].log_cost / (double)k;
	for (size_t i = 0; i < k; i++) {
		y[i] = c->paid[from + i].log_cost - c->mean;
		squares += y[i] * y[i];
		encoding_row(c->encoding, genes + c->paid[from + i].id * d,
		             x + i * width);
	}
	c->sd = squares > 0 ? sqrt(squares / (double)k) : 1;
	for (size_t i = 0; i < k; i++)
		y[i] /= c->sd;
	gp_default_prior(&c->gp, n >= WARP_FROM);
	gp_data(&c->gp, x, y, NULL, k);
	free(x);
	free(y);
}

static bool same_paid(const struct cost_model *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c->paid[i].id != c->fitted[i].id ||
		    c->paid[i].order != c->fitted[i].order ||
		    memcmp(&c->paid[i].log_cost, &c->fitted[i].log_cost,
		           sizeof(double)) != 0)
			return false;
	return true;
}

/* The kernel's parameters from the first costs, their number the last of a fixed row,
 * so that they depend on the history alone. */
static void fit(struct cost_model *c, const double *genes)
{
	size_t n = LEAST;

	while (n + n / 5 + 1 <= c->n)
		n += n / 5 + 1;
	if (n == c->n_fitted && same_paid(c, n))
		return;
	load(c, n, genes);
	c->theta = mem_grow(c->theta, c->gp.n_theta, sizeof *c->theta);
	memcpy(c->theta, c->gp.prior.mean, c->gp.n_theta * sizeof *c->theta);
	(void)gp_fit(&c->gp, c->theta, ITERATIONS);
	c->fitted = mem_grow(c->fitted, n, sizeof *c->fitted);
	memcpy(c->fitted, c->paid, n * sizeof *c->fitted);
	c->n_fitted = n;
}

void cost_gather(struct cost_model *c, const struct history *h, uint64_t id,
                 const double *genes)
{
	double low = (double)INFINITY, high = -low;

	c->weight = 0;
	if (!(h->thrift.weight > 0))
		return;
	collect(c, h, id);
	for (size_t i = 0; i < c->n; i++) {
		low = fmin(low, c->paid[i].log_cost);
		high = fmax(high, c->paid[i].log_cost);
	}
	if (c->n < LEAST || high - low <= portable_log(spread_least))
		return;
	c->weight = fmin(h->thrift.weight, 1);
	fit(c, genes);
	load(c, c->n, genes);
	gp_factor(&c->gp, c->theta);
}

double cost_expected(const struct cost_model *c, const double *row)
{
	double mean;

	gp_means(&c->gp, row, 1, &mean);
	return portable_exp(mean * c->sd + c->mean);
}
