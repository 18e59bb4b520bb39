#include "config/scalar.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 400 };

bool scalar_null(const char *text)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

bool scalar_boolean(const char *text, bool *out, bool *yes_no)
{
	static const struct {
		const char *word;
		bool value, yes_no;
	} words[] = {{"true", true, false}, {"false", false, false},
	             {"yes", true, true},   {"no", false, true},
	             {"on", true, true},    {"off", false, true}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const char *w = words[i].word;
		size_t n = strlen(w), upper = 0;

		if (strlen(text) != n)
			continue;
		for (size_t k = 0; k < n; k++) {
			if (tolower((unsigned char)text[k]) != w[k]) {
				upper = n + 1;
				break;
			}
			upper += isupper((unsigned char)text[k]) != 0;
		}
		/* true, True and TRUE, but not tRue. */
		if (upper == 0 || upper == n ||
		    (upper == 1 && isupper((unsigned char)text[0]))) {
			*out = words[i].value;
			*yes_no = words[i].yes_no;
			return true;
		}
	}
	return false;
}

/* Digits of a base, underscores between them left out; false when anything else is
 * there. */
static bool plain_digits(const char *s, const char *allowed, char *out)
{
	size_t n = 0;

	for (; *s; s++) {
		if (*s == '_')
			continue;
		if (!strchr(allowed, *s) || n == DIGITS_MAX)
			return false;
		out[n++] = *s;
	}
	out[n] = '\0';
	return n > 0;
}

/* 1:30 = 90 and 1:30.5 = 90.5, as YAML 1.1 has them: digits, then parts below 60. */
static bool sexagesimal(const char *s, int64_t *out, const char **fraction)
{
	int64_t total = 0;
	bool zero = *s == '0', colon = false;

	if (!isdigit((unsigned char)*s))
		return false;
	for (; isdigit((unsigned char)*s) || *s == '_'; s++)
		if (*s != '_' && (__builtin_mul_overflow(total, 10, &total) ||
		                  __builtin_add_overflow(total, *s - '0', &total)))
			return false;
	for (; *s == ':'; colon = true) {
		int part = 0, digits = 0;

		for (s++; isdigit((unsigned char)*s) && digits < 2; s++, digits++)
			part = 10 * part + *s - '0';
		if (!digits || part > 59 || __builtin_mul_overflow(total, 60, &total) ||
		    __builtin_add_overflow(total, part, &total))
			return false;
	}
	*out = total;
	*fraction = *s == '.' ? s : NULL;
	return colon && (*fraction || (!*s && !zero));
}

/* The base of an integer's digits and where they begin. */
static int integer_base(const char *s, const char **digits, const char **allowed)
{
	if (s[0] == '0' && s[1] == 'x') {
		*digits = s + 2;
		*allowed = "0123456789abcdefABCDEF";
		return 16;
	}
	if (s[0] == '0' && s[1] == 'b') {
		*digits = s + 2;
		*allowed = "01";
		return 2;
	}
	*digits = s;
	if (s[0] == '0' && s[1]) {
		*allowed = "01234567";
		return 8;
	}
	*allowed = "0123456789";
	return 10;
}

/* The fraction behind 1:30: a point, then digits. */
static bool minutes(int64_t whole, bool minus, const char *fraction, struct value *out)
{
	char clean[DIGITS_MAX + 2] = "0";
	double x = 0;

	if (fraction[1] && !plain_digits(fraction + 1, "0123456789", clean + 1))
		return false;
	if (fraction[1]) {
		clean[0] = '.';
		x = strtod(clean, NULL);
	}
	x += (double)whole;
	*out = value_float(minus ? -x : x);
	return true;
}

static bool integer(const char *text, struct value *out, enum scalar_fault *fault)
{
	const char *s = text + (*text == '+' || *text == '-'), *digits, *allowed;
	const char *fraction;
	char clean[DIGITS_MAX + 2];
	bool minus = *text == '-';
	int base = integer_base(s, &digits, &allowed);
	int64_t i;

	if (sexagesimal(s, &i, &fraction)) {
		if (fraction)
			return minutes(i, minus, fraction, out);
		*out = value_int(minus ? -i : i);
		return true;
	}
	if (!isdigit((unsigned char)*s) || !plain_digits(digits, allowed, clean + 1))
		return false;
	clean[0] = minus ? '-' : '+';
	errno = 0;
	*out = value_int(strtoll(clean, NULL, base));
	if (errno)
		*fault = SCALAR_TOO_LARGE;
	return true;
}

/* What has been taken of a number's text. */
struct taking {
	const char *s;
	char clean[DIGITS_MAX + 1]; /* without underscores */
	size_t n;
};

static bool take(struct taking *t)
{
	if (t->n == DIGITS_MAX)
		return false;
	t->clean[t->n++] = *t->s++;
	return true;
}

/* Digits, with underscores among them where allowed. *count: how many. */
static bool take_digits(struct taking *t, bool underscores, size_t *count)
{
	for (*count = 0;; ++*count) {
		while (underscores && *t->s == '_')
			t->s++;
		if (!isdigit((unsigned char)*t->s))
			return true;
		if (!take(t))
			return false;
	}
}

static bool take_exponent(struct taking *t)
{
	size_t digits;

	if (*t->s != 'e' && *t->s != 'E')
		return true;
	if (!take(t) || ((*t->s == '+' || *t->s == '-') && !take(t)))
		return false;
	return take_digits(t, false, &digits) && digits;
}

/* [-+]?(digits[.digits] | .digits)([eE][-+]?digits)? with underscores among the digits,
 * and a point or an exponent. */
static bool decimal(struct taking *t)
{
	size_t before, behind = 0;
	bool point;

	if ((*t->s == '+' || *t->s == '-') && !take(t))
		return false;
	if (*t->s == '_' || !take_digits(t, true, &before))
		return false;
	point = *t->s == '.';
	if (point && (!take(t) || !take_digits(t, true, &behind)))
		return false;
	if (!before && !behind)
		return false;
	return (point || *t->s == 'e' || *t->s == 'E') && take_exponent(t) && !*t->s;
}

static bool real(const char *text, struct value *out, enum scalar_fault *fault)
{
	struct taking t = {.s = text};

	if (!decimal(&t))
		return false;
	t.clean[t.n] = '\0';
	*out = value_float(strtod(t.clean, NULL));
	if (!isfinite(out->number))
		*fault = SCALAR_TOO_LARGE;
	return true;
}

static bool not_finite(const char *text)
{
	static const char *const words[] = {".inf", ".Inf", ".INF",
	                                    ".nan", ".NaN", ".NAN"};
	const char *s = text + (*text == '+' || *text == '-');

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(s, words[i]) == 0)
			return true;
	return false;
}

bool scalar_number(const char *text, struct value *out)
{
	enum scalar_fault fault = SCALAR_OK;

	return (integer(text, out, &fault) || real(text, out, &fault)) &&
	       fault == SCALAR_OK;
}

enum scalar_fault scalar_plain(const char *text, struct value *out, bool *yes_no)
{
	enum scalar_fault fault = SCALAR_OK;
	bool b;

	*yes_no = false;
	if (scalar_null(text)) {
		*out = (struct value){.kind = VALUE_NULL};
		return SCALAR_OK;
	}
	if (scalar_boolean(text, &b, yes_no)) {
		*out = (struct value){.kind = VALUE_BOOL, .boolean = b};
		return SCALAR_OK;
	}
	*out = value_string(text);
	if (not_finite(text))
		return SCALAR_NOT_FINITE;
	if (!integer(text, out, &fault) && !real(text, out, &fault))
		*out = value_string(text);
	return fault;
}

const char *scalar_disguise(const char *text, const struct value *v)
{
	const char *s = text + (*text == '+' || *text == '-');
	bool number = v->kind == VALUE_INT || v->kind == VALUE_FLOAT;

	if (*s == '0' && isdigit((unsigned char)s[1]) &&
	    strspn(s, "0123456789") == strlen(s) && v->kind == VALUE_STRING)
		return "no octal number";
	if (!number)
		return NULL;
	if (strchr(s, ':'))
		return "in sixties";
	if (strncmp(s, "0x", 2) == 0)
		return "hexadecimal";
	if (strncmp(s, "0b", 2) == 0)
		return "binary";
	if (strchr(s, '_'))
		return "underscores left out";
	if (*s == '0' && isdigit((unsigned char)s[1]))
		return v->kind == VALUE_INT ? "octal" : "zeros left out";
	return NULL;
}
