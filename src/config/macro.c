#include "config/macro.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Longer than any name that a parameter may have. */
enum { NAME_LENGTH_MAX = 1024 };

const char *const macro_names[] = {
    [MACRO_ENV] = "env",
    [MACRO_INTERPRETER] = "interpreter",
    [MACRO_PROGRAM] = "program",
    [MACRO_ARGS] = "args",
    [MACRO_ARGS_NO_EQUALS] = "args_no_equals",
    [MACRO_ARGS_NO_HYPHENS] = "args_no_hyphens",
    [MACRO_ARGS_APPEND_HYDRA] = "args_append_hydra",
    [MACRO_ARGS_OVERRIDE_HYDRA] = "args_override_hydra",
    [MACRO_ARGS_NO_BOOLEAN_FLAGS] = "args_no_boolean_flags",
    [MACRO_ARGS_DOTTED] = "args_dotted",
    [MACRO_ARGS_JSON] = "args_json",
    [MACRO_ARGS_JSON_FILE] = "args_json_file",
    [MACRO_ARGS_DICT] = "args_dict",
    [MACRO_NONE + INNER_TRIAL] = "trial",
    [MACRO_NONE + INNER_RUN] = "run",
    [MACRO_NONE + INNER_SEED] = "seed",
    [MACRO_NONE + INNER_DIR] = "dir",
    [MACRO_NONE + INNER_GPU] = "gpu",
    [MACRO_NONE + INNER_STEP_BUDGET] = "step_budget",
    [MACRO_NONE + INNER_ITEMS_FILE] = "items_file",
};

bool hole_find(const char *p, struct hole *h)
{
	while ((p = strstr(p, "${"))) {
		size_t n = strnlen(p + 2, NAME_LENGTH_MAX);
		const char *end = memchr(p + 2, '}', n);

		if (end) {
			*h = (struct hole){p, end + 1, p + 2, (size_t)(end - p - 2)};
			return true;
		}
		p += 2;
	}
	return false;
}

static bool is(const struct hole *h, const char *name)
{
	return strlen(name) == h->n && memcmp(name, h->name, h->n) == 0;
}

enum macro hole_macro(const struct hole *h)
{
	int m = 0;

	while (m < MACRO_NONE && !is(h, macro_names[m]))
		m++;
	return (enum macro)m;
}

enum inner hole_inner(const struct hole *h)
{
	int i = 0;

	while (i < INNER_NONE && !is(h, macro_names[MACRO_NONE + i]))
		i++;
	return (enum inner)i;
}

bool hole_is_param(const struct hole *h, const char **name, size_t *n)
{
	static const char prefix[] = "param:";

	if (h->n < sizeof prefix - 1 || memcmp(h->name, prefix, sizeof prefix - 1) != 0)
		return false;
	*name = h->name + sizeof prefix - 1;
	*n = h->n - (sizeof prefix - 1);
	return true;
}

/* Are the first parts of the path the name, with dots between them? */
static bool is_group_of(const struct param *p, const char *name, size_t n)
{
	size_t len = 0;

	if (strncmp(p->name, name, n) != 0 || p->name[n] != '.')
		return false;
	for (size_t i = 0; i + 1 < p->depth; i++) {
		len += strlen(p->path[i]);
		if (len == n)
			return true;
		len++;
	}
	return false;
}

/* cfg.lr, where a value of cfg is a mapping that has an lr. */
static bool is_part_of(const struct param *p, const char *name, size_t n)
{
	size_t len = strlen(p->name);

	if (len + 1 >= n || memcmp(p->name, name, len) != 0 || name[len] != '.')
		return false;
	for (size_t i = 0; i < p->n_values; i++)
		if (value_member(&p->values[i], name + len + 1, n - len - 1))
			return true;
	return false;
}

bool macro_names_parameter(const struct spec *s, const char *name, size_t n)
{
	for (size_t i = 0; i < s->space.n; i++) {
		const struct param *p = &s->space.params[i];

		if ((strncmp(p->name, name, n) == 0 && !p->name[n]) ||
		    is_group_of(p, name, n) || is_part_of(p, name, n))
			return true;
	}
	return false;
}

const char *hole_environment(const struct hole *h, struct arena *a)
{
	static const char prefix[] = "envvar:";
	const char *variable, *value;

	if (h->n < sizeof prefix - 1 || memcmp(h->name, prefix, sizeof prefix - 1) != 0)
		return NULL;
	variable =
	    arena_strndup(a, h->name + sizeof prefix - 1, h->n - (sizeof prefix - 1));
	for (const char *s = variable; *s; s++)
		if (!isupper((unsigned char)*s) && !isdigit((unsigned char)*s) &&
		    *s != '_')
			return NULL;
	value = *variable ? getenv(variable) : NULL;
	return value ? value : variable;
}
