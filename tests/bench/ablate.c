/* Is what an ablation says true? Whole searches over functions whose effects are known,
 * their winners taken apart through the machine itself, with a runner without
 * processes: is the set of changes that do nothing the right one, and is the simplest
 * configuration really within the margin?
 *
 *     ablate [-s SEARCHES]
 *
 * Of x1 … x8, each 0 by default, some cost what a scenario says unless they are 1; the
 * noise has a standard deviation of 1, of every configuration and seed on its own
 * (the worst for pairs) or of the seed alone. */
#include "../unit/fake_runner.h"
#include "../unit/noise.h"
#include "search/ablated.h"
#include "study/ablating.h"
#include "study/search_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PARAMETERS = 8, TRIALS = 60 };

struct scenario {
	const char *name, *method, *extra; /* keys of the file */
	double cost[PARAMETERS];           /* without xi = 1 */
	double both;                       /* where neither x1 nor x2 is 1 */
	double own, common;                /* standard deviations */
	double fails;                      /* chance of any run */
};

static const struct scenario scenarios[] = {
    {"3 of 8 cost 2 sd", "random", "", {2, 2, 2}, 0, 1, 0, 0},
    {"3 of 8 cost 3 sd", "sobol", "", {3, 3, 3}, 0, 1, 0, 0},
    {"all idle but one, 3 sd", "bayes", "", {3}, 0, 1, 0, 0},
    {"6 of 8 cost 3 sd", "random", "", {3, 3, 3, 3, 3, 3}, 0, 1, 0, 0},
    {"either of two, 4 sd", "random", "", {0, 0, 3}, 4, 1, 0, 0},
    {"a child of x1, 3 sd", "random", "x2", {3, 3}, 0, 1, 0, 0},
    {"x1 only with x2", "random", "tied", {3, 3, 3}, 0, 1, 0, 0},
    {"noise of the seed alone, 0.5 sd", "random", "", {0.5, 0.5}, 0, 0.05, 1, 0},
    {"1 run in 20 fails, 3 sd", "random", "", {3, 3}, 0, 1, 0, 0.05},
    {"cost 1 sd: too little to be sure", "random", "", {1, 1}, 0, 1, 0, 0},
};

/* Words of the child's line carry what it needs: the scenario. */
static double loss_of(const struct scenario *s, const double *x)
{
	double sum = 0;

	for (size_t i = 0; i < PARAMETERS; i++)
		sum += x[i] > 0.5 ? 0 : s->cost[i];
	return sum + (x[0] > 0.5 || x[1] > 0.5 ? 0 : s->both);
}

static double train(const struct job *job, struct run_result *res, bool *has_metric)
{
	const struct scenario *s = &scenarios[(size_t)fake_argument(job, "scenario")];
	uint64_t seed = strtoull(fake_env(job, "HPSEARCH_SEED"), NULL, 10);
	double x[PARAMETERS];
	uint64_t set = 1;

	for (size_t i = 0; i < PARAMETERS; i++) {
		char name[8];

		snprintf(name, sizeof name, "x%zu", i + 1);
		x[i] = fake_argument(job, name);
		x[i] = isnan(x[i]) ? 0 : x[i];
		set |= x[i] > 0.5 ? UINT64_C(2) << i : 0;
	}
	*has_metric = !(rng_unit(seed, set, RNG_CONTROL, 0) < s->fails);
	res->exit = !*has_metric;
	return loss_of(s, x) + s->own * noise_normal(seed, set, 0) +
	       s->common * noise_normal(seed, 0, 1);
}

static const char *file_of(size_t scenario, uint64_t seed, struct arena *a)
{
	const struct scenario *s = &scenarios[scenario];
	struct str out = {0};
	const char *text;

	str_addf(
	    &out,
	    "command: [train, --scenario=%zu, \"${args}\"]\nmethod: %s\nseed: %llu\n"
	    "metric: {name: loss}\nmax_trials: %d\nrepeats: 2\nparameters:\n",
	    scenario, s->method, (unsigned long long)seed, TRIALS);
	for (int i = 1; i <= PARAMETERS; i++)
		str_addf(&out, "  x%d: {values: [0, 1], default: 0%s}\n", i,
		         i == 2 && strcmp(s->extra, "x2") == 0 ? ", when: {x1: 1}"
		                                               : "");
	if (strcmp(s->extra, "tied") == 0)
		str_add(&out, "constraints: [\"x1 == x2\"]\n");
	text = arena_strdup(a, out.s);
	str_free(&out);
	return text;
}

static void die(const struct error *err)
{
	fprintf(stderr, "ablate: %s\n", err->text);
	exit(1);
}

struct tally {
	size_t n, right, false_alarm, missed, smallest, beyond, runs, most;
};

/* What undoing a set of changes would cost, from the winner. */
static double cost_of(const struct scenario *s, struct ablated *a, uint64_t mask)
{
	const struct value *const *v = ablated_values(a, mask);
	double x[PARAMETERS] = {0};

	for (size_t i = 0; i < PARAMETERS; i++)
		if (v[i])
			value_number(v[i], &x[i]);
	return loss_of(s, x);
}

/* The truth hangs on the path where one stands in for another: each change's step. */
static void judge(const struct scenario *s, struct ablated *a, struct tally *t)
{
	const struct ablation *x = &a->ablation;
	uint64_t all = ablation_all(a->plan.n), from = all, idle = 0;

	for (size_t k = 0; k < x->back.n; k++) {
		if (!(cost_of(s, a, x->back.steps[k].mask) > cost_of(s, a, from)))
			idle |= x->back.steps[k].moved;
		from = x->back.steps[k].mask;
	}
	t->n++;
	t->right += x->idle == idle && x->matters == (all & ~idle);
	t->false_alarm += (x->matters & idle) != 0;
	t->missed += (x->idle & ~idle) != 0;
	t->smallest += x->simplest == (all & ~idle);
	t->beyond += cost_of(s, a, x->simplest) - cost_of(s, a, all) > x->margin;
	t->runs += comparison_spent(a->search).ended;
	t->most += ablation_cost(&a->plan).most;
}

static void take_apart(const struct scenario *s, const struct spec *spec,
                       const struct search *of, struct tally *t)
{
	static struct fake_runner fake;
	struct study_options o = {.origin = of->origin};
	struct study st;
	struct ablated a = {0};
	struct error err;
	struct runner r;
	const struct purpose p = {.kind = PURPOSE_ABLATION,
	                          .of = "",
	                          .winner = of->best->id,
	                          .margin = (double)NAN,
	                          .pairs = 20};

	fake = (struct fake_runner){.train = train};
	r = fake_runner(&fake, 4);
	if (!study_init(&st, spec, &o, &err) ||
	    !ablate_begin(&st, &p, of->baseline, of->best->point, &err))
		die(&err);
	if (ablated_init(&a, &st.search, &err)) {
		if (!ablate_run(&a, &st, &r, &(struct budget){0}, &err))
			die(&err);
		judge(s, &a, t);
	}
	ablated_free(&a);
	study_free(&st);
}

static void play(size_t scenario, uint64_t seed, struct tally *t)
{
	static struct fake_runner fake;
	const struct spec_overrides none = {0};
	struct arena arena = {0};
	struct study_options o = {0};
	struct study s = {0};
	struct spec spec;
	struct error err;
	struct runner r;
	const char *text = file_of(scenario, seed, &arena);

	fake = (struct fake_runner){.train = train};
	r = fake_runner(&fake, 4);
	o.origin =
	    (struct search_origin){.yaml = text, .path = "", .host = "", .git = ""};
	if (!spec_parse(&spec, "bench.yaml", text, strlen(text), &none, &arena, &err) ||
	    !study_init(&s, &spec, &o, &err) || !study_begin(&s, &err) ||
	    !study_run(&s, &r, &err))
		die(&err);
	if (s.search.best)
		take_apart(&scenarios[scenario], &spec, &s.search, t);
	study_free(&s);
	arena_free(&arena);
}

static double percent(size_t k, size_t n)
{
	return 100.0 * (double)k / (double)n;
}

int main(int argc, char **argv)
{
	size_t searches = 100;

	for (int c; (c = getopt(argc, argv, "s:")) != -1;)
		if (c == 's')
			searches = strtoul(optarg, NULL, 10);
	stat_init();
	printf("%-34s %5s %7s %7s %7s %8s %8s %6s %6s\n", "", "n", "right%", "false%",
	       "missed%", "smallest%", "beyond%", "runs", "most");
	for (size_t k = 0; k < ARRAY_LEN(scenarios); k++) {
		struct tally t = {0};

		for (uint64_t seed = 1; seed <= searches; seed++)
			play(k, seed, &t);
		if (!t.n)
			continue;
		printf("%-34s %5zu %7.1f %7.1f %7.1f %8.1f %8.1f %6zu %6zu\n",
		       scenarios[k].name, t.n, percent(t.right, t.n),
		       percent(t.false_alarm, t.n), percent(t.missed, t.n),
		       percent(t.smallest, t.n), percent(t.beyond, t.n), t.runs / t.n,
		       t.most / t.n);
		fflush(stdout);
	}
	return 0;
}
