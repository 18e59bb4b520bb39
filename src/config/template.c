#include "config/template.h"

#include "base/file.h"
#include "config/macro.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const size_t template_max = 1 << 20;

enum format { FORMAT_YAML, FORMAT_JSON, FORMAT_TOML, FORMAT_TEXT };

/* A template being filled. */
struct filling {
	const struct spec *s;
	const struct command_context *c;
	enum format format;
	char *text; /* so far, in arena a */
	size_t len;
	struct arena *a;
	struct error *err;
};

static enum format format_of(const char *file)
{
	static const struct {
		const char *ending;
		enum format format;
	} known[] = {{".yaml", FORMAT_YAML},
	             {".yml", FORMAT_YAML},
	             {".json", FORMAT_JSON},
	             {".toml", FORMAT_TOML}};
	const char *dot = strrchr(file, '.');

	for (size_t i = 0; dot && i < ARRAY_LEN(known); i++)
		if (strcasecmp(dot, known[i].ending) == 0)
			return known[i].format;
	return FORMAT_TEXT;
}

/* --- values --- */

/* A text with its macros replaced; NULL where it needs a parameter that this run does
 * not have, or with an error. */
static const char *expand(const struct filling *f, const char *text)
{
	struct command_context c = *f->c;
	const struct command word = {.words = &text, .n = 1};
	const char *const *words;

	c.part = true;
	words = command_build(f->s, &word, &c, f->a, f->err);
	return words ? *words : NULL;
}

/* "${param:lr}" alone is the value with its type; within a text, a text. False: this
 * run has no such parameter, or an error. */
static bool resolve(const struct filling *f, struct value v, struct value *out)
{
	const struct value *found;
	const char *name, *text;
	struct hole h;
	size_t n;

	*out = v;
	if (v.kind != VALUE_STRING || !hole_find(v.string, &h))
		return true;
	if (h.begin == v.string && !*h.end && hole_is_param(&h, &name, &n)) {
		found = value_member(f->c->arguments, name, n);
		if (found)
			*out = *found;
		return found != NULL;
	}
	text = expand(f, v.string);
	*out = value_string(text ? text : "");
	return text != NULL;
}

/* 1.0 stays a float; not every reader takes 1e-05 for a number, 1.0e-05 all do. */
static void add_float(const struct value *v, struct str *out)
{
	size_t from = out->len;

	value_yaml(v, out);
	if (!strpbrk(out->s + from, ".en"))
		str_add(out, ".0");
}

/* What all three formats read alike. */
static void add_value(const struct value *v, struct str *out)
{
	switch (v->kind) {
	case VALUE_FLOAT: add_float(v, out); return;
	case VALUE_LIST:
		str_addc(out, '[');
		for (size_t i = 0; i < v->n; i++) {
			str_add(out, i ? ", " : "");
			add_value(&v->items[i], out);
		}
		str_addc(out, ']');
		return;
	case VALUE_NULL:
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_STRING:
	case VALUE_MAP: break;
	}
	value_json(v, out, false);
}

static void replace(struct filling *f, size_t from, size_t to, const struct value *v)
{
	struct str text = {0};

	str_addn(&text, f->text, from);
	if (from && f->text[from - 1] == ':')
		str_addc(&text, ' ');
	add_value(v, &text);
	str_addn(&text, f->text + to, f->len - to);
	f->text = arena_strndup(f->a, text.s, text.len);
	f->len = text.len;
	str_free(&text);
}

/* --- where a value ends --- */

static size_t quoted_end(const char *s, size_t i, size_t n)
{
	char quote = s[i++];

	while (i < n && s[i] != quote)
		i += s[i] == '\\' && quote == '"' ? 2 : 1;
	return i < n ? i + 1 : n;
}

/* Brackets to their own end. */
static size_t bracket_end(const char *s, size_t i, size_t n)
{
	int depth = 0;

	while (i < n) {
		if (s[i] == '"' || s[i] == '\'') {
			i = quoted_end(s, i, n);
			continue;
		}
		depth += s[i] == '[' || s[i] == '{';
		depth -= s[i] == ']' || s[i] == '}';
		i++;
		if (!depth)
			return i;
	}
	return n;
}

/* Of a value on one line, or in brackets; 0: it is a block, or a text of many lines. */
static size_t value_end(const char *s, size_t i, size_t n, bool inside)
{
	size_t from = i;

	if (i >= n || strchr("|>&*!\n\r", s[i]))
		return 0;
	if (s[i] == '"' || s[i] == '\'')
		return quoted_end(s, i, n);
	if (s[i] == '[' || s[i] == '{')
		return bracket_end(s, i, n);
	while (i < n && s[i] != '\n' && s[i] != '\r' &&
	       !(s[i] == '#' && i > from && isspace((unsigned char)s[i - 1])) &&
	       !(inside && strchr(",]}", s[i])))
		i++;
	while (i > from && isspace((unsigned char)s[i - 1]))
		i--;
	return i;
}

/* --- YAML and JSON --- */

static size_t offset_of(const char *text, size_t len, struct position at)
{
	size_t i = 0;

	for (size_t line = 1; line < at.line && i < len; line++) {
		const char *end = memchr(text + i, '\n', len - i);

		i = end ? (size_t)(end - text) + 1 : len;
	}
	/* Columns are of letters, not of bytes. */
	for (size_t column = 1; column < at.column && i < len; column++) {
		i++;
		while (i < len && ((unsigned char)text[i] & 0xc0) == 0x80)
			i++;
	}
	return i;
}

/* The node of a dotted path; the longest key that matches goes first. *flow: it is
 * within brackets. */
static const struct node *find(const struct node *map, const char *path,
                               const struct filling *f, bool *flow)
{
	for (size_t n = strlen(path); n; n--) {
		const char *key;
		const struct node *item;

		if (path[n] && path[n] != '.')
			continue;
		key = arena_strndup(f->a, path, n);
		item = map->kind == NODE_MAP ? node_get(map, key) : NULL;
		if (!item)
			continue;
		*flow = *flow || f->text[offset_of(f->text, f->len, map->at)] == '{';
		return path[n] ? find(item, path + n + 1, f, flow) : item;
	}
	return NULL;
}

/* In the place of what stands from `from` to `to`; to 0: it cannot be replaced. */
static bool put(struct filling *f, const char *path, size_t from, size_t to,
                const struct value *v)
{
	if (!to)
		return error_set(
		    f->err, ERROR_FILE,
		    "%s: %s is no value on one line, which could be replaced",
		    f->s->config->file, path);
	replace(f, from, to, v);
	return true;
}

static bool set_yaml(struct filling *f, const char *path, const struct value *v)
{
	struct notices ns = {.a = f->a};
	struct yaml y;
	const struct node *n;
	size_t from, to;
	bool flow = false, ok;

	ok = yaml_parse(&y, f->s->config->file, f->text, f->len, f->a, &ns, f->err);
	free(ns.list);
	if (!ok)
		return false;
	n = find(y.root, path, f, &flow);
	if (!n)
		return error_set(f->err, ERROR_FILE, "%s has no %s", f->s->config->file,
		                 path);
	from = offset_of(f->text, f->len, n->at);
	to = value_end(f->text, from, f->len, flow);
	if (n->kind == NODE_SCALAR && !n->quoted) {
		size_t len = strlen(n->text);

		to = !len ? from
		     : to - from == len && memcmp(f->text + from, n->text, len) == 0
		         ? to
		         : 0;
	}
	if (n->kind != NODE_SCALAR && f->text[from] != '[' && f->text[from] != '{')
		to = 0;
	return put(f, path, from, to, v);
}

/* --- TOML --- */

/* A line's key, "a.b" or a quoted one, without its quotes; behind it the "=". */
static bool toml_key(const char *line, size_t n, struct str *key, size_t *value)
{
	size_t i = 0;

	str_clear(key);
	while (i < n && line[i] != '=' && line[i] != '#') {
		if (line[i] == '"' || line[i] == '\'') {
			size_t end = quoted_end(line, i, n);

			str_addn(key, line + i + 1, end - i > 1 ? end - i - 2 : 0);
			i = end;
			continue;
		}
		if (!isspace((unsigned char)line[i]))
			str_addc(key, line[i]);
		i++;
	}
	if (i >= n || line[i] != '=' || !key->len)
		return false;
	for (i++; i < n && (line[i] == ' ' || line[i] == '\t'); i++)
		;
	*value = i;
	return true;
}

/* [optimizer] or [ optimizer . sub ] */
static bool toml_section(const char *line, size_t n, struct str *section)
{
	size_t i = 0;

	while (i < n && isspace((unsigned char)line[i]))
		i++;
	if (i >= n || line[i] != '[')
		return false;
	str_clear(section);
	for (i++; i < n && line[i] != ']'; i++)
		if (!isspace((unsigned char)line[i]) && line[i] != '"' &&
		    line[i] != '[')
			str_addc(section, line[i]);
	str_addc(section, '.');
	return true;
}

/* Where the path's value is. */
static bool find_toml(const struct filling *f, const char *path, size_t *from)
{
	struct str section = {0}, key = {0};
	bool found = false;
	size_t at = 0, value;

	while (!found && at < f->len) {
		const char *line = f->text + at;
		const char *end = memchr(line, '\n', f->len - at);
		size_t n = end ? (size_t)(end - line) : f->len - at;

		if (!toml_section(line, n, &section) &&
		    toml_key(line, n, &key, &value)) {
			size_t k = section.len;

			found = strncmp(path, str_text(&section), k) == 0 &&
			        strcmp(path + k, str_text(&key)) == 0;
			*from = at + value;
			if (!found &&
			    (f->text[*from] == '[' || f->text[*from] == '{')) {
				at = bracket_end(f->text, *from, f->len);
				continue;
			}
		}
		at += n + 1;
	}
	str_free(&section);
	str_free(&key);
	return found;
}

static bool set_toml(struct filling *f, const char *path, const struct value *v)
{
	size_t from, to;

	if (!find_toml(f, path, &from))
		return error_set(f->err, ERROR_FILE, "%s has no %s", f->s->config->file,
		                 path);
	if (v->kind == VALUE_NULL || v->kind == VALUE_MAP)
		return error_set(f->err, ERROR_FILE, "%s: TOML has no %s to set %s to",
		                 f->s->config->file,
		                 v->kind == VALUE_NULL ? "null" : "mapping of ours",
		                 path);
	to = strncmp(f->text + from, "\"\"\"", 3) && strncmp(f->text + from, "'''", 3)
	         ? value_end(f->text, from, f->len, false)
	         : 0;
	return put(f, path, from, to, v);
}

/* --- all --- */

static bool set_one(struct filling *f, const struct template_set *set)
{
	struct value v;

	if (!resolve(f, node_value(set->value, f->a), &v))
		return f->err->kind == ERROR_NONE; /* stays as the template has it */
	return f->format == FORMAT_TOML ? set_toml(f, set->path, &v)
	                                : set_yaml(f, set->path, &v);
}

bool template_fill(const struct spec *s, const struct command_context *c,
                   struct str *out, const struct template_set **culprit,
                   struct arena *a, struct error *err)
{
	const struct template *t = s->config;
	struct filling f = {
	    .s = s, .c = c, .format = format_of(t->file), .a = a, .err = err};
	const char *path = spec_from_home(s, t->file, a), *text;

	*culprit = NULL;
	*err = (struct error){0};
	if (!file_read(path, template_max, a, &f.text, &f.len, err))
		return error_prefix(err, "config: ");
	for (size_t i = 0; i < t->n; i++)
		if (!set_one(&f, &t->set[i])) {
			*culprit = &t->set[i];
			return false;
		}
	text = f.format == FORMAT_TEXT ? expand(&f, f.text) : f.text;
	str_add(out, text ? text : "");
	if (!text && err->kind != ERROR_NONE)
		return false;
	return text || error_set(err, ERROR_FILE,
	                         "%s names a parameter that is not there in every run",
	                         t->file);
}

const char *template_place(const struct spec *s, const struct command_context *c,
                           struct arena *a, struct error *err)
{
	struct filling f = {.s = s, .c = c, .a = a, .err = err};
	const char *place;

	*err = (struct error){0};
	place = expand(&f, s->config->as);
	if (!place || !*place) {
		if (err->kind == ERROR_NONE)
			error_set(err, ERROR_FILE, "config.as names nothing");
		return NULL;
	}
	if (strcmp(place, c->config_path) == 0) {
		error_set(err, ERROR_FILE,
		          "config.as is the file that HPSEARCH_CONFIG names\n"
		          "  help: give it another name, ${dir}/train.json");
		return NULL;
	}
	return place;
}

/* --- the key --- */

static bool read_sets(struct reading *r, const struct node *n, struct template *t)
{
	struct template_set *set;

	if (!read_map(r, n, "config.set"))
		return false;
	set = arena_new(r->a, n->n, sizeof *set);
	for (size_t i = 0; i < n->n; i++)
		set[i] = (struct template_set){n->keys[i], n->items[i], n->key_at[i]};
	t->set = set;
	t->n = n->n;
	return true;
}

/* In the run's folder, under its own name. */
static const char *default_place(struct reading *r, const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;

	return arena_printf(r->a, "${dir}/%s%s",
	                    strcmp(name, "config.json") == 0 ? "train-" : "", name);
}

bool spec_read_config(struct reading *r, const struct node *n)
{
	static const char *const names[] = {"template", "set", "as"};
	static const char example[] = "as in config: {template: base.yaml, set: "
				      "{optimizer.lr: \"${param:lr}\"}, as: "
				      "\"${dir}/config.yaml\"}";
	struct template *t = arena_new(r->a, 1, sizeof *t);
	const struct node *file, *set, *as;

	if (n->kind != NODE_MAP)
		return read_fails(r, n->at, example, "config must be a mapping");
	if (!read_known_keys(r, n, "config", names, ARRAY_LEN(names)))
		return false;
	file = node_get(n, "template");
	set = node_get(n, "set");
	as = node_get(n, "as");
	if (!file)
		return read_fails(r, n->at, example, "config needs a template");
	if (!read_string(r, file, "config.template", &t->file) ||
	    (set && !read_sets(r, set, t)) ||
	    (as && !read_string(r, as, "config.as", &t->as)))
		return false;
	t->at = file->at;
	if (set && format_of(t->file) == FORMAT_TEXT)
		return read_fails(
		    r, node_key_position(n, "set"),
		    "write ${param:NAME} into the template itself, or name "
		    "it .yaml, .json or .toml",
		    "keys can be set in YAML, JSON and TOML");
	if (!as)
		t->as = default_place(r, t->file);
	else if (!strstr(t->as, "${"))
		return read_fails(r, as->at, "as in as: \"${dir}/config.yaml\"",
		                  "config.as is one file for all runs");
	r->spec->config = t;
	return true;
}

bool spec_check_config(struct reading *r)
{
	const struct spec *s = r->spec;
	const struct space *sp = &s->space;
	struct coord *point = arena_new(r->a, sp->n, sizeof *point);
	const struct value **values = arena_new(r->a, sp->n, sizeof *values);
	struct value arguments;
	struct command_context c = {.arguments = &arguments,
	                            .dir = ".",
	                            .config_path = "./config.json",
	                            .gpu = "0",
	                            .step_budget = "1"};
	const struct template_set *culprit;
	struct str text = {0};
	struct error why;
	bool any, ok;

	if (!s->config || r->recorded)
		return true;
	space_defaults(sp, point, &any, &why);
	space_decode(sp, point, r->a, values);
	arguments = space_arguments(sp, values, r->a);
	ok = template_fill(s, &c, &text, &culprit, r->a, &why) &&
	     template_place(s, &c, r->a, &why);
	str_free(&text);
	return ok || read_fails(r, culprit ? culprit->at : s->config->at, NULL, "%s",
	                        why.text);
}
