/* How the steps of one launch of a run follow one another. They should rise; where they
 * do not, what counts steps (early stopping, a summary) counts something else than the
 * user thinks, and that is said. */
#ifndef HPS_SEARCH_STEPS_H
#define HPS_SEARCH_STEPS_H

#include "base/json.h"
#include "base/str.h"

enum step_trouble {
	STEPS_RISE,
	STEPS_REPEAT, /* two reports of one step */
	STEPS_FALL,
	STEPS_JUMP /* over twenty times as far as any other way of three or more, over
	            * ten thousand times of two */
};

struct step_order {
	enum step_trouble trouble; /* of the first place that is not in order … */
	double from, to;           /* … between these two */
	double last;               /* the latest step */
	double widest, second;     /* the longest ways from one step to the next */
	double wide_from, wide_to; /* the longest */
	size_t n;                  /* steps of this launch */
};

void steps_begin(struct step_order *o); /* a launch; what was found stays */
void steps_take(struct step_order *o, double step);

/* "fall (2 after 5)"; nothing where they rise. */
void steps_text(const struct step_order *o, struct str *out);
/* A JSON object, and back; what is none reads as STEPS_RISE. */
void steps_json(const struct step_order *o, struct str *out);
void steps_read(const cJSON *e, struct step_order *o);

#endif
