#include "page/html.h"
#include "report/text.h"

#include <string.h>

static void escape(struct str *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		switch (s[i]) {
		case '&': str_add(out, "&amp;"); break;
		case '<': str_add(out, "&lt;"); break;
		case '>': str_add(out, "&gt;"); break;
		case '"': str_add(out, "&quot;"); break;
		case '\'': str_add(out, "&#39;"); break;
		default: str_addc(out, s[i]);
		}
}

void html_text(struct str *out, const char *s)
{
	struct str clean = {0};

	text_clean(&clean, s);
	escape(out, str_text(&clean), clean.len);
	str_free(&clean);
}

void html_lines(struct str *out, const char *s, size_t n)
{
	struct str clean = {0};

	text_tail(&clean, s, n, SIZE_MAX, "");
	escape(out, str_text(&clean), clean.len);
	str_free(&clean);
}

void html_json(struct str *out, const struct str *json)
{
	for (size_t i = 0; i < json->len; i++)
		if (json->s[i] == '<')
			str_add(out, "\\u003c");
		else
			str_addc(out, json->s[i]);
}
