#include "script/script.h"
#include "base/file.h"
#include "config/yaml.h"
#include "script/python.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPT_MAX = 1 << 20, CHOICES_MAX = 100, OPTIONS_MAX = 1000, IMPORTS_MAX = 20 };

const char *script_how_name(enum script_how how)
{
	static const char *const names[] = {"nothing", "argparse",    "click",
	                                    "typer",   "absl",        "a dataclass",
	                                    "Hydra",   "wandb.config"};

	return names[how];
}

static bool has_option(const struct script *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->options[i].name, name) == 0)
			return true;
	return false;
}

static void add(struct script *s, enum script_how how, const struct script_option *o)
{
	struct script_option *grown;

	if (!o->name || !*o->name || s->n == OPTIONS_MAX || has_option(s, o->name))
		return;
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 32;
		grown = arena_new(s->a, s->cap, sizeof *grown);
		if (s->n)
			memcpy(grown, s->options, s->n * sizeof *grown);
		s->options = grown;
	}
	s->options[s->n++] = *o;
	if (s->how == SCRIPT_NOTHING)
		s->how = how;
}

/* A default as it is written: its text, and what kind it says the option is. */
static void take_preset(struct script_option *o, const char *text, struct arena *a)
{
	const char *string = text ? python_string(text, a) : NULL;
	double x;
	bool whole;

	if (!text || strcmp(text, "None") == 0 || strcmp(text, "...") == 0)
		return;
	if (string) {
		o->preset = string;
		o->preset_is_text = true;
		if (o->kind == OPTION_UNKNOWN)
			o->kind = OPTION_TEXT;
	} else if (python_number(text, &x, &whole)) {
		o->preset = text;
		if (o->kind == OPTION_UNKNOWN)
			o->kind = whole ? OPTION_INT : OPTION_FLOAT;
	} else if (strcmp(text, "True") == 0 || strcmp(text, "False") == 0) {
		o->preset = text;
		if (o->kind == OPTION_UNKNOWN)
			o->kind = OPTION_FLAG;
	}
}

static enum option_kind kind_of(const char *type)
{
	static const struct {
		const char *word;
		enum option_kind kind;
	} all[] = {{"float", OPTION_FLOAT}, {"int", OPTION_INT},
	           {"str", OPTION_TEXT},    {"bool", OPTION_FLAG},
	           {"FLOAT", OPTION_FLOAT}, {"INT", OPTION_INT},
	           {"STRING", OPTION_TEXT}};

	if (!type)
		return OPTION_UNKNOWN;
	if (strncmp(type, "Optional[", 9) == 0)
		type += 9;
	if (strncmp(type, "click.", 6) == 0)
		type += 6;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		size_t n = strlen(all[i].word);

		if (strncmp(type, all[i].word, n) == 0 &&
		    !isalnum((unsigned char)type[n]) && type[n] != '_')
			return all[i].kind;
	}
	return OPTION_UNKNOWN;
}

static void take_choices(struct script_option *o, const char *text, struct arena *a)
{
	const char *items[CHOICES_MAX];
	const char **out;
	size_t n = text ? python_list(text, items, CHOICES_MAX, a) : 0;

	if (n < 2)
		return;
	out = arena_new(a, n, sizeof *out);
	for (size_t i = 0; i < n; i++) {
		const char *string = python_string(items[i], a);

		out[i] = string ? string : items[i];
		if (string && o->kind == OPTION_UNKNOWN)
			o->kind = OPTION_TEXT;
	}
	o->choices = out;
	o->n_choices = n;
}

/* The long name among those of a call: "learning-rate" of ("-l", "--learning-rate"). */
static const char *long_name(const struct python_call *c, struct arena *a)
{
	for (size_t i = 0; i < c->n && !c->names[i]; i++) {
		const char *s = python_string(c->texts[i], a);

		if (s && strncmp(s, "--", 2) == 0 && s[2])
			return arena_strndup(a, s + 2, strcspn(s + 2, "/ "));
	}
	return NULL;
}

/* add_argument("data"): it must stand in the command. */
static void by_place(struct script *s, const struct python_call *c)
{
	const char *name =
	    c->n && !c->names[0] ? python_string(c->texts[0], s->a) : NULL;
	const char *nargs = python_keyword(c, "nargs");

	if (!name || *name == '-' || (nargs && strpbrk(nargs, "?*")))
		return;
	s->places = s->places ? arena_printf(s->a, "%s %s", s->places, name) : name;
}

/* add_argument("--lr", type=float, default=0.1, choices=[…]), @click.option(…). */
static void read_calls(struct script *s, const struct python *p, const char *word,
                       enum script_how how)
{
	struct python_call *c = arena_new(s->a, 1, sizeof *c);

	for (size_t at = 0; (at = python_find(p, at, word)) != SIZE_MAX; at++) {
		struct script_option o = {.line = python_line(p, at)};
		const char *action, *type, *help;

		if (!python_call(p, at + strlen(word), c))
			continue;
		o.name = long_name(c, s->a);
		if (!o.name) {
			by_place(s, c);
			continue;
		}
		o.required = python_keyword(c, "required") &&
		             strcmp(python_keyword(c, "required"), "True") == 0;
		action = python_keyword(c, "action");
		type = python_keyword(c, "type");
		o.kind =
		    action && strstr(action, "store_") ? OPTION_FLAG : kind_of(type);
		if (python_keyword(c, "is_flag"))
			o.kind = OPTION_FLAG;
		take_preset(&o, python_keyword(c, "default"), s->a);
		take_choices(&o, python_keyword(c, "choices"), s->a);
		if (type && strncmp(type, "click.Choice", 12) == 0)
			take_choices(
			    &o,
			    arena_strndup(s->a, type + 13,
			                  strlen(type) > 14 ? strlen(type) - 14 : 0),
			    s->a);
		help = python_keyword(c, "help");
		o.help = help ? python_string(help, s->a) : NULL;
		add(s, how, &o);
	}
}

/* flags.DEFINE_float("lr", 0.1, "help"). */
static void read_absl(struct script *s, const struct python *p)
{
	static const struct {
		const char *word;
		enum option_kind kind;
	} all[] = {{"DEFINE_float", OPTION_FLOAT}, {"DEFINE_integer", OPTION_INT},
	           {"DEFINE_string", OPTION_TEXT}, {"DEFINE_enum", OPTION_TEXT},
	           {"DEFINE_bool", OPTION_FLAG},   {"DEFINE_boolean", OPTION_FLAG}};
	struct python_call *c = arena_new(s->a, 1, sizeof *c);

	for (size_t k = 0; k < ARRAY_LEN(all); k++)
		for (size_t at = 0; (at = python_find(p, at, all[k].word)) != SIZE_MAX;
		     at++) {
			struct script_option o = {.kind = all[k].kind,
			                          .line = python_line(p, at)};

			if (!python_call(p, at + strlen(all[k].word), c) || c->n < 2 ||
			    !python_string(c->texts[0], s->a))
				continue;
			o.name = python_string(c->texts[0], s->a);
			take_preset(&o, c->texts[1], s->a);
			if (strcmp(all[k].word, "DEFINE_enum") == 0 && c->n > 2)
				take_choices(&o, c->texts[2], s->a);
			if (c->n > 2)
				o.help = python_string(c->texts[c->n - 1], s->a);
			add(s, SCRIPT_ABSL, &o);
		}
}

static char *dashed(const char *name, struct arena *a)
{
	char *out = arena_strdup(a, name);

	for (char *c = out; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return out;
}

/* "lr: float" and its default: a parameter of typer's function, a field of a class. */
static void read_field(struct script *s, const char *field, const char *preset,
                       enum script_how how, size_t line)
{
	const char *colon = strchr(field, ':');
	struct script_option o = {.line = line};
	struct python p;
	struct python_call *c = arena_new(s->a, 1, sizeof *c);
	const char *type = colon ? colon + 1 + strspn(colon + 1, " ") : "", *call;

	if (!colon)
		return;
	o.name = arena_strndup(s->a, field, strcspn(field, " :"));
	if (strncmp(type, "Annotated[", 10) == 0)
		type += 10;
	if (strncmp(type, "Literal[", 8) == 0)
		take_choices(&o,
		             arena_printf(s->a, "%.*s", (int)strcspn(type + 7, "]") + 1,
		                          type + 7),
		             s->a);
	o.kind = kind_of(type);
	if (how == SCRIPT_TYPER)
		o.name = dashed(o.name, s->a);
	call = preset ? strchr(preset, '(') : NULL;
	if (preset && call &&
	    (strncmp(preset, "typer.", 6) == 0 || strncmp(preset, "field(", 6) == 0 ||
	     strncmp(preset, "Option(", 7) == 0)) {
		python_init(&p, call, strlen(call), s->a);
		if (!python_call(&p, 0, c))
			return;
		if (strncmp(preset, "field", 5) == 0)
			preset = python_keyword(c, "default");
		else if (python_keyword(c, "default"))
			preset = python_keyword(c, "default");
		else
			preset = c->n && !c->names[0] ? c->texts[0] : NULL;
		if (long_name(c, s->a))
			o.name = long_name(c, s->a);
		if (python_keyword(c, "help"))
			o.help = python_string(python_keyword(c, "help"), s->a);
	}
	take_preset(&o, preset, s->a);
	add(s, how, &o);
}

static void read_signature(struct script *s, const struct python *p, size_t def)
{
	struct python_call *c = arena_new(s->a, 1, sizeof *c);
	size_t at = def + strcspn(p->code + def, "(\n");

	if (!python_call(p, at, c))
		return;
	for (size_t i = 0; i < c->n; i++)
		/* Without a default it is an argument by place. */
		if (c->names[i])
			read_field(s, c->names[i], c->texts[i], SCRIPT_TYPER,
			           python_line(p, def));
}

/* def main(lr: float = 0.1) below @app.command(), or in typer.run(main). */
static void read_typer(struct script *s, const struct python *p)
{
	struct python_call *c = arena_new(s->a, 1, sizeof *c);

	for (size_t at = 0; (at = python_find(p, at, "typer.run")) != SIZE_MAX; at++)
		if (python_call(p, at + 9, c) && c->n) {
			const char *def = arena_printf(s->a, "def %s", c->texts[0]);
			size_t d = python_find(p, 0, def);

			if (d != SIZE_MAX)
				read_signature(s, p, d + 4);
		}
	if (python_find(p, 0, "typer") == SIZE_MAX)
		return;
	for (size_t at = 0; (at = python_find(p, at, "command")) != SIZE_MAX; at++) {
		size_t d = python_find(p, at, "def"), line = at;

		while (line && p->code[line - 1] != '\n')
			line--;
		if (p->code[line + strspn(p->code + line, " \t")] == '@' &&
		    d != SIZE_MAX)
			read_signature(s, p, d + 4);
	}
}

/* The fields of classes below @dataclass, where a parser that takes them is in use. */
static void read_dataclasses(struct script *s, const struct python *p)
{
	static const char *const parsers[] = {
	    "HfArgumentParser", "simple_parsing", "tyro", "pyrallis",
	    "draccus",          "jsonargparse",   "chz"};
	bool used = false;

	for (size_t i = 0; i < ARRAY_LEN(parsers); i++)
		used = used || python_find(p, 0, parsers[i]) != SIZE_MAX;
	for (size_t at = 0; used && (at = python_find(p, at, "dataclass")) != SIZE_MAX;
	     at++) {
		size_t i;

		if (!at || p->code[at - 1] != '@')
			continue;
		/* Behind the line with class: every indented line. */
		i = python_find(p, at, "class");
		if (i == SIZE_MAX)
			return;
		i += strcspn(p->code + i, "\n");
		while (i < p->n) {
			size_t end, equals, indent;
			const char *field;

			i++;
			indent = strspn(p->code + i, " \t");
			if (p->code[i + indent] == '\n' ||
			    p->code[i + indent] == '\0') {
				/* An empty line, or one with a comment or a text. */
				i += indent;
				if (i >= p->n || p->code[i] == '\0')
					break;
				continue;
			}
			if (!indent || strncmp(p->code + i + indent, "def ", 4) == 0)
				break;
			end = python_line_end(p, i);
			equals = i + strcspn(p->code + i, "=\n");
			field =
			    arena_strndup(s->a, p->text + i + indent,
			                  (equals < end ? equals : end) - i - indent);
			if (equals < end) {
				const char *text = p->text + equals + 1;
				size_t n = end - equals - 1, skip = 0;

				while (n && isspace((unsigned char)text[n - 1]))
					n--;
				/* A comment behind it is no part of it. */
				while (n && p->code[equals + n] == ' ' &&
				       text[n - 1] != '"' && text[n - 1] != '\'')
					n--;
				skip = strspn(text, " ");
				read_field(s, field,
				           arena_strndup(s->a, text + skip,
				                         n > skip ? n - skip : 0),
				           SCRIPT_DATACLASS,
				           python_line(p, i + indent));
			}
			i = end;
		}
	}
}

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

			take_preset(&o, c->texts[i], s->a);
			add(s, SCRIPT_WANDB, &o);
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
		take_preset(&o, t + strspn(t, " \n\t"), s->a);
		add(s, SCRIPT_WANDB, &o);
	}
}

/* wandb.init(config={…}), and wandb.config.lr. */
static void read_wandb(struct script *s, const struct python *p)
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
			add(s, SCRIPT_WANDB, &o);
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
		add(s, SCRIPT_HYDRA, &o);
	}
}

static const char *folder_of(const struct script *s)
{
	const char *slash = strrchr(s->path, '/');

	return slash ? arena_strndup(s->a, s->path, (size_t)(slash - s->path)) : ".";
}

/* @hydra.main(config_path="conf", config_name="config"). */
static void read_hydra(struct script *s, const struct python *p)
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
	path = arena_printf(s->a, "%s/%s/%s%s", folder_of(s), folder ? folder : ".",
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

/* The name of a validation metric among the keys that are printed or logged. */
static void find_metric(struct script *s, const struct python *p)
{
	static const char *const words[] = {"loss",   "acc",        "auc", "f1",
	                                    "error",  "rmse",       "mse", "score",
	                                    "reward", "perplexity", "ppl", "bleu"};
	int best = 0;

	for (size_t i = 0; i < p->n; i++) {
		char quote = p->text[i];
		size_t end;
		const char *name, *after;
		int score = 0;

		if ((quote != '"' && quote != '\'') || p->code[i] != ' ')
			continue;
		end = python_string_end(p, i);
		after = p->text + end + strspn(p->text + end, " ");
		name =
		    arena_strndup(s->a, p->text + i + 1, end > i + 2 ? end - i - 2 : 0);
		i = end - 1;
		if (*after != ':' || strlen(name) > 40 ||
		    name[strspn(name,
		                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		                "0123456789_/.-")])
			continue;
		for (size_t k = 0; k < ARRAY_LEN(words); k++)
			score = strstr(name, words[k]) ? 2 : score;
		if (score && (strstr(name, "val") || strstr(name, "dev") ||
		              strstr(name, "eval")))
			score += 4;
		if (strstr(name, "train") || strstr(name, "test"))
			score -= score ? 1 : 0;
		if (score > best) {
			best = score;
			s->metric = name;
			s->metric_line = python_line(p, i);
		}
	}
}

static void read_source(struct script *s, const struct python *p)
{
	read_calls(s, p, "add_argument", SCRIPT_ARGPARSE);
	read_calls(s, p, "click.option", SCRIPT_CLICK);
	read_absl(s, p);
	read_typer(s, p);
	read_dataclasses(s, p);
	read_hydra(s, p);
	if (!s->n)
		read_wandb(s, p);
}

/* from args import get_parser: the parser is in args.py beside it. */
static void read_imports(struct script *s, const struct python *p)
{
	size_t read = 0;

	for (size_t at = 0;
	     read < IMPORTS_MAX && (at = python_find(p, at, "import")) != SIZE_MAX;
	     at++) {
		size_t line = at;
		const char *word, *path;
		struct error err = {0};
		struct python q;
		char *text, *name;
		size_t n;

		while (line && p->code[line - 1] != '\n')
			line--;
		word = p->code + line + strspn(p->code + line, " \t");
		word += strncmp(word, "from", 4) == 0     ? 4
		        : strncmp(word, "import", 6) == 0 ? 6
		                                          : 0;
		word += strspn(word, " .");
		name = arena_strndup(s->a, word, strcspn(word, " ,\n\t"));
		for (char *c = name; *c; c++)
			*c = *c == '.' ? '/' : *c;
		path = arena_printf(s->a, "%s/%s.py", folder_of(s), name);
		if (!*name || !file_read(path, SCRIPT_MAX, s->a, &text, &n, &err))
			continue;
		python_init(&q, text, n, s->a);
		read_source(s, &q);
		read++;
	}
}

bool script_read(struct script *s, const char *path, struct arena *a, struct error *err)
{
	struct python p;
	char *text;
	size_t n;

	*s = (struct script){.path = path, .a = a};
	if (!file_read(path, SCRIPT_MAX, a, &text, &n, err))
		return false;
	python_init(&p, text, n, a);
	read_source(s, &p);
	if (!s->n)
		read_imports(s, &p);
	find_metric(s, &p);
	return true;
}

/* "  -l, --lr LR   learning rate (default: 0.1)", "  --opt {adam,sgd}". */
void script_add_help(struct script *s, const char *help)
{
	while (*help) {
		const char *end = help + strcspn(help, "\n");
		const char *at = strstr(help, "--"), *open, *preset;
		struct script_option o = {0};

		if (at && at < end && strspn(help, " ") >= 1 &&
		    (at == help + strspn(help, " ") ||
		     help[strspn(help, " ")] == '-')) {
			o.name = arena_strndup(s->a, at + 2, strcspn(at + 2, " =,[\n"));
			at += 2 + strlen(o.name);
			open = at + strspn(at, " =");
			if (*open == '{' && open < end) {
				size_t n = strcspn(open, "}\n");
				char *list =
					 arena_strndup(s->a, open + 1, n ? n - 1 : 0),
				     *save = NULL;
				const char **out =
				    arena_new(s->a, CHOICES_MAX, sizeof *out);

				for (char *w = strtok_r(list, ",", &save);
				     w && o.n_choices < CHOICES_MAX;
				     w = strtok_r(NULL, ",", &save))
					out[o.n_choices++] = w;
				o.choices = out;
				o.kind = OPTION_TEXT;
			} else if (open == end || (size_t)(open - at) > 1) {
				o.kind = OPTION_FLAG;
			}
			preset = strstr(at, "default: ");
			if (preset && preset < end)
				take_preset(
				    &o,
				    arena_strndup(s->a, preset + 9,
				                  strcspn(preset + 9, ")]\n,;")),
				    s->a);
			if (strcmp(o.name, "help") != 0 &&
			    strcmp(o.name, "version") != 0)
				add(s, s->how, &o);
		}
		help = *end ? end + 1 : end;
	}
}
