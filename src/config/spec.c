/* From a file to a struct spec: reading, the overrides of the command line, the order
 * of the steps. */
#include "config/spec.h"
#include "base/file.h"
#include "config/read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };

static bool first_warning(struct reading *r)
{
	const struct notices *ns = &r->spec->notices;

	for (size_t i = 0; i < ns->n; i++)
		if (ns->list[i].warning)
			return error_set(r->err, ERROR_FILE,
			                 "%s (a warning, but --strict)",
			                 ns->list[i].text);
	return true;
}

/* --command: words without a shell, macros as in the file. */
static bool command_option(struct reading *r, const char *text)
{
	struct spec *s = r->spec;

	if (!text)
		return true;
	s->command.shell = false;
	if (!spec_split_words(text, r->a, &s->command) || !s->command.n)
		return error_set(r->err, ERROR_USAGE, "--command '%s': %s", text,
		                 s->command.n ? "a quote is not closed" : "is empty");
	return true;
}

static void defaults(struct spec *s, struct arena *a)
{
	*s = (struct spec){
	    .seed = 1,
	    .method = METHOD_AUTO,
	    .method_word = "auto",
	    .repeats = 1,
	    .repeats_least = 1,
	    .parallel = 1,
	    .runs_per_gpu = 1,
	    .kill_grace = 10,
	    .backoff_base = 1,
	    .backoff_max = 60,
	    .wandb = true,
	    .report = true,
	    .test = {.top = 3, .repeats = 5, .sequential = true, .max_repeats = 20},
	    .arena = a,
	    .notices = {.a = a}};
}

static bool read_all(struct reading *r, const char *path, const char *text, size_t len,
                     const struct spec_overrides *o)
{
	struct spec *s = r->spec;
	struct node *root;

	if (!yaml_parse(&s->yaml, path, text, len, r->a, &s->notices, r->err))
		return false;
	if (!spec_is_search(r, s->yaml.root))
		return false;
	for (size_t i = 0; i < o->n_set; i++)
		if (!yaml_set(&s->yaml, o->set[i], r->a, &s->notices, r->err))
			return false;
	root = s->yaml.root;
	/* A list, or what moves together, names its parameters itself. */
	if (!node_get(root, "parameters") &&
	    (node_get(root, "points") || node_get(root, "zip")) &&
	    !yaml_set(&s->yaml, "parameters={}", r->a, &s->notices, r->err))
		return false;
	root = s->yaml.root;
	return spec_check_keys(r, root) && spec_read_keys(r, root) &&
	       command_option(r, o->command) && spec_check(r, root, o) &&
	       (!o->strict || first_warning(r));
}

bool spec_parse(struct spec *s, const char *path, const char *text, size_t len,
                const struct spec_overrides *o, struct arena *a, struct error *err)
{
	struct reading r = {.spec = s,
	                    .a = a,
	                    .err = err,
	                    .recorded = o->recorded,
	                    .points = o->points,
	                    .items = o->items};
	struct notice *grown;
	bool ok;

	defaults(s, a);
	ok = read_all(&r, path, text, len, o);
	/* The list grew on the heap; what stays lives in the arena. */
	grown = s->notices.list;
	s->notices.list = arena_new(a, s->notices.n + 1, sizeof *grown);
	if (s->notices.n)
		memcpy(s->notices.list, grown, s->notices.n * sizeof *grown);
	s->notices.cap = 0;
	free(grown);
	return ok;
}

static bool read_stdin(struct arena *a, char **text, size_t *len, struct error *err)
{
	*text = arena_new(a, FILE_MAX + 2, 1);
	*len = 0;
	while (*len <= FILE_MAX) {
		ssize_t n = read(STDIN_FILENO, *text + *len, FILE_MAX + 1 - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, "standard input");
		if (!n)
			return true;
		*len += (size_t)n;
	}
	return true;
}

bool spec_load(struct spec *s, const char *path, const struct spec_overrides *o,
               struct arena *a, struct error *err)
{
	char *text;
	size_t len;

	if (strcmp(path, "-") == 0) {
		path = "<stdin>";
		if (!read_stdin(a, &text, &len, err))
			return false;
	} else if (!file_read(path, FILE_MAX, a, &text, &len, err)) {
		return false;
	}
	return spec_parse(s, path, text, len, o, a, err);
}
