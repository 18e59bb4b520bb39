#include "cli/progress.h"
#include "base/clock.h"
#include "base/file.h"
#include "report/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Lines a second in a pipe; beyond that they are counted and summed up. */
enum { LINES_PER_SECOND = 10, STDERR_LINES = 20 };

static const int64_t redraw = CLOCK_SECOND / 5;

void progress_init(struct progress *p, const struct study *s, size_t slots, int verbose)
{
	const char *term = getenv("TERM");

	*p = (struct progress){.study = s,
	                       .slots = slots,
	                       .quiet = verbose<0, .verbose = verbose> 0,
	                       .best = s->search.best};
	p->live =
	    !p->quiet && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

static size_t width(void)
{
	struct winsize w;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &w) && w.ws_col ? w.ws_col : 80;
}

static void erase(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}

/* A line that stays. */
static void say(struct progress *p, const char *text)
{
	erase(p);
	fprintf(stderr, "%s\n", text);
}

static void add_best(const struct progress *p, struct str *out)
{
	const struct study *s = p->study;

	if (!s->search.best)
		return;
	str_addf(out, ", best %s ", s->search.spec->metric.name);
	text_number(out, s->search.best->value);
	str_addf(out, " (trial %llu)", (unsigned long long)s->search.best->id);
}

static void add_eta(const struct progress *p, struct str *out)
{
	const struct study *s = p->study;
	double left;

	str_add(out, ", ");
	text_duration(out, search_elapsed(&s->search));
	if (!p->runs || s->search.cap <= s->search.finished)
		return;
	left = (double)(s->search.cap - s->search.finished) *
	       (double)s->search.spec->repeats * p->wall / (double)p->runs /
	       (double)p->slots;
	str_add(out, ", about ");
	text_duration(out, left);
	str_add(out, " to go");
}

static void draw(struct progress *p)
{
	const struct study *s = p->study;
	struct str line = {0}, cut = {0};
	uint64_t stopped;

	str_addf(&line, "%llu/%llu trials, %zu running",
	         (unsigned long long)s->search.finished,
	         (unsigned long long)s->search.cap, p->running);
	stopped = s->search.outcomes[OUTCOME_STOPPED];
	if (stopped)
		str_addf(&line, ", %llu stopped", (unsigned long long)stopped);
	if (s->search.finished > s->search.ok + stopped)
		str_addf(
		    &line, ", %llu not ok",
		    (unsigned long long)(s->search.finished - s->search.ok - stopped));
	add_best(p, &line);
	add_eta(p, &line);
	text_cut(&cut, str_text(&line), width() - 1);
	fprintf(stderr, "\r%s\033[K", str_text(&cut));
	fflush(stderr);
	p->shown = true;
	p->next_draw = clock_now() + redraw;
	str_free(&line);
	str_free(&cut);
}

static void maybe_draw(struct progress *p)
{
	if (p->live && clock_now() >= p->next_draw)
		draw(p);
}

/* In a pipe, may one more line be printed in this second? */
static bool may_print(struct progress *p)
{
	int64_t now = clock_now();

	if (now - p->window >= CLOCK_SECOND) {
		p->window = now;
		p->in_window = 0;
	}
	return p->in_window++ < LINES_PER_SECOND;
}

static void started(void *self, const struct trial *t, size_t run)
{
	struct progress *p = self;
	struct str params = {0};

	p->running++;
	if (p->verbose) {
		space_json(&p->study->search.spec->space, t->values, &params);
		erase(p);
		fprintf(stderr, "trial %llu run %zu starts: %s\n",
		        (unsigned long long)t->id, run, str_text(&params));
		str_free(&params);
	}
	maybe_draw(p);
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
		fprintf(stderr, "  the end of its stderr (%s):\n", path);
		text_tail(&out, text, len, STDERR_LINES, "    | ");
		fputs(str_text(&out), stderr);
	}
	str_free(&out);
	arena_free(&a);
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
	bool better = s->search.best != p->best;
	bool bad = t->runs[run].outcome != OUTCOME_OK &&
	           t->runs[run].outcome != OUTCOME_STOPPED;

	p->running -= p->running > 0;
	/* What failed at once says nothing of how long the others take. */
	if (!bad) {
		p->wall += t->runs[run].wall;
		p->runs++;
	}
	p->best = s->search.best;
	if (p->quiet)
		return;
	/* A terminal shows what is news; a pipe shows all, within reason. */
	if (p->live ? better || bad : may_print(p) || better) {
		str_clear(&p->line);
		result_line(p, t, run, &p->line);
		if (better)
			add_best_so_far(s, t, &p->line);
		str_addf(&p->line, " [%llu/%llu]",
		         (unsigned long long)s->search.finished,
		         (unsigned long long)s->search.cap);
		say(p, str_text(&p->line));
	}
	/* The text that ends a search shows it by itself. */
	if (bad && !p->failures++ && s->search.state != SEARCH_CONTRACT &&
	    s->search.state != SEARCH_GUARD)
		show_stderr(p, t, run);
	maybe_draw(p);
}

static void retrying(void *self, const struct trial *t, size_t run, enum outcome o)
{
	struct progress *p = self;

	p->running -= p->running > 0;
	if (o == OUTCOME_NONE || p->quiet || (!p->live && !may_print(p)))
		return;
	erase(p);
	fprintf(stderr, "trial %llu run %zu %s: queued again\n",
	        (unsigned long long)t->id, run, outcome_name(o));
}

static void winding_down(void *self, enum fleet_stage stage)
{
	struct progress *p = self;

	say(p,
	    stage == FLEET_DRAIN
	        ? "interrupted: nothing new starts, what runs may finish (once more: "
	          "stop it now)"
	    : stage == FLEET_STOP ? "stopping what runs (once more: kill it)"
	                          : "killing what runs");
}

static void verifying(void *self, const struct verdict *v, enum phase phase,
                      size_t done, size_t all)
{
	struct progress *p = self;
	char text[128];

	(void)v;
	if (p->quiet)
		return;
	snprintf(text, sizeof text, "verification, %s: %zu/%zu",
	         phase == PHASE_TEST ? "test data" : "re-runs on fresh seeds", done,
	         all);
	if (p->live && done < all) {
		fprintf(stderr, "\r%s\033[K", text);
		fflush(stderr);
		p->shown = true;
	} else if (p->live || done == all || clock_now() >= p->next_draw) {
		say(p, text);
		p->next_draw = clock_now() + 10 * redraw;
	}
}

static void comparing(void *self, size_t done, size_t all)
{
	struct progress *p = self;

	if (p->quiet)
		return;
	if (p->live) {
		fprintf(stderr,
		        "\r%zu runs done, %zu more are known to be wanted\033[K", done,
		        all - done);
		fflush(stderr);
		p->shown = true;
	} else if (done == all || clock_now() >= p->next_draw) {
		fprintf(stderr, "%zu runs done, %zu more are known to be wanted\n",
		        done, all - done);
		p->next_draw = clock_now() + 10 * redraw;
	}
}

static void tick(void *self)
{
	maybe_draw(self);
}

static void message(void *self, const char *text)
{
	say(self, text);
}

struct observer progress_observer(struct progress *p)
{
	return (struct observer){.self = p,
	                         .started = started,
	                         .finished = finished,
	                         .retrying = retrying,
	                         .winding_down = winding_down,
	                         .verifying = verifying,
	                         .comparing = comparing,
	                         .tick = tick,
	                         .tick_every = p->live ? redraw : 0,
	                         .message = message};
}

void progress_end(struct progress *p)
{
	erase(p);
	str_free(&p->line);
}
