#include "base/pattern.h"

#include "base/mem.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum {
	GROUPS = 10,
	REPEATS_MAX = 1000 /* product of all that braces ask for */
};

struct pattern {
	regex_t regex;
};

/* The length of a bracket expression, [^]a-z] or [[:digit:]], at its beginning. */
static size_t bracket(const char *s)
{
	size_t n = 1;

	n += s[n] == '^';
	n += s[n] == ']';
	while (s[n] && s[n] != ']') {
		const char *end = NULL;

		if (s[n] == '[' && s[n + 1] && strchr(":.=", s[n + 1]))
			end = strchr(s + n + 2, ']');
		n = end ? (size_t)(end - s) + 1 : n + 1;
	}
	return s[n] ? n + 1 : n;
}

static bool escape_is_bad(char c, const char **help, struct error *err)
{
	if (c == 'd' || c == 'D') {
		*help = c == 'd' ? "write [0-9]" : "write [^0-9]";
		return !error_set(err, ERROR_FILE,
		                  "\\%c is not known in POSIX extended expressions", c);
	}
	if (!isdigit((unsigned char)c) || c == '0')
		return false;
	*help = NULL;
	return !error_set(err, ERROR_FILE,
	                  "a pattern cannot refer back to a group (\\%c)", c);
}

static bool follows_repeat(const char *text, const char *at)
{
	return at > text && strchr("*+?}", at[-1]) &&
	       (at - 1 == text || at[-2] != '\\');
}

/* {3,5} at s: multiplies *product. */
static bool repeat_is_bad(const char *s, unsigned long *product, struct error *err)
{
	const char *comma = strpbrk(s, ",}");
	unsigned long n = strtoul(s + 1, NULL, 10);
	unsigned long m = comma && *comma == ',' ? strtoul(comma + 1, NULL, 10) : 0;

	n = m > n ? m : n;
	*product *= n > 1 ? n : 1;
	return *product > REPEATS_MAX &&
	       !error_set(err, ERROR_FILE,
	                  "the pattern asks for more than %d repetitions", REPEATS_MAX);
}

static bool piece_is_bad(const char *text, const char *s, unsigned long *product,
                         const char **help, struct error *err)
{
	*help = NULL;
	if (*s == '\\')
		return escape_is_bad(s[1], help, err);
	if (*s == '(' && s[1] == '?') {
		*help = "write (…): the first group that takes part is the value";
		return !error_set(err, ERROR_FILE,
		                  "(? is not known in POSIX extended expressions");
	}
	if ((*s == '?' || *s == '+') && follows_repeat(text, s)) {
		*help = "say what it may contain: [^,]* in the place of .*?";
		return !error_set(err, ERROR_FILE,
		                  "%c%c is not known in POSIX extended expressions",
		                  s[-1], *s);
	}
	return *s == '{' && isdigit((unsigned char)s[1]) &&
	       repeat_is_bad(s, product, err);
}

static bool is_sane(const char *text, const char **help, struct error *err)
{
	unsigned long product = 1;
	bool group = false;

	if (strlen(text) > PATTERN_MAX)
		return error_set(err, ERROR_FILE, "a pattern has at most %d bytes",
		                 PATTERN_MAX);
	for (const char *s = text; *s;) {
		if (*s == '[') {
			s += bracket(s);
			continue;
		}
		if (piece_is_bad(text, s, &product, help, err))
			return false;
		group = group || *s == '(';
		s += *s == '\\' && s[1] ? 2 : 1;
	}
	*help = "put the number into brackets, as in 'val_loss: ([0-9.eE+-]+)'";
	return group || error_set(err, ERROR_FILE,
	                          "the pattern has no group to take the number from");
}

struct pattern *pattern_new(const char *text, const char **help, struct error *err)
{
	struct pattern *p;
	char why[200];
	int code;

	*help = NULL;
	if (!is_sane(text, help, err))
		return NULL;
	*help = NULL;
	p = mem_new(1, sizeof *p);
	code = regcomp(&p->regex, text, REG_EXTENDED);
	if (!code)
		return p;
	regerror(code, &p->regex, why, sizeof why);
	free(p);
	error_set(err, ERROR_FILE, "the pattern cannot be read: %s", why);
	return NULL;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	regfree(&p->regex);
	free(p);
}

bool pattern_find(const struct pattern *p, const char *line, size_t n, size_t *from,
                  size_t *len)
{
	regmatch_t m[GROUPS] = {{.rm_so = 0, .rm_eo = (regoff_t)n}};

	if (regexec(&p->regex, line, GROUPS, m, REG_STARTEND))
		return false;
	for (size_t i = 1; i < GROUPS; i++)
		if (m[i].rm_so >= 0) {
			*from = (size_t)m[i].rm_so;
			*len = (size_t)(m[i].rm_eo - m[i].rm_so);
			return true;
		}
	return false;
}
