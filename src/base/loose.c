/* A brace that may open an object is tried as JSON first, which costs least and is
 * exact; else by the rules here. Work is counted in bytes looked at, over all tries in
 * a line, so that no line costs more than a multiple of its length. */
#include "base/loose.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEPTH_MAX = 64,
	KEY_MAX = 512,  /* bytes of a key as written */
	RAW_KEPT = 200, /* bytes of a value that cannot be read */
	WORK_FACTOR = 24
};

struct loose loose_begin(const char *text, size_t len)
{
	json_use_memory();
	return (struct loose){
	    .text = text, .len = len, .work = WORK_FACTOR * len + 4096};
}

/* Reads one object. Every function returns false, or NULL, where it is none. */
struct reader {
	const char *s;
	size_t len, at;
	size_t *work;
	int depth;
	struct str text; /* of the string or key read last */
};

static bool spend(struct reader *r, size_t n)
{
	if (*r->work < n) {
		*r->work = 0;
		return false;
	}
	*r->work -= n;
	return true;
}

static char peek(const struct reader *r)
{
	return r->at < r->len ? r->s[r->at] : '\0';
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->len && isspace((unsigned char)r->s[r->at]))
		r->at++;
}

/* --- strings and keys --- */

static void add_utf8(struct str *out, unsigned c)
{
	if (!c || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		str_addc(out, (char)c);
		return;
	}
	if (c < 0x800) {
		str_addc(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			str_addc(out, (char)(0xe0 | c >> 12));
		} else {
			str_addc(out, (char)(0xf0 | c >> 18));
			str_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		str_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	str_addc(out, (char)(0x80 | (c & 0x3f)));
}

/* n hexadecimal digits at p; false: they are not. */
static bool hex(const struct reader *r, size_t p, size_t n, unsigned *out)
{
	char copy[9] = "";

	if (p + n > r->len)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isxdigit((unsigned char)r->s[p + i]))
			return false;
	memcpy(copy, r->s + p, n);
	*out = (unsigned)strtoul(copy, NULL, 16);
	return true;
}

/* \u00e9, the two halves of \ud83d\ude00, \U0001f600, \x41. */
static bool numbered_escape(struct reader *r)
{
	char c = r->s[r->at + 1];
	size_t n = c == 'u' ? 4 : c == 'U' ? 8 : c == 'x' ? 2 : 0;
	unsigned code, low;

	if (!n || !hex(r, r->at + 2, n, &code))
		return false;
	r->at += 2 + n;
	if (code >= 0xd800 && code < 0xdc00 && r->at + 6 <= r->len &&
	    !memcmp(r->s + r->at, "\\u", 2) && hex(r, r->at + 2, 4, &low) &&
	    low >= 0xdc00 && low < 0xe000) {
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		r->at += 6;
	}
	add_utf8(&r->text, code);
	return true;
}

/* A backslash and what follows; one that means nothing (C:\data) stands for itself. */
static void take_escape(struct reader *r)
{
	static const char letters[] = "ntrbfva\"'\\/", means[] = "\n\t\r\b\f\v\a\"'\\/";
	const char *at;

	if (r->at + 1 >= r->len || numbered_escape(r)) {
		r->at += r->at + 1 == r->len;
		return;
	}
	at = r->s[r->at + 1] ? strchr(letters, r->s[r->at + 1]) : NULL;
	if (at) {
		str_addc(&r->text, means[at - letters]);
		r->at += 2;
	} else {
		str_addc(&r->text, '\\');
		r->at++;
	}
}

/* A quoted string at r->at into r->text, at most `most` bytes of it. */
static bool read_string(struct reader *r, size_t most)
{
	char quote = r->s[r->at++];
	size_t from = r->at;

	str_clear(&r->text);
	while (r->at < r->len && r->s[r->at] != quote && r->at - from < most) {
		if (r->s[r->at] == '\\')
			take_escape(r);
		else if (r->s[r->at])
			str_addc(&r->text, r->s[r->at++]);
		else
			r->at++;
	}
	if (!spend(r, r->at - from + 1) || peek(r) != quote)
		return false;
	r->at++;
	return true;
}

/* At a quote, or at one behind Python's letters: b'…', u"…". The quote's place. */
static bool quote_ahead(const struct reader *r, size_t *quote)
{
	size_t i = r->at;

	while (i < r->len && i < r->at + 2 && strchr("bBuUrR", r->s[i]) && r->s[i])
		i++;
	*quote = i;
	return i < r->len && (r->s[i] == '"' || r->s[i] == '\'');
}

static bool is_bare(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
	       (c && strchr("_$./@%#*+-", c));
}

/* A tuple or an enumeration as a key, ('a', 1) or <Split.TEST: 2>: up to its end. */
static bool bracketed_key(struct reader *r, char open, char close)
{
	size_t from = r->at;
	int depth = 0;

	do {
		depth += r->s[r->at] == open;
		depth -= r->s[r->at] == close;
		r->at++;
	} while (depth && r->at < r->len && r->at - from < KEY_MAX);
	str_clear(&r->text);
	str_addn(&r->text, r->s + from, r->at - from);
	return spend(r, r->at - from) && !depth;
}

static bool bare_key(struct reader *r)
{
	size_t from;

	r->at += peek(r) == ':'; /* Ruby's symbols */
	from = r->at;
	while (r->at < r->len && is_bare(r->s[r->at]) && r->at - from < KEY_MAX)
		r->at++;
	str_clear(&r->text);
	str_addn(&r->text, r->s + from, r->at - from);
	return spend(r, r->at - from + 1) && r->at > from;
}

/* A key and the colon (or Ruby's arrow) behind it; the key is in r->text. */
static bool read_key(struct reader *r)
{
	size_t quote;
	bool ok;

	skip_blanks(r);
	if (quote_ahead(r, &quote)) {
		r->at = quote;
		ok = read_string(r, KEY_MAX);
	} else if (peek(r) == '(') {
		ok = bracketed_key(r, '(', ')');
	} else if (peek(r) == '<') {
		ok = bracketed_key(r, '<', '>');
	} else {
		ok = bare_key(r);
	}
	if (!ok)
		return false;
	skip_blanks(r);
	if (peek(r) == ':') {
		r->at++;
		return true;
	}
	ok = r->at + 1 < r->len && !memcmp(r->s + r->at, "=>", 2);
	r->at += 2;
	return ok;
}

/* --- values --- */

/* Is the end of a value here: a brace, or a comma with another member, or nothing,
 * behind it? So 0,25 is one value, and no two. */
static bool ends_here(const struct reader *r)
{
	struct reader ahead = *r;
	bool ends;

	if (peek(r) != ',')
		return peek(r) == '}';
	ahead.text = (struct str){0};
	ahead.at++;
	skip_blanks(&ahead);
	ends = peek(&ahead) == '}' || read_key(&ahead);
	str_free(&ahead.text);
	return ends;
}

/* Is a quote at i in or behind a word, as in "it's"? Python's b'…' is no word. */
static bool in_word(const struct reader *r, size_t i)
{
	size_t from = i;

	while (from && i - from < 3 && isalnum((unsigned char)r->s[from - 1]))
		from--;
	for (size_t k = from; k < i; k++)
		if (!strchr("bBuUrR", r->s[k]) || i - from > 2)
			return true;
	return false;
}

/* Where a quote at i closes; i itself when it is none, or nothing closes it. */
static size_t closing_quote(struct reader *r, size_t i)
{
	size_t k = i + 1;

	if (in_word(r, i))
		return i;
	while (k < r->len && r->s[k] != r->s[i])
		k += r->s[k] == '\\' ? 2 : 1;
	return spend(r, k - i) && k < r->len ? k : i;
}

/* To the end of a value, whatever it is; brackets are matched if `nested`. */
static bool skip_value(struct reader *r, bool nested)
{
	size_t from = r->at, depth = 0;

	for (; r->at < r->len && *r->work; r->at++) {
		char c = r->s[r->at];

		if (!depth && (c == '}' || c == ',') && ends_here(r))
			return spend(r, r->at - from + 1);
		if (!nested)
			continue;
		if (c == '"' || c == '\'')
			r->at = closing_quote(r, r->at);
		else if (c == '(' || c == '[' || c == '{')
			depth++;
		else if (depth && (c == ')' || c == ']' || c == '}'))
			depth--;
	}
	return spend(r, r->at - from) && false;
}

/* Of a value that begins with a quote and is no string: did that quote open one that
 * never closes? Then there is an odd number of them in it. */
static bool never_closes(struct reader *r, size_t from)
{
	size_t n = 0;

	for (size_t i = from; i < r->at; i++) {
		n += r->s[i] == r->s[from];
		i += r->s[i] == '\\';
	}
	return spend(r, r->at - from) && n % 2;
}

/* Back to the first comma behind which a key in the same quotes stands, if there is one
 * before r->at: the end of a string that never closes. */
static void end_before_key(struct reader *r, size_t from)
{
	struct reader ahead = *r;

	for (ahead.at = from; ahead.at < r->at && *r->work; ahead.at++) {
		struct reader key = ahead;

		if (peek(&ahead) != ',')
			continue;
		key.at++;
		skip_blanks(&key);
		if (peek(&key) == r->s[from] && ends_here(&ahead)) {
			r->at = ahead.at;
			return;
		}
	}
}

static cJSON *new_raw(const char *s, size_t n)
{
	char kept[RAW_KEPT + 1];

	n = n < RAW_KEPT ? n : RAW_KEPT;
	memcpy(kept, s, n);
	kept[n] = '\0';
	return cJSON_CreateRaw(kept);
}

static bool is_one_of(const char *s, size_t n, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (strlen(words[i]) == n && !memcmp(s, words[i], n))
			return true;
	return false;
}

static cJSON *value_of(const char *s, size_t n)
{
	static const char *const yes[] = {"true", "True", "TRUE", "np.True_",
	                                  "numpy.True_"};
	static const char *const no[] = {"false", "False", "FALSE", "np.False_",
	                                 "numpy.False_"};
	double x;

	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	if (is_one_of(s, n, yes, ARRAY_LEN(yes)))
		return cJSON_CreateTrue();
	if (is_one_of(s, n, no, ARRAY_LEN(no)))
		return cJSON_CreateFalse();
	switch (number_read(s, n, &x)) {
	case NUMBER_READ: return cJSON_CreateNumber(x);
	case NUMBER_ABSENT: return cJSON_CreateNull();
	case NUMBER_NONE: break;
	}
	return new_raw(s, n);
}

static cJSON *read_object(struct reader *r);

/* An object or a string, if that is all that stands there. */
static cJSON *whole_value(struct reader *r)
{
	cJSON *item = NULL;
	size_t quote;

	if (peek(r) == '{') {
		item = read_object(r);
	} else if (quote_ahead(r, &quote)) {
		r->at = quote;
		if (read_string(r, r->len))
			item = cJSON_CreateString(str_text(&r->text));
	}
	skip_blanks(r);
	if (item && ends_here(r))
		return item;
	cJSON_Delete(item);
	return NULL;
}

static cJSON *read_value(struct reader *r)
{
	cJSON *item;
	size_t from, quote;

	skip_blanks(r);
	from = r->at;
	item = whole_value(r);
	if (item)
		return item;
	r->at = from;
	if (!skip_value(r, true)) {
		r->at = from;
		if (!skip_value(r, false))
			return NULL;
	}
	if (quote_ahead(&(struct reader){.s = r->s, .len = r->len, .at = from},
	                &quote) &&
	    never_closes(r, quote))
		end_before_key(r, quote);
	return value_of(r->s + from, r->at - from);
}

static bool read_member(struct reader *r, cJSON *object)
{
	char key[KEY_MAX + 1];
	cJSON *item;

	if (!read_key(r))
		return false;
	memcpy(key, str_text(&r->text), r->text.len + 1);
	item = read_value(r);
	if (!item)
		return false;
	cJSON_AddItemToObject(object, key, item);
	return true;
}

/* From a brace to its own. */
static cJSON *read_object(struct reader *r)
{
	cJSON *object;
	bool ok = true;

	if (r->depth == DEPTH_MAX)
		return NULL;
	r->depth++;
	r->at++;
	object = cJSON_CreateObject();
	for (skip_blanks(r); ok && peek(r) != '}'; skip_blanks(r)) {
		ok = read_member(r, object);
		if (ok && peek(r) == ',')
			r->at++;
	}
	r->at++;
	r->depth--;
	if (ok)
		return object;
	cJSON_Delete(object);
	return NULL;
}

/* --- lines --- */

/* Does a brace open what could be an object: with nothing in it, or with a key? */
static bool opens(struct reader r)
{
	bool yes;

	r.at++;
	skip_blanks(&r);
	yes = peek(&r) == '}' || read_key(&r);
	str_free(&r.text);
	return yes;
}

static cJSON *try_at(struct loose *l, size_t *end)
{
	struct reader r = {.s = l->text, .len = l->len, .at = l->at, .work = &l->work};
	cJSON *object;

	if (!opens(r))
		return NULL;
	object = json_object(l->text + l->at, l->len - l->at, end);
	/* JSON or not, it was looked through up to its end. */
	if (!spend(&r, *end ? 2 * *end : l->len - l->at) && !object)
		return NULL;
	*end += l->at;
	if (object)
		return object;
	object = read_object(&r);
	*end = r.at;
	str_free(&r.text);
	return object;
}

cJSON *loose_next(struct loose *l)
{
	const char *brace;

	while (l->work && l->at < l->len &&
	       (brace = memchr(l->text + l->at, '{', l->len - l->at))) {
		cJSON *object;
		size_t end = 0;

		l->from = l->at = (size_t)(brace - l->text);
		object = try_at(l, &end);
		l->at = object ? end : l->at + 1;
		if (object)
			return object;
		l->work -= l->work > 0;
	}
	return NULL;
}

enum loose_value loose_number(const cJSON *item, double *out)
{
	enum number_kind kind;

	if (!item || cJSON_IsNull(item))
		return LOOSE_ABSENT;
	if (cJSON_IsNumber(item) || cJSON_IsBool(item))
		return json_number(item, out) ? LOOSE_NUMBER : LOOSE_UNREADABLE;
	if (!cJSON_IsString(item))
		return LOOSE_UNREADABLE;
	kind = number_read(item->valuestring, strlen(item->valuestring), out);
	return kind == NUMBER_READ     ? LOOSE_NUMBER
	       : kind == NUMBER_ABSENT ? LOOSE_ABSENT
	                               : LOOSE_UNREADABLE;
}
