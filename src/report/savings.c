#include "report/savings.h"
#include "early/savings.h"
#include "report/text.h"
#include "study/idle.h"

#include <math.h>

/* Below this, ten runs or more, a first rung says too little about the end. */
static const double trust = 0.5;
enum { TRUST_PAIRS = 10 };

static void add_saved(const struct savings *v, struct str *out)
{
	if (isnan(v->full_steps) || !(v->full_steps > 0)) {
		str_add(out, "; nothing ran to its end, so what that saved is not "
		             "known\n");
		return;
	}
	str_addf(out, "; %.10g of %.10g steps", v->steps, v->full_steps);
	if (v->steps < v->full_steps) {
		str_addf(out, ": %.0f %% saved", 100 * (1 - v->steps / v->full_steps));
		if (isfinite(v->full_wall)) {
			str_addf(out, "; time about %.0f %% of ",
			         100 * v->wall / v->full_wall);
			text_duration(out, v->full_wall);
		}
	}
	str_addc(out, '\n');
}

static void add_counts(const struct study *s, const struct savings *v, struct str *out)
{
	str_addf(out, "early stopping (%s): ", s->monitor->rule.type->name);
	if (s->monitor->promote)
		str_addf(out, "%llu of %llu runs left at a rung, %llu promotion%s",
		         (unsigned long long)v->paused, (unsigned long long)v->runs,
		         (unsigned long long)v->promotions,
		         v->promotions == 1 ? "" : "s");
	else if (v->converged)
		str_addf(out, "%llu of %llu runs ended where they had converged",
		         (unsigned long long)v->converged, (unsigned long long)v->runs);
	else
		str_addf(out, "%llu of %llu runs stopped",
		         (unsigned long long)v->stopped, (unsigned long long)v->runs);
	if ((s->monitor->promote || v->converged) && v->stopped)
		str_addf(out, ", %llu stopped", (unsigned long long)v->stopped);
	add_saved(v, out);
}

static void add_control(const struct study *s, const struct savings *v, struct str *out)
{
	if (!(s->search.spec->early.control > 0))
		return;
	str_add(out, "control group: ");
	if (!v->control_ok) {
		str_add(out, "no trial of it has ended, so what stopping lost is not "
		             "known\n");
		return;
	}
	text_count(out, v->control_ok, "trial");
	str_add(out, " ran to the end whatever the rule said; ");
	if (s->monitor->by_resource)
		str_add(out, "what it would have said of them is not known, since "
		             "they report once\n");
	else if (!v->would_stop)
		str_add(out, "it would have stopped none of them\n");
	else
		str_addf(out,
		         "it would have stopped %llu, and lost %llu would-be "
		         "winner%s\n",
		         (unsigned long long)v->would_stop,
		         (unsigned long long)v->would_win,
		         v->would_win == 1 ? "" : "s");
}

static void add_trust(const struct savings *v, struct str *out)
{
	if (isnan(v->correlation) || v->pairs < TRUST_PAIRS)
		return;
	str_addf(out,
	         "trust: over %zu runs, the ranking at step %.10g agrees with that at "
	         "step %.10g by %.2f (Spearman)",
	         v->pairs, v->low, v->high, v->correlation);
	if (v->correlation < trust)
		str_addf(out,
		         "\nwarning: that is little: the rung at step %.10g says not "
		         "much about the end; a later first rung (grace: %.10g) would "
		         "lose fewer good runs",
		         v->low, 2 * v->low);
	str_addc(out, '\n');
}

static bool reported_once(const struct study *s)
{
	const struct monitor *sc = s->monitor;
	bool once = !sc->by_resource;

	for (size_t i = 0; once && i < sc->all.n; i++)
		once = sc->runs[i]->curve.n < 2;
	return once;
}

static bool add_idle(const struct study *s, struct str *out)
{
	size_t before = out->len;

	idle_text(s, out);
	if (out->len == before)
		return false;
	str_addc(out, '\n');
	return true;
}

void savings_report(const struct study *s, struct str *out)
{
	struct savings v;

	if (!s->monitor || !s->search.n)
		return;
	v = savings_of(&s->search, s->monitor);
	if (!v.runs) {
		add_idle(s, out);
		return;
	}
	add_counts(s, &v, out);
	if (!add_idle(s, out) && !v.stopped && reported_once(s))
		str_add(out, "each run reported once: there was nothing to stop by\n");
	add_control(s, &v, out);
	add_trust(&v, out);
}
