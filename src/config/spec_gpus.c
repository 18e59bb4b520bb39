/* The keys gpus and runs_per_gpu. Which devices auto means, and what an index is an
 * index into, is a matter of the machine: study/gpus.h. */
#include "config/read.h"

#include <string.h>
#include <strings.h>

enum { GPUS_MAX = 1024, RUNS_PER_GPU_MAX = 64 };

/* gpus: 4 is [0, 1, 2, 3]. */
static bool count_of_gpus(struct reading *r, const struct node *n)
{
	size_t count;
	const char **gpus;

	if (!read_size(r, n, "gpus", 1, GPUS_MAX, &count))
		return false;
	gpus = arena_new(r->a, count, sizeof *gpus);
	for (size_t i = 0; i < count; i++)
		gpus[i] = arena_printf(r->a, "%zu", i);
	r->spec->gpus = gpus;
	r->spec->n_gpus = count;
	read_note(r, false, n->at, "gpus: %zu is taken as the devices 0 to %zu", count,
	          count - 1);
	return true;
}

static bool read_gpu(struct reading *r, const struct node *n, const char **out)
{
	if (n->kind == NODE_SCALAR && n->value.kind == VALUE_FLOAT)
		return read_fails(
		    r, n->at, "runs_per_gpu: 2 lets two runs share each of them",
		    "gpus are whole devices, there is no gpu %s", n->text);
	if (!read_string(r, n, "a gpu", out))
		return false;
	return (**out && **out != '-' && !strpbrk(*out, " \t\r\n")) ||
	       read_fails(r, n->at, NULL,
	                  "a gpu must be a number from 0 on or a name without blanks");
}

/* [0, 1] in a list of gpus: both of them for one run. */
static bool read_group(struct reading *r, const struct node *list, const char **out)
{
	struct str text = {0};
	bool ok = list->n || read_fails(r, list->at, "as in gpus: [[0, 1], [2, 3]]",
	                                "a group of gpus is empty");

	for (size_t i = 0; ok && i < list->n; i++) {
		const char *one;

		ok = read_gpu(r, list->items[i], &one);
		if (ok)
			str_addf(&text, "%s%s", i ? "," : "", one);
	}
	*out = arena_strdup(r->a, str_text(&text));
	str_free(&text);
	return ok;
}

static bool scalar_gpus(struct reading *r, const struct node *n)
{
	if (n->value.kind == VALUE_INT)
		return count_of_gpus(r, n);
	if (n->value.kind == VALUE_FLOAT)
		return read_fails(
		    r, n->at, "runs_per_gpu: 2 lets two runs share each of them",
		    "gpus are whole devices, there is no gpus: %s", n->text);
	if (n->value.kind == VALUE_STRING &&
	    (strcasecmp(n->text, "auto") == 0 || strcasecmp(n->text, "all") == 0)) {
		r->spec->gpus_auto = true;
		return true;
	}
	return read_fails(r, n->at, "as in gpus: [0, 1]",
	                  "gpus must be auto, a number or a list of devices");
}

bool spec_read_gpus(struct reading *r, const struct node *n)
{
	const char **gpus;

	if (n->kind == NODE_SCALAR)
		return scalar_gpus(r, n);
	if (n->kind != NODE_LIST || !n->n || n->n > GPUS_MAX)
		return read_fails(r, n->at, "as in gpus: [0, 1]",
		                  "gpus must be auto, a number or a list of devices");
	gpus = arena_new(r->a, n->n, sizeof *gpus);
	for (size_t i = 0; i < n->n; i++)
		if (n->items[i]->kind == NODE_LIST
		        ? !read_group(r, n->items[i], &gpus[i])
		        : !read_gpu(r, n->items[i], &gpus[i]))
			return false;
	r->spec->gpus = gpus;
	r->spec->n_gpus = n->n;
	return true;
}

bool spec_read_runs_per_gpu(struct reading *r, const struct node *n)
{
	if (!r->spec->n_gpus && !r->spec->gpus_auto)
		return read_fails(r, n->at, "gpus: auto takes all that there are",
		                  "runs_per_gpu without gpus");
	return read_size(r, n, "runs_per_gpu", 1, RUNS_PER_GPU_MAX,
	                 &r->spec->runs_per_gpu);
}
