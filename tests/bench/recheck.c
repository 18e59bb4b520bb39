/* Is what a recheck says true? Whole searches, verified or not, over a function that is
 * known; then the world is another, and they are rechecked through the machine itself,
 * with a runner without processes.
 *
 *     recheck [-s SEARCHES]
 *
 * The loss is a bowl in x and y, 4 at its edge, of which a scenario's world moves the
 * level, the winner's alone, or the minimum. Noise has a standard deviation of 1 in
 * all; what share of its variance a second run on the same seed repeats is the
 * scenario's. */
#include "../unit/fake_runner.h"
#include "../unit/noise.h"
#include "search/recheck_plan.h"
#include "study/rechecking.h"
#include "study/search_loop.h"
#include "study/verification.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIALS = 60, OTHERS = 3, PAIRS = 20 };

struct scenario {
	const char *name;
	bool verified;  /* the search's best were run again on five seeds */
	double repeats; /* share of the noise's variance that the seed decides */
	double level;   /* how much worse everything is now */
	double winner;  /* … and the winner alone */
	bool flat;      /* now nothing makes a difference */
};

static const struct scenario scenarios[] = {
    {"the same, repeatable", false, 1, 0, 0, false},
    {"the same, verified", true, 1, 0, 0, false},
    {"the same, not repeatable", false, 0, 0, 0, false},
    {"the same, not repeatable, verified", true, 0, 0, 0, false},
    {"the same, half repeatable", false, 0.5, 0, 0, false},
    {"the same, half repeatable, verified", true, 0.5, 0, 0, false},
    {"all worse by 2 sd, half repeatable", false, 0.5, 2, 0, false},
    {"all worse by 2 sd, half rep., verified", true, 0.5, 2, 0, false},
    {"all worse by 4 sd, half repeatable", false, 0.5, 4, 0, false},
    {"the winner worse by 2 sd, half rep.", false, 0.5, 0, 2, false},
    {"the winner worse by 2 sd, verified", true, 0.5, 0, 2, false},
    {"nothing matters now", false, 0.5, 0, 0, true},
    {"nothing matters now, verified", true, 0.5, 0, 0, true},
};

/* What a training is run in. */
struct world {
	const struct scenario *now; /* NULL: as it was during the search */
	const struct scenario *scenario;
	double x, y;  /* the winner */
	uint64_t run; /* counts: what a seed does not repeat */
};

static struct world *world(void)
{
	static struct world w;

	return &w;
}

static double loss_of(const struct world *w, double x, double y)
{
	double bowl = 4 * ((x - 0.3) * (x - 0.3) + (y - 0.6) * (y - 0.6));

	if (!w->now)
		return bowl;
	return (w->now->flat ? 0 : bowl) + w->now->level +
	       (x == w->x && y == w->y ? w->now->winner : 0);
}

static double train(const struct job *job, struct run_result *res, bool *has_metric)
{
	struct world *w = world();
	uint64_t seed = strtoull(fake_env(job, "HPSEARCH_SEED"), NULL, 10);
	double x = fake_argument(job, "x"), y = fake_argument(job, "y");
	double kept = w->scenario->repeats;
	uint64_t at = (uint64_t)(x * 1e9) ^ (uint64_t)(y * 1e9) << 30;

	(void)res;
	*has_metric = true;
	return loss_of(w, x, y) + sqrt(kept) * noise_normal(seed, at, 0) +
	       sqrt(1 - kept) * noise_normal(seed ^ 0x5bd1e995, ++w->run, 1);
}

static const char *file_of(const struct scenario *s, uint64_t seed, struct arena *a)
{
	return arena_printf(
	    a,
	    "command: [train, \"${args}\"]\nmethod: random\nseed: %llu\n"
	    "metric: {name: loss}\nmax_trials: %d\nparameters:\n"
	    "  x: {min: 0.0, max: 1.0, default: 0.9}\n"
	    "  y: {min: 0.0, max: 1.0, default: 0.1}\n%s",
	    (unsigned long long)seed, TRIALS,
	    s->verified ? "test: {top: 3, repeats: 5}\n" : "");
}

static void die(const struct error *err)
{
	fprintf(stderr, "recheck: %s\n", err->text);
	exit(1);
}

struct tally {
	size_t n, drifted, covered, intervals, reproduced, better, another,
	    false_another, holds, runs;
};

static double truth(const struct search *s, size_t trial)
{
	double v[2] = {0};

	for (size_t i = 0; i < 2; i++)
		value_number(s->trials[trial]->values[i], &v[i]);
	return loss_of(world(), v[0], v[1]);
}

static void judge(const struct rechecked *x, struct tally *t)
{
	const struct scenario *s = world()->scenario;
	double now = truth(x->search, 0), then;

	world()->now = NULL;
	then = truth(x->search, 0);
	world()->now = s;
	t->n++;
	t->drifted += x->drifted;
	t->reproduced += x->drift.exact;
	if (!x->drift.exact && !isnan(x->drift.low)) {
		t->intervals++;
		t->covered += x->drift.low <= now - then && now - then <= x->drift.high;
	}
	t->better += x->better.answer == ANSWER_YES;
	t->another += x->best_other != 0;
	t->false_another += x->best_other && !(truth(x->search, x->best_other) < now);
	t->holds += x->answer == RECHECK_HOLDS;
	t->runs += comparison_spent(x->search).ended;
}

static void recheck(struct search *of, const struct spec *spec, struct arena *a,
                    struct tally *t)
{
	static struct fake_runner fake;
	struct study_options o = {.origin = of->origin};
	const struct trial *winner = search_winner(of);
	struct purpose p = {.kind = PURPOSE_RECHECK,
	                    .of = "",
	                    .winner = winner->id,
	                    .margin = (double)NAN,
	                    .pairs = PAIRS,
	                    .number = 1};
	const struct coord *const *points;
	struct rechecked x = {0};
	struct study st;
	struct error err;
	struct runner r;

	world()->now = world()->scenario;
	value_number(winner->values[0], &world()->x);
	value_number(winner->values[1], &world()->y);
	points = recheck_choose(of, winner, false, OTHERS, a, &p);
	fake = (struct fake_runner){.train = train};
	r = fake_runner(&fake, 4);
	if (!study_init(&st, spec, &o, &err) || !recheck_begin(&st, &p, points, &err) ||
	    !rechecked_init(&x, &st.search, &err) ||
	    !recheck_run(&x, &st, &r, &(struct budget){0}, &err))
		die(&err);
	judge(&x, t);
	rechecked_free(&x);
	study_free(&st);
}

static void play(const struct scenario *scenario, uint64_t seed, struct tally *t)
{
	static struct fake_runner fake;
	const struct spec_overrides none = {0};
	struct arena a = {0};
	struct study_options o = {0};
	struct study s = {0};
	struct spec spec;
	struct error err;
	struct runner r;
	const char *text = file_of(scenario, seed, &a);

	*world() = (struct world){.scenario = scenario, .run = seed << 20};
	fake = (struct fake_runner){.train = train};
	r = fake_runner(&fake, 4);
	o.origin =
	    (struct search_origin){.yaml = text, .path = "", .host = "", .git = ""};
	if (!spec_parse(&spec, "bench.yaml", text, strlen(text), &none, &a, &err) ||
	    !study_init(&s, &spec, &o, &err) || !study_begin(&s, &err) ||
	    !study_run(&s, &r, &err))
		die(&err);
	if (scenario->verified) {
		verdict_plan(&s.search);
		if (!verify_run(&s, &r, &err))
			die(&err);
	}
	recheck(&s.search, &spec, &a, t);
	study_free(&s);
	arena_free(&a);
}

static double percent(size_t k, size_t n)
{
	return n ? 100.0 * (double)k / (double)n : (double)NAN;
}

int main(int argc, char **argv)
{
	size_t searches = 100;

	for (int c; (c = getopt(argc, argv, "s:")) != -1;)
		if (c == 's')
			searches = strtoul(optarg, NULL, 10);
	stat_init();
	printf("%-40s %5s %7s %7s %7s %7s %7s %7s %7s %5s\n", "in %", "n", "exact",
	       "drifted", "99 % co", "better", "another", "false a", "holds", "runs");
	for (size_t k = 0; k < ARRAY_LEN(scenarios); k++) {
		struct tally t = {0};

		for (uint64_t seed = 1; seed <= searches; seed++)
			play(&scenarios[k], seed, &t);
		printf("%-40s %5zu %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %5zu\n",
		       scenarios[k].name, t.n, percent(t.reproduced, t.n),
		       percent(t.drifted, t.n), percent(t.covered, t.intervals),
		       percent(t.better, t.n), percent(t.another, t.n),
		       percent(t.false_another, t.n), percent(t.holds, t.n),
		       t.n ? t.runs / t.n : 0);
		fflush(stdout);
	}
	return 0;
}
