#include "config/hydra_override.h"
#include "base/number.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What a text may hold without quotes; blanks only inside. */
static bool is_plain(const char *s)
{
	size_t n = strlen(s);

	if (n && (s[0] == ' ' || s[n - 1] == ' '))
		return false;
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80 ||
		    (!isalnum((unsigned char)*s) && !strchr("_ /-+.$%*@?|:", *s)))
			return false;
	return true;
}

/* Text in Hydra's eyes too? */
static bool stays_text(const char *s)
{
	double x;

	return strcasecmp(s, "true") != 0 && strcasecmp(s, "false") != 0 &&
	       number_read(s, strlen(s), &x) == NUMBER_NONE;
}

/* A backslash is one, unless a quote or the end is behind it and its like. */
static void add_quoted(const char *s, struct str *out)
{
	char quote = strchr(s, '\'') && !strchr(s, '"') ? '"' : '\'';
	size_t run = 0;

	str_addc(out, quote);
	for (; *s; s++) {
		if (*s == quote)
			for (size_t i = 0; i < run + 1; i++)
				str_addc(out, '\\');
		run = *s == '\\' ? run + 1 : 0;
		str_addc(out, *s);
	}
	while (run--)
		str_addc(out, '\\');
	str_addc(out, quote);
}

static void add_members(const struct value *v, bool exact, struct str *out)
{
	bool map = v->kind == VALUE_MAP;

	str_addc(out, map ? '{' : '[');
	for (size_t i = 0; i < v->n; i++) {
		str_add(out, i ? ", " : "");
		if (map) {
			str_add(out, v->keys[i]);
			str_add(out, ": ");
		}
		if (v->items[i].kind == VALUE_STRING)
			add_quoted(v->items[i].string, out);
		else
			hydra_text(&v->items[i], exact, out);
	}
	str_addc(out, map ? '}' : ']');
}

void hydra_text(const struct value *v, bool exact, struct str *out)
{
	if (v->kind == VALUE_LIST || v->kind == VALUE_MAP)
		add_members(v, exact, out);
	else if (v->kind == VALUE_NULL && exact)
		str_add(out, "null");
	else if (v->kind == VALUE_STRING && *v->string &&
	         !(is_plain(v->string) && (!exact || stays_text(v->string))))
		add_quoted(v->string, out);
	else
		value_text(v, out);
}
