/* Other tools' words at the top of a file. */
#include "config/dialect.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *word, *ours;
} keys[] = {{"params", "parameters"},
            {"search_space", "parameters"},
            {"searchSpace", "parameters"},
            {"hyperparameters", "parameters"},
            {"hparams", "parameters"},
            {"space", "parameters"},
            {"algorithm", "method"},
            {"strategy", "method"},
            {"sampler", "method"},
            {"tuner", "method"},
            {"n_trials", "max_trials"},
            {"num_trials", "max_trials"},
            {"max_evals", "max_trials"},
            {"max_runs", "max_trials"},
            {"num_samples", "max_trials"},
            {"trials", "max_trials"},
            {"maxTrialCount", "max_trials"},
            {"maxTrialNumber", "max_trials"},
            {"count", "max_trials"},
            {"early_stopping", "early_terminate"},
            {"pruner", "early_terminate"},
            {"cmd", "command"},
            {"trialCommand", "command"},
            {"entrypoint", "command"},
            {"script", "program"},
            {"n_jobs", "parallel"},
            {"jobs", "parallel"},
            {"workers", "parallel"},
            {"max_concurrent", "parallel"},
            {"trialConcurrency", "parallel"},
            {"parallelTrialCount", "parallel"},
            {"max_trial_num", "max_trials"},
            {"max_trial_number", "max_trials"},
            {"max_experiments", "max_trials"},
            {"num_runs", "max_trials"},
            {"n_runs", "max_trials"},
            {"n_iter", "max_trials"},
            {"iterations", "max_trials"},
            {"search_algorithm", "method"},
            {"search_alg", "method"},
            {"searcher", "method"},
            {"early_stop", "early_terminate"},
            {"early_stopping_policy", "early_terminate"},
            {"entry_point", "program"},
            {"executable", "command"},
            {"run", "command"},
            {"random_state", "seed"},
            {"random_seed", "seed"},
            {"num_seeds", "repeats"},
            {"n_seeds", "repeats"},
            {"conditions", "constraints"},
            {"num_gpus", "gpus"},
            {"n_gpus", "gpus"},
            {"gpu_ids", "gpus"},
            {"num_cpus", "cpus"},
            {"n_cpus", "cpus"},
            {"max_parallel", "parallel"},
            {"num_workers", "parallel"},
            {"max_concurrent_trials", "parallel"},
            {"trialGpuNumber", "gpus"},
            {"assessor", "early_terminate"},
            {"retry", "retries"},
            {"max_retries", "retries"},
            {"num_retries", "retries"},
            {"n_repeats", "repeats"},
            {"num_repeats", "repeats"},
            {"replicates", "repeats"}};

static bool is_time(const char *key)
{
	static const char *const times[] = {
	    "timeout",       "time_budget",  "max_time",
	    "time_limit",    "max_duration", "maxExperimentDuration",
	    "time_budget_s", "walltime",     "max_runtime"};

	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		if (strcasecmp(key, times[i]) == 0)
			return true;
	return false;
}

const char *dialect_native_key(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strcasecmp(key, keys[i].word) == 0)
			return keys[i].ours;
	return strcasecmp(key, "objective") == 0 || strcasecmp(key, "objectives") == 0
	           ? "metric"
	       : is_time(key) ? "budget"
	                      : NULL;
}

static const char *goal_help(const char *word, struct arena *a)
{
	bool min = strncasecmp(word, "min", 3) == 0;

	return min || strncasecmp(word, "max", 3) == 0
	           ? arena_printf(a, "write it into metric: {name: ..., goal: %s}",
	                          min ? "minimize" : "maximize")
	           : NULL;
}

/* objective: {metric: loss, direction: minimize}. */
static const char *objective_help(const struct node *n, struct arena *a)
{
	static const char *const names[] = {"name", "metric", "objectiveMetricName",
	                                    NULL};
	static const char *const goals[] = {"goal", "direction", "mode", "type", NULL};
	const char *name = NULL, *goal = NULL;

	if (n->kind == NODE_LIST && n->n > 1)
		return "write metrics: [{name: ..., goal: maximize}, {name: ..., goal: "
		       "minimize}]";
	if (n->kind == NODE_LIST && n->n)
		n = n->items[0];
	if (n->kind == NODE_MAP) {
		name = node_first_text(n, names);
		goal = node_first_text(n, goals);
	} else if (n->kind == NODE_SCALAR && *n->text) {
		name = n->text;
	}
	return arena_printf(
	    a, "write metric: {name: %s, goal: %s}", name ? name : "val_loss",
	    goal && strncasecmp(goal, "max", 3) == 0 ? "maximize" : "minimize");
}

/* sampler: tpe, tuner: {name: TPE}. */
static const char *method_help(const struct node *n, struct arena *a)
{
	static const char *const names[] = {"name", "type", "algorithmName", NULL};
	static const char *const ours[] = {"grid", "random", "sobol"};
	const char *word = n->kind == NODE_MAP      ? node_first_text(n, names)
	                   : n->kind == NODE_SCALAR ? n->text
	                                            : NULL;

	for (size_t i = 0; word && i < ARRAY_LEN(ours); i++)
		if (strncasecmp(word, ours[i], strlen(ours[i])) == 0)
			return arena_printf(a, "write method: %s", ours[i]);
	return "write method: bayes";
}

/* pruner: median, early_stopping: {type: hyperband}. */
static const char *early_help(const struct node *n, struct arena *a)
{
	static const char *const names[] = {"name", "type", "algorithmName", NULL};
	static const struct {
		const char *word, *ours;
	} types[] = {{"median", "median"},       {"asha", "asha"},
	             {"successive", "asha"},     {"sha", "asha"},
	             {"hyperband", "hyperband"}, {"threshold", "threshold"},
	             {"patien", "patience"}};
	const char *word = n->kind == NODE_MAP      ? node_first_text(n, names)
	                   : n->kind == NODE_SCALAR ? n->text
	                                            : NULL;

	for (size_t i = 0; word && i < ARRAY_LEN(types); i++)
		if (strcasestr(word, types[i].word))
			return arena_printf(a, "write early_terminate: {type: %s, …}",
			                    types[i].ours);
	return "write early_terminate: {type: median}";
}

const char *dialect_key(const char *key, const struct node *n, struct arena *a)
{
	const char *ours = dialect_native_key(key);
	bool plain = n->kind == NODE_SCALAR && *n->text;

	if (strcasecmp(key, "direction") == 0 || strcasecmp(key, "goal") == 0 ||
	    strcasecmp(key, "mode") == 0)
		return plain ? goal_help(n->text, a) : NULL;
	if (ours && strcmp(ours, "metric") == 0)
		return objective_help(n, a);
	if (ours && strcmp(ours, "method") == 0)
		return method_help(n, a);
	if (ours && strcmp(ours, "early_terminate") == 0)
		return early_help(n, a);
	if (strcasecmp(key, "target") == 0 || strcasecmp(key, "patience") == 0)
		return arena_printf(a, "write stop: {%s: %s}", key,
		                    plain ? n->text : "...");
	if (strcasecmp(key, "directions") == 0)
		return "write metrics: [{name: ..., goal: maximize}, {name: ..., goal: "
		       "minimize}]";
	if (is_time(key))
		return arena_printf(a,
		                    "write budget: {time: %s} for the whole search, "
		                    "trial_timeout: %s for each run",
		                    plain ? n->text : "2h", plain ? n->text : "2h");
	if (!ours)
		return NULL;
	return arena_printf(a, "write %s:%s%s", ours, plain ? " " : "",
	                    plain ? n->text : "");
}

bool dialect_decides(const char *key)
{
	static const char *const decisive[] = {"items",
	                                       "limits",
	                                       "runs_per_gpu",
	                                       "args",
	                                       "deterministic_training",
	                                       "resources",
	                                       "environment",
	                                       "cwd",
	                                       "workdir",
	                                       "host",
	                                       "queue",
	                                       "partition",
	                                       "container",
	                                       "docker",
	                                       "docker_image",
	                                       "image",
	                                       "ssh",
	                                       "kubernetes",
	                                       "nodes",
	                                       "resources_per_trial",
	                                       "working_dir",
	                                       "working_directory",
	                                       "environ",
	                                       "env_vars",
	                                       "environment_variables",
	                                       "initial_points",
	                                       "points_to_evaluate",
	                                       "enqueue",
	                                       "initial_params",
	                                       "cluster",
	                                       "sbatch",
	                                       "gpus_per_run",
	                                       "gpus_per_trial",
	                                       "cpus_per_run",
	                                       "cpus_per_trial",
	                                       "executor",
	                                       "backend",
	                                       "trainingService",
	                                       "ntasks",
	                                       "gres",
	                                       "modules",
	                                       "venv",
	                                       "conda",
	                                       "chdir",
	                                       "directory",
	                                       "setup",
	                                       "pre",
	                                       "prerun",
	                                       "pre_run",
	                                       "before",
	                                       "post",
	                                       "after",
	                                       "hooks",
	                                       "remote"};

	for (size_t i = 0; i < ARRAY_LEN(decisive); i++)
		if (strcmp(key, decisive[i]) == 0)
			return true;
	return false;
}
