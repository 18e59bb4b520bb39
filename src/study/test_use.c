#include "study/test_use.h"
#include "base/json_out.h"
#include "base/set.h"
#include "record/ledger.h"
#include "study/apply.h"

#include <string.h>

/* The test data, as far as the file names them: the command and the metric. */
static const char *test_of(const struct search *s, struct arena *a)
{
	const struct spec *sp = s->spec;
	const struct command *c = sp->test.command.n ? &sp->test.command : &sp->command;
	struct str text = {0};
	char *out;

	str_addc(&text, '{');
	if (sp->program)
		json_out_text(&text, "program", sp->program);
	json_out_words(&text, "command", c->words, c->n);
	json_out_text(&text, "metric", s->verdict.test_metric.name);
	if (sp->items.present)
		json_out_text(&text, "items", sp->items.file);
	str_addc(&text, '}');
	out = arena_strdup(a, text.s);
	str_free(&text);
	return out;
}

static const char *values_of(const struct search *s, const struct candidate *c,
                             struct arena *a)
{
	struct str text = {0};
	char *out;

	space_json(&s->spec->space, c->trial.values, &text);
	out = arena_strdup(a, str_text(&text));
	str_free(&text);
	return out;
}

/* The same when an interrupted verification comes by again; another's is another. */
static const char *id_of(const struct search *s, const struct ledger_entry *e,
                         struct arena *a)
{
	const struct search_origin *o = &s->origin;
	uint64_t h = set_hash(SET_HASH, &o->started, sizeof o->started);

	h = set_hash(h, &s->spec->seed, sizeof s->spec->seed);
	if (o->host)
		h = set_hash(h, o->host, strlen(o->host));
	for (size_t i = 0; i < e->n; i++)
		h = set_hash(h, e->configurations[i], strlen(e->configurations[i]));
	return arena_printf(a, "%016llx.%zu", (unsigned long long)h, s->verdict.n_uses);
}

/* Everything but how many configurations there are. */
static void name_entry(const struct search *s, const char *const *who,
                       struct ledger_entry *e, struct arena *a)
{
	e->configurations = who;
	e->test = test_of(s, a);
	e->file = s->origin.path ? s->origin.path : "";
	e->time = search_now(s);
	e->id = id_of(s, e, a);
}

static void fill_in(const struct search *s, struct ledger_entry *e, struct arena *a)
{
	const struct verdict *v = &s->verdict;
	const char **who = arena_new(a, v->n + 1, sizeof *who);

	for (size_t i = 0; v->fronts && i < v->n; i++)
		if (v->candidates[i].tests)
			who[e->n++] = values_of(s, &v->candidates[i], a);
	if (!v->fronts)
		who[e->n++] = values_of(s, &v->candidates[v->winner], a);
	if (!v->fronts && v->baseline != SIZE_MAX && v->baseline != v->winner)
		who[e->n++] = values_of(s, &v->candidates[v->baseline], a);
	name_entry(s, who, e, a);
}

/* Beside the file, wherever the program was started. */
static const char *path_of(const struct search *s, struct arena *a)
{
	const char *yaml = s->spec->yaml.path;

	if (s->origin.folder)
		yaml = arena_printf(a, "%s/.", s->origin.folder);
	return ledger_path(yaml, s->spec->test.ledger, a);
}

/* What is planned: nothing to compare, the file's repeats, or somebody's wish. */
static void plan(const struct search *s, size_t more, bool compared,
                 struct verdict_use *u)
{
	const struct test *t = &s->spec->test;
	const struct verdict *v = &s->verdict;

	u->key = v->candidates[v->winner].key;
	u->kind = more                        ? USE_MORE
	          : compared && t->sequential ? USE_SEQUENTIAL
	                                      : USE_FIXED;
	u->pairs = more                        ? more
	           : v->deterministic          ? 1
	           : compared && t->sequential ? t->max_repeats
	                                       : t->repeats;
	u->begun = !more ? 0
	           : v->fronts && v->baseline != SIZE_MAX
	               ? v->candidates[v->baseline].n_runs[PHASE_TEST]
	               : v->candidates[v->winner].n_runs[PHASE_TEST];
}

/* Without a directory: tests, and programs that only ask. */
static void count_alone(const struct search *s, bool compared, struct ledger *l,
                        struct ledger_use *use)
{
	*l = (struct ledger){.n = s->verdict.n_uses + 1};
	*use = (struct ledger_use){.use = l->n, .comparison = compared ? l->n : 0};
}

/* What the ledger says to it. */
static void take_down(const struct ledger_entry *e, const struct ledger_use *use,
                      const struct ledger *l, struct verdict_use *u)
{
	u->use = use->use;
	u->level = use->comparison ? sequential_allowance(use->comparison) : 0;
	u->uses = l->n;
	u->time = e->time;
	u->configurations = l->configurations;
	u->since = l->n && l->uses ? l->uses[0].time : 0;
}

bool test_use_enter(struct study *s, size_t more, struct error *err)
{
	struct search *se = &s->search;
	struct arena_mark mark = arena_mark(&se->scratch);
	struct arena *a = &se->scratch;
	struct ledger_entry e = {0};
	struct ledger_use use;
	struct ledger l;
	struct verdict_use u = {0};

	fill_in(se, &e, a);
	if (!se->dir)
		count_alone(se, e.n > 1, &l, &use);
	else if (!ledger_enter(path_of(se, a), &e, &l, &use, a, err))
		return false;
	plan(se, more, e.n > 1 && se->verdict.baseline != SIZE_MAX, &u);
	take_down(&e, &use, &l, &u);
	arena_rewind(&se->scratch, mark);
	study_happen(s, (struct event){.kind = EVENT_TEST_USE, .as.use = &u});
	verdict_judge(se);
	return study_commit(s, true, err);
}

bool test_use_again(struct study *s, struct error *err)
{
	struct search *se = &s->search;
	const struct test *t = &se->spec->test;
	struct arena_mark mark = arena_mark(&se->scratch);
	struct arena *a = &se->scratch;
	struct ledger_entry e = {0};
	struct ledger_use use;
	struct ledger l;
	struct verdict_use u = {.kind = USE_SEQUENTIAL};
	const char **who = arena_new(a, 2, sizeof *who);

	if (se->verdict.n_uses)
		return true;
	se->verdict.test_metric = t->metric.name ? t->metric : se->spec->metric;
	for (size_t i = 0; i < 2; i++) {
		struct candidate c = {.trial = *se->trials[i]};

		who[e.n++] = values_of(se, &c, a);
	}
	name_entry(se, who, &e, a);
	if (!ledger_enter(path_of(se, a), &e, &l, &use, a, err))
		return false;
	u.pairs = t->sequential ? t->max_repeats : t->repeats;
	take_down(&e, &use, &l, &u);
	arena_rewind(&se->scratch, mark);
	study_happen(s, (struct event){.kind = EVENT_TEST_USE, .as.use = &u});
	return study_commit(s, true, err);
}

bool test_use_check(const struct spec *spec, struct error *err)
{
	struct arena a = {0};
	bool ok =
	    !spec->test.present ||
	    ledger_check(ledger_path(spec->yaml.path, spec->test.ledger, &a), err);

	arena_free(&a);
	return ok;
}
