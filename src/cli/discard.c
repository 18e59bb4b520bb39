/* --fresh: what a search has made goes away, and nothing else. */
#include "base/file.h"
#include "cli/cli.h"
#include "run/crew.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

bool cli_discard(const char *dir, struct error *err)
{
	static const char *const made[] = {
	    "results.json", "results.csv",   "report.html",  "strategy.log",
	    ".reserve",     "trials",        "verify",       "python",
	    "ablate",       "ablation.json", "recheck",      "recheck.json",
	    "schedule",     "schedule.json", "added.jsonl",  "importance.json",
	    "agents",       "journal.torn",  "journal.jsonl"};
	char path[PATH_MAX];
	bool known = false, other = false;
	struct dirent *e;
	DIR *d = opendir(dir);

	while (d && (e = readdir(d))) {
		known = known || strcmp(e->d_name, "journal.jsonl") == 0;
		other = other || (*e->d_name != '.' && strcmp(e->d_name, "lock") != 0);
	}
	if (d)
		closedir(d);
	if (other && !known)
		return error_set(
		    err, ERROR_USAGE,
		    "%s: is no search's directory (it has no journal), so --fresh "
		    "leaves it alone\n"
		    "  help: give another one with --out DIR",
		    dir);
	if (known && !crew_disband(dir, err))
		return false;
	/* The journal last: whoever is interrupted here can begin again. */
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, made[i]);
		if (!file_remove_tree(path, err))
			return false;
	}
	return true;
}
