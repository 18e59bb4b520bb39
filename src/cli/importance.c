/* importance: which parameters of a search mattered. */
#include "cli/cli.h"
#include "report/importance_text.h"
#include "saved/saved.h"

#include <string.h>

static bool importance(struct options *o, struct saved *sv, struct importance *im,
                       struct error *err)
{
	bool json = strcmp(o->format, "json") == 0;
	struct str out = {0};

	if (!json && strcmp(o->format, "table") != 0)
		return error_set(err, ERROR_USAGE,
		                 "there is no format %s here\n  help: table or json",
		                 o->format);
	if (!saved_load(sv, o->file, err))
		return false;
	if (!sv->spec.metric.name)
		return error_set(err, ERROR_TRIAL, "%s: the search has no metric",
		                 sv->path);
	if (!importance_init(im, &sv->study, err))
		return error_prefix(err, "%s: ", sv->path);
	if (json)
		importance_json(im, &sv->study, &out);
	else
		importance_table(im, &sv->study, &out);
	cli_print(&out);
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
