/* JSON out: members of an object appended to a text, each with a comma before it where
 * one is needed. Doubles keep every bit (cJSON's printer loses some). One rule for what
 * is no number: json_out_double writes "nan" and the infinities as strings, which
 * json_number reads back; json_out_number writes null where there is no number;
 * json_out_known leaves the member out. */
#ifndef HPS_BASE_JSON_OUT_H
#define HPS_BASE_JSON_OUT_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The key of a member, behind a comma unless the object has just been opened. */
void json_out_key(struct str *out, const char *key);
void json_out_text(struct str *out, const char *key, const char *text); /* NULL: null */
void json_out_double(struct str *out, const char *key, double x);
void json_out_number(struct str *out, const char *key, double x);
void json_out_known(struct str *out, const char *key, double x);
/* A string of digits above 2^53, as json_u64 reads it. */
void json_out_u64(struct str *out, const char *key, uint64_t x);
void json_out_int(struct str *out, const char *key, int64_t x);
void json_out_bool(struct str *out, const char *key, bool x);
/* [1,2] in a list, behind a comma unless it is the first; as json_out_double. */
void json_out_row(struct str *out, const double *x, size_t n);
/* ["a","b"] */
void json_out_words(struct str *out, const char *key, const char *const *words,
                    size_t n);

#endif
