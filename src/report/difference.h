/* What is different in two searches: their spaces, the other keys of their files, their
 * winners; and what they found at the points that both tried. */
#ifndef HPS_REPORT_DIFFERENCE_H
#define HPS_REPORT_DIFFERENCE_H

#include "base/stat.h"
#include "report/sheet.h"
#include "study/study.h"

/* A configuration that both tried, and what came of it: means where one of them tried
 * it several times. */
struct common_point {
	uint64_t a, b; /* a trial of each */
	double in_a, in_b;
};

struct difference {
	struct sheet parameters; /* name, what (added, removed, changed), a, b */
	struct sheet settings;   /* key, a, b */
	struct sheet winners;    /* parameter, a, b: those that differ */
	size_t same_parameters;
	const struct trial *winner_a, *winner_b; /* verified, else the best; or NULL */
	bool comparable;                         /* the same metric, the same goal */
	struct common_point *points;             /* (n_points), by trial of a */
	size_t n_points;
	struct moments moments; /* of b - a over the points */
	double half;            /* of its interval (stat_half_width); NaN: none */
	double level;
	size_t better; /* points at which b is better */
	struct arena arena;
};

/* A point is common where all parameters have the same values; a parameter that one of
 * them alone has does not count where it has one value only. a, b must outlive it. */
void difference_init(struct difference *d, const struct study *a,
                     const struct study *b);
void difference_free(struct difference *d);

/* For people, name_a, name_b: what was compared. */
void difference_text(const struct difference *d, const struct study *a,
                     const struct study *b, const char *name_a, const char *name_b,
                     const struct sheet_view *v, struct str *out);
void difference_json(const struct difference *d, const char *name_a, const char *name_b,
                     struct str *out);
/* All of it as one table: section, name, what, a, b. */
void difference_sheet(const struct difference *d, struct sheet *out);

#endif
