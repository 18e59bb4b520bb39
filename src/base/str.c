#include "base/str.h"
#include "base/mem.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *str_text(const struct str *s)
{
	return s->s ? s->s : "";
}

void str_addn(struct str *s, const char *bytes, size_t n)
{
	if (s->len + n + 1 > s->cap) {
		s->cap = 2 * (s->len + n + 1) > 64 ? 2 * (s->len + n + 1) : 64;
		s->s = mem_grow(s->s, s->cap, 1);
	}
	if (n)
		memcpy(s->s + s->len, bytes, n);
	s->len += n;
	s->s[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_addn(s, text, strlen(text));
}

void str_addc(struct str *s, char c)
{
	str_addn(s, &c, 1);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	char small[256];
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof small) {
		str_addn(s, small, (size_t)n);
	} else if (n >= 0) {
		char *big = mem_new((size_t)n + 1, 1);

		vsnprintf(big, (size_t)n + 1, fmt, again);
		str_addn(s, big, (size_t)n);
		free(big);
	}
	va_end(again);
}

const char *str_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

void str_count(struct str *s, uint64_t n, const char *noun)
{
	str_addf(s, "%llu %s%s", (unsigned long long)n, noun, str_plural(n));
}

void str_clear(struct str *s)
{
	s->len = 0;
	if (s->s)
		s->s[0] = '\0';
}

void str_free(struct str *s)
{
	free(s->s);
	*s = (struct str){0};
}

/* One code point from p[0..n), its length in *len; U+FFFD and length 1 when invalid. */
static uint32_t utf8_next(const unsigned char *p, size_t n, size_t *len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t want = p[0] < 0x80   ? 1
	              : p[0] < 0xc2 ? 0
	              : p[0] < 0xe0 ? 2
	              : p[0] < 0xf0 ? 3
	              : p[0] < 0xf5 ? 4
	                            : 0;
	uint32_t c;

	*len = 1;
	if (want == 1)
		return p[0];
	if (!want || want > n)
		return 0xfffd;
	c = p[0] & (0x7fU >> want);
	for (size_t i = 1; i < want; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[want] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0xfffd;
	*len = want;
	return c;
}

static void add_escape(struct str *s, uint32_t c)
{
	if (c >= 0x10000) {
		c -= 0x10000;
		str_addf(s, "\\u%04x\\u%04x", 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
	} else {
		str_addf(s, "\\u%04x", c);
	}
}

void str_json(struct str *s, const char *text, size_t n, bool ascii)
{
	static const char named[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const unsigned char *p = (const unsigned char *)text;
	size_t len;

	str_addc(s, '"');
	for (size_t i = 0; i < n; i += len) {
		uint32_t c = utf8_next(p + i, n - i, &len);
		const char *at = c && c < 0x80 ? strchr(named, (int)c) : NULL;

		if (at) {
			str_addc(s, '\\');
			str_addc(s, letter[at - named]);
		} else if (c < 0x20 || c == 0x7f || (ascii && c >= 0x80)) {
			add_escape(s, c);
		} else if (c == 0xfffd) {
			str_add(s, "\xef\xbf\xbd");
		} else {
			str_addn(s, text + i, len);
		}
	}
	str_addc(s, '"');
}

void str_csv(struct str *s, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		str_add(s, text);
		return;
	}
	str_addc(s, '"');
	for (; *text; text++) {
		if (*text == '"')
			str_addc(s, '"');
		str_addc(s, *text);
	}
	str_addc(s, '"');
}

void str_shell(struct str *s, const char *word)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-+=./:,@%";

	if (*word && strspn(word, plain) == strlen(word)) {
		str_add(s, word);
		return;
	}
	str_addc(s, '\'');
	for (; *word; word++)
		if (*word == '\'')
			str_add(s, "'\\''");
		else
			str_addc(s, *word);
	str_addc(s, '\'');
}

/* The decimal exponent form that Python chooses: exponent below -4 or from 16 on. */
static void add_python(struct str *s, const char *digits, int n, int exp10, bool neg)
{
	if (neg)
		str_addc(s, '-');
	if (exp10 < -4 || exp10 >= 16) {
		str_addn(s, digits, 1);
		if (n > 1) {
			str_addc(s, '.');
			str_addn(s, digits + 1, (size_t)n - 1);
		}
		str_addf(s, "e%c%02d", exp10 < 0 ? '-' : '+', abs(exp10));
	} else if (exp10 < 0) {
		str_add(s, "0.");
		for (int i = -1; i > exp10; i--)
			str_addc(s, '0');
		str_addn(s, digits, (size_t)n);
	} else {
		for (int i = 0; i < n || i <= exp10; i++) {
			if (i == exp10 + 1)
				str_addc(s, '.');
			str_addc(s, i < n ? digits[i] : '0');
		}
	}
}

/* A positive number in decimal: digits d.ddd times 10^exp10. */
struct decimal {
	char digits[24];
	int n, exp10;
};

/* The nearest decimal with so many digits, plus add in the last place. False when it
 * does not read back as x. */
static bool decimal_of(struct decimal *d, double x, int digits, unsigned add)
{
	char buf[40];
	unsigned long long m;

	snprintf(buf, sizeof buf, "%.*e", digits - 1, x);
	d->exp10 = atoi(strchr(buf, 'e') + 1);
	if (digits > 1)
		memmove(buf + 1, buf + 2, strlen(buf + 2) + 1);
	m = strtoull(buf, NULL, 10) + add;
	d->n = snprintf(d->digits, sizeof d->digits, "%llu", m);
	snprintf(buf, sizeof buf, "%llue%d", m, d->exp10 - digits + 1);
	d->exp10 += d->n - digits;
	while (d->n > 1 && d->digits[d->n - 1] == '0')
		d->n--;
	return strtod(buf, NULL) == x;
}

/* Most numbers that people write have few digits: m / 10^k with a whole m is then x
 * itself, since the quotient of two exact doubles is rounded as strtod rounds. Of m
 * below 10^15 no two read back the same, so this is the decimal that would be found
 * below. */
static bool short_decimal(struct decimal *d, double x)
{
	double power = 1, m;
	int k = 0;

	for (; k <= 22 && x * power < 1e15; k++, power *= 10) {
		m = nearbyint(x * power);
		if (m < 1 || m / power != x)
			continue;
		d->n = snprintf(d->digits, sizeof d->digits, "%.0f", m);
		d->exp10 = d->n - 1 - k;
		while (d->n > 1 && d->digits[d->n - 1] == '0')
			d->n--;
		return true;
	}
	return false;
}

/* Fifteen digits are enough for any shorter decimal, except below the normal numbers.
 * Above a power of two the doubles lie wider than below it: there the next decimal up
 * may read back where the nearest one of that length does not. */
static void shortest(struct decimal *d, double x)
{
	int exp2;
	bool power = frexp(x, &exp2) == 0.5;
	bool handy = x >= 1e-7 && x < 1e15;

	if (handy && short_decimal(d, x))
		return;
	for (int digits = x < DBL_MIN ? 1 : handy ? 16 : 15; digits < 17; digits++)
		if (decimal_of(d, x, digits, 0) ||
		    (power && digits == 16 && decimal_of(d, x, digits, 1)))
			return;
	decimal_of(d, x, 17, 0);
}

void str_double(struct str *s, double x)
{
	struct decimal d;

	if (!isfinite(x)) {
		str_add(s, isnan(x) ? "nan" : x > 0 ? "inf" : "-inf");
	} else if (x == 0) {
		str_add(s, signbit(x) ? "-0" : "0");
	} else {
		shortest(&d, fabs(x));
		add_python(s, d.digits, d.n, d.exp10, x < 0);
	}
}

void str_json_double(struct str *s, double x)
{
	if (isfinite(x)) {
		str_double(s, x);
		return;
	}
	str_addc(s, '"');
	str_double(s, x);
	str_addc(s, '"');
}

enum { NEAREST_MAX = 64 };

/* Edit distance with a swap of neighbours as one step (optimal string alignment). */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t d[3][NEAREST_MAX + 1];

	for (size_t j = 0; j <= nb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *row = d[i % 3], *up = d[(i + 2) % 3], *up2 = d[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			int ca = tolower((unsigned char)a[i - 1]);
			int cb = tolower((unsigned char)b[j - 1]);
			size_t best = up[j - 1] + (ca != cb);

			best = up[j] + 1 < best ? up[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			if (i > 1 && j > 1 && ca != cb &&
			    ca == tolower((unsigned char)b[j - 2]) &&
			    cb == tolower((unsigned char)a[i - 2]))
				best = up2[j - 2] + 1 < best ? up2[j - 2] + 1 : best;
			row[j] = best;
		}
	}
	return d[na % 3][nb];
}

size_t str_index(const char *word, const char *const *words, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(word, words[i]) != 0)
		i++;
	return i;
}

const char *str_nearest(const char *word, const char *const *names, size_t n)
{
	size_t len = strlen(word), best = len / 3 + 2;
	const char *found = NULL;

	if (len > NEAREST_MAX)
		return NULL;
	/* A name that holds the word whole, or is held by it, is meant more often than
	 * not. */
	for (size_t i = 0; i < n && !found && len >= 3; i++)
		if (strcasestr(names[i], word) ||
		    (strlen(names[i]) >= 3 && strcasestr(word, names[i])))
			found = names[i];
	for (size_t i = 0; i < n; i++) {
		size_t other = strlen(names[i]), d;

		if (!other || other > NEAREST_MAX)
			continue;
		d = distance(word, len, names[i], other);
		if (d < best && d < (len > other ? len : other)) {
			best = d;
			found = names[i];
		}
	}
	return found;
}
