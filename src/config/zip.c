/* zip: parameters that move together, as one dimension:
 * [[clip, lr], [[0.5, 0.6], [0.2, 1.5]]] */
#include "config/draft.h"

#include <stdlib.h>
#include <string.h>

static const char as_in[] = "as in zip: [[clip, lr], [[0.5, 0.6], [0.2, 1.5]]]";

static bool check_rows(struct reading *r, const struct node *names,
                       const struct node *rows)
{
	if (rows->kind != NODE_LIST || !rows->n)
		return read_fails(r, rows->at, as_in,
		                  "zip needs a list of combinations");
	for (size_t k = 0; k < rows->n; k++)
		if (rows->items[k]->kind != NODE_LIST || rows->items[k]->n != names->n)
			return read_fails(r, rows->items[k]->at, as_in,
			                  "a combination has a value for each of the "
			                  "%zu names",
			                  names->n);
	return true;
}

/* Values of one name; the first of the names draws, the others go with it. */
static bool add_name(struct reading *r, struct drafts *ds, const struct node *name,
                     const struct node *rows, size_t column, size_t group)
{
	struct value *values = arena_new(r->a, rows->n, sizeof *values);
	struct draft *d;

	if (name->kind != NODE_SCALAR || !*name->text)
		return read_fails(r, name->at, as_in, "zip must name parameters");
	if (drafts_find(ds, name->text))
		return read_fails(r, name->at, "take it out of parameters:, or of zip",
		                  "parameter %s is there already", name->text);
	d = drafts_new(r, ds, name->text, name->at);
	if (!d)
		return false;
	for (size_t k = 0; k < rows->n; k++)
		values[k] = node_value(rows->items[k]->items[column], r->a);
	d->p.dist = column ? DIST_CONSTANT : DIST_CATEGORICAL;
	d->p.values = values;
	d->p.n_values = rows->n;
	d->p.zip = group;
	d->p.zip_leads = !column;
	return true;
}

static bool add_group(struct reading *r, struct drafts *ds, const struct node *n,
                      size_t group)
{
	const struct node *names = n->n == 2 ? n->items[0] : NULL;

	if (!names || names->kind != NODE_LIST || !names->n)
		return read_fails(r, n->at, as_in,
		                  "zip is a list of names and a list of combinations");
	if (!check_rows(r, names, n->items[1]))
		return false;
	for (size_t i = 0; i < names->n; i++)
		if (!add_name(r, ds, names->items[i], n->items[1], i, group))
			return false;
	return true;
}

bool drafts_add_zip(struct reading *r, struct drafts *ds)
{
	const struct node *n = node_get(r->spec->yaml.root, "zip"), *first;

	if (!n)
		return true;
	if (n->kind != NODE_LIST || !n->n || n->items[0]->kind != NODE_LIST ||
	    !n->items[0]->n)
		return read_fails(r, n->at, as_in,
		                  "zip is a list of names and a list of combinations");
	first = n->items[0]->items[0];
	if (first->kind != NODE_LIST)
		return add_group(r, ds, n, 1);
	for (size_t i = 0; i < n->n; i++)
		if (n->items[i]->kind != NODE_LIST
		        ? !read_fails(r, n->items[i]->at, as_in, "zip is a list")
		        : !add_group(r, ds, n->items[i], i + 1))
			return false;
	return true;
}
