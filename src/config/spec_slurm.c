/* The slurm block: what is asked of Slurm for a run, and how its jobs are used. Here it
 * becomes words for sbatch; what is done with them is run/crew.h. */
#include "config/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { JOBS_MAX = 10000, SLOTS_MAX = 1024, LINES_MAX = 100, WORDS_MAX = 128 };

static const char *const keys[] = {
    "partition",   "account", "qos",          "constraint", "nodelist", "exclude",
    "reservation", "time",    "gpus",         "cpus",       "mem",      "mem_per_gpu",
    "mem_per_cpu", "jobs",    "runs_per_job", "idle",       "setup",    "options",
    "lost_after",  "poll",    "slots"};

/* A word behind an option of sbatch: numbers are taken as they are written. */
static bool read_word(struct reading *r, const struct node *n, const char *what,
                      const char **out)
{
	if (n->kind != NODE_SCALAR || n->value.kind == VALUE_NULL || !*n->text)
		return read_fails(r, n->at, NULL, "slurm.%s must be a text", what);
	if (strpbrk(n->text, "\n\r"))
		return read_fails(r, n->at, NULL, "slurm.%s must be one line", what);
	*out = n->text;
	return true;
}

static void add_word(struct reading *r, const char *option, const char *word)
{
	struct slurm *s = &r->spec->slurm;

	s->request[s->n_request++] = arena_printf(r->a, "--%s=%s", option, word);
}

static bool plain_words(struct reading *r, const struct node *map)
{
	static const struct {
		const char *key, *option;
	} words[] = {{"partition", "partition"},
	             {"account", "account"},
	             {"qos", "qos"},
	             {"constraint", "constraint"},
	             {"nodelist", "nodelist"},
	             {"exclude", "exclude"},
	             {"reservation", "reservation"}};
	const char *word;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const struct node *n = node_get(map, words[i].key);

		if (!n)
			continue;
		if (!read_word(r, n, words[i].key, &word))
			return false;
		add_word(r, words[i].option, word);
	}
	return true;
}

/* 4, or a100:2. */
static bool read_gpu_count(struct reading *r, const struct node *n)
{
	const char *word, *colon, *digits;

	if (!read_word(r, n, "gpus", &word))
		return false;
	colon = strrchr(word, ':');
	digits = colon ? colon + 1 : word;
	if (!*digits || strspn(digits, "0123456789") != strlen(digits) ||
	    strspn(digits, "0") == strlen(digits) || strlen(digits) > 4 || *word == ':')
		return read_fails(r, n->at, "as in gpus: 1, or gpus: a100:2",
		                  "slurm.gpus is the number of GPUs of a run");
	add_word(r, "gpus-per-task", word);
	return true;
}

/* Of all the runs of a job. */
static const char *of_a_job(struct reading *r, const char *word, size_t digits)
{
	size_t slots = r->spec->slurm.slots;

	return slots == 1
	           ? word
	           : arena_printf(r->a, "%llu%s", strtoull(word, NULL, 10) * slots,
	                          word + digits);
}

static bool read_memory(struct reading *r, const struct node *map)
{
	static const char *const names[] = {"mem", "mem_per_gpu", "mem_per_cpu"};
	static const char *const options[] = {"mem", "mem-per-gpu", "mem-per-cpu"};
	const char *given = NULL, *word;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct node *n = node_get(map, names[i]);
		size_t digits;

		if (!n)
			continue;
		if (given)
			return read_fails(
			    r, n->at, "leave one of them out",
			    "slurm.%s and slurm.%s are two answers to one "
			    "question",
			    given, names[i]);
		given = names[i];
		if (!read_word(r, n, names[i], &word))
			return false;
		digits = strspn(word, "0123456789");
		if (!digits || digits > 12 || strlen(word + digits) > 1 ||
		    (word[digits] && !strchr("KMGTkmgt", word[digits])))
			return read_fails(r, n->at, "as in mem: 32G",
			                  "slurm.%s is a number of megabytes, or one "
			                  "with K, M, G or T behind it",
			                  names[i]);
		/* --mem is of a whole job. */
		add_word(r, options[i], i ? word : of_a_job(r, word, digits));
	}
	return true;
}

static bool read_cpus(struct reading *r, const struct node *n)
{
	struct slurm *s = &r->spec->slurm;

	if (!n)
		return true;
	if (!read_size(r, n, "slurm.cpus", 1, CPUS_MAX, &s->cpus))
		return false;
	add_word(r, "cpus-per-task", arena_printf(r->a, "%zu", s->cpus));
	return true;
}

/* What is ours to say, or would take the jobs from us; also where its name is cut
 * short, which sbatch takes as well. */
static bool check_option(struct reading *r, const struct node *n, const char *word)
{
	static const struct {
		const char *option, *help;
	} taken[] = {
	    {"--requeue", "runs are queued again by hpsearch itself"},
	    {"--no-requeue", "it is always given"},
	    {"-J", "jobs are found by their names"},
	    {"--job-name", "jobs are found by their names"},
	    {"-o", "what a job prints is in agents/ of the search's directory"},
	    {"--output", "what a job prints is in agents/ of the search's directory"},
	    {"-a", "slurm.jobs is the number of jobs"},
	    {"--array", "slurm.jobs is the number of jobs"},
	    {"--signal", "it is given so that there is time for kill_grace"},
	    {"-t", "write slurm.time"},
	    {"--time", "write slurm.time"},
	    {"-N", "a run is on one node"},
	    {"--nodes", "a run is on one node"},
	    {"-n", "a run is one task, and slurm.slots the runs of a job"},
	    {"--ntasks", "a run is one task, and slurm.slots the runs of a job"},
	    {"-D", "runs start where hpsearch does"},
	    {"--chdir", "runs start where hpsearch does"},
	    {"--parsable", "it is always given"},
	    {"-W", "jobs are not waited for"},
	    {"--wait", "jobs are not waited for"},
	    {"--wrap", "the script is hpsearch's"},
	    {"--test-only", "hpsearch check does that"},
	};
	bool is_long = strncmp(word, "--", 2) == 0;
	size_t len = is_long ? strcspn(word, "=") : 2;

	if (*word != '-' || !word[1] || (is_long && !word[2]))
		return read_fails(r, n->at, "as in options: [\"--mail-type=FAIL\"]",
		                  "slurm.options: %s is no option of sbatch", word);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		if (strncmp(taken[i].option, word, len) == 0)
			return read_fails(r, n->at, taken[i].help,
			                  "slurm.options cannot hold %s",
			                  taken[i].option);
	return true;
}

static bool read_lines(struct reading *r, const struct node *n, const char *what,
                       const char *const **out, size_t *count)
{
	size_t many = n->kind == NODE_LIST ? n->n : 1;
	const char **list = arena_new(r->a, many + 1, sizeof *list);

	if (n->kind == NODE_MAP || many > LINES_MAX)
		return read_fails(r, n->at, NULL, "slurm.%s must be a list of texts",
		                  what);
	for (size_t i = 0; i < many; i++) {
		const struct node *item = n->kind == NODE_LIST ? n->items[i] : n;

		if (!read_string(r, item, what, &list[i]))
			return false;
	}
	*out = list;
	*count = many;
	return true;
}

static bool read_options(struct reading *r, const struct node *n)
{
	struct slurm *s = &r->spec->slurm;
	const char *const *list;
	size_t count;

	if (!n)
		return true;
	if (!read_lines(r, n, "options", &list, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct node *item = n->kind == NODE_LIST ? n->items[i] : n;

		if (!check_option(r, item, list[i]))
			return false;
		s->request[s->n_request++] = list[i];
	}
	return true;
}

static bool read_times(struct reading *r, const struct node *map)
{
	struct slurm *s = &r->spec->slurm;
	const struct {
		const char *key, *what;
		double *to;
	} times[] = {{"time", "slurm.time", &s->time},
	             {"idle", "slurm.idle", &s->idle},
	             {"lost_after", "slurm.lost_after", &s->lost_after},
	             {"poll", "slurm.poll", &s->poll}};

	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		const struct node *n = node_get(map, times[i].key);

		if (!n)
			continue;
		if (!read_duration(r, n, times[i].what, times[i].to))
			return false;
		if (!(*times[i].to > 0) || *times[i].to > 366 * 86400.0)
			return read_fails(r, n->at, "write 30s, 10m or 4h",
			                  "%s must be above 0, and no more than a year",
			                  times[i].what);
	}
	if (s->time > 0)
		add_word(r, "time", arena_printf(r->a, "%.0f", ceil(s->time / 60)));
	return true;
}

static bool read_use(struct reading *r, const struct node *map)
{
	struct slurm *s = &r->spec->slurm;
	const struct node *n = node_get(map, "runs_per_job");
	size_t count;

	if (n && !(n->kind == NODE_SCALAR && strcasecmp(n->text, "auto") == 0)) {
		if (!read_size(r, n, "slurm.runs_per_job", 1, 1000000,
		               &s->runs_per_job))
			return false;
	}
	if ((n = node_get(map, "jobs")) &&
	    !read_size(r, n, "slurm.jobs", 1, JOBS_MAX, &s->jobs))
		return false;
	n = node_get(map, "setup");
	return !n || read_lines(r, n, "setup", &s->setup, &count);
}

bool spec_read_slurm(struct reading *r, const struct node *map)
{
	struct slurm *s = &r->spec->slurm;
	const struct node *gpus = node_get(map, "gpus");
	const struct node *slots = node_get(map, "slots");

	if (map->kind != NODE_MAP &&
	    !(map->kind == NODE_SCALAR && map->value.kind == VALUE_NULL))
		return read_fails(r, map->at, "as in slurm: {partition: gpu, time: 4h}",
		                  "slurm must be a mapping");
	if (map->kind == NODE_MAP &&
	    !read_known_keys(r, map, "slurm", keys, ARRAY_LEN(keys)))
		return false;
	*s = (struct slurm){.present = true,
	                    .at = map->at,
	                    .slots = 1,
	                    .idle = 300,
	                    .lost_after = 300,
	                    .poll = 5};
	s->request = arena_new(r->a, WORDS_MAX, sizeof *s->request);
	s->request[s->n_request++] = "sbatch";
	if (map->kind != NODE_MAP)
		return true;
	return (!slots ||
	        read_size(r, slots, "slurm.slots", 1, SLOTS_MAX, &s->slots)) &&
	       plain_words(r, map) && read_times(r, map) &&
	       (!gpus || read_gpu_count(r, gpus)) &&
	       read_cpus(r, node_get(map, "cpus")) && read_memory(r, map) &&
	       read_use(r, map) && read_options(r, node_get(map, "options"));
}

bool spec_check_slurm(struct reading *r, const struct node *root)
{
	static const struct {
		const char *key, *ours;
	} elsewhere[] = {{"gpus", "gpus"},
	                 {"runs_per_gpu", "gpus"},
	                 {"cpus", "cpus"},
	                 {"memory", "mem"}};
	static const char *const launchers[] = {"launcher", "hosts"};
	struct spec *s = r->spec;
	double least = s->trial_timeout + s->kill_grace;

	if (!s->slurm.present)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++) {
		const struct node *n = node_get(root, elsewhere[i].key);

		if (n)
			return read_fails(r, node_key_position(root, elsewhere[i].key),
			                  arena_printf(r->a, "write slurm: {%s: …}",
			                               elsewhere[i].ours),
			                  "%s is of this machine, and with slurm: runs "
			                  "are on others",
			                  elsewhere[i].key);
	}
	for (size_t i = 0; i < ARRAY_LEN(launchers); i++)
		if (node_get(root, launchers[i]))
			return read_fails(
			    r, node_key_position(root, launchers[i]),
			    "leave one of them out: slurm: submits jobs by "
			    "itself",
			    "slurm and %s are two places for one run", launchers[i]);
	if (s->slurm.time > 0 && s->trial_timeout > 0 && s->slurm.time < least)
		return read_fails(r, s->slurm.at,
		                  "slurm.time is of a job, which may hold many runs",
		                  "slurm.time (%g s) is less than one run may take: "
		                  "trial_timeout and kill_grace are %g s",
		                  s->slurm.time, least);
	if (s->slurm.jobs * s->slurm.slots > JOBS_MAX)
		return read_fails(
		    r, s->slurm.at, NULL,
		    "slurm.jobs times slurm.slots must be no more than %d", JOBS_MAX);
	if (s->slurm.jobs && !s->parallel_given)
		s->parallel = s->slurm.jobs * s->slurm.slots;
	return true;
}
