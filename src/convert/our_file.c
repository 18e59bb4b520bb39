#include "convert/our_file.h"
#include "config/read.h"
#include "config/scalar.h"
#include "space/param.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMENT_MAX = 120, CELLS_MAX = 200, POWERS_DIGITS = 6 };

/* YAML, in flow style. */

void yaml_string(struct str *out, const char *text)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_./-";
	struct value v;
	bool yes_no;

	if (*text && *text != '-' && *text != '.' &&
	    text[strspn(text, plain)] == '\0' &&
	    scalar_plain(text, &v, &yes_no) == SCALAR_OK && v.kind == VALUE_STRING &&
	    !scalar_disguise(text, &v))
		str_add(out, text);
	else
		str_json(out, text, strlen(text), false);
}

void yaml_scalar(struct str *out, const struct node *n)
{
	if (n->value.kind == VALUE_STRING || n->quoted)
		yaml_string(out, n->text);
	else if (n->value.kind == VALUE_NULL)
		str_add(out, "null");
	else
		str_add(out, n->text);
}

void yaml_node(struct our_file *t, struct str *out, const struct node *n)
{
	struct value v;

	if (n->kind == NODE_SCALAR) {
		yaml_scalar(out, n);
		return;
	}
	v = node_value(n, t->a);
	value_json(&v, out, true);
}

const char *flow(struct our_file *t, const struct node *n)
{
	struct str s = {0};
	const char *text;

	yaml_node(t, &s, n);
	text = arena_strdup(t->a, str_text(&s));
	str_free(&s);
	return text;
}

void yaml_number(struct str *out, double x, bool whole)
{
	size_t from = out->len;

	str_double(out, x);
	if (!whole && !strpbrk(out->s + from, ".en"))
		str_add(out, ".0");
}

/* Lines. */

/* How many bytes of a character that ends a line in YAML: \x1f and below, DEL, NEL, and
 * the line and paragraph separators. 0: none. */
static size_t line_end(const char *s)
{
	static const char *const ends[] = {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (strncmp(s, ends[i], strlen(ends[i])) == 0)
			return strlen(ends[i]);
	return (unsigned char)*s < 0x20 || *s == 0x7f;
}

/* What stands behind a # must stay on its line and readable. */
static void comment(struct str *out, const char *text)
{
	size_t end = out->len + COMMENT_MAX;

	while (*text && out->len < end) {
		size_t n = line_end(text);

		str_addc(out, n ? ' ' : *text);
		text += n ? n : 1;
	}
	/* Not in the middle of a character. */
	while (((unsigned char)*text & 0xc0) == 0x80)
		str_addc(out, *text++);
	if (*text)
		str_add(out, " …");
}

void ours_note(struct our_file *t, const struct node *at, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	str_add(&t->notes, "# ");
	if (at)
		str_addf(&t->notes, "line %zu: ", at->at.line);
	comment(&t->notes, text);
	str_addc(&t->notes, '\n');
}

void ours_key(struct our_file *t, const char *key, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	str_addf(&t->keys, "%s: %s\n", key, text);
}

void ours_count(struct our_file *t, const char *key, const struct node *n)
{
	double x;

	if (!n)
		return;
	if (node_number(n, &x) && x >= 1 && x <= 1e9 && x == floor(x))
		ours_key(t, key, "%.0f", x);
	else
		ours_note(t, n, "%s would be %s, which is no number of them", key,
		          n->kind == NODE_SCALAR ? n->text : "a list");
}

void ours_metric(struct our_file *t, const char *name, const char *more)
{
	struct str out = {0};

	str_add(&out, "name: ");
	yaml_string(&out, name);
	str_add(&out, more ? more : "");
	t->metric = arena_strdup(t->a, str_text(&out));
	str_free(&out);
}

/* The command. */

void ours_word(struct our_file *t, const char *word)
{
	if (t->words.len)
		str_add(&t->words, ", ");
	if (strpbrk(word, "${}"))
		str_json(&t->words, word, strlen(word), false);
	else
		yaml_string(&t->words, word);
}

static bool needs_shell(const char *text)
{
	bool quoted = false;

	for (const char *s = text; *s; s++) {
		if (*s == '\'')
			quoted = !quoted;
		if (quoted)
			continue;
		if (strchr("|&;<>`*?()", *s))
			return true;
		/* $X is the shell's, ${param:x} ours. */
		if (*s == '$' && s[1] != '{')
			return true;
	}
	return false;
}

void ours_command(struct our_file *t, const char *text)
{
	struct command c = {0};
	struct str line = {0};

	/* Folded text and \ at the ends of lines. */
	for (const char *s = text; *s; s++) {
		if (*s == '\\' && (s[1] == '\n' || s[1] == '\r'))
			continue;
		str_addc(&line, *s == '\n' || *s == '\r' ? ' ' : *s);
	}
	while (line.len && line.s[line.len - 1] == ' ')
		line.s[--line.len] = '\0';
	if (needs_shell(str_text(&line)) ||
	    !spec_split_words(str_text(&line), t->a, &c))
		t->shell = arena_strdup(t->a, str_text(&line));
	for (size_t i = 0; i < c.n; i++)
		ours_word(t, c.words[i]);
	str_free(&line);
}

void ours_placeholder(struct our_file *t, const char *command, const char *why)
{
	ours_command(t, command);
	ours_note(t, NULL, "command: %s", why);
}

/* Parameters. */

void ours_constant(struct our_file *t, const char *name, const char *was,
                   const char *text)
{
	ours_parameter(t, name, was, "{value: %s}", text);
	t->n_parameters--;
}

bool ours_has(const struct our_file *t, const char *name)
{
	return set_has(&t->names, set_hash(SET_HASH, name, strlen(name)));
}

void ours_parameter(struct our_file *t, const char *name, const char *was,
                    const char *fmt, ...)
{
	va_list ap;
	char *text;
	size_t n;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = arena_new(t->a, n + 1, 1);
	va_start(ap, fmt);
	vsnprintf(text, n + 1, fmt, ap);
	va_end(ap);
	str_add(&t->parameters, "  ");
	yaml_string(&t->parameters, name);
	str_add(&t->parameters, ": {");
	if (t->when)
		str_addf(&t->parameters, "when: %s, ", t->when);
	str_addn(&t->parameters, text + 1, n - 2);
	if (t->preset)
		str_addf(&t->parameters, ", default: %s", t->preset);
	str_addc(&t->parameters, '}');
	t->preset = NULL;
	if (was) {
		str_add(&t->parameters, "  # ");
		comment(&t->parameters, was);
	}
	str_addc(&t->parameters, '\n');
	set_add(&t->names, set_hash(SET_HASH, name, strlen(name)));
	t->n_parameters++;
}

struct range range_powers(double base, double low, double high)
{
	/* The last digits of a power are nobody's wish. */
	char a[64], b[64];

	snprintf(a, sizeof a, "%.*g", POWERS_DIGITS, pow(base, low));
	snprintf(b, sizeof b, "%.*g", POWERS_DIGITS, pow(base, high));
	return (struct range){
	    .low = strtod(a, NULL), .high = strtod(b, NULL), .log = true};
}

/* Does a lattice of multiples of the step have low and high in it? */
static bool on_lattice(const struct range *r)
{
	double k = r->low / r->step, m = r->high / r->step;

	return fabs(k - rint(k)) < 1e-9 * fmax(1, fabs(k)) &&
	       (r->from_zero || fabs(m - rint(m)) < 1e-9 * fmax(1, fabs(m)));
}

/* low, low + step, … as a list. */
static void cells(struct our_file *t, const char *name, const struct range *r, double n,
                  const char *was)
{
	struct str out = {0};

	for (size_t i = 0; (double)i <= n; i++) {
		char text[64];

		/* 0.1 + 2 * 0.1 is 0.3 to everybody. */
		snprintf(text, sizeof text, "%.12g", r->low + (double)i * r->step);
		str_add(&out, i > 0 ? ", " : "");
		yaml_number(&out, strtod(text, NULL), r->whole);
	}
	ours_parameter(t, name, was, "{values: [%s]}", str_text(&out));
	str_free(&out);
}

bool ours_range(struct our_file *t, const char *name, const struct range *r,
                const struct node *at, const char *was)
{
	struct str out = {0};
	double n = r->step > 0 ? floor((r->high - r->low) / r->step * (1 + 1e-12)) : 0;

	if (!(r->low < r->high) && r->low != r->high)
		return ours_fails(t, at, NULL, "%s: the lower bound %g is above %g",
		                  name, r->low, r->high);
	if (r->log && !(r->low > 0))
		return ours_fails(t, at, "a log scale begins above 0",
		                  "%s: a log scale cannot begin at %g", name, r->low);
	if (r->low == r->high) {
		yaml_number(&out, r->low, r->whole);
		ours_parameter(t, name, was, "{value: %s}", str_text(&out));
		str_free(&out);
		return true;
	}
	if (r->step > 0 && !(r->whole && r->step == 1) && !r->log && !r->from_zero &&
	    !on_lattice(r) && n < CELLS_MAX) {
		cells(t, name, r, n, was);
		return true;
	}
	str_add(&out, "{");
	if (!r->whole && !(r->step > 0) && !r->log)
		str_add(&out, "distribution: uniform, ");
	str_add(&out, "min: ");
	yaml_number(&out, r->low, r->whole);
	str_add(&out, ", max: ");
	yaml_number(&out, r->high, r->whole);
	if (r->log)
		str_add(&out, ", log: true");
	if (r->step > 0 && !(r->whole && r->step == 1)) {
		str_add(&out, ", q: ");
		str_double(&out, r->step);
		if (!on_lattice(r) && r->from_zero)
			ours_note(
			    t, at,
			    "%s: %g was tried as well, being the lower bound; here "
			    "only multiples of %g are",
			    name, r->low, r->step);
		else if (!on_lattice(r))
			ours_note(t, at,
			          "%s: its steps of %g were counted from %g, here "
			          "they are multiples of %g",
			          name, r->step, r->low, r->step);
	}
	str_add(&out, "}");
	ours_parameter(t, name, was, "%s", str_text(&out));
	str_free(&out);
	return true;
}

bool ours_values(struct our_file *t, const char *name, const struct node *list,
                 const char *was)
{
	struct str out = {0};

	ours_used(t, list);
	if (list->kind != NODE_LIST || !list->n)
		return ours_fails(t, list, "as in [16, 32, 64]",
		                  "%s: a list of values was expected", name);
	for (size_t i = 0; i < list->n; i++) {
		str_add(&out, i ? ", " : "");
		yaml_node(t, &out, list->items[i]);
	}
	if (list->n == 1)
		ours_parameter(t, name, was, "{value: %s}", str_text(&out));
	else
		ours_parameter(t, name, was, "{values: [%s]}", str_text(&out));
	str_free(&out);
	return true;
}

void ours_normal(struct our_file *t, const char *name, bool log, double mu,
                 double sigma, double step, const char *was)
{
	struct str out = {0};

	str_addf(&out, "{distribution: %s%snormal, mu: ", step > 0 ? "q_" : "",
	         log ? "log_" : "");
	str_double(&out, mu);
	str_add(&out, ", sigma: ");
	str_double(&out, sigma);
	if (step > 0) {
		str_add(&out, ", q: ");
		str_double(&out, step);
	}
	str_add(&out, "}");
	ours_parameter(t, name, was, "%s", str_text(&out));
	str_free(&out);
}

/* What nobody has looked at, as comments. */
static void unused(struct our_file *t, const struct node *n, const char *path)
{
	for (size_t i = 0; n->kind != NODE_SCALAR && i < n->n; i++) {
		const struct node *m = n->items[i];
		const char *name = n->kind == NODE_MAP
		                       ? arena_printf(t->a, "%s%s%s", path,
		                                      *path ? "." : "", n->keys[i])
		                       : arena_printf(t->a, "%s[%zu]", path, i);

		if (set_has(&t->whole, (uint64_t)(uintptr_t)m))
			continue;
		if (set_has(&t->used, (uint64_t)(uintptr_t)m))
			unused(t, m, name);
		else
			ours_note(t, m, "%s: %s", name, flow(t, m));
	}
}

/* YAML ends a line at three characters more than JSON; in quotes they have escapes. */
static void escape_line_ends(struct str *out, size_t from)
{
	char *text = mem_strdup(out->s + from);

	out->len = from;
	for (const char *s = text; *s;) {
		size_t n = (unsigned char)*s < 0x80 ? 0 : line_end(s);

		if (!n) {
			str_addc(out, *s++);
			continue;
		}
		str_add(out, n == 2                        ? "\\N"
		             : (unsigned char)s[2] == 0xa8 ? "\\L"
		                                           : "\\P");
		s += n;
	}
	free(text);
}

void ours_write(struct our_file *t, const struct node *root, struct str *out)
{
	struct str said = t->notes;
	size_t from = out->len;

	const char *slash = strrchr(t->yaml->path, '/');

	str_add(out, "# From ");
	comment(out, slash ? slash + 1 : t->yaml->path);
	str_addf(out, " (%s) by hpsearch convert.\n", t->tool);
	if (t->shell) {
		str_add(out, "shell: true\ncommand: ");
		str_json(out, t->shell, strlen(t->shell), false);
		str_addc(out, '\n');
	} else if (t->words.len) {
		str_addf(out, "command: [%s]\n", str_text(&t->words));
	}
	if (t->method)
		str_addf(out, "method: %s\n", t->method);
	if (t->metric)
		str_addf(out, "metric: {%s, goal: %s}\n", t->metric,
		         t->goal ? t->goal : "minimize");
	str_add(out, str_text(&t->keys));
	str_addf(out, "parameters:\n%s", str_text(&t->parameters));
	if (said.len)
		str_addf(out, "\n# What to know:\n%s", str_text(&said));
	t->notes = (struct str){0};
	if (root)
		unused(t, root, "");
	if (t->notes.len)
		str_addf(out,
		         "\n# What has no counterpart here, as it stood there:\n%s",
		         str_text(&t->notes));
	str_free(&t->notes);
	t->notes = said;
	escape_line_ends(out, from);
}
