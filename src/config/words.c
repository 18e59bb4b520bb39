/* A text as a shell would split it into words, quotes and all; nothing is expanded. */
#include "config/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct words {
	const char **list; /* malloc */
	size_t n, cap;
};

static void add_word(struct words *w, struct str *word, struct arena *a)
{
	w->list = mem_room(w->list, w->n, &w->cap, sizeof *w->list);
	w->list[w->n++] = arena_strdup(a, str_text(word));
	str_clear(word);
}

static void take_words(struct words *w, struct arena *a, struct command *out)
{
	const char **words = arena_new(a, w->n + 1, sizeof *words);

	if (w->n)
		memcpy(words, w->list, w->n * sizeof *words);
	*out = (struct command){.words = words, .n = w->n};
	free(w->list);
}

/* Does a backslash before c mean c itself? */
static bool is_escape(char c, char quote)
{
	return c && (quote == '"' ? strchr("\\\"$`", c) != NULL : quote == '\0');
}

bool spec_split_words(const char *text, struct arena *a, struct command *out)
{
	struct words w = {0};
	struct str word = {0};
	bool inside = false;
	char quote = '\0';

	for (; *text; text++) {
		if (!quote && isspace((unsigned char)*text)) {
			if (inside)
				add_word(&w, &word, a);
			inside = false;
			continue;
		}
		inside = true;
		if (*text == '\\' && is_escape(text[1], quote))
			str_addc(&word, *++text);
		else if (!quote && (*text == '\'' || *text == '"'))
			quote = *text;
		else if (quote && *text == quote)
			quote = '\0';
		else
			str_addc(&word, *text);
	}
	if (inside)
		add_word(&w, &word, a);
	take_words(&w, a, out);
	str_free(&word);
	return !quote;
}
