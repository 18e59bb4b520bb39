/* results.json and results.csv: the ranked, self-contained record of a search, replaced
 * atomically, and read back by show, best, replay and reproduce. Schema 1 is described
 * in hpsearch(1); a file of a newer schema is refused. */
#ifndef HPS_RECORD_RESULTS_H
#define HPS_RECORD_RESULTS_H

#include "study/study.h"

enum { RESULTS_SCHEMA = 1 };

/* Both files into s->dir. */
bool results_write(struct study *s, struct error *err);
/* The text of results.json / results.csv. */
void results_json(struct study *s, struct str *out);
void results_csv(struct study *s, struct str *out);

/* A search as read back, from a directory (its journal: the truth) or a results file.
 */
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

/* The directory of a search for this YAML file: --out, or `<stem>.hpsearch`. */
const char *search_dir(const char *yaml_path, const char *out, struct arena *a);

#endif
