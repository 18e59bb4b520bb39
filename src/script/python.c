#include "script/python.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Where the string that begins at s[i] with a quote ends: behind its last quote. */
static size_t string_end(const char *s, size_t i, size_t n)
{
	char q = s[i];
	bool three = i + 2 < n && s[i + 1] == q && s[i + 2] == q;

	i += three ? 3 : 1;
	for (; i < n; i++) {
		if (s[i] == '\\')
			i++;
		else if (!three && s[i] == '\n')
			return i;
		else if (s[i] == q &&
		         (!three || (i + 2 < n && s[i + 1] == q && s[i + 2] == q)))
			return i + (three ? 3 : 1);
	}
	return n;
}

void python_init(struct python *p, const char *text, size_t n, struct arena *a)
{
	n = strnlen(text, n); /* with a NUL in it, it is no Python */
	*p = (struct python){.text = text, .n = n, .a = a};
	p->code = arena_strndup(a, text, n);
	for (size_t i = 0; i < n;) {
		size_t end;

		if (text[i] == '#')
			end = i + strcspn(text + i, "\n");
		else if (text[i] == '\'' || text[i] == '"')
			end = string_end(text, i, n);
		else {
			i++;
			continue;
		}
		/* Lines stay lines. */
		for (; i < end && i < n; i++)
			if (text[i] != '\n')
				p->code[i] = ' ';
	}
}

size_t python_find(const struct python *p, size_t from, const char *word)
{
	size_t len = strlen(word);

	while (from < p->n) {
		const char *at = strstr(p->code + from, word);
		size_t i;

		if (!at)
			return SIZE_MAX;
		i = (size_t)(at - p->code);
		if ((i == 0 ||
		     !(is_name(at[-1]) || (at[-1] == '.' && strchr(word, '.')))) &&
		    !is_name(at[len]))
			return i;
		from = i + 1;
	}
	return SIZE_MAX;
}

static const char *cut(const struct python *p, size_t from, size_t to)
{
	while (from < to && isspace((unsigned char)p->text[from]))
		from++;
	while (to > from && isspace((unsigned char)p->text[to - 1]))
		to--;
	return arena_strndup(p->a, p->text + from, to - from);
}

/* An = that gives a keyword its value: no ==, <=, >=, !=, :=. */
static bool is_equals(const struct python *p, size_t i, size_t from)
{
	return p->code[i] == '=' && p->code[i + 1] != '=' &&
	       (i == from || !strchr("=<>!:", p->code[i - 1]));
}

bool python_call(const struct python *p, size_t open, struct python_call *c)
{
	int depth = 0;
	size_t from, equals = SIZE_MAX;

	c->n = 0;
	while (open < p->n && (p->code[open] == ' ' || p->code[open] == '\t'))
		open++;
	if (open >= p->n || p->code[open] != '(')
		return false;
	from = open + 1;
	for (size_t i = open; i < p->n; i++) {
		char ch = p->code[i];
		bool end;

		if (strchr("([{", ch))
			depth++;
		else if (strchr(")]}", ch))
			depth--;
		end = depth == 0;
		if (depth == 1 && equals == SIZE_MAX && is_equals(p, i, from))
			equals = i;
		if (!end && !(depth == 1 && ch == ','))
			continue;
		if (c->n == PYTHON_ARGS_MAX)
			return false;
		c->names[c->n] = equals == SIZE_MAX ? NULL : cut(p, from, equals);
		c->texts[c->n] = cut(p, equals == SIZE_MAX ? from : equals + 1, i);
		if (*c->texts[c->n])
			c->n++;
		from = i + 1;
		equals = SIZE_MAX;
		if (end) {
			c->end = i + 1;
			return true;
		}
	}
	return false;
}

const char *python_keyword(const struct python_call *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->names[i] && strcmp(c->names[i], name) == 0)
			return c->texts[i];
	return NULL;
}

size_t python_line_end(const struct python *p, size_t from)
{
	int depth = 0;

	for (; from < p->n && (depth > 0 || p->code[from] != '\n'); from++)
		depth += strchr("([{", p->code[from])   ? 1
		         : strchr(")]}", p->code[from]) ? -1
		                                        : 0;
	return from;
}

size_t python_string_end(const struct python *p, size_t i)
{
	return string_end(p->text, i, p->n);
}

size_t python_line(const struct python *p, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at && i < p->n; i++)
		line += p->text[i] == '\n';
	return line;
}

const char *python_string(const char *text, struct arena *a)
{
	size_t n = strlen(text), len = 0;
	char *out = arena_new(a, n + 1, 1);
	bool any = false;

	for (size_t i = 0; i < n;) {
		size_t prefix = i + strspn(text + i, "rRbBuU"), end, quotes;

		if (isspace((unsigned char)text[i])) {
			i++;
			continue;
		}
		if (text[prefix] != '\'' && text[prefix] != '"')
			return NULL;
		end = string_end(text, prefix, n);
		quotes = end - prefix >= 6 && text[prefix + 1] == text[prefix] &&
		                 text[prefix + 2] == text[prefix]
		             ? 3
		             : 1;
		for (size_t k = prefix + quotes; k + quotes < end + (end == prefix);
		     k++) {
			if (text[k] == '\\' && k + 1 < end)
				k++;
			out[len++] = text[k];
		}
		any = true;
		i = end;
	}
	return any ? out : NULL;
}

bool python_number(const char *text, double *x, bool *whole)
{
	char word[64], *end;
	size_t n = 0;

	for (; *text && n < sizeof word - 1; text++)
		if (*text != '_')
			word[n++] = *text;
	word[n] = '\0';
	if (!n || *text || word[strspn(word, "0123456789.eE+-")])
		return false;
	*x = strtod(word, &end);
	*whole = !strpbrk(word, ".eE");
	return !*end && isfinite(*x);
}

size_t python_list(const char *text, const char **items, size_t most, struct arena *a)
{
	struct python p;
	struct python_call *c = arena_new(a, 1, sizeof *c);
	size_t n = strlen(text);
	char *round = arena_strndup(a, text, n);

	if (n < 2 || !strchr("([", *text) || !strchr(")]", text[n - 1]))
		return 0;
	round[0] = '(';
	round[n - 1] = ')';
	python_init(&p, round, n, a);
	if (!python_call(&p, 0, c))
		return 0;
	for (n = 0; n < c->n && n < most; n++)
		items[n] = c->texts[n];
	return n;
}
