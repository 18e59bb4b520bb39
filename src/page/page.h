/* One offline page about a search: text, tables and pictures that stand by themselves,
 * and a script that makes them answer. Nothing on it is fetched from anywhere, and its
 * Content-Security-Policy lets nothing be. */
#ifndef HPS_PAGE_PAGE_H
#define HPS_PAGE_PAGE_H

#include "search/ablated.h"
#include "study/study.h"

struct page_options {
	const char
	    *dir; /* where its files are, for what trials printed; NULL: not known */
	const char *where;       /* as the user would type it */
	bool model;              /* fit a model, which takes seconds */
	struct ablated *ablated; /* judged; NULL: there is none */
	const char *rechecks;    /* lines of JSON; NULL: there are none … */
	size_t rechecks_len;
	const char *recheck; /* … and the latest one in words; NULL: not known */
	const char *rerun; /* the schedule trained afresh, in words; NULL: it was not */
};

/* Of about 300 kB, and below 2 MB at 1,000 trials. What a model says of importance is
 * kept in the search's directory, too (report/importance_kept.h). */
void page_html(struct study *s, const struct page_options *o, struct str *out);
/* The same into a file, whole or not at all. */
bool page_write(struct study *s, const struct page_options *o, const char *path,
                struct error *err);

/* One picture by its name, as a file: SVG, or text of so many columns where columns is
 * not 0. ERROR_USAGE: there is no such name; ERROR_TRIAL: nothing to show. */
bool page_picture(struct study *s, const char *name, size_t columns, struct str *out,
                  struct error *err);
/* "history, slice, …" */
extern const char page_pictures[];

#endif
