/* Searches read back: from a directory's journal, the truth, or from a results file. */
#ifndef HPS_SAVED_SAVED_H
#define HPS_SAVED_SAVED_H

#include "base/json.h"
#include "study/study.h"

struct saved {
	struct arena arena;
	struct spec spec;
	struct study study; /* trials, totals, verdict; nothing is written */
	const char *path;   /* the file that was read */
	bool from_file;     /* results.json, not a journal */
	/* of a results file: */
	bool intact;        /* the check at its end fits */
	const char *damage; /* the first trial whose own check does not fit, in words */
	cJSON *json;        /* the whole file */
	const cJSON **by_id; /* (study.n) its trials */
};

/* path: a search's directory, a results.json, or the YAML file whose directory is
 * meant. */
bool saved_load(struct saved *sv, const char *path, struct error *err);
void saved_free(struct saved *sv);
/* An empty search of the origin that stands in it, for the events of dir. */
bool saved_begin(struct saved *sv, const char *dir, struct error *err);
/* Only what another library has allocated for it (see mem_hold). */
void saved_release(void *saved);

#endif
