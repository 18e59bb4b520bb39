/* What a strategy from outside answers: refused with a text, or a point of the space
 * that keeps every constraint, or an end with a reason. */
#include "base/stat.h"
#include "config/spec.h"
#include "study/outside_json.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char yaml[] =
    "method: {program: [x]}\nmetric: {name: loss}\nparameters:\n"
    "  lr: {min: 1e-5, max: 1e-1, log: true}\n  width: {min: 64, max: 1024, q: 64}\n"
    "  heads: {min: 1, max: 8}\n  opt: {values: [adam, 3, true, null, [1, 2], {a: "
    "1}]}\n"
    "  fixed: {value: 7}\n  bell: {distribution: normal, mu: 0, sigma: 1}\n"
    "  momentum: {min: 0.0, max: 0.99, when: {opt: adam}}\n"
    "constraints: [\"width % heads == 0\"]\n";

static void check_point(const struct space *sp, const struct coord *point,
                        struct arena *a)
{
	const struct value **values = arena_new(a, sp->n, sizeof *values);

	for (size_t i = 0; i < sp->n; i++)
		assert(point[i].level == -1 && point[i].u > 0 && point[i].u < 1);
	space_decode(sp, point, a, values);
	assert(space_feasible(sp, values, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spec_overrides none = {0};
	struct arena a = {0};
	struct error err = {0};
	struct coord *point;
	const char *why = NULL;
	struct spec s;

	stat_init();
	assert(spec_parse(&s, "s.yaml", yaml, sizeof yaml - 1, &none, &a, &err));
	point = arena_new(&a, s.space.n, sizeof *point);
	switch (
	    program_answer((const char *)data, size, &s.space, point, &why, &a, &err)) {
	case ASK_POINT: check_point(&s.space, point, &a); break;
	case ASK_DONE: assert(why && *why); break;
	case ASK_WAIT: break;
	case ASK_ERROR: assert(err.kind == ERROR_SYSTEM && *err.text); break;
	}
	arena_free(&a);
	return 0;
}
