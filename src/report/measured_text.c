#include "report/measured_text.h"
#include "report/sheet.h"
#include "report/text.h"
#include "run/meant.h"
#include "search/measured.h"
#include "study/artifacts.h"

#include <math.h>
#include <string.h>

enum { NAMES_SHOWN = 8 };

/* max, min: which of the two the file calls the best. */
static const char *direction_of(const struct spec *s, const char *name)
{
	const enum goal *goal = measured_goal(s, name);

	if (!goal)
		return "";
	return *goal == GOAL_MINIMIZE ? "best is the min" : "best is the max";
}

static void add_metrics(const struct spec *s, const struct series_set *set,
                        const struct sheet_view *v, struct str *out)
{
	static const char *const numbers[] = {"last", "min", "max", "said"};
	struct sheet t = {0};
	struct series one;
	size_t at = 0;

	sheet_column(&t, "metrics", NULL, COLUMN_TEXT, true);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		sheet_column(&t, numbers[i], NULL, COLUMN_NUMBER, true);
	sheet_column(&t, "best", "", COLUMN_TEXT, true);
	while (series_next(set, &at, &one)) {
		sheet_text(&t, one.name);
		sheet_value(&t,
		            &(struct value){.kind = VALUE_FLOAT, .number = one.last});
		sheet_number(&t, one.min);
		sheet_number(&t, one.max);
		sheet_int(&t, one.n);
		sheet_text(&t, direction_of(s, one.name));
	}
	sheet_print(&t, v, "    ", out);
	sheet_free(&t);
	if (set->more)
		str_addf(out,
		         "    (it said more names than %d: the others are not kept)\n",
		         SERIES_MAX);
}

static void add_note(const char *note, struct str *out)
{
	while (*note) {
		size_t n = strcspn(note, "\n");
		struct str line = {0};

		str_addn(&line, note, n);
		str_add(out, "    note: ");
		text_clean(out, str_text(&line));
		str_addc(out, '\n');
		str_free(&line);
		note += n + (note[n] == '\n');
	}
}

void measured_run(const struct spec *s, const struct run *r, const struct sheet_view *v,
                  struct str *out)
{
	if (r->metrics)
		add_metrics(s, r->metrics, v, out);
	if (r->note)
		add_note(r->note, out);
}

/* Which of the names that were said was meant. */
static void never_said(const struct measured_names *names, size_t i, struct str *out)
{
	const char *seen[MEASURED_NAMES] = {0}, *near = NULL;
	size_t n = 0;

	for (size_t k = 0; k < names->n; k++)
		if (names->list[k].runs)
			seen[n++] = names->list[k].name;
	meant_names(names->list[i].name, seen, n, &near, 1);
	str_add(out, "metrics: no run has reported ");
	text_clean(out, names->list[i].name);
	str_add(out, "\n  help: ");
	if (near) {
		str_add(out, "did you mean ");
		text_clean(out, near);
		str_addc(out, '?');
	} else if (n) {
		str_add(out, "reported were ");
		for (size_t k = 0; k < n && k < NAMES_SHOWN; k++) {
			str_add(out, k ? ", " : "");
			text_clean(out, seen[k]);
		}
		str_add(out, n > NAMES_SHOWN ? ", …" : "");
	} else {
		str_add(out, "print it in the same lines as the metric: "
		             "{\"loss\": 0.5, \"acc\": 0.9}");
	}
	str_addc(out, '\n');
}

void measured_report(const struct search *s, struct str *out)
{
	struct arena a = {0};
	struct measured_names names = measured_names(s, &a);

	for (size_t i = 0; s->ok && i < names.listed; i++)
		if (!names.list[i].runs)
			never_said(&names, i, out);
	if (names.more)
		str_addf(out,
		         "there were more names of numbers than are kept: the first %d "
		         "of a run, and %d in results.csv\n",
		         SERIES_MAX, MEASURED_NAMES);
	arena_free(&a);
}

void measured_artifacts(const struct search *s, const struct trial *t, const char *dir,
                        const char *folder, struct str *out)
{
	struct str list = {0};

	if (dir)
		artifacts_list(s->spec, dir, folder, &list);
	if (list.len) {
		str_add(out, "    artifacts: ");
		for (size_t i = 0; i < list.len; i++)
			if (list.s[i] == '\n')
				list.s[i] = ' ';
		text_clean(out, str_text(&list));
		str_addc(out, '\n');
	} else if (!artifacts_stay(s, t)) {
		str_addf(out,
		         "    artifacts: only those of the best %zu trial%s are kept\n",
		         s->spec->keep, str_plural(s->spec->keep));
	} else if (dir) {
		str_add(out, "    artifacts: none is there\n");
	}
	str_free(&list);
}
