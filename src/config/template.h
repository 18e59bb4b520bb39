/* config: {template: base.yaml, set: {optimizer.lr: "${param:lr}"}, as: FILE}: the
 * configuration file that a training reads, made for each of its runs. What is set is
 * replaced in its place; all else, comments too, stays as it is written. */
#ifndef HPS_CONFIG_TEMPLATE_H
#define HPS_CONFIG_TEMPLATE_H

#include "config/command.h"
#include "config/read.h"

struct template_set {
	const char *path; /* optimizer.lr */
	const struct node *value;
	struct position at; /* of the path in our file */
};

struct template
{
	const char *file, *as;          /* as written; as: with macros */
	const struct template_set *set; /* (n) */
	size_t n;
	struct position at;
};

/* When all is known: can it be filled with the defaults? */
bool spec_check_config(struct reading *r);

/* The text for a run. YAML, JSON and TOML by the template's ending; in any other text
 * the macros are replaced where they stand. *culprit (not NULL): what cannot be set. */
bool template_fill(const struct spec *s, const struct command_context *c,
                   struct str *out, const struct template_set **culprit,
                   struct arena *a, struct error *err);
/* Where it goes; NULL, with an error: it is nowhere. */
const char *template_place(const struct spec *s, const struct command_context *c,
                           struct arena *a, struct error *err);

#endif
