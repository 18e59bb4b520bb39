/* The top-level keys: a table of readers, the keys of W&B's server, and those that
 * nobody knows. */
#include "config/dialect.h"
#include "config/points.h"
#include "config/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_MAX = 20, RETRIES_MAX = 100 };

static bool key_name(struct reading *r, const struct node *n)
{
	return read_string(r, n, "name", &r->spec->name);
}

static bool key_description(struct reading *r, const struct node *n)
{
	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_NULL)
		return true;
	return read_string(r, n, "description", &r->spec->description);
}

static bool key_program(struct reading *r, const struct node *n)
{
	return read_string(r, n, "program", &r->spec->program);
}

static bool key_command(struct reading *r, const struct node *n)
{
	return spec_read_command(r, n, "command", r->spec->command.shell,
	                         &r->spec->command);
}

static bool key_shell(struct reading *r, const struct node *n)
{
	return read_bool(r, n, "shell", &r->spec->command.shell);
}

/* Up to 2^64 - 1: as a text where a YAML integer ends. */
static bool key_seed(struct reading *r, const struct node *n)
{
	uint64_t x = 0;
	const char *s =
	    n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING ? n->text : "";

	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_INT &&
	    n->value.integer >= 0) {
		r->spec->seed = (uint64_t)n->value.integer;
		return true;
	}
	for (; isdigit((unsigned char)*s); s++)
		if (__builtin_mul_overflow(x, 10, &x) ||
		    __builtin_add_overflow(x, (uint64_t)(*s - '0'), &x))
			break;
	if (n->kind != NODE_SCALAR || *s || !isdigit((unsigned char)*n->text))
		return read_fails(r, n->at, NULL,
		                  "seed must be a whole number from 0 to 2^64 - 1");
	r->spec->seed = x;
	return true;
}

static bool key_parallel(struct reading *r, const struct node *n)
{
	r->spec->parallel_given = true;
	return read_size(r, n, "parallel", 1, PARALLEL_MAX, &r->spec->parallel);
}

static bool key_trial_timeout(struct reading *r, const struct node *n)
{
	return read_duration(r, n, "trial_timeout", &r->spec->trial_timeout);
}

static bool key_kill_grace(struct reading *r, const struct node *n)
{
	return read_duration(r, n, "kill_grace", &r->spec->kill_grace);
}

static bool key_retries(struct reading *r, const struct node *n)
{
	return read_size(r, n, "retries", 0, RETRIES_MAX, &r->spec->retries);
}

static bool key_shuffle(struct reading *r, const struct node *n)
{
	if (r->spec->method != METHOD_GRID)
		read_note(r, false, n->at, "shuffle means nothing to method: %s",
		          r->spec->method_word);
	return read_bool(r, n, "shuffle", &r->spec->shuffle);
}

static bool key_report(struct reading *r, const struct node *n)
{
	return read_bool(r, n, "report", &r->spec->report);
}

static bool key_deterministic(struct reading *r, const struct node *n)
{
	return read_bool(r, n, "deterministic", &r->spec->deterministic);
}

static bool key_deterministic_training(struct reading *r, const struct node *n)
{
	struct spec *s = r->spec;

	if (!read_bool(r, n, "deterministic_training", &s->deterministic_training))
		return false;
	if (s->deterministic_training && s->repeats > 1) {
		read_note(
		    r, true, n->at,
		    "the training is deterministic, so repeats would be identical: "
		    "none are run");
		s->repeats = s->repeats_least = 1;
	}
	return true;
}

static bool key_warm_start(struct reading *r, const struct node *n)
{
	size_t count = n->kind == NODE_LIST ? n->n : 1;
	const char **paths = arena_new(r->a, count, sizeof *paths);

	if (n->kind == NODE_MAP || !count || count > WARM_MAX)
		return read_fails(r, n->at, "as in warm_start: [old/results.json]",
		                  "warm_start must be a list of at most %d results "
		                  "files",
		                  WARM_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct node *item = n->kind == NODE_LIST ? n->items[i] : n;

		if (!read_string(r, item, "a file of warm_start", &paths[i]))
			return false;
		if (!*paths[i])
			return read_fails(r, item->at, NULL,
			                  "a file of warm_start has no name");
	}
	if (!r->spec->metric.name)
		return read_fails(r, n->at,
		                  "as in metric: {name: val_loss, goal: minimize}",
		                  "warm_start needs a metric");
	if (r->spec->method == METHOD_GRID || r->spec->method == METHOD_LIST)
		return read_fails(r, n->at, "method: bayes learns from them",
		                  "a grid is tried as it is written; warm_start has no "
		                  "say in it");
	r->spec->warm = paths;
	r->spec->n_warm = count;
	return true;
}

/* The command takes no parameters on its line, and that is meant. */
static bool key_args(struct reading *r, const struct node *n)
{
	r->spec->no_args = n->kind == NODE_SCALAR && strcmp(n->text, "none") == 0;
	if (r->spec->no_args || r->recorded)
		return true;
	return read_fails(r, n->at,
	                  "write args: none where the command takes no parameters on "
	                  "its line; else put ${args} into the command",
	                  "args can only be none");
}

static bool key_accept_nonzero(struct reading *r, const struct node *n)
{
	return read_bool(r, n, "accept_nonzero", &r->spec->accept_nonzero);
}

/* Read with the parameters, which must be there for it: zip.c, spec_scale.c. */
static bool key_elsewhere(struct reading *r, const struct node *n)
{
	(void)r;
	(void)n;
	return true;
}

/* Keys that W&B's server needs and a search on this machine does not. */
static bool key_unused(struct reading *r, const struct node *n)
{
	(void)r;
	(void)n;
	return true;
}

/* In the order in which they are read: what others build on comes first. */
static const struct {
	const char *name;
	bool (*read)(struct reading *r, const struct node *n);
} top_keys[] = {
    {"name", key_name},
    {"description", key_description},
    {"method", spec_read_method},
    {"metric", spec_read_metric},
    {"metrics", spec_read_metrics},
    {"limits", spec_read_limits},
    {"items", spec_read_items},
    {"artifacts", spec_read_artifacts},
    {"keep", spec_read_keep},
    {"points", spec_read_points},
    {"parameters", spec_read_parameters},
    {"zip", key_elsewhere},
    {"constraints", spec_read_constraints},
    {"program", key_program},
    {"shell", key_shell},
    {"args", key_args},
    {"command", key_command},
    {"config", spec_read_config},
    {"seed", key_seed},
    {"repeats", spec_read_repeats},
    {"gpus", spec_read_gpus},
    {"runs_per_gpu", spec_read_runs_per_gpu},
    {"cpus", spec_read_cpus},
    {"memory", spec_read_memory},
    {"nice", spec_read_nice},
    {"hosts", spec_read_hosts},
    {"launcher", spec_read_launcher},
    {"transfer", spec_read_transfer},
    {"parallel", key_parallel},
    {"concurrency", spec_read_concurrency},
    {"rate", spec_read_rate},
    {"backoff", spec_read_backoff},
    {"slurm", spec_read_slurm},
    {"max_trials", spec_read_max_trials},
    {"run_cap", spec_read_run_cap},
    {"min_trials", spec_read_min_trials},
    {"budget", spec_read_budget},
    {"stop", spec_read_stop},
    {"trial_timeout", key_trial_timeout},
    {"kill_grace", key_kill_grace},
    {"retries", key_retries},
    {"shuffle", key_shuffle},
    {"deterministic", key_deterministic},
    {"deterministic_training", key_deterministic_training},
    {"accept_nonzero", key_accept_nonzero},
    {"warm_start", key_warm_start},
    {"wandb", spec_read_wandb},
    {"protocol", spec_read_protocol},
    {"env", spec_read_env},
    {"early_terminate", spec_read_early},
    {"pbt", spec_read_pbt},
    {"test", spec_read_test},
    {"scale", key_elsewhere},
    {"report", key_report},
    {"project", key_unused},
    {"entity", key_unused},
    {"apiVersion", key_unused},
    {"kind", key_unused},
    {"job", key_unused},
    {"image_uri", key_unused},
    {"controller", key_unused},
    {"scheduler", key_unused},
    {"settings", key_unused},
};

/* Can b be made from a by at most `edits` insertions, deletions, replacements and swaps
 * of neighbours? */
static bool within(const char *a, const char *b, int edits)
{
	while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
		a++;
		b++;
	}
	if (!*a && !*b)
		return true;
	if (!edits)
		return false;
	if (*a && *b && a[1] == *b && *a == b[1] && within(a + 2, b + 2, edits - 1))
		return true;
	return (*a && *b && within(a + 1, b + 1, edits - 1)) ||
	       (*a && within(a + 1, b, edits - 1)) ||
	       (*b && within(a, b + 1, edits - 1));
}

/* The known key that this one must be a slip of: stricter than str_nearest, because a
 * key of somebody else's must not stop a search. */
static const char *slip_of(const char *key)
{
	size_t len = strlen(key);

	for (size_t k = 0; k < ARRAY_LEN(top_keys); k++)
		if (within(key, top_keys[k].name, len < 5 ? 1 : len < 9 ? 2 : 3))
			return top_keys[k].name;
	return NULL;
}

/* metric:{name: loss}: a key that is known up to its colon. */
static const char *key_before_colon(const char *key)
{
	size_t n = strcspn(key, ":");

	for (size_t k = 0; key[n] && k < ARRAY_LEN(top_keys); k++)
		if (strlen(top_keys[k].name) == n &&
		    strncmp(key, top_keys[k].name, n) == 0)
			return top_keys[k].name;
	return NULL;
}

/* min and max, or a list of values: a parameter that lost its indentation. */
static bool looks_like_parameter(const struct node *n)
{
	return n->kind == NODE_MAP && (node_get(n, "values") || node_get(n, "min") ||
	                               node_get(n, "distribution"));
}

/* --set of a key that is not there. */
static bool set_fails(struct reading *r, const char *key, const char *slip)
{
	const struct node *map = node_get(r->spec->yaml.root, "parameters");
	bool parameter = map && map->kind == NODE_MAP && node_get(map, key);

	return error_set(
	    r->err, ERROR_USAGE, "--set %s: there is no such key%s%s%s%s%s", key,
	    parameter ? "\n  help: the parameter is --set parameters." : "",
	    parameter ? key : "", parameter ? ".value=…" : "",
	    !parameter && slip ? "\n  help: did you mean " : "",
	    !parameter && slip ? slip : "");
}

/* What no search may leave out in silence is an error; the rest, keys of programs that
 * share the file, a warning. */
static bool unknown_key(struct reading *r, const struct node *root, size_t i)
{
	const char *key = root->keys[i], *slip = slip_of(key);
	const char *ours = dialect_native_key(key);
	const char *native = dialect_key(key, root->items[i], r->a);
	/* The customary places for anchors. */
	bool aside = *key == '_' || *key == '.' || strncmp(key, "x-", 2) == 0;
	const char *before = key_before_colon(key);

	/* Where the native key is there too, this one is for somebody else. */
	if (!root->key_at[i].line && !r->recorded)
		return set_fails(r, key, slip);
	if (before && !r->recorded)
		return read_fails(
		    r, root->key_at[i],
		    arena_printf(r->a, "a blank is missing behind %s:", before),
		    "unknown key %s", key);
	if (native && !r->recorded && !(ours && node_get(root, ours)))
		return read_fails(r, root->key_at[i], native, "unknown key %s", key);
	if (dialect_decides(key) && !r->recorded)
		return read_fails(r, root->key_at[i],
		                  slip && within(key, slip, 1) && !node_get(root, slip)
		                      ? arena_printf(r->a, "did you mean %s?", slip)
		                      : "take it out, or do it in the command",
		                  "hpsearch has no %s:, and a search without it would "
		                  "be another one",
		                  key);
	if (slip)
		return read_fails(r, root->key_at[i],
		                  arena_printf(r->a, "did you mean %s?", slip),
		                  "unknown key %s", key);
	if (!aside && !r->recorded && !root->items[i]->anchored &&
	    looks_like_parameter(root->items[i]))
		return read_fails(r, root->key_at[i],
		                  "indent it below parameters: (for an anchor, begin "
		                  "its name with x-)",
		                  "%s looks like a parameter, but does not stand below "
		                  "parameters:",
		                  key);
	read_note(r, !aside, root->key_at[i], "the key %s is not known and left out",
	          key);
	return true;
}

static bool is_search(const struct node *root)
{
	for (size_t i = 0; i < root->n; i++) {
		const char *ours = dialect_native_key(root->keys[i]);

		if (strcmp(root->keys[i], "method") == 0 ||
		    strcmp(ours ? ours : root->keys[i], "parameters") == 0)
			return true;
	}
	return false;
}

bool spec_check_keys(struct reading *r, const struct node *root)
{
	if (!is_search(root) && !r->recorded)
		return read_fails(
		    r, root->at, "a search needs method: and parameters:",
		    "this is not a sweep file: it has neither method nor parameters");
	for (size_t i = 0; i < root->n; i++) {
		const char *key = root->keys[i];
		size_t k = 0;

		while (k < ARRAY_LEN(top_keys) && strcmp(top_keys[k].name, key) != 0)
			k++;
		if (k < ARRAY_LEN(top_keys)) {
			if (top_keys[k].read == key_unused)
				read_note(r, false, root->key_at[i],
				          "%s is for W&B's server and not used here",
				          key);
			continue;
		}
		if (!unknown_key(r, root, i))
			return false;
	}
	return true;
}

bool spec_read_keys(struct reading *r, const struct node *root)
{
	for (size_t k = 0; k < ARRAY_LEN(top_keys); k++) {
		const struct node *n = node_get(root, top_keys[k].name);

		if (n && !top_keys[k].read(r, n))
			return false;
	}
	return true;
}
