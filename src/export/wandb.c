#include "export/wandb.h"

#include "export/folder.h"
#include "export/timeline.h"
#include "run/wandb_write.h"

#include <math.h>
#include <string.h>

/* The parameters as a sweep's agent gives them, nested ones as objects. */
static void put_config(struct wandb_writer *w, const struct exporting *x,
                       const struct trial *t, const struct run *r)
{
	struct value all = space_arguments(&x->s->spec->space, t->values, x->a);
	struct str json = {0};

	for (size_t i = 0; i < all.n; i++) {
		str_clear(&json);
		value_json(&all.items[i], &json, true);
		wandb_write_item(w, all.keys[i], str_text(&json));
	}
	str_clear(&json);
	exporting_facts(t, r, &json);
	wandb_write_item(w, "hpsearch", str_text(&json));
	str_free(&json);
}

static void put_number(struct wandb_writer *w, const char *key, double x)
{
	struct str json = {0};

	exporting_number(&json, x);
	wandb_write_item(w, key, str_text(&json));
	str_free(&json);
}

static void put_history(struct wandb_writer *w, const struct exporting *x,
                        const struct run *r)
{
	const char *metric = x->s->spec->metric.name;
	struct timeline h;

	if (!metric)
		return;
	timeline_of_run(r, x->a, &h);
	for (size_t i = 0; i < h.n; i++) {
		put_number(w, metric, h.list[i].value);
		put_number(w, "_step", (double)h.list[i].step);
		wandb_write_row(w, (uint64_t)h.list[i].step);
	}
}

static void put_end(struct wandb_writer *w, const struct exporting *x,
                    const struct run *r)
{
	bool fine = r->outcome == OUTCOME_OK || r->outcome == OUTCOME_STOPPED;

	if (r->state != RUN_FINISHED)
		return;
	if (x->s->spec->metric.name && !isnan(r->value))
		put_number(w, x->s->spec->metric.name, r->value);
	put_number(w, "_runtime", r->wall);
	wandb_write_summary(w);
	wandb_write_exit(w, fine ? 0 : r->exit > 0 ? r->exit : 1, r->wall);
}

/* A project's name may have none of these, and no more bytes. */
static const char *project_name(struct exporting *x)
{
	enum { PROJECT_BYTES = 128 };
	char *name = arena_strndup(x->a, x->name, PROJECT_BYTES);
	size_t n = strlen(name);

	while (n && ((unsigned char)x->name[n] & 0xc0) == 0x80)
		n--; /* a character is cut as a whole */
	name[n] = '\0';
	for (char *c = name; *c; c++)
		*c = strchr("/\\#?%:", *c) || (unsigned char)*c < ' ' ? '_' : *c;
	return name;
}

/* search: its exporting_id. */
static bool put_run(const struct folder *f, struct exporting *x, const char *search,
                    const struct trial *t, const struct run *r, struct error *err)
{
	size_t k = (size_t)(r - t->runs);
	const char *id =
	    arena_printf(x->a, "%st%llur%zu", search, (unsigned long long)t->id, k);
	const char *stamp = exporting_stamp(x, exporting_started(r));
	const char *path =
	    arena_printf(x->a, "offline-run-%s-%s/run-%s.wandb", stamp, id, id);
	struct wandb_run run = {.id = id,
	                        .project = project_name(x),
	                        .group = search,
	                        .name = exporting_run_name(x, t, k),
	                        .tag = "hpsearch",
	                        .host = x->s->origin.host,
	                        .started = exporting_started(r)};
	struct wandb_writer w = {0};
	bool ok;

	wandb_write_begin(&w);
	put_config(&w, x, t, r);
	wandb_write_run(&w, &run);
	put_history(&w, x, r);
	put_end(&w, x, r);
	ok = folder_file(f, path, w.file.s, w.file.len, err);
	wandb_write_free(&w);
	return ok;
}

bool export_wandb(struct exporting *x, struct error *err)
{
	struct folder f;
	const char *id = exporting_id(x);
	bool ok = folder_begin(&f, x->path, x->a, err);

	for (size_t i = 0; ok && i < x->s->n; i++) {
		const struct trial *t = x->s->trials[i];
		struct arena_mark mark = arena_mark(x->a);

		for (size_t r = 0; ok && r < t->n_runs; r++) {
			if (!exporting_begun(&t->runs[r])) {
				x->not_begun++;
				continue;
			}
			ok = put_run(&f, x, id, t, &t->runs[r], err);
			x->written++;
		}
		arena_rewind(x->a, mark);
	}
	ok = ok && folder_commit(&f, err);
	folder_abandon(&f);
	return ok;
}
