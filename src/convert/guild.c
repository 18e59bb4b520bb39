/* Guild AI: the operations of a guild.yml. One of them becomes the search: the one that
 * is named, else the first that searches. */
#include "config/scalar.h"
#include "convert/our_file.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GRID_MAX = 10000 };

static const struct node *operations(const struct node *model)
{
	return node_get(model, "operations");
}

/* An operation has a program, or steps, or flags. */
static bool is_operation(const struct node *n)
{
	return n->kind == NODE_MAP &&
	       (node_get(n, "main") || node_get(n, "exec") || node_get(n, "flags") ||
	        node_get(n, "steps") || node_get(n, "output-scalars"));
}

static bool is_guild(const struct node *root)
{
	if (root->kind == NODE_LIST)
		return root->n && (node_get(root->items[0], "model") ||
		                   node_get(root->items[0], "config") ||
		                   node_get(root->items[0], "package") ||
		                   operations(root->items[0]));
	if (root->kind != NODE_MAP || !root->n || node_get(root, "parameters"))
		return false;
	if (operations(root))
		return true;
	for (size_t i = 0; i < root->n; i++)
		if (root->items[i]->kind != NODE_MAP ||
		    (!is_operation(root->items[i]) &&
		     !(root->items[i]->n == 1 &&
		       strcmp(root->items[i]->keys[0], "description") == 0)))
			return false;
	return true;
}

/* name[a:b:c], or [a:b] → the name ("" in the second case) and up to three numbers. */
struct function {
	char name[16];
	double x[3];
	size_t n;
	bool whole;
};

static bool function(const char *text, struct function *f)
{
	const char *open = strchr(text, '['), *p;

	*f = (struct function){.whole = true};
	if (!open || (size_t)(open - text) >= sizeof f->name ||
	    text[strlen(text) - 1] != ']' || text[strspn(text, "a-z")] == '\0')
		return false;
	memcpy(f->name, text, (size_t)(open - text));
	for (p = f->name; *p; p++)
		if (!islower((unsigned char)*p))
			return false;
	for (p = open + 1; f->n < 3 && *p && *p != ']';) {
		size_t n = strcspn(p, ":]");

		if (!number_of(p, n, &f->x[f->n], &f->whole))
			return false;
		f->n++;
		p += n + (p[n] == ':');
	}
	return f->n >= 2 && *p == ']';
}

static bool searches(const struct node *value)
{
	struct function f;

	return value && (value->kind == NODE_LIST ||
	                 (value->kind == NODE_SCALAR && function(value->text, &f)));
}

static const struct node *flag_value(const struct node *flag)
{
	return flag->kind == NODE_MAP ? node_get(flag, "default") : flag;
}

static bool flags_search(const struct node *flags, bool choices)
{
	for (size_t i = 0; flags && flags->kind == NODE_MAP && i < flags->n; i++)
		if (searches(flag_value(flags->items[i])) ||
		    (choices && node_get(flags->items[i], "choices")))
			return true;
	return false;
}

/* range[1:5], linspace[0:1:5], logspace[-9:3:13]: a list. */
static bool listed(struct our_file *t, const char *name, const struct function *f,
                   const struct node *at)
{
	bool range = strcmp(f->name, "range") == 0, log = f->name[1] == 'o';
	double step = f->n > 2 ? f->x[2] : 1, n = range ? 0 : f->n > 2 ? f->x[2] : 5;
	struct str out = {0};

	if (range && step > 0)
		n = floor((f->x[1] - f->x[0]) / step * (1 + 1e-12)) + 1;
	if (!(n >= 1) || n > GRID_MAX)
		return ours_fails(t, at, NULL, "%s: %s has no values, or too many",
		                  name, at->text);
	for (size_t k = 0; (double)k < n; k++) {
		double i = (double)k;
		double x = range   ? f->x[0] + i * step
		           : n > 1 ? f->x[0] + (f->x[1] - f->x[0]) * i / (n - 1)
		                   : f->x[0];
		char text[64];

		snprintf(text, sizeof text, "%.10g", log ? pow(10, x) : x);
		str_add(&out, i > 0 ? ", " : "");
		if (range && f->whole)
			str_add(&out, text);
		else
			yaml_number(&out, strtod(text, NULL), false);
	}
	ours_parameter(t, name, at->text, "{values: [%s]}", str_text(&out));
	str_free(&out);
	return true;
}

static bool distribution(struct our_file *t, const char *name, const struct function *f,
                         const struct node *at)
{
	bool log = strcmp(f->name, "loguniform") == 0;
	struct range r = {.low = f->x[0], .high = f->x[1], .log = log};

	if (strcmp(f->name, "range") == 0 || strcmp(f->name, "linspace") == 0 ||
	    strcmp(f->name, "logspace") == 0)
		return listed(t, name, f, at);
	if (*f->name && !log && strcmp(f->name, "uniform") != 0)
		return ours_fails(t, at,
		                  "understood are [a:b], uniform, loguniform, range, "
		                  "linspace, logspace",
		                  "%s: %s is not understood", name, at->text);
	r.whole = f->whole && !log;
	/* A third number is where the search begins. */
	if (f->n > 2 && f->x[2] >= r.low && f->x[2] <= r.high) {
		struct str preset = {0};

		yaml_number(&preset, f->x[2], r.whole);
		t->preset = arena_strdup(t->a, str_text(&preset));
		str_free(&preset);
	}
	return ours_range(t, name, &r, at, at->text);
}

/* A flag of the operation, or what a step says of it instead. */
static bool flag(struct our_file *t, const char *name, const struct node *def,
                 const struct node *given)
{
	const struct node *choices = def ? node_get(def, "choices") : NULL;
	const struct node *value = given ? given : def ? flag_value(def) : NULL;
	struct function f;

	ours_used(t, def);
	ours_used(t, given);
	if (value && value->kind == NODE_LIST)
		return ours_values(t, name, value, NULL);
	if (value && value->kind == NODE_SCALAR && function(value->text, &f))
		return distribution(t, name, &f, value);
	if (!given && choices && choices->kind == NODE_LIST && choices->n > 1) {
		struct str out = {0};

		for (size_t i = 0; i < choices->n; i++) {
			const struct node *c = choices->items[i];
			const struct node *v = node_get(c, "value");

			str_add(&out, i ? ", " : "");
			yaml_node(t, &out, v ? v : c);
		}
		if (value && value->kind == NODE_SCALAR &&
		    value->value.kind != VALUE_NULL)
			t->preset = flow(t, value);
		ours_parameter(t, name, "its choices", "{values: [%s]}",
		               str_text(&out));
		str_free(&out);
		return true;
	}
	if (!value || (value->kind == NODE_SCALAR && value->value.kind == VALUE_NULL)) {
		if (def)
			ours_note(t, def, "flag %s has no value: it is not passed",
			          name);
		return true;
	}
	ours_constant(t, name, NULL, flow(t, value));
	return true;
}

/* The words of the command: the flags in the place of ${flag_args}, --name value. */
static void flag_words(struct our_file *t, const struct node *op,
                       const struct node *step)
{
	const struct node *sets[] = {node_get(op, "flags"), node_get(step, "flags")};

	for (size_t k = 0; k < ARRAY_LEN(sets); k++)
		for (size_t i = 0;
		     sets[k] && sets[k]->kind == NODE_MAP && i < sets[k]->n; i++) {
			const char *name = sets[k]->keys[i];
			const struct node *own =
			    node_get(sets[k]->items[i], "arg-name");

			if (!ours_has(t, name) || (k && node_get(sets[0], name)))
				continue;
			ours_word(t, arena_printf(t->a, "--%s",
			                          own && own->kind == NODE_SCALAR
			                              ? own->text
			                              : name));
			ours_word(t, arena_printf(t->a, "${param:%s}", name));
		}
}

static void command(struct our_file *t, const struct node *op, const char *name,
                    const struct node *step)
{
	static const char flags[] = "${flag_args}";
	const char *exec = take_text(t, op, "exec"), *at;
	const char *module = take_text(t, op, "main");
	const struct node *dest = node_get(op, "flags-dest");

	if (exec) {
		at = strstr(exec, flags);
		ours_command(t, arena_strndup(t->a, exec,
		                              at ? (size_t)(at - exec) : strlen(exec)));
		if (at)
			flag_words(t, op, step);
		if (at && at[sizeof flags - 1] && !t->shell)
			ours_command(t, at + sizeof flags - 1);
		return;
	}
	if (!module && strlen(name) > 2 && (strstr(name, ".py") || strstr(name, ".R")))
		module = name;
	if (!module) {
		ours_placeholder(t, "python3 main.py",
		                 "the operation names none; write yours");
	} else if (strstr(module, ".py")) {
		ours_command(t, arena_printf(t->a, "python3 %s", module));
	} else if (strstr(module, ".R")) {
		ours_command(t, arena_printf(t->a, "Rscript %s", module));
	} else {
		ours_command(t, arena_printf(t->a, "python3 -m %s", module));
	}
	flag_words(t, op, step);
	if (node_is(dest, "globals") || (dest == NULL && module && exec == NULL))
		ours_note(t, op,
		          "Guild can set a script's global variables; here the script "
		          "must read its flags (argparse)");
}

/* output-scalars: name: 'regex with (\value)'; (\step) is the step. */
static const char *pattern(struct our_file *t, const char *text)
{
	struct str out = {0};
	const char *kept;

	for (const char *s = text; *s; s++) {
		if (strncmp(s, "\\value", 6) == 0 || strncmp(s, "\\step", 5) == 0) {
			bool step = s[1] == 's';

			str_add(&out, step ? "[0-9]+" : "[-+.0-9a-zA-Z]+");
			s += step ? 4 : 5;
		} else if (s[0] == '\\' &&
		           (s[1] == 'd' || s[1] == 's' || s[1] == 'S' || s[1] == 'w')) {
			/* Python's classes as POSIX has them. */
			str_add(&out, s[1] == 'd'   ? "[0-9]"
			              : s[1] == 's' ? "[[:space:]]"
			              : s[1] == 'S' ? "[^[:space:]]"
			                            : "[[:alnum:]_]");
			s++;
		} else {
			str_addc(&out, *s);
		}
	}
	kept = arena_strdup(t->a, str_text(&out));
	str_free(&out);
	return kept;
}

static void metric(struct our_file *t, const struct node *op, const struct node *step)
{
	const struct node *scalars = take(t, op, "output-scalars"), *n;
	const char *name = take_text(t, step, "maximize"), *with_step = NULL;
	const char *text = NULL;
	struct str out = {0};

	if (name)
		t->goal = "maximize";
	else
		name = take_text(t, step, "minimize");
	n = take(t, op, "objective");
	if (!name && n && n->kind == NODE_SCALAR)
		name = n->text;
	if (!name && n && take_text(t, n, "maximize")) {
		name = take_text(t, n, "maximize");
		t->goal = "maximize";
	}
	if (!name && n)
		name = take_text(t, n, "minimize");
	ours_used(t, scalars);
	for (size_t i = 0; scalars && scalars->kind == NODE_MAP && i < scalars->n;
	     i++) {
		if (scalars->items[i]->kind != NODE_SCALAR)
			continue;
		if (strcmp(scalars->keys[i], "step") == 0) {
			with_step = scalars->items[i]->text;
			continue;
		}
		if (!name) {
			name = scalars->keys[i];
			ours_note(
			    t, scalars->items[i],
			    "the file names no objective: %s is the first that it "
			    "reads",
			    name);
			if (strcasestr(name, "acc") || strcasestr(name, "auc") ||
			    strcasestr(name, "f1") || strcasestr(name, "score"))
				t->goal = "maximize";
		}
		if (strcmp(scalars->keys[i], name) == 0)
			text = scalars->items[i]->text;
	}
	if (!name) {
		name = "loss";
		ours_note(t, op,
		          "the operation names no metric: loss is what Guild would "
		          "minimize");
	}
	if (text) {
		str_add(&out, ", pattern: ");
		text = pattern(t, text);
		str_json(&out, text, strlen(text), false);
	}
	if (text && with_step) {
		str_add(&out, ", step_pattern: ");
		text = pattern(t, with_step);
		str_json(&out, text, strlen(text), false);
	}
	ours_metric(t, name, str_text(&out));
	str_free(&out);
}

static const char *method(struct our_file *t, const struct node *step,
                          const struct node *op, const struct node *flags)
{
	const struct node *o = take(t, step, "optimizer");
	const char *name;
	struct function f;

	if (!o)
		o = take(t, op, "optimizer");
	name = o && o->kind == NODE_SCALAR ? o->text : NULL;
	if (name && strstr(name, "random"))
		return "random";
	if (name && strstr(name, "grid"))
		return "grid";
	if (name && strcmp(name, "gp") != 0)
		ours_note(t, o, "%s: a Gaussian process proposes instead", name);
	if (name)
		return "bayes";
	/* Without an optimizer Guild tries all of lists, and draws from ranges. */
	for (size_t i = 0; flags && flags->kind == NODE_MAP && i < flags->n; i++) {
		const struct node *v = flag_value(flags->items[i]);

		if (v && v->kind == NODE_SCALAR && function(v->text, &f) &&
		    strcmp(f.name, "range") != 0 && strcmp(f.name, "linspace") != 0 &&
		    strcmp(f.name, "logspace") != 0)
			return "random";
	}
	return "grid";
}

static bool from_operation(struct our_file *t, const char *name, const struct node *op,
                           const struct node *step)
{
	const struct node *flags = take(t, op, "flags"),
			  *given = take(t, step, "flags"), *n;

	t->method = method(t, step, op, given ? given : flags);
	metric(t, op, step);
	for (size_t i = 0; flags && flags->kind == NODE_MAP && i < flags->n; i++)
		if (*flags->keys[i] != '$' && !flag(t, flags->keys[i], flags->items[i],
		                                    node_get(given, flags->keys[i])))
			return false;
	for (size_t i = 0; given && given->kind == NODE_MAP && i < given->n; i++)
		if (!node_get(flags, given->keys[i]) &&
		    !flag(t, given->keys[i], NULL, given->items[i]))
			return false;
	command(t, op, name, step);
	n = take(t, step, "max-trials");
	ours_count(t, "max_trials", n ? n : take(t, op, "max-trials"));
	take(t, step, "run");
	take(t, step, "tag");
	return true;
}

/* One step that runs an operation with values to search: the search, and what it runs.
 */
static const struct node *search_step(const struct node *op)
{
	const struct node *steps = node_get(op, "steps");
	const struct node *s =
	    steps && steps->kind == NODE_LIST && steps->n == 1 ? steps->items[0] : NULL;

	return s && node_get(s, "run") && flags_search(node_get(s, "flags"), false)
	           ? s
	           : NULL;
}

/* The operation to take: the one named; else one whose only step searches; else one
 * whose flags do; else one with choices. */
static size_t pick(const struct node *ops, const char *name)
{
	for (size_t k = 0; !name && k < 3; k++)
		for (size_t i = 0; i < ops->n; i++)
			if (k == 0 ? search_step(ops->items[i]) != NULL
			           : flags_search(node_get(ops->items[i], "flags"),
			                          k == 2))
				return i;
	for (size_t i = 0; name && i < ops->n; i++)
		if (strcmp(ops->keys[i], name) == 0)
			return i;
	return SIZE_MAX;
}

static bool convert_operations(struct our_file *t, const struct node *ops)
{
	const char *name = t->options->operation;
	size_t i = pick(ops, name);
	const struct node *step, *op;

	if (i == SIZE_MAX && name)
		return ours_fails(t, ops, NULL, "there is no operation %s", name);
	if (i == SIZE_MAX)
		return ours_fails(
		    t, ops, "a flag with a list, [a:b], loguniform[a:b] or choices",
		    "no operation of this file has a flag with several values");
	op = ops->items[i];
	ours_open(t, op);
	name = ops->keys[i];
	step = search_step(op);
	if (step) {
		size_t run;

		ours_used(t, node_get(step, "run"));
		ours_open(t, node_get(op, "steps"));
		ours_open(t, step);
		run = pick(ops, node_get(step, "run")->text);
		if (run == SIZE_MAX)
			return ours_fails(t, step, NULL, "there is no operation %s",
			                  node_get(step, "run")->text);
		op = ops->items[run];
		name = ops->keys[run];
		ours_open(t, op);
	} else if (node_get(op, "steps")) {
		return ours_fails(t, node_get(op, "steps"),
		                  "convert the operation that its steps run",
		                  "operation %s has several steps: one search has one",
		                  name);
	}
	for (size_t k = 0; k < ops->n; k++) {
		if (ops->items[k] == op || k == i)
			continue;
		ours_used(t, ops->items[k]);
		ours_note(t, ops->items[k],
		          "operation %s is another: --operation %s converts it",
		          ops->keys[k], ops->keys[k]);
	}
	return from_operation(t, name, op, step);
}

static bool convert(struct our_file *t, const struct node *root)
{
	const struct node *model = root, *ops;

	for (size_t i = 0; root->kind == NODE_LIST && i < root->n; i++)
		if (operations(root->items[i])) {
			model = root->items[i];
			ours_open(t, model);
			break;
		}
	ops = take(t, model, "operations");
	if (!ops)
		ops = root->kind == NODE_MAP ? root : NULL;
	if (!ops || ops->kind != NODE_MAP)
		return ours_fails(t, root, NULL, "no operations are in this file");
	return convert_operations(t, ops);
}

const struct format format_guild = {"Guild AI", is_guild, convert};
