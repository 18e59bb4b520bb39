/* A growable byte string, and the quotings that the program needs. */
#ifndef HPS_BASE_STR_H
#define HPS_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed = empty. s is NUL-terminated once anything was added; str_text never NULL. */
struct str {
	char *s;
	size_t len, cap;
};

const char *str_text(const struct str *s);
void str_add(struct str *s, const char *text);
void str_addn(struct str *s, const char *bytes, size_t n);
void str_addc(struct str *s, char c);
__attribute__((format(printf, 2, 3))) void str_addf(struct str *s, const char *fmt,
                                                    ...);
/* "1 trial", "3 trials". */
void str_count(struct str *s, uint64_t n, const char *noun);
/* What a noun ends in behind that number: "" behind 1, else "s". */
const char *str_plural(uint64_t n);
void str_clear(struct str *s); /* empty, memory kept */
void str_free(struct str *s);

/* A JSON string with its quotes. Invalid UTF-8 becomes U+FFFD; with ascii, everything
 * above 0x7e is written \uXXXX as Python's json.dumps does. */
void str_json(struct str *s, const char *text, size_t n, bool ascii);
/* A field of CSV, in quotes where it needs them (RFC 4180). */
void str_csv(struct str *s, const char *text);
/* One shell word: as it is when harmless, else in single quotes. */
void str_shell(struct str *s, const char *word);
/* The shortest decimal text that strtod reads back as the same double, in Python's
 * repr form ("1e-05", "0.1", "1e+16") but without ".0" on whole numbers; "nan", "inf",
 * "-inf". At most 32 bytes. */
void str_double(struct str *s, double x);
/* As str_double, and non-finite numbers as the JSON strings "nan", "inf", "-inf". */
void str_json_double(struct str *s, double x);

/* Which of n words it is; n: none of them. */
size_t str_index(const char *word, const char *const *words, size_t n);
/* The name among names[n] that is closest to word in edit distance, or NULL when none
 * is close enough to be meant. Case does not count. */
const char *str_nearest(const char *word, const char *const *names, size_t n);

#endif
