/* Orion: a command line `orion hunt … program --lr~'loguniform(1e-5, 1)'`. */
#include "config/read.h"
#include "config/scalar.h"
#include "convert/our_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGS_MAX = 64 };

/* Where "orion … hunt" stands, flags of orion's between the two, on a line that is no
 * comment; NULL: nowhere. */
static const char *find_hunt(const char *text)
{
	for (const char *p = text; (p = strstr(p, "orion")) != NULL; p++) {
		const char *q = p + 5, *line = p;

		while (line > text && line[-1] != '\n')
			line--;
		if (line[strspn(line, " \t")] == '#' ||
		    (p > line && !strchr(" /\t", p[-1])))
			continue;
		q += strspn(q, " \t");
		while (*q == '-') {
			q += strcspn(q, " \t\n");
			q += strspn(q, " \t");
		}
		if (strncmp(q, "hunt", 4) == 0)
			return p;
	}
	return NULL;
}

bool orion_is(const char *text)
{
	return find_hunt(text) != NULL;
}

/* The positions of nothing: errors name the line only by the text. */
static bool fails(struct our_file *t, const char *help, const char *name,
                  const char *text)
{
	return error_set(t->err, ERROR_FILE, "%s: %s: %s is not understood\n  help: %s",
	                 t->yaml->path, name, text, help);
}

struct prior {
	const char *name;
	const char *args[ARGS_MAX]; /* by position */
	size_t n;
	const char *preset, *base;
	bool discrete;
};

/* name(a, b, discrete=True, default_value=3): commas in brackets and quotes are none.
 */
static bool read_prior(struct our_file *t, const char *text, struct prior *p)
{
	const char *open = strchr(text, '('), *s;
	size_t n = strlen(text);
	int depth = 0;
	char quote = 0;
	const char *from;

	*p = (struct prior){0};
	if (!open || n < 2 || text[n - 1] != ')')
		return false;
	p->name = arena_strndup(t->a, text, (size_t)(open - text));
	for (s = from = open + 1;; s++) {
		bool end = s == text + n - 1;

		if (quote && !end) {
			quote = *s == quote ? 0 : quote;
			continue;
		}
		if (*s == '\'' || *s == '"')
			quote = *s;
		else if (strchr("([{", *s))
			depth++;
		else if (strchr(")]}", *s) && !end)
			depth--;
		if (!end && (*s != ',' || depth))
			continue;
		while (*from == ' ')
			from++;
		if (s > from) {
			char *arg = arena_strndup(t->a, from, (size_t)(s - from));

			if (strncmp(arg, "discrete=", 9) == 0)
				p->discrete = strncmp(arg + 9, "True", 4) == 0;
			else if (strncmp(arg, "default_value=", 14) == 0)
				p->preset = arg + 14;
			else if (strncmp(arg, "base=", 5) == 0)
				p->base = arg + 5;
			else if (strncmp(arg, "precision=", 10) == 0 ||
			         strncmp(arg, "shape=", 6) == 0)
				ours_note(t, NULL, "%s of %s is left out", arg, text);
			else if (p->n < ARGS_MAX)
				p->args[p->n++] = strchr(arg, '=') && *arg != '{' &&
				                          *arg != '[' && *arg != '\'' &&
				                          *arg != '"'
				                      ? strchr(arg, '=') + 1
				                      : arg;
		}
		from = s + 1;
		if (end)
			return true;
	}
}

static bool number(const char *text, double *x)
{
	return text && number_of(text, strlen(text), x, NULL);
}

/* ['a', 'b'] or {'a': .8, 'b': .2}: the same in YAML, but for the quotes that may stay.
 */
static bool choices(struct our_file *t, const char *name, const struct prior *p)
{
	struct str list = {0}, weights = {0};
	struct yaml y = {.path = t->yaml->path};
	struct notices ns = {.a = t->a};
	const struct node *n;
	bool ok;

	if (p->n == 1 &&
	    (*p->args[0] == '[' || *p->args[0] == '{' || *p->args[0] == '(')) {
		str_add(&list, p->args[0]);
		if (*list.s == '(') {
			list.s[0] = '[';
			list.s[list.len - 1] = ']';
		}
	} else {
		str_addc(&list, '[');
		for (size_t i = 0; i < p->n; i++)
			str_addf(&list, "%s%s", i ? ", " : "", p->args[i]);
		str_addc(&list, ']');
	}
	y.text = arena_strdup(t->a, str_text(&list));
	y.len = list.len;
	str_clear(&list);
	ok = yaml_parse(&y, y.path, y.text, y.len, t->a, &ns, t->err);
	free(ns.list);
	n = ok ? y.root : NULL;
	ok = ok && n->kind != NODE_SCALAR && n->n;
	for (size_t i = 0; ok && i < n->n; i++) {
		str_add(&list, i ? ", " : "");
		if (n->kind == NODE_LIST) {
			yaml_node(t, &list, n->items[i]);
			continue;
		}
		yaml_string(&list, n->keys[i]);
		str_addf(&weights, "%s%s", i ? ", " : "", flow(t, n->items[i]));
	}
	if (ok)
		ours_parameter(t, name, NULL,
		               weights.len ? "{values: [%s], probabilities: [%s]}"
		                           : "{values: [%s]%s}",
		               str_text(&list), str_text(&weights));
	str_free(&list);
	str_free(&weights);
	return ok;
}

static bool ranged(struct our_file *t, const char *name, const struct prior *p,
                   const char *text)
{
	struct range r = {.whole = p->discrete, .log = strstr(p->name, "log") != NULL};
	struct node at = {.at = {1, 1}};
	double x;

	if (strcmp(p->name, "randint") == 0)
		r.whole = true;
	if (!number(p->args[0], &r.low) || !number(p->args[1], &r.high))
		return false;
	if (p->preset) {
		struct str preset = {0};

		if (number(p->preset, &x))
			str_add(&preset, p->preset);
		else
			yaml_string(&preset, p->preset);
		t->preset = arena_strdup(t->a, str_text(&preset));
		str_free(&preset);
	}
	return ours_range(t, name, &r, &at, text);
}

static bool parameter(struct our_file *t, const char *name, const char *text)
{
	static const char help[] =
	    "understood are uniform, loguniform, normal, choices, fidelity, randint";
	struct prior p;
	double mu, sigma;

	/* Markers of Orion's branching: +, -, > before the prior. */
	text += strspn(text, "+->");
	if (!read_prior(t, text, &p))
		return fails(t, help, name, text);
	if (strcmp(p.name, "choices") == 0)
		return choices(t, name, &p) || fails(t, help, name, text);
	if (strcmp(p.name, "normal") == 0 || strcmp(p.name, "gaussian") == 0) {
		if (!number(p.args[0], &mu) || !number(p.args[1], &sigma))
			return fails(t, help, name, text);
		ours_normal(t, name, false, mu, sigma, p.discrete ? 1 : 0, text);
		return true;
	}
	if (strcmp(p.name, "fidelity") == 0) {
		double low, high, base = 2;

		if (!number(p.args[0], &low) || !number(p.args[1], &high))
			return fails(t, help, name, text);
		if (p.n > 2)
			number(p.args[2], &base);
		number(p.base, &base);
		ours_key(t, "early_terminate",
		         "{type: asha, min_iter: %.0f, max_iter: %.0f, eta: %.0f}", low,
		         high, base > 1 ? base : 2);
		ours_constant(t, name, text, arena_printf(t->a, "%.0f", high));
		return true;
	}
	if (strcmp(p.name, "uniform") != 0 && strcmp(p.name, "loguniform") != 0 &&
	    strcmp(p.name, "reciprocal") != 0 && strcmp(p.name, "randint") != 0)
		return fails(t, help, name, text);
	return ranged(t, name, &p, text) ||
	       (t->err->kind == ERROR_NONE && fails(t, help, name, text));
}

/* --lr~'loguniform(…)', -x~…, lr~…: the option as it is, and its parameter. */
static bool word(struct our_file *t, const char *w, bool *known)
{
	const char *mark = strchr(w, '~'), *name = w;
	char *key;

	*known = false;
	if (!mark || mark == w || !strchr(mark, '('))
		return true;
	*known = true;
	name += strspn(w, "-");
	key = arena_strndup(t->a, name, (size_t)(mark - name));
	for (char *s = key; *s; s++)
		*s = *s == '/' ? '.' : *s;
	if (!parameter(t, key, mark + 1))
		return false;
	ours_word(t, arena_printf(t->a, "%.*s", (int)(mark - w), w));
	ours_word(t, arena_printf(t->a, "${param:%s}", key));
	return true;
}

/* Flags of orion and of hunt that take a value. */
static bool takes_value(const char *w)
{
	static const char *const flags[] = {"-n",
	                                    "--name",
	                                    "-u",
	                                    "--user",
	                                    "-c",
	                                    "--config",
	                                    "--max-trials",
	                                    "--exp-max-trials",
	                                    "--worker-trials",
	                                    "--worker-max-trials",
	                                    "--n-workers",
	                                    "--pool-size",
	                                    "--working-dir",
	                                    "--max-broken",
	                                    "--exp-max-broken",
	                                    "--worker-max-broken",
	                                    "--max-idle-time",
	                                    "--idle-timeout",
	                                    "--heartbeat",
	                                    "--executor",
	                                    "--branch-to"};

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (strcmp(w, flags[i]) == 0)
			return true;
	return false;
}

static size_t own_flags(struct our_file *t, const struct command *c, size_t i)
{
	double x;

	for (; i < c->n && *c->words[i] == '-'; i++) {
		const char *w = c->words[i], *eq = strchr(w, '=');
		char *name = arena_strndup(t->a, w, eq ? (size_t)(eq - w) : strlen(w));
		const char *value = eq                                  ? eq + 1
		                    : takes_value(name) && i + 1 < c->n ? c->words[++i]
		                                                        : NULL;

		if (value && strstr(name, "max-trials") && !strstr(name, "worker") &&
		    number(value, &x) && x >= 1)
			ours_key(t, "max_trials", "%.0f", x);
		else if (value && strcmp(name, "--n-workers") == 0 &&
		         number(value, &x) && x >= 1)
			ours_key(t, "parallel", "%.0f", x);
		else
			ours_note(t, NULL, "%s%s%s is Orion's", name, value ? " " : "",
			          value ? value : "");
	}
	return i;
}

static size_t replaced(const char *text)
{
	size_t n = 0;

	while ((text = strstr(text, "\xef\xbf\xbd")) != NULL) {
		text += 3;
		n++;
	}
	return n;
}

/* What JSON would have to replace is no text. */
static bool is_text(const char *text)
{
	struct str s = {0};
	bool ok;

	str_json(&s, text, strlen(text), false);
	ok = replaced(str_text(&s)) == replaced(text);
	str_free(&s);
	return ok;
}

bool orion_convert(struct our_file *t, const char *text)
{
	struct command c = {0};
	struct str line = {0};
	size_t i = 0;
	bool ok = true, known;

	if (!is_text(text))
		return error_set(t->err, ERROR_FILE, "%s: this is not UTF-8",
		                 t->yaml->path);

	for (const char *s = text; *s; s++)
		if (*s == '\\' && s[1] == '\n')
			s++;
		else
			str_addc(&line, *s);
	/* From orion on, to the end of its line. */
	text = find_hunt(str_text(&line));
	if (!text)
		text = ""; /* a comment that goes on has swallowed it */
	ok = spec_split_words(arena_strndup(t->a, text, strcspn(text, "\n")), t->a, &c);
	str_free(&line);
	if (!ok)
		return error_set(t->err, ERROR_FILE, "%s: a quote is not closed",
		                 t->yaml->path);
	i = own_flags(t, &c, 1);
	if (i < c.n && strcmp(c.words[i], "hunt") == 0)
		i = own_flags(t, &c, i + 1);
	for (; ok && i < c.n; i++) {
		const char *w = c.words[i];
		bool split = i + 1 < c.n && strncmp(c.words[i + 1], "orion~", 6) == 0;

		/* --lr 'orion~loguniform(…)' and --lr=orion~…: the same. */
		if (split) {
			w = arena_printf(t->a, "%s~%s", w, c.words[i + 1] + 6);
			i++;
		} else if (strstr(w, "=orion~")) {
			const char *eq = strstr(w, "=orion~");

			w = arena_printf(t->a, "%.*s~%s", (int)(eq - w), w, eq + 7);
		}
		ok = word(t, w, &known);
		if (ok && !known)
			ours_word(t, w);
	}
	if (!ok)
		return false;
	if (!t->n_parameters)
		return error_set(t->err, ERROR_FILE,
		                 "%s: this orion hunt has no parameter\n  help: as in "
		                 "--lr~'loguniform(1e-5, 1.0)'",
		                 t->yaml->path);
	t->method = "bayes";
	t->metric = "name: objective";
	ours_key(t, "protocol", "orion");
	return true;
}
