/* importance: which parameters of a search mattered. */
#include "cli/cli.h"
#include "report/importance_kept.h"
#include "saved/saved.h"

#include <string.h>

static bool importance(struct options *o, struct saved *sv, struct importance *im,
                       struct error *err)
{
	const struct sheet_view v = cli_view(o);
	struct str out = {0};
	struct sheet t = {0};

	if (!saved_load(sv, o->file, err))
		return false;
	if (!sv->spec.metric.name)
		return error_set(err, ERROR_TRIAL, "%s: the search has no metric",
		                 sv->path);
	if (!importance_init(im, &sv->study, err))
		return error_prefix(err, "%s: ", sv->path);
	importance_keep(im, &sv->study);
	if (strcmp(o->format, "json") == 0) {
		importance_json(im, &sv->study, &out);
	} else if (strcmp(o->format, "table") == 0) {
		importance_table(im, &sv->study, &v, &out);
	} else {
		importance_sheet(im, &sv->study, &t);
		cli_sheet(o, &t, &out);
	}
	cli_print(&out);
	sheet_free(&t);
	str_free(&out);
	return true;
}

int command_importance(struct options *o)
{
	struct saved sv = {0};
	struct importance im = {0};
	struct error err = {0};
	int code = importance(o, &sv, &im, &err) ? EXIT_FINE : cli_fail(&err);

	importance_free(&im);
	saved_free(&sv);
	return code;
}
