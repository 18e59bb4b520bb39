#include "report/savings_text.h"
#include "early/savings.h"
#include "report/text.h"
#include "study/idle.h"

#include <math.h>

/* An agreement that is surely below this is worth a warning. From fewer runs than the
 * second nothing is said: by their number, since a choice by the width of the interval
 * would be one of high agreements. */
static const double trust = 0.5, effective_least = 8;

static void add_saved(const struct savings *v, struct str *out)
{
	if (v->odd) {
		str_add(out, "; steps fall, jump or lie below 0, so what that saved is "
		             "not known\n");
		return;
	}
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
		str_addf(out, "%llu of %llu run%s left at a rung, %llu promotion%s",
		         (unsigned long long)v->paused, (unsigned long long)v->runs,
		         str_plural(v->runs), (unsigned long long)v->promotions,
		         str_plural(v->promotions));
	else if (v->converged)
		str_addf(out, "%llu of %llu run%s ended where %s had converged",
		         (unsigned long long)v->converged, (unsigned long long)v->runs,
		         str_plural(v->runs), v->converged == 1 ? "it" : "they");
	else
		str_addf(out, "%llu of %llu run%s stopped",
		         (unsigned long long)v->stopped, (unsigned long long)v->runs,
		         str_plural(v->runs));
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
	str_count(out, v->control_ok, "trial");
	str_add(out, " ran to the end whatever the rule said; ");
	if (s->monitor->by_resource)
		str_add(out, "what it would have said of them is not known, since "
		             "they report once\n");
	else if (!v->would_stop)
		str_add(out, "it would have stopped none of them, so what stopping "
		             "lost is not known\n");
	else
		str_addf(out,
		         "of %llu that it would have stopped, %llu would have won: "
		         "between %.0f and %.0f %% of what it stops (95 %%)\n",
		         (unsigned long long)v->would_stop,
		         (unsigned long long)v->would_win, 100 * v->loss.low,
		         100 * v->loss.high);
}

static void add_trust(const struct study *s, const struct savings *v, struct str *out)
{
	if (isnan(v->correlation)) {
		if (v->stopped + v->paused && v->high > 0 &&
		    !(s->search.spec->early.control > 0))
			str_add(out,
			        "trust: those that ran to the end are those that "
			        "the rule let, so how far it can be trusted is "
			        "not known; a control group (control: 0.1) tells\n");
		return;
	}
	if (v->effective < effective_least)
		return;
	str_addf(out,
	         "trust: the ranking at step %.10g agrees with that at step %.10g by "
	         "%.2f (Spearman; between %.2f and %.2f with 95 %%, from %zu runs%s)",
	         v->low, v->high, v->correlation, v->agreement.low, v->agreement.high,
	         v->pairs,
	         v->effective < (double)v->pairs - 0.5
	             ? ", the control group counted for those that were stopped"
	             : "");
	if (v->agreement.high < trust)
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

static void add_idle(const struct study *s, struct str *out)
{
	size_t before = out->len;

	idle_text(s, out);
	if (out->len > before)
		str_addc(out, '\n');
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
	add_idle(s, out);
	if (!v.stopped && reported_once(s))
		str_add(out, "each run reported once: there was nothing to stop by\n");
	add_control(s, &v, out);
	add_trust(s, &v, out);
}
