#include "export/timeline.h"

#include <math.h>
#include <stdlib.h>

/* Doubles are whole to here. */
static const double step_max = 9007199254740992.0;

struct told {
	struct moment at;
	size_t run, order;
};

static bool is_whole(const struct run *r)
{
	for (size_t i = 0; i < r->n_reports; i++) {
		double step = r->reports[i].step;

		if (!(step >= 0 && step <= step_max) || step != floor(step))
			return false;
	}
	return true;
}

static int by_step(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->at.step != y->at.step)
		return (x->at.step > y->at.step) - (x->at.step < y->at.step);
	if (x->run != y->run)
		return (x->run > y->run) - (x->run < y->run);
	return (x->order > y->order) - (x->order < y->order);
}

/* The mean over the runs of what each said last; n of them, of one step. */
static double mean_at(const struct told *all, size_t n)
{
	double sum = 0;
	size_t runs = 0;

	for (size_t i = 0; i < n; i++)
		if (i + 1 == n || all[i + 1].run != all[i].run) {
			sum += all[i].at.value;
			runs++;
		}
	return sum / (double)runs;
}

static void gather(const struct run *runs, size_t n_runs, struct arena *a,
                   struct timeline *out)
{
	struct told *all;
	bool whole = true;
	size_t n = 0, k = 0;

	for (size_t r = 0; r < n_runs; r++) {
		n += runs[r].n_reports;
		whole = whole && is_whole(&runs[r]);
	}
	*out = (struct timeline){.list = arena_new(a, n + 1, sizeof *out->list)};
	all = mem_new(n + 1, sizeof *all);
	for (size_t r = 0; r < n_runs; r++)
		for (size_t i = 0; i < runs[r].n_reports; i++) {
			const struct report *said = &runs[r].reports[i];
			int64_t step = whole ? (int64_t)said->step : (int64_t)i;

			all[k++] = (struct told){{step, said->value}, r, i};
		}
	qsort(all, n, sizeof *all, by_step);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && all[end].at.step == all[i].at.step;)
			end++;
		out->list[out->n++] =
		    (struct moment){all[i].at.step, mean_at(all + i, end - i)};
	}
	free(all);
}

void timeline_of_run(const struct run *r, struct arena *a, struct timeline *out)
{
	gather(r, 1, a, out);
}

void timeline_of_trial(const struct trial *t, struct arena *a, struct timeline *out)
{
	gather(t->runs, t->n_runs, a, out);
}
