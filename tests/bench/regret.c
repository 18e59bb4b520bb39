/* How fast a strategy finds good configurations: problem files (.prob; tables of real
 * trainings, or surrogates of such) solved in-process, one trial after the other or
 * with some pending. A line per problem and seed,
 *
 *     problem seed regret@10 @20 @30 @50 @75 @100 | ms per proposal, median p90
 *
 * then the means and the means of log10 (floor 0.001), with standard errors over the
 * lines. Regret: what the best observed configuration is truly worth, above the best
 * known, in units of what a median random configuration loses; clipped to [0, 1].
 *
 *     regret [-m METHOD] [-t TRIALS] [-s FROM-TO] [-p PENDING] [-r RANDOM] [-f]
 * FILE.prob… regret -e SEED FILE.prob regret -c OUTPUT [-w FACTOR] [-u SD] …
 *
 * -r: that many random configurations come first, and are not in the times. -f: what is
 * worse than a median random configuration fails, without a value.
 *
 * The second form evaluates for other programs: it prints the problem as a line of JSON
 * (best, median, floor; of each parameter name, type, log, low, high, values or
 * choices, when: [[parent, index of an allowed choice …] …]), then for each line of its
 * input, numbers in the order of the parameters (a choice by its index, nan: inactive),
 * what trial number 0, 1, … sees and what that is truly worth, both to be minimized.
 *
 * The third is for searches that end when they have spent as much as TRIALS random
 * configurations cost on the average, where a trial costs output number OUTPUT of the
 * surrogate (-w 0: the strategy is not told; else the factor of the cost's weight): the
 * regret is that when 10, 20, 30, 50, 75 and 100 % of that are spent. Where the output
 * is a time: a training takes longer by SHARE of that of a random configuration, for
 * its start, and all of it by a factor whose logarithm is normal with standard
 * deviation SD.
 *
 * With -R 30,60,120 a line per problem and seed says what the configuration is truly
 * worth that is recommended after so many runs in all (recommended.py). */
#include "../unit/searches.h"
#include "../unit/spaces.h"
#include "base/clock.h"
#include "base/double.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/stat.h"
#include "strategy/repeat.h"

#include <getopt.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HPS_YSUR
#include "ysur.h"
#endif

enum { MARKS = 6, CODES_MAX = 64 };

static const size_t marks[MARKS] = {10, 20, 30, 50, 75, 100};
static const double floor_ = 1e-3;

/* A parameter as in the file. */
struct draft {
	long type, logs;
	double low, high;
	size_t n;
	struct {
		size_t parent, n;
		long allowed[CODES_MAX];
	} when[8];
};

/* How a category or a number of the surrogate's input is made. */
struct input {
	long param; /* -1: fixed */
	long n, code[CODES_MAX];
	double fixed;
};

struct problem {
	char name[128];
	double best, median, sign;
	size_t n_params;
	struct maker maker; /* its space, whose parameters are sorted … */
	size_t *place;      /* (n_params) … so: index in the space */
	size_t *n_values;   /* (n_params) choices */
	double **values;    /* (n_params) of an ordered list; NULL */
	bool *category;
	struct draft *drafts; /* (n_params) as in the file */
	/* a table */
	float *table;
	size_t rows, seeds;
	/* a surrogate */
	struct input *cats, *conts;
	size_t n_cats, n_conts, target, cost;
	void *surrogate;
};

/* Searches that end by what they cost. */
struct money {
	bool counts;
	size_t output;
	double told;          /* by how much the weight of the cost is multiplied */
	double start, spread; /* shares */
	double mean;          /* of random configurations, without the start */
};

static void fail(const char *what, const char *path)
{
	fprintf(stderr, "regret: %s: %s\n", path, what);
	exit(1);
}

/* Words of a text file. */
struct words {
	char *at;
	const char *path;
};

static const char *word(struct words *w)
{
	char *start = w->at + strspn(w->at, " \t\r\n");
	size_t n = strcspn(start, " \t\r\n");

	if (!n)
		fail("ends too early", w->path);
	w->at = start[n] ? start + n + 1 : start + n;
	start[n] = '\0';
	return start;
}

static bool more(struct words *w)
{
	w->at += strspn(w->at, " \t\r\n");
	return *w->at;
}

static double number(struct words *w)
{
	return strtod(word(w), NULL);
}

static long integer(struct words *w)
{
	return strtol(word(w), NULL, 10);
}

static void read_table(struct problem *p, const char *dir, struct words *w)
{
	const char *path = arena_printf(&p->maker.a, "%s/%s", dir, word(w));
	struct arena a = {0};
	struct error err;
	char *bytes;
	size_t len;

	p->rows = (size_t)integer(w);
	p->seeds = (size_t)integer(w);
	if (!file_read(path, (size_t)1 << 30, &a, &bytes, &len, &err))
		fail(err.text, path);
	if (len != p->rows * p->seeds * sizeof *p->table)
		fail("has another size", path);
	p->table = mem_new(p->rows * p->seeds, sizeof *p->table);
	memcpy(p->table, bytes, len);
	arena_free(&a);
}

static void read_surrogate(struct problem *p, const char *dir, struct words *w)
{
	const char *path = arena_printf(&p->maker.a, "%s/%s", dir, word(w));

	p->n_cats = (size_t)integer(w);
	p->n_conts = (size_t)integer(w);
	p->target = (size_t)integer(w);
	p->cats = mem_new(p->n_cats, sizeof *p->cats);
	p->conts = mem_new(p->n_conts, sizeof *p->conts);
	for (size_t i = 0; i < p->n_cats; i++) {
		struct input *c = &p->cats[i];

		c->param = integer(w);
		c->n = c->param < 0 ? 1 : integer(w);
		if (c->n < 1 || c->n > CODES_MAX)
			fail("too many codes", w->path);
		for (long k = 0; k < c->n; k++)
			c->code[k] = integer(w);
	}
	for (size_t i = 0; i < p->n_conts; i++) {
		p->conts[i].param = integer(w);
		if (p->conts[i].param < 0)
			p->conts[i].fixed = number(w);
	}
#ifdef HPS_YSUR
	p->surrogate = ysur_load(path);
	if (!p->surrogate)
		fail("is no surrogate", path);
#else
	fail("was built without BENCHDATA, which has the surrogates' reader", path);
#endif
}

enum { FLOAT_, LIST, CATEGORY, INTEGER };

/* The words "0 1 2 …" or the numbers of a list as the values of a choice. */
static void add_choice(struct problem *p, const char *name, size_t n,
                       const double *values)
{
	struct value *v = arena_new(&p->maker.a, n, sizeof *v);
	struct param *q = maker_add(&p->maker, name, DIST_CATEGORICAL);

	for (size_t i = 0; i < n; i++)
		v[i] = values ? value_float(values[i])
		              : value_string(arena_printf(&p->maker.a, "c%zu", i));
	q->values = v;
	q->n_values = n;
}

static void read_parameter(struct problem *p, struct words *w, struct draft *when)
{
	size_t i = p->n_params++;
	const char *name = arena_strdup(&p->maker.a, word(w));
	long type = integer(w), logs = integer(w);
	double low = number(w), high = number(w);
	size_t n = (size_t)integer(w);

	when->type = type;
	when->logs = logs;
	when->low = low;
	when->high = high;
	p->n_values[i] = n;
	p->category[i] = type == CATEGORY;
	if (type == LIST) {
		p->values[i] = arena_new(&p->maker.a, n, sizeof(double));
		for (size_t k = 0; k < n; k++)
			p->values[i][k] = number(w);
		add_choice(p, name, n, p->values[i]);
	} else if (type == CATEGORY) {
		add_choice(p, name, n, NULL);
	} else if (type == INTEGER) {
		struct param *q = maker_range(
		    &p->maker, name,
		    logs ? DIST_Q_LOG_UNIFORM_VALUES : DIST_INT_UNIFORM, low, high);

		q->clip = q->q_int = logs;
	} else {
		maker_range(&p->maker, name,
		            logs ? DIST_LOG_UNIFORM_VALUES : DIST_UNIFORM, low, high);
	}
	when->n = (size_t)integer(w);
	for (size_t c = 0; c < when->n && c < 8; c++) {
		when->when[c].parent = (size_t)integer(w);
		when->when[c].n = (size_t)integer(w);
		for (size_t k = 0; k < when->when[c].n; k++)
			when->when[c].allowed[k % CODES_MAX] = integer(w);
	}
}

/* The value that choice k of parameter i stands for. */
static struct value choice(const struct problem *p, size_t i, long k)
{
	const struct param *q = &p->maker.params[i];

	if (q->dist == DIST_CATEGORICAL)
		return q->values[k];
	return value_int((int64_t)q->min + k);
}

static void add_conditions(struct problem *p, const struct draft *drafts)
{
	for (size_t i = 0; i < p->n_params; i++) {
		const struct draft *f = &drafts[i];
		struct condition *c = arena_new(&p->maker.a, f->n, sizeof *c);

		for (size_t k = 0; k < f->n; k++) {
			size_t parent = f->when[k].parent;
			struct value *v =
			    arena_new(&p->maker.a, f->when[k].n, sizeof *v);

			for (size_t a = 0; a < f->when[k].n; a++)
				v[a] = choice(p, parent, f->when[k].allowed[a]);
			c[k] = (struct condition){parent, v, f->when[k].n};
		}
		p->maker.params[i].when = c;
		p->maker.params[i].n_when = f->n;
	}
}

static void read_problem(struct problem *p, const char *path)
{
	struct arena a = {0};
	struct error err;
	struct words w = {.path = path};
	char *text, *copy = mem_strdup(path);
	const char *dir;
	size_t len;
	const char **names = mem_new(MAKER_PARAMS, sizeof *names);

	*p = (struct problem){.sign = 1};
	dir = arena_printf(&p->maker.a, "%s/..", dirname(copy));
	if (!file_read(path, 1 << 20, &a, &text, &len, &err))
		fail(err.text, path);
	w.at = text;
	p->place = mem_new(MAKER_PARAMS, sizeof *p->place);
	p->drafts = mem_new(MAKER_PARAMS, sizeof *p->drafts);
	p->n_values = mem_new(MAKER_PARAMS, sizeof *p->n_values);
	p->values = mem_new(MAKER_PARAMS, sizeof *p->values);
	p->category = mem_new(MAKER_PARAMS, sizeof *p->category);
	while (more(&w)) {
		const char *key = word(&w);

		if (strcmp(key, "NAME") == 0) {
			snprintf(p->name, sizeof p->name, "%s", word(&w));
		} else if (strcmp(key, "STAT") == 0) {
			p->best = number(&w);
			p->median = number(&w);
		} else if (strcmp(key, "DIR") == 0) {
			p->sign = strcmp(word(&w), "max") == 0 ? -1 : 1;
		} else if (strcmp(key, "TAB") == 0) {
			read_table(p, dir, &w);
		} else if (strcmp(key, "YSUR") == 0) {
			read_surrogate(p, dir, &w);
		} else if (strcmp(key, "P") == 0) {
			if (p->n_params == MAKER_PARAMS)
				fail("too many parameters", path);
			read_parameter(p, &w, &p->drafts[p->n_params]);
		} else {
			fail("a line of an unknown kind", path);
		}
	}
	add_conditions(p, p->drafts);
	for (size_t i = 0; i < p->n_params; i++)
		names[i] = p->maker.params[i].name;
	maker_finish(&p->maker);
	for (size_t i = 0; i < p->n_params; i++)
		p->place[i] = space_find(&p->maker.space, names[i]);
	free(names);
	free(copy);
	arena_free(&a);
}

static void free_problem(struct problem *p)
{
	maker_free(&p->maker);
	free(p->place);
	free(p->drafts);
	free(p->n_values);
	free(p->values);
	free(p->category);
	free(p->table);
	free(p->cats);
	free(p->conts);
#ifdef HPS_YSUR
	ysur_free(p->surrogate);
#endif
}

/* Which choice, or the number itself; -1: inactive. */
static double position(const struct problem *p, size_t i,
                       const struct value *const *values, bool as_index)
{
	const struct value *v = values[p->place[i]];
	double x = 0;

	if (!v)
		return -1;
	if (p->category[i])
		return strtod(v->string + 1, NULL);
	value_number(v, &x);
	for (size_t k = 0; as_index && p->values[i] && k < p->n_values[i]; k++)
		if (fabs(p->values[i][k] - x) <= 1e-12 * fabs(x))
			return (double)k;
	return x;
}

/* What a trial sees, and what it is truly worth; both to be minimized. */
static double measure(const struct problem *p, const struct value *const *values,
                      uint64_t seed, uint64_t trial, double *truth, double *cost)
{
	double y = 0, sum = 0;

	if (cost)
		*cost = 1;
	if (p->table) {
		size_t row = 0, count = 0;
		const float *t;

		for (size_t i = 0; i < p->n_params; i++)
			row =
			    row * p->n_values[i] + (size_t)position(p, i, values, true);
		t = p->table + row * p->seeds;
		for (size_t k = 0; k < p->seeds; k++)
			if (!isnan(t[k])) {
				sum += (double)t[k];
				count++;
			}
		*truth = p->sign * sum / (double)count;
		for (uint32_t k = 0; k < 1000; k++) {
			y = (double)
			    t[rng_below(seed, trial, RNG_RUN_SEED, k, p->seeds)];
			if (!isnan(y))
				break;
		}
		return p->sign * y;
	}
#ifdef HPS_YSUR
	{
		int32_t cats[256] = {0};
		float conts[256] = {0}, out[64];

		for (size_t i = 0; i < p->n_cats; i++) {
			const struct input *c = &p->cats[i];
			double k = c->param < 0
			               ? 0
			               : position(p, (size_t)c->param, values, true);

			cats[i] = k < 0 ? 0 : (int32_t)c->code[(size_t)k];
		}
		for (size_t i = 0; i < p->n_conts; i++) {
			const struct input *c = &p->conts[i];
			double x = c->fixed;

			if (c->param >= 0) {
				bool active = values[p->place[c->param]] != NULL;

				x = active
				        ? position(p, (size_t)c->param, values, false)
				        : 0;
			}
			conts[i] = (float)x;
		}
		if (ysur_eval(p->surrogate, cats, conts, out))
			fail("the surrogate cannot be computed", p->name);
		if (cost)
			*cost = fmax((double)out[p->cost], 1e-3);
		y = (double)out[p->target];
	}
#endif
	*truth = p->sign * y;
	return *truth;
}

/* What a random configuration costs, on the average. */
static double mean_cost(const struct problem *p)
{
	enum { CONFIGURATIONS = 500 };
	struct mock_search s;
	double sum = 0, cost = 0, truth;

	if (!mock_init(&s, "random", &p->maker.space, 1, false))
		fail(s.err.text, p->name);
	for (size_t i = 0; i < CONFIGURATIONS; i++) {
		if (mock_next(&s) != ASK_POINT)
			fail("has too few configurations", p->name);
		measure(p, s.known[i].values, 1, i, &truth, &cost);
		sum += cost;
	}
	mock_free(&s);
	return sum / CONFIGURATIONS;
}

static void print_line(const struct problem *p, uint64_t seed, const double *regret,
                       double *ms, size_t n)
{
	printf("%-28s %3llu", p->name, (unsigned long long)seed);
	for (size_t k = 0; k < MARKS; k++)
		printf(" %.5f", regret[k]);
	qsort(ms, n, sizeof *ms, double_compare);
	printf(" | %.2f %.2f\n", ms[n / 2], ms[n * 9 / 10]);
	fflush(stdout);
}

/* What a trial takes, of which the surrogate knows the training. */
static double lengthened(const struct money *m, double cost, uint64_t seed,
                         uint64_t trial)
{
	double z =
	    stat_normal_quantile(rng_unit(seed, trial, RNG_RUN_SEED, UINT32_MAX));

	return (cost + m->start * m->mean) * exp(m->spread * z);
}

/* The same, one after the other, until the money is spent. */
static void spend(const struct problem *p, const char *method, double budget,
                  uint64_t seed, const struct money *m, double *regret)
{
	struct mock_search s;
	double best = (double)INFINITY, now = 1, spent = 0, *ms = NULL;
	size_t mark = 0;

	if (!mock_init(&s, method, &p->maker.space, seed, false))
		fail(s.err.text, p->name);
	while (spent < budget) {
		int64_t start = clock_now();
		double truth, y, cost = 0;

		s.cost_weight = m->told * fmin(2 * (1 - spent / budget), 1);
		if (mock_next(&s) != ASK_POINT)
			break;
		ms = mem_grow(ms, s.n, sizeof *ms);
		ms[s.n - 1] = (double)(clock_now() - start) / 1e6;
		y = measure(p, s.known[s.n - 1].values, seed, s.n - 1, &truth, &cost);
		cost = lengthened(m, cost, seed, s.n - 1);
		mock_finish(&s, s.n - 1, y);
		mock_pay(&s, s.n - 1, cost);
		spent += cost;
		while (mark < MARKS && spent > budget * (double)marks[mark] / 100)
			regret[mark++] = now;
		if (y < best) {
			best = y;
			now = (truth - p->best) / (p->median - p->best);
			now = fmin(fmax(now, 0), 1);
		}
	}
	while (mark < MARKS)
		regret[mark++] = now;
	print_line(p, seed, regret, ms, s.n);
	free(ms);
	mock_free(&s);
}

/* The first trials, whatever the method. */
static void add_random(struct mock_search *s, const struct problem *p, size_t n,
                       uint64_t seed)
{
	struct mock_search random;

	if (!mock_init(&random, "random", &p->maker.space, seed, false))
		fail(random.err.text, p->name);
	for (size_t i = 0; i < n; i++) {
		if (mock_next(&random) != ASK_POINT)
			fail("has too few configurations", p->name);
		mock_add(s, random.known[i].point);
	}
	mock_free(&random);
}

/* regret (MARKS) out. */
static void solve(const struct problem *p, const char *method, size_t trials,
                  uint64_t seed, size_t pending, size_t first, bool fails,
                  double *regret)
{
	struct mock_search s;
	double best = (double)INFINITY, now = 1, *ms = mem_new(trials, sizeof *ms);
	size_t done = 0, mark = 0;

	if (!mock_init(&s, method, &p->maker.space, seed, false))
		fail(s.err.text, p->name);
	add_random(&s, p, first, seed);
	while (done < trials) {
		int64_t start = clock_now();
		enum ask ask =
		    s.n < trials && s.n - done < pending ? mock_next(&s) : ASK_WAIT;

		if (ask == ASK_POINT)
			ms[s.n - 1] = (double)(clock_now() - start) / 1e6;
		else if (ask == ASK_ERROR)
			fail(s.err.text, p->name);
		if (s.n - done >= pending || s.n == trials || ask != ASK_POINT) {
			double truth, y;

			if (done == s.n)
				break;
			y = measure(p, s.known[done].values, seed, done, &truth, NULL);
			if (fails && truth > p->median)
				y = (double)NAN;
			mock_finish(&s, done++, y);
			if (y < best) {
				best = y;
				now = (truth - p->best) / (p->median - p->best);
				now = fmin(fmax(now, 0), 1);
			}
			while (mark < MARKS && done == marks[mark])
				regret[mark++] = now;
		}
	}
	while (mark < MARKS)
		regret[mark++] = now;
	print_line(p, seed, regret, ms + first, s.n - first);
	free(ms);
	mock_free(&s);
}

/* What is recommended after so many runs in all. */

enum { AGAIN_MAX = 8, AGAIN_TOP = 3 };

struct tally {
	double sum, squares, truth;
	size_t n;
};

struct recommending {
	const struct problem *p;
	struct mock_search s;
	struct tally *trials; /* (runs) */
	size_t *asked;        /* (runs) */
	uint64_t seed, runs;
};

static double value_of(const struct tally *t)
{
	return t->sum / (double)t->n;
}

static double stderr_of(const struct tally *t)
{
	double n = (double)t->n, mean = value_of(t);

	return n > 1 ? sqrt(fmax(t->squares - n * mean * mean, 0) / (n - 1) / n)
	             : (double)NAN;
}

static void run_once(struct recommending *r, size_t trial)
{
	struct tally *t = &r->trials[trial];
	double y = measure(r->p, r->s.known[trial].values, r->seed, r->runs++,
	                   &t->truth, NULL);

	t->sum += y;
	t->squares += y * y;
	t->n = ++r->asked[trial];
}

/* Should a known trial be run again? */
static bool again(const struct recommending *r, uint64_t cap, bool last, size_t *trial)
{
	struct history h = {
	    .trials = r->s.known, .n = r->s.n, .known_upto = r->s.finished};
	struct repeat_rule rule = {
	    .least = 1, .most = AGAIN_MAX, .cap = cap, .spent = r->runs};
	struct repeat_answer a;

	repeat_ask(&rule, &h, r->asked, last, &a);
	*trial = a.trial;
	return a.wanted;
}

/* Runs until there are so many; adapts: repeats: auto. */
static void search_until(struct recommending *r, uint64_t runs, uint64_t cap,
                         bool adapts)
{
	while (r->runs < runs) {
		size_t trial;

		if (!adapts || !again(r, cap, false, &trial)) {
			if (mock_next(&r->s) == ASK_POINT)
				trial = r->s.n - 1;
			else if (!adapts || !again(r, cap, true, &trial))
				return;
		}
		run_once(r, trial);
		mock_finish(&r->s, trial, value_of(&r->trials[trial]));
		mock_repeat(&r->s, trial, r->trials[trial].n,
		            stderr_of(&r->trials[trial]));
	}
}

/* The trial with the least value and one standard error, where that is known. */
static size_t leader(const struct recommending *r)
{
	struct history h = {
	    .trials = r->s.known, .n = r->s.n, .known_upto = r->s.finished};
	struct repeat_noise noise = repeat_noise(&h);
	double least = (double)INFINITY;
	size_t at = 0;

	for (size_t i = 0; i < r->s.n; i++) {
		double score = value_of(&r->trials[i]);

		if (noise.sd > 0)
			score += noise.sd / sqrt((double)r->trials[i].n);
		if (score < least) {
			least = score;
			at = i;
		}
	}
	return at;
}

/* The best three again, `times` each; the least mean of these. */
static size_t verified(struct recommending *r, size_t times)
{
	size_t at[AGAIN_TOP], win = 0;

	for (size_t k = 0; k < AGAIN_TOP; k++) {
		at[k] = leader(r);
		r->trials[at[k]].sum = (double)INFINITY;
	}
	for (size_t k = 0; k < AGAIN_TOP; k++) {
		r->trials[at[k]] = (struct tally){0};
		r->asked[at[k]] = 0;
		for (size_t i = 0; i < times; i++)
			run_once(r, at[k]);
		if (value_of(&r->trials[at[k]]) < value_of(&r->trials[at[win]]))
			win = k;
	}
	return at[win];
}

enum how { BEST, VERIFIED, AUTO, HOWS };

static double recommend(const struct problem *p, const char *method, size_t runs,
                        uint64_t seed, enum how how)
{
	struct recommending r = {.p = p, .seed = seed};
	size_t times = runs / 20 < 2 ? 2 : runs / 20, win;
	double regret;

	if (!mock_init(&r.s, method, &p->maker.space, seed, false))
		fail(r.s.err.text, p->name);
	r.trials = mem_new(runs, sizeof *r.trials);
	r.asked = mem_new(runs, sizeof *r.asked);
	search_until(&r, how == VERIFIED ? runs - AGAIN_TOP * times : runs, runs,
	             how == AUTO);
	win = how == VERIFIED ? verified(&r, times) : leader(&r);
	regret = (r.trials[win].truth - p->best) / (p->median - p->best);
	free(r.trials);
	free(r.asked);
	mock_free(&r.s);
	return fmin(fmax(regret, 0), 1);
}

/* A line: the problem, the seed, and what is recommended in each way. */
static void print_recommended(const struct problem *p, const char *method,
                              const char *runs, uint64_t seed)
{
	static const char *const names[] = {"best", "verified", "auto"};

	printf("%s %llu", p->name, (unsigned long long)seed);
	for (int how = 0; how < HOWS; how++) {
		printf(" %s", names[how]);
		for (const char *at = runs; *at; at += *at == ',') {
			size_t n = strtoul(at, NULL, 10);

			at += strspn(at, "0123456789");
			if (n < 3 * AGAIN_TOP || (*at && *at != ','))
				fail("-R wants numbers of runs, from 9 on", runs);
			printf(" %.6f", recommend(p, method, n, seed, (enum how)how));
		}
	}
	printf("\n");
	fflush(stdout);
}

/* One line of JSON about the problem. */
static void print_problem(const struct problem *p)
{
	static const char *const types[] = {"float", "list", "category", "int"};

	printf("{\"name\": \"%s\", \"best\": %.17g, \"median\": %.17g, \"floor\": %g, "
	       "\"parameters\": [",
	       p->name, p->best, p->median, floor_);
	for (size_t i = 0; i < p->n_params; i++) {
		const struct draft *f = &p->drafts[i];

		printf("%s{\"name\": \"%s\", \"type\": \"%s\", \"log\": %s, \"low\": "
		       "%.17g, \"high\": %.17g, \"n\": %zu, \"values\": [",
		       i ? ", " : "", p->maker.space.params[p->place[i]].name,
		       types[f->type & 3], f->logs ? "true" : "false", f->low, f->high,
		       p->n_values[i]);
		for (size_t k = 0; p->values[i] && k < p->n_values[i]; k++)
			printf("%s%.17g", k ? ", " : "", p->values[i][k]);
		printf("], \"when\": [");
		for (size_t c = 0; c < f->n; c++) {
			printf("%s[%zu", c ? ", " : "", f->when[c].parent);
			for (size_t k = 0; k < f->when[c].n; k++)
				printf(", %ld", f->when[c].allowed[k]);
			printf("]");
		}
		printf("]}");
	}
	printf("]}\n");
	fflush(stdout);
}

/* The value of parameter i that a number of the input stands for. */
static struct value value_at(const struct problem *p, size_t i, double x)
{
	const struct param *q = &p->maker.space.params[p->place[i]];

	if (q->dist == DIST_CATEGORICAL) {
		if (!(x >= 0 && x < (double)q->n_values))
			fail("there is no such choice", p->name);
		return q->values[(size_t)x];
	}
	return p->drafts[i].type == INTEGER ? value_int((int64_t)x) : value_float(x);
}

static void serve(const struct problem *p, uint64_t seed)
{
	struct value *room = mem_new(p->n_params, sizeof *room);
	const struct value **values = mem_new(p->n_params, sizeof *values);
	char *line = NULL;
	size_t cap = 0;

	print_problem(p);
	for (uint64_t trial = 0; getline(&line, &cap, stdin) > 0; trial++) {
		char *at = line;
		double y, truth;

		for (size_t i = 0; i < p->n_params; i++) {
			double x = strtod(at, &at);

			values[p->place[i]] = isnan(x) ? NULL : &room[i];
			if (!isnan(x))
				room[i] = value_at(p, i, x);
		}
		y = measure(p, values, seed, trial, &truth, NULL);
		printf("%.17g %.17g\n", y, truth);
		fflush(stdout);
	}
	free(line);
	free(room);
	free(values);
}

static void summarize(const char *what, const double *x, size_t lines, bool logs)
{
	double *one = mem_new(lines, sizeof *one);

	printf("%-12s", what);
	for (size_t k = 0; k < MARKS; k++) {
		struct moments m;

		for (size_t i = 0; i < lines; i++)
			one[i] = logs ? log10(fmax(x[i * MARKS + k], floor_))
			              : x[i * MARKS + k];
		m = stat_of(one, lines);
		printf("  @%zu %.3f +- %.3f", marks[k], m.mean, stat_stderr(m));
	}
	printf("\n");
	free(one);
}

int main(int argc, char **argv)
{
	const char *method = "bayes", *served = NULL, *recommended = NULL;
	size_t trials = 100, pending = 1, first = 0, lines = 0;
	unsigned long from = 0, to = 9;
	double *all = NULL;
	struct money money = {.told = 1};
	bool fails = false;

	stat_init();
	for (int c; (c = getopt(argc, argv, "m:t:s:p:e:c:w:o:u:r:R:f")) != -1;)
		if (c == 'm')
			method = optarg;
		else if (c == 't')
			trials = strtoul(optarg, NULL, 10);
		else if (c == 'p')
			pending = strtoul(optarg, NULL, 10);
		else if (c == 'r')
			first = strtoul(optarg, NULL, 10);
		else if (c == 'f')
			fails = true;
		else if (c == 'R')
			recommended = optarg;
		else if (c == 'e')
			served = optarg;
		else if (c == 'c')
			money.counts = true, money.output = strtoul(optarg, NULL, 10);
		else if (c == 'o')
			money.start = strtod(optarg, NULL);
		else if (c == 'u')
			money.spread = strtod(optarg, NULL);
		else if (c == 'w')
			money.told = strtod(optarg, NULL);
		else if (c != 's' || sscanf(optarg, "%lu-%lu", &from, &to) < 1)
			return 2;
	if (first >= trials)
		return 2;
	for (int i = optind; i < argc; i++) {
		struct problem *p = mem_new(1, sizeof *p);
		double budget = 0;

		read_problem(p, argv[i]);
		p->cost = money.output;
		if (money.counts && !p->surrogate)
			fail("is no surrogate, and has no cost", argv[i]);
		if (money.counts)
			money.mean = mean_cost(p);
		budget = money.mean * (1 + money.start) * (double)trials;
		if (served)
			serve(p, strtoull(served, NULL, 10));
		for (uint64_t seed = from; recommended && seed <= to; seed++)
			print_recommended(p, method, recommended, seed);
		for (uint64_t seed = from; !served && !recommended && seed <= to;
		     seed++) {
			all = mem_grow(all, (lines + 1) * MARKS, sizeof *all);
			if (money.counts)
				spend(p, method, budget, seed, &money,
				      all + lines * MARKS);
			else
				solve(p, method, trials, seed, pending, first, fails,
				      all + lines * MARKS);
			lines++;
		}
		free_problem(p);
		free(p);
	}
	if (lines) {
		summarize("mean", all, lines, false);
		summarize("log10", all, lines, true);
	}
	free(all);
	return 0;
}
