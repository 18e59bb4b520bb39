#include "config/yaml.h"
#include "config/scalar.h"
#include "config/yaml_cause.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum {
	DEPTH_MAX = 64,
	NODES_MAX = 200000,
	SIZE_MAX_BYTES = 1 << 20,
	/* Searched one after another. */
	ANCHORS_MAX = 1000,
	/* The hash is no secret: keys may be made to collide. */
	KEYS_MAX = 20000
};

struct anchor {
	const char *name;
	struct node *node;
	bool open;     /* still being read: an alias to it would be a circle */
	size_t weight; /* nodes below it, aliases expanded */
};

struct reader {
	struct yaml *y;
	yaml_parser_t parser;
	struct arena *a;
	struct notices *ns;
	struct error *err;
	struct anchor *anchors; /* malloc */
	size_t n_anchors, cap_anchors;
	size_t nodes; /* made or aliased so far */
	int depth;
};

static struct position place_of(yaml_mark_t m)
{
	return (struct position){m.line + 1, m.column + 1};
}

static struct node *fail(struct reader *r, struct position at, const char *help,
                         const char *message)
{
	yaml_error(r->y, at, help, r->err, "%s", message);
	return NULL;
}

/* libyaml's own complaints, with what usually is behind them. */

static struct position place_of_offset(const struct yaml *y, size_t offset)
{
	struct position at = {1, 1};

	for (size_t i = 0; i < offset && i < y->len; i++)
		if (y->text[i] == '\n') {
			at.line++;
			at.column = 1;
		} else if ((y->text[i] & 0xc0) != 0x80) {
			at.column++;
		}
	return at;
}

static bool syntax_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct position at = place_of(p->problem_mark);
	const char *problem = p->problem ? p->problem : "cannot be read";
	const char *help;

	if (p->error == YAML_READER_ERROR)
		return yaml_error(r->y, place_of_offset(r->y, p->problem_offset),
		                  "the file must be text in UTF-8", r->err, "%s",
		                  problem);
	if (p->error == YAML_MEMORY_ERROR)
		mem_exhausted();
	help = yaml_cause(r->y, at, problem, r->a);
	/* Where it was opened, or the word before a colon, tells more. */
	if (p->context && (strstr(problem, "unexpected end of stream") ||
	                   strstr(problem, "unexpected ':'")))
		at = place_of(p->context_mark);
	if (p->context)
		return yaml_error(r->y, at, help, r->err,
		                  "not YAML: %s (%s from line %zu)", problem,
		                  p->context, p->context_mark.line + 1);
	return yaml_error(r->y, at, help, r->err, "not YAML: %s", problem);
}

static bool next_event(struct reader *r, yaml_event_t *e)
{
	return yaml_parser_parse(&r->parser, e) || syntax_error(r);
}

/* Nodes. */

static struct node *new_node(struct reader *r, enum node_kind kind, struct position at)
{
	struct node *n = arena_new(r->a, 1, sizeof *n);

	n->kind = kind;
	n->at = at;
	r->nodes++;
	return n;
}

/* Names a node that an anchor is for. Returns its index, SIZE_MAX without an anchor. */
static size_t set_anchor(struct reader *r, const yaml_char_t *name, struct node *n)
{
	if (!name)
		return SIZE_MAX;
	n->anchored = true;
	r->anchors =
	    mem_room(r->anchors, r->n_anchors, &r->cap_anchors, sizeof *r->anchors);
	r->anchors[r->n_anchors] =
	    (struct anchor){.name = arena_strdup(r->a, (const char *)name),
	                    .node = n,
	                    .open = true,
	                    .weight = r->nodes};
	return r->n_anchors++;
}

static void close_anchor(struct reader *r, size_t i)
{
	if (i == SIZE_MAX)
		return;
	r->anchors[i].open = false;
	r->anchors[i].weight = r->nodes - r->anchors[i].weight + 1;
}

static struct node *alias(struct reader *r, const yaml_event_t *e)
{
	const char *name = (const char *)e->data.alias.anchor;
	struct position at = place_of(e->start_mark);

	for (size_t i = r->n_anchors; i-- > 0;) {
		struct anchor *a = &r->anchors[i];

		if (strcmp(a->name, name) != 0)
			continue;
		if (a->open)
			return fail(r, at, NULL,
			            "this alias stands inside its own anchor");
		/* What the alias stands for counts as if it were written out. */
		r->nodes += a->weight;
		return a->node;
	}
	return fail(r, at, "an anchor (&name) must come before its alias (*name)",
	            "this alias has no anchor");
}

/* What a tag makes of a scalar; false: no such tag, or it does not fit. */
static bool apply_tag(struct node *n, const char *tag)
{
	static const char core[] = "tag:yaml.org,2002:";
	bool yes_no;

	if (strncmp(tag, core, sizeof core - 1) != 0)
		return strcmp(tag, "!") == 0;
	tag += sizeof core - 1;
	if (strcmp(tag, "str") == 0) {
		n->value = value_string(n->text);
		n->quoted = true;
		return true;
	}
	if (strcmp(tag, "null") == 0)
		return scalar_null(n->text) && (n->value.kind = VALUE_NULL, true);
	if (strcmp(tag, "bool") == 0) {
		n->value.kind = VALUE_BOOL;
		return scalar_boolean(n->text, &n->value.boolean, &yes_no);
	}
	if (!scalar_number(n->text, &n->value))
		return false;
	if (strcmp(tag, "int") == 0)
		return n->value.kind == VALUE_INT;
	if (n->value.kind == VALUE_INT)
		n->value = value_float((double)n->value.integer);
	return strcmp(tag, "float") == 0;
}

static struct node *scalar(struct reader *r, const yaml_event_t *e)
{
	struct node *n = new_node(r, NODE_SCALAR, place_of(e->start_mark));
	const char *tag = (const char *)e->data.scalar.tag;
	enum scalar_fault fault = SCALAR_OK;

	if (strlen((const char *)e->data.scalar.value) != e->data.scalar.length)
		return fail(r, n->at, NULL, "a NUL character");
	n->text = arena_strdup(r->a, (const char *)e->data.scalar.value);
	n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	n->value = value_string(n->text);
	if (tag) {
		if (!apply_tag(n, tag))
			return fail(r, n->at,
			            "!!str !!int !!float !!bool and !!null are known",
			            "this tag is not known, or does not fit its value");
	} else if (!n->quoted) {
		fault = scalar_plain(n->text, &n->value, &n->yes_no);
	}
	if (fault == SCALAR_NOT_FINITE)
		return fail(
		    r, n->at, "quote it if the script wants it as a text",
		    "an infinite value or one that is not a number cannot be used");
	if (fault == SCALAR_TOO_LARGE)
		return fail(
		    r, n->at, "quote it if the script wants it as a text",
		    "this number is too large (64-bit integers, double floats)");
	close_anchor(r, set_anchor(r, e->data.scalar.anchor, n));
	return n;
}

static struct node *read_node(struct reader *r, yaml_event_t *e);

static bool check_limits(struct reader *r, struct position at)
{
	if (r->depth > DEPTH_MAX)
		return fail(r, at, NULL, "nested deeper than 64 levels");
	if (r->nodes > NODES_MAX)
		return fail(r, at, "aliases count as if they were written out",
		            "more than 200000 values");
	if (r->n_anchors > ANCHORS_MAX)
		return fail(r, at, NULL, "more than 1000 anchors");
	return true;
}

/* Aliases can make a tree deeper than anything that is written. */
static bool check_depth(struct reader *r, const struct node *n, int depth)
{
	if (depth > DEPTH_MAX)
		return fail(r, n->at, NULL, "nested deeper than 64 levels");
	for (size_t i = 0; n->kind != NODE_SCALAR && i < n->n; i++)
		if (!check_depth(r, n->items[i], depth + 1))
			return false;
	return true;
}

static struct node *list(struct reader *r, const yaml_event_t *start)
{
	struct node *n = new_node(r, NODE_LIST, place_of(start->start_mark)),
		    **items = NULL;
	size_t anchor = set_anchor(r, start->data.sequence_start.anchor, n), cap = 0;
	bool ok = check_limits(r, n->at);

	while (ok) {
		struct node *item;
		yaml_event_t e;

		if (!next_event(r, &e)) {
			ok = false;
			break;
		}
		if (e.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&e);
			break;
		}
		item = read_node(r, &e);
		ok = item != NULL;
		items = mem_room(items, n->n, &cap, sizeof(struct node *));
		items[n->n++] = item;
	}
	n->items = arena_new(r->a, n->n, sizeof(struct node *));
	if (n->n)
		memcpy(n->items, items, n->n * sizeof(struct node *));
	free(items);
	close_anchor(r, anchor);
	return ok ? n : NULL;
}

/* A mapping under construction; merged keys give way to written ones. */
struct pair {
	const char *key;
	struct position at;
	struct node *item;
	bool merged;
};

struct pairs {
	struct pair *list;
	size_t n, cap;
	size_t *table; /* open addressing over list: index + 1; (slots) */
	size_t slots;
};

static size_t pair_slot(const struct pairs *p, const char *key)
{
	uint64_t h = 1469598103934665603u;
	size_t i;

	for (const char *s = key; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	for (i = (size_t)h & (p->slots - 1); p->table[i]; i = (i + 1) & (p->slots - 1))
		if (strcmp(p->list[p->table[i] - 1].key, key) == 0)
			break;
	return i;
}

static struct pair *find_pair(const struct pairs *p, const char *key)
{
	size_t i = p->slots ? pair_slot(p, key) : 0;

	return p->slots && p->table[i] ? &p->list[p->table[i] - 1] : NULL;
}

static void grow_table(struct pairs *p)
{
	free(p->table);
	p->slots = p->slots ? 2 * p->slots : 16;
	p->table = mem_new(p->slots, sizeof *p->table);
	for (size_t i = 0; i < p->n; i++)
		p->table[pair_slot(p, p->list[i].key)] = i + 1;
}

static void add_pair(struct pairs *p, struct pair pair)
{
	if (2 * p->n >= p->slots)
		grow_table(p);
	p->list = mem_room(p->list, p->n, &p->cap, sizeof *p->list);
	p->list[p->n] = pair;
	p->table[pair_slot(p, pair.key)] = ++p->n;
}

static void put(struct reader *r, struct pairs *p, struct pair pair)
{
	struct pair *old = find_pair(p, pair.key);

	if (!old) {
		add_pair(p, pair);
		return;
	}
	if (pair.merged)
		return;
	if (!old->merged)
		notices_add(
		    r->ns, true,
		    "%s:%zu:%zu: the key %s is there twice (first in line %zu); the "
		    "last one counts",
		    r->y->path, pair.at.line, pair.at.column, pair.key, old->at.line);
	*old = pair;
}

static bool merge_map(struct reader *r, struct pairs *p, const struct node *m)
{
	if (m->kind != NODE_MAP)
		return fail(r, m->at, NULL,
		            "\"<<\" merges mappings, and lists of them");
	for (size_t i = 0; i < m->n; i++)
		put(r, p, (struct pair){m->keys[i], m->key_at[i], m->items[i], true});
	return true;
}

static bool merge(struct reader *r, struct pairs *p, const struct node *m)
{
	if (m->kind != NODE_LIST)
		return merge_map(r, p, m);
	for (size_t i = 0; i < m->n; i++)
		if (!merge_map(r, p, m->items[i]))
			return false;
	return true;
}

static bool one_pair(struct reader *r, struct pairs *p, yaml_event_t *e)
{
	struct position at = place_of(e->start_mark);
	struct node *key = read_node(r, e), *item;
	yaml_event_t next;

	if (!key)
		return false;
	if (key->kind != NODE_SCALAR)
		return fail(r, at, yaml_template_cause(r->y, at),
		            "a key must be a plain word");
	if (!next_event(r, &next))
		return false;
	item = read_node(r, &next);
	if (!item)
		return false;
	if (strcmp(key->text, "<<") == 0 && !key->quoted)
		return merge(r, p, item);
	put(r, p, (struct pair){key->text, at, item, false});
	return p->n <= KEYS_MAX || fail(r, at, NULL, "more than 20000 keys");
}

static void take_pairs(struct reader *r, struct node *n, const struct pairs *p)
{
	n->n = p->n;
	n->items = arena_new(r->a, p->n, sizeof(struct node *));
	n->keys = arena_new(r->a, p->n, sizeof *n->keys);
	n->key_at = arena_new(r->a, p->n, sizeof *n->key_at);
	for (size_t i = 0; i < p->n; i++) {
		n->items[i] = p->list[i].item;
		n->keys[i] = p->list[i].key;
		n->key_at[i] = p->list[i].at;
	}
}

static struct node *map(struct reader *r, const yaml_event_t *start)
{
	struct node *n = new_node(r, NODE_MAP, place_of(start->start_mark));
	size_t anchor = set_anchor(r, start->data.mapping_start.anchor, n);
	struct pairs p = {0};
	bool ok = check_limits(r, n->at);

	while (ok) {
		yaml_event_t e;

		if (!next_event(r, &e)) {
			ok = false;
			break;
		}
		if (e.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&e);
			break;
		}
		ok = one_pair(r, &p, &e);
	}
	take_pairs(r, n, &p);
	free(p.list);
	free(p.table);
	close_anchor(r, anchor);
	return ok ? n : NULL;
}

static bool foreign_tag(const yaml_char_t *tag, const char *name)
{
	char full[64];

	snprintf(full, sizeof full, "tag:yaml.org,2002:%s", name);
	return tag && strcmp((const char *)tag, full) != 0 &&
	       strcmp((const char *)tag, "!") != 0;
}

static void release_event(void *event)
{
	yaml_event_delete(event);
}

/* Consumes the event. */
static struct node *read_node(struct reader *r, yaml_event_t *e)
{
	struct node *n = NULL;
	struct position at = place_of(e->start_mark);
	struct mem_hold held;

	mem_hold(&held, release_event, e);
	r->depth++;
	if (e->type == YAML_ALIAS_EVENT)
		n = alias(r, e);
	else if (e->type == YAML_SCALAR_EVENT)
		n = scalar(r, e);
	else if ((e->type == YAML_SEQUENCE_START_EVENT &&
	          foreign_tag(e->data.sequence_start.tag, "seq")) ||
	         (e->type == YAML_MAPPING_START_EVENT &&
	          foreign_tag(e->data.mapping_start.tag, "map")))
		n = fail(r, at, NULL, "this tag is not known");
	else if (e->type == YAML_SEQUENCE_START_EVENT)
		n = list(r, e);
	else if (e->type == YAML_MAPPING_START_EVENT)
		n = map(r, e);
	else
		n = fail(r, at, NULL, "something is missing here");
	r->depth--;
	mem_let_go(&held);
	yaml_event_delete(e);
	if (n && !check_limits(r, at))
		n = NULL;
	return n;
}

/* Takes events up to one of this type, which is consumed. */
static bool expect(struct reader *r, yaml_event_type_t type)
{
	yaml_event_t e;
	bool ok;

	if (!next_event(r, &e))
		return false;
	ok = e.type == type;
	yaml_event_delete(&e);
	return ok || yaml_error(r->y, (struct position){0}, NULL, r->err, "is empty");
}

static bool read_document(struct reader *r)
{
	struct position at;
	yaml_event_t e;
	bool last;

	if (!expect(r, YAML_STREAM_START_EVENT) || !next_event(r, &e))
		return false;
	if (e.type != YAML_DOCUMENT_START_EVENT) {
		yaml_event_delete(&e);
		return yaml_error(r->y, (struct position){0},
		                  "a search needs method, metric and parameters",
		                  r->err, "is empty");
	}
	yaml_event_delete(&e);
	if (!next_event(r, &e))
		return false;
	r->y->root = read_node(r, &e);
	if (!r->y->root || !check_depth(r, r->y->root, 1) ||
	    !expect(r, YAML_DOCUMENT_END_EVENT) || !next_event(r, &e))
		return false;
	last = e.type == YAML_STREAM_END_EVENT;
	at = place_of(e.start_mark);
	yaml_event_delete(&e);
	return last || yaml_error(r->y, at, "keep one search per file", r->err,
	                          "a second document begins here");
}

static void release_parser(void *parser)
{
	yaml_parser_delete(parser);
}

static bool parse(struct reader *r, const char *text, size_t len)
{
	struct mem_hold held;
	bool ok;

	if (!yaml_parser_initialize(&r->parser))
		mem_exhausted();
	mem_hold(&held, release_parser, &r->parser);
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)text, len);
	ok = read_document(r);
	mem_let_go(&held);
	yaml_parser_delete(&r->parser);
	free(r->anchors);
	return ok;
}

bool yaml_parse(struct yaml *y, const char *path, const char *text, size_t len,
                struct arena *a, struct notices *ns, struct error *err)
{
	struct reader r = {.y = y, .a = a, .ns = ns, .err = err};

	/* A byte order mark is no part of the text. */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	*y = (struct yaml){.path = path, .text = text, .len = len};
	if (len > SIZE_MAX_BYTES)
		return yaml_error(y, (struct position){0}, NULL, err,
		                  "is larger than 1 MiB; a search file never is");
	return parse(&r, text, len);
}
