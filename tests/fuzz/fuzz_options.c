/* The words of a command line, one a line, the first of them the command: they are
 * refused with a text and exit 2, or they are within the limits of the options; and a
 * search file with the --set and --command among them is refused or whole. */
#include "base/stat.h"
#include "cli/cli.h"
#include "config/command.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS = 64 };

static const char yaml[] =
    "command: [train, '${args}']\nmethod: random\nmetric: {name: loss}\n"
    "parameters:\n  lr: {min: 1e-5, max: 1e-1, log: true, default: 0.01}\n"
    "  opt: {values: [adam, sgd]}\n  a.b: {min: 1, max: 8}\n"
    "constraints: [\"lr < 1\"]\n";

static void with_overrides(const struct options *o)
{
	struct spec_overrides over = {.set = o->set,
	                              .n_set = o->n_set,
	                              .command = o->command,
	                              .strict = o->strict,
	                              .capped = o->max_trials > 0};
	struct arena a = {0};
	struct error err = {0};
	struct spec s;

	if (spec_parse(&s, "space.yaml", yaml, sizeof yaml - 1, &over, &a, &err))
		assert(s.repeats && s.parallel && spec_trial_cap(&s, 0) > 0);
	else
		assert((err.kind == ERROR_FILE || err.kind == ERROR_USAGE) &&
		       *err.text);
	arena_free(&a);
}

static void check_limits(const struct options *o)
{
	assert(o->n_set <= CLI_SETS && o->parallel <= 10000);
	assert(o->max_trials <= UINT64_C(1) << 53 && o->top <= UINT64_C(1) << 53);
	assert(isfinite(o->tolerance) && o->tolerance >= 0);
	assert(o->file || o->log);
	assert(!o->out || *o->out);
}

static FILE *nowhere;

static void close_nowhere(void)
{
	fclose(nowhere);
}

/* What is said to the user goes nowhere; what an assertion says must not. */
static bool quietly(struct options *o, const struct command_type *c, int argc,
                    char **argv, int *code)
{
	FILE *out = stdout, *err = stderr;
	bool ok;

	if (!nowhere) {
		nowhere = fopen("/dev/null", "w");
		assert(nowhere);
		atexit(close_nowhere);
	}
	stdout = stderr = nowhere;
	ok = options_parse(o, c, argc, argv, code);
	stdout = out;
	stderr = err;
	return ok;
}

static void parse(const struct command_type *c, int argc, char **argv)
{
	struct options o;
	int code = -1;

	if (quietly(&o, c, argc, argv, &code)) {
		check_limits(&o);
		with_overrides(&o);
	} else {
		assert(code == EXIT_FINE || code == EXIT_USAGE);
	}
	arena_free(&o.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text;
	const struct command_type *c = commands;
	char *argv[WORDS + 1] = {NULL};
	int argc = 0;

	stat_init();
	while (rest && argc < WORDS)
		argv[argc++] = strsep(&rest, "\n");
	while (c->name && strcmp(c->name, argv[0]) != 0)
		c++;
	if (c->name)
		parse(c, argc, argv);
	free(text);
	return 0;
}
