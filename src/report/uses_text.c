#include "report/uses_text.h"

#include "base/clock.h"
#include "base/sequential.h"
#include "report/text.h"

/* Which comparison it was: its level says so. */
static uint64_t comparison_of(const struct verdict_use *u)
{
	uint64_t i = 1;

	while (i < 64 && sequential_allowance(i) > u->level)
		i++;
	return i;
}

/* What the ledger held when the last use was begun. */
static void add_ledger(const struct verdict *v, struct str *out)
{
	const struct verdict_use *u = &v->uses[v->n_uses - 1];
	char iso[32];
	double left = 0.025;

	if (u->uses == 1 && v->fronts) {
		str_add(out, ", by the chosen points and the defaults only");
	} else if (u->configurations <= 2) {
		str_add(out, ", by the winner and the defaults only");
	} else {
		str_add(out, "; in all ");
		str_count(out, u->uses, "use");
		str_add(out, " by ");
		str_count(out, u->configurations, "configuration");
		if (u->since > 0)
			str_addf(out, " since %.10s", clock_iso(u->since, iso));
	}
	if (u->time > 0)
		str_addf(out, " (by the ledger on %.10s)", clock_iso(u->time, iso));
	str_addc(out, '\n');
	if (!(u->level > 0))
		return;
	for (uint64_t i = 1; i <= comparison_of(u); i++)
		left -= sequential_allowance(i);
	str_addf(out, "  this was comparison %llu of them",
	         (unsigned long long)comparison_of(u));
	if (!verdict_is_seedless(v))
		str_addf(out, ", which may be falsely a yes in %.3g %%",
		         100 * u->level);
	str_addf(out, "; %.3g %% are left for later ones\n", 100 * left);
}

void uses_text(const struct verdict *v, struct str *out)
{
	if (!v->has_test) {
		str_add(out, v->by_items
		                 ? "no items were kept for a test, so nothing was "
		                   "verified on test data\n"
		                 : "no test: block, so nothing was verified on "
		                   "test data\n");
		return;
	}
	str_add(out, "the test data were used in ");
	str_count(out, v->test_uses, "run");
	if (v->n_uses)
		add_ledger(v, out);
	else
		str_addc(out, '\n');
}
