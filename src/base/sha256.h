/* SHA-256 (FIPS 180-4), for the hashes of a Content-Security-Policy. */
#ifndef HPS_BASE_SHA256_H
#define HPS_BASE_SHA256_H

#include "base/str.h"

/* The 32 bytes of the hash. */
void sha256(const char *bytes, size_t n, unsigned char out[32]);
/* The same in base 64, with its padding, behind s. */
void sha256_base64(const char *bytes, size_t n, struct str *s);

#endif
