/* As much of Python as a reader of options needs: calls with their arguments, and
 * literals. Nothing is run. Texts are cut from the source and live in the arena. */
#ifndef HPS_SCRIPT_PYTHON_H
#define HPS_SCRIPT_PYTHON_H

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

struct python {
	const char *text; /* the source, NUL-terminated */
	char *code; /* the same length, with blanks where strings and comments are */
	size_t n;
	struct arena *a;
};

/* text must outlive p. */
void python_init(struct python *p, const char *text, size_t n, struct arena *a);

enum { PYTHON_ARGS_MAX = 200 };
struct python_call {
	size_t n;
	const char
	    *names[PYTHON_ARGS_MAX]; /* of a keyword, "lr: float" in a def; or NULL */
	const char *texts[PYTHON_ARGS_MAX]; /* as written, blanks around it left out */
	size_t end;                         /* behind the closing bracket */
};

/* The next place at or behind `from` where the word stands in the code, not as a part
 * of a longer name; SIZE_MAX: none. A word may hold points: "parser.add_argument". */
size_t python_find(const struct python *p, size_t from, const char *word);
/* The arguments of what opens with a bracket at `open` (blanks before it are skipped).
 * False: there is no bracket, it does not close, or there are too many. */
bool python_call(const struct python *p, size_t open, struct python_call *c);
/* The text of a keyword argument, NULL where it is not given. */
const char *python_keyword(const struct python_call *c, const char *name);
/* The end of the line at `from`, with the lines that its brackets take in. */
size_t python_line_end(const struct python *p, size_t from);
/* Behind the last quote of the string that begins at i. */
size_t python_string_end(const struct python *p, size_t i);
/* The line of a place, from 1. */
size_t python_line(const struct python *p, size_t at);

/* The content of a string literal (prefixes and simple escapes; several that follow
 * each other are one); NULL: it is none. */
const char *python_string(const char *text, struct arena *a);
/* A number literal; underscores are left out. */
bool python_number(const char *text, double *x, bool *whole);
/* Is it [..] or (..)? Its members, at the most `most`. */
size_t python_list(const char *text, const char **items, size_t most, struct arena *a);

#endif
