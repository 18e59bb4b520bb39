/* What a converter reads of a foreign file. */
#include "config/scalar.h"
#include "convert/our_file.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static uint64_t key_of(const struct node *n)
{
	return (uint64_t)(uintptr_t)n;
}

void ours_used(struct our_file *t, const struct node *n)
{
	if (!n)
		return;
	set_add(&t->used, key_of(n));
	set_add(&t->whole, key_of(n));
}

void ours_open(struct our_file *t, const struct node *n)
{
	if (n)
		set_add(&t->used, key_of(n));
}

const struct node *take(struct our_file *t, const struct node *map, const char *key)
{
	const struct node *n = map && map->kind == NODE_MAP ? node_get(map, key) : NULL;

	if (n)
		set_add(&t->used, key_of(n));
	return n;
}

const struct node *take_any(struct our_file *t, const struct node *map,
                            const char *const *keys)
{
	const struct node *n = NULL;

	for (; *keys && !n; keys++)
		n = take(t, map, *keys);
	return n;
}

const char *take_text(struct our_file *t, const struct node *map, const char *key)
{
	const struct node *n = map && map->kind == NODE_MAP ? node_get(map, key) : NULL;

	if (!n || n->kind != NODE_SCALAR || n->value.kind == VALUE_NULL)
		return NULL;
	set_add(&t->used, key_of(n));
	return n->text;
}

bool take_number(struct our_file *t, const struct node *map, const char *key,
                 double *out)
{
	const struct node *n = map && map->kind == NODE_MAP ? node_get(map, key) : NULL;

	if (!node_number(n, out))
		return false;
	set_add(&t->used, key_of(n));
	return true;
}

bool node_number(const struct node *n, double *out)
{
	struct value v;

	if (!n || n->kind != NODE_SCALAR)
		return false;
	v = n->value;
	return ((v.kind != VALUE_BOOL && value_number(&v, out)) ||
	        (scalar_number(n->text, &v) && value_number(&v, out))) &&
	       isfinite(*out);
}

bool number_of(const char *text, size_t n, double *out, bool *whole)
{
	char word[64];
	struct value v;

	if (n >= sizeof word)
		return false;
	memcpy(word, text, n);
	word[n] = '\0';
	if (!scalar_number(word, &v) || !value_number(&v, out) || !isfinite(*out))
		return false;
	if (whole && v.kind != VALUE_INT)
		*whole = false;
	return true;
}

bool node_is(const struct node *n, const char *text)
{
	return n && n->kind == NODE_SCALAR && strcmp(n->text, text) == 0;
}

const struct node *node_named(const struct node *list, const char *key,
                              const char *text)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++)
		if (list->items[i]->kind == NODE_MAP &&
		    node_is(node_get(list->items[i], key), text))
			return list->items[i];
	return NULL;
}

bool ours_fails(struct our_file *t, const struct node *at, const char *help,
                const char *fmt, ...)
{
	va_list ap;
	char text[1024];

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return yaml_error(t->yaml, at ? at->at : (struct position){1, 1}, help, t->err,
	                  "%s", text);
}
