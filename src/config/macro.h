/* The names that can stand in "${…}", for who expands them and who checks them. */
#ifndef HPS_CONFIG_MACRO_H
#define HPS_CONFIG_MACRO_H

#include "config/spec.h"

/* W&B's: each stands for a list of words, and for a whole word only. */
enum macro {
	MACRO_ENV,
	MACRO_INTERPRETER,
	MACRO_PROGRAM,
	MACRO_ARGS,
	MACRO_ARGS_NO_EQUALS,
	MACRO_ARGS_NO_HYPHENS,
	MACRO_ARGS_APPEND_HYDRA,
	MACRO_ARGS_OVERRIDE_HYDRA,
	MACRO_ARGS_NO_BOOLEAN_FLAGS,
	MACRO_ARGS_DOTTED, /* ours: --optimizer.lr=0.1 */
	MACRO_ARGS_JSON,
	MACRO_ARGS_JSON_FILE,
	MACRO_ARGS_DICT,
	MACRO_NONE
};

/* Ours: one text, anywhere in a word. */
enum inner {
	INNER_TRIAL,
	INNER_RUN,
	INNER_SEED,
	INNER_DIR,
	INNER_GPU,
	INNER_STEP_BUDGET,
	INNER_ITEMS_FILE,
	INNER_NONE
};

extern const char *const macro_names[]; /* (MACRO_NONE + INNER_NONE) W&B's, then ours */

/* One "${…}" in a text. */
struct hole {
	const char *begin, *end; /* of the whole, with its braces */
	const char *name;        /* (n) */
	size_t n;
};

/* The first one at or behind p; false: there is none. */
bool hole_find(const char *p, struct hole *h);
enum macro hole_macro(const struct hole *h);
enum inner hole_inner(const struct hole *h);
/* ${param:NAME}: *name, *n become NAME. */
bool hole_is_param(const struct hole *h, const char **name, size_t *n);
/* A parameter's flat name, the name of a nested group, or of a part of a mapping that
 * is a value. */
bool macro_names_parameter(const struct spec *s, const char *name, size_t n);
/* ${envvar:NAME} with NAME of capitals, digits and _: the value, NAME itself when it is
 * not set; NULL when h is no such thing. */
const char *hole_environment(const struct hole *h, struct arena *a);

#endif
