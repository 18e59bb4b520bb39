#include "run/own_files.h"

#include "base/mem.h"

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

static bool is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_named(name, names[i]))
			return true;
	return false;
}

bool own_is_written(const char *name)
{
	static const char *const written[] = {
	    "stdout", "stderr", "reports.jsonl", "results.jsonl", "hook.jsonl", "cmd"};

	return is_among(name, written, ARRAY_LEN(written));
}

bool own_file(const char *name)
{
	static const char *const others[] = {"config.json", "exit.json",
	                                     "parameter.cfg", "wandb.yaml"};

	return own_is_written(name) || is_among(name, others, ARRAY_LEN(others));
}

bool own_is_handed_on(const char *name)
{
	return !own_file(name) && !is_named(name, "wandb");
}
