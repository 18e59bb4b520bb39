/* Bytes of a training's output → reports. Any line that holds an object (JSON, or what
 * base/loose.h reads like it) counts, with or without a prefix before it; colours,
 * junk, NUL bytes, endless lines and a missing final newline are no trouble. What is
 * said on more than one stream counts once. One scraper per run.
 *
 * The metric may also stand in lines of plain text (run/plain.h; `texts`), be found by
 * a pattern, or come from elsewhere (scrape_report). Under TEXTS_ASK the reports of
 * text lines are kept back until scrape_settle, and dropped where an object has the
 * metric.
 */
#ifndef HPS_RUN_SCRAPE_H
#define HPS_RUN_SCRAPE_H

#include "base/pattern.h"
#include "base/str.h"
#include "run/item_lines.h"
#include "run/numbers.h"
#include "run/once.h"
#include "run/runner.h"

enum { SCRAPE_LINE_MAX = 1 << 20 };

/* One source of lines. */
struct scrape_stream {
	struct str line; /* the unfinished one */
	bool skipping;   /* inside a line over the limit */
	size_t newlines;
	bool has_step; /* step_pattern has matched: */
	double step;
	bool drawn; /* the last line of text with the metric, or what a progress bar
	             * made of it: */
	struct report latest;
};

struct scraper {
	const char *metric; /* borrowed; NULL = collect keys only */
	const char
	    *step; /* borrowed; NULL = step, epoch, iter, iteration, global_step… */
	double nni_next, nni_value; /* the step behind its latest report; its value */
	struct scrape_stream out, err, file; /* stdout, stderr, HPSEARCH_RESULTS */
	struct scrape_stream hook;           /* HPSEARCH_HOOK */
	struct once once;
	struct report *reports; /* found and not yet taken: (n_reports) */
	size_t n_reports, cap_reports;
	size_t count;                           /* reports found in all */
	struct pattern *pattern, *step_pattern; /* or NULL */
	struct report *held;                    /* of text lines, TEXTS_ASK: (n_held) */
	size_t n_held, cap_held;
	double cost;
	struct item_lines items; /* of whoever sets items.wanted */
	struct unread unread;
	size_t objects; /* in all lines */
	size_t long_lines;
	char *keys[SCRAPE_KEYS]; /* numeric keys seen, nested ones as a.b */
	size_t n_keys;
	struct numbers numbers; /* … and those that count, but for the metric */
	enum texts texts;
	bool nni;       /* set after scrape_init: lines of NNI's client are read, too */
	bool elsewhere; /* the metric is in no line: scrape_report has it */
	bool infeasible;
	bool stalled; /* run/stall.h: by its latest line on stdout or stderr */
	bool wandb;   /* the hook says that wandb is there, and was put offline */
	bool answers; /* lines about items are the reports, and nothing else is */
	bool by_text; /* reports are of text lines … */
	char text_line[UNREAD_BYTES]; /* … the first of them */
	char reason[256];
};

void scrape_init(struct scraper *s, const char *metric, const char *step);
void scrape_free(struct scraper *s);
/* Before any byte is fed. False: a pattern is none. */
bool scrape_source(struct scraper *s, const struct metric_source *from,
                   struct error *err);
/* Feeds bytes; scrape_end takes a last line that has no newline. */
void scrape_feed(struct scraper *s, struct scrape_stream *in, const char *bytes,
                 size_t n);
void scrape_end(struct scraper *s, struct scrape_stream *in);
/* Nothing more will come: if only text lines had the metric, they count. */
void scrape_settle(struct scraper *s);
/* The step that an object says; false: none. */
bool scrape_step(const struct scraper *s, const cJSON *object, double *step);
/* A line that names the metric, and of which no number can be read. */
void scrape_unread(struct scraper *s, const char *text, size_t n);
/* A report from elsewhere; counted: its step is not known. */
void scrape_report(struct scraper *s, struct report r);
/* The name of a number that was seen. */
void scrape_name(struct scraper *s, const char *name);
/* A number beside the metric, from elsewhere. step: NaN where none is known. */
void scrape_number(struct scraper *s, const char *name, double step, double value);

#endif
