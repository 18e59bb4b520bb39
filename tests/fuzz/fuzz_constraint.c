/* A constraint by anybody: it is refused with a reason and a place inside the text, or
 * it has one answer for given values, the same each time. */
#include "space/constraint.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"width", "lr",      "optimizer", "flag",
                                    "opt.b", "my-name", "none",      "list"};
enum { NAMES = sizeof names / sizeof *names };

static const struct value items[] = {{.kind = VALUE_INT, .integer = INT64_MIN},
                                     {.kind = VALUE_FLOAT, .number = 1e308},
                                     {.kind = VALUE_STRING, .string = "adam"}};
static const struct value values[NAMES] = {
    {.kind = VALUE_INT, .integer = INT64_MAX},
    {.kind = VALUE_FLOAT, .number = -0x1p-1074},
    {.kind = VALUE_STRING, .string = "adam"},
    {.kind = VALUE_BOOL, .boolean = true},
    {.kind = VALUE_FLOAT, .number = 0.9},
    {.kind = VALUE_INT, .integer = 0},
    {.kind = VALUE_NULL},
    {.kind = VALUE_LIST, .n = 3, .items = items},
};

static void ask(const struct constraint *c)
{
	const struct value *all[NAMES];
	struct error first = {0}, again = {0};
	enum constraint_result r;

	for (size_t i = 0; i < NAMES; i++)
		all[i] = &values[i];
	r = constraint_check(c, all, &first);
	assert(r == CONSTRAINT_HOLDS || r == CONSTRAINT_FAILS);
	assert(constraint_check(c, all, &again) == r);
	assert(first.kind == again.kind && strcmp(first.text, again.text) == 0);
	assert(r == CONSTRAINT_FAILS || first.kind == ERROR_NONE);
	/* A parameter that is not there switches exactly those off that name it. */
	for (size_t i = 0; i < NAMES; i++) {
		all[i] = NULL;
		assert((constraint_check(c, all, NULL) == CONSTRAINT_SKIPPED) ==
		       constraint_uses(c, i));
		all[i] = &values[i];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A block of exactly this size: reading past its end is seen. */
	char *text = strndup((const char *)data, size);
	size_t len = strlen(text), column = SIZE_MAX;
	struct arena a = {0};
	struct error err = {0};
	const struct constraint *c =
	    constraint_parse(text, names, NAMES, &a, &column, &err);

	if (c) {
		assert(strcmp(constraint_text(c), text) == 0);
		ask(c);
	} else {
		assert(err.kind != ERROR_NONE && *err.text && column <= len);
	}
	arena_free(&a);
	free(text);
	return 0;
}
