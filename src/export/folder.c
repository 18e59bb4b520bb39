#include "export/folder.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool folder_begin(struct folder *f, const char *path, struct arena *a,
                  struct error *err)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char parent[PATH_MAX];

	*f = (struct folder){0};
	if (!realpath(slash ? arena_strndup(a, path, (size_t)(slash - path) + 1) : ".",
	              parent))
		return error_errno(err, "%s", path);
	f->path =
	    arena_printf(a, "%s/%s", strcmp(parent, "/") != 0 ? parent : "", name);
	f->at = arena_printf(a, "%s.%ld.tmp", f->path, (long)getpid());
	if (!mkdir(f->at, 0777))
		return true;
	error_errno(err, "%s", f->at);
	f->at = NULL;
	return false;
}

bool folder_dir(const struct folder *f, const char *name, struct error *err)
{
	return file_mkdirs_below(f->at, name, err);
}

bool folder_file(const struct folder *f, const char *name, const char *bytes, size_t n,
                 struct error *err)
{
	const char *slash = strrchr(name, '/');
	char path[PATH_MAX];

	if (slash) {
		snprintf(path, sizeof path, "%.*s", (int)(slash - name), name);
		if (!folder_dir(f, path, err))
			return false;
	}
	if (snprintf(path, sizeof path, "%s/%s", f->at, name) >= (int)sizeof path) {
		errno = ENAMETOOLONG;
		return error_errno(err, "%s/%s", f->path, name);
	}
	return file_write(path, bytes, n, 0666, err);
}

bool folder_commit(struct folder *f, struct error *err)
{
	if (renameat2(AT_FDCWD, f->at, AT_FDCWD, f->path, RENAME_NOREPLACE) &&
	    (errno != EINVAL || rename(f->at, f->path)))
		return error_errno(err, "%s", f->path);
	f->at = NULL;
	return true;
}

void folder_abandon(struct folder *f)
{
	struct error ignored;

	if (f->at)
		file_remove_tree(f->at, &ignored);
}
