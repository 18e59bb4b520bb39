#include "base/base64.h"

#include <string.h>

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_add(const uint8_t *bytes, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t three = (uint32_t)bytes[i] << 16;
		char four[4];

		if (left > 1)
			three |= (uint32_t)bytes[i + 1] << 8;
		if (left > 2)
			three |= bytes[i + 2];
		four[0] = letters[three >> 18];
		four[1] = letters[three >> 12 & 63];
		four[2] = left > 1 ? letters[three >> 6 & 63] : '=';
		four[3] = left > 2 ? letters[three & 63] : '=';
		str_addn(out, four, sizeof four);
	}
}

size_t base64_size(const char *text, size_t len)
{
	size_t padding = 0;

	if (len % 4)
		return SIZE_MAX;
	while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
		padding++;
	return len / 4 * 3 - padding;
}

static int letter_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_read(const char *text, uint8_t *bytes, size_t n)
{
	size_t len = (n + 2) / 3 * 4;

	if (strlen(text) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		size_t at = i / 4 * 3, k = i % 4;
		bool padding = at + k > n; /* a letter that no byte needs */
		int v = padding ? 0 : letter_value(text[i]);

		if (v < 0 || (padding && text[i] != '='))
			return false;
		if (k && at + k - 1 < n)
			bytes[at + k - 1] |= (uint8_t)((unsigned)v >> (k == 1   ? 4
			                                               : k == 2 ? 2
			                                                        : 0));
		if (k < 3 && at + k < n)
			bytes[at + k] |= (uint8_t)((unsigned)v << (2 + 2 * k));
	}
	return true;
}
