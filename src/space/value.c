#include "space/value.h"
#include "base/set.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct value value_int(int64_t i)
{
	return (struct value){.kind = VALUE_INT, .integer = i};
}

struct value value_float(double x)
{
	return (struct value){.kind = VALUE_FLOAT, .number = x};
}

struct value value_string(const char *s)
{
	return (struct value){.kind = VALUE_STRING, .string = s};
}

const char *value_kind_name(enum value_kind k)
{
	static const char *const names[] = {
	    [VALUE_NULL] = "null",     [VALUE_BOOL] = "boolean",
	    [VALUE_INT] = "integer",   [VALUE_FLOAT] = "number",
	    [VALUE_STRING] = "string", [VALUE_LIST] = "list",
	    [VALUE_MAP] = "mapping",
	};

	return names[k];
}

/* Code points that Python's repr escapes, apart from unassigned ones (which change with
 * every version of Unicode): categories Cc, Cf, Co, Zl, Zp, Zs and the noncharacters.
 */
static bool is_printable(uint32_t c)
{
	static const uint32_t hidden[][2] = {
	    {0x00, 0x1f},       {0x7f, 0xa0},        {0xad, 0xad},
	    {0x600, 0x605},     {0x61c, 0x61c},      {0x6dd, 0x6dd},
	    {0x70f, 0x70f},     {0x890, 0x891},      {0x8e2, 0x8e2},
	    {0x1680, 0x1680},   {0x180e, 0x180e},    {0x2000, 0x200f},
	    {0x2028, 0x202f},   {0x205f, 0x206f},    {0x3000, 0x3000},
	    {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},    {0xfeff, 0xfeff},
	    {0xfff0, 0xfffb},   {0x110bd, 0x110bd},  {0x110cd, 0x110cd},
	    {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},  {0x1d173, 0x1d17a},
	    {0xe0000, 0xe00ff}, {0xe01f0, 0x10ffff},
	};

	if ((c & 0xfffe) == 0xfffe)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
		if (c >= hidden[i][0] && c <= hidden[i][1])
			return false;
	return true;
}

/* Strings in values are valid UTF-8, so the first byte tells the length. A stray byte
 * counts as the code point of its own number, which keeps this in bounds. */
static uint32_t next_char(const char *s, size_t *len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t want = p[0] < 0xc0 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = want == 1 ? p[0] : p[0] & (0x7fU >> want);

	*len = 1;
	for (size_t i = 1; i < want; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return p[0];
		c = c << 6 | (p[i] & 0x3f);
	}
	*len = want;
	return c;
}

static void add_hidden(struct str *out, uint32_t c)
{
	if (c == '\n' || c == '\r' || c == '\t')
		str_add(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
	else if (c < 0x100)
		str_addf(out, "\\x%02" PRIx32, c);
	else if (c < 0x10000)
		str_addf(out, "\\u%04" PRIx32, c);
	else
		str_addf(out, "\\U%08" PRIx32, c);
}

static void add_repr_string(struct str *out, const char *s)
{
	char quote = strchr(s, '\'') && !strchr(s, '"') ? '"' : '\'';
	size_t len;

	str_addc(out, quote);
	for (; *s; s += len) {
		uint32_t c = next_char(s, &len);

		if (*s == quote || *s == '\\')
			str_addc(out, '\\');
		if (is_printable(c))
			str_addn(out, s, len);
		else
			add_hidden(out, c);
	}
	str_addc(out, quote);
}

static void add_repr(struct str *out, const struct value *v)
{
	bool is_map = v->kind == VALUE_MAP;

	if (v->kind == VALUE_STRING) {
		add_repr_string(out, v->string);
		return;
	}
	if (!is_map && v->kind != VALUE_LIST) {
		value_text(v, out);
		return;
	}
	str_addc(out, is_map ? '{' : '[');
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			str_add(out, ", ");
		if (is_map) {
			add_repr_string(out, v->keys[i]);
			str_add(out, ": ");
		}
		add_repr(out, &v->items[i]);
	}
	str_addc(out, is_map ? '}' : ']');
}

void value_text(const struct value *v, struct str *out)
{
	switch (v->kind) {
	case VALUE_NULL: str_add(out, "None"); break;
	case VALUE_BOOL: str_add(out, v->boolean ? "True" : "False"); break;
	case VALUE_INT: str_addf(out, "%" PRId64, v->integer); break;
	case VALUE_FLOAT: str_double(out, v->number); break;
	case VALUE_STRING: str_add(out, v->string); break;
	case VALUE_LIST:
	case VALUE_MAP: add_repr(out, v); break;
	}
}

static void add_json_members(struct str *out, const struct value *v, bool python)
{
	bool is_map = v->kind == VALUE_MAP;

	str_addc(out, is_map ? '{' : '[');
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			str_add(out, python ? ", " : ",");
		if (is_map) {
			str_json(out, v->keys[i], strlen(v->keys[i]), python);
			str_add(out, python ? ": " : ":");
		}
		value_json(&v->items[i], out, python);
	}
	str_addc(out, is_map ? '}' : ']');
}

void value_json(const struct value *v, struct str *out, bool python)
{
	switch (v->kind) {
	case VALUE_NULL: str_add(out, "null"); break;
	case VALUE_BOOL: str_add(out, v->boolean ? "true" : "false"); break;
	case VALUE_INT: str_addf(out, "%" PRId64, v->integer); break;
	case VALUE_FLOAT: str_json_double(out, v->number); break;
	case VALUE_STRING: str_json(out, v->string, strlen(v->string), python); break;
	case VALUE_LIST:
	case VALUE_MAP: add_json_members(out, v, python); break;
	}
}

/* Is x a whole number that an int64 holds? Then it hashes and compares as that. */
static bool whole(double x, int64_t *out)
{
	if (!(x >= -0x1p63 && x < 0x1p63) || x != floor(x))
		return false;
	*out = (int64_t)x;
	return true;
}

static const struct value *map_get(const struct value *map, const char *key,
                                   size_t hint)
{
	if (hint < map->n && strcmp(map->keys[hint], key) == 0)
		return &map->items[hint];
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->keys[i], key) == 0)
			return &map->items[i];
	return NULL;
}

static bool members_equal(const struct value *a, const struct value *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct value *other =
		    a->kind == VALUE_MAP ? map_get(b, a->keys[i], i) : &b->items[i];

		if (!other || !value_equal(&a->items[i], other))
			return false;
	}
	return true;
}

static bool numbers_equal(const struct value *a, const struct value *b)
{
	int64_t i;

	if (a->kind == VALUE_INT)
		return whole(b->number, &i) && i == a->integer;
	return whole(a->number, &i) && i == b->integer;
}

/* YAML 1.1 readers take 1e-05 for a string; 1.0e-05 is a number to all. */
static void yaml_float(double x, struct str *out)
{
	struct str text = {0};
	const char *e;

	str_double(&text, x);
	e = strchr(str_text(&text), 'e');
	if (e && !strchr(str_text(&text), '.')) {
		str_addn(out, text.s, (size_t)(e - text.s));
		str_add(out, ".0");
		str_add(out, e);
	} else {
		str_add(out, str_text(&text));
	}
	str_free(&text);
}

void value_yaml(const struct value *v, struct str *out)
{
	if (v->kind == VALUE_FLOAT) {
		yaml_float(v->number, out);
		return;
	}
	if (v->kind != VALUE_LIST && v->kind != VALUE_MAP) {
		value_json(v, out, false);
		return;
	}
	str_addc(out, v->kind == VALUE_LIST ? '[' : '{');
	for (size_t i = 0; i < v->n; i++) {
		str_add(out, i ? ", " : "");
		if (v->kind == VALUE_MAP) {
			str_json(out, v->keys[i], strlen(v->keys[i]), false);
			str_add(out, ": ");
		}
		value_yaml(&v->items[i], out);
	}
	str_addc(out, v->kind == VALUE_LIST ? ']' : '}');
}

const struct value *value_member(const struct value *v, const char *path, size_t n)
{
	for (size_t i = 0; v->kind == VALUE_MAP && i < v->n; i++) {
		size_t len = strlen(v->keys[i]);
		const struct value *inner = NULL;

		if (len > n || memcmp(v->keys[i], path, len) != 0)
			continue;
		if (len == n)
			return &v->items[i];
		if (path[len] == '.')
			inner = value_member(&v->items[i], path + len + 1, n - len - 1);
		if (inner)
			return inner;
	}
	return NULL;
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return ((a->kind == VALUE_INT && b->kind == VALUE_FLOAT) ||
		        (a->kind == VALUE_FLOAT && b->kind == VALUE_INT)) &&
		       numbers_equal(a, b);
	switch (a->kind) {
	case VALUE_NULL: return true;
	case VALUE_BOOL: return a->boolean == b->boolean;
	case VALUE_INT: return a->integer == b->integer;
	case VALUE_FLOAT: return a->number == b->number;
	case VALUE_STRING: return strcmp(a->string, b->string) == 0;
	case VALUE_LIST:
	case VALUE_MAP: return members_equal(a, b);
	}
	return false;
}

static uint64_t hash_word(uint64_t h, char tag, uint64_t word)
{
	return set_hash(set_hash(h, &tag, 1), &word, sizeof word);
}

static uint64_t hash_members(uint64_t h, const struct value *v)
{
	uint64_t sum = 0;

	if (v->kind == VALUE_LIST) {
		h = hash_word(h, 'l', v->n);
		for (size_t i = 0; i < v->n; i++)
			h = value_hash(h, &v->items[i]);
		return h;
	}
	/* A sum, because the order of a mapping's members does not count. */
	for (size_t i = 0; i < v->n; i++) {
		uint64_t key = set_hash(SET_HASH, v->keys[i], strlen(v->keys[i]) + 1);

		sum += value_hash(key, &v->items[i]);
	}
	return hash_word(hash_word(h, 'm', v->n), 's', sum);
}

uint64_t value_hash(uint64_t h, const struct value *v)
{
	uint64_t bits = 0;
	int64_t i;

	switch (v->kind) {
	case VALUE_NULL: return hash_word(h, '0', 0);
	case VALUE_BOOL: return hash_word(h, 'b', v->boolean);
	case VALUE_INT: return hash_word(h, 'i', (uint64_t)v->integer);
	case VALUE_FLOAT:
		if (whole(v->number, &i))
			return hash_word(h, 'i', (uint64_t)i);
		memcpy(&bits, &v->number, sizeof bits);
		return hash_word(h, 'f', bits);
	case VALUE_STRING:
		h = hash_word(h, 't', strlen(v->string));
		return set_hash(h, v->string, strlen(v->string));
	case VALUE_LIST:
	case VALUE_MAP: return hash_members(h, v);
	}
	return h;
}

bool value_number(const struct value *v, double *out)
{
	if (v->kind == VALUE_INT)
		*out = (double)v->integer;
	else if (v->kind == VALUE_FLOAT)
		*out = v->number;
	else if (v->kind == VALUE_BOOL)
		*out = v->boolean;
	else
		return false;
	return true;
}
