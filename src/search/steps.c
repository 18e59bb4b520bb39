#include "search/steps.h"
#include "base/mem.h"

#include <string.h>

static const char *const names[] = {[STEPS_RISE] = "rise",
                                    [STEPS_REPEAT] = "repeat",
                                    [STEPS_FALL] = "fall",
                                    [STEPS_JUMP] = "jump"};
/* Trainings that report ever more rarely, at 1, 10, 100 …, widen tenfold; those that
 * report their first steps and then every so many have one or two short ways. */
static const double jump = 20, jump_of_two = 1e4;

void steps_begin(struct step_order *o)
{
	o->n = 0;
	o->widest = o->second = 0;
}

static void measure(struct step_order *o, double way, double step)
{
	if (way <= o->widest) {
		o->second = way > o->second ? way : o->second;
		return;
	}
	o->second = o->widest;
	o->widest = way;
	o->wide_from = o->last;
	o->wide_to = step;
}

static bool jumps(const struct step_order *o)
{
	size_t ways = o->n - 1;

	return ways > 1 && o->second > 0 &&
	       o->widest > o->second * (ways == 2 ? jump_of_two : jump);
}

static void find(struct step_order *o, enum step_trouble t, double from, double to)
{
	if (o->trouble)
		return;
	o->trouble = t;
	o->from = from;
	o->to = to;
}

void steps_take(struct step_order *o, double step)
{
	double way = step - o->last;

	if (o->n++) {
		measure(o, way, step);
		if (way == 0)
			find(o, STEPS_REPEAT, o->last, step);
		else if (way < 0)
			find(o, STEPS_FALL, o->last, step);
		else if (jumps(o))
			find(o, STEPS_JUMP, o->wide_from, o->wide_to);
	}
	o->last = step;
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
