/* scale: where the best values go with the size, from finished searches. */
#include "cli/cli.h"
#include "report/scaling_text.h"
#include "saved/saved.h"

#include <stdlib.h>
#include <string.h>

static bool load_all(const struct options *o, struct saved *sv, struct error *err)
{
	for (size_t i = 0; i < o->n_files; i++)
		if (!saved_load(&sv[i], o->files[i], err) ||
		    !cli_is_unchanged(&sv[i], err))
			return false;
	return true;
}

static bool check_words(const struct options *o, struct error *err)
{
	if (!o->n_parameters)
		return error_set(err, ERROR_USAGE,
		                 "which parameter is the size?\n  help: hpsearch scale "
		                 "%s --parameter width --target 2048",
		                 o->file);
	return o->n_parameters == o->n_targets ||
	       error_set(err, ERROR_USAGE,
	                 "%zu --parameter and %zu --target\n  help: one target for "
	                 "each parameter, in the same order",
	                 o->n_parameters, o->n_targets);
}

/* What the command line does not say the file may. */
static void take_block(struct options *o, const struct scale *s)
{
	if (o->n_parameters || o->n_targets)
		return;
	for (; o->n_parameters < s->n; o->n_parameters++) {
		o->parameters[o->n_parameters] = s->sizes[o->n_parameters].name;
		o->targets[o->n_targets++] = s->sizes[o->n_parameters].target;
	}
}

static void print(const struct options *o, const struct scaling *s)
{
	const struct sheet_view v = cli_view(o);
	struct str out = {0};
	struct sheet t = {0};

	if (strcmp(o->format, "json") == 0) {
		scaling_json(s, &out);
		str_addc(&out, '\n');
	} else if (strcmp(o->format, "table") == 0) {
		scaling_text(s, &v, &out);
	} else {
		scaling_sheet(s, &t);
		cli_sheet(o, &t, &out);
	}
	cli_print(&out);
	sheet_free(&t);
	str_free(&out);
}

static bool scale(struct options *o, struct saved *sv, struct scaling *s,
                  struct error *err)
{
	struct search *searches[CLI_FILES];

	if (!load_all(o, sv, err))
		return false;
	for (size_t i = 0; i < o->n_files; i++)
		searches[i] = &sv[i].study.search;
	take_block(o, &sv[0].spec.scale);
	if (!check_words(o, err) ||
	    !scaling_init(s, searches, o->n_files, o->parameters, o->targets,
	                  o->n_parameters, err))
		return false;
	print(o, s);
	return true;
}

int command_scale(struct options *o)
{
	struct saved *sv = mem_new(CLI_FILES, sizeof *sv);
	struct scaling s = {0};
	struct error err = {0};
	int code = scale(o, sv, &s, &err) ? EXIT_FINE : cli_fail(&err);

	scaling_free(&s);
	for (size_t i = 0; i < o->n_files; i++)
		saved_free(&sv[i]);
	free(sv);
	return code;
}
