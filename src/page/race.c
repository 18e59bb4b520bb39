/* A race over items: the mean of each setting, batch by batch, and who left where. */
#include "page/view.h"
#include "search/answers.h"

#include <math.h>
#include <stdlib.h>

enum { WIDE = 900, HIGH = 360, LINES = 120, POINTS = 60 };

/* What is drawn of one trial: its mean after whole batches, as its judge saw it. */
struct course {
	const struct trial *trial;
	double x[POINTS], mean[POINTS], half[POINTS]; /* (n); half: standard errors */
	size_t n;
};

static void find_course(const struct view *v, const struct trial *t, double *score,
                        struct course *out)
{
	size_t batch = v->s->search.spec->items.batch, seen = answers_scores(t, score);
	size_t n = (seen + batch - 1) / batch;

	*out = (struct course){.trial = t, .n = n < POINTS ? n : POINTS};
	for (size_t i = 0; i < out->n; i++) {
		size_t upto = (view_thinned(i, n, POINTS) + 1) * batch;
		struct moments m = stat_of(score, upto < seen ? upto : seen);

		out->x[i] = (double)m.n;
		out->mean[i] = m.mean;
		out->half[i] = stat_stderr(m);
	}
}

static void add_line(struct chart *c, const struct course *k, bool named)
{
	bool stopped = k->trial->outcome == OUTCOME_STOPPED;
	struct mark_series *line =
	    chart_add(c, MARK_LINE, stopped ? "curve stopped" : "curve ok",
	              !named    ? NULL
	              : stopped ? "left: worse than another on the same items"
	                        : "in the race to its end",
	              stopped ? 's' : 'o');

	for (size_t i = 0; i < k->n; i++)
		marks_add(line, (struct mark_point){.x = k->x[i],
		                                    .y = k->mean[i],
		                                    .trial = k->trial->id});
}

static void add_best(struct chart *c, const struct course *k)
{
	struct mark_series *s =
	    chart_add(c, MARK_BAND, "noise", "± 1 standard error of its mean", '.');

	for (size_t i = 0; i < k->n; i++)
		if (isfinite(k->half[i]))
			marks_add(s,
			          (struct mark_point){.x = k->x[i],
			                              .low = k->mean[i] - k->half[i],
			                              .high = k->mean[i] + k->half[i],
			                              .trial = NO_TRIAL});
	s = chart_add(c, MARK_LINE, "best", "the best", '#');
	for (size_t i = 0; i < k->n; i++)
		marks_add(s, (struct mark_point){
				 .x = k->x[i], .y = k->mean[i], .trial = k->trial->id});
}

static void add_ends(struct chart *c, const struct course *list, size_t n)
{
	for (int stopped = 0; stopped < 2; stopped++) {
		struct mark_series *dots =
		    chart_add(c, MARK_DOTS, stopped ? "stopped" : "ok", NULL,
		              stopped ? 's' : 'o');

		for (size_t i = 0; i < n; i++)
			if ((list[i].trial->outcome == OUTCOME_STOPPED) == stopped)
				marks_add(dots, (struct mark_point){
						    .x = list[i].x[list[i].n - 1],
						    .y = list[i].mean[list[i].n - 1],
						    .trial = list[i].trial->id});
	}
}

static void fit(struct view *v, struct chart *c, const struct course *list, size_t n)
{
	double *y = mem_new(n * POINTS + 1, sizeof *y),
	       sign = search_sign(&v->s->search);
	size_t used = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < list[i].n; k++)
			y[used++] = list[i].mean[k];
	axis_fit(&c->y, y, used, sign);
	c->y.label = view_metric(v);
	c->x = (struct axis){.label = "items answered, the same in the same order",
	                     .high = 1.02 * (double)v->s->search.spec->items.n};
	free(y);
}

/* The best and every few of the others; those that have answered a batch. */
static struct course *courses(const struct view *v, size_t *n, size_t *with)
{
	const struct search *s = &v->s->search;
	struct course *list = mem_new(s->n + 1, sizeof *list);
	double *score = mem_new(s->spec->items.n + 1, sizeof *score);
	size_t every = 1 + s->n / LINES;

	*n = *with = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (!answers_scores(v->ranked[i], NULL))
			continue;
		++*with;
		if (i < LINES / 4 || i % every == 0)
			find_course(v, v->ranked[i], score, &list[(*n)++]);
	}
	free(score);
	return list;
}

void picture_race(struct view *v, struct gallery *g)
{
	const struct search *s = &v->s->search;
	bool named[2] = {false};
	struct course *list;
	struct chart *c;
	size_t n, with;

	if (!s->spec->items.present)
		return;
	list = courses(v, &n, &with);
	if (n) {
		c = gallery_add(g, "The race: the mean over the items answered", WIDE,
		                HIGH);
		fit(v, c, list, n);
		for (size_t i = n; i-- > 0;) {
			bool stopped = list[i].trial->outcome == OUTCOME_STOPPED;

			add_line(c, &list[i], !named[stopped]);
			named[stopped] = true;
		}
		if (list[0].trial == s->best)
			add_best(c, &list[0]);
		add_ends(c, list, n);
		c->note = arena_printf(
		    &v->arena,
		    "n = %zu setting%s%s, over up to %zu items in batches of %zu; a "
		    "line ends where its setting left, or the race did",
		    with, str_plural(with), view_of_drawn(v, n, with), s->spec->items.n,
		    s->spec->items.batch);
	}
	free(list);
}
