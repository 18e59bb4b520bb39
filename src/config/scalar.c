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

/* 1:30 = 90, as YAML 1.1 has it. */
static bool sexagesimal(const char *s, int64_t *out)
{
	int64_t total = 0;
	bool colon = false;

	if (!isdigit((unsigned char)*s) || *s == '0')
		return false;
	while (*s) {
		char *end;
		long part = strtol(s, &end, 10);

		if (!isdigit((unsigned char)*s) || end - s > (colon ? 2 : 12) ||
		    (colon && part > 59) || __builtin_mul_overflow(total, 60, &total) ||
		    __builtin_add_overflow(total, part, &total))
			return false;
		if (*end && *end != ':')
			return false;
		colon = colon || *end == ':';
		s = *end ? end + 1 : end;
		if (*end && !*s)
			return false;
	}
	*out = total;
	return colon;
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

static bool integer(const char *text, struct value *out, enum scalar_fault *fault)
{
	const char *s = text + (*text == '+' || *text == '-'), *digits, *allowed;
	char clean[DIGITS_MAX + 2];
	bool minus = *text == '-';
	int base = integer_base(s, &digits, &allowed);
	int64_t i;

	if (sexagesimal(s, &i)) {
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

/* [-+]?(digits[.digits] | .digits)([eE][-+]?digits)? with underscores among the digits.
 */
static bool real(const char *text, struct value *out, enum scalar_fault *fault)
{
	char clean[DIGITS_MAX + 1];
	const char *s = text;
	size_t n = 0, digits = 0;
	bool point = false, exponent = false;

	if (*s == '+' || *s == '-')
		clean[n++] = *s++;
	if (!isdigit((unsigned char)*s) && *s != '.')
		return false;
	for (; *s; s++) {
		if (n == DIGITS_MAX)
			return false;
		if (isdigit((unsigned char)*s))
			digits++;
		else if (*s == '.' && !point && !exponent)
			point = true;
		else if ((*s == 'e' || *s == 'E') && digits && !exponent) {
			exponent = true;
			clean[n++] = 'e';
			if (s[1] == '+' || s[1] == '-')
				clean[n++] = *++s;
			if (!isdigit((unsigned char)s[1]))
				return false;
			continue;
		} else if (*s == '_' && digits && !exponent)
			continue;
		else
			return false;
		clean[n++] = *s;
	}
	clean[n] = '\0';
	if (!digits || (!point && !exponent))
		return false;
	*out = value_float(strtod(clean, NULL));
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
