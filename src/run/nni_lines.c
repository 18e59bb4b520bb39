#include "run/nni_lines.h"

#include "base/loose.h"
#include "base/str.h"

#include <string.h>

static const char mark[] = "NNISDK_MEb'";

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* From what Python shows of bytes to the bytes. */
static void unescape(const char *s, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '\\' || i + 1 == n) {
			str_addc(out, s[i]);
			continue;
		}
		i++;
		if (s[i] == 'x' && i + 2 < n && hex(s[i + 1]) >= 0 &&
		    hex(s[i + 2]) >= 0) {
			str_addc(out, (char)(hex(s[i + 1]) * 16 + hex(s[i + 2])));
			i += 2;
		} else {
			str_addc(out, s[i] == 'n' ? '\n' : s[i]);
		}
	}
}

static cJSON *first_object(const char *s, size_t n)
{
	struct loose line = loose_begin(s, n);

	return loose_next(&line);
}

/* The object between the quotes; the newline that nni 2 puts behind it, as Python shows
 * it, tells the two apart. */
static cJSON *message(const char *s, size_t n)
{
	struct str text = {0};
	cJSON *object;

	if (n < 2 || memcmp(s + n - 2, "\\n", 2) != 0)
		return first_object(s, n);
	unescape(s, n, &text);
	object = first_object(text.s, text.len);
	str_free(&text);
	return object;
}

/* The value's own JSON: a dictionary is an object, anything else stays the text that it
 * is in. */
static cJSON *value_of(const cJSON *object)
{
	const cJSON *value = json_get(object, "value");
	const char *text = json_string(object, "value");
	cJSON *inner = NULL;

	if (text && strchr(text, '{'))
		inner = first_object(text, strlen(text));
	return inner ? inner : value ? cJSON_Duplicate(value, true) : NULL;
}

bool nni_read(const char *line, size_t n, struct nni_said *out)
{
	const char *at = memmem(line, n, mark, sizeof mark - 1);
	const char *end = line + n, *type;
	cJSON *object;

	if (!at)
		return false;
	at += sizeof mark - 1;
	while (end > at && end[-1] != '\'')
		end--;
	object = end > at ? message(at, (size_t)(end - at - 1)) : NULL;
	type = object ? json_string(object, "type") : NULL;
	*out = (struct nni_said){.final = type && !strcmp(type, "FINAL")};
	if (out->final || (type && !strcmp(type, "PERIODICAL")))
		out->value = value_of(object);
	if (!object || !json_double(object, "sequence", &out->sequence))
		out->sequence = 0;
	cJSON_Delete(object);
	return out->value != NULL;
}
