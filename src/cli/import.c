/* import: the sweep that a script defines in Python, as a file. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "config/read.h"
#include "run/hook.h"
#include "run/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For the script, to come to its wandb.agent. */
#define IMPORT_PATIENCE (300 * CLOCK_SECOND)

enum { SWEEP_MAX = 1 << 20 };

/* python3 SCRIPT, or as --command says. */
static bool script_words(struct options *o, struct command *cmd, struct error *err)
{
	const char **words = arena_new(&o->arena, 2, sizeof *words);

	words[0] = "python3";
	words[1] = o->file;
	*cmd = (struct command){.words = words, .n = 2};
	if (!o->command)
		return true;
	if (spec_split_words(o->command, &o->arena, cmd) && cmd->n)
		return true;
	return error_set(err, ERROR_USAGE, "--command '%s': %s", o->command,
	                 cmd->n ? "a quote is not closed" : "is empty");
}

static const char *words_json(struct options *o, const struct command *cmd)
{
	struct str out = {0};
	const char *text;

	for (size_t i = 0; i < cmd->n; i++) {
		str_add(&out, i ? ", " : "[");
		str_json(&out, cmd->words[i], strlen(cmd->words[i]), false);
	}
	str_addc(&out, ']');
	text = arena_strdup(&o->arena, str_text(&out));
	str_free(&out);
	return text;
}

/* env(1) and the variables stand before the words. */
static const char *const *hooked(struct options *o, const struct command *cmd,
                                 const char *dir)
{
	enum { VARIABLES = 6 };
	struct arena *a = &o->arena;
	const char **argv = arena_new(a, cmd->n + VARIABLES + 2, sizeof *argv);
	const char *path = getenv("PYTHONPATH");
	size_t n = 0;

	argv[n++] = "env";
	argv[n++] = arena_printf(a, "PYTHONPATH=%s/python%s%s", dir, path ? ":" : "",
	                         path ? path : "");
	argv[n++] = arena_printf(a, "HPSEARCH_HOOK=%s/hook.jsonl", dir);
	argv[n++] = arena_printf(a, "HPSEARCH_IMPORT=%s/sweep.yaml", dir);
	argv[n++] = arena_printf(a, "HPSEARCH_IMPORT_WORDS=%s", words_json(o, cmd));
	argv[n++] = "WANDB_MODE=offline";
	argv[n++] = "WANDB_ERROR_REPORTING=false";
	for (size_t i = 0; i < cmd->n; i++)
		argv[n++] = cmd->words[i];
	return argv;
}

/* What it prints is no part of the file. */
static bool run_script(const char *const *argv, struct error *err)
{
	int64_t deadline = clock_now() + IMPORT_PATIENCE;
	struct talk t = {.in = -1, .out = -1};
	struct error silence;
	const char *line;
	size_t len;

	if (!talk_begin(&t, argv, NULL, NULL, err))
		return false;
	while (clock_now() < deadline &&
	       talk_hear(&t, deadline, &line, &len, &silence) == HEARD_LINE)
		fprintf(stderr, "%.*s\n", (int)len, line);
	talk_end(&t);
	return true;
}

static bool import(struct options *o, const char *dir, struct error *err)
{
	struct command cmd;
	struct error none;
	char *text;
	size_t len;

	if (!script_words(o, &cmd, err) || !hook_write(dir, err) ||
	    !run_script(hooked(o, &cmd, dir), err))
		return false;
	if (!file_read(arena_printf(&o->arena, "%s/sweep.yaml", dir), SWEEP_MAX,
	               &o->arena, &text, &len, &none))
		return error_set(
		    err, ERROR_FILE,
		    "%s: gave wandb.sweep no dictionary\n"
		    "  help: a script without wandb.sweep has no sweep to import; one "
		    "that needs other words is run with --command 'python3.11 %s …'",
		    o->file, o->file);
	fwrite(text, 1, len, stdout);
	return true;
}

int command_import(struct options *o)
{
	char dir[] = "/tmp/hpsearch-import.XXXXXX";
	struct error err = {0}, ignored;
	bool ok = mkdtemp(dir) != NULL;

	if (!ok)
		error_errno(&err, "%s", dir);
	ok = ok && import(o, dir, &err);
	file_remove_tree(dir, &ignored);
	return ok ? EXIT_FINE : cli_fail(&err);
}
