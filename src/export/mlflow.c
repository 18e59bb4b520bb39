#include "export/mlflow.h"

#include "export/folder.h"
#include "export/timeline.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 200, EXPERIMENT_DIGITS = 18 };
/* mlflow.entities.RunStatus */
enum status { STATUS_RUNNING = 1, STATUS_FINISHED = 3, STATUS_FAILED, STATUS_KILLED };

/* --- names --- */

static bool is_name_char(char c)
{
	return ((unsigned char)c < 0x80 && isalnum((unsigned char)c)) ||
	       (c && strchr("_.-/", c));
}

/* Each part that a file system would not take as one, marked. */
static void name_parts(const char *text, struct str *out)
{
	for (const char *part = text;;) {
		size_t n = strcspn(part, "/");
		bool dots = n <= 2 && strspn(part, ".") >= n;

		if (dots)
			str_addc(out, '_');
		str_addn(out, part, n);
		if (!part[n])
			return;
		str_addc(out, '/');
		part += n + 1;
	}
}

static const char *safe_name(const char *name, struct arena *a)
{
	struct str text = {0}, whole = {0};
	const char *out;

	for (const char *c = name; *c && text.len < NAME_BYTES; c++)
		str_addc(&text, is_name_char(*c) ? *c : '_');
	name_parts(str_text(&text), &whole);
	out = arena_strdup(a, str_text(&whole));
	str_free(&text);
	str_free(&whole);
	return out;
}

/* Equal, or one is a folder that the other is in. Case does not count: some file
 * systems know none. */
static bool collide(const char *one, const char *other)
{
	size_t m = strlen(one), n = strlen(other), least = m < n ? m : n;

	if (strncasecmp(one, other, least) != 0)
		return false;
	return m == n || (m < n ? other[least] : one[least]) == '/';
}

static bool taken(const char *name, const char *const *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (collide(name, out[i]))
			return true;
	return false;
}

void mlflow_names(const char *const *names, size_t n, const char **out, struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		char *flat = arena_strdup(a, safe_name(names[i], a));

		out[i] = flat;
		if (!taken(flat, out, i))
			continue;
		for (char *c = flat; *c; c++)
			*c = *c == '/' ? '.' : *c;
		for (size_t k = 2; taken(out[i], out, i); k++)
			out[i] = arena_printf(a, "%s_%zu", flat, k);
	}
}

/* --- files --- */

struct store {
	struct exporting *x;
	struct folder folder;
	const char *id;           /* of the search */
	const char *experiment;   /* its id */
	const char **param_names; /* (space.n) */
	const char *metric;       /* NULL: none */
};

static void add_member(struct str *out, const char *key, const char *text)
{
	struct value v = value_string(text);

	str_addf(out, "%s: ", key);
	value_yaml(&v, out);
	str_addc(out, '\n');
}

static void add_whole(struct str *out, const char *key, int64_t x)
{
	str_addf(out, "%s: %lld\n", key, (long long)x);
}

/* The file NAME in FOLDER of the run, which is freed. */
static bool put(const struct store *st, const char *run, const char *folder,
                const char *name, struct str *text, struct error *err)
{
	const char *path =
	    arena_printf(st->x->a, "%s/%s/%s/%s", st->experiment, run, folder, name);
	bool ok = folder_file(&st->folder, path, str_text(text), text->len, err);

	str_free(text);
	return ok;
}

static bool put_text(const struct store *st, const char *run, const char *folder,
                     const char *name, const char *value, struct error *err)
{
	struct str text = {0};

	str_add(&text, value);
	return put(st, run, folder, name, &text, err);
}

/* file:///…/EXPERIMENT/RUN/artifacts */
static const char *uri(const struct store *st, const char *below)
{
	struct str out = {0};
	const char *text;

	str_add(&out, "file://");
	for (const char *c = st->folder.path; *c; c++)
		if (is_name_char(*c))
			str_addc(&out, *c);
		else
			str_addf(&out, "%%%02X", (unsigned)(unsigned char)*c);
	str_addf(&out, "/%s%s", st->experiment, below);
	text = arena_strdup(st->x->a, out.s);
	str_free(&out);
	return text;
}

static bool put_experiment(const struct store *st, struct error *err)
{
	const struct search *s = st->x->s;
	const char *path = arena_printf(st->x->a, "%s/meta.yaml", st->experiment);
	struct str text = {0};
	bool ok;

	add_member(&text, "artifact_location", uri(st, ""));
	add_whole(&text, "creation_time", exporting_milliseconds(s->origin.started));
	add_member(&text, "experiment_id", st->experiment);
	add_whole(&text, "last_update_time", exporting_milliseconds(s->ended));
	add_member(&text, "lifecycle_stage", "active");
	add_member(&text, "name", st->x->name);
	ok = folder_file(&st->folder, path, text.s, text.len, err);
	str_free(&text);
	return ok;
}

/* --- a run --- */

static enum status status_of(const struct run *r)
{
	if (r->state != RUN_FINISHED)
		return STATUS_RUNNING;
	if (r->outcome == OUTCOME_OK)
		return STATUS_FINISHED;
	return r->outcome == OUTCOME_STOPPED || r->outcome == OUTCOME_KILLED ||
	               r->outcome == OUTCOME_TIMEOUT
	           ? STATUS_KILLED
	           : STATUS_FAILED;
}

static bool put_meta(const struct store *st, const char *id, const char *name,
                     const struct run *r, struct error *err)
{
	const char *path = arena_printf(st->x->a, "%s/%s", st->experiment, id);
	struct str text = {0};
	bool ok;

	add_member(&text, "artifact_uri",
	           uri(st, arena_printf(st->x->a, "/%s/artifacts", id)));
	if (r->state == RUN_FINISHED)
		add_whole(&text, "end_time",
		          exporting_milliseconds(exporting_ended(r)));
	else
		str_add(&text, "end_time: null\n");
	add_member(&text, "entry_point_name", "");
	add_member(&text, "experiment_id", st->experiment);
	add_member(&text, "lifecycle_stage", "active");
	add_member(&text, "run_id", id);
	add_member(&text, "run_name", name);
	add_member(&text, "source_name", "");
	add_whole(&text, "source_type", 4);
	add_member(&text, "source_version", "");
	add_whole(&text, "start_time", exporting_milliseconds(exporting_started(r)));
	add_whole(&text, "status", status_of(r));
	str_add(&text, "tags: []\n");
	add_member(&text, "user_id", "");
	ok = folder_file(&st->folder, arena_printf(st->x->a, "%s/meta.yaml", path),
	                 text.s, text.len, err) &&
	     folder_dir(&st->folder, arena_printf(st->x->a, "%s/artifacts", path),
	                err) &&
	     folder_dir(&st->folder, arena_printf(st->x->a, "%s/params", path), err) &&
	     folder_dir(&st->folder, arena_printf(st->x->a, "%s/metrics", path), err);
	str_free(&text);
	return ok;
}

static bool put_params(const struct store *st, const char *id, const struct trial *t,
                       struct error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < st->x->s->spec->space.n; i++) {
		struct str text = {0};

		if (!t->values[i])
			continue;
		value_text(t->values[i], &text);
		ok = put(st, id, "params", st->param_names[i], &text, err);
	}
	return ok;
}

static void add_point(struct str *out, int64_t time, double value, int64_t step)
{
	str_addf(out, "%lld ", (long long)time);
	str_double(out, value);
	str_addf(out, " %lld\n", (long long)step);
}

static bool put_metrics(const struct store *st, const char *id, const struct run *r,
                        struct error *err)
{
	int64_t time = exporting_milliseconds(exporting_started(r));
	struct str curve = {0}, value = {0}, wall = {0};
	struct timeline h = {0};
	bool ok = true;

	if (st->metric)
		timeline_of_run(r, st->x->a, &h);
	for (size_t i = 0; i < h.n; i++)
		add_point(&curve, time, h.list[i].value, h.list[i].step);
	if (curve.len)
		ok = put(st, id, "metrics", st->metric, &curve, err);
	if (r->state != RUN_FINISHED)
		return ok;
	add_point(&wall, time, r->wall, 0);
	ok = put(st, id, "metrics", "hpsearch.wall", &wall, err) && ok;
	if (!st->metric || r->outcome != OUTCOME_OK)
		return ok;
	add_point(&value, time, r->value, 0);
	return put(st, id, "metrics", "hpsearch.value", &value, err) && ok;
}

static bool put_tags(const struct store *st, const char *id, const char *name,
                     const struct trial *t, const struct run *r, struct error *err)
{
	struct arena *a = st->x->a;
	const struct {
		const char *name, *value;
	} tags[] = {{"mlflow.runName", name},
	            {"mlflow.source.type", "LOCAL"},
	            {"mlflow.source.name", "hpsearch"},
	            {"trial", arena_printf(a, "%llu", (unsigned long long)t->id)},
	            {"run", arena_printf(a, "%zu", (size_t)(r - t->runs))},
	            {"seed", arena_printf(a, "%llu", (unsigned long long)r->seed)},
	            {"origin", origin_name(t->origin)},
	            {"outcome", exporting_outcome(r)},
	            {"reason", r->reason},
	            {"label", t->label}};
	bool ok = true;

	for (size_t i = 0; ok && i < ARRAY_LEN(tags); i++)
		if (tags[i].value)
			ok = put_text(st, id, "tags", tags[i].name, tags[i].value, err);
	return ok;
}

static bool put_run(const struct store *st, const struct trial *t, const struct run *r,
                    struct error *err)
{
	size_t k = (size_t)(r - t->runs);
	const char *name = exporting_run_name(st->x, t, k);
	const char *id = arena_printf(st->x->a, "%s%010llx%06zx", st->id,
	                              (unsigned long long)t->id, k);

	return put_meta(st, id, name, r, err) && put_params(st, id, t, err) &&
	       put_metrics(st, id, r, err) && put_tags(st, id, name, t, r, err);
}

/* --- the store --- */

static void note_name(struct store *st, const char *what, const char *name,
                      const char *as)
{
	if (strcmp(name, as) != 0)
		str_addf(&st->x->notes,
		         "%s: MLflow takes no such name of a %s: it is %s\n", name,
		         what, as);
}

static void prepare_names(struct store *st)
{
	/* Ours come first, so that they stay. */
	static const char *const own[] = {"hpsearch.value", "hpsearch.wall"};
	const struct space *sp = &st->x->s->spec->space;
	const char *metric = st->x->s->spec->metric.name;
	const char **names = arena_new(st->x->a, sp->n + 1, sizeof *names);
	const char *metrics[] = {own[0], own[1], metric}, *out[ARRAY_LEN(metrics)];

	for (size_t i = 0; i < sp->n; i++)
		names[i] = sp->params[i].name;
	st->param_names = arena_new(st->x->a, sp->n + 1, sizeof *st->param_names);
	mlflow_names(names, sp->n, st->param_names, st->x->a);
	for (size_t i = 0; i < sp->n; i++)
		note_name(st, "parameter", names[i], st->param_names[i]);
	if (!metric)
		return;
	mlflow_names(metrics, ARRAY_LEN(metrics), out, st->x->a);
	st->metric = out[ARRAY_LEN(own)];
	note_name(st, "metric", metric, st->metric);
}

static bool put_runs(struct store *st, struct error *err)
{
	const struct search *s = st->x->s;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];
		struct arena_mark mark = arena_mark(st->x->a);

		for (size_t r = 0; r < t->n_runs; r++) {
			if (!exporting_begun(&t->runs[r]))
				st->x->not_begun++;
			else if (!put_run(st, t, &t->runs[r], err))
				return false;
			else
				st->x->written++;
		}
		arena_rewind(st->x->a, mark);
	}
	return true;
}

bool export_mlflow(struct exporting *x, struct error *err)
{
	struct store st = {.x = x, .id = exporting_id(x)};
	bool ok = folder_begin(&st.folder, x->path, x->a, err);

	/* Digits, as those that MLflow makes. */
	st.experiment =
	    arena_printf(x->a, "%0*llu", EXPERIMENT_DIGITS,
	                 strtoull(st.id, NULL, 16) % 1000000000000000000ULL);
	prepare_names(&st);
	ok = ok && put_experiment(&st, err) && put_runs(&st, err) &&
	     folder_commit(&st.folder, err);
	folder_abandon(&st.folder);
	return ok;
}
