/* What is kept of a run's output in its directory: stdout (up to a limit),
 * reports.jsonl, the tail for messages; and the files that are read while they grow:
 * its stderr, which it writes itself, HPSEARCH_RESULTS, and what
 * our hook in its Python says. Nothing here fails: a full
 * disk is remembered and the run goes on. */
#ifndef HPS_RUN_OUTPUT_H
#define HPS_RUN_OUTPUT_H

#include "base/str.h"
#include "run/runner.h"
#include "run/scrape.h"

#include <sys/types.h>

#define OUTPUT_KEPT_MAX (INT64_C(64) << 20)

/* A file that is followed. */
struct output_source {
	char *path; /* a copy; NULL: none */
	ino_t inode;
	off_t read; /* bytes */
	int unread; /* why the file, which may be there, was not read: an errno of the
	               last try; else 0 */
	bool empty; /* it is known to stay so: nobody looks */
};

struct output {
	char *dir;    /* a copy */
	int fd;       /* dir/stdout, -1 = not open */
	int64_t kept; /* bytes written to it */
	bool closed;  /* over the limit or it failed: no more goes in */
	int error;    /* the first failure: an errno */
	struct output_tail {
		char text[TAIL_BYTES + 1];
		size_t n;
	} tail, err_tail;     /* as in run_result */
	struct str reports;   /* lines not yet written */
	int reports_fd;       /* dir/reports.jsonl, -1 = not open */
	int64_t reports_kept; /* bytes */
	struct output_source err, results, hook;
	char err_open[32]; /* its stderr where it is still open, whatever has its name
	                    * by now; "" once it is closed */
	bool oom_text;
};

/* open() for writing of a file that is new in any case; flags are added. */
int output_create(const char *path, int flags);

/* writer: the process that has the run's stderr file as its descriptor 2. */
void output_begin(struct output *o, const struct job *job, pid_t writer);
/* Bytes from stdout. */
void output_keep(struct output *o, const char *bytes, size_t n);
void output_report(struct output *o, const struct report *r);
void output_flush(struct output *o); /* writes the reports out */
/* Gives what is new in stderr, in the results file and in the hook's to s, at most
 * `limit` bytes of each; how many. */
size_t output_follow(struct output *o, struct scraper *s, size_t limit);
/* The run is over and its stderr closed, of stderr_size bytes (output_end). */
void output_left(struct output *o, int64_t stderr_size);
int output_unread(const struct output *o); /* of any of these */
/* Closes the files. stderr_size as the supervisor saw it, negative if unknown. */
void output_end(struct output *o, int64_t stderr_size);

#endif
