/* A search file from anywhere: it is refused with a text, or it is whole: the defaults
 * decode, the command can be built, and every warning is one line. The first byte
 * chooses --strict, a --command, a --set, and whether the readers of other tools' words
 * get it all. */
#include "base/stat.h"
#include "config/command.h"
#include "config/dialect.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(const struct value *v)
{
	assert(v->kind != VALUE_FLOAT || isfinite(v->number));
	for (size_t i = 0; (v->kind == VALUE_LIST || v->kind == VALUE_MAP) && i < v->n;
	     i++)
		check_value(&v->items[i]);
}

static void build(const struct spec *s, const struct command *cmd,
                  const struct value *const *values, struct arena *a)
{
	struct value args = space_arguments(&s->space, values, a);
	struct command_context c = {.arguments = &args,
	                            .trial = 7,
	                            .seed = 1,
	                            .dir = "/d",
	                            .config_path = "/d/config.json",
	                            .gpu = "0",
	                            .step_budget = ""};
	struct str line = {0};
	struct error err = {0};
	const char *const *argv = command_build(s, cmd, &c, a, &err);

	if (argv)
		command_line(argv, &line);
	else
		assert(err.kind != ERROR_NONE && *err.text);
	str_free(&line);
}

static void decode(const struct spec *s, struct arena *a)
{
	static const double us[] = {0x1p-53, 0.25, 0.5, 1 - 0x1p-53};
	struct coord *point = arena_new(a, s->space.n, sizeof *point);
	const struct value **values = arena_new(a, s->space.n, sizeof *values);
	struct error err = {0};
	bool any;

	space_defaults(&s->space, point, &any, &err);
	for (size_t k = 0; k <= sizeof us / sizeof *us; k++) {
		space_decode(&s->space, point, a, values);
		for (size_t i = 0; i < s->space.n; i++) {
			if (values[i])
				check_value(values[i]);
			point[i] = (struct coord){us[k % 4], -1};
		}
		space_feasible(&s->space, values, NULL);
		if (s->has_command)
			build(s, &s->command, values, a);
	}
	if (s->test.command.n)
		build(s, &s->test.command, values, a);
}

static void check_notices(const struct notices *ns)
{
	for (size_t i = 0; i < ns->n; i++)
		for (const char *p = ns->list[i].text; *p; p++)
			assert((unsigned char)*p >= 0x20);
}

static void parse(const char *text, size_t n, const struct spec_overrides *o)
{
	struct arena a = {0};
	struct error err = {0};
	struct spec s;

	if (spec_parse(&s, "space.yaml", text, n, o, &a, &err)) {
		decode(&s, &a);
		check_notices(&s.notices);
		assert(s.repeats && s.parallel && s.test.top && s.test.repeats);
		assert(spec_trial_cap(&s, 0) > 0);
	} else {
		assert((err.kind == ERROR_FILE || err.kind == ERROR_USAGE) &&
		       *err.text);
	}
	arena_free(&a);
}

/* The readers of other tools' words, which a file meets one by one and only where it is
 * wrong: all of them on the whole text, and on what is below its keys. */
static void foreign(const char *text, size_t n)
{
	struct arena a = {0};
	struct notices ns = {.a = &a};
	struct error err = {0};
	char *word = arena_strndup(&a, text, n);
	struct yaml y;

	assert(!dialect_distribution(word) || *dialect_distribution(word));
	dialect_call(word, &a);
	if (yaml_parse(&y, "space.yaml", text, n, &a, &ns, &err) &&
	    y.root->kind == NODE_MAP) {
		dialect_parameter(y.root, &a);
		for (size_t i = 0; i < y.root->n; i++) {
			dialect_key(y.root->keys[i], y.root->items[i], &a);
			if (y.root->items[i]->kind == NODE_MAP)
				dialect_parameter(y.root->items[i], &a);
		}
	}
	free(ns.list);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const set[] = {"parameters.lr.max=0.5", "max_trials=3"};
	struct spec_overrides o = {0};
	char *text;

	if (!size)
		return 0;
	stat_init();
	o.strict = data[0] & 1;
	o.command = data[0] & 2 ? "train '${args}' --lr=${param:lr}" : NULL;
	o.set = set;
	o.n_set = data[0] & 4 ? 2 : 0;
	/* A block of exactly this size: reading past its end is seen. */
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	parse(text, size - 1, &o);
	if (data[0] & 8)
		foreign(text, size - 1);
	free(text);
	return 0;
}
