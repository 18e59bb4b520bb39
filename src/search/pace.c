#include "search/pace.h"
#include "base/rng.h"

#include <math.h>

void pace_begun(struct pace *p, const struct spec *s, const struct run *r, double now)
{
	size_t answered = r->n_reports < r->wanted ? r->n_reports : r->wanted;
	double n = r->wanted ? (double)(r->wanted - answered) : 1;

	if (!(s->rate > 0) || isnan(now))
		return;
	p->last = n / s->rate;
	p->free = fmax(p->free, now) + p->last;
}

double pace_wait(const struct pace *p, double now)
{
	return fmax(p->free - now, 0);
}

double pace_left(const struct run *r, double now)
{
	return fmax(r->after - now, 0);
}

void pace_resume(struct pace *p, double now)
{
	if (!isnan(now))
		p->free = fmin(p->free, now + p->last);
}

void pace_resume_run(struct run *r, const struct spec *s, double now)
{
	if (!isnan(now))
		r->after = fmin(r->after, now + s->backoff_max);
}

unsigned pace_row(const struct run *r)
{
	return r->n_reports > r->had ? 1 : r->row + 1;
}

double pace_backoff(const struct spec *s, const struct run *r, uint64_t key)
{
	double d = s->backoff_base;

	for (unsigned k = pace_row(r); k > 1 && d < s->backoff_max; k--)
		d *= 2;
	d = fmin(d, s->backoff_max);
	return d * (1 + rng_unit(r->seed, key, RNG_BACKOFF, r->attempts)) / 2;
}
