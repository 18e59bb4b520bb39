/* Another tool's file, by anybody: it is refused with a text, or what comes out is YAML
 * with parameters, in which nothing of a comment has become a key. */
#include "convert/convert.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct str *out, struct arena *a)
{
	static const char *const known[] = {
	    "shell",      "command",       "method",          "metric",     "seed",
	    "max_trials", "parallel",      "early_terminate", "parameters", "budget",
	    "protocol",   "trial_timeout", "repeats"};
	struct yaml y = {.path = "out"};
	struct notices ns = {.a = a};
	struct error err = {0};

	if (!yaml_parse(&y, "out", out->s, out->len, a, &ns, &err)) {
		/* Only what the other tool had too deep or too large may be so here. */
		assert(strstr(err.text, "deep") || strstr(err.text, "MiB") ||
		       strstr(err.text, "large"));
	} else {
		assert(y.root->kind == NODE_MAP && node_get(y.root, "parameters"));
		for (size_t i = 0; i < y.root->n; i++)
			assert(str_index(y.root->keys[i], known,
			                 sizeof known / sizeof *known) <
			       sizeof known / sizeof *known);
	}
	free(ns.list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A block of exactly this size: reading past its end is seen. */
	char *text = strndup((const char *)data, size);
	struct convert_options o = {.operation = NULL};
	struct arena a = {0};
	struct str out = {0};
	struct error err = {0};

	if (convert_text("/nowhere/in", text, strlen(text), &o, &a, &out, &err))
		check(&out, &a);
	else
		assert(err.kind != ERROR_NONE && *err.text);
	str_free(&out);
	arena_free(&a);
	free(text);
	return 0;
}
