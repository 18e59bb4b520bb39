/* export: a search for other tools. */
#include "cli/cli.h"
#include "export/mlflow.h"
#include "export/optuna.h"
#include "export/wandb.h"
#include "record/results.h"
#include "saved/saved.h"

#include <stdio.h>
#include <string.h>

static const struct store {
	const char *name, *suffix, *what;
	bool (*write)(struct exporting *x, struct error *err);
	const char *before, *behind; /* the path, in what is to be done next */
} targets[] = {
    {"optuna", ".optuna.db", "trials", export_optuna, "optuna-dashboard sqlite:///",
     ""},
    {"mlflow", ".mlruns", "runs", export_mlflow, "mlflow ui --backend-store-uri ", ""},
    {"wandb", ".wandb", "runs", export_wandb, "wandb sync ", "/offline-run-*"}};

/* sweeps/lr.hpsearch/ and sweeps/lr.hpsearch/results.json: lr. */
static const char *stem_of(const char *file, struct arena *a)
{
	size_t n = strlen(file), from;

	if (n > 13 && strcmp(file + n - 13, "/results.json") == 0)
		n -= 13;
	while (n && file[n - 1] == '/')
		n--;
	for (from = n; from && file[from - 1] != '/';)
		from--;
	n = strcspn(file + from, "./");
	return n ? arena_strndup(a, file + from, n) : "search";
}

static void say_written(const struct exporting *x, const struct store *t)
{
	struct str said = {0};

	if (x->notes.len)
		fprintf(stderr, "notice: not all is as in the search\n%s", x->notes.s);
	str_add(&said, "written: ");
	str_shell(&said, x->path);
	str_addf(&said, ", %zu %s", x->written, t->what);
	if (x->not_begun)
		str_addf(&said, "; %zu that have not begun are left out", x->not_begun);
	str_addf(&said, "\nnext: %s", t->before);
	str_shell(&said, x->path);
	str_addf(&said, "%s\n", t->behind);
	cli_print(&said);
	str_free(&said);
}

static bool write_store(struct options *o, const struct saved *sv,
                        const struct store *t, struct error *err)
{
	const struct spec *sp = &sv->spec;
	const char *stem = stem_of(o->file, &o->arena);
	struct exporting x = {.s = &sv->study.search,
	                      .name = sp->name ? sp->name : stem,
	                      .path = o->output,
	                      .a = &o->arena};
	bool ok;

	if (!x.path)
		x.path = arena_printf(&o->arena, "%s%s", stem, t->suffix);
	ok = cli_is_new(x.path, err) && t->write(&x, err);
	if (ok)
		say_written(&x, t);
	str_free(&x.notes);
	return ok;
}

static bool write_table(struct options *o, struct saved *sv, struct error *err)
{
	struct str text = {0};
	bool ok;

	results_csv(&sv->study.search, 0, &text);
	ok = cli_write(o, &text, err);
	str_free(&text);
	return ok;
}

static bool export_search(struct options *o, struct saved *sv, struct error *err)
{
	if (!saved_load(sv, o->file, err))
		return false;
	if (!cli_is_search(sv, err))
		return false;
	cli_warn_of_changes(sv);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		if (strcmp(o->format, targets[i].name) == 0)
			return write_store(o, sv, &targets[i], err);
	return write_table(o, sv, err);
}

int command_export(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	int code = export_search(o, &sv, &err) ? EXIT_FINE : cli_fail(&err);

	saved_free(&sv);
	return code;
}
