#include "study/code.h"
#include "base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1 << 24 };

/* Fowler, Noll & Vo, variant 1a. */
static uint64_t hash(const char *bytes, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void add_file(const struct spec *spec, const char *name, struct str *out)
{
	struct arena a = {0};
	struct error ignored;
	size_t len;
	char *text;

	if (*name && !strchr(name, '$') &&
	    file_read(spec_from_home(spec, name, &a), FILE_MAX, &a, &text, &len,
	              &ignored))
		str_addf(out, "%s%s %016" PRIx64, out->len ? ", " : "", name,
		         hash(text, len));
	arena_free(&a);
}

const char *code_state(const struct spec *spec, const char *git, struct arena *a)
{
	struct str out = {0};
	const char *text;

	for (size_t i = 0; i < spec->command.n; i++)
		if (spec->command.words[i])
			add_file(spec, spec->command.words[i], &out);
	if (spec->program)
		add_file(spec, spec->program, &out);
	if (*git)
		str_addf(&out, "%sgit %s", out.len ? ", " : "", git);
	text = arena_strdup(a, str_text(&out));
	str_free(&out);
	return text;
}
