#include "report/items_text.h"
#include "base/effect.h"
#include "report/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* 12,345 */
static void add_count(double n, struct str *out)
{
	char digits[32];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%.0f", n);

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			str_addc(out, ',');
		str_addc(out, digits[i]);
	}
}

static void add_half(double half, struct str *out)
{
	str_addf(out, half < 99.5 ? "± %.2g" : "± %.0f", half);
}

void items_text_parts(const struct verdict *v, struct str *out)
{
	const struct claim *c = &v->claim;

	if (!c->items)
		return;
	str_add(out, "  ");
	if (!v->deterministic) {
		add_half(c->seeds_half, out);
		str_add(out, " from training seeds, ");
	}
	add_half(c->items_half, out);
	str_add(out, " from ");
	add_count((double)c->items, out);
	str_add(out, " test items");
	if (v->items.use == ITEMS_UNPAIRED)
		str_addf(out, ", unpaired, which is wider than need be: %s",
		         v->items.why);
	else
		str_add(out, ", paired by item");
	str_addc(out, '\n');
}

static void add_lines(uint64_t n, const char *what, struct str *out)
{
	if (!n)
		return;
	str_add(out, "  ");
	str_count(out, n, "line");
	str_add(out, what);
}

void items_text_scope(const struct verdict *v, struct str *out)
{
	if (v->claim.items) {
		str_addf(out,
		         "  over %stest items: what another sample of as many such "
		         "items would say is in it\n",
		         v->deterministic ? "" : "training seeds and ");
	} else {
		str_add(
		    out,
		    "  over training seeds, on this test set: what another test set "
		    "would say is not in it\n");
		if (v->items.use == ITEMS_UNUSED) {
			str_add(out, "  test items were named, and do not count: ");
			text_clean(out, v->items.why);
			str_addc(out, '\n');
		}
	}
	add_lines(v->items.again,
	          " of items gave one another score than before: the last counts\n",
	          out);
	add_lines(v->items.unread,
	          " of items had no number for a score, and did not count\n", out);
}

bool items_text_next(const struct verdict *v, double level, struct str *out)
{
	const struct claim *c = &v->claim;
	double mean = v->gain.mean, most;

	if (!c->items || !(fabs(mean) > 0) ||
	    (!v->deterministic && effect_pairs(c->gain, 0, level) == EFFECT_PAIRS_MAX))
		return false;
	most = effect_items(mean, c->items_variance, c->items, level);
	str_add(out, "next: more pairs do not help, the test items are too few: ");
	add_count(most, out);
	str_add(out, " of them or more would tell a difference like this one\n");
	return true;
}
