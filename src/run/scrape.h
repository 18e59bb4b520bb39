/* Bytes of a training's output → reports. Any line that holds an object (JSON, or what
 * base/loose.h reads like it) counts, with or without a prefix before it; colours,
 * junk, NUL bytes, endless lines and a missing final newline are no trouble. What is
 * said on more than one stream counts once. One scraper per run. */
#ifndef HPS_RUN_SCRAPE_H
#define HPS_RUN_SCRAPE_H

#include "base/str.h"
#include "run/once.h"
#include "run/runner.h"

enum { SCRAPE_LINE_MAX = 1 << 20 };

/* One source of lines. */
struct scrape_stream {
	struct str line; /* the unfinished one */
	bool skipping;   /* inside a line over the limit */
};

struct scraper {
	const char *metric; /* borrowed; NULL = collect keys only */
	const char
	    *step; /* borrowed; NULL = step, epoch, iter, iteration, global_step… */
	bool nni;  /* set after scrape_init: lines of NNI's client are read, too */
	double nni_next, nni_value; /* the step behind its latest report; its value */
	struct scrape_stream out, err, file; /* stdout, stderr, HPSEARCH_RESULTS */
	struct scrape_stream hook;           /* HPSEARCH_HOOK */
	struct once once;
	struct report *reports; /* found and not yet taken: (n_reports) */
	size_t n_reports, cap_reports;
	size_t count; /* reports found in all */
	bool infeasible;
	char reason[256];
	double cost;
	bool stalled; /* run/stall.h: by its latest line on stdout or stderr */
	bool wandb;   /* the hook says that wandb is there, and was put offline */
	struct unread unread;
	size_t objects; /* in all lines */
	size_t long_lines;
	char *keys[SCRAPE_KEYS]; /* numeric keys seen, nested ones as a.b */
	size_t n_keys;
};

void scrape_init(struct scraper *s, const char *metric, const char *step);
void scrape_free(struct scraper *s);
/* Feeds bytes; scrape_end takes a last line that has no newline. */
void scrape_feed(struct scraper *s, struct scrape_stream *in, const char *bytes,
                 size_t n);
void scrape_end(struct scraper *s, struct scrape_stream *in);

#endif
