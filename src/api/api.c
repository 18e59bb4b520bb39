#include "api/heap.h"
#include "base/file.h"
#include "base/stat.h"
#include "hpsearch.h"
#include "record/results.h"
#include "report/configuration.h"
#include "saved/earlier.h"
#include "saved/saved.h"
#include "search/lineage.h"
#include "search/standing.h"
#include "study/apply.h"
#include "study/elsewhere.h"
#include "study/search_loop.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct hps_search {
	struct heap heap; /* all memory below */
	bool lost;        /* memory ran out in the middle of a change */
	jmp_buf out;
	struct error error;
	struct saved saved; /* spec and study */
	struct str text;    /* of hps_params, hps_text */
	struct str notices;
	double *costs; /* (n_costs) by run, of those under way */
	size_t n_costs;
};

static const char no_memory[] = "out of memory";

/* One call: the work of a function, which may run out of memory anywhere in it. */
struct call {
	hps_search *s;
	int (*work)(struct call *c);
	bool reads; /* it changes nothing: the search outlives a lack of memory */
	uint64_t run;
	const char *name; /* or a path, a text */
	double step, value;
	uint64_t *run_out;
	double *value_out;
	int rc;
};

static void jump(void *self)
{
	hps_search *s = self;

	longjmp(s->out, 1);
}

/* What a call that only reads has allocated is the latest in the heap. */
static void ran_out(const struct call *c, struct heap_block *latest)
{
	hps_search *s = c->s;

	s->error.kind = ERROR_SYSTEM;
	memcpy(s->error.text, no_memory, sizeof no_memory);
	s->text = (struct str){0};
	s->saved.study.search.scratch = (struct arena){0};
	if (c->reads) {
		heap_drop(&s->heap, latest);
		return;
	}
	saved_release(&s->saved);
	heap_drop(&s->heap, &s->heap.blocks);
	s->lost = true;
}

/* No variable of this function changes between setjmp and longjmp. */
static int call(struct call *c)
{
	hps_search *s = c->s;
	struct heap_block *latest;
	struct mem_policy policy;
	struct heap *heap;

	if (!s)
		return HPS_EINVAL;
	if (s->lost)
		return HPS_NOMEM;
	heap = heap_use(&s->heap);
	str_free(&s->text);
	if (c->reads)
		arena_free(&s->saved.study.search.scratch);
	latest = s->heap.blocks.next;
	policy = mem_policy((struct mem_policy){jump, s});
	stat_enter();
	c->rc = HPS_NOMEM;
	if (!setjmp(s->out))
		c->rc = c->work(c);
	else
		ran_out(c, latest);
	stat_leave();
	mem_policy(policy);
	heap_use(heap);
	return c->rc;
}

static int failed(const hps_search *s)
{
	static const int codes[] = {[ERROR_NONE] = HPS_ESYSTEM,
	                            [ERROR_USAGE] = HPS_EINVAL,
	                            [ERROR_FILE] = HPS_EFILE,
	                            [ERROR_SYSTEM] = HPS_ESYSTEM,
	                            [ERROR_TRIAL] = HPS_EINVAL};

	return codes[s->error.kind];
}

static bool invalid(hps_search *s, const char *what)
{
	return error_set(&s->error, ERROR_USAGE, "%s", what);
}

/* Life. */

static void take_notices(hps_search *s)
{
	const struct notices *ns = &s->saved.spec.notices;

	for (size_t i = 0; i < ns->n; i++)
		str_addf(&s->notices, "%s: %s\n",
		         ns->list[i].warning ? "warning" : "notice", ns->list[i].text);
}

static int open_text(struct call *c)
{
	hps_search *s = c->s;
	struct saved *sv = &s->saved;
	struct study_options o = {.warm_read = warm_load};
	const struct spec_overrides none = {0};
	const char *yaml = arena_strdup(&sv->arena, c->name);

	o.origin = (struct search_origin){.yaml = yaml,
	                                  .path = "yaml",
	                                  .host = "",
	                                  .git = "",
	                                  .version = HPS_VERSION,
	                                  .started = clock_wall(),
	                                  .elsewhere = true};
	if (!spec_parse(&sv->spec, o.origin.path, yaml, strlen(yaml), &none, &sv->arena,
	                &s->error) ||
	    !standing_metric_alone(&sv->spec, "the library goes", &s->error) ||
	    !study_init(&sv->study, &sv->spec, &o, &s->error) ||
	    !study_begin(&sv->study, &s->error))
		return failed(s);
	study_start(&sv->study);
	take_notices(s);
	return HPS_OK;
}

/* The journal's events would be of another session. */
static int load_file(struct call *c)
{
	hps_search *s = c->s;
	struct study *study = &s->saved.study;
	struct error err;

	if (!saved_load(&s->saved, c->name, &s->error))
		return failed(s);
	if (!study->search.finish_recorded &&
	    !lineage_has_none(&s->saved.spec, &s->error))
		return failed(s);
	verdict_free(&study->search.verdict);
	study->search.verdict =
	    (struct verdict){.winner = SIZE_MAX, .baseline = SIZE_MAX};
	take_notices(s);
	if (study->search.finish_recorded && study->search.state != SEARCH_RUNNING)
		return HPS_OK;
	if (!study_apply(study,
	                 &(struct event){.kind = EVENT_SESSION,
	                                 .time = (double)NAN,
	                                 .as.session.max_trials =
	                                     study->search.origin.max_trials},
	                 &err))
		return HPS_EFILE;
	study_start(study);
	return HPS_OK;
}

static int begin(hps_search **out, const char *text, int (*work)(struct call *c))
{
	hps_search *s;

	*out = NULL;
	s = calloc(1, sizeof *s);
	if (!s)
		return HPS_NOMEM;
	*out = s;
	heap_init(&s->heap);
	if (!text) {
		invalid(s, "there is no text");
		return HPS_EINVAL;
	}
	return call(&(struct call){.s = s, .work = work, .name = text});
}

int hps_open(hps_search **search, const char *yaml)
{
	return begin(search, yaml, open_text);
}

int hps_load(hps_search **search, const char *path)
{
	return begin(search, path, load_file);
}

static int save(struct call *c)
{
	hps_search *s = c->s;
	struct study *study = &s->saved.study;
	struct str out = {0};
	bool ok;

	if (!study->type) {
		invalid(s, "the search was not opened");
		return HPS_EINVAL;
	}
	results_json(&study->search, study->monitor, &out);
	ok = file_replace(c->name, &disk_real, out.s, out.len, &s->error);
	str_free(&out);
	return ok ? HPS_OK : failed(s);
}

int hps_save(hps_search *search, const char *path)
{
	return call(&(struct call){
	    .s = search, .work = save, .reads = true, .name = path ? path : ""});
}

static int close_all(struct call *c)
{
	saved_free(&c->s->saved);
	return HPS_OK;
}

void hps_close(hps_search *search)
{
	if (!search)
		return;
	call(&(struct call){.s = search, .work = close_all});
	heap_drop(&search->heap, &search->heap.blocks);
	free(search);
}

/* Runs. */

static struct search *searched(hps_search *s)
{
	return &s->saved.study.search;
}

static uint64_t number_of(const hps_search *s, const struct trial *t, size_t run)
{
	return t->id * spec_runs_most(&s->saved.spec) + run;
}

/* NULL: there is no such run. */
static struct trial *trial_of(hps_search *s, uint64_t run, size_t *which)
{
	size_t most = spec_runs_most(&s->saved.spec);

	if (!most || run / most >= searched(s)->n ||
	    run % most >= searched(s)->trials[run / most]->n_runs) {
		error_set(&s->error, ERROR_USAGE,
		          "there is no run %llu: it was not asked for",
		          (unsigned long long)run);
		return NULL;
	}
	*which = (size_t)(run % most);
	return searched(s)->trials[run / most];
}

static int ask(struct call *c)
{
	hps_search *s = c->s;
	struct handout h;

	if (!s->saved.study.type) {
		invalid(s, "the search was not opened");
		return HPS_EINVAL;
	}
	switch (elsewhere_ask(&s->saved.study, 0, &h, &s->error)) {
	case ASK_WAIT: return HPS_WAIT;
	case ASK_DONE: return HPS_DONE;
	case ASK_ERROR: return failed(s);
	case ASK_POINT: break;
	}
	*c->run_out = number_of(s, h.trial, h.run);
	return HPS_OK;
}

int hps_ask(hps_search *search, uint64_t *run)
{
	return call(&(struct call){.s = search, .work = ask, .run_out = run});
}

static int params(struct call *c)
{
	size_t which;
	const struct trial *t = trial_of(c->s, c->run, &which);

	if (!t)
		return HPS_EINVAL;
	space_json(&c->s->saved.spec.space, t->values, &c->s->text);
	return HPS_OK;
}

const char *hps_params(hps_search *search, uint64_t run)
{
	struct call c = {.s = search, .work = params, .reads = true, .run = run};

	return call(&c) == HPS_OK ? str_text(&search->text) : NULL;
}

/* The value of a parameter; NULL with *rc. */
static const struct value *value_of(const struct call *c, int *rc)
{
	size_t which, i = SIZE_MAX;
	const struct trial *t = trial_of(c->s, c->run, &which);

	*rc = HPS_EINVAL;
	if (t && c->name)
		i = space_find(&c->s->saved.spec.space, c->name);
	if (!t)
		return NULL;
	if (i == SIZE_MAX) {
		error_set(&c->s->error, ERROR_USAGE, "there is no parameter %.100s",
		          c->name ? c->name : "(null)");
		return NULL;
	}
	*rc = HPS_NONE;
	if (!t->values[i])
		error_set(&c->s->error, ERROR_USAGE, "%.100s: its `when` does not hold",
		          c->name);
	return t->values[i];
}

static int number(struct call *c)
{
	int rc;
	const struct value *v = value_of(c, &rc);

	if (!v)
		return rc;
	if (!value_number(v, c->value_out)) {
		error_set(&c->s->error, ERROR_USAGE, "%.100s is no number, but a %s",
		          c->name, value_kind_name(v->kind));
		return HPS_EINVAL;
	}
	return HPS_OK;
}

int hps_number(hps_search *search, uint64_t run, const char *name, double *value)
{
	return call(&(struct call){.s = search,
	                           .work = number,
	                           .reads = true,
	                           .run = run,
	                           .name = name,
	                           .value_out = value});
}

static int text(struct call *c)
{
	int rc;
	const struct value *v = value_of(c, &rc);

	if (!v)
		return rc;
	value_text(v, &c->s->text);
	return HPS_OK;
}

const char *hps_text(hps_search *search, uint64_t run, const char *name)
{
	struct call c = {
	    .s = search, .work = text, .reads = true, .run = run, .name = name};

	return call(&c) == HPS_OK ? str_text(&search->text) : NULL;
}

uint64_t hps_seed(hps_search *search, uint64_t run)
{
	size_t which;
	const struct trial *t =
	    search && !search->lost ? trial_of(search, run, &which) : NULL;

	return t ? t->runs[which].seed : 0;
}

double hps_budget(hps_search *search, uint64_t run)
{
	size_t which;
	const struct trial *t =
	    search && !search->lost ? trial_of(search, run, &which) : NULL;

	return t ? t->runs[which].budget : 0;
}

/* What becomes of them. */

static bool handed_out(const struct call *c, struct handout *h)
{
	size_t which;
	const struct trial *t = trial_of(c->s, c->run, &which);

	return t && elsewhere_find(&c->s->saved.study, t->id, which, h, &c->s->error);
}

static int report(struct call *c)
{
	hps_search *s = c->s;
	struct report rep = {.step = c->step, .value = c->value};
	struct handout h;
	enum decision d;

	if (!handed_out(c, &h))
		return HPS_EINVAL;
	if (!isfinite(c->step)) {
		invalid(s, "a step is a finite number");
		return HPS_EINVAL;
	}
	if (!elsewhere_report(&s->saved.study, h, rep, (double)NAN, &d, &s->error))
		return failed(s);
	return d == DECISION_CONTINUE ? HPS_CONTINUE
	       : d == DECISION_STOP   ? HPS_STOP
	                              : HPS_PAUSE;
}

int hps_report(hps_search *search, uint64_t run, double step, double value)
{
	return call(&(struct call){
	    .s = search, .work = report, .run = run, .step = step, .value = value});
}

static int end(const struct call *c, struct ending *how)
{
	hps_search *s = c->s;
	struct handout h;
	bool again;

	if (!handed_out(c, &h))
		return HPS_EINVAL;
	if (c->run < s->n_costs) {
		how->cost = s->costs[c->run];
		s->costs[c->run] = 0;
	}
	if (!elsewhere_tell(&s->saved.study, h, how, &again, &s->error))
		return failed(s);
	return again ? HPS_AGAIN : HPS_OK;
}

static int tell(struct call *c)
{
	return end(c, &(struct ending){.how = ENDING_VALUE, .value = c->value});
}

static int fail(struct call *c)
{
	return end(c, &(struct ending){.how = ENDING_FAILED, .reason = c->name});
}

static int infeasible(struct call *c)
{
	return end(c, &(struct ending){.how = ENDING_INFEASIBLE, .reason = c->name});
}

int hps_tell(hps_search *search, uint64_t run, double value)
{
	return call(
	    &(struct call){.s = search, .work = tell, .run = run, .value = value});
}

int hps_fail(hps_search *search, uint64_t run, const char *reason)
{
	return call(
	    &(struct call){.s = search, .work = fail, .run = run, .name = reason});
}

int hps_infeasible(hps_search *search, uint64_t run, const char *reason)
{
	return call(&(struct call){
	    .s = search, .work = infeasible, .run = run, .name = reason});
}

static int cost(struct call *c)
{
	hps_search *s = c->s;
	struct handout h;

	if (!handed_out(c, &h))
		return HPS_EINVAL;
	if (!(c->value >= 0 && isfinite(c->value))) {
		invalid(s, "a cost is a finite number, 0 or more");
		return HPS_EINVAL;
	}
	if (c->run >= s->n_costs) {
		size_t n = (size_t)c->run + 1;

		s->costs = mem_grow(s->costs, n, sizeof *s->costs);
		memset(s->costs + s->n_costs, 0, (n - s->n_costs) * sizeof *s->costs);
		s->n_costs = n;
	}
	s->costs[c->run] += c->value;
	return HPS_OK;
}

int hps_cost(hps_search *search, uint64_t run, double cost_of_it)
{
	return call(
	    &(struct call){.s = search, .work = cost, .run = run, .value = cost_of_it});
}

/* What has come out. */

static int place(const struct call *c, const struct trial *t)
{
	if (!t)
		return HPS_NONE;
	if (c->run_out)
		*c->run_out = number_of(c->s, t, 0);
	if (c->value_out)
		*c->value_out = t->value;
	return HPS_OK;
}

static int best(struct call *c)
{
	return place(c, searched(c->s)->best);
}

int hps_best(hps_search *search, uint64_t *run, double *value)
{
	return call(&(struct call){.s = search,
	                           .work = best,
	                           .reads = true,
	                           .run_out = run,
	                           .value_out = value});
}

/* The place stands in `run`. */
static int rank(struct call *c)
{
	struct search *s = searched(c->s);
	struct trial **order;

	if (!s->spec || c->run >= s->n)
		return HPS_NONE;
	order = search_rank(s, &s->scratch);
	return place(c, order[c->run]->rank ? order[c->run] : NULL);
}

int hps_rank(hps_search *search, uint64_t nth, uint64_t *run, double *value)
{
	return call(&(struct call){.s = search,
	                           .work = rank,
	                           .reads = true,
	                           .run = nth,
	                           .run_out = run,
	                           .value_out = value});
}

const char *hps_why(const hps_search *search)
{
	const struct search *s =
	    search && !search->lost ? &search->saved.study.search : NULL;

	return s && s->state != SEARCH_RUNNING && s->why ? s->why : "";
}

const char *hps_notices(const hps_search *search)
{
	return search && !search->lost ? str_text(&search->notices) : "";
}

const char *hps_strerror(const hps_search *search)
{
	return search ? search->error.text : no_memory;
}

const char *hps_version(void)
{
	return HPS_VERSION;
}
