#include "report/text.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct code_points {
	uint32_t first, last;
};

/* From Unicode's EastAsianWidth.txt and general categories, coarsely. */
static const struct code_points wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
static const struct code_points none[] = {{0x300, 0x36f},
                                          {0x200b, 0x200f},
                                          {0x20d0, 0x20f0},
                                          {0xfe00, 0xfe0f},
                                          {0xfeff, 0xfeff}};

static bool within(const struct code_points *list, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= list[i].first && c <= list[i].last)
			return true;
	return false;
}

/* The character at p, its bytes in *len; 0 where it is not UTF-8. */
static uint32_t next_char(const char *p, size_t *len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *u = (const unsigned char *)p;
	size_t n = u[0] < 0x80   ? 1
	           : u[0] < 0xc2 ? 0
	           : u[0] < 0xe0 ? 2
	           : u[0] < 0xf0 ? 3
	                         : 4;
	uint32_t c = n == 1 ? u[0] : n ? u[0] & (0x7fU >> n) : 0;

	*len = 1;
	if (n < 2 || u[0] > 0xf4)
		return n == 1 ? c : 0;
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*len = n;
	return c;
}

static size_t char_width(uint32_t c)
{
	if (within(none, ARRAY_LEN(none), c))
		return 0;
	return within(wide, ARRAY_LEN(wide), c) ? 2 : 1;
}

size_t text_width(const char *s)
{
	size_t width = 0, len;

	for (; *s; s += len)
		width += char_width(next_char(s, &len));
	return width;
}

/* Direction marks reorder what stands around them, so they count as control characters.
 */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void clean_char(struct str *out, const char *p, uint32_t c, size_t len)
{
	if (!is_control(c))
		str_addn(out, p, len);
	else if (c == '\n' || c == '\t')
		str_add(out, c == '\n' ? "\\n" : "\\t");
	else if (len > 1)
		str_addf(out, "\\u%04x", c);
	else
		str_addf(out, "\\x%02x", (unsigned)(unsigned char)*p);
}

void text_clean(struct str *out, const char *s)
{
	size_t len;

	for (; *s; s += len) {
		uint32_t c = next_char(s, &len);

		clean_char(out, s, c, len);
	}
}

void text_cut(struct str *out, const char *s, size_t width)
{
	size_t used = 0, word = 0, len;

	if (text_width(s) <= width) {
		str_add(out, s);
		return;
	}
	for (; *s; s += len) {
		size_t w = char_width(next_char(s, &len));

		if (used + w + 1 > width)
			break;
		if (*s == ' ' && 2 * used >= width)
			word = out->len;
		used += w;
		str_addn(out, s, len);
	}
	if (word && *s != ' ') {
		out->len = word;
		out->s[word] = '\0';
	}
	if (width)
		str_add(out, "…");
}

void text_wrap(struct str *out, const char *s, size_t width, const char *indent)
{
	size_t used = 0;
	bool first = true;

	while (*s) {
		size_t len = strcspn(s, " "), w;
		struct str word = {0};

		str_addn(&word, s, len);
		w = text_width(str_text(&word));
		if (!first && width && used + 1 + w > width) {
			str_addf(out, "\n%s", indent);
			used = text_width(indent);
		} else if (!first) {
			str_addc(out, ' ');
			used++;
		}
		str_add(out, str_text(&word));
		str_free(&word);
		used += w;
		first = false;
		s += len + (s[len] == ' ');
	}
}

/* More than a word behind its first. */
static bool is_prose(const char *line)
{
	line += strspn(line, " ");
	line += strcspn(line, " ");
	line += strspn(line, " ");
	return strchr(line, ' ') != NULL;
}

void text_fold(struct str *out, const char *s, size_t width)
{
	struct str line = {0}, indent = {0};

	while (*s) {
		size_t len = strcspn(s, "\n"), blanks = strspn(s, " ");

		str_clear(&line);
		str_clear(&indent);
		str_addn(&line, s, len);
		str_addn(&indent, s, blanks);
		str_add(&indent, "  ");
		if (text_width(str_text(&line)) > width && is_prose(str_text(&line)))
			text_wrap(out, str_text(&line), width, str_text(&indent));
		else
			str_add(out, str_text(&line));
		s += len;
		if (*s)
			str_addc(out, *s++);
	}
	str_free(&line);
	str_free(&indent);
}

void text_tail(struct str *out, const char *s, size_t n, size_t lines,
               const char *indent)
{
	size_t at;

	while (n && s[n - 1] == '\n')
		n--;
	for (at = n; at; at--)
		if (s[at - 1] == '\n' && !--lines)
			break;
	for (bool begin = true; at < n; at++) {
		size_t len;
		uint32_t c;

		if (begin)
			str_add(out, indent);
		begin = s[at] == '\n' || s[at] == '\r';
		if (begin) {
			str_addc(out, '\n');
			continue;
		}
		if (s[at] == '\t') {
			str_addc(out, '\t');
			continue;
		}
		/* s[n] is readable: the text is NUL-terminated. */
		c = next_char(s + at, &len);
		clean_char(out, s + at, c, len);
		at += len - 1;
	}
	if (n)
		str_addc(out, '\n');
}

/* "-0.000" is 0 to everybody but a printer of floating-point numbers. */
static void add_unsigned_zero(struct str *out, const char *text)
{
	bool zero = text[0] == '-' && text[strspn(text, "-0.")] == '\0';

	str_add(out, zero ? text + 1 : text);
}

void text_number(struct str *out, double x)
{
	char text[64];

	if (!isfinite(x)) {
		str_double(out, x);
		return;
	}
	snprintf(text, sizeof text, "%.6g", x);
	add_unsigned_zero(out, text);
}

/* Without the zeros behind its point that say nothing. */
static void add_trimmed(struct str *out, char *text)
{
	char *end = text + strlen(text);

	while (strchr(text, '.') && (end[-1] == '0' || end[-1] == '.')) {
		bool point = *--end == '.';

		*end = '\0';
		if (point)
			break;
	}
	add_unsigned_zero(out, text);
}

void text_digits(struct str *out, double x, int digits)
{
	char text[64];
	double size = fabs(x);

	if (!isfinite(x)) {
		str_double(out, x);
	} else if (size >= 1e-4 && size < 1e7) {
		int decimals = digits - 1 - (int)floor(log10(size));

		snprintf(text, sizeof text, "%.*f", decimals > 0 ? decimals : 0, x);
		add_trimmed(out, text);
	} else {
		snprintf(text, sizeof text, "%.*g", digits, x);
		add_unsigned_zero(out, text);
	}
}

void text_interval(struct str *out, double mean, double half)
{
	char text[64];
	int digits;

	if (!isfinite(half) || !isfinite(mean)) {
		text_number(out, mean);
		return;
	}
	digits = half > 0 ? 1 - (int)floor(log10(half)) : 6;
	if (!(half > 0) || digits > 8 || fabs(mean) >= 1e9 || half >= 1e9) {
		text_number(out, mean);
		str_addf(out, " ± %.2g", half);
		return;
	}
	digits = digits < 0 ? 0 : digits;
	snprintf(text, sizeof text, "%.*f", digits, mean);
	add_unsigned_zero(out, text);
	str_addf(out, " ± %.*f", digits, half);
}

void text_range(struct str *out, double value, double low, double high)
{
	const double x[] = {value, low, high};
	double half = (high - low) / 2;
	bool short_ = half > 0 && half < 1e9 && fabs(value) < 1e9;
	int digits = short_ ? 1 - (int)floor(log10(half)) : 0;
	char text[64];

	for (size_t i = 0; i < ARRAY_LEN(x); i++) {
		str_add(out, i == 1 ? " (" : i ? " to " : "");
		if (!short_ || digits > 8) {
			text_number(out, x[i]);
			continue;
		}
		snprintf(text, sizeof text, "%.*f", digits < 0 ? 0 : digits, x[i]);
		add_unsigned_zero(out, text);
	}
	str_addc(out, ')');
}

void text_duration(struct str *out, double seconds)
{
	bool counted = seconds > 0 && seconds < 1e9;
	unsigned long long s = counted ? (unsigned long long)(seconds + 0.5) : 0;

	if (isnan(seconds))
		str_add(out, "an unknown time");
	else if (!(seconds < 1e9))
		str_add(out, "for ever");
	else if (seconds < 10)
		str_addf(out, "%.2g s", seconds > 0.001 ? seconds : 0.001);
	else if (seconds < 59.95)
		str_addf(out, "%.1f s", seconds);
	else if (s < 3600)
		str_addf(out, "%llum%02llus", s / 60, s % 60);
	else if (s < 86400)
		str_addf(out, "%lluh%02llum", s / 3600, s / 60 % 60);
	else
		str_addf(out, "%llud%02lluh", s / 86400, s / 3600 % 24);
}

void text_bytes(struct str *out, double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	size_t i = 0;

	for (; bytes >= 1000 && i + 1 < ARRAY_LEN(units); i++)
		bytes /= 1000;
	str_addf(out, bytes < 10 && i ? "%.1f %s" : "%.0f %s", bytes, units[i]);
}
