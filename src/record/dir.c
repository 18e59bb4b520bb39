#include "record/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

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

bool lock_held(const char *dir)
{
	char path[PATH_MAX];
	bool held;
	int fd;

	snprintf(path, sizeof path, "%s/lock", dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return held;
}
