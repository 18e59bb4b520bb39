/* Names of parameters, and drafts that are no entry of the parameters block. */
#include "config/draft.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MAX_BYTES = 200 };

/* [A-Za-z_][A-Za-z0-9_.-]* */
static bool is_usual(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	while (isalnum((unsigned char)*name) || (*name && strchr("_.-", *name)))
		name++;
	return !*name;
}

bool drafts_check_name(struct reading *r, struct drafts *ds, const char *name,
                       struct position at)
{
	for (const char *s = name; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '=')
			return read_fails(
			    r, at, NULL,
			    "a parameter's name must not hold control characters or "
			    "\"=\"");
	if (!*name || strlen(name) > NAME_MAX_BYTES)
		return read_fails(r, at, NULL, "a parameter's name has 1 to %d bytes",
		                  NAME_MAX_BYTES);
	if (!is_usual(name) && !ds->unusual++)
		read_note(
		    r, true, at,
		    "parameter %s: W&B's names are made of letters, digits, _ . and "
		    "-; passed as it is",
		    name);
	return true;
}

struct draft *drafts_find(const struct drafts *ds, const char *name)
{
	for (size_t i = 0; i < ds->n; i++)
		if (strcmp(ds->list[i].p.name, name) == 0)
			return &ds->list[i];
	return NULL;
}

struct draft *drafts_new(struct reading *r, struct drafts *ds, const char *name,
                         struct position at)
{
	const char **path = arena_new(r->a, 1, sizeof *path);
	struct draft d = {.at = at, .p = {.name = name, .depth = 1}};

	if (!drafts_check_name(r, ds, name, at))
		return NULL;
	path[0] = name;
	d.p.path = path;
	d.p.line = at.line;
	d.p.column = at.column;
	ds->list = mem_room(ds->list, ds->n, &ds->cap, sizeof *ds->list);
	ds->list[ds->n] = d;
	return &ds->list[ds->n++];
}
