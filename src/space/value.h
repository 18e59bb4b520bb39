/* A value of a parameter: anything a YAML file can hold. Values never change once made
 * and live in an arena. */
#ifndef HPS_SPACE_VALUE_H
#define HPS_SPACE_VALUE_H

#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_FLOAT,
	VALUE_STRING,
	VALUE_LIST,
	VALUE_MAP
};

struct value {
	enum value_kind kind;
	bool boolean;              /* BOOL */
	int64_t integer;           /* INT */
	double number;             /* FLOAT; always finite */
	const char *string;        /* STRING: UTF-8 without NUL */
	size_t n;                  /* LIST, MAP: members */
	const struct value *items; /* LIST, MAP: (n) */
	const char *const *keys;   /* MAP: (n) */
};

struct value value_int(int64_t i);
struct value value_float(double x);
struct value value_string(const char *s); /* borrows s */

/* The text that W&B puts on a command line: Python's str(). true → True, null → None,
 * 1e-05, a whole float without ".0", strings as they are; lists and maps in Python's
 * repr (strings inside them quoted 'so', or "so" when they hold a ' and no "). */
void value_text(const struct value *v, struct str *out);
/* JSON. With python, the separators ", " and ": " and ASCII escapes of json.dumps;
 * else compact UTF-8. Whole floats are written without ".0". */
void value_json(const struct value *v, struct str *out, bool python);
/* YAML on one line, such that PyYAML and YAML 1.2 readers see the same type. */
void value_yaml(const struct value *v, struct str *out);

/* The member of nested mappings at a dotted path of n bytes, whose names may have
 * points themselves: "opt.lr". NULL: there is none, or v is no mapping. */
const struct value *value_member(const struct value *v, const char *path, size_t n);

/* Same kind and content; 1 and 1.0 are equal (as they are to W&B), 1 and true are not.
 */
bool value_equal(const struct value *a, const struct value *b);
/* Equal values hash alike. */
uint64_t value_hash(uint64_t h, const struct value *v);
/* INT, FLOAT and BOOL (0 or 1) as a double; false for the rest. */
bool value_number(const struct value *v, double *out);
const char *value_kind_name(enum value_kind k);

#endif
