/* Where did a run stand at a step? Curves come in the order of arrival; almost all are
 * rising, which makes it a binary search, and the others are sorted first. */
#include "schedule/track.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

void curve_add(struct curve *c, struct curve_point *room, double step, double value)
{
	const struct curve_point *last = c->n ? &room[c->n - 1] : NULL;

	c->rising = isfinite(step) && (!last || (c->rising && step > last->step));
	room[c->n] = (struct curve_point){
	    .step = step, .value = value, .sum = (last ? last->sum : 0) + value};
	c->points = room;
	c->n++;
}

struct dated {
	struct curve_point point;
	size_t at;
};

static int dated_compare(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	if (x->point.step != y->point.step)
		return x->point.step < y->point.step ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

struct track track_of(const struct curve *c)
{
	struct track t = {.points = c->points, .n = c->n};
	struct dated *all;
	size_t n = 0;

	if (c->rising || !c->n)
		return t;
	all = mem_new(c->n, sizeof *all);
	for (size_t i = 0; i < c->n; i++)
		if (isfinite(c->points[i].step))
			all[n++] = (struct dated){.point = c->points[i], .at = i};
	qsort(all, n, sizeof *all, dated_compare);
	t.own = mem_new(c->n, sizeof *t.own);
	t.n = 0;
	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && all[i + 1].point.step == all[i].point.step)
			continue;
		t.own[t.n] = all[i].point;
		t.own[t.n].sum = all[i].point.value + (t.n ? t.own[t.n - 1].sum : 0);
		t.n++;
	}
	free(all);
	t.points = t.own;
	return t;
}

void track_free(struct track *t)
{
	free(t->own);
	*t = (struct track){0};
}

/* Points before the step. */
static size_t track_before(const struct track *t, double step)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->points[mid].step < step)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t track_upto(const struct track *t, double step)
{
	size_t i = track_before(t, step);

	return i < t->n && t->points[i].step == step ? i + 1 : i;
}

static double finite_or_worst(double x)
{
	return isfinite(x) ? x : (double)INFINITY;
}

double points_value(const struct curve_point *points, size_t i, size_t smooth)
{
	size_t n = smooth < 1 ? 1 : smooth > i + 1 ? i + 1 : smooth;
	double sum = 0;

	for (size_t k = i + 1 - n; k <= i; k++)
		sum += points[k].value;
	return finite_or_worst(sum / (double)n);
}

double track_mean(const struct track *t, size_t i)
{
	return finite_or_worst(t->points[i].sum / (double)(i + 1));
}

double curve_reach(const struct curve *c, size_t n)
{
	double reach = (double)-INFINITY;

	if (c->rising && n)
		return c->points[n - 1].step;
	for (size_t i = 0; i < n; i++)
		if (isfinite(c->points[i].step) && c->points[i].step > reach)
			reach = c->points[i].step;
	return reach;
}

bool rung_value(const struct curve *c, double rung, size_t smooth, double *value,
                double *step)
{
	struct track t = track_of(c);
	bool ended = c->state == CURVE_PAUSED || c->state == CURVE_DONE;
	size_t i = track_before(&t, rung);
	bool found = i < t.n;

	if (!found && t.n && ended && isfinite(c->budget) && c->budget >= rung) {
		i = t.n - 1;
		found = true;
	}
	if (found) {
		*value = points_value(t.points, i, smooth);
		*step = t.points[i].step;
	}
	track_free(&t);
	return found;
}

int place_compare(const void *a, const void *b)
{
	const struct at_rung *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	if (x->trial != y->trial)
		return x->trial < y->trial ? -1 : 1;
	return x->run < y->run ? -1 : x->run > y->run;
}

double curve_value(const struct curve *c, size_t smooth)
{
	return points_value(c->points, c->n - 1, smooth);
}
