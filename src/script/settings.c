#include "script/settings.h"
#include "base/file.h"
#include "config/yaml.h"
#include "script/option.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* {"lr": 0.1} or dict(lr=0.1), written there or in the variable that is named. */
static void read_dictionary(struct script *s, const struct python *p, const char *text,
                            size_t line, int depth)
{
	struct python_call *c = arena_new(s->a, 1, sizeof *c);
	struct python d;
	size_t n = strlen(text);
	char *round;

	if (depth < 2 && *text &&
	    text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
	                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] == '\0') {
		const char *assign = arena_printf(s->a, "%s =", text);
		const char *at = strstr(p->code, assign);
		size_t from, end;

		if (!at)
			return;
		from = (size_t)(at - p->code) + strlen(assign);
		from += strspn(p->code + from, " ");
		end = python_line_end(p, from);
		while (end > from && isspace((unsigned char)p->code[end - 1]) &&
		       isspace((unsigned char)p->text[end - 1]))
			end--;
		read_dictionary(s, p, arena_strndup(s->a, p->text + from, end - from),
		                python_line(p, from), depth + 1);
		return;
	}
	if (n > 6 && strncmp(text, "dict(", 5) == 0) {
		python_init(&d, text + 4, n - 4, s->a);
		if (!python_call(&d, 0, c))
			return;
		for (size_t i = 0; i < c->n; i++) {
			struct script_option o = {
			    .name = c->names[i] ? c->names[i] : "", .line = line};

			option_preset(&o, c->texts[i], s->a);
			option_add(s, SCRIPT_WANDB, &o);
		}
		return;
	}
	if (n < 2 || *text != '{' || text[n - 1] != '}')
		return;
	round = arena_strdup(s->a, text);
	round[0] = '(';
	round[n - 1] = ')';
	python_init(&d, round, n, s->a);
	if (!python_call(&d, 0, c))
		return;
	for (size_t i = 0; i < c->n; i++) {
		struct script_option o = {.line = line};
		const char *t = c->texts[i];
		struct python item;
		const char *colon;

		python_init(&item, t, strlen(t), s->a);
		colon = strchr(item.code, ':');
		if (!colon)
			continue;
		o.name = python_string(
		    arena_strndup(s->a, t, (size_t)(colon - item.code)), s->a);
		if (!o.name)
			continue;
		t += colon - item.code + 1;
		option_preset(&o, t + strspn(t, " \n\t"), s->a);
		option_add(s, SCRIPT_WANDB, &o);
	}
}

void settings_wandb(struct script *s, const struct python *p)
{
	struct python_call *c = arena_new(s->a, 1, sizeof *c);

	for (size_t at = 0; (at = python_find(p, at, "wandb.init")) != SIZE_MAX; at++)
		if (python_call(p, at + 10, c) && python_keyword(c, "config"))
			read_dictionary(s, p, python_keyword(c, "config"),
			                python_line(p, at), 0);
	for (const char *at = p->code; (at = strstr(at, "wandb.config.")) != NULL;
	     at++) {
		struct script_option o = {.line =
		                              python_line(p, (size_t)(at - p->code))};
		size_t n = strspn(
		    at + 13, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
			     "0123456789");

		o.name = arena_strndup(s->a, at + 13, n);
		if (n && at[13 + n] != '(')
			option_add(s, SCRIPT_WANDB, &o);
	}
}

/* The leaves of Hydra's configuration. */
static void read_leaves(struct script *s, const struct node *map, const char *prefix,
                        int depth)
{
	for (size_t i = 0; map->kind == NODE_MAP && i < map->n && depth < 8; i++) {
		const struct node *n = map->items[i];
		struct script_option o = {.line = n->at.line};

		if (!depth && (strcmp(map->keys[i], "defaults") == 0 ||
		               strcmp(map->keys[i], "hydra") == 0))
			continue;
		o.name = arena_printf(s->a, "%s%s", prefix, map->keys[i]);
		if (n->kind == NODE_MAP) {
			read_leaves(s, n, arena_printf(s->a, "%s.", o.name), depth + 1);
			continue;
		}
		if (n->kind != NODE_SCALAR || strstr(n->text, "${") ||
		    strcmp(n->text, "???") == 0)
			continue;
		o.kind = n->value.kind == VALUE_INT     ? OPTION_INT
		         : n->value.kind == VALUE_FLOAT ? OPTION_FLOAT
		         : n->value.kind == VALUE_BOOL  ? OPTION_FLAG
		                                        : OPTION_TEXT;
		o.preset = n->text;
		o.preset_is_text = n->value.kind == VALUE_STRING;
		option_add(s, SCRIPT_HYDRA, &o);
	}
}

const char *script_folder(const struct script *s)
{
	const char *slash = strrchr(s->path, '/');

	return slash ? arena_strndup(s->a, s->path, (size_t)(slash - s->path)) : ".";
}

void settings_hydra(struct script *s, const struct python *p)
{
	struct python_call *c = arena_new(s->a, 1, sizeof *c);
	size_t at = python_find(p, 0, "hydra.main");
	const char *folder, *name, *path;
	struct notices ns = {.a = s->a};
	struct yaml y = {0};
	struct error err = {0};
	char *text;

	if (at == SIZE_MAX || !python_call(p, at + 10, c))
		return;
	folder = python_keyword(c, "config_path");
	name = python_keyword(c, "config_name");
	folder = folder ? python_string(folder, s->a) : NULL;
	name = name ? python_string(name, s->a) : NULL;
	if (!name)
		return;
	path = arena_printf(s->a, "%s/%s/%s%s", script_folder(s), folder ? folder : ".",
	                    name, strstr(name, ".yaml") ? "" : ".yaml");
	if (file_read(path, SCRIPT_MAX, s->a, &text, &y.len, &err)) {
		y.text = text;
		if (yaml_parse(&y, path, text, y.len, s->a, &ns, &err))
			read_leaves(s, y.root, "", 0);
	}
	free(ns.list);
	if (s->how == SCRIPT_NOTHING)
		s->how = SCRIPT_HYDRA;
}
