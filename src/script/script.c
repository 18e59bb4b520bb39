#include "script/script.h"
#include "base/file.h"
#include "script/option.h"
#include "script/python.h"
#include "script/settings.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_CHOICES_MAX = 100, IMPORTS_MAX = 20 };

const char *script_how_name(enum script_how how)
{
	static const char *const names[] = {"nothing", "argparse",    "click",
	                                    "typer",   "absl",        "a dataclass",
	                                    "Hydra",   "wandb.config"};

	return names[how];
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
		o.kind = action && strstr(action, "store_") ? OPTION_FLAG
		                                            : option_kind(type);
		if (python_keyword(c, "is_flag"))
			o.kind = OPTION_FLAG;
		option_preset(&o, python_keyword(c, "default"), s->a);
		option_choices(&o, python_keyword(c, "choices"), s->a);
		if (type && strncmp(type, "click.Choice", 12) == 0)
			option_choices(
			    &o,
			    arena_strndup(s->a, type + 13,
			                  strlen(type) > 14 ? strlen(type) - 14 : 0),
			    s->a);
		help = python_keyword(c, "help");
		o.help = help ? python_string(help, s->a) : NULL;
		option_add(s, how, &o);
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
			option_preset(&o, c->texts[1], s->a);
			if (strcmp(all[k].word, "DEFINE_enum") == 0 && c->n > 2)
				option_choices(&o, c->texts[2], s->a);
			if (c->n > 2)
				o.help = python_string(c->texts[c->n - 1], s->a);
			option_add(s, SCRIPT_ABSL, &o);
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
		option_choices(&o,
		               arena_printf(s->a, "%.*s",
		                            (int)strcspn(type + 7, "]") + 1, type + 7),
		               s->a);
	o.kind = option_kind(type);
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
	option_preset(&o, preset, s->a);
	option_add(s, how, &o);
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
	settings_hydra(s, p);
	if (!s->n)
		settings_wandb(s, p);
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
		path = arena_printf(s->a, "%s/%s.py", script_folder(s), name);
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
				    arena_new(s->a, HELP_CHOICES_MAX, sizeof *out);

				for (char *w = strtok_r(list, ",", &save);
				     w && o.n_choices < HELP_CHOICES_MAX;
				     w = strtok_r(NULL, ",", &save))
					out[o.n_choices++] = w;
				o.choices = out;
				o.kind = OPTION_TEXT;
			} else if (open == end || (size_t)(open - at) > 1) {
				o.kind = OPTION_FLAG;
			}
			preset = strstr(at, "default: ");
			if (preset && preset < end)
				option_preset(
				    &o,
				    arena_strndup(s->a, preset + 9,
				                  strcspn(preset + 9, ")]\n,;")),
				    s->a);
			if (strcmp(o.name, "help") != 0 &&
			    strcmp(o.name, "version") != 0)
				option_add(s, s->how, &o);
		}
		help = *end ? end + 1 : end;
	}
}
