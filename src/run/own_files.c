#include "run/own_files.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* The name, or the name with the number of an attempt behind it. */
static bool is_named(const char *name, const char *own)
{
	size_t n = strlen(own);

	return strncmp(name, own, n) == 0 &&
	       (!name[n] || (name[n] == '.' && isdigit((unsigned char)name[n + 1])));
}

bool own_file(const char *name)
{
	static const char *const ours[] = {
	    "config.json",   "cmd",          "stdout",     "stderr",
	    "reports.jsonl", "exit.json",    "hook.jsonl", "results.jsonl",
	    "wandb.yaml",    "parameter.cfg"};

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (is_named(name, ours[i]))
			return true;
	return false;
}

bool own_is_handed_on(const char *name)
{
	return !own_file(name) && !is_named(name, "wandb");
}
