#include "study/clients.h"

#include "base/file.h"
#include "run/hook.h"

#include <stdlib.h>
#include <string.h>

struct env_list {
	struct arena *a;
	const char **env;
	size_t n;
};

static void put(struct env_list *l, const char *name, const char *value)
{
	l->env[l->n++] = arena_printf(l->a, "%s=%s", name, value);
}

/* What the user has set stays. */
static void put_default(struct env_list *l, const struct spec *spec, const char *name,
                        const char *value)
{
	if (!spec_variable(spec, name))
		put(l, name, value);
}

static void hook_env(const struct client_run *c, struct env_list *l)
{
	const char *path = spec_variable(c->spec, "PYTHONPATH");
	bool more = path && *path;

	put(l, "HPSEARCH_HOOK", arena_printf(l->a, "%s/hook.jsonl", c->folder));
	put(l, "PYTHONPATH",
	    arena_printf(l->a, "%s/python%s%s", c->dir, more ? ":" : "",
	                 more ? path : ""));
	/* The summary of a wandb run is its value as `last` has it, and no report. */
	if (c->spec->metric.reduce != REDUCE_LAST)
		put(l, "HPSEARCH_REDUCE", "other");
}

static void wandb_env(const struct client_run *c, struct env_list *l)
{
	put(l, "WANDB_SWEEP_PARAM_PATH",
	    arena_printf(l->a, "%s/wandb.yaml", c->folder));
	if (spec_wandb_online(c->spec))
		return;
	put(l, "WANDB_MODE", "offline");
	put(l, "WANDB_SWEEP_ID", "hpsearch");
	put(l, "WANDB_DIR", c->folder);
	put(l, "WANDB_ERROR_REPORTING", "false");
	put_default(l, c->spec, "WANDB_SILENT", "true");
	put_default(l, c->spec, "WANDB_CONSOLE", "off");
	put_default(l, c->spec, "WANDB_X_TRANSACTION_LOG_FLUSH_INTERVAL", "0.5");
}

/* Its client prints its reports where the platform is none that it knows. */
static void nni_env(const struct client_run *c, struct env_list *l)
{
	unsigned long long trial = c->trial;

	put(l, "NNI_PLATFORM", "hpsearch");
	put(l, "NNI_EXP_ID", "hpsearch");
	put(l, "NNI_SYS_DIR", c->folder);
	put(l, "NNI_OUTPUT_DIR", c->folder);
	put(l, "NNI_TRIAL_JOB_ID", arena_printf(l->a, "trial%llu.%zu", trial, c->run));
	put(l, "NNI_TRIAL_SEQ_ID", arena_printf(l->a, "%llu", trial));
}

/* Its client writes the results into a file that is there. */
static const char orion_file[] = "orion.json";

static void orion_env(const struct client_run *c, struct env_list *l)
{
	put(l, "ORION_RESULTS_PATH", clients_results(c->spec, c->folder, l->a));
}

const char *clients_results(const struct spec *spec, const char *folder,
                            struct arena *a)
{
	return spec->orion ? arena_printf(a, "%s/%s", folder, orion_file) : NULL;
}

size_t clients_env(const struct client_run *c, struct arena *a, const char **env)
{
	struct env_list l = {.a = a, .env = env};

	hook_env(c, &l);
	if (c->spec->wandb)
		wandb_env(c, &l);
	else
		put(&l, "HPSEARCH_WANDB", "off");
	if (c->spec->nni)
		nni_env(c, &l);
	if (c->spec->orion)
		orion_env(c, &l);
	return l.n;
}

/* As wandb's agent writes it: read by PyYAML, each name with a mapping below it. */
static void wandb_parameters(const struct value *arguments, struct str *out)
{
	str_add(out, "wandb_version: 1\n");
	for (size_t i = 0; i < arguments->n; i++) {
		str_add(out, "\n");
		str_json(out, arguments->keys[i], strlen(arguments->keys[i]), false);
		str_add(out, ":\n  value: ");
		value_yaml(&arguments->items[i], out);
		str_addc(out, '\n');
	}
}

static void nni_parameters(const struct client_run *c, struct str *out)
{
	str_addf(out,
	         "{\"parameter_id\": %llu, \"parameter_source\": \"algorithm\", "
	         "\"parameters\": ",
	         (unsigned long long)c->trial);
	value_json(c->arguments, out, false);
	str_add(out, "}\n");
}

static bool put_file(const struct client_run *c, const char *name, struct str *text,
                     struct arena *a, struct error *err)
{
	bool ok = file_write(arena_printf(a, "%s/%s", c->folder, name), text->s,
	                     text->len, 0666, err);

	str_free(text);
	return ok;
}

bool clients_files(const struct client_run *c, struct arena *a, struct error *err)
{
	struct str text = {0};

	if (c->spec->wandb) {
		wandb_parameters(c->arguments, &text);
		if (!put_file(c, "wandb.yaml", &text, a, err))
			return false;
	}
	if (c->spec->orion)
		return put_file(c, orion_file, &text, a, err);
	if (!c->spec->nni)
		return true;
	nni_parameters(c, &text);
	return put_file(c, "parameter.cfg", &text, a, err);
}

bool clients_install(const char *dir, struct error *err)
{
	return hook_write(dir, err);
}
