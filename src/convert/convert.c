#include "convert/convert.h"
#include "base/file.h"
#include "convert/our_file.h"

#include <stdlib.h>
#include <string.h>

/* The first that knows the file has it: the narrow ones first. */
static const struct format *const formats[] = {
    &format_katib,     &format_azure, &format_polyaxon,   &format_sagemaker,
    &format_vertex,    &format_guild, &format_determined, &format_nni,
    &format_nni_space, &format_hydra, &format_ray};

static const struct format *format_of(const struct node *root)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (formats[i]->is(root))
			return formats[i];
	return NULL;
}

static const char *owner_of(const struct node *root)
{
	const struct format *f = format_of(root);

	return f ? f->owner : NULL;
}

static bool is_ours(const struct node *root)
{
	return root->kind == NODE_MAP && node_get(root, "parameters") &&
	       (node_get(root, "method") || node_get(root, "command") ||
	        node_get(root, "program"));
}

static bool convert_yaml(struct our_file *t, struct yaml *y, struct str *out)
{
	const struct format *f = format_of(y->root);

	if (!f && is_ours(y->root))
		return ours_fails(t, y->root, "hpsearch check says what it searches",
		                  "this is a file for hpsearch already");
	if (!f)
		return ours_fails(
		    t, y->root,
		    "known are NNI, Hydra's Optuna sweeper, Guild, Katib, Azure ML, "
		    "Determined, Polyaxon, Ray Tune, orion hunt, SageMaker, Vertex AI",
		    "this is nobody's search file that is known here");
	t->tool = f->owner;
	if (!f->convert(t, y->root))
		return false;
	if (!t->n_parameters)
		return ours_fails(t, y->root, NULL,
		                  "this is a file of %s, but nothing is searched in it",
		                  f->owner);
	ours_write(t, y->root, out);
	return true;
}

static bool by_format(struct our_file *t, struct yaml *y, struct str *out)
{
	struct notices ns = {.a = t->a};
	bool ok;

	if (orion_is(y->text)) {
		t->tool = "Orion";
		ok = orion_convert(t, y->text);
		if (ok)
			ours_write(t, NULL, out);
		return ok;
	}
	ok = yaml_parse(y, y->path, y->text, y->len, t->a, &ns, t->err) &&
	     convert_yaml(t, y, out);
	free(ns.list);
	return ok;
}

bool convert_text(const char *path, const char *text, size_t len,
                  const struct convert_options *o, struct arena *a, struct str *out,
                  struct error *err)
{
	struct yaml y = {.path = path, .text = text, .len = len};
	struct our_file t = {.a = a, .yaml = &y, .options = o, .err = err};
	bool ok = by_format(&t, &y, out);

	set_free(&t.used);
	set_free(&t.whole);
	set_free(&t.names);
	str_free(&t.words);
	str_free(&t.keys);
	str_free(&t.parameters);
	str_free(&t.notes);
	return ok;
}

const char *convert_owner_of_file(const char *path, struct arena *a)
{
	struct yaml y = {.path = path};
	struct notices ns = {.a = a};
	struct error err = {0};
	const char *owner = NULL;
	char *text;

	if (!file_read(path, CONVERT_FILE_MAX, a, &text, &y.len, &err))
		return NULL;
	if (orion_is(text))
		return "Orion";
	if (yaml_parse(&y, path, text, y.len, a, &ns, &err))
		owner = owner_of(y.root);
	free(ns.list);
	return owner;
}

bool convert_file(const char *path, const struct convert_options *o, struct arena *a,
                  struct str *out, struct error *err)
{
	char *text;
	size_t len;

	return file_read(path, CONVERT_FILE_MAX, a, &text, &len, err) &&
	       convert_text(path, text, len, o, a, out, err);
}
