/* A search as pictures see it: its trials in rank order and, where that is wanted and
 * can be had, a model of it. */
#ifndef HPS_PAGE_VIEW_H
#define HPS_PAGE_VIEW_H

#include "page/chart.h"
#include "report/importance_text.h"
#include "report/landscape.h"
#include "search/measured.h"
#include "study/study.h"

struct view {
	struct study *s;
	const char *dir;               /* where its files are; NULL: not known */
	struct trial **ranked;         /* (s->search.n) */
	struct measured_names numbers; /* what runs say beside the metric */
	struct landscape land;
	bool model; /* one was asked for */
	bool has_land, has_importance;
	struct importance importance;
	const char *no_model; /* why there is none */
	size_t most;          /* pictures of one kind, one a parameter; 0: all */
	/* (space.n) parameters, the most important first where that is known, else as
	 * in the file; and (n_varied) those of them that can have two values. */
	size_t *order, *varied, n_varied;
	bool by_importance;
	int *digits;      /* see view_digits; NULL: not asked yet */
	const char **why; /* (s->search.n) by id; NULL: not asked yet */
	struct arena arena;
};

/* model: fit one, which takes seconds. Not to be moved. */
void view_init(struct view *v, struct study *s, const char *dir, bool model);
void view_free(struct view *v);
/* "val_loss (less is better)"; "value" where there is no metric. */
const char *view_metric(struct view *v);
const char *view_label(struct view *v, const char *name, enum goal goal);
/* Is it an axis of names? */
bool view_by_words(const struct param *p);
/* Where runs were stopped or paused, each place once; at most VIEW_RUNGS into at. Their
 * number. */
enum { VIEW_RUNGS = 64 };
size_t view_rungs(const struct view *v, double *at);
/* Why it was proposed (report/detail.h); a model, which takes its time, is asked once.
 */
const char *view_why(struct view *v, const struct trial *t);
/* The class of chart.css of an outcome: ok, stopped, failed, open. */
const char *view_style(enum outcome o);
/* Digits that tell the values in the table of trials apart (report/sheet_text.h): of
 * the metric, of a parameter, of a number beside the metric. */
int view_digits(struct view *v);
int view_param_digits(struct view *v, size_t param);
int view_number_digits(struct view *v, size_t number);
/* A trial's value of a parameter in a cell of a table: nothing where the parameter is
 * not active, or has one value only. */
void view_value(struct view *v, const struct trial *t, size_t param, struct str *out);
/* At most `most` parameters: all in their order, else those that vary first. *n: how
 * many. */
const size_t *view_params(const struct view *v, size_t most, size_t *n);
/* lead and "the first 20 of 200 parameters that vary, by importance"; "" where shown is
 * all. */
const char *view_of_varied(struct view *v, const char *lead, size_t shown);
/* Standard deviation between runs of one configuration, pooled over those that were run
 * more than once, *n of them; NaN: there are none. */
double view_noise(const struct view *v, size_t *n);
/* ", 60 of them drawn: the best and every few of the others"; "" where all n are. */
const char *view_of_drawn(struct view *v, size_t drawn, size_t n);
/* Of n things, at most `most` evenly: the i-th that stays. */
size_t view_thinned(size_t i, size_t n, size_t most);

enum { VIEW_ROWS = 200 }; /* of the table as it is without a script, at the most */

/* Charts that make one picture. */
struct gallery {
	struct chart *list; /* (n), malloc */
	size_t n, cap;
};
struct chart *gallery_add(struct gallery *g, const char *title, double width,
                          double height);
void gallery_free(struct gallery *g);

/* Each adds its charts, or none where there is nothing to show. */
typedef void picture(struct view *v, struct gallery *g);
picture picture_history, picture_curves, picture_cost, picture_timeline,
    picture_verdict, picture_slices, picture_importance, picture_pair, picture_parallel,
    picture_front, picture_race, picture_schedule;

#endif
