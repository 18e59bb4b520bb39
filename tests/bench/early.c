/* The real search loop over recorded or modelled learning curves, in simulated time:
 * how many epochs until a fully trained configuration is as good as the target?
 * early.py drives it, tells the protocol, and runs the peers over the same curves.
 *
 *     early SPACE.yaml SEED WORKERS BUDGET TARGET table FILE ROWS STEPS
 *     early SPACE.yaml SEED WORKERS BUDGET TARGET ysur LIBRARY MODEL TASK-FILE STEPS
 *
 * A table is (ROWS, STEPS) doubles, the configuration --i=ROW; a task file is in the
 * format of a .prob with one YSUR line (its first number is the epoch: step + 1). All
 * values are minimized. Prints "REACHED EPOCHS BEST…": epochs until the target is
 * reached (inf: not within the budget), epochs played in all, and the best value of a
 * full training after each tenth of the budget. */
#include "base/file.h"
#include "run/runner.h"
#include "study/search_loop.h"
#include "study/study.h"

#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 64, TENTHS = 15, PARAMS = 16 };

/* ysur.h of the data's own reader, which is loaded at run time. */
struct model;
struct reader {
	struct model *(*load)(const char *path);
	int (*eval)(struct model *m, const int32_t *cat, const float *cont, float *out);
};

struct problem {
	size_t rows, steps;
	double *table; /* (rows, steps); NULL: a model */
	struct reader reader;
	struct model *model;
	int32_t cat;           /* the task */
	size_t n_cont, target; /* inputs; which output */
	int source[PARAMS];    /* of each input: a parameter, or -1 */
	double fixed[PARAMS];
	double sign;
	char name[PARAMS][64]; /* of the parameters */
	size_t n;
	float out[64];
};

static void die(const char *what)
{
	fprintf(stderr, "early: %s\n", what);
	exit(2);
}

static double number_of(const char *text)
{
	char *end;
	double x = strtod(text, &end);

	if (!*text || *end)
		die("a number is none");
	return x;
}

static void load_table(struct problem *p, const char *path, const char *rows,
                       const char *steps)
{
	FILE *f = fopen(path, "rb");

	p->rows = (size_t)number_of(rows);
	p->steps = (size_t)number_of(steps);
	p->table = mem_new(p->rows * p->steps, sizeof *p->table);
	if (!f || fread(p->table, sizeof *p->table, p->rows * p->steps, f) !=
	              p->rows * p->steps)
		die("the table is too short");
	fclose(f);
}

/* "YSUR file 1 ncont target -1 task  then per input: index, or -1 value". */
static void read_model_line(struct problem *p, char *line)
{
	char *word = strtok(line, " \n");
	double all[64];
	size_t n = 0, at = 5;

	(void)strtok(NULL, " \n");
	while (n < 64 && (word = strtok(NULL, " \n")))
		all[n++] = number_of(word);
	if (n < 6 || all[0] != 1 || all[3] != -1)
		die("a task has one fixed category here");
	p->n_cont = (size_t)all[1];
	p->target = (size_t)all[2];
	p->cat = (int32_t)all[4];
	for (size_t i = 0; i < p->n_cont && i < PARAMS && at < n; i++) {
		p->source[i] = (int)all[at++];
		if (p->source[i] < 0 && at < n)
			p->fixed[i] = all[at++];
	}
}

static void load_model(struct problem *p, const char *library, const char *model,
                       const char *task, const char *steps)
{
	void *lib = dlopen(library, RTLD_NOW);
	FILE *f = fopen(task, "r");
	char line[4096];

	if (!lib || !f)
		die(lib ? "no task file" : dlerror());
	*(void **)&p->reader.load = dlsym(lib, "ysur_load");
	*(void **)&p->reader.eval = dlsym(lib, "ysur_eval");
	p->steps = (size_t)number_of(steps);
	p->model = p->reader.load(model);
	p->sign = 1;
	while (fgets(line, sizeof line, f)) {
		if (strncmp(line, "DIR max", 7) == 0)
			p->sign = -1;
		else if (strncmp(line, "YSUR ", 5) == 0)
			read_model_line(p, line);
		else if (strncmp(line, "P ", 2) == 0 && p->n < PARAMS)
			sscanf(line, "P %63s", p->name[p->n++]);
	}
	fclose(f);
	if (!p->model || !p->n_cont)
		die("the model cannot be read");
}

/* A training under way. */
struct play {
	bool busy;
	uint64_t ticket;
	size_t trial, step, end;
	double at; /* simulated time of its next event */
	enum cancel cancelled;
	size_t row;
	float cont[PARAMS];
};

struct player {
	struct problem *p;
	struct play plays[SLOTS];
	size_t *reached; /* (cap) per trial: its checkpoint */
	size_t cap;
	double now, epochs, budget, target, reach;
	double best[TENTHS], best_now;
	bool over;
};

static const char *argument(const struct job *job, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *w = job->argv; *w; w++)
		if (strncmp(*w, "--", 2) == 0 && strncmp(*w + 2, name, n) == 0 &&
		    (*w)[2 + n] == '=')
			return *w + 3 + n;
	die("a parameter is missing");
	return "";
}

static double environment(const struct job *job, const char *name, double otherwise)
{
	size_t n = strlen(name);

	for (const char *const *w = job->env; *w; w++)
		if (strncmp(*w, name, n) == 0 && (*w)[n] == '=')
			return number_of(*w + n + 1);
	return otherwise;
}

static void configure(const struct problem *p, const struct job *job, struct play *out)
{
	if (p->table) {
		out->row = (size_t)number_of(argument(job, "i"));
		if (out->row >= p->rows)
			die("no such row");
		return;
	}
	for (size_t i = 0; i < p->n_cont; i++)
		out->cont[i] =
		    (float)(p->source[i] < 0
		                ? p->fixed[i]
		                : number_of(argument(job, p->name[p->source[i]])));
}

static double value_at(struct problem *p, struct play *y, size_t step)
{
	if (p->table)
		return p->table[y->row * p->steps + step - 1];
	y->cont[0] = (float)step + 1;
	p->reader.eval(p->model, &p->cat, y->cont, p->out);
	return p->sign * (double)p->out[p->target];
}

static bool start(void *self, const struct job *job, struct error *err)
{
	struct player *r = self;
	struct play *y = &r->plays[job->slot];
	double budget = environment(job, "HPSEARCH_STEP_BUDGET", (double)INFINITY);
	size_t trial = (size_t)environment(job, "HPSEARCH_TRIAL", 0);
	size_t was = r->cap;

	(void)err;
	while (trial >= r->cap) {
		r->reached = mem_room(r->reached, r->cap, &r->cap, sizeof *r->reached);
		memset(r->reached + was, 0, (r->cap - was) * sizeof *r->reached);
		was = r->cap;
	}
	*y = (struct play){.busy = true,
	                   .ticket = job->ticket,
	                   .trial = trial,
	                   .step = r->reached[trial],
	                   .end = r->p->steps,
	                   .at = r->now + 1};
	if (budget < (double)y->end)
		y->end = (size_t)budget;
	configure(r->p, job, y);
	return true;
}

static void note_progress(struct player *r)
{
	for (size_t i = 0; i < TENTHS; i++)
		if (r->epochs <= r->budget / 10 * (double)(i + 1) + 1e-9)
			r->best[i] = r->best_now;
}

static struct runner_event epoch(struct player *r, struct play *y)
{
	struct runner_event e = {.kind = RUNNER_REPORT, .ticket = y->ticket};

	y->step++;
	r->now = y->at;
	y->at += 1;
	r->epochs++;
	r->reached[y->trial] = y->step;
	e.report = (struct report){.step = (double)y->step,
	                           .value = value_at(r->p, y, y->step)};
	if (y->step == r->p->steps && e.report.value < r->best_now) {
		r->best_now = e.report.value;
		if (r->best_now <= r->target && isinf(r->reach))
			r->reach = r->epochs;
	}
	note_progress(r);
	return e;
}

static bool wait_event(void *self, int64_t deadline, struct runner_event *out,
                       struct error *err)
{
	struct player *r = self;
	struct play *next = NULL;

	(void)deadline;
	(void)err;
	/* What has ended frees its slot at once; else the next epoch in time. */
	for (struct play *y = r->plays; y < r->plays + SLOTS; y++) {
		if (!y->busy)
			continue;
		if (y->cancelled || y->step >= y->end) {
			y->busy = false;
			*out = (struct runner_event){.kind = RUNNER_DONE,
			                             .ticket = y->ticket};
			out->result.cancelled = y->cancelled;
			out->result.signal = y->cancelled ? SIGTERM : 0;
			out->result.wall = (double)y->step;
			return true;
		}
		if (!next || y->at < next->at)
			next = y;
	}
	if (!r->over && (r->epochs >= r->budget * TENTHS / 10 || !next)) {
		r->over = true;
		*out = (struct runner_event){.kind = RUNNER_SIGNAL, .signal = SIGTERM};
	} else if (next) {
		*out = epoch(r, next);
	} else {
		*out = (struct runner_event){.kind = RUNNER_TICK};
	}
	return true;
}

static void cancel(void *self, uint64_t ticket, enum cancel how)
{
	struct player *r = self;

	for (struct play *y = r->plays; y < r->plays + SLOTS; y++)
		if (y->busy && y->ticket == ticket)
			y->cancelled = how;
}

static void search(const char *path, const char *seed, size_t workers, struct player *r)
{
	static const struct runner_type type = {
	    .start = start, .wait = wait_event, .cancel = cancel};
	struct runner runner = {.type = &type, .self = r, .slots = workers};
	struct spec_overrides over = {.n_set = 1};
	struct arena a = {0};
	const char *set[1] = {arena_printf(&a, "seed=%s", seed)};
	struct study_options o = {0};
	struct error err = {0};
	struct study s = {0};
	struct spec spec;

	over.set = set;
	if (!spec_load(&spec, path, &over, &a, &err) ||
	    !study_init(&s, &spec, &o, &err) || !study_run(&s, &runner, &err))
		die(err.text);
	study_free(&s);
	arena_free(&a);
}

int main(int argc, char **argv)
{
	struct problem p = {0};
	struct player r = {
	    .p = &p, .reach = (double)INFINITY, .best_now = (double)INFINITY};

	if (argc == 10 && strcmp(argv[6], "table") == 0)
		load_table(&p, argv[7], argv[8], argv[9]);
	else if (argc == 11 && strcmp(argv[6], "ysur") == 0)
		load_model(&p, argv[7], argv[8], argv[9], argv[10]);
	else
		die("see the head of early.c; make bench-early drives it");
	r.budget = number_of(argv[4]);
	r.target = number_of(argv[5]);
	search(argv[1], argv[2], (size_t)number_of(argv[3]), &r);
	printf("%.17g %.17g", r.reach, r.epochs);
	for (size_t i = 0; i < TENTHS; i++)
		printf(" %.17g", r.best[i]);
	printf("\n");
	free(r.reached);
	free(p.table);
	return 0;
}
