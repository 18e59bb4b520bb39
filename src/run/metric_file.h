/* The metric in a file that a training keeps: CSV, TSV, JSON, JSON lines or YAML, by
 * its name. It is read anew when it has changed, whole while it is small, and what is
 * new in it is reported; so a file that is written again from its start, with more
 * columns, or in another folder, is no trouble. Nothing that is no regular file is
 * opened. */
#ifndef HPS_RUN_METRIC_FILE_H
#define HPS_RUN_METRIC_FILE_H

#include "run/scrape.h"

#include <sys/types.h>
#include <time.h>

/* Bytes: a table beyond this is read from its end; beyond METRIC_FILE_JSON, a document
 * is not read. */
enum {
	METRIC_FILE_WHOLE = 8 << 20,
	METRIC_FILE_END = 1 << 20,
	METRIC_FILE_JSON = 16 << 20
};

struct metric_file {
	struct metric_source source; /* borrowed texts */
	struct stamp {
		dev_t device;
		ino_t inode;
		off_t size;
		struct timespec time;
	} * before; /* (n_before) files that were there when it began */
	size_t n_before, cap_before;
	char *path;        /* the one that is read; NULL: none yet */
	int64_t next_find; /* clock_now() before which no other is looked for */
	struct stamp seen;
	size_t told;   /* reports of it */
	off_t told_at; /* … behind the row of the last, where only its end is read */
	struct report latest;
	char trouble[UNREAD_BYTES]; /* why nothing was found; "" */
};

/* Notes what is there already: a file that stays as it is says nothing of this run. */
void metric_file_begin(struct metric_file *f, const struct metric_source *source);
void metric_file_free(struct metric_file *f);
/* Gives s what is new. last: no more will be written, so an unfinished line is one. */
void metric_file_follow(struct metric_file *f, struct scraper *s, bool last);
/* The same of one file, whatever its age. */
void metric_file_take(struct metric_file *f, const char *path, struct scraper *s,
                      bool last);

#endif
