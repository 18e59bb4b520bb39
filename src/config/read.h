/* Typed reading of YAML nodes for the files of spec: each getter checks, converts and,
 * when the node is not what it should be, fills the error with its place and the way
 * out. */
#ifndef HPS_CONFIG_READ_H
#define HPS_CONFIG_READ_H

#include "config/spec.h"

struct reading {
	struct spec *spec;
	struct arena *a;
	struct error *err;
	bool recorded;      /* as in struct spec_overrides */
	const char *points; /* likewise */
	const char *items;  /* likewise */
};

/* "what" is the key's name as in the file, for the message. All return false on error.
 */
bool read_string(struct reading *r, const struct node *n, const char *what,
                 const char **out);
/* A number, also a quoted one (with a notice). */
bool read_number(struct reading *r, const struct node *n, const char *what,
                 double *out);
/* A whole number from `least` on; 1e3 and "5" (with a notice) are understood. */
bool read_count(struct reading *r, const struct node *n, const char *what,
                uint64_t least, uint64_t *out);
bool read_size(struct reading *r, const struct node *n, const char *what, size_t least,
               size_t most, size_t *out);
bool read_bool(struct reading *r, const struct node *n, const char *what, bool *out);
/* Seconds: a number, or a text such as 10m. */
bool read_duration(struct reading *r, const struct node *n, const char *what,
                   double *out);
bool read_map(struct reading *r, const struct node *n, const char *what);
/* A file that is to be read: *name as it is given, or beside the YAML file. */
bool read_path(struct reading *r, const struct node *n, const char *what,
               const char *help, const char **name);

/* The mapping {key: n}, for short forms. */
const struct node *read_as_map(struct reading *r, const struct node *n,
                               const char *key);

enum { CPUS_MAX = 8192 }; /* processors that a run may ask for */

/* An error at the node. */
__attribute__((format(printf, 4, 5))) bool read_fails(struct reading *r,
                                                      struct position at,
                                                      const char *help, const char *fmt,
                                                      ...);
/* A warning or notice with the place before it. */
__attribute__((format(printf, 4, 5))) void read_note(struct reading *r, bool warning,
                                                     struct position at,
                                                     const char *fmt, ...);
/* The help where a key is "min:0.1", a name of names[n] and what was to stand behind
 * its colon; else NULL. */
const char *read_missing_blank(struct reading *r, const char *key,
                               const char *const *names, size_t n);
/* An error for a key of a map that is none of names[n], with "did you mean". */
bool read_unknown_key(struct reading *r, const struct node *map, size_t i,
                      const char *where, const char *const *names, size_t n);

/* Every key of the map must be one of names[n]. */
bool read_known_keys(struct reading *r, const struct node *map, const char *where,
                     const char *const *names, size_t n);
/* One of names[n], with "did you mean"; *out: its index. */
bool read_choice(struct reading *r, const struct node *node, const char *what,
                 const char *const *names, size_t n, size_t *out);
/* The name of a parameter of the space, which must have been read. */
bool read_parameter_name(struct reading *r, const struct node *node, const char *what,
                         const char **out);
/* "did you mean x?", or NULL. */
const char *read_nearest(struct reading *r, const char *word, const char *const *names,
                         size_t n);

/* The parts of a spec that have files of their own. */
bool spec_is_search(struct reading *r, const struct node *root);
/* Keys that nobody knows: a slip is an error, anything else is left out with a warning.
 */
bool spec_check_keys(struct reading *r, const struct node *root);
bool spec_read_keys(struct reading *r, const struct node *root);
/* What must hold between the keys, and notes on what follows from them. */
bool spec_check(struct reading *r, const struct node *root,
                const struct spec_overrides *o);
bool spec_read_method(struct reading *r, const struct node *n);
bool spec_read_max_trials(struct reading *r, const struct node *n);
bool spec_read_run_cap(struct reading *r, const struct node *n);
bool spec_read_min_trials(struct reading *r, const struct node *n);
bool spec_read_budget(struct reading *r, const struct node *map);
/* After the metric. */
bool spec_read_stop(struct reading *r, const struct node *map);
bool spec_read_metric(struct reading *r, const struct node *n);
bool spec_read_goal(struct reading *r, const struct node *n, enum goal *out);
bool spec_read_metrics(struct reading *r, const struct node *n);
/* A warning where a metric's name says that it is of test data. */
void spec_note_test_name(struct reading *r, struct position at, const char *name);
bool spec_read_limits(struct reading *r, const struct node *n);
/* The criteria, once metric, metrics and limits are read; and what does not go with
 * them. */
bool spec_check_criteria(struct reading *r);
bool spec_read_artifacts(struct reading *r, const struct node *n);
bool spec_read_keep(struct reading *r, const struct node *n);
bool spec_read_config(struct reading *r, const struct node *n);
bool spec_read_test(struct reading *r, const struct node *map);
bool spec_read_parameters(struct reading *r, const struct node *map);
bool spec_read_constraints(struct reading *r, const struct node *list);
/* Before the parameters, whose space the sizes join. */
bool spec_read_scale(struct reading *r, const struct node *n);
/* What does not go with it. */
bool spec_check_scale(struct reading *r);
/* After the early_terminate block. */
bool spec_read_pbt(struct reading *r, const struct node *map);
/* What does not go with it, and method: pbt without it. */
bool spec_check_pbt(struct reading *r, const struct node *root);
bool spec_read_repeats(struct reading *r, const struct node *n);
/* What does not go with repeats that are asked for. */
bool spec_check_repeats(struct reading *r, const struct node *root);
bool spec_read_early(struct reading *r, const struct node *map);
/* The key `items`; and what does not go with it. */
bool spec_read_items(struct reading *r, const struct node *map);
bool spec_check_items(struct reading *r, const struct node *root);
bool spec_read_launcher(struct reading *r, const struct node *n);
bool spec_read_hosts(struct reading *r, const struct node *n);
bool spec_read_transfer(struct reading *r, const struct node *n);
bool spec_read_gpus(struct reading *r, const struct node *n);
bool spec_read_runs_per_gpu(struct reading *r, const struct node *n);
bool spec_read_cpus(struct reading *r, const struct node *n);
bool spec_read_memory(struct reading *r, const struct node *n);
bool spec_read_nice(struct reading *r, const struct node *n);
/* After what the variables of others depend on: gpus, wandb, protocol. */
bool spec_read_env(struct reading *r, const struct node *n);
enum { PARALLEL_MAX = 1024 };
#define RATE_LEAST   (1.0 / 86400)
#define RATE_MOST    1e6
#define BACKOFF_MOST 86400.0
bool spec_read_concurrency(struct reading *r, const struct node *n);
bool spec_read_rate(struct reading *r, const struct node *n);
bool spec_read_backoff(struct reading *r, const struct node *n);
bool spec_read_slurm(struct reading *r, const struct node *map);
/* What does not go with it, once every key is read. */
bool spec_check_slurm(struct reading *r, const struct node *root);
bool spec_read_command(struct reading *r, const struct node *n, const char *what,
                       bool shell, struct command *out);
/* After the command is known: spec->home, with a notice where it is set. */
void spec_find_home(struct reading *r);
/* Splits a text into words as a shell would, without one. False: a quote is not closed.
 */
bool spec_split_words(const char *text, struct arena *a, struct command *out);
/* Is the name, as the command has it, that of a file which holds one of words[n]? */
bool spec_script_holds(const struct spec *s, const char *name, const char *const *words,
                       size_t n);
bool spec_read_wandb(struct reading *r, const struct node *n);
bool spec_read_protocol(struct reading *r, const struct node *n);
/* After the command is known: a notice where its script uses wandb. */
void spec_note_wandb(struct reading *r);
/* After the parameters are known: macros that name nothing, a command without
 * arguments. n: where it stands, NULL for the command line. */
bool spec_check_command(struct reading *r, const struct command *cmd,
                        const struct node *n);

#endif
