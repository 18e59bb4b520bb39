/* A folder that is seen when it is whole: filled beside its place under another name,
 * then given its own, which must not be taken. */
#ifndef HPS_EXPORT_FOLDER_H
#define HPS_EXPORT_FOLDER_H

#include "base/error.h"
#include "base/mem.h"

struct folder {
	const char *path; /* where it will be, absolute */
	char *at;         /* where it is now */
};

/* path may be relative. Texts are kept in a. */
bool folder_begin(struct folder *f, const char *path, struct arena *a,
                  struct error *err);
/* A file in it, "a/b/c", whose folders are made. */
bool folder_file(const struct folder *f, const char *name, const char *bytes, size_t n,
                 struct error *err);
/* A folder in it. */
bool folder_dir(const struct folder *f, const char *name, struct error *err);
bool folder_commit(struct folder *f, struct error *err);
void folder_abandon(struct folder *f);

#endif
