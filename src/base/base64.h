/* Bytes as text: base64 of RFC 4648, section 4, with padding. */
#ifndef HPS_BASE_BASE64_H
#define HPS_BASE_BASE64_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void base64_add(const uint8_t *bytes, size_t n, struct str *out);
/* How many bytes a text of so many letters stands for, by its length and its padding;
 * SIZE_MAX: none is that long. */
size_t base64_size(const char *text, size_t len);
/* Exactly n bytes, as base64_add writes them, or'ed into bytes (n, zeroed). */
bool base64_read(const char *text, uint8_t *bytes, size_t n);

#endif
