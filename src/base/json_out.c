#include "base/json_out.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void add_text(struct str *out, const char *text)
{
	str_json(out, text, strlen(text), false);
}

/* A comma, unless what it would part from has just been opened. */
static void part(struct str *out)
{
	if (out->len && !strchr("{[,\n", out->s[out->len - 1]))
		str_addc(out, ',');
}

void json_out_key(struct str *out, const char *key)
{
	part(out);
	add_text(out, key);
	str_addc(out, ':');
}

void json_out_text(struct str *out, const char *key, const char *text)
{
	json_out_key(out, key);
	if (text)
		add_text(out, text);
	else
		str_add(out, "null");
}

void json_out_double(struct str *out, const char *key, double x)
{
	json_out_key(out, key);
	str_json_double(out, x);
}

void json_out_row(struct str *out, const double *x, size_t n)
{
	part(out);
	str_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? "," : "");
		str_json_double(out, x[i]);
	}
	str_addc(out, ']');
}

void json_out_number(struct str *out, const char *key, double x)
{
	if (isnan(x))
		json_out_text(out, key, NULL);
	else
		json_out_double(out, key, x);
}

void json_out_known(struct str *out, const char *key, double x)
{
	if (!isnan(x))
		json_out_double(out, key, x);
}

void json_out_u64(struct str *out, const char *key, uint64_t x)
{
	const char *quote = x <= UINT64_C(1) << 53 ? "" : "\"";

	json_out_key(out, key);
	str_addf(out, "%s%" PRIu64 "%s", quote, x, quote);
}

void json_out_int(struct str *out, const char *key, int64_t x)
{
	json_out_key(out, key);
	str_addf(out, "%" PRId64, x);
}

void json_out_bool(struct str *out, const char *key, bool x)
{
	json_out_key(out, key);
	str_add(out, x ? "true" : "false");
}

void json_out_words(struct str *out, const char *key, const char *const *words,
                    size_t n)
{
	json_out_key(out, key);
	str_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? "," : "");
		add_text(out, words[i]);
	}
	str_addc(out, ']');
}
