#include "cli/progress.h"
#include "base/clock.h"
#include "base/file.h"
#include "report/live_state.h"
#include "report/text.h"
#include "search/standing.h"
#include "study/propose.h"
#include "study/verification.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* A drawing takes at most so small a part of the time. */
enum {
	STDERR_LINES = 20,
	COST_SHARE = 50,
	REPORTS_PER_LOOK = 64,
	PRINTED_LINES = 200,
	NEWS_WAIT = 10 /* seconds */
};

static const int64_t redraw = CLOCK_SECOND / 5;

void progress_init(struct progress *p, const struct study *s, size_t slots, int verbose,
                   FILE *file)
{
	*p = (struct progress){.study = s,
	                       .slots = slots,
	                       .quiet = verbose<0, .verbose = verbose> 0,
	                       .best = s->search.best};
	terminal_open(&p->terminal, file);
	p->live = p->terminal.on && !p->quiet;
}

/* A line that stays. */
static void say(struct progress *p, const char *text)
{
	terminal_say(&p->terminal, text);
}

static enum live_stage stage_of(const struct study *s)
{
	if (s->search.purpose.kind != PURPOSE_SEARCH)
		return LIVE_COMPARISON;
	return s->phase == PHASE_SEARCH ? LIVE_SEARCH : LIVE_VERIFICATION;
}

uint64_t progress_latest(const struct search *s)
{
	size_t i = s->n;

	while (i && s->trials[i - 1]->origin != ORIGIN_STRATEGY)
		i--;
	return i ? i - 1 : 0;
}

static void compose(struct progress *p, const struct live_look *look, struct str *lines)
{
	struct live_source from = {.study = p->study,
	                           .slots = p->slots ? p->slots : p->most_running,
	                           .stage = stage_of(p->study),
	                           .done = p->done,
	                           .all = p->all,
	                           .winding_down =
	                               p->winding_down || (p->followed && !p->alive),
	                           .followed = p->followed,
	                           .alive = p->alive,
	                           .believed = p->believed,
	                           .belief = p->belief,
	                           .order = p->order,
	                           .n_order = p->n_order,
	                           .most = look->height,
	                           .notice = p->notice};
	struct arena_mark mark = arena_mark(&p->arena);
	struct live view;

	if (from.stage == LIVE_VERIFICATION)
		verify_counts(p->study, &from.done, &from.all);
	if (!p->followed) {
		study_latest(p->study, &from.belief);
		from.believed = progress_latest(&p->study->search);
	}
	live_of(&from, &view, &p->arena);
	if (view.running > p->most_running)
		p->most_running = view.running;
	live_draw(&view, look, lines);
	arena_rewind(&p->arena, mark);
}

void progress_draw(struct progress *p)
{
	struct live_look look = terminal_look(&p->terminal);
	struct str lines = {0};

	compose(p, &look, &lines);
	terminal_draw(&p->terminal, str_text(&lines));
	str_free(&lines);
}

void progress_print(struct progress *p)
{
	struct live_look look = terminal_look(&p->terminal);
	struct str lines = {0};

	look.height = PRINTED_LINES;
	look.colour = look.colour && p->terminal.on;
	compose(p, &look, &lines);
	fputs(str_text(&lines), p->terminal.file);
	str_free(&lines);
}

void progress_look(struct progress *p)
{
	int64_t begun = p->live ? clock_now() : 0, cost;

	if (!p->live || begun < p->next_draw)
		return;
	progress_draw(p);
	cost = clock_now() - begun;
	p->next_draw =
	    begun + (COST_SHARE * cost > redraw ? COST_SHARE * cost : redraw);
}

/* Nothing but a count: the clock is not looked at for every one. */
static void reported(void *self, const struct trial *t, size_t run,
                     const struct report *rep)
{
	struct progress *p = self;

	(void)t;
	(void)run;
	(void)rep;
	if (++p->reports % REPORTS_PER_LOOK == 0)
		progress_look(p);
}

static void started(void *self, const struct trial *t, size_t run)
{
	struct progress *p = self;
	struct str params = {0};

	if (p->verbose) {
		str_clear(&p->line);
		space_json(&p->study->search.spec->space, t->values, &params);
		str_addf(&p->line,
		         "trial %llu run %zu starts: ", (unsigned long long)t->id, run);
		text_clean(&p->line, str_text(&params));
		say(p, str_text(&p->line));
		str_free(&params);
	}
	progress_look(p);
}

static void show_stderr(struct progress *p, const struct trial *t, size_t run)
{
	struct arena a = {0};
	struct error err;
	struct str out = {0};
	struct task task = {.key = t->id, .index = run};
	char path[PATH_MAX], *text;
	size_t len;

	task_folder(&task);
	snprintf(path, sizeof path, "%s/%s/stderr",
	         p->study->search.dir ? p->study->search.dir : ".", task.folder);
	if (p->study->search.dir && file_read(path, 1 << 26, &a, &text, &len, &err) &&
	    len) {
		str_addf(&out, "  the end of its stderr (%s):\n", path);
		text_tail(&out, text, len, STDERR_LINES, "    | ");
		out.s[--out.len] = '\0'; /* its last newline is say's */
		say(p, str_text(&out));
	}
	str_free(&out);
	arena_free(&a);
}

/* What else the run is judged by. */
static void add_criteria(const struct spec *sp, const struct run *r, struct str *out)
{
	struct series said;

	for (size_t k = 1; k < sp->n_criteria; k++)
		if (series_find(r->metrics, sp->criteria[k].name, &said)) {
			str_add(out, ", ");
			text_clean(out, sp->criteria[k].name);
			str_addc(out, ' ');
			text_number(out, said.last);
		}
}

static void result_line(const struct progress *p, const struct trial *t, size_t run,
                        struct str *out)
{
	const struct run *r = &t->runs[run];

	str_addf(out, "trial %llu", (unsigned long long)t->id);
	if (t->n_runs > 1)
		str_addf(out, " run %zu", run);
	str_addf(out, " %s", outcome_name(r->outcome));
	if (r->outcome == OUTCOME_OK && p->study->search.spec->metric.name) {
		str_addf(out, " %s ", p->study->search.spec->metric.name);
		text_number(out, r->value);
		add_criteria(p->study->search.spec, r, out);
		if (r->reason) {
			str_add(out, ", ");
			text_clean(out, r->reason);
		}
	} else if (r->reason) {
		str_add(out, r->outcome == OUTCOME_STOPPED ? " " : ": ");
		text_clean(out, r->reason);
	}
}

/* Of repeats the mean is what is ranked. */
static void add_best_so_far(const struct study *s, const struct trial *t,
                            struct str *out)
{
	if (s->search.spec->n_criteria && !trial_feasible(s->search.spec, t)) {
		str_add(out, ", the nearest to the limits so far");
		return;
	}
	if (s->search.spec->n_objectives > 1) {
		str_addf(out, ", one of %zu on the front", s->search.n_front);
		return;
	}
	str_add(out, ", the best so far");
	if (t->n_runs < 2)
		return;
	str_add(out, " with a mean of ");
	text_number(out, s->search.best->value);
}

static void finished(void *self, const struct trial *t, size_t run)
{
	struct progress *p = self;
	const struct study *s = p->study;
	bool better = s->search.spec->n_criteria
	                  ? t->outcome == OUTCOME_OK && !s->search.since_best
	                  : s->search.best != p->best;
	bool bad = t->runs[run].outcome != OUTCOME_OK &&
	           t->runs[run].outcome != OUTCOME_STOPPED;

	p->best = s->search.best;
	if (p->quiet)
		return;
	/* A terminal shows what is news; a pipe shows all. */
	if (!p->live || p->verbose || better || bad) {
		str_clear(&p->line);
		result_line(p, t, run, &p->line);
		if (better)
			add_best_so_far(s, t, &p->line);
		str_addf(&p->line, " [%llu/%llu]",
		         (unsigned long long)search_done(&s->search),
		         (unsigned long long)s->search.cap);
		say(p, str_text(&p->line));
	}
	/* The text that ends a search shows it by itself. */
	if (bad && !p->failures++ && s->search.state != SEARCH_CONTRACT &&
	    s->search.state != SEARCH_GUARD)
		show_stderr(p, t, run);
	progress_look(p);
}

static void retrying(void *self, const struct trial *t, size_t run, enum outcome o)
{
	struct progress *p = self;
	double wait = t->runs[run].after - search_now(&p->study->search);

	if (o == OUTCOME_NONE || p->quiet)
		return;
	/* "Later", and soon: on a terminal that is no news. */
	if (p->live && !p->verbose && o == OUTCOME_PREEMPTED && wait > 0 &&
	    wait < NEWS_WAIT)
		return;
	str_clear(&p->line);
	str_addf(&p->line, "trial %llu run %zu %s: queued again",
	         (unsigned long long)t->id, run, outcome_name(o));
	if (t->runs[run].after > 0) {
		str_add(&p->line, " in ");
		text_duration(&p->line, wait);
	}
	say(p, str_text(&p->line));
}

static void winding_down(void *self, enum fleet_stage stage)
{
	struct progress *p = self;

	p->winding_down = true;
	p->notice = "winding down; what has finished is saved";
	say(p,
	    stage == FLEET_DRAIN
	        ? "interrupted: nothing new starts, what runs may finish (once more: "
	          "stop it now)"
	    : stage == FLEET_STOP ? "stopping what runs (once more: kill it)"
	                          : "killing what runs");
}

/* In a pipe now and then, and at the end. */
static void count_on(struct progress *p, size_t done, size_t all)
{
	p->done = done;
	p->all = all;
	if (p->live) {
		progress_look(p);
	} else if (done == all || clock_now() >= p->next_draw) {
		say(p, str_text(&p->line));
		p->next_draw = clock_now() + 10 * redraw;
	}
}

static void verifying(void *self, const struct verdict *v, enum phase phase,
                      size_t done, size_t all)
{
	struct progress *p = self;

	(void)v;
	if (p->quiet)
		return;
	str_clear(&p->line);
	str_addf(&p->line, "verification, %s: %zu/%zu",
	         phase == PHASE_TEST ? "test data" : "re-runs on fresh seeds", done,
	         all);
	if (p->live && done == all)
		say(p, str_text(&p->line));
	count_on(p, done, all);
}

static void comparing(void *self, size_t done, size_t all)
{
	struct progress *p = self;

	if (p->quiet)
		return;
	str_clear(&p->line);
	str_addf(&p->line, "%zu run%s done, %zu more %s known to be wanted", done,
	         str_plural(done), all - done, all - done == 1 ? "is" : "are");
	count_on(p, done, all);
}

static void tick(void *self)
{
	progress_look(self);
}

/* It may hold what a training printed. */
static void message(void *self, const char *text)
{
	struct progress *p = self;

	str_clear(&p->line);
	text_tail(&p->line, text, strlen(text), SIZE_MAX, "");
	if (p->line.len)
		p->line.s[--p->line.len] = '\0';
	say(p, str_text(&p->line));
	/* The workers have words even when they are sent away. */
	if (p->over)
		progress_end(p, false);
}

struct observer progress_observer(struct progress *p)
{
	return (struct observer){.self = p,
	                         .started = started,
	                         .reported = p->live ? reported : NULL,
	                         .finished = finished,
	                         .retrying = retrying,
	                         .winding_down = winding_down,
	                         .verifying = verifying,
	                         .comparing = comparing,
	                         .tick = tick,
	                         .tick_every = p->live ? redraw : 0,
	                         .message = message};
}

void progress_end(struct progress *p, bool keep)
{
	terminal_close(&p->terminal, keep);
	p->live = false;
	p->over = true;
	str_free(&p->line);
	arena_free(&p->arena);
}
