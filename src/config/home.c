/* The directory that runs start in. */
#include "config/read.h"

#include <string.h>
#include <sys/stat.h>

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* The directory of the search's file as it was named; NULL: here. */
static const char *directory(const char *path, struct arena *a)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_strndup(a, path, slash > path ? (size_t)(slash - path) : 1)
	             : NULL;
}

/* Can the word name a file that is looked for where the run starts? */
static bool is_relative(const char *word)
{
	return *word && *word != '-' && *word != '/' && !strstr(word, "${");
}

/* True: the word decides. */
static bool decides(struct reading *r, const char *dir, const char *word)
{
	if (!is_relative(word) ||
	    (!is_file(word) && !is_file(arena_printf(r->a, "%s/%s", dir, word))))
		return false;
	if (is_file(word))
		return true;
	r->spec->home = dir;
	read_note(r, false, (struct position){0},
	          "runs start in %s, the directory of this file, because %s is there "
	          "and not here; --out and warm_start stay as seen from here",
	          dir, word);
	return true;
}

void spec_find_home(struct reading *r)
{
	const struct spec *s = r->spec;
	const char *dir = directory(s->yaml.path, r->a);
	struct command cmd = s->command;

	if (!dir)
		return;
	if (cmd.shell)
		spec_split_words(cmd.words[0], r->a, &cmd);
	for (size_t i = 0; i < cmd.n; i++)
		/* A bare name is a program of the PATH. */
		if ((i || strchr(cmd.words[i], '/')) && decides(r, dir, cmd.words[i]))
			return;
	if (s->program)
		decides(r, dir, s->program);
}

const char *spec_from_home(const struct spec *s, const char *name, struct arena *a)
{
	return s->home && *name != '/' ? arena_printf(a, "%s/%s", s->home, name) : name;
}
