/* What a constraint says about a configuration: Python's meaning of every operator. */
#include "space/constraint_tree.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct evaluation {
	const struct value *const *values;
	struct error *err; /* may be NULL */
	struct arena a;    /* of lists */
};

static bool eval(struct evaluation *e, const struct expr *n, struct value *out);

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

/* -1, 0 or 1; exact between an integer and a double, too. */
static int compare_numbers(const struct value *a, const struct value *b)
{
	int64_t i, k;
	double x = 0, y = 0;

	if (is_whole(a, &i) && is_whole(b, &k))
		return (i > k) - (i < k);
	value_number(a, &x);
	value_number(b, &y);
	/* Rounding to double keeps the order, save that it can make numbers equal. */
	if (x < y || x > y || fabs(x) >= 0x1p63)
		return (x > y) - (x < y);
	if (is_whole(a, &i))
		return (i > (int64_t)y) - (i < (int64_t)y);
	if (is_whole(b, &k))
		return ((int64_t)x > k) - ((int64_t)x < k);
	return 0;
}

static bool are_numbers(const struct value *a, const struct value *b)
{
	double x;

	return value_number(a, &x) && value_number(b, &x);
}

/* Python: 1 == True, '1' != 1. */
static bool equal(const struct value *a, const struct value *b)
{
	if (are_numbers(a, b))
		return compare_numbers(a, b) == 0;
	if (a->kind != VALUE_LIST || b->kind != VALUE_LIST)
		return value_equal(a, b);
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!equal(&a->items[i], &b->items[i]))
			return false;
	return true;
}

static bool order(struct evaluation *e, const struct value *a, const struct value *b,
                  int *out)
{
	if (are_numbers(a, b))
		*out = compare_numbers(a, b);
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

/* Quotient and remainder of a division that rounds down, so that the remainder has the
 * sign of the divisor. */
static bool whole_division(enum op op, int64_t a, int64_t b, int64_t *out)
{
	int64_t m;

	if (b == -1) {
		*out = 0;
		return op == OP_MOD || !__builtin_sub_overflow(0, a, out);
	}
	m = a % b;
	if (m && (m < 0) != (b < 0))
		*out = op == OP_MOD ? m + b : a / b - 1;
	else
		*out = op == OP_MOD ? m : a / b;
	return true;
}

static bool whole_power(int64_t base, int64_t exponent, int64_t *out)
{
	*out = 1;
	/* Only 0, 1 and -1 have a 64th power that fits. */
	if (exponent > 64 && (base > 1 || base < -1))
		return false;
	if (exponent > 64)
		exponent = 64 + exponent % 2;
	for (; exponent > 0; exponent--)
		if (__builtin_mul_overflow(*out, base, out))
			return false;
	return true;
}

/* In integers, where the result is one that fits. */
static bool whole_arithmetic(enum op op, int64_t a, int64_t b, int64_t *out)
{
	if (op == OP_ADD)
		return !__builtin_add_overflow(a, b, out);
	if (op == OP_SUB)
		return !__builtin_sub_overflow(a, b, out);
	if (op == OP_MUL)
		return !__builtin_mul_overflow(a, b, out);
	if (op == OP_FLOOR_DIV || op == OP_MOD)
		return b && whole_division(op, a, b, out);
	return op == OP_POW && b >= 0 && whole_power(a, b, out);
}

/* As Python does it: from the exact remainder, not from the rounded quotient. */
static double real_division(enum op op, double a, double b)
{
	double m = fmod(a, b), quotient;

	if (m != 0 && (m < 0) != (b < 0))
		m += b;
	if (op == OP_MOD)
		return m;
	quotient = (a - m) / b;
	return floor(quotient) + (quotient - floor(quotient) > 0.5);
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
	else if (op == OP_POW)
		r = pow(a, b);
	else
		r = real_division(op, a, b);
	if (!isfinite(r))
		return cannot(e, "the result is not finite");
	*out = value_float(r);
	return true;
}

static bool arithmetic(struct evaluation *e, enum op op, const struct value *a,
                       const struct value *b, struct value *out)
{
	int64_t i, k, r = 0;
	double x, y;

	if (!value_number(a, &x) || !value_number(b, &y))
		return cannot(e, "arithmetic with a %s",
		              value_kind_name(value_number(a, &x) ? b->kind : a->kind));
	if (is_whole(a, &i) && is_whole(b, &k) && whole_arithmetic(op, i, k, &r)) {
		*out = value_int(r);
		return true;
	}
	return real_arithmetic(e, op, x, y, out);
}

static bool extreme(struct evaluation *e, size_t f, const struct expr *first,
                    struct value *out)
{
	struct value list = {.kind = VALUE_NULL}, v;
	int c = 0;

	if (!eval(e, first, out))
		return false;
	if (!first->next && out->kind == VALUE_LIST) {
		list = *out;
		if (!list.n)
			return cannot(e, "%s of an empty list",
			              constraint_functions[f]);
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
	                          : fabs(x);

	if (!isfinite(r))
		return cannot(e, "%s(%g) is not a finite number",
		              constraint_functions[f], x);
	*out = value_float(r);
	return true;
}

/* round(x, digits), ties to even. */
static bool round_digits(struct evaluation *e, const struct value *v,
                         const struct value *digits, struct value *out)
{
	char text[400];
	double x, unit;

	if (digits->kind != VALUE_INT || digits->integer < -18 || digits->integer > 60)
		return cannot(e,
		              "round wants its digits as an integer within -18 … 60");
	if (!value_number(v, &x))
		return cannot(e, "round of a %s", value_kind_name(v->kind));
	*out = *v;
	if (digits->integer >= 0) {
		snprintf(text, sizeof text, "%.*f", (int)digits->integer, x);
		if (v->kind == VALUE_FLOAT)
			out->number = strtod(text, NULL);
		return true;
	}
	unit = pow(10, -(double)digits->integer);
	x = nearbyint(x / unit) * unit;
	if (v->kind != VALUE_FLOAT)
		return to_whole(e, x, out);
	out->number = x;
	return true;
}

static bool pair_function(struct evaluation *e, size_t f, const struct value *v,
                          const struct value *second, struct value *out)
{
	struct value base;
	double x, y;

	if (f == F_ROUND)
		return round_digits(e, v, second, out);
	if (!value_number(v, &x) || !value_number(second, &y))
		return cannot(e, "log wants numbers");
	return real_function(e, F_LOG, x, out) && real_function(e, F_LOG, y, &base) &&
	       real_arithmetic(e, OP_DIV, out->number, base.number, out);
}

/* int('12'), float('0.1'): the number that a text holds. */
static bool parse_text(struct evaluation *e, size_t f, const char *text,
                       struct value *out)
{
	char *end, *whole_end;
	double x = strtod(text, &end);
	long long i = strtoll(text, &whole_end, 10);

	if (end == text || *end || !isfinite(x) || strpbrk(text, "xXpP") ||
	    (f == F_INT && (whole_end != end || !(fabs(x) < 9e18))))
		return cannot(e, "%s('%s'): not a number", constraint_functions[f],
		              text);
	*out = f == F_INT ? value_int(i) : value_float(x);
	return true;
}

static bool length(struct evaluation *e, const struct value *v, struct value *out)
{
	size_t n = v->n;

	if (v->kind != VALUE_STRING && v->kind != VALUE_LIST && v->kind != VALUE_MAP)
		return cannot(e, "len of a %s", value_kind_name(v->kind));
	if (v->kind == VALUE_STRING) {
		n = 0;
		for (const char *p = v->string; *p; p++)
			n += ((unsigned char)*p & 0xc0) != 0x80;
	}
	*out = value_int((int64_t)n);
	return true;
}

/* A function whose result is an integer when its operand is one. */
static bool whole_function(struct evaluation *e, size_t f, const struct value *v,
                           double x, struct value *out)
{
	int64_t i;

	if (!is_whole(v, &i))
		return f == F_ABS ? real_function(e, f, x, out)
		                  : to_whole(e,
		                             f == F_ROUND   ? nearbyint(x)
		                             : f == F_FLOOR ? floor(x)
		                             : f == F_CEIL  ? ceil(x)
		                                            : trunc(x),
		                             out);
	if (f == F_ABS && i < 0 && __builtin_sub_overflow(0, i, &i))
		return cannot(e, "the result is too large");
	*out = value_int(i);
	return true;
}

static bool call(struct evaluation *e, const struct expr *n, struct value *out)
{
	size_t f = n->name;
	struct value v, second;
	double x;

	if (f == F_MIN || f == F_MAX)
		return extreme(e, f, n->left, out);
	if (!eval(e, n->left, &v))
		return false;
	if (n->left->next)
		return eval(e, n->left->next, &second) &&
		       pair_function(e, f, &v, &second, out);
	if (f == F_LEN)
		return length(e, &v, out);
	if ((f == F_INT || f == F_FLOAT) && v.kind == VALUE_STRING)
		return parse_text(e, f, v.string, out);
	if (!value_number(&v, &x))
		return cannot(e, "%s of a %s", constraint_functions[f],
		              value_kind_name(v.kind));
	if (f == F_FLOAT) {
		*out = value_float(x);
		return true;
	}
	if (f == F_ABS || f == F_ROUND || f == F_FLOOR || f == F_CEIL || f == F_INT)
		return whole_function(e, f, &v, x, out);
	return real_function(e, f, x, out);
}

static bool eval_list(struct evaluation *e, const struct expr *n, struct value *out)
{
	struct value *items;
	size_t count = 0;

	for (const struct expr *k = n->left; k; k = k->next)
		count++;
	items = arena_new(&e->a, count, sizeof *items);
	count = 0;
	for (const struct expr *k = n->left; k; k = k->next)
		if (!eval(e, k, &items[count++]))
			return false;
	*out = (struct value){.kind = VALUE_LIST, .n = count, .items = items};
	return true;
}

/* and, or, not: the value that decides, as in Python. */
static bool logic(struct evaluation *e, const struct expr *n, struct value *out)
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

static bool negate(struct evaluation *e, const struct expr *n, struct value *out)
{
	struct value zero = value_int(0), v;

	if (!eval(e, n->left, &v))
		return false;
	return arithmetic(e, n->op == OP_NEG ? OP_SUB : OP_ADD, &zero, &v, out);
}

static bool eval(struct evaluation *e, const struct expr *n, struct value *out)
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
