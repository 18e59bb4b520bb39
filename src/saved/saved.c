#include "saved/saved.h"
#include "record/dir.h"
#include "record/origin_json.h"
#include "saved/results_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void saved_free(struct saved *sv)
{
	study_free(&sv->study);
	cJSON_Delete(sv->json);
	arena_free(&sv->arena);
	*sv = (struct saved){0};
}

void saved_release(void *saved)
{
	struct saved *sv = saved;

	cJSON_Delete(sv->json);
	sv->json = NULL;
}

static bool take_origin(void *self, const cJSON *event, struct error *err)
{
	struct saved *sv = self;
	const char *kind = json_string(event, "e");

	/* The latest one counts: keys that may change may have changed. */
	if (kind && strcmp(kind, "search") == 0)
		return origin_read(event, &sv->study.search.origin, &sv->arena, err);
	return true;
}

bool saved_begin(struct saved *sv, const char *dir, struct error *err)
{
	struct study_options o = {.dir = dir, .origin = sv->study.search.origin};

	if (!origin_spec(&o.origin, &sv->spec, &sv->arena, err))
		return false;
	o.max_trials = o.origin.max_trials;
	return study_init(&sv->study, &sv->spec, &o, err);
}

static bool load_journal(struct saved *sv, const char *dir, struct error *err)
{
	struct journal_summary sum;

	if (!journal_read(dir, take_origin, sv, &sum, err))
		return false;
	if (!sv->study.search.origin.yaml)
		return error_set(err, ERROR_FILE, "%s: its journal is empty", dir);
	if (!saved_begin(sv, dir, err) || !study_load(&sv->study, err))
		return false;
	if (sv->study.search.origin.max_trials)
		sv->study.search.cap = sv->study.search.origin.max_trials;
	sv->intact = true;
	verdict_plan(&sv->study.search);
	return true;
}

/* What the path means: a directory's journal, or a results file. */
static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

static bool load_file(struct saved *sv, struct error *err)
{
	return results_file_read(sv, err) && saved_begin(sv, NULL, err) &&
	       results_file_tell(sv, err);
}

static const char *directory_of(struct saved *sv, const char *path)
{
	char real[PATH_MAX];

	if (ends_in(path, ".yaml") || ends_in(path, ".yml"))
		path = search_dir(path, NULL, &sv->arena);
	if (!is_dir(path))
		return NULL;
	return arena_strdup(&sv->arena, realpath(path, real) ? real : path);
}

bool saved_load(struct saved *sv, const char *path, struct error *err)
{
	const char *dir;

	*sv = (struct saved){0};
	dir = directory_of(sv, path);
	if (!dir && (ends_in(path, ".yaml") || ends_in(path, ".yml")))
		return error_set(err, ERROR_FILE,
		                 "%s: no search of this file here (%s is missing)\n"
		                 "  help: hpsearch %s runs it",
		                 path, search_dir(path, NULL, &sv->arena), path);
	if (!dir) {
		sv->path = arena_strdup(&sv->arena, path);
		return load_file(sv, err);
	}
	sv->path = arena_printf(&sv->arena, "%s/journal.jsonl", dir);
	if (!access(sv->path, F_OK))
		return load_journal(sv, dir, err);
	sv->path = arena_printf(&sv->arena, "%s/results.json", dir);
	if (!access(sv->path, F_OK))
		return load_file(sv, err);
	return error_set(err, ERROR_FILE, "%s: is not a directory of a search", path);
}
