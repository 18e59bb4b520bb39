/* init of a script: a search file for it, proposed. */
#include "base/file.h"
#include "cli/cli.h"
#include "run/capture.h"
#include "script/proposal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELP_MAX = 1 << 16, HELP_SECONDS = 10 };

/* What its --help prints, in an empty folder that goes again. */
static void ask_for_help(struct script *s)
{
	char dir[] = "/tmp/hpsearch-help.XXXXXX", path[PATH_MAX];
	char *text = arena_new(s->a, HELP_MAX, 1);
	char *const argv[] = {(char[]){"python3"}, path, (char[]){"--help"}, NULL};
	struct error ignored = {0};

	if (!realpath(s->path, path) || !mkdtemp(dir))
		return;
	capture_in(dir, HELP_SECONDS, argv, text, HELP_MAX);
	file_remove_tree(dir, &ignored);
	script_add_help(s, text);
}

static bool prepare(struct options *o, struct str *out, struct error *err)
{
	const char *dot = strrchr(o->file, '.');
	struct script s;

	if (!dot || strcmp(dot, ".py") != 0)
		return error_set(
		    err, ERROR_USAGE,
		    "%s: is neither a YAML file nor a script of Python\n"
		    "  help: hpsearch init train.py proposes a search file, "
		    "hpsearch init space.yaml begins a search for ask and tell",
		    o->file);
	if (!script_read(&s, o->file, &o->arena, err))
		return false;
	if (s.how != SCRIPT_NOTHING && s.how != SCRIPT_WANDB &&
	    s.how != SCRIPT_DATACLASS)
		ask_for_help(&s);
	return propose(&s, "python3", out, err);
}

bool cli_propose(struct options *o, struct error *err)
{
	struct str out = {0};
	bool ok = prepare(o, &out, err) && cli_write(o, &out, err);

	str_free(&out);
	return ok;
}
