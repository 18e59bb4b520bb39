#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 64 };

/* What one pass over the text finds out before cJSON sees it. */
struct outline {
	size_t end;   /* offset behind the value's closing bracket; 0 = never closed */
	bool special; /* holds NaN or Infinity outside strings */
	bool deep;
};

static size_t skip_string(const char *s, size_t len, size_t i)
{
	for (i++; i < len && s[i] != '"'; i++)
		if (s[i] == '\\')
			i++;
	return i;
}

/* From an opening bracket at text[0] to its matching one. */
static struct outline outline(const char *s, size_t len)
{
	struct outline o = {0};
	size_t depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"') {
			i = skip_string(s, len, i);
		} else if (s[i] == '{' || s[i] == '[') {
			if (++depth > DEPTH_MAX)
				o.deep = true;
		} else if (s[i] == '}' || s[i] == ']') {
			if (depth <= 1) {
				o.end = i + 1;
				return o;
			}
			depth--;
		} else if (s[i] == 'N' || s[i] == 'I') {
			o.special = true;
		}
	}
	return o;
}

static size_t special_at(const char *s, size_t len)
{
	static const char *const words[] = {"NaN", "-Infinity", "Infinity"};

	for (size_t w = 0; w < ARRAY_LEN(words); w++) {
		size_t n = strlen(words[w]);

		if (n <= len && !memcmp(s, words[w], n) &&
		    (n == len || !(isalnum((unsigned char)s[n]) || s[n] == '_')))
			return n;
	}
	return 0;
}

static void quote_specials(struct str *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t n;

		if (s[i] == '"') {
			size_t end = skip_string(s, len, i);

			end = end < len ? end : len - 1;
			str_addn(out, s + i, end - i + 1);
			i = end;
		} else if ((n = special_at(s + i, len - i))) {
			str_addc(out, '"');
			str_addn(out, s + i, n);
			str_addc(out, '"');
			i += n - 1;
		} else {
			str_addc(out, s[i]);
		}
	}
}

/* Of its own accord cJSON takes a lack of memory for bad JSON: an intact journal would
 * be called damaged. Its hooks, which could say so, are the whole process's. */
static void *allocate(size_t n)
{
	return mem_grow(NULL, n, 1);
}

void json_use_memory(void)
{
	cJSON_Hooks ours = {.malloc_fn = allocate, .free_fn = free};

	cJSON_InitHooks(&ours);
}

static cJSON *parse_exact(const char *s, size_t len)
{
	const char *end = NULL;
	cJSON *json;

	errno = 0;
	json = cJSON_ParseWithLengthOpts(s, len, &end, 0);
	if (!json && errno == ENOMEM)
		mem_exhausted();
	if (!json)
		return NULL;
	for (; end < s + len; end++)
		if (!isspace((unsigned char)*end)) {
			cJSON_Delete(json);
			return NULL;
		}
	return json;
}

static cJSON *parse_outlined(const char *s, size_t len, struct outline o)
{
	struct str quoted = {0};
	cJSON *json;

	if (o.deep || memchr(s, '\0', len))
		return NULL;
	if (!o.special)
		return parse_exact(s, len);
	quote_specials(&quoted, s, len);
	json = parse_exact(str_text(&quoted), quoted.len);
	str_free(&quoted);
	return json;
}

cJSON *json_parse(const char *text, size_t len)
{
	return parse_outlined(text, len,
	                      (struct outline){.special = memchr(text, 'N', len) ||
	                                                  memchr(text, 'I', len),
	                                       .deep = outline(text, len).deep});
}

cJSON *json_object(const char *text, size_t len, size_t *end)
{
	struct outline o = outline(text, len);
	cJSON *json = o.end ? parse_outlined(text, o.end, o) : NULL;

	*end = o.end;
	if (cJSON_IsObject(json))
		return json;
	cJSON_Delete(json);
	return NULL;
}

const cJSON *json_get(const cJSON *object, const char *name)
{
	const cJSON *item, *found = NULL;

	if (!cJSON_IsObject(object))
		return NULL;
	cJSON_ArrayForEach(item, object)
	{
		if (item->string && strcmp(item->string, name) == 0)
			found = item;
	}
	return found;
}

const char *json_string(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(json_get(object, name));
}

static bool number_text(const char *s, double *out)
{
	double x;
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	if (!*s || strpbrk(s, "xXpP("))
		return false;
	x = strtod(s, &end);
	if (end == s)
		return false;
	while (isspace((unsigned char)*end))
		end++;
	if (*end)
		return false;
	*out = x;
	return true;
}

bool json_number(const cJSON *item, double *out)
{
	if (cJSON_IsNumber(item)) {
		*out = item->valuedouble;
		return true;
	}
	if (cJSON_IsBool(item)) {
		*out = cJSON_IsTrue(item) ? 1 : 0;
		return true;
	}
	return cJSON_IsString(item) && number_text(item->valuestring, out);
}

bool json_double(const cJSON *object, const char *name, double *out)
{
	return json_number(json_get(object, name), out);
}

bool json_pair(const cJSON *list, double *x, double *y)
{
	const cJSON *first = list ? list->child : NULL;

	return first && json_number(first, x) && json_number(first->next, y);
}

bool json_u64(const cJSON *object, const char *name, uint64_t *out)
{
	const cJSON *item = json_get(object, name);
	unsigned long long x;
	char *end;

	if (cJSON_IsNumber(item)) {
		double d = item->valuedouble;

		if (!(d >= 0 && d <= 0x1p53) || d != floor(d))
			return false;
		*out = (uint64_t)d;
		return true;
	}
	if (!cJSON_IsString(item) || !isdigit((unsigned char)item->valuestring[0]))
		return false;
	errno = 0;
	x = strtoull(item->valuestring, &end, 10);
	if (errno || *end)
		return false;
	*out = x;
	return true;
}

const cJSON *json_path(const cJSON *object, const char *path)
{
	const cJSON *item = json_get(object, path);
	const char *dot = path;
	char head[256];

	if (item)
		return item;
	while ((dot = strchr(dot, '.')) && (size_t)(dot - path) < sizeof head) {
		memcpy(head, path, (size_t)(dot - path));
		head[dot - path] = '\0';
		item = json_get(object, head);
		if (item && (item = json_path(item, dot + 1)))
			return item;
		dot++;
	}
	return NULL;
}

static bool members_equal(const cJSON *a, const cJSON *b)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, a)
	{
		/* Of several members of one name the last one counts. */
		if (json_get(a, item->string) == item &&
		    !json_equal(item, json_get(b, item->string)))
			return false;
	}
	cJSON_ArrayForEach(item, b)
	{
		if (!json_get(a, item->string))
			return false;
	}
	return true;
}

bool json_equal(const cJSON *a, const cJSON *b)
{
	if (!a || !b || (a->type & 0xff) != (b->type & 0xff))
		return a == b;
	if (cJSON_IsNumber(a))
		return memcmp(&a->valuedouble, &b->valuedouble, sizeof(double)) == 0;
	if (cJSON_IsString(a))
		return strcmp(a->valuestring, b->valuestring) == 0;
	if (cJSON_IsObject(a))
		return members_equal(a, b);
	if (cJSON_IsArray(a)) {
		const cJSON *x = a->child, *y = b->child;

		for (; x && y; x = x->next, y = y->next)
			if (!json_equal(x, y))
				return false;
		return !x && !y;
	}
	return true;
}
