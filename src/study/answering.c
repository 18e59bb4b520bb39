#include "study/answering.h"
#include "base/file.h"
#include "config/items.h"
#include "search/answers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_MAX = 5, NAME_SHOWN = 60 };

bool answering_take(const struct spec *s, const struct run *r, struct report *rep,
                    struct answer_trouble *t)
{
	const struct items *it = &s->items;
	size_t at = items_find(it, (uint64_t)rep->step);

	if (at < r->from || at >= r->from + r->wanted) {
		t->unknown++;
		return false;
	}
	if (!(rep->value >= it->low && rep->value <= it->high)) {
		if (!t->outside++)
			snprintf(t->example, sizeof t->example, "%.*s: %g", NAME_SHOWN,
			         it->list[at].name, rep->value);
		return false;
	}
	rep->step = (double)at;
	if (answers_news(r, rep))
		return true;
	t->again++;
	return false;
}

bool answering_write(const struct spec *s, const struct run *r, const char *path,
                     struct error *err)
{
	struct str text = {0};
	bool ok;

	for (size_t i = r->from; i < r->from + r->wanted; i++) {
		const struct item *item = &s->items.list[i];

		if (answers_has(r, i))
			continue;
		str_addn(&text, item->line, item->len);
		str_addc(&text, '\n');
	}
	ok = file_write(path, str_text(&text), text.len, 0666, err);
	str_free(&text);
	return ok;
}

static void add_missing(const struct spec *s, const struct run *r, struct str *out)
{
	size_t named = 0;

	for (size_t i = r->from; i < r->from + r->wanted && named <= NAMED_MAX; i++) {
		if (answers_has(r, i))
			continue;
		if (named++ == NAMED_MAX)
			str_add(out, ", …");
		else
			str_addf(out, "%s%.*s",
			         named > 1 ? ", " : " (no answer: ", NAME_SHOWN,
			         s->items.list[i].name);
	}
	str_add(out, named ? ")" : "");
}

/* In clauses, each behind "; ". */
static void add_trouble(const struct spec *s, const struct answer_trouble *t,
                        struct str *out)
{
	if (t->outside)
		str_addf(out, "; %zu score%s outside of items.range [%g, %g] (%s)",
		         t->outside, str_plural(t->outside), s->items.low,
		         s->items.high, t->example);
	if (t->unknown)
		str_addf(out, "; %zu answer%s to items that it was not given",
		         t->unknown, str_plural(t->unknown));
	if (t->again)
		str_addf(out,
		         "; %zu answer%s to items that had one, of which the first "
		         "counts",
		         t->again, str_plural(t->again));
}

const char *answering_reason(const struct spec *s, const struct run *r,
                             const struct answer_trouble *t, const char *reason,
                             struct arena *a)
{
	struct str text = {0};
	const char *kept;

	str_add(&text, reason ? reason : "");
	add_missing(s, r, &text);
	add_trouble(s, t, &text);
	kept = arena_strdup(a, str_text(&text));
	str_free(&text);
	return kept;
}

const char *answering_note(const struct spec *s, const struct answer_trouble *t,
                           const char *note, struct arena *a)
{
	struct str text = {0};

	add_trouble(s, t, &text);
	if (text.len)
		note = arena_printf(a, "%s%s%s", note ? note : "", note ? "\n" : "",
		                    str_text(&text) + strlen("; "));
	str_free(&text);
	return note;
}
