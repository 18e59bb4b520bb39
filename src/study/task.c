#include "study/task.h"
#include "base/clock.h"
#include "base/file.h"
#include "config/command.h"
#include "config/template.h"
#include "run/copy.h"
#include "search/verdict.h"
#include "study/clients.h"
#include "study/fleet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For wandb's server, where it is to leave that alone. */
#define STALL_PATIENCE (60 * CLOCK_SECOND)

enum { ENV_MAX = 14 + CLIENTS_ENV_MAX };

void task_folder(struct task *t)
{
	unsigned long long key = t->key;

	if (t->phase == PHASE_SEARCH)
		snprintf(t->folder, sizeof t->folder, "trials/%04llu/r%zu", key,
		         t->index);
	else if (t->key == VERDICT_DEFAULTS)
		snprintf(t->folder, sizeof t->folder, "verify/%s/defaults/r%zu",
		         phase_name(t->phase), t->index);
	else
		snprintf(t->folder, sizeof t->folder, "verify/%s/%04llu/r%zu",
		         phase_name(t->phase), key, t->index);
}

static const char *path_below(const char *root, const struct task *t, const char *file,
                              struct arena *a)
{
	return arena_printf(a, "%s/%s%s%s", root, t->folder, *file ? "/" : "", file);
}

/* The search's directory, as we see it. */
static const char *root_here(const struct fleet *f)
{
	return f->dir ? f->dir : f->cwd;
}

/* The same, as what runs in that slot sees it. */
static const char *root_at(const struct fleet *f, size_t slot)
{
	const struct runner *r = f->runner;
	const char *root = r && r->type->root ? r->type->root(r->self, slot) : NULL;

	return root ? root : root_here(f);
}

const char *task_path(const struct fleet *f, const struct task *t, const char *file,
                      struct arena *a)
{
	return path_below(root_here(f), t, file, a);
}

static const char *task_gpu(const struct fleet *f, size_t slot)
{
	return f->spec->n_slots ? f->spec->slots[slot % f->spec->n_slots] : "";
}

/* The budget of this launch in the place of the parameter that it is. */
static const struct value *const *task_values(const struct fleet *f,
                                              const struct task *t, struct arena *a)
{
	const struct space *sp = &f->spec->space;
	const char *name = f->spec->early.resource;
	size_t at = name ? space_find(sp, name) : SIZE_MAX;
	double budget = t->run->budget;
	const struct value **values;
	struct value *v;

	if (at == SIZE_MAX || !(budget > 0) || !t->trial->values[at])
		return t->trial->values;
	values = arena_new(a, sp->n, sizeof *values);
	memcpy(values, t->trial->values, sp->n * sizeof *values);
	v = arena_new(a, 1, sizeof *v);
	*v = budget == floor(budget) && budget < 0x1p53 ? value_int((int64_t)budget)
	                                                : value_float(budget);
	values[at] = v;
	return values;
}

static const char *budget_text(const struct task *t, struct arena *a)
{
	struct str out = {0};
	const char *text = "";

	if (t->run->budget > 0) {
		str_double(&out, t->run->budget);
		text = arena_strdup(a, str_text(&out));
	}
	str_free(&out);
	return text;
}

static struct command_context task_context(const struct fleet *f, const struct task *t,
                                           size_t slot, const char *root,
                                           struct arena *a)
{
	struct value *args = arena_new(a, 1, sizeof *args);

	*args = space_arguments(&f->spec->space, task_values(f, t, a), a);
	return (struct command_context){
	    .arguments = args,
	    .trial = t->trial->id,
	    .run = t->index,
	    .seed = t->run->seed,
	    .dir = path_below(root, t, "", a),
	    .config_path = path_below(root, t, "config.json", a),
	    .gpu = task_gpu(f, slot),
	    .step_budget = budget_text(t, a),
	    .items_file = t->run->wanted ? task_path(f, t, "items.jsonl", a) : NULL,
	};
}

const char *const *task_argv(const struct fleet *f, const struct task *t,
                             struct arena *a, struct error *err)
{
	struct command_context c = task_context(f, t, 0, root_here(f), a);

	return command_build(f->spec, t->command, &c, a, err);
}

/* What numeric libraries ask how many threads to begin; all but the last two look at
 * the first where they have no variable of their own. */
static const char *const thread_variables[] = {
    "OMP_NUM_THREADS",     "MKL_NUM_THREADS",  "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS", "BLIS_NUM_THREADS", "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS"};

static struct client_run client_of(const struct fleet *f,
                                   const struct command_context *c, const char *root)
{
	return (struct client_run){.spec = f->spec,
	                           .dir = root,
	                           .folder = c->dir,
	                           .arguments = c->arguments,
	                           .trial = c->trial,
	                           .run = c->run};
}

/* As many threads as it has processors, unless somebody has said how many. */
static size_t threads_env(const struct spec *spec, const char **env, struct arena *a)
{
	size_t n = 0;

	if (!spec->threads || spec_variable(spec, thread_variables[0]))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(thread_variables); i++)
		if (!spec_variable(spec, thread_variables[i]))
			env[n++] = arena_printf(a, "%s=%zu", thread_variables[i],
			                        spec->threads);
	return n;
}

/* Adds what the file says to the n that are ours. Of those that are there already
 * PYTHONPATH has its say in it, and what else it may set (spec_read_env) is its own. */
static size_t own_env(const struct spec *spec, const char **env, size_t n)
{
	size_t ours = n;

	for (size_t i = 0; i < spec->n_env; i++) {
		size_t name = strcspn(spec->env[i], "=") + 1, k = 0;

		while (k < ours && strncmp(env[k], spec->env[i], name) != 0)
			k++;
		if (k == ours)
			env[n++] = spec->env[i];
		else if (strncmp(env[k], "PYTHONPATH=", name) != 0)
			env[k] = spec->env[i];
	}
	return n;
}

static const char *const *task_env(const struct fleet *f, const struct task *t,
                                   const struct command_context *c, const char *root,
                                   struct arena *a)
{
	const char **env = arena_new(
	    a, ENV_MAX + ARRAY_LEN(thread_variables) + f->spec->n_env, sizeof *env);
	struct client_run client = client_of(f, c, root);
	size_t n = f->dir ? clients_env(&client, a, env) : 0;

	env[n++] =
	    arena_printf(a, "HPSEARCH_TRIAL=%llu", (unsigned long long)t->trial->id);
	env[n++] = arena_printf(a, "HPSEARCH_RUN=%zu", t->index);
	env[n++] =
	    arena_printf(a, "HPSEARCH_SEED=%llu", (unsigned long long)t->run->seed);
	env[n++] = arena_printf(a, "HPSEARCH_DIR=%s", c->dir);
	env[n++] = arena_printf(a, "HPSEARCH_CONFIG=%s", c->config_path);
	env[n++] = arena_printf(a, "HPSEARCH_RESULTS=%s",
	                        path_below(root, t, "results.jsonl", a));
	env[n++] = arena_printf(a, "HPSEARCH_SPLIT=%s",
	                        t->phase == PHASE_TEST ? "test" : "valid");
	if (t->run->budget > 0)
		env[n++] = arena_printf(a, "HPSEARCH_STEP_BUDGET=%s", c->step_budget);
	if (c->items_file)
		env[n++] = arena_printf(a, "HPSEARCH_ITEMS=%s", c->items_file);
	env[n++] = "PYTHONUNBUFFERED=1";
	if (*c->gpu)
		env[n++] = arena_printf(a, "CUDA_VISIBLE_DEVICES=%s", c->gpu);
	n += threads_env(f->spec, env + n, a);
	env[own_env(f->spec, env, n)] = NULL;
	return env;
}

/* The script that runs the same thing again: `sh trials/0017/r0/cmd`. */
static void cmd_script(const struct fleet *f, const char *const *argv,
                       const char *const *env, struct str *out)
{
	str_add(out, "#!/bin/sh\ncd ");
	str_shell(out, f->home);
	str_add(out, " || exit 1\nexec env");
	for (; *env; env++) {
		str_add(out, " \\\n\t");
		str_shell(out, *env);
	}
	str_add(out, " \\\n\t");
	command_line(argv, out);
	str_addc(out, '\n');
}

/* The user's own configuration file, for this run. */
static bool fill_template(struct fleet *f, const struct command_context *c,
                          const struct command_context *there, struct error *err)
{
	struct arena *a = &f->scratch;
	const struct template_set *culprit;
	struct str text = {0};
	const char *place;
	bool ok;

	if (!f->spec->config)
		return true;
	place = template_place(f->spec, c, a, err);
	if (place && *place != '/')
		place = arena_printf(a, "%s/%s", f->home, place);
	ok = place && template_fill(f->spec, there, &text, &culprit, a, err) &&
	     file_write(place, str_text(&text), text.len, 0666, err);
	str_free(&text);
	return ok;
}

/* A run that goes on from another one's checkpoint. */
static bool take_over(const struct fleet *f, const struct task *t, struct error *err)
{
	const struct lineage *line = &t->trial->line;
	struct task from = {.key = line->from, .phase = t->phase, .index = t->index};

	if (!line->goes_on)
		return true;
	task_folder(&from);
	return copy_run(f->dir, from.folder, t->folder, err);
}

/* `there`: as the run will see it. */
static bool prepare_folder(struct fleet *f, const struct task *t, size_t slot,
                           const struct command_context *there, struct error *err)
{
	struct arena *a = &f->scratch;
	const struct command_context context =
	    task_context(f, t, slot, root_here(f), a);
	const struct command_context *c = &context;
	struct client_run client = client_of(f, c, f->dir);
	const char *const *argv = command_build(f->spec, t->command, c, a, err);
	struct str text = {0};
	bool ok;

	if (!argv)
		return false;

	f->equipped = f->equipped || clients_install(f->dir, err);
	if (!f->equipped || !take_over(f, t, err) ||
	    !file_mkdirs_below(f->dir, t->folder, err) ||
	    !clients_files(&client, a, err))
		return false;
	value_json(c->arguments, &text, false);
	str_addc(&text, '\n');
	ok = file_write(c->config_path, text.s, text.len, 0666, err);
	ok = ok && fill_template(f, c, there, err);
	ok = ok &&
	     (!c->items_file || answering_write(f->spec, t->run, c->items_file, err));
	str_clear(&text);
	cmd_script(f, argv, task_env(f, t, c, f->dir, a), &text);
	ok = ok && file_write(task_path(f, t, "cmd", a), text.s, text.len, 0777, err);
	str_free(&text);
	return ok;
}

/* What is odd about it is not for us to say. */
bool task_yaml(const char *text, size_t n, struct str *out)
{
	struct arena a = {0};
	struct notices ns = {.a = &a};
	struct yaml y = {0};
	struct error ignored;
	bool ok = yaml_parse(&y, "", text, n, &a, &ns, &ignored);

	if (ok) {
		struct value v = node_value(y.root, &a);

		value_json(&v, out, false);
	}
	free(ns.list);
	arena_free(&a);
	return ok;
}

static bool task_source(const struct fleet *f, const struct task *t,
                        const struct command_context *of, struct metric_source *out,
                        struct arena *a, struct error *err)
{
	const struct metric *m = t->metric;
	const struct command word = {.words = &m->file, .n = 1};
	struct command_context c = *of;
	const char *const *file;

	*out = (struct metric_source){
	    .pattern = m->pattern, .step_pattern = m->step_pattern, .yaml = task_yaml};
	if (!m->file) {
		out->file = clients_results(f->spec, of->dir, a);
		return true;
	}
	c.part = true;
	file = command_build(f->spec, &word, &c, a, err);
	if (!file || !*file)
		return file && error_set(err, ERROR_FILE, "metric.file names nothing");
	out->file = **file == '/' || f->spec->carry
	                ? *file
	                : arena_printf(a, "%s/%s", f->home, *file);
	return true;
}

bool task_job(struct fleet *f, const struct task *t, size_t slot, struct job *job,
              struct error *err)
{
	struct arena *a = &f->scratch;
	const char *root = root_at(f, slot);
	struct command_context c = task_context(f, t, slot, root, a);

	*job = (struct job){0};
	job->slot = slot;
	job->argv = command_build(f->spec, t->command, &c, a, err);
	job->env = task_env(f, t, &c, root, a);
	job->dir = c.dir;
	/* An agent begins wherever its launcher puts it; it may know no other place. */
	if (!f->spec->carry && (f->spec->home || f->spec->n_launcher))
		job->home = f->home;
	job->results = path_below(root, t, "results.jsonl", a);
	job->hook = path_below(root, t, "hook.jsonl", a);
	job->timeout = clock_nanoseconds(f->spec->trial_timeout);
	job->grace = clock_nanoseconds(f->spec->kill_grace);
	job->memory = f->spec->memory;
	job->nice = f->spec->nice;
	if (f->spec->n_cpu_slots) {
		job->cpus = f->spec->cpu_slots[slot % f->spec->n_cpu_slots].list;
		job->n_cpus = f->spec->cpu_slots[slot % f->spec->n_cpu_slots].n;
	}
	job->patience =
	    f->spec->wandb && !spec_wandb_online(f->spec) ? STALL_PATIENCE : 0;
	job->nni = f->spec->nni;
	job->metric = t->metric->name;
	job->step = f->spec->early.step;
	job->texts = t->texts;
	job->items = t->phase == PHASE_TEST && !t->run->wanted;
	job->answers = t->run->wanted > 0;
	job->attempt = t->run->attempts;
	job->over = t->run->over;
	job->again = t->adopt;
	return job->argv && task_source(f, t, &c, &job->source, a, err) &&
	       (!f->dir || t->adopt || prepare_folder(f, t, slot, &c, err));
}
