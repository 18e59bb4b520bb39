/* What every run has for itself, and what it leaves to others: the keys cpus, memory,
 * nice and env. */
#include "config/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NICE_MAX = 19, ENV_MAX = 1000 };

/* A search that was begun when they were left out is still one. */
static bool unless_recorded(struct reading *r, const struct node *n, bool ok)
{
	if (ok || !r->recorded)
		return ok;
	read_note(r, true, n->at, "not understood and left out");
	return true;
}

bool spec_read_cpus(struct reading *r, const struct node *n)
{
	return unless_recorded(r, n,
	                       read_size(r, n, "cpus", 1, CPUS_MAX, &r->spec->cpus));
}

/* 8G, 512MiB, 1.5T: powers of 1024, as batch systems have it. */
static bool size_of(const char *text, int64_t *bytes)
{
	static const char units[] = "KMGT";
	char *end;
	const char *unit;
	double x = isdigit((unsigned char)*text) ? strtod(text, &end) : 0;

	if (!isdigit((unsigned char)*text) || strspn(text, "0123456789.") == 0 ||
	    text + strspn(text, "0123456789.") != end || !*end)
		return false;
	unit = strchr(units, toupper((unsigned char)*end++));
	if (!unit)
		return false;
	if (*end && strcasecmp(end, "B") != 0 && strcasecmp(end, "iB") != 0)
		return false;
	for (const char *u = units; u <= unit; u++)
		x *= 1024;
	if (!(x >= 1024 * 1024) || x > 0x1p60)
		return false;
	*bytes = (int64_t)x;
	return true;
}

bool spec_read_memory(struct reading *r, const struct node *n)
{
	bool ok = n->kind == NODE_SCALAR && size_of(n->text, &r->spec->memory);

	if (ok)
		r->spec->memory_text = n->text;
	return unless_recorded(
	    r, n,
	    ok || read_fails(r, n->at, "as in memory: 8G, or 512M (powers of 1024)",
	                     "memory must be a size with its unit, from 1M on"));
}

bool spec_read_nice(struct reading *r, const struct node *n)
{
	bool negative = n->kind == NODE_SCALAR && n->value.kind == VALUE_INT &&
	                n->value.integer < 0;
	size_t nice = 0;
	bool ok = negative ? read_fails(r, n->at, "0 to 19; 19 gives way the most",
	                                "nice cannot put the runs before hpsearch, "
	                                "which watches them")
	                   : read_size(r, n, "nice", 0, NICE_MAX, &nice);

	r->spec->nice = ok ? (int)nice : 0;
	return unless_recorded(r, n, ok);
}

const char *spec_variable(const struct spec *s, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < s->n_env; i++)
		if (strncmp(s->env[i], name, n) == 0 && s->env[i][n] == '=')
			return s->env[i] + n + 1;
	return getenv(name);
}

static bool is_name(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	while (isalnum((unsigned char)*s) || *s == '_')
		s++;
	return !*s;
}

/* Why a variable is not for the file to set; NULL: it is. */
static const char *taken(const struct spec *s, const char *name, const char *value)
{
	bool wandb = strcmp(name, "WANDB_DIR") == 0 ||
	             strcmp(name, "WANDB_SWEEP_ID") == 0 ||
	             strcmp(name, "WANDB_SWEEP_PARAM_PATH") == 0 ||
	             (strcmp(name, "WANDB_MODE") == 0 && strcmp(value, "online") != 0);

	if (strncasecmp(name, "HPSEARCH_", 9) == 0)
		return "hpsearch tells every run by HPSEARCH_… which it is; take "
		       "another name";
	if (strcmp(name, "CUDA_VISIBLE_DEVICES") == 0 && (s->n_gpus || s->gpus_auto))
		return "gpus says it, for every slot another one; take one of the two "
		       "out";
	if (s->wandb && wandb)
		return "hpsearch sets it for scripts that use wandb; wandb: off "
		       "leaves them alone";
	if (s->nni && strncmp(name, "NNI_", 4) == 0)
		return "protocol: nni sets it";
	if (s->orion && strcmp(name, "ORION_RESULTS_PATH") == 0)
		return "protocol: orion sets it";
	return NULL;
}

static bool read_variable(struct reading *r, const struct node *map, size_t i,
                          const char **out)
{
	const struct node *n = map->items[i];
	const char *name = map->keys[i], *why;

	if (!is_name(name))
		return read_fails(r, map->key_at[i],
		                  "letters, digits and _, no digit first",
		                  "env: %s is no name of a variable", name);
	if (n->kind != NODE_SCALAR || n->value.kind == VALUE_NULL)
		return read_fails(r, n->at,
		                  "as in env: {OMP_NUM_THREADS: 1, EMPTY: \"\"}",
		                  "env: %s must be a text or a number", name);
	why = taken(r->spec, name, n->text);
	if (why)
		return read_fails(r, map->key_at[i], why, "env cannot set %s", name);
	if (strstr(n->text, "${"))
		read_note(r, false, n->at,
		          "env takes its texts as they are: nothing is put in for "
		          "${...} in %s",
		          name);
	*out = arena_printf(r->a, "%s=%s", name, n->text);
	return true;
}

bool spec_read_env(struct reading *r, const struct node *n)
{
	const char **env = arena_new(r->a, n->n + 1, sizeof *env);
	bool ok = (n->kind == NODE_MAP && n->n <= ENV_MAX) ||
	          read_fails(r, n->at, "as in env: {OMP_NUM_THREADS: 1}",
	                     "env must be a mapping of names to texts");

	for (size_t i = 0; ok && i < n->n; i++)
		ok = read_variable(r, n, i, &env[i]);
	r->spec->env = env;
	r->spec->n_env = ok ? n->n : 0;
	return unless_recorded(r, n, ok);
}
