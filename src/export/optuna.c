#include "export/optuna.h"

#include "base/file.h"
#include "base/json_out.h"
#include "export/optuna_distribution.h"
#include "export/timeline.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* --- SQL: a row of values, bound; nothing of a search is ever part of a statement ---
 */

struct cell {
	enum { CELL_NULL, CELL_WHOLE, CELL_REAL, CELL_TEXT } kind;
	int64_t whole;
	double real;
	const char *text;
};

static struct cell whole(int64_t x)
{
	return (struct cell){.kind = CELL_WHOLE, .whole = x};
}

/* Where it is no finite number: NULL. */
static struct cell real(double x)
{
	return (struct cell){.kind = isfinite(x) ? CELL_REAL : CELL_NULL, .real = x};
}

/* NULL: NULL. */
static struct cell text(const char *s)
{
	return (struct cell){.kind = s ? CELL_TEXT : CELL_NULL, .text = s};
}

enum table {
	STUDIES,
	STUDY_DIRECTIONS,
	STUDY_ATTRIBUTES,
	TRIALS,
	TRIAL_ATTRIBUTES,
	TRIAL_SYSTEM,
	TRIAL_PARAMS,
	TRIAL_VALUES,
	TRIAL_REPORTS,
	VERSION_INFO,
	ALEMBIC,
	TABLES
};

static const char schema[] =
    "CREATE TABLE studies (study_id INTEGER NOT NULL, "
    "study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id));"
    "CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);"
    "CREATE TABLE version_info (version_info_id INTEGER NOT NULL, "
    "schema_version INTEGER, library_version VARCHAR(256), "
    "PRIMARY KEY (version_info_id), CHECK (version_info_id=1));"
    "CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, "
    "direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL, "
    "objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id), "
    "UNIQUE (study_id, objective), "
    "FOREIGN KEY(study_id) REFERENCES studies (study_id));"
    "CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL, "
    "study_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (study_user_attribute_id), UNIQUE (study_id, \"key\"), "
    "FOREIGN KEY(study_id) REFERENCES studies (study_id));"
    "CREATE TABLE study_system_attributes ("
    "study_system_attribute_id INTEGER NOT NULL, study_id INTEGER, "
    "\"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, \"key\"), "
    "FOREIGN KEY(study_id) REFERENCES studies (study_id));"
    "CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, "
    "study_id INTEGER, state VARCHAR(8) NOT NULL, datetime_start DATETIME, "
    "datetime_complete DATETIME, PRIMARY KEY (trial_id), "
    "FOREIGN KEY(study_id) REFERENCES studies (study_id));"
    "CREATE INDEX ix_trials_study_id ON trials (study_id);"
    "CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL, "
    "trial_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (trial_user_attribute_id), UNIQUE (trial_id, \"key\"), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_system_attributes ("
    "trial_system_attribute_id INTEGER NOT NULL, trial_id INTEGER, "
    "\"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, \"key\"), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, "
    "param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT, "
    "PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL, "
    "trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value FLOAT, "
    "value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_value_id), "
    "UNIQUE (trial_id, objective), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_intermediate_values ("
    "trial_intermediate_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, "
    "step INTEGER NOT NULL, intermediate_value FLOAT, "
    "intermediate_value_type VARCHAR(7) NOT NULL, "
    "PRIMARY KEY (trial_intermediate_value_id), UNIQUE (trial_id, step), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL, "
    "trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL, "
    "PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));";

static const char *const inserts[TABLES] = {
    [STUDIES] = "INSERT INTO studies (study_id, study_name) VALUES (?, ?)",
    [STUDY_DIRECTIONS] = "INSERT INTO study_directions (direction, study_id, objective)"
			 " VALUES (?, ?, ?)",
    [STUDY_ATTRIBUTES] = "INSERT INTO study_user_attributes"
			 " (study_id, \"key\", value_json) VALUES (?, ?, ?)",
    [TRIALS] = "INSERT INTO trials (trial_id, number, study_id, state, datetime_start,"
	       " datetime_complete) VALUES (?, ?, ?, ?, ?, ?)",
    [TRIAL_ATTRIBUTES] = "INSERT INTO trial_user_attributes"
			 " (trial_id, \"key\", value_json) VALUES (?, ?, ?)",
    [TRIAL_SYSTEM] = "INSERT INTO trial_system_attributes"
		     " (trial_id, \"key\", value_json) VALUES (?, ?, ?)",
    [TRIAL_PARAMS] = "INSERT INTO trial_params (trial_id, param_name, param_value,"
		     " distribution_json) VALUES (?, ?, ?, ?)",
    [TRIAL_VALUES] = "INSERT INTO trial_values (trial_id, objective, value, value_type)"
		     " VALUES (?, ?, ?, ?)",
    [TRIAL_REPORTS] = "INSERT INTO trial_intermediate_values (trial_id, step,"
		      " intermediate_value, intermediate_value_type)"
		      " VALUES (?, ?, ?, ?)",
    [VERSION_INFO] = "INSERT INTO version_info (version_info_id, schema_version,"
		     " library_version) VALUES (?, ?, ?)",
    [ALEMBIC] = "INSERT INTO alembic_version (version_num) VALUES (?)"};

/* Optuna's; it checks them when it opens a storage. */
enum { SCHEMA_VERSION = 12 };
static const char alembic_head[] = "v3.2.0.a", library_version[] = "5.0.0";

struct book {
	struct exporting *x;
	sqlite3 *db;
	sqlite3_stmt *insert[TABLES];
	struct distribution *kinds; /* (space.n) */
	const char **kind_texts;    /* (space.n) their JSON */
};

static bool failed(const struct book *b, struct error *err)
{
	return error_set(err, ERROR_SYSTEM, "%s: %s", b->x->path,
	                 b->db ? sqlite3_errmsg(b->db) : "out of memory");
}

static int bind(sqlite3_stmt *st, int i, const struct cell *c)
{
	switch (c->kind) {
	case CELL_WHOLE: return sqlite3_bind_int64(st, i, c->whole);
	case CELL_REAL: return sqlite3_bind_double(st, i, c->real);
	case CELL_TEXT: return sqlite3_bind_text(st, i, c->text, -1, SQLITE_TRANSIENT);
	case CELL_NULL:
	default: return sqlite3_bind_null(st, i);
	}
}

static bool add(struct book *b, enum table t, const struct cell *cells, size_t n,
                struct error *err)
{
	sqlite3_stmt **st = &b->insert[t];
	bool ok = *st || !sqlite3_prepare_v2(b->db, inserts[t], -1, st, NULL);

	for (size_t i = 0; ok && i < n; i++)
		ok = bind(*st, (int)i + 1, &cells[i]) == SQLITE_OK;
	ok = ok && sqlite3_step(*st) == SQLITE_DONE && sqlite3_reset(*st) == SQLITE_OK;
	return ok || failed(b, err);
}

/* --- the study --- */

enum { STUDY = 1, OBJECTIVE = 0 };

/* An attribute: a text, whose JSON is made here. */
static bool add_study_text(struct book *b, const char *key, const char *value,
                           struct error *err)
{
	struct str json = {0};
	bool ok;

	if (!value)
		return true;
	str_json(&json, value, strlen(value), true);
	ok = add(b, STUDY_ATTRIBUTES,
	         (struct cell[]){whole(STUDY), text(key), text(json.s)}, 3, err);
	str_free(&json);
	return ok;
}

static bool add_study(struct book *b, struct error *err)
{
	const struct search *s = b->x->s;
	bool down = s->spec->metric.goal == GOAL_MINIMIZE;
	const char *seed =
	    arena_printf(b->x->a, "%llu", (unsigned long long)s->spec->seed);

	return add(b, ALEMBIC, (struct cell[]){text(alembic_head)}, 1, err) &&
	       add(b, VERSION_INFO,
	           (struct cell[]){whole(1), whole(SCHEMA_VERSION),
	                           text(library_version)},
	           3, err) &&
	       add(b, STUDIES, (struct cell[]){whole(STUDY), text(b->x->name)}, 2,
	           err) &&
	       add(b, STUDY_DIRECTIONS,
	           (struct cell[]){text(down ? "MINIMIZE" : "MAXIMIZE"), whole(STUDY),
	                           whole(OBJECTIVE)},
	           3, err) &&
	       add(b, STUDY_ATTRIBUTES,
	           (struct cell[]){whole(STUDY), text("seed"), text(seed)}, 3, err) &&
	       add_study_text(b, "hpsearch", HPS_VERSION, err) &&
	       add_study_text(b, "metric", s->spec->metric.name, err) &&
	       add_study_text(b, "method", s->spec->method_word, err) &&
	       add_study_text(b, "state", search_state_name(s->state), err) &&
	       add_study_text(b, "space", s->origin.yaml, err);
}

static void prepare_kinds(struct book *b)
{
	const struct space *sp = &b->x->s->spec->space;

	b->kinds = arena_new(b->x->a, sp->n + 1, sizeof *b->kinds);
	b->kind_texts = arena_new(b->x->a, sp->n + 1, sizeof *b->kind_texts);
	for (size_t i = 0; i < sp->n; i++) {
		struct str json = {0};

		distribution_of(b->x->s, i, &b->kinds[i]);
		distribution_json(&b->kinds[i], &json);
		b->kind_texts[i] = arena_strdup(b->x->a, json.s);
		str_free(&json);
		if (b->kinds[i].lost)
			str_addf(&b->x->notes, "%s: %s\n", sp->params[i].name,
			         b->kinds[i].lost);
	}
}

/* --- a trial --- */

static bool any_begun(const struct trial *t)
{
	for (size_t r = 0; r < t->n_runs; r++)
		if (t->runs[r].state != RUN_QUEUED)
			return true;
	return false;
}

static const char *state_of(const struct trial *t)
{
	if (t->outcome == OUTCOME_NONE || t->outcome == OUTCOME_PREEMPTED)
		return any_begun(t) ? "RUNNING" : "WAITING";
	if (t->outcome == OUTCOME_OK)
		return "COMPLETE";
	return t->outcome == OUTCOME_STOPPED ? "PRUNED" : "FAIL";
}

/* From the first start to the last end; NULL where it is not known. */
static void times_of(const struct book *b, const struct trial *t, const char **start,
                     const char **end)
{
	double first = 0, last = 0;

	for (size_t r = 0; r < t->n_runs; r++) {
		double started = exporting_started(&t->runs[r]);

		if (!(started > 0))
			continue;
		first = first > 0 ? fmin(first, started) : started;
		last = fmax(last, exporting_ended(&t->runs[r]));
	}
	*start = first > 0 ? exporting_time(b->x, first) : NULL;
	*end =
	    last > 0 && t->outcome != OUTCOME_NONE ? exporting_time(b->x, last) : NULL;
}

static const char *number_type(double x)
{
	return isnan(x) ? "NAN" : !isinf(x) ? "FINITE" : x > 0 ? "INF_POS" : "INF_NEG";
}

static bool add_value(struct book *b, int64_t id, double value, struct error *err)
{
	return add(b, TRIAL_VALUES,
	           (struct cell[]){whole(id), whole(OBJECTIVE), real(value),
	                           text(number_type(value))},
	           4, err);
}

static bool add_params(struct book *b, const struct trial *t, int64_t id,
                       struct error *err)
{
	const struct space *sp = &b->x->s->spec->space;
	bool ok = true;

	for (size_t i = 0; ok && i < sp->n; i++) {
		double inner;

		if (!t->values[i])
			continue;
		inner = distribution_inner(&b->kinds[i], t->values[i]);
		if (isfinite(inner))
			ok = add(b, TRIAL_PARAMS,
			         (struct cell[]){whole(id), text(sp->params[i].name),
			                         real(inner), text(b->kind_texts[i])},
			         4, err);
	}
	return ok;
}

/* What enqueue_trial writes of a trial to come. */
static bool add_fixed(struct book *b, const struct trial *t, int64_t id,
                      struct error *err)
{
	const struct space *sp = &b->x->s->spec->space;
	struct str json = {0};
	bool ok;

	for (size_t i = 0; i < sp->n; i++) {
		const char *name = sp->params[i].name;

		if (!t->values[i])
			continue;
		str_add(&json, json.len ? ", " : "{");
		str_json(&json, name, strlen(name), true);
		str_add(&json, ": ");
		distribution_value(t->values[i], &json);
	}
	str_add(&json, json.len ? "}" : "{}");
	ok =
	    add(b, TRIAL_SYSTEM,
	        (struct cell[]){whole(id), text("fixed_params"), text(json.s)}, 3, err);
	str_free(&json);
	return ok;
}

static struct str text_json(const char *s)
{
	struct str out = {0};

	if (s)
		str_json(&out, s, strlen(s), true);
	return out;
}

static struct str number_json(double x)
{
	struct str out = {0};

	if (!isnan(x))
		exporting_number(&out, x);
	return out;
}

/* One seed as a number, those of several runs as a list. */
static struct str seeds_json(const struct trial *t)
{
	struct str out = {0};

	for (size_t r = 0; r < t->n_runs; r++)
		str_addf(&out, "%s%llu",
		         r               ? ", "
		         : t->n_runs > 1 ? "["
		                         : "",
		         (unsigned long long)t->runs[r].seed);
	if (t->n_runs > 1)
		str_addc(&out, ']');
	return out;
}

static bool add_attributes(struct book *b, const struct trial *t, int64_t id,
                           struct error *err)
{
	bool over = t->outcome != OUTCOME_NONE, ok = true;
	struct {
		const char *key;
		struct str json;
	} all[] = {{"outcome", text_json(over ? outcome_name(t->outcome) : NULL)},
	           {"wall", number_json(over ? trial_wall(t) : (double)NAN)},
	           {"seed", seeds_json(t)},
	           {"stderr", number_json(t->stderr_)},
	           {"reason", text_json(t->reason)},
	           {"label", text_json(t->label)},
	           {"origin", text_json(origin_name(t->origin))}};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const struct cell row[] = {whole(id), text(all[i].key),
		                           text(all[i].json.s)};

		if (ok && all[i].json.len)
			ok = add(b, TRIAL_ATTRIBUTES, row, ARRAY_LEN(row), err);
		str_free(&all[i].json);
	}
	return ok;
}

static bool add_reports(struct book *b, int64_t id, const struct timeline *h,
                        struct error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < h->n; i++)
		ok = add(b, TRIAL_REPORTS,
		         (struct cell[]){whole(id), whole(h->list[i].step),
		                         real(h->list[i].value),
		                         text(number_type(h->list[i].value))},
		         4, err);
	return ok;
}

static bool add_trial(struct book *b, const struct trial *t, struct error *err)
{
	struct arena_mark mark = arena_mark(b->x->a);
	int64_t id = (int64_t)t->id + 1;
	const char *state = state_of(t), *start, *end;
	double value = t->outcome == OUTCOME_OK ? t->value : (double)NAN;
	struct timeline h;
	bool waits = strcmp(state, "WAITING") == 0, ok;

	timeline_of_trial(t, b->x->a, &h);
	if (t->outcome == OUTCOME_STOPPED && h.n)
		value = h.list[h.n - 1].value;
	times_of(b, t, &start, &end);
	ok = add(b, TRIALS,
	         (struct cell[]){whole(id), whole((int64_t)t->id), whole(STUDY),
	                         text(state), text(waits ? NULL : start),
	                         text(waits ? NULL : end)},
	         6, err) &&
	     (waits ? add_fixed(b, t, id, err) : add_params(b, t, id, err)) &&
	     (isnan(value) || add_value(b, id, value, err)) &&
	     add_reports(b, id, &h, err) && add_attributes(b, t, id, err);
	arena_rewind(b->x->a, mark);
	return ok;
}

/* --- the file --- */

static bool fill(struct book *b, struct error *err)
{
	const struct search *s = b->x->s;

	if (sqlite3_open(":memory:", &b->db) ||
	    sqlite3_exec(b->db, schema, NULL, NULL, NULL) ||
	    sqlite3_exec(b->db, "BEGIN", NULL, NULL, NULL))
		return failed(b, err);
	prepare_kinds(b);
	if (!add_study(b, err))
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (!add_trial(b, s->trials[i], err))
			return false;
	b->x->written = s->n;
	return !sqlite3_exec(b->db, "COMMIT", NULL, NULL, NULL) || failed(b, err);
}

/* It is made in memory, so that the file is there whole or not at all. */
static bool save(struct book *b, struct error *err)
{
	sqlite3_int64 n = 0;
	unsigned char *bytes = sqlite3_serialize(b->db, "main", &n, 0);
	bool ok;

	if (!bytes)
		return failed(b, err);
	ok = file_replace(b->x->path, &disk_real, (const char *)bytes, (size_t)n, err);
	sqlite3_free(bytes);
	return ok;
}

bool export_optuna(struct exporting *x, struct error *err)
{
	struct book b = {.x = x};
	bool ok;

	if (!x->s->spec->metric.name)
		return error_set(
		    err, ERROR_TRIAL,
		    "the search has no metric, and a study of Optuna has a "
		    "value for each trial\n"
		    "  help: --to csv, mlflow or wandb");
	if (x->s->spec->n_objectives > 1)
		return error_set(
		    err, ERROR_TRIAL,
		    "the search has several objectives, and this export writes "
		    "studies of one\n"
		    "  help: --to csv has them all");
	ok = fill(&b, err) && save(&b, err);
	for (size_t i = 0; i < TABLES; i++)
		sqlite3_finalize(b.insert[i]);
	sqlite3_close(b.db);
	return ok;
}
