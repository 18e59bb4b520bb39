#include "study/recover.h"
#include "run/output.h"
#include "study/apply.h"
#include "study/stopping.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct recovery {
	struct study *s;
	struct task task;
	struct scraper scraper;
	size_t n_heard; /* reports of the run that the journal has … */
	bool *said;     /* (n_heard): … and that were found in its output */
	size_t next;    /* where the next one is likely to be */
	bool over;      /* whatever else it said does not count */
	struct answer_trouble trouble;
};

static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* A step that was only counted hangs on which stream was read first. */
static bool is_same(const struct report *a, const struct report *b)
{
	return a->counted == b->counted && (a->counted || same(a->step, b->step)) &&
	       same(a->value, b->value);
}

static bool was_heard(struct recovery *r, const struct report *rep)
{
	const struct report *heard = r->task.run->reports;

	for (size_t k = 0; k < r->n_heard; k++) {
		size_t i = (r->next + k) % r->n_heard;

		if (r->said[i] || !is_same(&heard[i], rep))
			continue;
		r->said[i] = true;
		r->next = i + 1;
		return true;
	}
	return false;
}

static void tell(struct recovery *r, struct report rep)
{
	struct study *s = r->s;
	const struct task *t = &r->task;

	study_happen(s, (struct event){.kind = EVENT_REPORT,
	                               .phase = t->phase,
	                               .trial = t->key,
	                               .run = (uint32_t)t->index,
	                               .time = s->search.last_time,
	                               .as.report = rep});
	r->over = t->run->reports_total >= RUN_REPORTS_MAX ||
	          (t->phase == PHASE_SEARCH && stopping_heard(s, t->key, t->index));
}

static void take_reports(struct recovery *r)
{
	struct scraper *sc = &r->scraper;

	for (size_t i = 0; i < sc->n_reports && !r->over; i++)
		if (r->task.run->wanted ? answering_take(r->s->search.spec, r->task.run,
		                                         &sc->reports[i], &r->trouble)
		                        : !was_heard(r, &sc->reports[i]))
			tell(r, sc->reports[i]);
	sc->n_reports = 0;
}

static void read_file(struct recovery *r, const char *name, struct scrape_stream *in)
{
	char path[PATH_MAX], buf[16 * 1024];
	struct error unread;
	int64_t got = 0;
	ssize_t n = 0;
	int fd = -1;

	if (snprintf(path, sizeof path, "%s/%s/%s", r->s->search.dir, r->task.folder,
	             name) < (int)sizeof path)
		fd = file_open(path, O_RDONLY, 0, &unread);
	if (fd < 0)
		return;
	while (!r->over && got < OUTPUT_KEPT_MAX &&
	       (n = read(fd, buf, sizeof buf)) > 0) {
		scrape_feed(&r->scraper, in, buf, (size_t)n);
		take_reports(r);
		got += n;
	}
	if (!n)
		scrape_end(&r->scraper, in);
	take_reports(r);
	close(fd);
}

static bool is_judged(const struct study *s, const struct task *t)
{
	return t->phase == PHASE_SEARCH && s->monitor &&
	       monitor_run(s->monitor, t->key, t->index)->judged;
}

static void recover(struct study *s, struct task t)
{
	struct recovery r = {.s = s, .task = t};
	struct metric_source source = {.pattern = t.metric->pattern,
	                               .step_pattern = t.metric->step_pattern,
	                               .file = t.metric->file};
	struct error bad;

	if (t.run->state != RUN_RUNNING || !t.metric->name ||
	    t.run->reports_total >= RUN_REPORTS_MAX || is_judged(s, &t))
		return;
	task_folder(&r.task);
	/* Of this launch: where it has none, what there is was said by those before. */
	r.n_heard = t.run->goes_on ? 0 : t.run->n_reports;
	r.said = mem_new(r.n_heard, sizeof *r.said);
	scrape_init(&r.scraper, t.metric->name, s->search.spec->early.step);
	r.scraper.texts = s->search.texts;
	if (!scrape_source(&r.scraper, &source, &bad))
		abort(); /* the patterns of a spec can be read */
	r.scraper.nni = s->search.spec->nni;
	r.scraper.answers = t.run->wanted > 0;
	r.scraper.items.wanted =
	    t.phase == PHASE_TEST && !t.run->wanted; /* they are no reports */
	read_file(&r, "stdout", &r.scraper.out);
	read_file(&r, "stderr", &r.scraper.err);
	read_file(&r, "results.jsonl", &r.scraper.file);
	read_file(&r, "hook.jsonl", &r.scraper.hook);
	scrape_free(&r.scraper);
	free(r.said);
}

void study_recover(struct study *s)
{
	struct search *se = &s->search;
	const struct spec *sp = se->spec;

	for (size_t i = 0; i < se->n; i++)
		for (size_t k = 0; k < se->trials[i]->n_runs; k++)
			recover(s, (struct task){.key = i,
			                         .index = k,
			                         .run = &se->trials[i]->runs[k],
			                         .metric = &sp->metric});
	for (size_t i = 0; i < se->verdict.n_runs; i++) {
		struct verdict_run *v = se->verdict.runs[i];
		bool own = v->phase == PHASE_TEST && sp->test.metric.name;

		recover(s,
		        (struct task){.key = v->key,
		                      .phase = v->phase,
		                      .index = v->index,
		                      .run = &v->run,
		                      .metric = own ? &sp->test.metric : &sp->metric});
	}
}
