#include "config/command.h"
#include "config/read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words of W&B's macros; each stands for a list of words. */
enum macro {
	MACRO_ENV,
	MACRO_INTERPRETER,
	MACRO_PROGRAM,
	MACRO_ARGS,
	MACRO_ARGS_NO_EQUALS,
	MACRO_ARGS_NO_HYPHENS,
	MACRO_ARGS_APPEND_HYDRA,
	MACRO_ARGS_OVERRIDE_HYDRA,
	MACRO_ARGS_NO_BOOLEAN_FLAGS,
	MACRO_ARGS_JSON,
	MACRO_ARGS_JSON_FILE,
	MACRO_ARGS_DICT,
	MACRO_NONE
};

static const char *const macro_names[] = {
    [MACRO_ENV] = "env",
    [MACRO_INTERPRETER] = "interpreter",
    [MACRO_PROGRAM] = "program",
    [MACRO_ARGS] = "args",
    [MACRO_ARGS_NO_EQUALS] = "args_no_equals",
    [MACRO_ARGS_NO_HYPHENS] = "args_no_hyphens",
    [MACRO_ARGS_APPEND_HYDRA] = "args_append_hydra",
    [MACRO_ARGS_OVERRIDE_HYDRA] = "args_override_hydra",
    [MACRO_ARGS_NO_BOOLEAN_FLAGS] = "args_no_boolean_flags",
    [MACRO_ARGS_JSON] = "args_json",
    [MACRO_ARGS_JSON_FILE] = "args_json_file",
    [MACRO_ARGS_DICT] = "args_dict",
};

/* Ours, anywhere in a word; each stands for one text. */
static const char *const inner_names[] = {"trial", "run", "seed",
                                          "dir",   "gpu", "step_budget"};

static const char *const default_words[] = {"${env}", "${interpreter}", "${program}",
                                            "${args}"};

static enum macro find_macro(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(macro_names); i++)
		if (strlen(macro_names[i]) == n &&
		    strncmp(macro_names[i], name, n) == 0)
			return (enum macro)i;
	return MACRO_NONE;
}

/* The inside of "${…}" when the word is nothing else. */
static bool whole_macro(const char *word, const char **name, size_t *n)
{
	size_t len = strlen(word);

	if (len < 3 || strncmp(word, "${", 2) != 0 || word[len - 1] != '}')
		return false;
	*name = word + 2;
	*n = len - 3;
	return true;
}

/* The words of a command, growing. */
struct words {
	const char **list; /* malloc */
	size_t n, cap;
	struct arena *a;
};

static void add_word(struct words *w, const char *text)
{
	w->list = mem_room(w->list, w->n, &w->cap, sizeof *w->list);
	w->list[w->n++] = text;
}

static void add_pair(struct words *w, const char *before, const char *key,
                     const char *between, const struct value *v)
{
	struct str text = {0};

	str_add(&text, before);
	str_add(&text, key);
	str_add(&text, between);
	if (v)
		value_text(v, &text);
	add_word(w, arena_strdup(w->a, str_text(&text)));
	str_free(&text);
}

static void add_bare_value(struct words *w, const struct value *v)
{
	add_pair(w, "", "", "", v);
}

static void add_arguments(struct words *w, enum macro m, const struct value *args)
{
	for (size_t i = 0; i < args->n; i++) {
		const char *key = args->keys[i];
		const struct value *v = &args->items[i];

		if (m == MACRO_ARGS_NO_EQUALS) {
			add_pair(w, "--", key, "", NULL);
			add_bare_value(w, v);
		} else if (m == MACRO_ARGS_NO_HYPHENS) {
			add_pair(w, "", key, "=", v);
		} else if (m == MACRO_ARGS_APPEND_HYDRA) {
			add_pair(w, "+", key, "=", v);
		} else if (m == MACRO_ARGS_OVERRIDE_HYDRA) {
			add_pair(w, "++", key, "=", v);
		} else if (m == MACRO_ARGS_DICT) {
			add_word(w, key);
		} else if (m == MACRO_ARGS_NO_BOOLEAN_FLAGS && v->kind == VALUE_BOOL) {
			if (v->boolean)
				add_pair(w, "--", key, "", NULL);
		} else {
			add_pair(w, "--", key, "=", v);
		}
	}
}

static void add_json(struct words *w, const struct value *args)
{
	struct str text = {0};

	value_json(args, &text, true);
	add_word(w, arena_strdup(w->a, str_text(&text)));
	str_free(&text);
}

static void add_macro(struct words *w, const struct spec *s, enum macro m,
                      const struct command_context *c)
{
	switch (m) {
	case MACRO_ENV: add_word(w, "/usr/bin/env"); break;
	case MACRO_INTERPRETER: add_word(w, "python"); break;
	case MACRO_PROGRAM:
		if (s->program)
			add_word(w, s->program);
		break;
	case MACRO_ARGS_JSON: add_json(w, c->arguments); break;
	case MACRO_ARGS_JSON_FILE: add_word(w, c->config_path); break;
	case MACRO_ARGS:
	case MACRO_ARGS_NO_EQUALS:
	case MACRO_ARGS_NO_HYPHENS:
	case MACRO_ARGS_APPEND_HYDRA:
	case MACRO_ARGS_OVERRIDE_HYDRA:
	case MACRO_ARGS_NO_BOOLEAN_FLAGS:
	case MACRO_ARGS_DICT: add_arguments(w, m, c->arguments); break;
	case MACRO_NONE: break;
	}
}

/* A parameter among the arguments by its flat name; false when there is none (or it is
 * not active). */
static bool find_argument(const struct value *args, const char *name, size_t n,
                          const struct value **out)
{
	for (size_t i = 0; i < args->n; i++) {
		size_t len = strlen(args->keys[i]);

		if (len == n && strncmp(args->keys[i], name, n) == 0) {
			*out = &args->items[i];
			return true;
		}
		if (args->items[i].kind == VALUE_MAP && len < n && name[len] == '.' &&
		    strncmp(args->keys[i], name, len) == 0 &&
		    find_argument(&args->items[i], name + len + 1, n - len - 1, out))
			return true;
	}
	return false;
}

static bool is_param(const struct spec *s, const char *name, size_t n)
{
	for (size_t i = 0; i < s->space.n; i++)
		if (strlen(s->space.params[i].name) == n &&
		    strncmp(s->space.params[i].name, name, n) == 0)
			return true;
	return false;
}

static bool inner_macro(const char *name, size_t n, const struct command_context *c,
                        struct str *out)
{
	const uint64_t numbers[] = {c->trial, c->run, c->seed};
	const char *const texts[] = {c->dir, c->gpu, c->step_budget};

	for (size_t i = 0; i < ARRAY_LEN(inner_names); i++) {
		if (strlen(inner_names[i]) != n ||
		    strncmp(inner_names[i], name, n) != 0)
			continue;
		if (i < ARRAY_LEN(numbers))
			str_addf(out, "%llu", (unsigned long long)numbers[i]);
		else
			str_add(out, texts[i - ARRAY_LEN(numbers)]);
		return true;
	}
	return false;
}

/* ${envvar:NAME}: NAME of capitals, digits and underscores; unset gives NAME itself. */
static bool env_macro(const char *name, size_t n, struct arena *a, struct str *out)
{
	const char *value;
	char *variable;

	if (n < 7 || strncmp(name, "envvar:", 7) != 0)
		return false;
	for (size_t i = 7; i < n; i++)
		if (!isupper((unsigned char)name[i]) &&
		    !isdigit((unsigned char)name[i]) && name[i] != '_')
			return false;
	variable = arena_strndup(a, name + 7, n - 7);
	value = getenv(variable);
	str_add(out, value ? value : variable);
	return true;
}

/* What "${name}" inside a word stands for; false: it stays as it is. */
static bool expand(const struct spec *s, const char *name, size_t n,
                   const struct command_context *c, struct arena *a, struct str *out)
{
	const struct value *v;
	bool named = n > 6 && strncmp(name, "param:", 6) == 0;

	if (env_macro(name, n, a, out) || inner_macro(name, n, c, out))
		return true;
	if (named) {
		name += 6;
		n -= 6;
	}
	if (!is_param(s, name, n))
		return false;
	/* One that is not active in this trial is an empty text. */
	if (find_argument(c->arguments, name, n, &v))
		value_text(v, out);
	return true;
}

static void expand_word(const struct spec *s, const char *word,
                        const struct command_context *c, struct arena *a, bool shell,
                        struct str *out)
{
	for (const char *p = word; *p;) {
		const char *end = strncmp(p, "${", 2) == 0 ? strchr(p, '}') : NULL;
		struct str text = {0};

		if (!end || !expand(s, p + 2, (size_t)(end - p - 2), c, a, &text)) {
			str_addc(out, *p++);
			continue;
		}
		if (shell)
			str_shell(out, str_text(&text));
		else
			str_add(out, str_text(&text));
		str_free(&text);
		p = end + 1;
	}
}

static void add_expanded(struct words *w, const struct spec *s, const char *word,
                         const struct command_context *c)
{
	struct str text = {0};
	const char *name;
	size_t n;

	if (whole_macro(word, &name, &n) && find_macro(name, n) != MACRO_NONE) {
		add_macro(w, s, find_macro(name, n), c);
		return;
	}
	expand_word(s, word, c, w->a, false, &text);
	/* W&B drops a whole word that is an unknown macro. */
	if (!whole_macro(str_text(&text), &name, &n))
		add_word(w, arena_strdup(w->a, str_text(&text)));
	str_free(&text);
}

/* In a shell text, a macro that is a list becomes quoted words. */
static void shell_text(struct words *w, const struct spec *s, const char *text,
                       const struct command_context *c)
{
	struct str out = {0}, rest = {0};

	for (const char *p = text; *p;) {
		const char *end = strncmp(p, "${", 2) == 0 ? strchr(p, '}') : NULL;
		enum macro m =
		    end ? find_macro(p + 2, (size_t)(end - p - 2)) : MACRO_NONE;
		struct words list = {.a = w->a};

		if (m == MACRO_NONE) {
			str_addc(&rest, *p++);
			continue;
		}
		expand_word(s, str_text(&rest), c, w->a, true, &out);
		str_clear(&rest);
		add_macro(&list, s, m, c);
		for (size_t i = 0; i < list.n; i++) {
			str_add(&out, i ? " " : "");
			str_shell(&out, list.list[i]);
		}
		free(list.list);
		p = end + 1;
	}
	expand_word(s, str_text(&rest), c, w->a, true, &out);
	add_word(w, "/bin/sh");
	add_word(w, "-c");
	add_word(w, arena_strdup(w->a, str_text(&out)));
	str_free(&out);
	str_free(&rest);
}

const char *const *command_build(const struct spec *s, const struct command *cmd,
                                 const struct command_context *c, struct arena *a,
                                 struct error *err)
{
	struct words w = {.a = a};
	const char *const *words = cmd->n ? cmd->words : default_words;
	size_t n = cmd->n ? cmd->n : ARRAY_LEN(default_words);
	const char **argv;

	if (cmd->n && cmd->shell)
		shell_text(&w, s, words[0], c);
	else
		for (size_t i = 0; i < n; i++)
			add_expanded(&w, s, words[i], c);
	argv = arena_new(a, w.n + 1, sizeof *argv);
	if (w.n)
		memcpy(argv, w.list, w.n * sizeof *argv);
	free(w.list);
	if (!w.n) {
		error_set(err, ERROR_FILE,
		          "%s: the command is empty once its macros are "
		          "replaced",
		          s->yaml.path);
		return NULL;
	}
	return argv;
}

void command_line(const char *const *argv, struct str *out)
{
	for (size_t i = 0; argv[i]; i++) {
		str_add(out, i ? " " : "");
		str_shell(out, argv[i]);
	}
}

/* Reading. */

bool spec_split_words(const char *text, struct arena *a, struct command *out)
{
	struct words w = {.a = a};
	struct str word = {0};
	const char **words;
	bool inside = false;
	char quote = '\0';

	for (; *text; text++) {
		if (!quote && (*text == '\'' || *text == '"')) {
			quote = *text;
			inside = true;
		} else if (quote && *text == quote) {
			quote = '\0';
		} else if (!quote && isspace((unsigned char)*text)) {
			if (inside)
				add_word(&w, arena_strdup(a, str_text(&word)));
			str_clear(&word);
			inside = false;
		} else {
			if (*text == '\\' && quote != '\'' && text[1])
				text++;
			str_addc(&word, *text);
			inside = true;
		}
	}
	if (inside)
		add_word(&w, arena_strdup(a, str_text(&word)));
	words = arena_new(a, w.n + 1, sizeof *words);
	if (w.n)
		memcpy(words, w.list, w.n * sizeof *words);
	*out = (struct command){.words = words, .n = w.n};
	str_free(&word);
	free(w.list);
	return !quote;
}

static bool command_text(struct reading *r, const struct node *n, const char *what,
                         bool shell, struct command *out)
{
	const char **words;

	if (shell) {
		words = arena_new(r->a, 2, sizeof *words);
		words[0] = n->text;
		*out = (struct command){.words = words, .n = 1, .shell = true};
		return true;
	}
	if (!spec_split_words(n->text, r->a, out))
		return read_fails(r, n->at, NULL, "%s: a quote is not closed", what);
	if (!out->n)
		return read_fails(r, n->at, NULL, "%s is empty", what);
	read_note(r, false, n->at,
	          "%s is a text: split into words at its blanks, without a shell "
	          "(shell: true "
	          "runs it in one)",
	          what);
	return true;
}

bool spec_read_command(struct reading *r, const struct node *n, const char *what,
                       bool shell, struct command *out)
{
	const char **words;

	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING)
		return command_text(r, n, what, shell, out);
	if (n->kind != NODE_LIST || !n->n)
		return read_fails(r, n->at,
		                  "as in command: [python3, train.py, \"${args}\"]",
		                  "%s must be a list of words", what);
	if (shell)
		return read_fails(r, n->at, "write the command as one text",
		                  "shell: true needs a text, not a list");
	words = arena_new(r->a, n->n, sizeof *words);
	for (size_t i = 0; i < n->n; i++) {
		struct str text = {0};
		struct value v = node_value(n->items[i], r->a);

		/* Numbers are passed as they stand in the file, as W&B's str() has
		 * them. */
		value_text(&v, &text);
		words[i] = arena_strdup(r->a, str_text(&text));
		str_free(&text);
	}
	*out = (struct command){.words = words, .n = n->n};
	return true;
}

/* Checking. */

static void unknown_macro(struct reading *r, const char *name, size_t n, bool whole,
                          struct place at)
{
	const char *known[ARRAY_LEN(macro_names) + ARRAY_LEN(inner_names)], *near;
	char *word = arena_strndup(r->a, name, n);

	for (size_t i = 0; i < ARRAY_LEN(macro_names); i++)
		known[i] = macro_names[i];
	for (size_t i = 0; i < ARRAY_LEN(inner_names); i++)
		known[ARRAY_LEN(macro_names) + i] = inner_names[i];
	near = str_nearest(word, known, ARRAY_LEN(known));
	read_note(r, true, at,
	          "the command's ${%s} is neither a macro nor a parameter%s%s%s; "
	          "%s",
	          word, near ? " (did you mean ${" : "", near ? near : "",
	          near ? "}?)" : "",
	          whole ? "the word is left out" : "it is passed as it stands");
}

/* One "${…}": known, or an error, or a warning. *uses: it carries parameters. */
static bool check_macro(struct reading *r, const char *name, size_t n, bool whole,
                        bool list_ok, struct place at, bool *uses)
{
	struct str ignored = {0};
	struct command_context none = {.dir = "", .gpu = "", .step_budget = ""};
	enum macro m = find_macro(name, n);
	bool known;

	if (m != MACRO_NONE && list_ok) {
		*uses = *uses || m >= MACRO_ARGS;
		if (m == MACRO_PROGRAM && !r->spec->program)
			read_note(
			    r, true, at,
			    "the command's ${program} is empty: no program is given");
		return true;
	}
	known =
	    env_macro(name, n, r->a, &ignored) || inner_macro(name, n, &none, &ignored);
	str_free(&ignored);
	if (known)
		return true;
	if (is_param(r->spec, name, n)) {
		*uses = true;
		return true;
	}
	if (n > 6 && strncmp(name, "param:", 6) == 0) {
		*uses = true;
		if (is_param(r->spec, name + 6, n - 6))
			return true;
		return read_fails(r, at, NULL,
		                  "the command's ${%.*s} names no parameter", (int)n,
		                  name);
	}
	unknown_macro(r, name, n, whole, at);
	return true;
}

bool spec_check_command(struct reading *r, const struct command *cmd, struct place at)
{
	bool uses = !cmd->n;

	for (size_t i = 0; i < cmd->n; i++)
		for (const char *p = cmd->words[i]; (p = strstr(p, "${")); p++) {
			const char *end = strchr(p, '}'), *name;
			size_t n;
			bool whole = whole_macro(cmd->words[i], &name, &n);

			if (!end)
				break;
			if (!check_macro(r, p + 2, (size_t)(end - p - 2), whole,
			                 whole || cmd->shell, at, &uses))
				return false;
		}
	if (!uses)
		read_note(
		    r, false, at,
		    "the command has neither ${args} nor a parameter in it: the script "
		    "gets its parameters only through the file that HPSEARCH_CONFIG "
		    "names");
	return true;
}
