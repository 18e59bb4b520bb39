/* Every notation is brought into the one of strtod, which then has the last word. */
#include "base/number.h"
#include "base/mem.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* An exact double in decimal has 1,077 characters at the most. */
enum { DIGITS_MAX = 1200 };

struct text {
	const char *s;
	size_t n;
};

static struct text trimmed(struct text t)
{
	while (t.n && isspace((unsigned char)t.s[0]))
		t.s++, t.n--;
	while (t.n && isspace((unsigned char)t.s[t.n - 1]))
		t.n--;
	return t;
}

static bool is_word(struct text t, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (strlen(words[i]) == t.n && !strncasecmp(t.s, words[i], t.n))
			return true;
	return false;
}

static bool starts(struct text t, const char *word)
{
	size_t n = strlen(word);

	return t.n >= n && !strncasecmp(t.s, word, n);
}

static bool skip(struct text *t, const char *word)
{
	size_t n = strlen(word);

	if (!starts(*t, word))
		return false;
	t->s += n;
	t->n -= n;
	return true;
}

/* nan(0x7ff8000000000000), nan(ind): what is between the brackets is its payload. */
static bool is_payload(struct text t)
{
	if (t.n < 2 || t.s[0] != '(' || t.s[t.n - 1] != ')')
		return false;
	for (size_t i = 1; i + 1 < t.n; i++)
		if (!isalnum((unsigned char)t.s[i]) && t.s[i] != '_')
			return false;
	return true;
}

/* Windows' old C library: 1.#INF, 1.#QNAN, 1.#IND0000; rounding can leave 1.#J. */
static bool read_windows(struct text t, double *out)
{
	if (!skip(&t, "1.#") || !t.n || !isalpha((unsigned char)t.s[0]))
		return false;
	*out = starts(t, "inf") ? (double)INFINITY : (double)NAN;
	for (size_t i = 0; i < t.n; i++)
		if (!isalnum((unsigned char)t.s[i]) && t.s[i] != '+' && t.s[i] != '-')
			return false;
	return true;
}

/* What is not finite, behind its sign. */
static bool read_special(struct text t, double *out)
{
	static const char *const nans[] = {"nan",   "nanq",  "nans", "qnan",  "snan",
	                                   "nan16", "nan32", ".nan", "nan64", "nan.0"};
	static const char *const infs[] = {"inf",          "infinity", "inf16",
	                                   "inf32",        "inf64",    ".inf",
	                                   "\xe2\x88\x9e", "inf.0"};

	if (is_word(t, infs, ARRAY_LEN(infs))) {
		*out = (double)INFINITY;
		return true;
	}
	if (is_word(t, nans, ARRAY_LEN(nans)) || (skip(&t, "nan") && is_payload(t))) {
		*out = (double)NAN;
		return true;
	}
	return read_windows(t, out);
}

/* A number being written again as strtod wants it. */
struct digits {
	char text[DIGITS_MAX + 16];
	size_t n;
};

/* Takes digits over from t, and single underscores between them out. */
static size_t take_digits(struct text *t, struct digits *d)
{
	size_t taken = 0;

	while (t->n) {
		bool digit = isdigit((unsigned char)t->s[0]);
		bool joint = t->s[0] == '_' && taken && t->n > 1 &&
		             isdigit((unsigned char)t->s[1]);

		if (!digit && !joint)
			break;
		if (digit && d->n < DIGITS_MAX) {
			d->text[d->n++] = t->s[0];
			taken++;
		}
		t->s++, t->n--;
	}
	return taken;
}

static void put(struct digits *d, char c)
{
	d->text[d->n++] = c;
	d->text[d->n] = '\0';
}

/* e-05, D+02, f0; Fortran leaves the letter out where the exponent has three digits. */
static bool take_exponent(struct text *t, struct digits *d, bool pointed)
{
	bool letter = t->n && strchr("eEdDqQfF", t->s[0]);
	size_t from, n;

	if (letter)
		t->s++, t->n--;
	put(d, 'e');
	from = t->n;
	if (t->n && (t->s[0] == '+' || t->s[0] == '-')) {
		put(d, t->s[0]);
		t->s++, t->n--;
	}
	if (!letter && from == t->n)
		return false;
	n = take_digits(t, d);
	return letter ? n > 0 : pointed && n == 3;
}

static bool read_decimal(struct text t, double *out)
{
	struct digits d = {.n = 0};
	bool pointed = false;
	size_t n;

	if (t.n > DIGITS_MAX)
		return false;
	n = take_digits(&t, &d);
	if (t.n && t.s[0] == '.') {
		pointed = true;
		put(&d, '.');
		t.s++, t.n--;
		n += take_digits(&t, &d);
	}
	if (!n || (t.n && !take_exponent(&t, &d, pointed)) || t.n)
		return false;
	d.text[d.n] = '\0';
	*out = strtod(d.text, NULL);
	return true;
}

/* 0x1.8p-3 as C's %a prints it, 0x10 as JSON5 has it. */
static bool read_hex(struct text t, double *out)
{
	char copy[64], *end;

	if (t.n >= sizeof copy || !starts(t, "0x") || t.n < 3 ||
	    !(isxdigit((unsigned char)t.s[2]) || t.s[2] == '.'))
		return false;
	memcpy(copy, t.s, t.n);
	copy[t.n] = '\0';
	*out = strtod(copy, &end);
	return !*end;
}

static struct text unquoted(struct text t)
{
	if (t.n > 1 && (t.s[0] == '\'' || t.s[0] == '"') && t.s[t.n - 1] == t.s[0])
		return (struct text){t.s + 1, t.n - 2};
	return t;
}

/* np.float64(0.5), Decimal('0.5'): what is inside, else the text itself. */
static struct text unwrapped(struct text t)
{
	static const char *const homes[] = {"numpy.", "np.", "jnp.", "decimal."};
	static const char *const names[] = {
	    "float16",   "float32",    "float64", "float96",  "float128", "bfloat16",
	    "half",      "single",     "double",  "float_",   "int8",     "int16",
	    "int32",     "int64",      "uint8",   "uint16",   "uint32",   "uint64",
	    "int_",      "longdouble", "decimal", "longlong", "mpf",      "str_",
	    "ulonglong", "intc",       "uintc",   "float",    "int"};
	struct text name = t;
	const char *open = memchr(t.s, '(', t.n);

	if (!open || t.s[t.n - 1] != ')')
		return t;
	for (size_t i = 0; i < ARRAY_LEN(homes); i++)
		if (skip(&name, homes[i]))
			break;
	name.n = (size_t)(open - name.s);
	if (open < name.s || !is_word(name, names, ARRAY_LEN(names)))
		return t;
	t.n -= (size_t)(open - t.s) + 2;
	t.s = open + 1;
	return trimmed(unquoted(trimmed(t)));
}

enum number_kind number_read(const char *text, size_t n, double *out)
{
	static const char *const absent[] = {"null", "none",   "nil", "undefined",
	                                     "na",   "<na>",   "nat", "nothing",
	                                     "~",    "missing"};
	struct text t = trimmed((struct text){text, n});
	bool minus;
	double x;

	if (is_word(t, absent, ARRAY_LEN(absent)))
		return NUMBER_ABSENT;
	t = t.n ? unwrapped(t) : t;
	minus = skip(&t, "-") || skip(&t, "\xe2\x88\x92");
	if (!minus)
		skip(&t, "+");
	if (!read_special(t, &x) && !read_hex(t, &x) && !read_decimal(t, &x))
		return NUMBER_NONE;
	*out = minus ? -x : x;
	return NUMBER_READ;
}
