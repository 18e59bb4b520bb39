/* A YAML file as a tree with positions: libyaml's events, resolved. The only libyaml
 * user.
 *
 * Plain scalars are typed as a W&B user gets them (the union of PyYAML's and YAML 1.2's
 * numbers: 1e-4 is a float; PyYAML's booleans and nulls; "None" is a string; dates stay
 * strings; sexagesimal as PyYAML). Quoted scalars are strings. !!str !!int !!float
 * !!bool !!null are honoured, other tags refused. Merge keys, anchors and aliases are
 * resolved; alias bombs, cycles, depth above 64, files above 1 MiB, several documents,
 * NUL and invalid UTF-8 are refused, in bounded time. A duplicate key: the last wins,
 * with a warning. */
#ifndef HPS_CONFIG_YAML_H
#define HPS_CONFIG_YAML_H

#include "base/error.h"
#include "space/value.h"

struct position {
	size_t line, column; /* from 1 */
};

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	struct position at;
	/* SCALAR */
	struct value value; /* typed; never LIST or MAP */
	const char *text;   /* as written, without quotes */
	bool quoted;
	bool anchored; /* an &anchor stands before it */
	bool yes_no;   /* a boolean written yes/no/on/off: worth a notice */
	/* LIST, MAP */
	size_t n;
	struct node **items;     /* (n) */
	const char **keys;       /* MAP: (n) */
	struct position *key_at; /* MAP: (n) */
};

/* What is worth telling but is no error. */
struct notice {
	bool warning;     /* else a notice; --strict turns warnings into errors */
	const char *text; /* "space.yaml:7:3: …", one line, without the word warning */
};

struct notices {
	struct notice *list;
	size_t n, cap;
	struct arena *a;
};
__attribute__((format(printf, 3, 4))) void notices_add(struct notices *ns, bool warning,
                                                       const char *fmt, ...);

struct yaml {
	const char *path; /* for messages; "<stdin>" where it has none */
	const char *text;
	size_t len;
	struct node *root;
};

/* text must outlive y. Errors have the form of yaml_error. */
bool yaml_parse(struct yaml *y, const char *path, const char *text, size_t len,
                struct arena *a, struct notices *ns, struct error *err);

/* ERROR_FILE with "path:line:column: message", the source line and a caret below, and a
 * line "  help: …" when help is not NULL. Returns false. */
__attribute__((format(printf, 5, 6))) bool yaml_error(const struct yaml *y,
                                                      struct position at,
                                                      const char *help,
                                                      struct error *err,
                                                      const char *fmt, ...);

/* The position of the byte at offset in a scalar's text; of the scalar itself where the
 * text does not stand in the file as it is (escapes, several lines). */
struct position yaml_position(const struct yaml *y, const struct node *n,
                              size_t offset);

struct node *node_get(const struct node *map, const char *key); /* NULL: not there */
/* The text of the first of the keys (up to a NULL) that has a scalar behind it. */
const char *node_first_text(const struct node *map, const char *const *keys);
/* The position of a key in a map (it must be there). */
struct position node_key_position(const struct node *map, const char *key);
/* Any node as a value (lists and maps too). */
struct value node_value(const struct node *n, struct arena *a);

/* Sets the node at a dotted path ("parameters.lr.max"; the longest key that matches at
 * each level, so names with dots work), making maps on the way; text is parsed as YAML.
 * For `--set`. */
bool yaml_set(struct yaml *y, const char *assignment, struct arena *a,
              struct notices *ns, struct error *err);

#endif
