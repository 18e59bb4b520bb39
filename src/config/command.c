#include "config/command.h"
#include "config/hydra_override.h"
#include "config/macro.h"
#include "config/spelling.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const default_words[] = {"${env}", "${interpreter}", "${program}",
                                            "${args}"};

/* A command on its way to argv. */
struct building {
	const struct spec *s;
	const struct command_context *c;
	struct arena *a;
	struct error *err;
	bool spelled;       /* some parameter says how it is written */
	const char **words; /* malloc */
	size_t n, cap;
};

static void add_word(struct building *b, const char *text)
{
	b->words = mem_room(b->words, b->n, &b->cap, sizeof *b->words);
	b->words[b->n++] = text;
}

/* A word of four parts; the last, a value, may be NULL. */
static void add_parts(struct building *b, const char *before, const char *key,
                      const char *between, const struct value *v)
{
	struct str text = {0};

	str_add(&text, before);
	str_add(&text, key);
	str_add(&text, between);
	if (v)
		value_text(v, &text);
	add_word(b, arena_strdup(b->a, str_text(&text)));
	str_free(&text);
}

static void add_argument(struct building *b, enum macro m, const char *key,
                         const struct value *v)
{
	const char *hydra = m == MACRO_ARGS_NO_HYPHENS       ? ""
	                    : m == MACRO_ARGS_APPEND_HYDRA   ? "+"
	                    : m == MACRO_ARGS_OVERRIDE_HYDRA ? "++"
	                                                     : NULL;

	/* Hydra's grammar has no quoted keys: {'a': 1} of Python is an error there. */
	if (hydra && v->kind == VALUE_MAP && v->n) {
		for (size_t i = 0; i < v->n; i++)
			add_argument(b, m, arena_printf(b->a, "%s.%s", key, v->keys[i]),
			             &v->items[i]);
	} else if (hydra) {
		struct str text = {0};

		hydra_text(v, m != MACRO_ARGS_NO_HYPHENS, &text);
		add_word(b, arena_printf(b->a, "%s%s=%s", hydra, key, str_text(&text)));
		str_free(&text);
	} else if (m == MACRO_ARGS_NO_EQUALS) {
		add_parts(b, "--", key, "", NULL);
		add_parts(b, "", "", "", v);
	} else if (m == MACRO_ARGS_DICT) {
		add_word(b, key);
	} else if (m == MACRO_ARGS_NO_BOOLEAN_FLAGS && v->kind == VALUE_BOOL) {
		if (v->boolean)
			add_parts(b, "--", key, "", NULL);
	} else {
		add_parts(b, "--", key, "=", v);
	}
}

/* The parameter of a flat name that says how it is written; NULL: it says nothing. */
static const struct param *own_spelling(const struct building *b, const char *name)
{
	const struct space *sp = &b->s->space;
	size_t i = b->spelled ? space_find(sp, name) : SIZE_MAX;

	return i < sp->n && spelling_is_own(&sp->params[i]) ? &sp->params[i] : NULL;
}

/* --learning-rate=0.1, -l 0.1, --nesterov or nothing. */
static void add_spelled(struct building *b, enum macro m, const struct param *p,
                        const char *key, const struct value *v)
{
	bool bare = m == MACRO_ARGS_NO_HYPHENS || m == MACRO_ARGS_APPEND_HYDRA ||
	            m == MACRO_ARGS_OVERRIDE_HYDRA;
	const char *sign = m == MACRO_ARGS_APPEND_HYDRA     ? "+"
	                   : m == MACRO_ARGS_OVERRIDE_HYDRA ? "++"
	                   : bare                           ? ""
	                                                    : "--";
	const char *arg = p->arg ? p->arg : arena_printf(b->a, "%s%s", sign, key);
	bool letter = arg[0] == '-' && arg[1] != '-' && !bare;
	bool apart = m == MACRO_ARGS_NO_EQUALS || letter;
	const char *between = p->separator ? p->separator : apart ? " " : "=";
	struct str text = {0};

	if (p->flag) {
		if (v->kind == VALUE_BOOL && v->boolean)
			add_word(b, arg);
		return;
	}
	spelling_text(p, v, &text);
	if (strcmp(between, " ") == 0) {
		add_word(b, arg);
		add_word(b, arena_strdup(b->a, str_text(&text)));
	} else {
		add_word(b,
		         arena_printf(b->a, "%s%s%s", arg, between, str_text(&text)));
	}
	str_free(&text);
}

/* A group is one word, less what has a spelling of its own below it. */
static void add_entry(struct building *b, enum macro m, const char *flat,
                      const char *key, const struct value *v)
{
	const struct param *own = m == MACRO_ARGS_DICT ? NULL : own_spelling(b, flat);
	struct value rest = *v;
	struct value *items;
	const char **keys;

	if (own) {
		add_spelled(b, m, own, key, v);
		return;
	}
	if (v->kind != VALUE_MAP || m == MACRO_ARGS_DICT ||
	    (!b->spelled && m != MACRO_ARGS_DOTTED)) {
		add_argument(b, m, key, v);
		return;
	}
	items = arena_new(b->a, v->n, sizeof *items);
	keys = arena_new(b->a, v->n, sizeof *keys);
	rest = (struct value){.kind = VALUE_MAP, .items = items, .keys = keys};
	for (size_t i = 0; i < v->n; i++) {
		const char *name = arena_printf(b->a, "%s.%s", flat, v->keys[i]);

		if (m == MACRO_ARGS_DOTTED || own_spelling(b, name)) {
			add_entry(b, m, name, name, &v->items[i]);
			continue;
		}
		keys[rest.n] = v->keys[i];
		items[rest.n++] = v->items[i];
	}
	if (rest.n)
		add_argument(b, m, key, &rest);
}

static void add_json(struct building *b)
{
	struct str text = {0};

	value_json(b->c->arguments, &text, true);
	add_word(b, arena_strdup(b->a, str_text(&text)));
	str_free(&text);
}

static void add_macro(struct building *b, enum macro m)
{
	const struct value *args = b->c->arguments;

	switch (m) {
	case MACRO_ENV: add_word(b, "/usr/bin/env"); break;
	case MACRO_INTERPRETER: add_word(b, "python"); break;
	case MACRO_PROGRAM:
		if (b->s->program)
			add_word(b, b->s->program);
		break;
	case MACRO_ARGS_JSON: add_json(b); break;
	case MACRO_ARGS_JSON_FILE: add_word(b, b->c->config_path); break;
	case MACRO_ARGS:
	case MACRO_ARGS_NO_EQUALS:
	case MACRO_ARGS_NO_HYPHENS:
	case MACRO_ARGS_APPEND_HYDRA:
	case MACRO_ARGS_OVERRIDE_HYDRA:
	case MACRO_ARGS_NO_BOOLEAN_FLAGS:
	case MACRO_ARGS_DOTTED:
	case MACRO_ARGS_DICT:
		for (size_t i = 0; i < args->n; i++)
			add_entry(b, m, args->keys[i], args->keys[i], &args->items[i]);
		break;
	case MACRO_NONE: break;
	}
}

enum expansion {
	EXPANDED,
	NOT_KNOWN,
	INACTIVE, /* a parameter that this trial does not have */
	FAILED
};

static enum expansion expand_parameter(struct building *b, const char *name, size_t n,
                                       struct str *out)
{
	const struct value *v = value_member(b->c->arguments, name, n);
	const struct param *own = own_spelling(b, arena_strndup(b->a, name, n));

	if (!v)
		return INACTIVE;
	if (own)
		spelling_text(own, v, out);
	else
		value_text(v, out);
	return EXPANDED;
}

/* What one "${…}" that is not W&B's stands for. A parameter goes before a word of ours.
 */
static enum expansion expand(struct building *b, const struct hole *h, struct str *out)
{
	const char *name = h->name;
	size_t n = h->n;

	if (hole_is_param(h, &name, &n) && !macro_names_parameter(b->s, name, n)) {
		error_set(b->err, ERROR_FILE,
		          "%s: the command's ${%.*s} names no parameter",
		          b->s->yaml.path, (int)h->n, h->name);
		return FAILED;
	}
	if (macro_names_parameter(b->s, name, n))
		return expand_parameter(b, name, n, out);
	switch (hole_inner(h)) {
	case INNER_TRIAL: str_addf(out, "%llu", (unsigned long long)b->c->trial); break;
	case INNER_RUN: str_addf(out, "%llu", (unsigned long long)b->c->run); break;
	case INNER_SEED: str_addf(out, "%llu", (unsigned long long)b->c->seed); break;
	case INNER_DIR: str_add(out, b->c->dir); break;
	case INNER_GPU: str_add(out, b->c->gpu); break;
	case INNER_STEP_BUDGET: str_add(out, b->c->step_budget); break;
	case INNER_ITEMS_FILE:
		str_add(out, b->c->items_file ? b->c->items_file : "");
		break;
	case INNER_NONE: return NOT_KNOWN;
	}
	return EXPANDED;
}

/* W&B's first step: the environment, anywhere. */
static const char *expand_environment(struct building *b, const char *word)
{
	struct str out = {0};
	const char *value, *p = word;
	struct hole h;

	while (hole_find(p, &h)) {
		value = hole_environment(&h, b->a);
		str_addn(&out, p, (size_t)((value ? h.begin : h.end) - p));
		str_add(&out, value ? value : "");
		p = h.end;
	}
	str_add(&out, p);
	word = arena_strdup(b->a, str_text(&out));
	str_free(&out);
	return word;
}

/* A word with our macros replaced. One with an unknown macro stays as it is, or
 * vanishes where W&B takes the whole of it for one macro; one that needs a parameter
 * which this trial does not have is left out. */
static bool add_expanded(struct building *b, const char *word)
{
	struct str out = {0};
	const char *p = word, *last = word + strlen(word);
	bool drop = false, unknown = false;
	struct hole h;

	for (; hole_find(p, &h); p = h.end) {
		enum expansion e;

		str_addn(&out, p, (size_t)(h.begin - p));
		e = expand(b, &h, &out);
		if (e == FAILED)
			break;
		drop = drop || e == INACTIVE;
		unknown = unknown || e == NOT_KNOWN;
		if (e == NOT_KNOWN)
			str_addn(&out, h.begin, (size_t)(h.end - h.begin));
	}
	str_add(&out, p);
	drop = drop || (unknown && strncmp(word, "${", 2) == 0 && last[-1] == '}');
	if (b->err->kind == ERROR_NONE && !drop)
		add_word(b, arena_strdup(b->a, str_text(&out)));
	str_free(&out);
	return b->err->kind == ERROR_NONE;
}

static bool build_word(struct building *b, const char *word)
{
	struct hole h;

	word = expand_environment(b, word);
	if (hole_find(word, &h) && h.begin == word && !*h.end &&
	    hole_macro(&h) != MACRO_NONE) {
		add_macro(b, hole_macro(&h));
		return true;
	}
	return add_expanded(b, word);
}

/* Shell texts. What a macro stands for is quoted for the place where it stands. */

enum quoting { BARE = 0, SINGLE = '\'', DOUBLE = '"' };

static void add_quoted(struct str *out, enum quoting q, const char *text)
{
	if (q == BARE) {
		str_shell(out, text);
		return;
	}
	for (; *text; text++)
		if (q == SINGLE && *text == '\'')
			str_add(out, "'\\''");
		else if (q == DOUBLE && strchr("$`\"\\", *text))
			str_addf(out, "\\%c", *text);
		else
			str_addc(out, *text);
}

/* The quoting behind the bytes of the shell text from p to end. */
static enum quoting quoting_after(enum quoting q, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '\\' && q != SINGLE && p + 1 < end)
			p++;
		else if (q == BARE && (*p == '\'' || *p == '"'))
			q = *p == '\'' ? SINGLE : DOUBLE;
		else if (q != BARE && *p == (char)q)
			q = BARE;
	}
	return q;
}

/* False: it is the shell's own, or an error. */
static bool expand_in_shell(struct building *b, const struct hole *h, enum quoting q,
                            struct str *out)
{
	size_t before = b->n;
	struct str text = {0};
	const char *environment = hole_environment(h, b->a);
	enum expansion e = EXPANDED;

	if (environment) {
		add_quoted(out, q, environment);
		return true;
	}
	if (hole_macro(h) != MACRO_NONE) {
		add_macro(b, hole_macro(h));
		for (size_t i = before; i < b->n; i++) {
			str_add(out, i > before ? " " : "");
			add_quoted(out, q, b->words[i]);
		}
		b->n = before;
		return true;
	}
	e = expand(b, h, &text);
	if (e == EXPANDED || e == INACTIVE)
		add_quoted(out, q, str_text(&text));
	str_free(&text);
	return e == EXPANDED || e == INACTIVE;
}

static bool build_shell(struct building *b, const char *text)
{
	struct str out = {0};
	enum quoting q = BARE;
	const char *p = text;
	struct hole h;

	for (; b->err->kind == ERROR_NONE && hole_find(p, &h); p = h.end) {
		bool escaped;

		q = quoting_after(q, p, h.begin);
		str_addn(&out, p, (size_t)(h.begin - p));
		escaped = q != SINGLE && h.begin > text && h.begin[-1] == '\\';
		if (escaped || !expand_in_shell(b, &h, q, &out))
			str_addn(&out, h.begin, (size_t)(h.end - h.begin));
	}
	str_add(&out, p);
	add_word(b, "/bin/sh");
	add_word(b, "-c");
	add_word(b, arena_strdup(b->a, str_text(&out)));
	str_free(&out);
	return b->err->kind == ERROR_NONE;
}

/* OMP_NUM_THREADS=1 */
static bool is_assignment(const char *word)
{
	size_t n = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

	return n && word[n] == '=';
}

/* The first word is a program. Blanks are a text that was not split into words, unless
 * there is such a file. */
static bool check_first(struct building *b)
{
	const char *first = b->words[0];

	if (!*first || *first == '-')
		return error_set(b->err, ERROR_FILE,
		                 "%s: the command's first word is \"%s\", which is no "
		                 "program\n"
		                 "  help: begin with the program: [python3, train.py, "
		                 "\"${args}\"]",
		                 b->s->yaml.path, first);
	if (is_assignment(first))
		return error_set(
		    b->err, ERROR_FILE,
		    "%s: the command's first word is \"%s\", which a shell "
		    "would take for a variable\n"
		    "  help: begin with env: [env, %s, python3, train.py, "
		    "\"${args}\"]",
		    b->s->yaml.path, first, first);
	if ((*first == '~' || (*first == '$' && isupper((unsigned char)first[1]))) &&
	    access(spec_from_home(b->s, first, b->a), F_OK))
		return error_set(
		    b->err, ERROR_FILE,
		    "%s: the command's first word is \"%s\", and no shell "
		    "fills in its %c\n"
		    "  help: write the path in full, or ${envvar:HOME}/...",
		    b->s->yaml.path, first, *first);
	if (strpbrk(first, " \t\n") && access(spec_from_home(b->s, first, b->a), F_OK))
		return error_set(
		    b->err, ERROR_FILE,
		    "%s: the command's first word is \"%s\", blanks and "
		    "all\n"
		    "  help: make each word an item of the list: [python3, "
		    "train.py, \"${args}\"]",
		    b->s->yaml.path, first);
	return true;
}

static bool build(struct building *b, const struct command *cmd)
{
	const char *const *words = cmd->n ? cmd->words : default_words;
	size_t n = cmd->n ? cmd->n : ARRAY_LEN(default_words);

	if (!cmd->n && !b->s->program)
		return error_set(b->err, ERROR_FILE,
		                 "%s: there is neither a command nor a program\n"
		                 "  help: write command: [python3, train.py, "
		                 "\"${args}\"]",
		                 b->s->yaml.path);
	if (cmd->n && cmd->shell)
		return build_shell(b, words[0]);
	for (size_t i = 0; i < n; i++)
		if (!build_word(b, words[i]))
			return false;
	if (!b->n)
		return error_set(b->err, ERROR_FILE,
		                 "%s: the command is empty once its macros are "
		                 "replaced",
		                 b->s->yaml.path);
	return b->c->part || check_first(b);
}

const char *const *command_build(const struct spec *s, const struct command *cmd,
                                 const struct command_context *c, struct arena *a,
                                 struct error *err)
{
	struct error why = {0};
	struct building b = {.s = s, .c = c, .a = a, .err = &why};
	const char **argv = NULL;

	for (size_t i = 0; i < s->space.n; i++)
		b.spelled = b.spelled || spelling_is_own(&s->space.params[i]);
	if (build(&b, cmd)) {
		argv = arena_new(a, b.n + 1, sizeof *argv);
		if (b.n)
			memcpy(argv, b.words, b.n * sizeof *argv);
	} else {
		*err = why;
	}
	free(b.words);
	return argv;
}

static bool shows_parameters(const struct spec *s, const char *word)
{
	struct hole h;

	for (; hole_find(word, &h); word = h.end) {
		const char *name = h.name;
		size_t n = h.n;
		enum macro m = hole_macro(&h);

		if (m >= MACRO_ARGS && m <= MACRO_ARGS_JSON_FILE)
			return true;
		if (hole_is_param(&h, &name, &n) || macro_names_parameter(s, name, n))
			return true;
	}
	return false;
}

bool command_shows_parameters(const struct spec *s, const struct command *cmd)
{
	bool shows = !cmd->n;

	for (size_t i = 0; i < cmd->n && !shows; i++)
		shows = shows_parameters(s, cmd->words[i]);
	return shows;
}

void command_line(const char *const *argv, struct str *out)
{
	for (size_t i = 0; argv[i]; i++) {
		str_add(out, i ? " " : "");
		str_shell(out, argv[i]);
	}
}
