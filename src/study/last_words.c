#include "study/last_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { WORDS_MAX = 160 };

/* How much a line says; a hint of how to see more says nothing. */
enum weight { EMPTY, LINE, ERROR_LINE, EXCEPTION };

static bool ends_in(const char *word, size_t n, const char *tail)
{
	size_t m = strlen(tail);

	return n > m && strncmp(word + n - m, tail, m) == 0;
}

/* "package.SomeError: text", or without a text. */
static bool names_exception(const char *line, size_t n)
{
	size_t k = 0;

	while (k < n && (isalnum((unsigned char)line[k]) || strchr("._", line[k])))
		k++;
	return (k == n || line[k] == ':') &&
	       (ends_in(line, k, "Error") || ends_in(line, k, "Exception"));
}

static bool holds(const char *line, size_t n, const char *word)
{
	size_t m = strlen(word);

	for (size_t i = 0; i + m <= n; i++)
		if (strncasecmp(line + i, word, m) == 0)
			return true;
	return false;
}

static enum weight weigh(const char *line, size_t n)
{
	if (!n || holds(line, n, "HYDRA_FULL_ERROR"))
		return EMPTY;
	if (names_exception(line, n))
		return EXCEPTION;
	return holds(line, n, "error") ? ERROR_LINE : LINE;
}

static const char *clean(const char *line, size_t n, struct arena *a)
{
	size_t end = n > WORDS_MAX ? WORDS_MAX : n;
	char *out;

	/* Not in the middle of a character. */
	while (end < n && end && ((unsigned char)line[end] & 0xc0) == 0x80)
		end--;
	out = arena_printf(a, "%.*s%s", (int)end, line, end < n ? "…" : "");
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return out;
}

const char *last_words(const char *text, struct arena *a)
{
	const char *best = NULL;
	size_t best_n = 0;
	enum weight heaviest = EMPTY;

	while (*text) {
		size_t all = strcspn(text, "\n"), n = all;
		enum weight w;

		while (n && isspace((unsigned char)*text)) {
			text++;
			all--;
			n--;
		}
		while (n && isspace((unsigned char)text[n - 1]))
			n--;
		w = weigh(text, n);
		if (w != EMPTY && w >= heaviest) {
			heaviest = w;
			best = text;
			best_n = n;
		}
		text += all + (text[all] == '\n');
	}
	return best ? clean(best, best_n, a) : NULL;
}
