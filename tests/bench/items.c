/* What a race over items costs, whom it finds, and how often what its verification says
 * is true, against a known truth: whole searches in this process, with a runner that
 * has no processes.
 *
 *     items [-n SEARCHES] [-i ITEMS] [-s SEED]
 *
 * Every search has 20 configurations. The five best are 0, 1/4, 1/2, 3/4 and 1 standard
 * errors apart (of the mean difference of two of them on 200 items), or, in rows called
 * ties, equal; fifteen are 2, 2.5, … 9 of them worse than the best. An item is of a
 * difficulty that all of them share, and half of the luck with it is shared too; in
 * rows called random the answers hang on the seed as well, and every item is asked
 * twice. The defaults are the best one (so that no yes is true), or the first of those
 * that are worse.
 *
 * Columns, with standard errors: answers that the search asked for as a share of fixed
 * allocation (all items to all); the same of the fifteen alone (five that are as good
 * as equal answer everything, which is a quarter of it all); how much worse (in 1/1000
 * of the score) the truth of the one chosen is than that of the one that fixed
 * allocation chooses; searches in which the best one left; intervals that hold the
 * truth; yes where it is false; yes where it is true. */
#include "config/items.h"
#include "../unit/fake_runner.h"
#include "../unit/share.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/stat.h"
#include "search/answers.h"
#include "study/search_loop.h"
#include "study/verification.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONFIGURATIONS = 20, GOOD = 5, BATCH = 20 };

static const double top = 0.65, width = 0.25, shared = 0.5, test_share = 0.3;

struct row {
	const char *name;
	bool ties, random, null; /* null: the defaults are the best */
};

static const struct row rows[] = {{"fixed", false, false, false},
                                  {"fixed, the defaults best", false, false, true},
                                  {"fixed, ties", true, false, true},
                                  {"random", false, true, false},
                                  {"random, ties", true, true, true}};

struct found {
	struct share best_left, covered, wrong, right;
	double *cost, *bad, *worse; /* (n) */
	size_t n;
};

/* One search, and the runner that answers. */
struct play {
	const struct row *row;
	uint64_t world; /* draws everything of it */
	struct spec spec;
	struct study study;
	struct arena arena;
	size_t place[CONFIGURATIONS]; /* configuration c is the place[c]-th best */
	uint64_t asked, asked_bad;
	struct job_state {
		uint64_t ticket;
		size_t from, wanted, said, configuration;
		uint64_t seed;
		bool busy;
	} job;
};

/* Of the mean difference of two good ones on 200 items; the luck of a pair is the same
 * where both share it. */
static double standard_error(void)
{
	double each = top * (1 - top) - width * width / 3;

	return sqrt(2 * (1 - shared * shared) * each / 200);
}

static double truth(const struct play *p, size_t configuration)
{
	size_t place = p->place[configuration];
	double behind = place < GOOD ? (p->row->ties ? 0 : 0.25 * (double)place)
	                             : 2 + 0.5 * (double)(place - GOOD);

	return top - behind * standard_error();
}

static double unit(const struct play *p, uint64_t item, uint64_t what)
{
	return rng_unit(p->world, item, RNG_BOOTSTRAP, (uint32_t)what);
}

/* Answers that hang on a seed have their luck from it, half of it from the item. */
static double answer(const struct play *p, size_t c, uint64_t item, uint64_t seed)
{
	double hard = width * (2 * unit(p, item, 0) - 1);
	double luck =
	    unit(p, item, 10 + c) < shared ? unit(p, item, 1) : unit(p, item, 100 + c);

	if (p->row->random && unit(p, item, 200 + c) < 0.5)
		luck = rng_unit(seed, item, RNG_MODEL, (uint32_t)c);
	return luck < truth(p, c) + hard;
}

static bool start(void *self, const struct job *job, struct error *err)
{
	struct play *p = self;
	const struct items *it = &p->spec.items;
	bool test = strcmp(fake_env(job, "HPSEARCH_SPLIT"), "test") == 0;
	uint64_t trial = strtoull(fake_env(job, "HPSEARCH_TRIAL"), NULL, 10);
	uint64_t run = strtoull(fake_env(job, "HPSEARCH_RUN"), NULL, 10);

	(void)err;
	p->job = (struct job_state){
	    .ticket = job->ticket,
	    .busy = true,
	    .from = it->n,
	    .wanted = it->n_test,
	    .seed = strtoull(fake_env(job, "HPSEARCH_SEED"), NULL, 10),
	    .configuration = strtoull(strchr(job->argv[1], '=') + 1, NULL, 10)};
	if (!test) {
		p->job.from = p->study.search.trials[trial]->runs[run].from;
		p->job.wanted = p->study.search.trials[trial]->runs[run].wanted;
		p->asked += p->job.wanted;
		if (p->place[p->job.configuration] >= GOOD)
			p->asked_bad += p->job.wanted;
	}
	return true;
}

static bool wait_event(void *self, int64_t deadline, struct runner_event *out,
                       struct error *err)
{
	struct play *p = self;
	struct job_state *j = &p->job;

	(void)deadline;
	(void)err;
	*out = (struct runner_event){.kind = RUNNER_TICK, .ticket = j->ticket};
	if (j->busy && j->said < j->wanted) {
		const char *name = p->spec.items.list[j->from + j->said++].name;

		out->kind = RUNNER_REPORT;
		out->report.step = (double)item_key(name);
		out->report.value =
		    answer(p, j->configuration, strtoull(name, NULL, 10), j->seed);
	} else if (j->busy) {
		j->busy = false;
		out->kind = RUNNER_DONE;
	}
	return true;
}

static void cancel(void *self, uint64_t ticket, enum cancel how)
{
	(void)self;
	(void)ticket;
	(void)how;
}

/* The one with the best mean over all items of the search, by the same answers. */
static size_t fixed_choice(const struct play *p)
{
	const struct items *it = &p->spec.items;
	size_t repeats = p->spec.repeats, best = 0;
	double most = -1;

	for (size_t c = 0; c < CONFIGURATIONS; c++) {
		double sum = 0;

		for (size_t i = 0; i < it->n; i++)
			for (size_t r = 0; r < repeats; r++)
				sum +=
				    answer(p, c, strtoull(it->list[i].name, NULL, 10),
				           seed_of_run(p->spec.seed, c,
				                       i / it->batch * repeats + r));
		if (sum > most) {
			most = sum;
			best = c;
		}
	}
	return best;
}

static size_t configuration_of(const struct play *p, const struct trial *t)
{
	(void)p;
	return (size_t)t->values[0]->integer;
}

/* Which configuration is the how-manyth best: the grid's order tells nothing. The
 * defaults are the first trial. */
static void deal(struct play *p)
{
	for (size_t c = 0; c < CONFIGURATIONS; c++)
		p->place[c] = c;
	for (size_t c = CONFIGURATIONS; c-- > 1;) {
		size_t other = rng_below(p->world, c, RNG_SHUFFLE, 0, c + 1);
		size_t kept = p->place[c];

		p->place[c] = p->place[other];
		p->place[other] = kept;
	}
}

static void write_yaml(const struct play *p, size_t items, struct str *out)
{
	size_t defaults = 0;

	while (p->place[defaults] != (p->row->null ? 0 : GOOD))
		defaults++;
	str_addf(out,
	         "command: [ask, '${args}']\nmethod: grid\nseed: %llu\nrepeats: %d\n"
	         "metric: {name: accuracy, goal: maximize}\nreport: false\n"
	         "items: {file: q%zu.jsonl, batch: %d, test: %g, seed: %llu}\n"
	         "parameters:\n  c: {default: %zu, values: [0",
	         (unsigned long long)(p->world % 1000000), p->row->random ? 2 : 1,
	         items, BATCH, test_share, (unsigned long long)(p->world % 999983),
	         defaults);
	for (size_t c = 1; c < CONFIGURATIONS; c++)
		str_addf(out, ", %zu", c);
	str_add(out, "]}\n");
}

static void take_claim(struct play *p, struct found *f)
{
	const struct verdict *v = &p->study.search.verdict;
	double gain, d;

	if (v->winner == SIZE_MAX || v->candidates[v->winner].key == VERDICT_DEFAULTS ||
	    !isfinite(v->gain_half))
		return;
	gain = truth(p, configuration_of(p, &v->candidates[v->winner].trial));
	for (size_t c = 0; c < CONFIGURATIONS; c++)
		if (p->place[c] == (p->row->null ? 0 : GOOD))
			gain -= truth(p, c);
	d = v->gain.mean - gain;
	share_count(&f->covered, fabs(d) <= v->gain_half);
	share_count(gain > 1e-12 ? &f->right : &f->wrong, v->answer == ANSWER_YES);
}

static void take_search(struct play *p, struct found *f)
{
	struct search *s = &p->study.search;
	double all = (double)(s->spec->items.n * s->spec->repeats * CONFIGURATIONS);
	size_t chosen = configuration_of(p, search_winner(s));

	f->cost[f->n] = (double)p->asked / all;
	f->bad[f->n] =
	    (double)p->asked_bad / all * CONFIGURATIONS / (CONFIGURATIONS - GOOD);
	f->worse[f->n++] = truth(p, fixed_choice(p)) - truth(p, chosen);
	for (size_t i = 0; i < s->n; i++)
		if (p->place[configuration_of(p, s->trials[i])] == 0)
			share_count(&f->best_left,
			            s->trials[i]->outcome == OUTCOME_STOPPED);
	if (p->row->null && p->row->ties)
		f->best_left = (struct share){0}; /* none is the best */
}

static void play(const struct row *row, uint64_t world, size_t items, struct found *f)
{
	static const struct runner_type type = {
	    .start = start, .wait = wait_event, .cancel = cancel};
	struct play p = {.row = row, .world = world};
	struct runner runner = {.type = &type, .self = &p, .slots = 1};
	struct spec_overrides none = {0};
	struct str yaml = {0};
	struct error err;
	struct study_options o = {
	    .origin = {.path = "items.yaml", .host = "", .git = "", .version = ""}};

	deal(&p);
	write_yaml(&p, items, &yaml);
	o.origin.yaml = str_text(&yaml);
	unlink("hpsearch.tests.jsonl"); /* each is a first look */
	if (!spec_parse(&p.spec, "items.yaml", yaml.s, yaml.len, &none, &p.arena,
	                &err) ||
	    !study_init(&p.study, &p.spec, &o, &err) || !study_begin(&p.study, &err) ||
	    !study_run(&p.study, &runner, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	verdict_plan(&p.study.search);
	if (!verify_run(&p.study, &runner, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	take_search(&p, f);
	take_claim(&p, f);
	study_free(&p.study);
	arena_free(&p.arena);
	str_free(&yaml);
}

static void print_mean(const double *x, size_t n, double unit)
{
	struct moments m = stat_of(x, n);

	printf("  %7.3f ± %5.3f", m.mean * unit, stat_stderr(m) * unit);
}

static void print_row(const struct row *row, const struct found *f)
{
	printf("%-26s %5zu", row->name, f->n);
	print_mean(f->cost, f->n, 1);
	print_mean(f->bad, f->n, 1);
	print_mean(f->worse, f->n, 1000);
	printf("  ");
	share_print(f->best_left);
	share_print(f->covered);
	share_print(f->wrong);
	share_print(f->right);
	putchar('\n');
	fflush(stdout);
}

static void write_items(size_t items)
{
	char name[64];
	FILE *file;

	snprintf(name, sizeof name, "q%zu.jsonl", items);
	file = fopen(name, "w");
	for (size_t i = 0; file && i < items; i++)
		fprintf(file, "{\"id\": %zu}\n", i);
	if (!file || fclose(file)) {
		perror(name);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	size_t n = 100, items = 2000;
	uint64_t seed = 1;
	char dir[] = "/tmp/bench_items.XXXXXX";
	struct error err;
	int o;

	while ((o = getopt(argc, argv, "n:i:s:")) != -1) {
		if (o == 'n')
			n = strtoull(optarg, NULL, 10);
		else if (o == 'i')
			items = strtoull(optarg, NULL, 10);
		else if (o == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	if (!mkdtemp(dir) || chdir(dir)) {
		perror(dir);
		return 1;
	}
	write_items(items);
	printf(
	    "%zu items, %g of them for the test; batches of %d; one standard error is "
	    "%.4f\n",
	    items, test_share, BATCH, standard_error());
	printf("%-26s %5s  %15s  %15s  %15s %13s %11s %11s %11s\n", "", "n", "cost",
	       "of the 15", "worse", "the best left", "covered", "false yes",
	       "true yes");
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		struct found f = {.cost = mem_new(n, sizeof *f.cost),
		                  .bad = mem_new(n, sizeof *f.bad),
		                  .worse = mem_new(n, sizeof *f.worse)};

		for (size_t i = 0; i < n; i++)
			play(&rows[r], rng_u64(seed, r, RNG_MODEL, (uint32_t)i), items,
			     &f);
		print_row(&rows[r], &f);
		free(f.cost);
		free(f.bad);
		free(f.worse);
	}
	return chdir("/") || !file_remove_tree(dir, &err);
}
