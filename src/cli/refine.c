/* refine: from a finished search to the file of a finer one. */
#include "base/file.h"
#include "cli/cli.h"
#include "report/refinement.h"
#include "saved/saved.h"
#include "search/standing.h"

#include <unistd.h>

/* What is written must be a file that is read; that it cannot be is our fault. */
static bool check_text(const struct options *o, const struct str *text, struct arena *a,
                       struct error *err)
{
	struct spec_overrides none = {0};
	struct spec spec = {0};
	const char *path = o->output ? o->output : "finer.yaml";

	return spec_parse(&spec, path, str_text(text), text->len, &none, a, err) ||
	       error_prefix(err, "the refined file cannot be read, so it is not "
	                         "written: ");
}

static bool write_out(const struct options *o, const struct refinement *r,
                      const struct study *s, const struct str *text, struct error *err)
{
	struct str said = {0};

	if (!cli_write(o, text, err))
		return false;
	if (!o->output)
		return true;
	refinement_text(r, s, &said);
	str_add(&said, "written: ");
	str_shell(&said, o->output);
	str_add(&said, "; next: hpsearch ");
	str_shell(&said, o->output);
	str_addc(&said, '\n');
	cli_print(&said);
	str_free(&said);
	return true;
}

static bool refine(struct options *o, struct saved *sv, struct refinement *r,
                   struct error *err)
{
	struct str text = {0};
	bool ok;

	if (!saved_load(sv, o->file, err))
		return false;
	if (!sv->spec.metric.name)
		return error_set(err, ERROR_TRIAL,
		                 "%s: the search has no metric, so nothing in it is "
		                 "good or bad",
		                 sv->path);
	if (!standing_metric_alone(&sv->spec, "refine goes", err))
		return error_prefix(err, "%s: ", sv->path);
	if (!cli_is_unchanged(sv, err))
		return false;
	if (!refinement_init(r, &sv->study, err))
		return error_prefix(err, "%s: ", sv->path);
	refinement_yaml(r, &sv->study, cli_is_yaml(o->file) ? sv->path : o->file,
	                &text);
	ok = check_text(o, &text, &o->arena, err);
	ok = ok && write_out(o, r, &sv->study, &text, err);
	str_free(&text);
	return ok;
}

int command_refine(struct options *o)
{
	struct saved sv = {0};
	struct refinement r = {0};
	struct error err = {0};
	int code = refine(o, &sv, &r, &err) ? EXIT_FINE : cli_fail(&err);

	refinement_free(&r);
	saved_free(&sv);
	return code;
}
