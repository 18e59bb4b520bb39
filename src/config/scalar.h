/* The type of a plain YAML scalar, as a user of W&B gets it. */
#ifndef HPS_CONFIG_SCALAR_H
#define HPS_CONFIG_SCALAR_H

#include "space/value.h"

#include <stdbool.h>

enum scalar_fault { SCALAR_OK, SCALAR_NOT_FINITE, SCALAR_TOO_LARGE };

/* Types a plain scalar: PyYAML's integers (1_000, 0x1f, 0b11, 010, 1:30), booleans and
 * nulls; as floats the union of YAML 1.1 and 1.2 (1e-4, .5, 2.); anything else a string
 * (None, 2020-01-01). *yes_no: a boolean written yes, no, on or off. */
enum scalar_fault scalar_plain(const char *text, struct value *out, bool *yes_no);

/* How a plain number is written where its digits are not what is read: octal (010 is
 * 8), hexadecimal, binary, in sixties (1:30 is 90), with underscores, with zeros in
 * front; NULL for any other scalar. 008, which is no octal number and stays a text, is
 * "no octal number". */
const char *scalar_disguise(const char *text, const struct value *v);

/* As a number whatever the style, for "0.1" in quotes where a number is needed. */
bool scalar_number(const char *text, struct value *out);
bool scalar_boolean(const char *text, bool *out, bool *yes_no);
bool scalar_null(const char *text);

#endif
