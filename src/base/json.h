/* JSON in, strictly: the only door to cJSON. Writing is done with str_json and
 * str_double, because cJSON's printer loses bits of doubles. */
#ifndef HPS_BASE_JSON_H
#define HPS_BASE_JSON_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parses text[0..len), which must hold one value and blanks only. NaN, Infinity and
 * -Infinity outside strings (as Python writes them) become the strings "NaN" and so on.
 * NULL when it is not JSON, or nested deeper than 64, or holds a NUL. The caller frees
 * the result with cJSON_Delete. */
cJSON *json_parse(const char *text, size_t len);

/* The JSON object that begins at text[0], whatever stands behind it; NULL when there is
 * none. *end is set to the offset behind it, 0 where no brace closes it. */
cJSON *json_object(const char *text, size_t len, size_t *end);

/* cJSON takes its memory as mem.h does, from now on: before a tree is built by hand. */
void json_use_memory(void);

/* Members by exact name (case counts; of several, the last), NULL when missing or of
 * another type. */
const cJSON *json_get(const cJSON *object, const char *name);
const char *json_string(const cJSON *object, const char *name);
/* A number, or one written as a string, or true/false: into *out. Also understands the
 * strings nan, inf, infinity with a sign and in any case. False, and *out as it was,
 * when there is none. */
bool json_number(const cJSON *item, double *out);
bool json_double(const cJSON *object, const char *name, double *out);
/* The first two numbers of a list, likewise. */
bool json_pair(const cJSON *list, double *x, double *y);
/* A whole number 0 … 2^53, or a string of digits up to 2^64 - 1; likewise. */
bool json_u64(const cJSON *object, const char *name, uint64_t *out);
/* "a.b.c" into nested objects; at each level the exact flat rest is tried first. */
const cJSON *json_path(const cJSON *object, const char *path);
/* Same type, same members in any order, numbers equal to the last bit. */
bool json_equal(const cJSON *a, const cJSON *b);

#endif
