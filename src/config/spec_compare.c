#include "config/spec_compare.h"

#include <string.h>

static const char *const free_keys[] = {
    "parallel",   "gpus",      "runs_per_gpu", "cpus",    "memory",        "nice",
    "launcher",   "hosts",     "transfer",     "slurm",   "max_trials",    "run_cap",
    "min_trials", "budget",    "stop",         "retries", "trial_timeout", "kill_grace",
    "test",       "name",      "description",  "project", "entity",        "wandb",
    "metrics",    "artifacts", "keep",         "report",  "rate",          "backoff",
    "concurrency"};

enum { DIFFERENCES_MAX = 8 };

struct differences {
	struct str text;
	size_t n;
	struct arena *a;
};

static bool is_free(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(free_keys); i++)
		if (strcmp(key, free_keys[i]) == 0)
			return true;
	return false;
}

static void add_side(struct str *out, const struct node *n, struct arena *a)
{
	struct value v;
	size_t start = out->len;

	if (!n) {
		str_add(out, "absent");
		return;
	}
	v = node_value(n, a);
	value_json(&v, out, false);
	if (out->len - start > 60) {
		out->len = start + 57;
		out->s[out->len] = '\0';
		str_add(out, "...");
	}
}

static void differ(struct differences *d, const char *path, const struct node *was,
                   const struct node *now)
{
	if (d->n++ >= DIFFERENCES_MAX)
		return;
	str_addf(&d->text, "\n  %s: was ", path);
	add_side(&d->text, was, d->a);
	str_add(&d->text, ", now ");
	add_side(&d->text, now, d->a);
}

static void compare(struct differences *d, const char *path, const struct node *was,
                    const struct node *now, int depth);

static void compare_maps(struct differences *d, const char *path,
                         const struct node *was, const struct node *now, int depth)
{
	for (size_t i = 0; i < was->n + now->n; i++) {
		const char *key = i < was->n ? was->keys[i] : now->keys[i - was->n];
		const struct node *w = node_get(was, key), *n = node_get(now, key);

		/* Keys of both are looked at once, from the old side. */
		if ((i >= was->n && w) || (!depth && is_free(key)))
			continue;
		compare(d, arena_printf(d->a, "%s%s%s", path, *path ? "." : "", key), w,
		        n, depth + 1);
	}
}

static void compare(struct differences *d, const char *path, const struct node *was,
                    const struct node *now, int depth)
{
	struct value a, b;

	if (was && now && was->kind == NODE_MAP && now->kind == NODE_MAP) {
		compare_maps(d, path, was, now, depth);
		return;
	}
	if (was && now) {
		a = node_value(was, d->a);
		b = node_value(now, d->a);
		if (value_equal(&a, &b))
			return;
	}
	differ(d, path, was, now);
}

/* Which numbers are objectives decides about everything; what is shown is free. */
static void compare_objectives(struct differences *d, const struct spec *was,
                               const struct spec *now)
{
	bool same = was->n_objectives == now->n_objectives;

	for (size_t i = 0; same && i < was->n_objectives; i++)
		same = was->criteria[i].goal == now->criteria[i].goal &&
		       strcmp(was->criteria[i].name, now->criteria[i].name) == 0;
	if (!same)
		differ(d, "metrics", node_get(was->yaml.root, "metrics"),
		       node_get(now->yaml.root, "metrics"));
}

bool same_search(const struct spec *was, const char *was_command,
                 const struct spec *now, const char *now_command, const char *dir,
                 struct error *err)
{
	struct arena a = {0};
	struct differences d = {.a = &a};

	compare(&d, "", was->yaml.root, now->yaml.root, 0);
	if (was->n_objectives > 1 || now->n_objectives > 1)
		compare_objectives(&d, was, now);
	if (strcmp(was_command ? was_command : "", now_command ? now_command : "") !=
	    0) {
		d.n++;
		str_addf(&d.text, "\n  --command: was %s, now %s",
		         was_command ? was_command : "absent",
		         now_command ? now_command : "absent");
	}
	if (d.n > DIFFERENCES_MAX)
		str_addf(&d.text, "\n  … and %zu more", d.n - DIFFERENCES_MAX);
	if (d.n)
		error_set(
		    err, ERROR_USAGE,
		    "%s holds a search that was begun with other settings:%s\n"
		    "  help: --fresh discards it and starts over; --out DIR starts "
		    "another one; or put the old settings back to continue it",
		    dir, str_text(&d.text));
	str_free(&d.text);
	arena_free(&a);
	return !d.n;
}
