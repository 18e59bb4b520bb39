/* The tree once it is read: looking, converting, and --set. */
#include "config/yaml.h"

#include <string.h>

struct node *node_get(const struct node *map, const char *key)
{
	if (!map || map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->keys[i], key) == 0)
			return map->items[i];
	return NULL;
}

const char *node_first_text(const struct node *map, const char *const *keys)
{
	for (; *keys; keys++) {
		const struct node *n = node_get(map, *keys);

		if (n && n->kind == NODE_SCALAR)
			return n->text;
	}
	return NULL;
}

struct position node_key_position(const struct node *map, const char *key)
{
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->keys[i], key) == 0)
			return map->key_at[i];
	return map->at;
}

struct value node_value(const struct node *n, struct arena *a)
{
	struct value *items;

	if (n->kind == NODE_SCALAR)
		return n->value;
	items = arena_new(a, n->n, sizeof *items);
	for (size_t i = 0; i < n->n; i++)
		items[i] = node_value(n->items[i], a);
	return (struct value){.kind = n->kind == NODE_LIST ? VALUE_LIST : VALUE_MAP,
	                      .n = n->n,
	                      .items = items,
	                      .keys = n->kind == NODE_MAP ? n->keys : NULL};
}

/* Setting. */

enum { STEPS_MAX = 32 };

/* A copy whose members can be replaced: aliases may share the original. */
static struct node *own_map(const struct node *map, size_t room, struct arena *a)
{
	struct node *n = arena_new(a, 1, sizeof *n);

	*n = (struct node){.kind = NODE_MAP, .at = map->at};
	n->items = arena_new(a, map->n + room, sizeof(struct node *));
	n->keys = arena_new(a, map->n + room, sizeof *n->keys);
	n->key_at = arena_new(a, map->n + room, sizeof *n->key_at);
	for (; n->n < map->n; n->n++) {
		n->items[n->n] = map->items[n->n];
		n->keys[n->n] = map->keys[n->n];
		n->key_at[n->n] = map->key_at[n->n];
	}
	return n;
}

/* map is a copy with room for one more. */
static void set_key(struct node *map, const char *key, struct node *item)
{
	size_t i = 0;

	while (i < map->n && strcmp(map->keys[i], key) != 0)
		i++;
	map->n += i == map->n;
	map->keys[i] = key;
	map->items[i] = item;
}

/* The longest key of the map that the path begins with, SIZE_MAX when there is none,
 * and the rest behind its dot. */
static size_t longest_key(const struct node *map, const char *path, const char **rest)
{
	size_t found = SIZE_MAX, longest = 0;

	for (size_t i = 0; i < map->n; i++) {
		size_t n = strlen(map->keys[i]);

		if (n >= longest && strncmp(path, map->keys[i], n) == 0 &&
		    path[n] == '.') {
			longest = n;
			found = i;
			*rest = path + n + 1;
		}
	}
	return found;
}

/* The map one step down the path, as a copy in its place; made where there is none.
 * NULL: what is there is no map. */
static struct node *step_down(struct node *map, const char *path, const char **rest,
                              struct arena *a)
{
	static const struct node empty = {.kind = NODE_MAP};
	size_t i = longest_key(map, path, rest);
	const struct node *old = &empty;
	struct node *n;

	if (i == SIZE_MAX) {
		*rest = strchr(path, '.') + 1;
	} else if (map->items[i]->kind != NODE_SCALAR ||
	           map->items[i]->value.kind != VALUE_NULL) {
		old = map->items[i];
	}
	if (old->kind != NODE_MAP)
		return NULL;
	n = own_map(old, 1, a);
	set_key(map, arena_strndup(a, path, (size_t)(*rest - path) - 1), n);
	return n;
}

/* Places of another text would point into the wrong file. */
static void forget_places(struct node *n)
{
	n->at = (struct position){0};
	for (size_t i = 0; n->kind != NODE_SCALAR && i < n->n; i++) {
		if (n->kind == NODE_MAP)
			n->key_at[i] = (struct position){0};
		forget_places(n->items[i]);
	}
}

static bool set_path(struct yaml *y, const char *path, struct node *value,
                     const char *assignment, struct arena *a, struct error *err)
{
	struct node *map = y->root = own_map(y->root, 1, a);

	for (int steps = 0; !node_get(map, path) && strchr(path, '.'); steps++) {
		const char *rest = path;

		map = *path != '.' && steps < STEPS_MAX ? step_down(map, path, &rest, a)
		                                        : NULL;
		if (!map)
			return error_set(err, ERROR_USAGE,
			                 "--set %s: there is no mapping that \"%s\" "
			                 "could be a key of",
			                 assignment, path);
		path = rest;
	}
	if (!*path)
		return error_set(err, ERROR_USAGE, "--set %s: the key ends in a dot",
		                 assignment);
	set_key(map, path, value);
	return true;
}

bool yaml_set(struct yaml *y, const char *assignment, struct arena *a,
              struct notices *ns, struct error *err)
{
	const char *equals = strchr(assignment, '=');
	struct yaml value;

	if (!equals || equals == assignment || y->root->kind != NODE_MAP)
		return error_set(err, ERROR_USAGE,
		                 "--set %s: write --set key=value, as in --set "
		                 "parameters.lr.max=0.1",
		                 assignment);
	if (!equals[1]) {
		/* Nothing is null, as it is in the file. */
		value.root = arena_new(a, 1, sizeof *value.root);
		value.root->text = "";
	} else if (!yaml_parse(&value, "--set", equals + 1, strlen(equals + 1), a, ns,
	                       err)) {
		return false;
	}
	forget_places(value.root);
	return set_path(y, arena_strndup(a, assignment, (size_t)(equals - assignment)),
	                value.root, assignment, a, err);
}
