#include "search/steps.h"
#include "base/mem.h"

#include <string.h>

static const char *const names[] = {[STEPS_RISE] = "rise",
                                    [STEPS_REPEAT] = "repeat",
                                    [STEPS_FALL] = "fall",
                                    [STEPS_JUMP] = "jump"};
/* Trainings that report ever more rarely, at 1, 10, 100 …, widen tenfold. */
static const double jump = 20;

enum { JUMP_MIN = 3 }; /* steps before it, to tell it from the way they are counted */

void steps_begin(struct step_order *o)
{
	o->n = 0;
	o->widest = 0;
}

static enum step_trouble judge(const struct step_order *o, double way)
{
	if (!o->n)
		return STEPS_RISE;
	if (way == 0)
		return STEPS_REPEAT;
	if (way < 0)
		return STEPS_FALL;
	return o->n >= JUMP_MIN && o->widest > 0 && way > jump * o->widest ? STEPS_JUMP
	                                                                   : STEPS_RISE;
}

void steps_take(struct step_order *o, double step)
{
	double way = o->n ? step - o->last : 0;
	enum step_trouble t = judge(o, way);

	if (!o->trouble && t) {
		o->trouble = t;
		o->from = o->last;
		o->to = step;
	}
	if (way > o->widest)
		o->widest = way;
	o->last = step;
	o->n++;
}

void steps_text(const struct step_order *o, struct str *out)
{
	if (!o->trouble)
		return;
	str_addf(out, "%s (", names[o->trouble]);
	str_double(out, o->to);
	str_add(out, " after ");
	str_double(out, o->from);
	str_addc(out, ')');
}

void steps_json(const struct step_order *o, struct str *out)
{
	str_addf(out, "{\"trouble\":\"%s\",\"from\":", names[o->trouble]);
	str_json_double(out, o->from);
	str_add(out, ",\"to\":");
	str_json_double(out, o->to);
	str_addc(out, '}');
}

void steps_read(const cJSON *e, struct step_order *o)
{
	const char *name = json_string(e, "trouble");

	*o = (struct step_order){0};
	for (size_t i = 0; name && i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			o->trouble = (enum step_trouble)i;
	json_double(e, "from", &o->from);
	json_double(e, "to", &o->to);
}
