#include "study/fleet.h"
#include "base/clock.h"
#include "base/file.h"
#include "config/command.h"
#include "config/template.h"
#include "run/copy.h"
#include "search/verdict.h"
#include "study/client_trouble.h"
#include "study/clients.h"
#include "study/last_words.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

void fleet_init(struct fleet *f, const struct spec *spec, struct runner *runner,
                const char *dir, struct arena *arena)
{
	char cwd[PATH_MAX];

	*f = (struct fleet){.spec = spec, .runner = runner, .dir = dir, .arena = arena};
	f->cwd = arena_strdup(arena, getcwd(cwd, sizeof cwd) ? cwd : ".");
	f->home = !spec->home ? f->cwd
	          : *spec->home == '/'
	              ? spec->home
	              : arena_printf(arena, "%s/%s", f->cwd, spec->home);
	if (!runner)
		return;
	f->slots = mem_new(runner->slots, sizeof(struct task *));
	f->tickets = mem_new(runner->slots, sizeof *f->tickets);
}

void fleet_free(struct fleet *f)
{
	free(f->slots);
	free(f->tickets);
	arena_free(&f->scratch);
	*f = (struct fleet){0};
}

static size_t free_slot(const struct fleet *f)
{
	const struct runner *r = f->runner;
	size_t i = 0;

	while (i < r->slots &&
	       (f->slots[i] || (r->type->ready && !r->type->ready(r->self, i))))
		i++;
	return i;
}

/* One for a run that is started although there is no room: its runner has it wait. */
static size_t any_slot(const struct fleet *f)
{
	size_t i = free_slot(f);

	if (i < f->runner->slots)
		return i;
	for (i = 0; f->slots[i];)
		i++;
	return i;
}

bool fleet_room(const struct fleet *f)
{
	return f->busy < f->runner->slots && f->stage == FLEET_OPEN && !f->held &&
	       free_slot(f) < f->runner->slots;
}

bool fleet_expects(const struct fleet *f)
{
	return f->stage == FLEET_OPEN && !f->held && !fleet_room(f);
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

static const char *task_path(const struct fleet *f, const struct task *t,
                             const char *file, struct arena *a)
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

const char *const *fleet_argv(const struct fleet *f, const struct task *t,
                              struct arena *a, struct error *err)
{
	struct command_context c = task_context(f, t, 0, root_here(f), a);

	return command_build(f->spec, t->command, &c, a, err);
}

/* For wandb's server, where it is to leave that alone. */
#define STALL_PATIENCE (60 * CLOCK_SECOND)

enum { LAST_BYTES = 4096, ENV_MAX = 14 + CLIENTS_ENV_MAX, LOST_MAX = 3 };

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

/* An attempt that has begun and of whose end nothing is known. */
static bool may_adopt(const struct fleet *f, const struct task *t)
{
	char dir[PATH_MAX];

	return f->runner->type->adopts && f->dir && t->run->attempts &&
	       t->run->outcome == OUTCOME_NONE &&
	       snprintf(dir, sizeof dir, "%s/%s", f->dir, t->folder) <
	           (int)sizeof dir &&
	       f->runner->type->adopts(f->runner->self, dir, t->run->over);
}

void fleet_keep_logs(const struct fleet *f, struct task *t)
{
	static const char *const files[] = {"stdout",        "stderr",
	                                    "reports.jsonl", "results.jsonl",
	                                    "hook.jsonl",    "wandb"};

	t->adopt = may_adopt(f, t);
	if (!f->dir || !t->run->attempts || t->adopt)
		return;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char old[PATH_MAX], kept[PATH_MAX];

		if (snprintf(old, sizeof old, "%s/%s/%s", f->dir, t->folder,
		             files[i]) >= (int)sizeof old ||
		    snprintf(kept, sizeof kept, "%s.%u", old, t->run->attempts) >=
		        (int)sizeof kept)
			continue;
		if (rename(old, kept))
			continue;
	}
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
bool fleet_yaml(const char *text, size_t n, struct str *out)
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
	    .pattern = m->pattern, .step_pattern = m->step_pattern, .yaml = fleet_yaml};
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

bool fleet_start(struct fleet *f, struct task *t, struct error *err)
{
	size_t slot = any_slot(f);
	const char *root = root_at(f, slot);
	struct command_context c = task_context(f, t, slot, root, &f->scratch);
	struct job job = {0};
	bool ok;

	job.slot = slot;
	job.argv = command_build(f->spec, t->command, &c, &f->scratch, err);
	job.env = task_env(f, t, &c, root, &f->scratch);
	job.dir = c.dir;
	/* An agent begins wherever its launcher puts it; it may know no other place. */
	if (!f->spec->carry && (f->spec->home || f->spec->n_launcher))
		job.home = f->home;
	job.results = path_below(root, t, "results.jsonl", &f->scratch);
	job.hook = path_below(root, t, "hook.jsonl", &f->scratch);
	job.timeout = clock_nanoseconds(f->spec->trial_timeout);
	job.grace = clock_nanoseconds(f->spec->kill_grace);
	job.memory = f->spec->memory;
	job.nice = f->spec->nice;
	if (f->spec->n_cpu_slots) {
		job.cpus = f->spec->cpu_slots[slot % f->spec->n_cpu_slots].list;
		job.n_cpus = f->spec->cpu_slots[slot % f->spec->n_cpu_slots].n;
	}
	job.patience =
	    f->spec->wandb && !spec_wandb_online(f->spec) ? STALL_PATIENCE : 0;
	job.nni = f->spec->nni;
	job.metric = t->metric->name;
	job.step = f->spec->early.step;
	job.texts = t->texts;
	job.items = t->phase == PHASE_TEST && !t->run->wanted;
	job.answers = t->run->wanted > 0;
	job.attempt = t->run->attempts;
	job.over = t->run->over;
	job.again = t->adopt;
	job.ticket = f->next_ticket++;
	ok = job.argv && task_source(f, t, &c, &job.source, &f->scratch, err) &&
	     (!f->dir || t->adopt || prepare_folder(f, t, slot, &c, err)) &&
	     f->runner->type->start(f->runner->self, &job, err);
	arena_free(&f->scratch);
	if (!ok)
		return false;
	f->slots[slot] = t;
	f->tickets[slot] = job.ticket;
	f->busy++;
	return true;
}

static size_t slot_of(const struct fleet *f, uint64_t ticket)
{
	for (size_t i = 0; i < f->runner->slots; i++)
		if (f->slots[i] && f->tickets[i] == ticket)
			return i;
	return SIZE_MAX;
}

void fleet_wind_down(struct fleet *f, enum fleet_stage stage)
{
	if (stage <= f->stage)
		return;
	f->stage = stage;
	if (stage < FLEET_STOP)
		return;
	for (size_t i = 0; i < f->runner->slots; i++)
		if (f->slots[i])
			f->runner->type->cancel(f->runner->self, f->tickets[i],
			                        stage == FLEET_STOP ? CANCEL_STOP
			                                            : CANCEL_KILL);
}

void fleet_stop(struct fleet *f, struct task *t)
{
	if (t->stopped)
		return;
	t->stopped = true;
	for (size_t i = 0; i < f->runner->slots; i++)
		if (f->slots[i] == t)
			f->runner->type->cancel(f->runner->self, f->tickets[i],
			                        CANCEL_STOP);
}

/* Runs that outlive us do so when the driver is sent away. */
static bool releases(const struct fleet *f, int sig)
{
	return f->runner->type->release && (sig == SIGTERM || sig == SIGHUP ||
	                                    (sig == SIGINT && f->runner->detach));
}

/* Ctrl-C once: no new runs; twice: SIGTERM to what runs; three times: SIGKILL. */
static bool take_signal(struct fleet *f, int sig)
{
	enum fleet_stage next;

	if (sig == SIGINT || sig == SIGUSR1)
		next = f->stage == FLEET_OPEN    ? FLEET_DRAIN
		       : f->stage == FLEET_DRAIN ? FLEET_STOP
		                                 : FLEET_KILL;
	else if (sig == SIGTERM || sig == SIGHUP)
		next = f->stage < FLEET_STOP ? FLEET_STOP : FLEET_KILL;
	else
		return false;
	if (!f->signal)
		f->signal = sig;
	if (releases(f, sig)) {
		f->left = true;
		f->stage = f->stage > FLEET_DRAIN ? f->stage : FLEET_DRAIN;
		f->runner->type->release(f->runner->self);
		return true;
	}
	fleet_wind_down(f, next);
	return true;
}

/* Did the machine fail, not the command? A supervisor that is killed every time may
 * well be the command's doing. */
static bool machine_failed(const struct run *r, const struct run_result *res)
{
	return res->machine_errno || (res->lost && r->attempts - r->over < LOST_MAX);
}

/* What a failed run says of it, behind its exit status. */
static void add_last_words(struct fleet *f, const struct task *t,
                           const struct run_result *res, struct run_end *end)
{
	char text[LAST_BYTES] = "";
	const char *words, *said, *meaning;
	size_t n = 0;

	if (end->outcome != OUTCOME_FAILED || res->spawn_errno || !end->reason)
		return;
	if (f->dir)
		n = file_tail(task_path(f, t, "stderr", &f->scratch), text,
		              sizeof text);
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] ? text[i] : ' ';
	said = n ? text : res->tail ? res->tail : "";
	words = last_words(said, f->arena);
	meaning = client_trouble(said);
	if (words)
		end->reason = arena_printf(f->arena, "%s: %s%s%s%s", end->reason, words,
		                           meaning ? " (" : "", meaning ? meaning : "",
		                           meaning ? ")" : "");
}

static enum fleet_event_kind finish(struct fleet *f, struct task *t,
                                    const struct run_result *res, struct run_end *end)
{
	bool by_itself =
	    !res->cancelled || (res->exit == 0 && !res->timed_out && !res->over_memory);
	bool broken = machine_failed(t->run, res);

	*end = run_conclude(t->run, res, t->metric, f->spec, f->arena);
	run_measure(t->run, res->numbers, res->note,
	            t->phase == PHASE_SEARCH ? trial_points(t->key) : SERIES_POINTS,
	            end, f->arena);
	if (t->phase == PHASE_SEARCH)
		run_criteria(f->spec, end, f->arena);
	/* What is decided stands, also where the supervisor was lost on the way. */
	if (t->stopped || (t->judged && (!by_itself || broken))) {
		t->stopped = true;
		return FLEET_STOPPED;
	}
	if (by_itself && !(res->lost && f->stage >= FLEET_STOP) && !broken) {
		add_last_words(f, t, res, end);
		if (t->run->wanted && end->outcome != OUTCOME_OK)
			end->reason = answering_reason(f->spec, t->run, &t->trouble,
			                               end->reason, f->arena);
		return FLEET_FINISHED;
	}
	return FLEET_CUT;
}

bool fleet_wait(struct fleet *f, int64_t deadline, struct fleet_event *out,
                struct error *err)
{
	for (;;) {
		struct runner_event *e = &f->event;
		size_t slot;

		if (!f->runner->type->wait(f->runner->self, deadline, e, err))
			return false;
		*out = (struct fleet_event){.result = &e->result, .signal = e->signal};
		if (e->kind == RUNNER_TICK || e->kind == RUNNER_SIGNAL) {
			out->kind =
			    e->kind == RUNNER_SIGNAL && take_signal(f, e->signal)
				? FLEET_SIGNAL
				: FLEET_TICK;
			return true;
		}
		slot = slot_of(f, e->ticket);
		if (slot == SIZE_MAX)
			continue;
		out->task = f->slots[slot];
		if (e->kind == RUNNER_REPORT && out->task->run->wanted &&
		    !answering_take(f->spec, out->task->run, &e->report,
		                    &out->task->trouble))
			continue;
		if (e->kind == RUNNER_REPORT) {
			out->kind = out->task->judged ? FLEET_LATE : FLEET_REPORT;
			out->report = e->report;
			return true;
		}
		f->slots[slot] = NULL;
		f->busy--;
		out->kind = finish(f, out->task, &e->result, &out->end);
		f->held = e->result.machine_errno != 0;
		if (f->held && !f->busy && f->stage == FLEET_OPEN) {
			errno = e->result.machine_errno;
			return error_errno(err,
			                   "%s: could not be run, or its results not "
			                   "be read",
			                   out->task->folder);
		}
		return true;
	}
}
