/* What a run says under names: of every name the last number, the smallest and the
 * largest, and a curve, bounded. SERIES_MAX names of a run at the most, the first ones.
 *
 * A curve is thinned: of the n numbers of a name the first and every k-th after it, k
 * the smallest power of two with which no more points are left than there is room for,
 * and the last one. What was said once at no step
 * has no curve, nor has a name that is its own step (an epoch).
 *
 * series_log takes numbers as they come; series_pack makes of it a series_set, which
 * takes little room and does not change. */
#ifndef HPS_BASE_SERIES_H
#define HPS_BASE_SERIES_H

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

enum { SERIES_MAX = 64, SERIES_NAME = 200 /* bytes */, SERIES_POINTS = 100 };

struct series_point {
	double step, value; /* value: may be no finite number */
};

/* One name, as it is looked at; in the memory of its set. */
struct series {
	const char *name;
	size_t n;                          /* times that it was said, >= 1 */
	double last;                       /* may be no finite number */
	double min, max;                   /* of the finite ones; NaN: there was none */
	const struct series_point *points; /* (n_points) */
	size_t n_points;
};

/* Everything that a run said, packed. */
struct series_set {
	size_t n;   /* names */
	bool more;  /* there were more names than SERIES_MAX */
	size_t end; /* bytes of … */
	const unsigned char *bytes;
};

/* The next of the set, *at = 0 for the first; false: there is none. set may be NULL. */
bool series_next(const struct series_set *set, size_t *at, struct series *out);
bool series_find(const struct series_set *set, const char *name, struct series *out);

/* Zeroed: nothing was said. */
struct series_log {
	struct series_said {
		char *name;
		size_t n, stride;
		bool counted; /* its steps are 0, 1, 2, …: nobody said any */
		double last, min, max, last_step;
		struct series_point *kept; /* (n_kept) every stride-th */
		size_t n_kept, cap_kept;
	} * list; /* (n) in the order in which they came */
	size_t n, cap;
	size_t next; /* where the next name is likely to be */
	bool more;
};

/* step: not finite where none was said. Names that are empty or too long are passed
 * over. */
void series_say(struct series_log *log, const char *name, double step, double value);
void series_log_free(struct series_log *log);
/* All that `from` heard is heard by log, too, behind what it has of the same names;
 * from is empty afterwards. */
void series_log_move(struct series_log *log, struct series_log *from);

/* For another process: [{"name":"acc","n":3,"stride":1,…,"kept":[[0,0.5],…]}, …]. Read
 * into the arena, so never freed by series_log_free. False: it is not whole. */
void series_log_json(const struct series_log *log, struct str *out);
bool series_log_read(const cJSON *list, struct series_log *out, struct arena *a);

/* Into the arena, with so many points to a curve at the most (up to SERIES_POINTS; 0:
 * no curves). earlier: what the same run had said in the launches that this one goes on
 * from, or NULL: of a name that is said again it counts up to the step where this
 * begins, and not at all where no step is said. NULL: nothing was said. */
const struct series_set *series_pack(const struct series_log *log,
                                     const struct series_set *earlier, size_t points,
                                     struct arena *a);

/* The members of an object:
 *   "acc":{"last":0.9,"n":3,"min":0.5,"max":0.9,"curve":[[0,0.5],[1,0.7],[2,0.9]]}
 *   "size":{"last":1234}                          said once, and not at which step */
void series_json(const struct series_set *set, struct str *out);
/* Into the arena. False: it is not whole. */
bool series_read(const cJSON *json, bool more, const struct series_set **out,
                 struct arena *a);

#endif
