/* Constraint expressions: a recursive-descent parser to a tree of nodes. */
#include "space/constraint_tree.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4096, DEPTH_MAX = 64 };

const char *const constraint_functions[F_COUNT] = {
    [F_MIN] = "min",     [F_MAX] = "max",     [F_ABS] = "abs",   [F_ROUND] = "round",
    [F_FLOOR] = "floor", [F_CEIL] = "ceil",   [F_SQRT] = "sqrt", [F_LOG] = "log",
    [F_LOG2] = "log2",   [F_LOG10] = "log10", [F_EXP] = "exp",   [F_INT] = "int",
    [F_FLOAT] = "float", [F_LEN] = "len",
};

const char *constraint_text(const struct constraint *c)
{
	return c->text;
}

bool constraint_uses(const struct constraint *c, size_t i)
{
	return i < c->n && c->uses[i];
}

/* Parsing. */

struct parser {
	const char *text, *p;
	const char *const *names;
	size_t n_names;
	bool *uses;
	struct arena *a;
	int depth;
	const char *bad; /* where it went wrong */
	struct error *err;
};

__attribute__((format(printf, 3, 4))) static struct expr *fail(struct parser *ps,
                                                               const char *at,
                                                               const char *fmt, ...)
{
	va_list ap;

	if (ps->bad)
		return NULL;
	ps->bad = at;
	ps->err->kind = ERROR_FILE;
	va_start(ap, fmt);
	vsnprintf(ps->err->text, sizeof ps->err->text, fmt, ap);
	va_end(ap);
	return NULL;
}

static void blanks(struct parser *ps)
{
	while (isspace((unsigned char)*ps->p))
		ps->p++;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* An operator made of signs. */
static bool sign(struct parser *ps, const char *s)
{
	size_t n = strlen(s);

	blanks(ps);
	if (strncmp(ps->p, s, n) != 0)
		return false;
	ps->p += n;
	return true;
}

static bool word(struct parser *ps, const char *w)
{
	size_t n = strlen(w);

	blanks(ps);
	if (strncmp(ps->p, w, n) != 0 || is_word(ps->p[n]))
		return false;
	ps->p += n;
	return true;
}

static struct expr *make(struct parser *ps, enum op op, struct expr *left,
                         struct expr *right)
{
	struct expr *n = arena_new(ps->a, 1, sizeof *n);

	n->op = op;
	n->left = left;
	n->right = right;
	return n;
}

static struct expr *make_constant(struct parser *ps, struct value v)
{
	struct expr *n = make(ps, OP_CONSTANT, NULL, NULL);

	n->constant = v;
	return n;
}

static struct expr *parse_or(struct parser *ps);

static struct expr *parse_number(struct parser *ps)
{
	const char *start = ps->p;
	char *end, *int_end;
	double x = strtod(start, &end);
	long long i;

	errno = 0;
	i = strtoll(start, &int_end, 10);

	if (end == start || is_word(*end) || !isfinite(x))
		return fail(ps, start, "this is not a number");
	ps->p = end;
	/* Integers that fit stay exact. */
	if (int_end == end && !errno)
		return make_constant(ps, value_int(i));
	return make_constant(ps, value_float(x));
}

/* What stands behind a backslash; where it means nothing, Python keeps both. */
static void add_escaped(struct str *text, char c)
{
	static const char letters[] = "ntr\\'\"", meant[] = "\n\t\r\\'\"";
	const char *at = strchr(letters, c);

	if (!at)
		str_addc(text, '\\');
	str_addc(text, at ? meant[at - letters] : c);
}

static struct expr *parse_string(struct parser *ps)
{
	const char *start = ps->p++;
	struct str text = {0};
	struct expr *n;

	for (; *ps->p && *ps->p != *start; ps->p++) {
		if (*ps->p == '\\' && ps->p[1])
			add_escaped(&text, *++ps->p);
		else
			str_addc(&text, *ps->p);
	}
	if (!*ps->p) {
		str_free(&text);
		return fail(ps, start, "this string has no end");
	}
	ps->p++;
	n = make_constant(ps, value_string(arena_strdup(ps->a, str_text(&text))));
	str_free(&text);
	return n;
}

/* Operands, separated by commas, up to a closing sign. */
static bool parse_operands(struct parser *ps, const char *close, struct expr **first)
{
	struct expr **end = first;

	while (!sign(ps, close)) {
		if (*first && !sign(ps, ","))
			return fail(ps, ps->p, "expected \"%s\"", close);
		if (*first && sign(ps, close))
			return true;
		*end = parse_or(ps);
		if (!*end)
			return false;
		end = &(*end)->next;
		blanks(ps);
	}
	return true;
}

/* A list of constants is a constant itself, so that a check need not make it. */
static struct expr *make_list(struct parser *ps, struct expr *first)
{
	struct expr *n = make(ps, OP_LIST, first, NULL);
	struct value *items;
	size_t count = 0;

	for (const struct expr *k = first; k; k = k->next) {
		if (k->op != OP_CONSTANT)
			return n;
		count++;
	}
	items = arena_new(ps->a, count, sizeof *items);
	count = 0;
	for (const struct expr *k = first; k; k = k->next)
		items[count++] = k->constant;
	n->op = OP_CONSTANT;
	n->constant = (struct value){.kind = VALUE_LIST, .n = count, .items = items};
	return n;
}

static struct expr *parse_list(struct parser *ps)
{
	struct expr *first = NULL;

	ps->p++;
	return parse_operands(ps, "]", &first) ? make_list(ps, first) : NULL;
}

/* (a) is a; (a, b) and () are lists, as they mean the same here. */
static struct expr *parse_parentheses(struct parser *ps)
{
	struct expr *first = NULL;
	const char *last;

	ps->p++;
	if (!parse_operands(ps, ")", &first))
		return NULL;
	for (last = ps->p - 2; isspace((unsigned char)*last);)
		last--;
	return first && !first->next && *last != ',' ? first : make_list(ps, first);
}

static bool arity_ok(size_t f, const struct expr *first)
{
	bool list = f == F_MIN || f == F_MAX, pair = f == F_ROUND || f == F_LOG;
	size_t n = 0;

	for (; first; first = first->next)
		n++;
	return n == 1 || (n == 2 && pair) || (n >= 1 && list);
}

static struct expr *parse_call(struct parser *ps, size_t f, const char *start)
{
	struct expr *n = make(ps, OP_CALL, NULL, NULL);

	n->name = f;
	if (!sign(ps, "("))
		return fail(ps, start, "%s is a function: write %s(…)",
		            constraint_functions[f], constraint_functions[f]);
	if (!parse_operands(ps, ")", &n->left))
		return NULL;
	if (!arity_ok(f, n->left))
		return fail(ps, start, "%s takes %s", constraint_functions[f],
		            f == F_MIN || f == F_MAX     ? "at least one operand"
		            : f == F_ROUND || f == F_LOG ? "one or two operands"
		                                         : "one operand");
	return n;
}

static struct expr *unknown_name(struct parser *ps, const char *name, const char *start)
{
	const char *near = str_nearest(name, ps->names, ps->n_names);

	return near ? fail(ps, start, "there is no parameter %s; did you mean %s?",
	                   name, near)
	            : fail(ps, start,
	                   "there is no parameter %s; a text needs quotes: '%s'", name,
	                   name);
}

static struct expr *find_name(struct parser *ps, const char *name, const char *start)
{
	for (size_t i = 0; i < ps->n_names; i++)
		if (strcmp(ps->names[i], name) == 0) {
			struct expr *n = make(ps, OP_NAME, NULL, NULL);

			ps->uses[i] = true;
			n->name = i;
			return n;
		}
	return unknown_name(ps, name, start);
}

static struct expr *parse_quoted_name(struct parser *ps)
{
	const char *start = ps->p, *end = strchr(start + 1, '`');

	if (!end)
		return fail(ps, start, "this name has no closing `");
	ps->p = end + 1;
	return find_name(ps, arena_strndup(ps->a, start + 1, (size_t)(end - start - 1)),
	                 start);
}

static bool known_word(const char *name, struct value *out)
{
	static const struct {
		const char *word;
		struct value value;
	} words[] = {{"True", {.kind = VALUE_BOOL, .boolean = true}},
	             {"true", {.kind = VALUE_BOOL, .boolean = true}},
	             {"False", {.kind = VALUE_BOOL}},
	             {"false", {.kind = VALUE_BOOL}},
	             {"None", {.kind = VALUE_NULL}},
	             {"null", {.kind = VALUE_NULL}}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].word, name) == 0) {
			*out = words[i].value;
			return true;
		}
	return false;
}

static struct expr *parse_word(struct parser *ps)
{
	const char *start = ps->p;
	struct value constant;
	char *name;

	while (is_word(*ps->p) || (*ps->p == '.' && is_word(ps->p[1])))
		ps->p++;
	name = arena_strndup(ps->a, start, (size_t)(ps->p - start));
	for (size_t i = 0; i < ps->n_names; i++)
		if (strcmp(ps->names[i], name) == 0)
			return find_name(ps, name, start);
	if (known_word(name, &constant))
		return make_constant(ps, constant);
	for (size_t f = 0; f < F_COUNT; f++)
		if (strcmp(constraint_functions[f], name) == 0)
			return parse_call(ps, f, start);
	return find_name(ps, name, start);
}

static struct expr *unexpected(struct parser *ps)
{
	static const char signs[] = "&|!", words[][4] = {"and", "or", "not"};
	const char *at = strchr(signs, *ps->p);
	int len = 1;

	while (((unsigned char)ps->p[len] & 0xc0) == 0x80)
		len++;
	return at ? fail(ps, ps->p, "\"%c\" means nothing here; write \"%s\"", *at,
	                 words[at - signs])
	          : fail(ps, ps->p, "did not expect \"%.*s\" here", len, ps->p);
}

static struct expr *parse_atom(struct parser *ps)
{
	char c;

	blanks(ps);
	c = *ps->p;
	if (c == '(')
		return parse_parentheses(ps);
	if (c == '[')
		return parse_list(ps);
	if (c == '\'' || c == '"')
		return parse_string(ps);
	if (c == '`')
		return parse_quoted_name(ps);
	if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)ps->p[1])))
		return parse_number(ps);
	if (is_word(c))
		return parse_word(ps);
	return c ? unexpected(ps) : fail(ps, ps->p, "it ends too early");
}

static struct expr *parse_unary(struct parser *ps);

static struct expr *parse_power(struct parser *ps)
{
	struct expr *base = parse_atom(ps), *exponent;

	if (!base || !sign(ps, "**"))
		return base;
	exponent = parse_unary(ps);
	return exponent ? make(ps, OP_POW, base, exponent) : NULL;
}

/* The way in and out of every recursion: bounded. */
static struct expr *parse_unary(struct parser *ps)
{
	struct expr *n;

	if (ps->depth >= DEPTH_MAX)
		return fail(ps, ps->p, "nested deeper than %d", DEPTH_MAX);
	ps->depth++;
	if (sign(ps, "-"))
		n = (n = parse_unary(ps)) ? make(ps, OP_NEG, n, NULL) : NULL;
	else if (sign(ps, "+"))
		n = (n = parse_unary(ps)) ? make(ps, OP_POS, n, NULL) : NULL;
	else
		n = parse_power(ps);
	ps->depth--;
	return n;
}

static bool product_sign(struct parser *ps, enum op *op)
{
	blanks(ps);
	if (strncmp(ps->p, "**", 2) == 0)
		return false;
	*op = sign(ps, "//")  ? OP_FLOOR_DIV
	      : sign(ps, "*") ? OP_MUL
	      : sign(ps, "/") ? OP_DIV
	      : sign(ps, "%") ? OP_MOD
	                      : OP_CONSTANT;
	return *op != OP_CONSTANT;
}

static struct expr *parse_product(struct parser *ps)
{
	struct expr *n = parse_unary(ps), *right;
	enum op op;

	while (n && product_sign(ps, &op)) {
		right = parse_unary(ps);
		n = right ? make(ps, op, n, right) : NULL;
	}
	return n;
}

static struct expr *parse_sum(struct parser *ps)
{
	struct expr *n = parse_product(ps), *right;

	while (n) {
		enum op op = sign(ps, "+")   ? OP_ADD
		             : sign(ps, "-") ? OP_SUB
		                             : OP_CONSTANT;

		if (op == OP_CONSTANT)
			break;
		right = parse_product(ps);
		n = right ? make(ps, op, n, right) : NULL;
	}
	return n;
}

static bool comparison_sign(struct parser *ps, enum op *op)
{
	const char *start = ps->p;

	*op = sign(ps, "==")   ? OP_EQ
	      : sign(ps, "!=") ? OP_NE
	      : sign(ps, "<=") ? OP_LE
	      : sign(ps, ">=") ? OP_GE
	      : sign(ps, "<")  ? OP_LT
	      : sign(ps, ">")  ? OP_GT
	      : word(ps, "in") ? OP_IN
	                       : OP_CONSTANT;
	if (*op == OP_CONSTANT && word(ps, "not")) {
		*op = OP_NOT_IN;
		if (!word(ps, "in")) {
			ps->p = start;
			return false;
		}
	}
	return *op != OP_CONSTANT;
}

/* a < b < c means a < b and b < c. */
static struct expr *parse_comparison(struct parser *ps)
{
	struct expr *left = parse_sum(ps), *all = NULL, *right;
	enum op op;

	while (left && comparison_sign(ps, &op)) {
		right = parse_sum(ps);
		if (!right)
			return NULL;
		all = all ? make(ps, OP_AND, all, make(ps, op, left, right))
		          : make(ps, op, left, right);
		left = right;
	}
	blanks(ps);
	if (left && *ps->p == '=')
		return fail(ps, ps->p, "\"=\" sets nothing here; to compare, write ==");
	return all ? all : left;
}

static struct expr *parse_not(struct parser *ps)
{
	struct expr *n;

	if (!word(ps, "not"))
		return parse_comparison(ps);
	if (ps->depth >= DEPTH_MAX)
		return fail(ps, ps->p, "nested deeper than %d", DEPTH_MAX);
	ps->depth++;
	n = parse_not(ps);
	ps->depth--;
	return n ? make(ps, OP_NOT, n, NULL) : NULL;
}

static struct expr *parse_and(struct parser *ps)
{
	struct expr *n = parse_not(ps), *right;

	while (n && word(ps, "and")) {
		right = parse_not(ps);
		n = right ? make(ps, OP_AND, n, right) : NULL;
	}
	return n;
}

static struct expr *parse_or(struct parser *ps)
{
	struct expr *n = parse_and(ps), *right;

	while (n && word(ps, "or")) {
		right = parse_and(ps);
		n = right ? make(ps, OP_OR, n, right) : NULL;
	}
	return n;
}

struct constraint *constraint_parse(const char *text, const char *const *names,
                                    size_t n_names, struct arena *a, size_t *column,
                                    struct error *err)
{
	struct constraint *c = arena_new(a, 1, sizeof *c);
	struct parser ps = {.text = text,
	                    .p = text,
	                    .names = names,
	                    .n_names = n_names,
	                    .a = a,
	                    .err = err};

	ps.uses = arena_new(a, n_names, sizeof *ps.uses);
	if (strlen(text) > TEXT_MAX)
		fail(&ps, text, "longer than %d bytes", TEXT_MAX);
	else
		c->root = parse_or(&ps);
	blanks(&ps);
	if (!ps.bad && *ps.p)
		unexpected(&ps);
	if (ps.bad) {
		*column = (size_t)(ps.bad - text);
		return NULL;
	}
	c->text = arena_strdup(a, text);
	c->uses = ps.uses;
	c->n = n_names;
	return c;
}
