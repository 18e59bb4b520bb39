/* A command as it is written: reading it, and what is wrong with its macros. */
#include "base/file.h"
#include "config/macro.h"
#include "config/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { WORDS_MAX = 1000, NOTED_MAX = 20, SCRIPT_MAX = 1 << 20 };

static bool is_operator(const char *word)
{
	static const char *const words[] = {"|", "||", "&",  "&&", ";",
	                                    "<", ">",  ">>", "2>", "2>&1"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool read_text(struct reading *r, const struct node *n, const char *what,
                      bool shell, struct command *out)
{
	const char **words;

	if (!n->text[strspn(n->text, " \t\r\n")])
		return read_fails(r, n->at, NULL, "%s is empty", what);
	if (shell) {
		words = arena_new(r->a, 2, sizeof *words);
		words[0] = n->text;
		*out = (struct command){.words = words, .n = 1, .shell = true};
		return true;
	}
	if (!spec_split_words(n->text, r->a, out))
		return read_fails(r, n->at, NULL, "%s: a quote is not closed", what);
	read_note(
	    r, false, n->at,
	    "%s is a text: split into words at its blanks, without a shell (shell: "
	    "true runs it in one)",
	    what);
	for (size_t i = 0; i < out->n; i++)
		if (is_operator(out->words[i]))
			read_note(r, true, n->at,
			          "%s: \"%s\" is passed as a word; only with shell: "
			          "true is it the shell's",
			          what, out->words[i]);
	return true;
}

bool spec_read_command(struct reading *r, const struct node *n, const char *what,
                       bool shell, struct command *out)
{
	const char **words;

	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING)
		return read_text(r, n, what, shell, out);
	if (n->kind != NODE_LIST || !n->n)
		return read_fails(r, n->at,
		                  "as in command: [python3, train.py, \"${args}\"]",
		                  "%s must be a list of words", what);
	if (shell)
		return read_fails(r, n->at, "write the command as one text",
		                  "shell: true needs a text, not a list");
	if (n->n > WORDS_MAX)
		return read_fails(r, n->at, NULL, "%s has more than %d words", what,
		                  WORDS_MAX);
	words = arena_new(r->a, n->n + 1, sizeof *words);
	for (size_t i = 0; i < n->n; i++) {
		struct str text = {0};
		struct value v = node_value(n->items[i], r->a);

		if (n->items[i]->kind != NODE_SCALAR)
			read_note(r, true, n->items[i]->at,
			          "%s: a %s as a word; passed as its text", what,
			          value_kind_name(v.kind));
		value_text(&v, &text);
		words[i] = arena_strdup(r->a, str_text(&text));
		str_free(&text);
	}
	*out = (struct command){.words = words, .n = n->n};
	return true;
}

/* Checking. */

struct check {
	struct reading *r;
	struct position at;
	const char *word;
	bool shell;
	bool uses;         /* something carries the parameters */
	bool uses_program; /* ${program} is there */
	bool mentions;     /* a parameter in the manner of another program */
	size_t noted;
};

/* W&B looks a word up as a whole when it begins and ends like a macro. */
static bool is_whole(const char *word)
{
	size_t n = strlen(word);

	return n > 2 && strncmp(word, "${", 2) == 0 && word[n - 1] == '}';
}

/* ${LR}, ${trialParameters.lr}, ${hparams:lr}: the parameter behind the last mark. */
static const char *meant_parameter(const struct check *c, const char *name)
{
	const struct space *sp = &c->r->spec->space;

	for (size_t i = 0; i < sp->n; i++) {
		size_t n = strlen(sp->params[i].name), len = strlen(name);
		const char *tail = len >= n ? name + len - n : name;

		if (strcasecmp(tail, sp->params[i].name) == 0 &&
		    (tail == name || strchr(".:_[", tail[-1])))
			return arena_printf(c->r->a, "param:%s", sp->params[i].name);
	}
	return NULL;
}

/* A slip of a parameter's name, which is closer than any macro's. */
static const char *near_parameter(const struct check *c, const char *name)
{
	const struct space *sp = &c->r->spec->space;
	const char **names =
	    arena_new(c->r->a, MACRO_NONE + INNER_NONE + sp->n, sizeof *names);
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < sp->n; i++)
		names[n++] = sp->params[i].name;
	for (size_t i = 0; i < MACRO_NONE + INNER_NONE; i++)
		names[n++] = macro_names[i];
	near = str_nearest(name, names, n);
	for (size_t i = 0; near && i < sp->n; i++)
		if (near == sp->params[i].name)
			return arena_printf(c->r->a, "param:%s", near);
	return near;
}

static void note_unknown(struct check *c, const struct hole *h, bool known_inside)
{
	char *name = arena_strndup(c->r->a, h->name, h->n);
	const char *meant = meant_parameter(c, name);
	const char *near = meant ? meant : near_parameter(c, name);
	const char *fate = is_whole(c->word) ? "the word is left out, as W&B does"
	                                     : "it is passed as it stands";

	/* In a shell text it is a variable of the shell. */
	if (c->shell || ++c->noted > NOTED_MAX)
		return;
	c->mentions = c->mentions || near;
	if (known_inside)
		read_note(c->r, true, c->at,
		          "the command's ${%s} only works as a word of its own; %s",
		          name, fate);
	else
		read_note(
		    c->r, true, c->at,
		    "the command's ${%s} is neither a macro nor a parameter%s%s%s; "
		    "%s",
		    name, near ? " (did you mean ${" : "", near ? near : "",
		    near ? "}?)" : "", fate);
}

static bool check_param(struct check *c, const char *name, size_t n)
{
	const struct space *sp = &c->r->spec->space;
	const char **names;

	c->uses = true;
	if (macro_names_parameter(c->r->spec, name, n))
		return true;
	names = arena_new(c->r->a, sp->n, sizeof *names);
	for (size_t i = 0; i < sp->n; i++)
		names[i] = sp->params[i].name;
	name = arena_strndup(c->r->a, name, n);
	return read_fails(c->r, c->at, read_nearest(c->r, name, names, sp->n),
	                  "the command's ${param:%s} names no parameter", name);
}

/* Only where runs are promoted from budget to budget are they told one. */
static bool has_budget(const struct spec *s)
{
	return s->early.type != EARLY_NONE && s->early.mode == MODE_PROMOTE;
}

static bool check_macro(struct check *c, const struct hole *h)
{
	bool alone = h->begin == c->word && !*h->end;
	enum macro m = hole_macro(h);
	const char *name;
	size_t n;

	if (m != MACRO_NONE && (alone || c->shell)) {
		c->uses = c->uses || m >= MACRO_ARGS;
		c->uses_program = c->uses_program || m == MACRO_PROGRAM;
		return true;
	}
	if (hole_is_param(h, &name, &n))
		return check_param(c, name, n);
	if (m == MACRO_NONE && macro_names_parameter(c->r->spec, h->name, h->n)) {
		c->uses = true;
		if (hole_inner(h) != INNER_NONE)
			read_note(c->r, false, c->at,
			          "the command's ${%.*s} is the parameter of this name",
			          (int)h->n, h->name);
		return true;
	}
	if (hole_inner(h) == INNER_STEP_BUDGET && !has_budget(c->r->spec))
		return read_fails(
		    c->r, c->at,
		    "as in early_terminate: {type: asha, mode: promote, step: epoch, "
		    "max_iter: 27}",
		    "the command has ${step_budget}, but no early_terminate that "
		    "promotes gives one");
	if (hole_inner(h) == INNER_ITEMS_FILE && !c->r->spec->items.present)
		return read_fails(c->r, c->at,
		                  "as in items: {file: questions.jsonl, id: id}",
		                  "the command has ${items_file}, but there is no "
		                  "items: block");
	if (hole_inner(h) == INNER_NONE && !hole_environment(h, c->r->a))
		note_unknown(c, h, m != MACRO_NONE);
	return true;
}

/* "--epochs 3" as one item of a list reaches the script as one argument. */
static void check_blanks(struct check *c)
{
	if (!c->shell && *c->word == '-' && strchr(c->word, ' ') &&
	    !strchr(c->word, '=') && c->noted++ < NOTED_MAX)
		read_note(c->r, true, c->at,
		          "\"%s\" is passed as one word, blanks and all, as W&B does; "
		          "write two items",
		          c->word);
}

/* {lr}, %lr%, $lr, <lr>, @lr@: a name in the manner of another program. The text of it
 * from *begin to *end. */
static bool is_mention(const char *word, const char *at, size_t n, const char **begin,
                       const char **end)
{
	static const struct {
		const char *before, *behind;
	} marks[] = {{"{{ ", " }}"}, {"{param:", "}"}, {"{", "}"},   {"%", "%"},
	             {"<", ">"},     {"@", "@"},       {"%(", ")s"}, {"$(", ")"},
	             {"[", "]"},     {"__", "__"}};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t before = strlen(marks[i].before);

		*begin = at - before;
		*end = at + n + strlen(marks[i].behind);
		if ((size_t)(at - word) >= before &&
		    memcmp(*begin, marks[i].before, before) == 0 &&
		    strncmp(at + n, marks[i].behind, strlen(marks[i].behind)) == 0)
			return *begin == word || (*begin)[-1] == '=' ||
			       (!strchr("[_", **begin) &&
			        !((*begin)[-1] == '$' && **begin == '{'));
	}
	*begin = at - 1;
	*end = at + n;
	if (at == word || isalnum((unsigned char)at[n]) || at[n] == '_')
		return false;
	/* An address has an @, too. */
	return at[-1] == '$' ||
	       (at[-1] == '@' && (*begin == word || (*begin)[-1] == '='));
}

/* Capitals are for a shell's variables: $LR. */
static void check_mention(struct check *c, const char *name, const char *prefix)
{
	const char *at = c->word, *begin = NULL, *end = NULL;
	size_t n = strlen(name);

	while ((at = strcasestr(at, name)) && !is_mention(c->word, at, n, &begin, &end))
		at += n;
	if (!at || ++c->noted > NOTED_MAX)
		return;
	c->mentions = true;
	read_note(c->r, true, c->at,
	          "the command's %.*s is no macro; did you mean ${%s%s}?",
	          (int)(end - begin), begin, prefix, name);
}

/* $HPSEARCH_CONFIG without a shell, which is behind a text of several words. */
static void check_config(struct check *c)
{
	static const char *const forms[] = {"$HPSEARCH_CONFIG", "${HPSEARCH_CONFIG}"};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (strstr(c->word, forms[i]) && !strchr(c->word, ' ')) {
			c->mentions = true;
			read_note(c->r, true, c->at,
			          "the command's %s is filled in by no shell; did you "
			          "mean ${args_json_file}?",
			          forms[i]);
			return;
		}
}

static void check_mentions(struct check *c)
{
	const struct space *sp = &c->r->spec->space;

	if (!c->shell)
		check_config(c);
	for (size_t i = 0; i < sp->n; i++)
		check_mention(c, sp->params[i].name, "param:");
	for (size_t m = MACRO_ARGS; m < MACRO_NONE; m++)
		check_mention(c, macro_names[m], "");
}

bool spec_script_holds(const struct spec *s, const char *name, const char *const *words,
                       size_t n)
{
	struct arena a = {0};
	const char *path = spec_from_home(s, name, &a);
	struct error ignored;
	struct stat st;
	char *text;
	size_t len;
	bool found = false;

	if (!stat(path, &st) && S_ISREG(st.st_mode) &&
	    file_read(path, SCRIPT_MAX, &a, &text, &len, &ignored))
		for (size_t i = 0; i < n && !found; i++)
			found = memmem(text, len, words[i], strlen(words[i])) != NULL;
	arena_free(&a);
	return found;
}

/* Does a file that the command names read its parameters some other way? */
static bool reads_parameters(const struct spec *s, const char *name)
{
	static const char *const ways[] = {
	    "HPSEARCH_CONFIG",    "wandb.init",
	    "wandb.config",       "WANDB_SWEEP_PARAM_PATH",
	    "get_next_parameter", "config=wandb",
	    "run.config"};

	return spec_script_holds(s, name, ways, ARRAY_LEN(ways));
}

static void check_whole(struct check *c, const struct node *n)
{
	const struct spec *s = c->r->spec;
	struct position at = n ? n->at : (struct position){0};

	c->uses = c->uses ||
	          (c->uses_program && s->program && reads_parameters(s, s->program));
	if (c->uses_program && !s->program)
		read_note(c->r, true, at,
		          "the command's ${program} is empty: no program is given");
	if (!c->uses && !c->mentions && s->space.n && !s->no_args && !s->config &&
	    !s->nni)
		read_note(
		    c->r, true, at,
		    "the command has neither ${args} nor a parameter in it: the "
		    "script gets its parameters only through the file that "
		    "HPSEARCH_CONFIG names; write args: none where it reads that");
}

bool spec_check_command(struct reading *r, const struct command *cmd,
                        const struct node *n)
{
	struct check c = {
	    .r = r, .shell = cmd->shell, .uses = !cmd->n, .uses_program = !cmd->n};

	for (size_t i = 0; i < cmd->n; i++) {
		struct hole h;

		c.word = cmd->words[i];
		if (n)
			c.at = n->kind == NODE_LIST ? n->items[i]->at : n->at;
		check_blanks(&c);
		check_mentions(&c);
		for (const char *p = c.word; c.noted <= NOTED_MAX && hole_find(p, &h);
		     p = h.end)
			if (!check_macro(&c, &h))
				return false;
		c.uses = c.uses || strstr(c.word, "HPSEARCH_CONFIG") ||
		         reads_parameters(r->spec, c.word);
	}
	check_whole(&c, n);
	return true;
}
