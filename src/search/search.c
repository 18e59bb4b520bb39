#include "search/search.h"
#include "base/str.h"
#include "search/answers.h"
#include "search/standing.h"
#include "strategy/repeat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[] = {
    [SEARCH_RUNNING] = "running",   [SEARCH_DONE] = "done",
    [SEARCH_BUDGET] = "budget",     [SEARCH_INTERRUPTED] = "interrupted",
    [SEARCH_CONTRACT] = "contract", [SEARCH_GUARD] = "guard"};

const char *search_state_name(enum search_state s)
{
	return state_names[s];
}

bool search_state_find(const char *name, enum search_state *out)
{
	size_t i = str_index(name, state_names, ARRAY_LEN(state_names));

	if (i == ARRAY_LEN(state_names))
		return false;
	*out = (enum search_state)i;
	return true;
}

static bool init_baseline(struct search *s, struct error *err)
{
	struct coord *point = arena_new(&s->arena, s->spec->space.n, sizeof *point);
	bool any = false;

	if (!space_defaults(&s->spec->space, point, &any, err))
		return false;
	s->baseline = any ? point : NULL;
	return true;
}

bool search_init(struct search *s, const struct spec *spec,
                 const struct search_origin *origin, const char *dir,
                 const struct clock *clock, const struct disk *disk, struct error *err)
{
	*s = (struct search){.spec = spec,
	                     .clock = clock ? clock : &clock_real,
	                     .disk = disk ? disk : &disk_real,
	                     .origin = *origin};
	s->wall_epoch = s->clock->wall(s->clock->self) - 1e-9 * (double)search_ticks(s);
	s->verdict.winner = s->verdict.baseline = SIZE_MAX;
	s->dir = dir ? arena_strdup(&s->arena, dir) : NULL;
	return init_baseline(s, err);
}

void search_free(struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++)
			free(s->trials[i]->runs[r].reports);
	verdict_free(&s->verdict);
	warm_free(&s->warm);
	free(s->trials);
	free(s->front);
	free(s->open);
	free(s->known);
	free(s->repeats);
	arena_free(&s->arena);
	arena_free(&s->scratch);
	*s = (struct search){0};
}

/* Where a trial is among the open ones, or belongs. */
static size_t open_at(const struct search *s, uint64_t id)
{
	size_t low = 0, high = s->n_open;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->open[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void open_add(struct search *s, uint64_t id)
{
	size_t i = open_at(s, id);

	s->open = mem_room(s->open, s->n_open, &s->cap_open, sizeof *s->open);
	memmove(s->open + i + 1, s->open + i, (s->n_open - i) * sizeof *s->open);
	s->open[i] = id;
	s->n_open++;
}

static void open_remove(struct search *s, uint64_t id)
{
	size_t i = open_at(s, id);

	if (i == s->n_open || s->open[i] != id)
		return;
	s->n_open--;
	memmove(s->open + i, s->open + i + 1, (s->n_open - i) * sizeof *s->open);
}

/* Batch after batch, and each as often as there are repeats. */
static void ask_items(const struct spec *sp, size_t number, struct run *r)
{
	const struct items *it = &sp->items;

	if (!it->present)
		return;
	r->from = number / sp->repeats * it->batch;
	r->wanted = it->n - r->from < it->batch ? it->n - r->from : it->batch;
}

struct trial *search_add(struct search *s, const struct coord *point,
                         enum origin origin, uint64_t seen)
{
	const struct space *sp = &s->spec->space;
	struct trial *t = arena_new(&s->arena, 1, sizeof *t);
	const struct value **values = arena_new(&s->arena, sp->n, sizeof *values);
	struct coord *kept = arena_new(&s->arena, sp->n, sizeof *kept);
	size_t cap = s->cap_trials, room = spec_runs_most(s->spec);

	for (size_t i = 0; i < sp->n; i++)
		kept[i] = point[i];
	space_decode(sp, kept, &s->arena, values);
	*t = (struct trial){.id = s->n,
	                    .origin = origin,
	                    .point = kept,
	                    .values = values,
	                    .root = s->n,
	                    .n_runs = spec_runs(s->spec),
	                    .known_upto = seen,
	                    .value = (double)NAN,
	                    .stderr_ = (double)NAN};
	t->runs = arena_new(&s->arena, room, sizeof *t->runs);
	for (size_t r = 0; r < room; r++) {
		t->runs[r].seed = seed_of_run(s->spec->seed, t->id, r);
		t->runs[r].value = (double)NAN;
		ask_items(s->spec, r, &t->runs[r]);
	}
	s->trials = mem_room(s->trials, s->n, &s->cap_trials, sizeof(struct trial *));
	if (cap != s->cap_trials)
		s->known = mem_grow(s->known, s->cap_trials, sizeof *s->known);
	s->trials[s->n] = t;
	s->known[s->n] = (struct known){.point = kept, .values = values};
	open_add(s, s->n);
	s->n++;
	return t;
}

static double score_of(const struct search *s, const struct trial *t)
{
	double value = search_sign(s) * t->value;

	return s->noise > 0 ? value + s->noise / sqrt((double)trial_runs_ok(t)) : value;
}

static bool better(const struct search *s, const struct trial *a, const struct trial *b)
{
	double x = score_of(s, a), y = score_of(s, b);

	return x != y ? x < y : a->id < b->id;
}

static enum known_state known_state(enum outcome o)
{
	return o == OUTCOME_OK           ? KNOWN_OK
	       : o == OUTCOME_STOPPED    ? KNOWN_STOPPED
	       : o == OUTCOME_INFEASIBLE ? KNOWN_INFEASIBLE
	                                 : KNOWN_FAILED;
}

double search_sign(const struct search *s)
{
	return metric_sign(&s->spec->metric);
}

void search_learn(struct search *s, struct trial *t, struct observation observation)
{
	struct known *seen = &s->known[t->id];
	struct observation *list;

	s->learnt++;
	if (!observation.order)
		observation.order = s->spec->deterministic ? t->id + 1 : s->learnt;
	if (!(seen->n & (seen->n - 1))) { /* full at every power of two */
		list = arena_new(&s->arena, seen->n ? 2 * seen->n : 1, sizeof *list);
		for (size_t i = 0; i < seen->n; i++)
			list[i] = seen->observations[i];
		seen->observations = list;
	}
	seen->observations[seen->n++] = observation;
}

struct observation search_observation(const struct search *s, const struct trial *t)
{
	bool lacks = s->spec->n_criteria && t->outcome == OUTCOME_OK && !t->further;
	bool adapts = spec_adapts_repeats(s->spec);
	size_t runs = adapts && t->outcome == OUTCOME_OK ? trial_runs_ok(t) : t->n_runs;
	/* What another trial would cost has no repeats in it. */
	double share = adapts ? (double)s->spec->repeats_least / (double)runs : 1;
	/* Of one that left its race: the mean so far. */
	if (t->left) {
		struct moments m = answers_mean(t);

		return (struct observation){.order = t->order,
		                            .state = m.n ? KNOWN_OK : KNOWN_STOPPED,
		                            .value = search_sign(s) * m.mean,
		                            .stderr_ = stat_stderr(m),
		                            .step = (double)NAN,
		                            .n_runs = m.n / s->spec->items.batch + 1,
		                            .cost = trial_cost(t),
		                            .wall = trial_wall(t)};
	}
	return (struct observation){.order = t->order,
	                            .state =
	                                lacks ? KNOWN_FAILED : known_state(t->outcome),
	                            .further = t->further,
	                            .value = search_sign(s) * t->value,
	                            .stderr_ = t->stderr_,
	                            .step = (double)NAN,
	                            .n_runs = runs,
	                            .cost = trial_cost(t) * share,
	                            .wall = trial_wall(t) * share};
}

struct run *search_repeat(struct search *s, size_t number, struct repeat *asked)
{
	struct trial *t = s->trials[asked->trial];
	size_t old = s->cap_repeats;

	while (s->cap_repeats <= number)
		s->repeats = mem_room(s->repeats, s->cap_repeats, &s->cap_repeats,
		                      sizeof *s->repeats);
	for (size_t i = old; i < s->cap_repeats; i++)
		s->repeats[i].set = false;
	if (t->n_runs >= s->spec->repeats || s->repeats[number].set)
		return NULL;
	asked->run = (uint32_t)t->n_runs++;
	asked->set = true;
	s->repeats[number] = *asked;
	if (s->n_repeats <= number)
		s->n_repeats = number + 1;
	t->runs[asked->run].asked = number + 1;
	return &t->runs[asked->run];
}

uint64_t search_spent(const struct search *s)
{
	uint64_t own = s->n - s->added;

	return spec_adapts_repeats(s->spec)
	           ? own * s->spec->repeats_least + s->n_repeats
	           : own;
}

uint64_t search_done(const struct search *s)
{
	uint64_t n = 0;

	if (!spec_adapts_repeats(s->spec))
		return s->finished;
	for (size_t i = 0; i < s->n; i++)
		n += trial_runs_over(s->trials[i]);
	return n;
}

const char *search_unit(const struct search *s)
{
	return spec_adapts_repeats(s->spec) ? "run" : "trial";
}

/* The noise, and the best by it, after a value has changed. */
static void find_best(struct search *s)
{
	struct history h = {.trials = s->known, .n = s->n, .known_upto = UINT64_MAX};
	struct repeat_noise noise = repeat_noise(&h);

	s->noise = noise.sd > 0 ? noise.sd : 0;
	s->best = NULL;
	for (size_t i = 0; i < s->n; i++)
		if (s->trials[i]->outcome == OUTCOME_OK &&
		    (!s->best || better(s, s->trials[i], s->best)))
			s->best = s->trials[i];
}

void search_settle(struct search *s, struct trial *t, struct observation end)
{
	open_remove(s, t->id);
	s->finished++;
	s->outcomes[t->outcome]++;
	s->since_best++;
	search_learn(s, t, end);
	t->order = s->known[t->id].observations[s->known[t->id].n - 1].order;
	if (spec_adapts_repeats(s->spec)) {
		const struct trial *was = s->best;

		s->ok += t->outcome == OUTCOME_OK;
		find_best(s);
		if (s->best != was && s->best == t)
			s->since_best = 0;
		return;
	}
	if (t->outcome != OUTCOME_OK)
		return;
	s->ok++;
	if (s->spec->n_criteria) {
		if (trial_stands(s, t) && standing_take(s, t))
			s->since_best = 0;
	} else if (s->spec->metric.name && (!s->best || better(s, t, s->best))) {
		s->best = t;
		s->since_best = 0;
	}
}

void search_unsettle(struct search *s, struct trial *t)
{
	s->finished--;
	s->outcomes[t->outcome]--;
	s->ok -= t->outcome == OUTCOME_OK;
	s->since_best -= s->since_best > 0;
	t->outcome = OUTCOME_NONE;
	t->order = 0;
}

void search_reopen(struct search *s, struct trial *t)
{
	if (t->outcome == OUTCOME_NONE)
		return;
	s->finished--;
	s->outcomes[t->outcome]--;
	s->since_best -= s->since_best > 0;
	t->outcome = OUTCOME_NONE;
	open_add(s, t->id);
	t->reason = NULL;
	t->order = 0;
	search_learn(s, t,
	             (struct observation){.state = KNOWN_PENDING,
	                                  .value = (double)NAN,
	                                  .stderr_ = (double)NAN,
	                                  .step = (double)NAN});
	if (t->id < s->first_open)
		s->first_open = t->id;
}

const struct trial *search_winner(const struct search *s)
{
	const struct verdict *v = &s->verdict;
	const struct candidate *c = v->done && !v->fronts && v->winner != SIZE_MAX
	                                ? &v->candidates[v->winner]
	                                : NULL;

	return !c ? s->best : c->key < s->n ? s->trials[c->key] : &c->trial;
}

int64_t search_ticks(const struct search *s)
{
	return s->clock->now(s->clock->self);
}

double search_now(const struct search *s)
{
	return s->wall_epoch + 1e-9 * (double)search_ticks(s);
}

double search_elapsed(const struct search *s)
{
	int64_t now = s->started ? search_ticks(s) - s->started : 0;

	return s->elapsed_before + 1e-9 * (double)now;
}

static int by_rank(const void *a, const void *b, void *self)
{
	const struct trial *x = *(struct trial *const *)a,
			   *y = *(struct trial *const *)b;
	const struct search *s = self;
	bool xr = trial_stands(s, x), yr = trial_stands(s, y);

	if (xr != yr)
		return xr ? -1 : 1;
	if (xr && !s->spec->n_criteria)
		return better(s, x, y) ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

static bool tied(const struct search *s, const struct trial *a, const struct trial *b)
{
	return s->spec->n_criteria ? standing_equal(s->spec, a, b)
	                           : score_of(s, a) == score_of(s, b);
}

struct trial **search_rank(struct search *s, struct arena *a)
{
	struct trial **order = arena_new(a, s->n, sizeof(struct trial *));
	size_t ranked = 0;

	for (size_t i = 0; i < s->n; i++) {
		order[i] = s->trials[i];
		ranked += trial_stands(s, order[i]);
	}
	if (s->n > 1)
		qsort_r(order, s->n, sizeof(struct trial *), by_rank, s);
	if (s->spec->n_criteria)
		standing_sort(s->spec, order, ranked);
	for (size_t i = 0; i < s->n; i++) {
		bool equal = i && i < ranked && tied(s, order[i], order[i - 1]);

		order[i]->rank = equal ? order[i - 1]->rank : i < ranked ? i + 1 : 0;
	}
	return order;
}

bool search_is_over(const struct search *s)
{
	return s->state == SEARCH_DONE || s->state == SEARCH_BUDGET;
}
