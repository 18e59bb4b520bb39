#include "config/spelling.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 200, DIGITS_MAX = 60 };

bool spelling_is_key(const char *key)
{
	static const char *const keys[] = {"arg", "flag", "format", "separator"};

	return str_index(key, keys, ARRAY_LEN(keys)) < ARRAY_LEN(keys);
}

bool spelling_is_own(const struct param *p)
{
	return p->arg || p->format || p->separator || p->flag;
}

/* The one conversion of a format: its place, and its letter; NULL: there is not exactly
 * one, or it is none of ours. */
static const char *conversion(const char *format, char *letter)
{
	const char *at = NULL, *s;

	for (s = format; *s; s++) {
		if (*s != '%')
			continue;
		if (s[1] == '%') {
			s++;
			continue;
		}
		if (at)
			return NULL;
		at = s++;
		s += strspn(s, "+- 0#");
		if (strtoul(s, NULL, 10) > DIGITS_MAX)
			return NULL;
		s += strspn(s, "0123456789");
		if (*s == '.') {
			s++;
			if (strtoul(s, NULL, 10) > DIGITS_MAX)
				return NULL;
			s += strspn(s, "0123456789");
		}
		if (!*s || !strchr("eEfFgGdi", *s))
			return NULL;
		*letter = *s;
	}
	return at;
}

static bool is_integer(char letter)
{
	return letter == 'd' || letter == 'i';
}

/* A format that conversion() has let through, and it alone. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void print_integer(char *out, size_t size, const char *format, intmax_t x)
{
	snprintf(out, size, format, x);
}

static void print_double(char *out, size_t size, const char *format, double x)
{
	snprintf(out, size, format, x);
}
#pragma GCC diagnostic pop

void spelling_text(const struct param *p, const struct value *v, struct str *out)
{
	char text[WORD_MAX + 400], letter = 0, wide[WORD_MAX + 8];
	const char *at = p->format ? conversion(p->format, &letter) : NULL;
	const char *end;
	double x;

	if (!at || v->kind == VALUE_BOOL || !value_number(v, &x)) {
		value_text(v, out);
		return;
	}
	if (is_integer(letter)) {
		end = at + strcspn(at, "di");
		snprintf(wide, sizeof wide, "%.*s%s%s", (int)(end - p->format),
		         p->format, "j", end);
		print_integer(text, sizeof text, wide,
		              v->kind == VALUE_INT
		                  ? v->integer
		                  : (intmax_t)fmax(fmin(x, 0x1p62), -0x1p62));
	} else {
		print_double(text, sizeof text, p->format, x);
	}
	str_add(out, text);
}

static bool is_plain(const char *text)
{
	for (const char *s = text; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return strlen(text) <= WORD_MAX;
}

static bool read_word(struct reading *r, const struct draft *d, const char *key,
                      const char **out)
{
	const struct node *n = node_get(d->map, key);

	if (!n)
		return true;
	if (n->kind != NODE_SCALAR || n->value.kind == VALUE_NULL)
		return read_fails(r, n->at, NULL, "%s of %s must be a text", key,
		                  d->p.name);
	*out = n->text;
	return is_plain(n->text) ||
	       read_fails(r, n->at, NULL,
	                  "%s of %s must be one line of at most %d bytes", key,
	                  d->p.name, WORD_MAX);
}

static bool is_numeric(const struct param *p, bool whole)
{
	for (size_t i = 0; i < p->n_values; i++)
		if (p->values[i].kind != VALUE_INT &&
		    (whole || p->values[i].kind != VALUE_FLOAT))
			return false;
	if (p->n_values || !whole)
		return true;
	return p->dist == DIST_INT_UNIFORM || p->q_int;
}

static bool check_format(struct reading *r, const struct draft *d)
{
	const struct node *n = node_get(d->map, "format");
	char letter = 0;

	if (!n)
		return true;
	if (!conversion(d->p.format, &letter))
		return read_fails(r, n->at, "as in format: \"%.3g\", or \"%03d\"",
		                  "format of %s must have one number in it, as printf "
		                  "has them: %%e, %%f, %%g or %%d",
		                  d->p.name);
	return is_numeric(&d->p, is_integer(letter)) ||
	       read_fails(r, n->at,
	                  is_integer(letter) ? "write %g" : "leave the format out",
	                  "format of %s is for %s", d->p.name,
	                  is_integer(letter) ? "whole numbers" : "numbers");
}

static bool check_flag(struct reading *r, struct draft *d)
{
	const struct node *n = node_get(d->map, "flag");

	if (!n)
		return true;
	if (!read_bool(r, n, "flag", &d->p.flag))
		return false;
	for (size_t i = 0; d->p.flag && i < d->p.n_values; i++)
		if (d->p.values[i].kind != VALUE_BOOL)
			return read_fails(r, n->at, "as in values: [true, false]",
			                  "a flag is there or not, so its values are "
			                  "true and false");
	return !d->p.flag || d->p.n_values ||
	       read_fails(r, n->at, "as in values: [true, false]",
	                  "a flag is there or not, so its values are true and false");
}

bool draft_read_spelling(struct reading *r, struct draft *d)
{
	const struct node *arg = node_get(d->map, "arg");

	if (!read_word(r, d, "arg", &d->p.arg) ||
	    !read_word(r, d, "format", &d->p.format) ||
	    !read_word(r, d, "separator", &d->p.separator))
		return false;
	if (arg && (!*d->p.arg || strpbrk(d->p.arg, " =")))
		return read_fails(r, arg->at,
		                  "as in arg: --learning-rate; separator: \" \" makes "
		                  "two words of it",
		                  "arg of %s must be one word without its value",
		                  d->p.name);
	return check_format(r, d) && check_flag(r, d);
}
