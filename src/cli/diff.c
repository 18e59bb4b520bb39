/* diff: what is different in two searches. */
#include "cli/cli.h"
#include "report/difference.h"
#include "saved/saved.h"
#include "search/lineage.h"
#include "search/standing.h"

#include <string.h>

static void print(const struct options *o, const struct study *a, const struct study *b)
{
	const struct sheet_view v = cli_view(o);
	struct difference d;
	struct sheet t = {0};
	struct str out = {0};

	difference_init(&d, a, b);
	if (strcmp(o->format, "table") == 0) {
		difference_text(&d, a, b, o->file, o->second, &v, &out);
	} else if (strcmp(o->format, "json") == 0) {
		difference_json(&d, o->file, o->second, &out);
	} else {
		difference_sheet(&d, &t);
		cli_sheet(o, &t, &out);
	}
	cli_print(&out);
	str_free(&out);
	sheet_free(&t);
	difference_free(&d);
}

int command_diff(struct options *o)
{
	struct saved a = {0}, b = {0};
	struct error err = {0};
	bool ok = o->second && !o->third;

	if (!ok)
		error_set(&err, ERROR_USAGE,
		          "diff needs two searches\n  help: hpsearch diff A B, each a "
		          "directory or a results file");
	ok = ok && saved_load(&a, o->file, &err) && saved_load(&b, o->second, &err);
	ok = ok && standing_metric_alone(&a.spec, "diff goes", &err) &&
	     standing_metric_alone(&b.spec, "diff goes", &err) &&
	     lineage_has_none(&a.spec, &err) && lineage_has_none(&b.spec, &err);
	if (ok)
		print(o, &a.study, &b.study);
	saved_free(&a);
	saved_free(&b);
	return ok ? EXIT_FINE : cli_fail(&err);
}
