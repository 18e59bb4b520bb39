/* Hydra: the Optuna sweeper (params: with override texts; the older search_space:), and
 * Hydra's basic sweeper, whose params are a grid. */
#include "config/scalar.h"
#include "convert/our_file.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGS_MAX = 1000, DEPTH_MAX = 8 };

/* The block with the search in it: hydra.sweeper, in a file of a package also without
 * one or both of the names. */
static const struct node *sweeper_of(const struct node *root)
{
	const struct node *h = node_get(root, "hydra");
	const struct node *s = node_get(h ? h : root, "sweeper");
	const struct node *target = node_get(root, "_target_");

	if (s && (node_get(s, "params") || node_get(s, "search_space")))
		return s;
	if (target && target->kind == NODE_SCALAR &&
	    strstr(target->text, "hydra_plugins") && node_get(root, "params"))
		return root;
	return NULL;
}

static bool is_hydra(const struct node *root)
{
	return sweeper_of(root) != NULL;
}

/* Python's quotes and blanks around a word come off; *quoted says whether there were
 * any. */
static const char *trim(struct our_file *t, const char *s, size_t n, bool *quoted)
{
	while (n && isspace((unsigned char)*s)) {
		s++;
		n--;
	}
	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	*quoted = n > 1 && (*s == '\'' || *s == '"') && s[n - 1] == *s;
	return *quoted ? arena_strndup(t->a, s + 1, n - 2) : arena_strndup(t->a, s, n);
}

struct call {
	const char *name; /* "" for a bare list a,b,c */
	const char *args[ARGS_MAX];
	bool quoted[ARGS_MAX];
	size_t n;
};

/* Commas that stand in no quotes and no brackets part the arguments. False: too many,
 * or brackets that do not close. */
static bool split(struct our_file *t, const char *s, size_t n, struct call *c)
{
	int depth = 0;
	char quote = 0;
	size_t from = 0;

	c->n = 0;
	for (size_t i = 0; i <= n; i++) {
		char ch = i < n ? s[i] : ',';

		if (quote && i < n) {
			quote = ch == quote ? 0 : quote;
			continue;
		}
		if (ch == '\'' || ch == '"')
			quote = ch;
		else if (strchr("([{", ch))
			depth++;
		else if (strchr(")]}", ch))
			depth--;
		if (ch != ',' || (depth && i < n))
			continue;
		if (c->n == ARGS_MAX || (i == n && (depth || quote)))
			return false;
		c->args[c->n] = trim(t, s + from, i - from, &c->quoted[c->n]);
		c->n++;
		from = i + 1;
	}
	return true;
}

/* name(args), or a bare list, or one word. */
static bool read_call(struct our_file *t, const char *text, struct call *c)
{
	bool quoted;
	size_t n, name;

	text = trim(t, text, strlen(text), &quoted);
	n = strlen(text);
	name = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
	c->name = "";
	if (quoted || !name || text[name] != '(' || text[n - 1] != ')')
		return split(t, text, n, c);
	c->name = arena_strndup(t->a, text, name);
	return split(t, text + name + 1, n - name - 2, c);
}

/* "start=0" → 0: what range and interval take by name as well. */
static const char *argument(const struct call *c, size_t i, const char *name)
{
	size_t n = strlen(name), at = 0;

	for (size_t j = 0; j < c->n; j++)
		if (strncmp(c->args[j], name, n) == 0 && c->args[j][n] == '=')
			return c->args[j] + n + 1;
	for (size_t j = 0; j < c->n; j++)
		if (!strchr(c->args[j], '=') && at++ == i)
			return c->args[j];
	return NULL;
}

static bool number(const char *text, double *out, bool *whole)
{
	return text && number_of(text, strlen(text), out, whole);
}

struct element {
	const char *name;
	const struct node *at;
	const char *was;
	bool log, integer, floating, text, grid;
};

static bool wrong(struct our_file *t, const struct element *e)
{
	return ours_fails(t, e->at,
	                  "understood are choice(a, b), range(1, 10, step=1), "
	                  "interval(0, 1), tag(log, …), int(…), a list a,b,c, a value",
	                  "%s: %s is not understood", e->name, e->was);
}

static bool choice(struct our_file *t, const struct element *e, const struct call *c)
{
	struct str out = {0};

	for (size_t i = 0; i < c->n; i++) {
		struct value v = {.kind = VALUE_STRING};
		bool yes_no;

		str_add(&out, i ? ", " : "");
		if (!c->quoted[i] && !e->text)
			scalar_plain(c->args[i], &v, &yes_no);
		if (v.kind == VALUE_STRING || v.kind == VALUE_NULL)
			yaml_string(&out, c->args[i]);
		else
			str_add(&out, c->args[i]);
	}
	ours_parameter(t, e->name, NULL, c->n > 1 ? "{values: [%s]}" : "{value: %s}",
	               str_text(&out));
	str_free(&out);
	return true;
}

static bool range(struct our_file *t, const struct element *e, const struct call *c)
{
	bool one = c->n == 1 && !strchr(c->args[0], '=');
	struct range r = {.whole = true, .step = 1};
	const char *step = argument(c, 2, "step");
	const char *start = one ? "0" : argument(c, 0, "start");
	const char *stop = one ? c->args[0] : argument(c, 1, "stop");

	if (!number(start ? start : "0", &r.low, &r.whole) ||
	    !number(stop, &r.high, &r.whole) ||
	    (step && !number(step, &r.step, &r.whole)) || !(r.step > 0))
		return wrong(t, e);
	if (e->floating)
		r.whole = false;
	/* Python's range leaves stop out, and so does the grid; Optuna's samplers take
	 * it for the upper bound. */
	if (e->grid)
		r.high = r.low +
		         r.step * (ceil((r.high - r.low) / r.step * (1 - 1e-12)) - 1);
	else
		r.high =
		    r.low + r.step * floor((r.high - r.low) / r.step * (1 + 1e-12));
	r.log = e->log;
	return ours_range(t, e->name, &r, e->at, e->was);
}

static bool interval(struct our_file *t, const struct element *e, const struct call *c)
{
	struct range r = {.log = e->log};

	if (!number(argument(c, 0, "start"), &r.low, &r.whole) ||
	    !number(argument(c, 1, "end"), &r.high, &r.whole))
		return wrong(t, e);
	r.whole = e->integer;
	if (e->grid)
		return ours_fails(t, e->at, NULL,
		                  "%s: a grid cannot go over an interval", e->name);
	return ours_range(t, e->name, &r, e->at, NULL);
}

static bool element(struct our_file *t, struct element *e, const char *text, int depth)
{
	struct call *c = arena_new(t->a, 1, sizeof *c);

	if (depth == DEPTH_MAX || !read_call(t, text, c))
		return wrong(t, e);
	if (strcmp(c->name, "tag") == 0) {
		for (size_t i = 0; i + 1 < c->n; i++) {
			if (strcmp(c->args[i], "log") == 0)
				e->log = true;
			else
				ours_note(t, e->at, "%s: tag %s", e->name, c->args[i]);
		}
		return c->n ? element(t, e, c->args[c->n - 1], depth + 1) : wrong(t, e);
	}
	if (strcmp(c->name, "int") == 0 || strcmp(c->name, "float") == 0 ||
	    strcmp(c->name, "str") == 0 || strcmp(c->name, "bool") == 0 ||
	    strcmp(c->name, "shuffle") == 0 || strcmp(c->name, "sort") == 0) {
		e->integer |= *c->name == 'i';
		e->floating |= *c->name == 'f';
		e->text |= strcmp(c->name, "str") == 0;
		if (c->n != 1) {
			c->name = "";
			return choice(t, e, c);
		}
		return element(t, e, c->args[0], depth + 1);
	}
	if (strcmp(c->name, "range") == 0)
		return range(t, e, c);
	if (strcmp(c->name, "interval") == 0)
		return interval(t, e, c);
	if (*c->name && strcmp(c->name, "choice") != 0)
		return wrong(t, e);
	if (!c->n)
		return wrong(t, e);
	return choice(t, e, c);
}

/* search_space: {x: {type: float, low: 0, high: 1, step, log}}. */
static bool old_entry(struct our_file *t, const char *name, const struct node *map)
{
	const char *type = take_text(t, map, "type");
	const struct node *choices = take(t, map, "choices"),
			  *log = take(t, map, "log");
	struct range r = {.whole = type && strcmp(type, "int") == 0};

	if (choices)
		return ours_values(t, name, choices, NULL);
	if (!take_number(t, map, "low", &r.low) ||
	    !take_number(t, map, "high", &r.high))
		return ours_fails(t, map, NULL,
		                  "%s: low and high, or choices, were expected", name);
	take_number(t, map, "step", &r.step);
	r.log = log && log->value.kind == VALUE_BOOL && log->value.boolean;
	return ours_range(t, name, &r, map, NULL);
}

/* +a.b, ++a.b, a.b@pkg: how Hydra is to take the key. */
struct prefixes {
	size_t plain, append, override;
};

static const char *key_name(const char *key, struct prefixes *p)
{
	size_t n = strspn(key, "+");

	*(n == 0 ? &p->plain : n == 1 ? &p->append : &p->override) += 1;
	return key + n;
}

static bool parameters(struct our_file *t, const struct node *map, bool grid,
                       struct prefixes *p)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct node *n = map->items[i];
		struct element e = {.at = n, .grid = grid};

		if (*map->keys[i] == '~')
			continue;
		e.name = key_name(map->keys[i], p);
		ours_open(t, n);
		if (n->kind == NODE_LIST) {
			if (!ours_values(t, e.name, n, NULL))
				return false;
			continue;
		}
		if (n->kind == NODE_MAP) {
			if (!old_entry(t, e.name, n))
				return false;
			continue;
		}
		e.was = n->text;
		if (n->value.kind != VALUE_STRING || n->quoted) {
			struct str out = {0};

			if (strpbrk(n->text, "(,")) {
				if (!element(t, &e, n->text, 0))
					return false;
				continue;
			}
			yaml_scalar(&out, n);
			ours_parameter(t, e.name, NULL, "{value: %s}", str_text(&out));
			str_free(&out);
		} else if (!element(t, &e, n->text, 0)) {
			return false;
		}
	}
	return true;
}

/* "- override hydra/sweeper/sampler: tpe" in the list of defaults. */
static const char *default_of(const struct node *root, const char *what)
{
	const struct node *list = node_get(root, "defaults");

	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		const struct node *d = list->items[i];

		for (size_t k = 0; d->kind == NODE_MAP && k < d->n; k++)
			if (strstr(d->keys[k], what) &&
			    d->items[k]->kind == NODE_SCALAR &&
			    strlen(strstr(d->keys[k], what)) == strlen(what))
				return d->items[k]->text;
	}
	return NULL;
}

static const char *method(struct our_file *t, const struct node *root,
                          const struct node *sweeper)
{
	const struct node *s = take(t, sweeper, "sampler");
	const char *name =
	    s && s->kind == NODE_MAP ? take_text(t, s, "_target_") : NULL;
	double seed;

	if (s && take_number(t, s, "seed", &seed) && seed >= 0)
		ours_key(t, "seed", "%.0f", seed);
	if (!name)
		name = default_of(root, "hydra/sweeper/sampler");
	if (name && strcasestr(name, "grid"))
		return "grid";
	if (name && strcasestr(name, "random"))
		return "random";
	if (name && strcasestr(name, "qmc"))
		return "sobol";
	if (name)
		ours_note(t, s, "sampler %s: a Gaussian process proposes instead",
		          name);
	return "bayes";
}

static bool is_optuna(const struct node *root, const struct node *sweeper)
{
	const char *name = default_of(root, "hydra/sweeper");
	const struct node *target = node_get(sweeper, "_target_");

	return (name && strcmp(name, "optuna") == 0) ||
	       (target && target->kind == NODE_SCALAR &&
	        strcasestr(target->text, "optuna")) ||
	       node_get(sweeper, "n_trials") || node_get(sweeper, "sampler") ||
	       node_get(sweeper, "search_space") || node_get(sweeper, "study_name");
}

static void goal(struct our_file *t, const struct node *root,
                 const struct node *sweeper)
{
	const struct node *d = take(t, sweeper, "direction");
	const char *name = take_text(t, root, "optimized_metric");

	ours_used(t, d);
	if (d && d->kind == NODE_LIST) {
		ours_note(t, d, "several objectives: only the first is taken over");
		d = d->n ? d->items[0] : NULL;
	}
	t->goal = node_is(d, "maximize") ? "maximize" : "minimize";
	ours_metric(t, name ? name : "objective", NULL);
	ours_note(
	    t, NULL,
	    "The value that the task function returns is seen by nobody outside: let "
	    "it print {\"%s\": value} as a line too.",
	    name ? name : "objective");
}

static void command(struct our_file *t, const struct prefixes *p)
{
	const char *args =
	    p->append && !p->plain && !p->override   ? "${args_append_hydra}"
	    : p->override && !p->plain && !p->append ? "${args_override_hydra}"
						     : "${args_no_hyphens}";

	if ((p->append || p->override) && strcmp(args, "${args_no_hyphens}") == 0) {
		ours_note(
		    t, NULL,
		    "some keys were written with + and some without: with ++ in all "
		    "of them Hydra takes both");
		args = "${args_override_hydra}";
	}
	ours_placeholder(t, arena_printf(t->a, "python3 main.py %s", args),
	                 "the file does not name its script; write yours for main.py");
}

/* What the application itself reads of the file. */
static void own_keys(struct our_file *t, const struct node *root)
{
	struct str names = {0};

	for (size_t i = 0; node_get(root, "hydra") && i < root->n; i++) {
		if (set_has(&t->used, (uint64_t)(uintptr_t)root->items[i]) ||
		    strcmp(root->keys[i], "hydra") == 0)
			continue;
		ours_used(t, root->items[i]);
		str_addf(&names, "%s%s", names.len ? ", " : "", root->keys[i]);
	}
	if (names.len)
		ours_note(t, root,
		          "%s: the application's own, which Hydra goes on reading",
		          str_text(&names));
	str_free(&names);
}

static bool convert(struct our_file *t, const struct node *root)
{
	const struct node *s = sweeper_of(root), *hydra = take(t, root, "hydra");
	const struct node *params = take(t, s, "params"),
			  *old = take(t, s, "search_space");
	struct prefixes p = {0};
	bool optuna = is_optuna(root, s);
	const struct node *own;

	take(t, hydra ? hydra : root, "sweeper");
	take(t, s, "_target_");
	take(t, hydra, "mode");
	ours_used(t, take(t, root, "defaults"));
	own = node_get(s, "custom_search_space");
	ours_used(t, own);
	if (own)
		ours_note(t, own, "%s adds to the space by code, which only Hydra runs",
		          flow(t, own));
	t->method = optuna ? method(t, root, s) : "grid";
	goal(t, root, s);
	if (optuna) {
		const struct node *n = take(t, s, "n_trials");

		if (n)
			ours_count(t, "max_trials", n);
		else if (strcmp(t->method, "grid") != 0)
			ours_key(t, "max_trials", "20"); /* the sweeper's own */
		n = take(t, s, "n_jobs");
		if (n)
			ours_count(t, "parallel", n);
		else
			ours_key(t, "parallel", "2"); /* the sweeper's own */
	}
	if (params && params->kind == NODE_MAP &&
	    !parameters(t, params, strcmp(t->method, "grid") == 0, &p))
		return false;
	if (old && old->kind == NODE_MAP && !parameters(t, old, false, &p))
		return false;
	command(t, &p);
	own_keys(t, root);
	return true;
}

const struct format format_hydra = {"Hydra", is_hydra, convert};
