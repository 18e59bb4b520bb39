#include "config/read.h"
#include "config/scalar.h"
#include "config/yaml_cause.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool read_fails(struct reading *r, struct position at, const char *help,
                const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return yaml_error(&r->spec->yaml, at, help, r->err, "%s", text);
}

void read_note(struct reading *r, bool warning, struct position at, const char *fmt,
               ...)
{
	const char *path = r->spec->yaml.path;
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (at.line)
		notices_add(&r->spec->notices, warning, "%s:%zu:%zu: %s", path, at.line,
		            at.column, text);
	else
		notices_add(&r->spec->notices, warning, "%s: %s", path, text);
}

/* What a node is, in a word, for "x must be …, not …". */
static const char *kind_of(const struct node *n)
{
	if (n->kind != NODE_SCALAR)
		return n->kind == NODE_LIST ? "a list" : "a mapping";
	switch (n->value.kind) {
	case VALUE_NULL: return "empty";
	case VALUE_BOOL: return "true or false";
	case VALUE_STRING: return "a text";
	case VALUE_INT:
	case VALUE_FLOAT:
	case VALUE_LIST:
	case VALUE_MAP: break;
	}
	return "a number";
}

static bool wrong_kind(struct reading *r, const struct node *n, const char *what,
                       const char *wanted)
{
	bool template =
	    n->kind == NODE_SCALAR && n->text && strstr(n->text, "{{") != NULL;

	return read_fails(r, n->at, template ? yaml_template_help : NULL,
	                  "%s must be %s, not %s", what, wanted, kind_of(n));
}

bool read_map(struct reading *r, const struct node *n, const char *what)
{
	return n->kind == NODE_MAP || wrong_kind(r, n, what, "a mapping");
}

bool read_string(struct reading *r, const struct node *n, const char *what,
                 const char **out)
{
	if (n->kind != NODE_SCALAR || n->value.kind == VALUE_NULL)
		return wrong_kind(r, n, what, "a text");
	*out = n->text;
	return true;
}

bool read_number(struct reading *r, const struct node *n, const char *what, double *out)
{
	struct value v = n->value;

	if (n->kind == NODE_SCALAR && v.kind == VALUE_STRING &&
	    scalar_number(n->text, &v))
		read_note(r, false, n->at, "%s is in quotes; taken as the number %s",
		          what, n->text);
	if (n->kind != NODE_SCALAR || (v.kind != VALUE_INT && v.kind != VALUE_FLOAT))
		return wrong_kind(r, n, what, "a number");
	return value_number(&v, out);
}

bool read_count(struct reading *r, const struct node *n, const char *what,
                uint64_t least, uint64_t *out)
{
	double x;

	if (!read_number(r, n, what, &x))
		return false;
	if (x != floor(x) || x < (double)least || x > 0x1p53)
		return read_fails(r, n->at, NULL,
		                  "%s must be a whole number from %llu on", what,
		                  (unsigned long long)least);
	*out = (uint64_t)x;
	return true;
}

bool read_size(struct reading *r, const struct node *n, const char *what, size_t least,
               size_t most, size_t *out)
{
	uint64_t x;

	if (!read_count(r, n, what, least, &x))
		return false;
	if (x > most)
		return read_fails(r, n->at, NULL, "%s is too large (the most is %zu)",
		                  what, most);
	*out = (size_t)x;
	return true;
}

bool read_bool(struct reading *r, const struct node *n, const char *what, bool *out)
{
	if (n->kind != NODE_SCALAR || n->value.kind != VALUE_BOOL)
		return wrong_kind(r, n, what, "true or false");
	*out = n->value.boolean;
	return true;
}

bool spec_duration(const char *text, double *seconds)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	double total = 0;

	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	while (*text) {
		char *end;
		double x = strtod(text, &end), unit = *end ? 0 : 1;

		if (end == text || !(x >= 0) || strpbrk(text, "xXpPnN-+"))
			return false;
		for (size_t i = 0; i < ARRAY_LEN(units) && unit == 0; i++) {
			size_t n = strlen(units[i].unit);

			if (strncmp(end, units[i].unit, n) == 0 &&
			    !isalpha((unsigned char)end[n])) {
				unit = units[i].seconds;
				end += n;
			}
		}
		if (unit == 0)
			return false;
		total += x * unit;
		text = end;
	}
	*seconds = total;
	return isfinite(total);
}

bool read_duration(struct reading *r, const struct node *n, const char *what,
                   double *out)
{
	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING &&
	    spec_duration(n->text, out))
		return true;
	if (n->kind == NODE_SCALAR &&
	    (n->value.kind == VALUE_INT || n->value.kind == VALUE_FLOAT) &&
	    value_number(&n->value, out) && *out >= 0)
		return true;
	return read_fails(r, n->at,
	                  "write 90s, 10m, 2h or 1d; a bare number means seconds",
	                  "%s must be a duration", what);
}

const char *read_missing_blank(struct reading *r, const char *key,
                               const char *const *names, size_t n)
{
	const char *colon = strchr(key, ':');
	size_t len = colon ? (size_t)(colon - key) : 0;

	for (size_t i = 0; colon && i < n; i++)
		if (strlen(names[i]) == len && strncmp(key, names[i], len) == 0)
			return arena_printf(r->a, "a blank is missing: %s: %s",
			                    names[i], colon + 1);
	return NULL;
}

bool read_unknown_key(struct reading *r, const struct node *map, size_t i,
                      const char *where, const char *const *names, size_t n)
{
	const char *near = str_nearest(map->keys[i], names, n);
	const char *blank = read_missing_blank(r, map->keys[i], names, n);
	struct str help = {0};
	bool ok;

	if (blank)
		str_add(&help, blank);
	else if (near)
		str_addf(&help, "did you mean %s?", near);
	else
		for (size_t k = 0; k < n; k++)
			str_addf(&help, "%s%s", k ? ", " : "known keys: ", names[k]);
	ok = read_fails(r, map->key_at[i], str_text(&help), "unknown key %s in %s",
	                map->keys[i], where);
	str_free(&help);
	return ok;
}

bool read_known_keys(struct reading *r, const struct node *map, const char *where,
                     const char *const *names, size_t n)
{
	for (size_t i = 0; i < map->n; i++) {
		size_t k = 0;

		while (k < n && strcmp(map->keys[i], names[k]) != 0)
			k++;
		if (k == n)
			return read_unknown_key(r, map, i, where, names, n);
	}
	return true;
}

const char *read_nearest(struct reading *r, const char *word, const char *const *names,
                         size_t n)
{
	const char *near = str_nearest(word, names, n);

	return near ? arena_printf(r->a, "did you mean %s?", near) : NULL;
}

bool read_choice(struct reading *r, const struct node *node, const char *what,
                 const char *const *names, size_t n, size_t *out)
{
	struct str all = {0};
	const char *word, *help;

	if (!read_string(r, node, what, &word))
		return false;
	for (*out = 0; *out < n; ++*out)
		if (strcmp(word, names[*out]) == 0)
			return true;
	for (size_t i = 0; i < n; i++)
		str_addf(&all, "%s%s", i ? ", " : "known: ", names[i]);
	help = read_nearest(r, word, names, n);
	read_fails(r, node->at, help ? help : str_text(&all), "there is no %s %s", what,
	           word);
	str_free(&all);
	return false;
}

bool read_parameter_name(struct reading *r, const struct node *node, const char *what,
                         const char **out)
{
	const struct space *sp = &r->spec->space;
	const char **names;

	if (!read_string(r, node, what, out))
		return false;
	if (space_find(sp, *out) != SIZE_MAX)
		return true;
	names = arena_new(r->a, sp->n, sizeof *names);
	for (size_t i = 0; i < sp->n; i++)
		names[i] = sp->params[i].name;
	return read_fails(r, node->at, read_nearest(r, *out, names, sp->n),
	                  "%s names %s, which is no parameter", what, *out);
}

bool read_path(struct reading *r, const struct node *n, const char *what,
               const char *help, const char **name)
{
	const char *path = r->spec->yaml.path, *slash = strrchr(path, '/');

	if (**name != '/' && slash && access(*name, F_OK))
		*name =
		    arena_printf(r->a, "%.*s%s", (int)(slash + 1 - path), path, *name);
	return !access(*name, R_OK) ||
	       read_fails(r, n->at, help, "%s: %s: %s", what, *name, strerror(errno));
}

const struct node *read_as_map(struct reading *r, const struct node *n, const char *key)
{
	struct node *map = arena_new(r->a, 1, sizeof *map);

	map->kind = NODE_MAP;
	map->at = n->at;
	map->n = 1;
	map->items = arena_new(r->a, 1, sizeof(struct node *));
	map->items[0] = arena_new(r->a, 1, sizeof(struct node));
	*map->items[0] = *n;
	map->keys = arena_new(r->a, 1, sizeof *map->keys);
	map->keys[0] = key;
	map->key_at = arena_new(r->a, 1, sizeof *map->key_at);
	map->key_at[0] = n->at;
	return map;
}
