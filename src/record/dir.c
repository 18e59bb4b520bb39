#include "record/dir.h"

#include <string.h>

const char *search_dir(const char *yaml_path, const char *out, struct arena *a)
{
	const char *base = strrchr(yaml_path, '/'), *dot;

	if (out)
		return arena_strdup(a, out);
	base = base ? base + 1 : yaml_path;
	if (strcmp(base, "-") == 0)
		base = "stdin";
	dot = strrchr(base, '.');
	return arena_printf(a, "%.*s.hpsearch",
	                    dot && dot > base ? (int)(dot - base) : (int)strlen(base),
	                    base);
}
