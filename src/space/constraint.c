/* Constraint expressions: a recursive-descent parser to a tree of nodes, and an
 * evaluator with Python's meaning. */
#include "space/constraint.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4096, DEPTH_MAX = 64, OPERANDS_MAX = 64 };

enum op {
	OP_CONSTANT,
	OP_NAME,
	OP_LIST,
	OP_OR,
	OP_AND,
	OP_NOT,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_IN,
	OP_NOT_IN,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_FLOOR_DIV,
	OP_MOD,
	OP_POW,
	OP_NEG,
	OP_POS,
	OP_CALL
};

enum function {
	F_MIN,
	F_MAX,
	F_ABS,
	F_ROUND,
	F_FLOOR,
	F_CEIL,
	F_SQRT,
	F_LOG,
	F_LOG2,
	F_LOG10,
	F_EXP,
	F_INT,
	F_FLOAT,
	F_LEN
};

static const char *const function_names[] = {"min",  "max",  "abs",   "round", "floor",
                                             "ceil", "sqrt", "log",   "log2",  "log10",
                                             "exp",  "int",  "float", "len"};

struct node {
	enum op op;
	struct value constant;     /* CONSTANT */
	size_t name;               /* NAME: index; CALL: function */
	struct node *left, *right; /* operators */
	struct node *next;         /* the next operand of LIST, CALL; of a chain of
	                            * comparisons: the comparison that follows */
};

struct constraint {
	const char *text;
	struct node *root;
	const bool *uses; /* (n) */
	size_t n;
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

__attribute__((format(printf, 3, 4))) static struct node *fail(struct parser *ps,
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

static struct node *make(struct parser *ps, enum op op, struct node *left,
                         struct node *right)
{
	struct node *n = arena_new(ps->a, 1, sizeof *n);

	n->op = op;
	n->left = left;
	n->right = right;
	return n;
}

static struct node *make_constant(struct parser *ps, struct value v)
{
	struct node *n = make(ps, OP_CONSTANT, NULL, NULL);

	n->constant = v;
	return n;
}

static struct node *parse_or(struct parser *ps);

static struct node *parse_number(struct parser *ps)
{
	const char *start = ps->p;
	char *end, *int_end;
	double x = strtod(start, &end);
	long long i = strtoll(start, &int_end, 10);

	if (end == start || is_word(*end) || !isfinite(x))
		return fail(ps, start, "this is not a number");
	ps->p = end;
	/* Integers that fit stay exact. */
	if (int_end == end && fabs(x) < 9e18)
		return make_constant(ps, value_int(i));
	return make_constant(ps, value_float(x));
}

static struct node *parse_string(struct parser *ps)
{
	const char *start = ps->p++;
	struct str text = {0};
	struct node *n;

	for (; *ps->p && *ps->p != *start; ps->p++) {
		if (*ps->p == '\\' && ps->p[1])
			ps->p++;
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

/* Operands up to a closing sign, into a chain. */
static bool parse_operands(struct parser *ps, const char *close, struct node **first)
{
	struct node **end = first;
	size_t n = 0;

	*first = NULL;
	if (sign(ps, close))
		return true;
	do {
		if (n++ == OPERANDS_MAX)
			return fail(ps, ps->p, "more than %d operands", OPERANDS_MAX);
		*end = parse_or(ps);
		if (!*end)
			return false;
		end = &(*end)->next;
		blanks(ps);
	} while (sign(ps, ","));
	return sign(ps, close) || fail(ps, ps->p, "expected \"%s\"", close);
}

static struct node *parse_list(struct parser *ps)
{
	struct node *n = make(ps, OP_LIST, NULL, NULL);
	const char *close = *ps->p++ == '[' ? "]" : ")";

	return parse_operands(ps, close, &n->left) ? n : NULL;
}

static bool arity_ok(size_t f, const struct node *first)
{
	size_t n = 0;

	for (; first; first = first->next)
		n++;
	if (f == F_MIN || f == F_MAX)
		return n >= 1;
	return n == 1;
}

static struct node *parse_call(struct parser *ps, size_t f, const char *start)
{
	struct node *n = make(ps, OP_CALL, NULL, NULL);

	n->name = f;
	if (!sign(ps, "("))
		return fail(ps, start, "%s is a function: write %s(…)",
		            function_names[f], function_names[f]);
	if (!parse_operands(ps, ")", &n->left))
		return NULL;
	if (!arity_ok(f, n->left))
		return fail(ps, start, "%s takes one operand", function_names[f]);
	return n;
}

static struct node *unknown_name(struct parser *ps, const char *name, const char *start)
{
	const char *near = str_nearest(name, ps->names, ps->n_names);

	return near ? fail(ps, start, "there is no parameter %s; did you mean %s?",
	                   name, near)
	            : fail(ps, start, "there is no parameter %s", name);
}

static struct node *find_name(struct parser *ps, const char *name, const char *start)
{
	for (size_t i = 0; i < ps->n_names; i++)
		if (strcmp(ps->names[i], name) == 0) {
			struct node *n = make(ps, OP_NAME, NULL, NULL);

			ps->uses[i] = true;
			n->name = i;
			return n;
		}
	return unknown_name(ps, name, start);
}

static struct node *parse_quoted_name(struct parser *ps)
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

static struct node *parse_word(struct parser *ps)
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
	for (size_t f = 0; f < ARRAY_LEN(function_names); f++)
		if (strcmp(function_names[f], name) == 0)
			return parse_call(ps, f, start);
	return find_name(ps, name, start);
}

static struct node *parse_atom(struct parser *ps)
{
	char c;

	blanks(ps);
	c = *ps->p;
	if (c == '(') {
		struct node *n;

		ps->p++;
		n = parse_or(ps);
		if (n && !sign(ps, ")"))
			return fail(ps, ps->p, "expected \")\"");
		return n;
	}
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
	return c ? fail(ps, ps->p, "did not expect \"%c\" here", c)
	         : fail(ps, ps->p, "it ends too early");
}

static struct node *parse_unary(struct parser *ps);

static struct node *parse_power(struct parser *ps)
{
	struct node *base = parse_atom(ps), *exponent;

	if (!base || !sign(ps, "**"))
		return base;
	exponent = parse_unary(ps);
	return exponent ? make(ps, OP_POW, base, exponent) : NULL;
}

/* The way in and out of every recursion: bounded. */
static struct node *parse_unary(struct parser *ps)
{
	struct node *n;

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

static struct node *parse_product(struct parser *ps)
{
	struct node *n = parse_unary(ps), *right;
	enum op op;

	while (n && product_sign(ps, &op)) {
		right = parse_unary(ps);
		n = right ? make(ps, op, n, right) : NULL;
	}
	return n;
}

static struct node *parse_sum(struct parser *ps)
{
	struct node *n = parse_product(ps), *right;

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
static struct node *parse_comparison(struct parser *ps)
{
	struct node *left = parse_sum(ps), *all = NULL, *right;
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

static struct node *parse_not(struct parser *ps)
{
	struct node *n;

	if (!word(ps, "not"))
		return parse_comparison(ps);
	if (ps->depth >= DEPTH_MAX)
		return fail(ps, ps->p, "nested deeper than %d", DEPTH_MAX);
	ps->depth++;
	n = parse_not(ps);
	ps->depth--;
	return n ? make(ps, OP_NOT, n, NULL) : NULL;
}

static struct node *parse_and(struct parser *ps)
{
	struct node *n = parse_not(ps), *right;

	while (n && word(ps, "and")) {
		right = parse_not(ps);
		n = right ? make(ps, OP_AND, n, right) : NULL;
	}
	return n;
}

static struct node *parse_or(struct parser *ps)
{
	struct node *n = parse_and(ps), *right;

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
		fail(&ps, ps.p, "did not expect \"%.10s\" here", ps.p);
	if (ps.bad) {
		*column = (size_t)(ps.bad - text);
		return NULL;
	}
	c->text = arena_strdup(a, text);
	c->uses = ps.uses;
	c->n = n_names;
	return c;
}

/* Evaluation. */

struct evaluation {
	const struct value *const *values;
	struct error *err; /* may be NULL */
	struct arena a;    /* of lists */
};

static bool eval(struct evaluation *e, const struct node *n, struct value *out);

__attribute__((format(printf, 2, 3))) static bool cannot(struct evaluation *e,
                                                         const char *fmt, ...)
{
	va_list ap;

	if (!e->err)
		return false;
	e->err->kind = ERROR_FILE;
	va_start(ap, fmt);
	vsnprintf(e->err->text, sizeof e->err->text, fmt, ap);
	va_end(ap);
	return false;
}

static bool truth(const struct value *v)
{
	double x;

	if (value_number(v, &x))
		return x != 0;
	return v->kind == VALUE_STRING ? *v->string != '\0'
	                               : v->kind != VALUE_NULL && v->n;
}

static struct value boolean(bool b)
{
	return (struct value){.kind = VALUE_BOOL, .boolean = b};
}

static bool is_whole(const struct value *v, int64_t *i)
{
	*i = v->kind == VALUE_BOOL ? v->boolean : v->integer;
	return v->kind == VALUE_INT || v->kind == VALUE_BOOL;
}

/* Python: 1 == True, '1' != 1. */
static bool equal(const struct value *a, const struct value *b)
{
	double x, y;

	if (value_number(a, &x) && value_number(b, &y))
		return x == y;
	return value_equal(a, b);
}

static bool order(struct evaluation *e, const struct value *a, const struct value *b,
                  int *out)
{
	int64_t i, k;
	double x, y;

	if (is_whole(a, &i) && is_whole(b, &k))
		*out = (i > k) - (i < k);
	else if (value_number(a, &x) && value_number(b, &y))
		*out = (x > y) - (x < y);
	else if (a->kind == VALUE_STRING && b->kind == VALUE_STRING)
		*out = strcmp(a->string, b->string);
	else
		return cannot(e, "a %s and a %s have no order",
		              value_kind_name(a->kind), value_kind_name(b->kind));
	return true;
}

static bool contains(struct evaluation *e, const struct value *list,
                     const struct value *v, bool *out)
{
	if (list->kind == VALUE_STRING && v->kind == VALUE_STRING) {
		*out = strstr(list->string, v->string) != NULL;
		return true;
	}
	if (list->kind != VALUE_LIST)
		return cannot(e, "\"in\" wants a [list], not a %s",
		              value_kind_name(list->kind));
	*out = false;
	for (size_t i = 0; i < list->n; i++)
		*out = *out || equal(&list->items[i], v);
	return true;
}

static bool compare(struct evaluation *e, enum op op, const struct value *a,
                    const struct value *b, struct value *out)
{
	bool yes = false;
	int c = 0;

	if (op == OP_IN || op == OP_NOT_IN) {
		if (!contains(e, b, a, &yes))
			return false;
		*out = boolean(yes == (op == OP_IN));
		return true;
	}
	if (op == OP_EQ || op == OP_NE) {
		*out = boolean(equal(a, b) == (op == OP_EQ));
		return true;
	}
	if (!order(e, a, b, &c))
		return false;
	*out = boolean(op == OP_LT   ? c < 0
	               : op == OP_LE ? c <= 0
	               : op == OP_GT ? c > 0
	                             : c >= 0);
	return true;
}

/* Integers while they fit; *done says whether it is settled. */
static bool whole_arithmetic(struct evaluation *e, enum op op, int64_t a, int64_t b,
                             struct value *out, bool *done)
{
	int64_t r = 0;
	bool overflow = true;

	*done = true;
	if ((op == OP_FLOOR_DIV || op == OP_MOD) && b == 0)
		return cannot(e, "division by zero");
	if (op == OP_ADD)
		overflow = __builtin_add_overflow(a, b, &r);
	else if (op == OP_SUB)
		overflow = __builtin_sub_overflow(a, b, &r);
	else if (op == OP_MUL)
		overflow = __builtin_mul_overflow(a, b, &r);
	else if ((op == OP_FLOOR_DIV || op == OP_MOD) && b != -1) {
		int64_t m = a % b;

		/* The remainder has the sign of the divisor. */
		m += m && (m < 0) != (b < 0) ? b : 0;
		r = op == OP_MOD ? m : a / b - (a % b && (a < 0) != (b < 0));
		overflow = false;
	} else if (op == OP_MOD) {
		overflow = false;
	}
	*done = !overflow;
	*out = value_int(r);
	return true;
}

static bool real_arithmetic(struct evaluation *e, enum op op, double a, double b,
                            struct value *out)
{
	double r = 0;

	if ((op == OP_DIV || op == OP_FLOOR_DIV || op == OP_MOD) && b == 0)
		return cannot(e, "division by zero");
	if (op == OP_ADD)
		r = a + b;
	else if (op == OP_SUB)
		r = a - b;
	else if (op == OP_MUL)
		r = a * b;
	else if (op == OP_DIV)
		r = a / b;
	else if (op == OP_FLOOR_DIV)
		r = floor(a / b);
	else if (op == OP_MOD)
		r = a - b * floor(a / b);
	else
		r = pow(a, b);
	if (!isfinite(r))
		return cannot(e, "the result is not finite");
	*out = value_float(r);
	return true;
}

static bool arithmetic(struct evaluation *e, enum op op, const struct value *a,
                       const struct value *b, struct value *out)
{
	int64_t i, k;
	double x, y;
	bool done = false;

	if (!value_number(a, &x) || !value_number(b, &y))
		return cannot(e, "arithmetic with a %s",
		              value_kind_name(value_number(a, &x) ? b->kind : a->kind));
	if (is_whole(a, &i) && is_whole(b, &k) &&
	    !whole_arithmetic(e, op, i, k, out, &done))
		return false;
	if (done)
		return true;
	if (!real_arithmetic(e, op, x, y, out))
		return false;
	/* A power of integers is one, where it is exact. */
	if (op == OP_POW && is_whole(a, &i) && is_whole(b, &k) && k >= 0 &&
	    fabs(out->number) < 0x1p53)
		*out = value_int((int64_t)out->number);
	return true;
}

static bool extreme(struct evaluation *e, size_t f, const struct node *first,
                    struct value *out)
{
	struct value list = {.kind = VALUE_NULL}, v;
	int c = 0;

	if (!eval(e, first, out))
		return false;
	if (!first->next && out->kind == VALUE_LIST) {
		list = *out;
		if (!list.n)
			return cannot(e, "%s of an empty list", function_names[f]);
		*out = list.items[0];
	}
	for (size_t i = 1; i < list.n; i++) {
		if (!order(e, &list.items[i], out, &c))
			return false;
		if (f == F_MIN ? c < 0 : c > 0)
			*out = list.items[i];
	}
	for (first = first->next; first; first = first->next) {
		if (!eval(e, first, &v) || !order(e, &v, out, &c))
			return false;
		if (f == F_MIN ? c < 0 : c > 0)
			*out = v;
	}
	return true;
}

static bool to_whole(struct evaluation *e, double x, struct value *out)
{
	if (!(fabs(x) < 9e18))
		return cannot(e, "the result is too large");
	*out = value_int((int64_t)x);
	return true;
}

static bool real_function(struct evaluation *e, size_t f, double x, struct value *out)
{
	double r = f == F_SQRT    ? sqrt(x)
	           : f == F_LOG   ? log(x)
	           : f == F_LOG2  ? log2(x)
	           : f == F_LOG10 ? log10(x)
	           : f == F_EXP   ? exp(x)
	                          : x;

	if (!isfinite(r))
		return cannot(e, "%s(%g) is not a finite number", function_names[f], x);
	*out = value_float(r);
	return true;
}

static bool call(struct evaluation *e, const struct node *n, struct value *out)
{
	struct value v;
	double x;

	if (n->name == F_MIN || n->name == F_MAX)
		return extreme(e, n->name, n->left, out);
	if (!eval(e, n->left, &v))
		return false;
	if (n->name == F_LEN) {
		if (v.kind != VALUE_STRING && v.kind != VALUE_LIST &&
		    v.kind != VALUE_MAP)
			return cannot(e, "len of a %s", value_kind_name(v.kind));
		*out = value_int(
		    (int64_t)(v.kind == VALUE_STRING ? strlen(v.string) : v.n));
		return true;
	}
	if (!value_number(&v, &x))
		return cannot(e, "%s of a %s", function_names[n->name],
		              value_kind_name(v.kind));
	switch ((enum function)n->name) {
	case F_ABS:
		*out = v.kind == VALUE_FLOAT ? value_float(fabs(x)) : v;
		if (v.kind != VALUE_FLOAT)
			return to_whole(e, fabs(x), out);
		return true;
	case F_ROUND: return to_whole(e, nearbyint(x), out);
	case F_FLOOR: return to_whole(e, floor(x), out);
	case F_CEIL: return to_whole(e, ceil(x), out);
	case F_INT: return to_whole(e, trunc(x), out);
	case F_MIN:
	case F_MAX:
	case F_LEN:
	case F_SQRT:
	case F_LOG:
	case F_LOG2:
	case F_LOG10:
	case F_EXP:
	case F_FLOAT: break;
	}
	return real_function(e, n->name, x, out);
}

static bool eval_list(struct evaluation *e, const struct node *n, struct value *out)
{
	struct value *items = arena_new(&e->a, OPERANDS_MAX, sizeof *items);
	size_t count = 0;

	for (const struct node *k = n->left; k; k = k->next)
		if (!eval(e, k, &items[count++]))
			return false;
	*out = (struct value){.kind = VALUE_LIST, .n = count, .items = items};
	return true;
}

/* and, or, not: the value that decides, as in Python. */
static bool logic(struct evaluation *e, const struct node *n, struct value *out)
{
	if (!eval(e, n->left, out))
		return false;
	if (n->op == OP_NOT) {
		*out = boolean(!truth(out));
		return true;
	}
	if (truth(out) == (n->op == OP_OR))
		return true;
	return eval(e, n->right, out);
}

static bool negate(struct evaluation *e, const struct node *n, struct value *out)
{
	struct value zero = value_int(0), v;

	if (!eval(e, n->left, &v))
		return false;
	return arithmetic(e, n->op == OP_NEG ? OP_SUB : OP_ADD, &zero, &v, out);
}

static bool eval(struct evaluation *e, const struct node *n, struct value *out)
{
	struct value a, b;

	switch (n->op) {
	case OP_CONSTANT: *out = n->constant; return true;
	case OP_NAME: *out = *e->values[n->name]; return true;
	case OP_LIST: return eval_list(e, n, out);
	case OP_CALL: return call(e, n, out);
	case OP_OR:
	case OP_AND:
	case OP_NOT: return logic(e, n, out);
	case OP_NEG:
	case OP_POS: return negate(e, n, out);
	case OP_EQ:
	case OP_NE:
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
	case OP_IN:
	case OP_NOT_IN:
		return eval(e, n->left, &a) && eval(e, n->right, &b) &&
		       compare(e, n->op, &a, &b, out);
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
	case OP_FLOOR_DIV:
	case OP_MOD:
	case OP_POW: break;
	}
	return eval(e, n->left, &a) && eval(e, n->right, &b) &&
	       arithmetic(e, n->op, &a, &b, out);
}

enum constraint_result constraint_check(const struct constraint *c,
                                        const struct value *const *values,
                                        struct error *err)
{
	struct evaluation e = {.values = values, .err = err};
	struct value out;
	bool ok;

	for (size_t i = 0; i < c->n; i++)
		if (c->uses[i] && !values[i])
			return CONSTRAINT_SKIPPED;
	ok = eval(&e, c->root, &out) && truth(&out);
	arena_free(&e.a);
	return ok ? CONSTRAINT_HOLDS : CONSTRAINT_FAILS;
}
