/* add: configurations of a person, for a search that has begun. */
#include "cli/cli.h"
#include "config/points.h"
#include "record/lock.h"
#include "report/text.h"
#include "saved/saved.h"
#include "search/lineage.h"
#include "study/added.h"

#include <stdio.h>
#include <string.h>

struct addition {
	struct coord *point;
	const char *label;
};

static bool place(const struct options *o, struct saved *sv, const char *text,
                  struct addition *x, struct error *err)
{
	const struct space *sp = &sv->spec.space;
	struct point_row row;
	const char *help;
	size_t column;

	x->point = arena_new(&sv->arena, sp->n, sizeof *x->point);
	if (!points_read_option(text, &row, &sv->arena, err))
		return false;
	if (points_place(sp, &row, x->point, &x->label, &column, &help, &sv->arena,
	                 err))
		return true;
	err->kind = ERROR_USAGE;
	error_prefix(err, "%s: ", o->point[0] == text ? "--point" : text);
	if (help && strlen(err->text) + strlen(help) + 10 < sizeof err->text)
		snprintf(err->text + strlen(err->text),
		         sizeof err->text - strlen(err->text), "\n  help: %s", help);
	return false;
}

/* All are placed before one is written. */
static bool add(struct options *o, struct saved *sv, struct error *err)
{
	struct addition x[CLI_SETS];
	const char *dir;

	if (!o->n_point)
		return error_set(err, ERROR_USAGE,
		                 "add needs a point\n  help: as in --point "
		                 "lr=0.1,width=64");
	if (!saved_load(sv, o->file, err))
		return false;
	dir = sv->study.search.dir;
	if (!dir)
		return error_set(err, ERROR_USAGE,
		                 "%s: is no directory of a search\n  help: name the "
		                 "directory, NAME.hpsearch",
		                 o->file);
	if (!lineage_has_none(&sv->spec, err))
		return error_prefix(err, "%s: ", sv->path);
	for (size_t i = 0; i < o->n_point; i++)
		if (!place(o, sv, o->point[i], &x[i], err))
			return false;
	for (size_t i = 0; i < o->n_point; i++)
		if (!added_write(dir, &sv->spec.space, x[i].point, x[i].label, err))
			return false;
	fprintf(stderr, "added: %zu configuration%s; %s\n", o->n_point,
	        str_plural(o->n_point),
	        sv->study.search.alive
	            ? "the search that runs takes them up with its next free slot"
	            : "the command that began the search runs them");
	return true;
}

int command_add(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	bool ok = add(o, &sv, &err);

	saved_free(&sv);
	return ok ? EXIT_FINE : cli_fail(&err);
}
