#include "run/plain.h"

#include "base/mem.h"
#include "base/number.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

const char *const step_names[STEP_NAMES] = {"step", "epoch", "iter", "iteration",
                                            "global_step"};

enum { NUMBER_BYTES = 64 };

/* A line, and how far it reaches. */
struct line {
	const char *s;
	size_t n;
};

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
	       (c && strchr("_./@-", c));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t skip_blanks(struct line l, size_t i)
{
	while (i < l.n && is_blank(l.s[i]))
		i++;
	return i;
}

static bool ends_number(char c)
{
	return isspace((unsigned char)c) || !c || strchr(",;)]}|\"'%", c);
}

/* The number at i, if one stands there; *end: behind it. */
static bool number_at(struct line l, size_t i, size_t *end, double *out)
{
	size_t from = i;

	while (i < l.n && i - from < NUMBER_BYTES && !ends_number(l.s[i]))
		i++;
	*end = i;
	if (i < l.n && !ends_number(l.s[i]))
		return false;
	if (i > from && l.s[i - 1] == '.' && i - from > 1)
		i--; /* of the sentence */
	return i > from && number_read(l.s + from, i - from, out) == NUMBER_READ;
}

/* A word behind which a name means something else. */
static bool is_summary(struct line l, size_t end)
{
	static const char *const words[] = {"best",    "min",    "max", "mean", "avg",
	                                    "average", "lowest", "top", "std"};
	size_t from = end;

	while (from && isalpha((unsigned char)l.s[from - 1]))
		from--;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i]) == end - from &&
		    strncasecmp(l.s + from, words[i], end - from) == 0)
			return true;
	return false;
}

/* Does a name begin at i: nothing before it belongs to it? */
static bool begins(struct line l, size_t i)
{
	size_t k = i;

	if (!i)
		return true;
	if (in_name(l.s[i - 1]) || l.s[i - 1] == '"' || l.s[i - 1] == '\'')
		return false;
	while (k && is_blank(l.s[k - 1]))
		k--;
	if (k < i && k >= 2 && l.s[k - 1] == 's' && l.s[k - 2] == '\'')
		return false; /* valid_0's l2 */
	return !(k < i && is_summary(l, k));
}

bool plain_number(const char *line, size_t n, const char *name, double *out)
{
	struct line l = {line, n};
	size_t len = strlen(name), at = 0, end;
	bool found = false;
	const char *hit;

	while (len && at < n && (hit = memmem(line + at, n - at, name, len))) {
		size_t i = (size_t)(hit - line), k = skip_blanks(l, i + len);

		at = i + len;
		if (!begins(l, i) || k >= n || (line[k] != ':' && line[k] != '='))
			continue;
		k = skip_blanks(l, k + 1);
		found = number_at(l, k, &end, out) || found;
	}
	return found;
}

/* "Epoch 3/10", "step: 30", "iter [4]": the number behind a word at i. */
static bool step_behind(struct line l, size_t i, double *out)
{
	size_t from;

	i = skip_blanks(l, i);
	if (i < l.n && (l.s[i] == ':' || l.s[i] == '='))
		i = skip_blanks(l, i + 1);
	i += i < l.n && (l.s[i] == '[' || l.s[i] == '#');
	from = i = skip_blanks(l, i);
	while (i < l.n && isdigit((unsigned char)l.s[i]))
		i++;
	if (i == from || i - from > 15 || (i < l.n && isalpha((unsigned char)l.s[i])))
		return false;
	if (i + 1 < l.n && l.s[i] == '.' && isdigit((unsigned char)l.s[i + 1]))
		for (i++; i < l.n && isdigit((unsigned char)l.s[i]);)
			i++;
	return number_read(l.s + from, i - from, out) == NUMBER_READ;
}

static bool word_step(struct line l, const char *word, double *out)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len < l.n; i++)
		if (strncasecmp(l.s + i, word, len) == 0 && !in_name(l.s[i + len]) &&
		    (!i || !in_name(l.s[i - 1])) && step_behind(l, i + len, out))
			return true;
	return false;
}

bool plain_step(const char *line, size_t n, const char *name, double *out)
{
	struct line l = {line, n};
	bool known = !name;

	if (name && (word_step(l, name, out) ||
	             (plain_number(line, n, name, out) && isfinite(*out))))
		return true;
	for (size_t i = 0; i < STEP_NAMES; i++) {
		known = known || strcmp(name, step_names[i]) == 0;
		if (!name && word_step(l, step_names[i], out))
			return true;
	}
	return known && n && line[0] == '[' && memchr(line, ']', n) &&
	       step_behind(l, 0, out);
}

/* Where the name that ends at `end` begins. */
static size_t name_before(struct line l, size_t end)
{
	size_t i = end;

	while (i && in_name(l.s[i - 1]))
		i--;
	if (i < end && i >= 3 && l.s[i - 1] == ' ' && l.s[i - 2] == 's' &&
	    l.s[i - 3] == '\'') {
		i -= 3;
		while (i && in_name(l.s[i - 1]))
			i--;
	}
	return i;
}

bool plain_next(const char *line, size_t n, size_t *at, char name[PLAIN_NAME],
                double *out)
{
	struct line l = {line, n};

	for (size_t i = *at; i < n; i++) {
		size_t end = i, from, behind;

		if (line[i] != ':' && line[i] != '=')
			continue;
		while (end && is_blank(line[end - 1]))
			end--;
		from = name_before(l, end);
		if (from < *at || end == from || end - from >= PLAIN_NAME ||
		    isdigit((unsigned char)line[from]) ||
		    !number_at(l, skip_blanks(l, i + 1), &behind, out))
			continue;
		memcpy(name, line + from, end - from);
		name[end - from] = '\0';
		*at = behind;
		return true;
	}
	*at = n;
	return false;
}
