/* A parsed constraint, as the parser leaves it and the evaluator walks it. For these
 * two files only. */
#ifndef HPS_SPACE_CONSTRAINT_TREE_H
#define HPS_SPACE_CONSTRAINT_TREE_H

#include "space/constraint.h"

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
	F_LEN,
	F_COUNT
};

extern const char *const constraint_functions[F_COUNT]; /* their names */

struct expr {
	enum op op;
	struct value constant; /* CONSTANT */
	size_t name;           /* NAME: index of the parameter; CALL: function */
	struct expr *left,
	    *right;        /* operators; LIST, CALL: left is the first operand */
	struct expr *next; /* the next operand of a LIST or CALL */
};

struct constraint {
	const char *text;
	struct expr *root;
	const bool *uses; /* (n) */
	size_t n;
};

#endif
