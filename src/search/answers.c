#include "search/answers.h"
#include "base/set.h"

#include <math.h>
#include <stdlib.h>

bool answers_has(const struct run *r, size_t place)
{
	for (size_t i = 0; i < r->n_reports; i++)
		if (r->reports[i].step == (double)place)
			return true;
	return false;
}

bool answers_news(const struct run *r, const struct report *rep)
{
	double at = rep->step;

	return !rep->counted && at >= (double)r->from &&
	       at < (double)(r->from + r->wanted) && at == floor(at) &&
	       isfinite(rep->value) && !answers_has(r, (size_t)at);
}

bool answers_whole(const struct run *r)
{
	return r->wanted && r->n_reports == r->wanted;
}

const struct scores *answers_pack(const struct run *r, struct arena *a)
{
	struct scores *s = arena_new(a, 1, sizeof *s);
	double *x = mem_new(r->wanted + 1, sizeof *x);

	s->set = set_hash(SET_HASH, &r->wanted, sizeof r->wanted);
	for (size_t i = 0; i < r->n_reports; i++)
		x[(size_t)r->reports[i].step - r->from] = r->reports[i].value;
	scores_pack(s, x, r->wanted, a);
	free(x);
	return s;
}

static void add(const struct run *r, double *score)
{
	for (size_t i = 0; i < r->n_reports; i++)
		score[(size_t)r->reports[i].step] += r->reports[i].value;
}

/* The end of the group of runs that have the items of run i. */
static size_t batch_end(const struct trial *t, size_t i)
{
	size_t end = i;

	while (end < t->n_runs && t->runs[end].from == t->runs[i].from)
		end++;
	return end;
}

size_t answers_scores(const struct trial *t, double *score)
{
	size_t seen = 0, end;

	for (size_t i = 0; i < t->n_runs; i = end) {
		const struct run *first = &t->runs[i];

		end = batch_end(t, i);
		for (size_t r = i; r < end; r++)
			if (t->runs[r].state != RUN_FINISHED ||
			    t->runs[r].outcome != OUTCOME_OK ||
			    !answers_whole(&t->runs[r]))
				return seen;
		seen += first->wanted;
		if (!score)
			continue;
		for (size_t k = first->from; k < seen; k++)
			score[k] = 0;
		for (size_t r = i; r < end; r++)
			add(&t->runs[r], score);
		for (size_t k = first->from; k < seen; k++)
			score[k] /= (double)(end - i);
	}
	return seen;
}

struct moments answers_mean(const struct trial *t)
{
	size_t n = answers_scores(t, NULL);
	double *score = mem_new(n + 1, sizeof *score);
	struct moments m;

	answers_scores(t, score);
	m = stat_of(score, n);
	free(score);
	return m;
}
