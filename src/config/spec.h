/* The whole file, understood: every key of W&B's sweep schema and of ours, checked,
 * with defaults filled in. */
#ifndef HPS_CONFIG_SPEC_H
#define HPS_CONFIG_SPEC_H

#include "config/yaml.h"
#include "space/space.h"

enum method {
	METHOD_GRID,
	METHOD_RANDOM,
	METHOD_SOBOL,
	METHOD_BAYES,
	METHOD_AUTO,
	METHOD_LIST,   /* points, and nothing else */
	METHOD_PBT,    /* a population; see struct pbt */
	METHOD_PROGRAM /* one from outside: sampler */
};
enum reduce {
	REDUCE_LAST,
	REDUCE_BEST,
	REDUCE_MEAN_LAST,
	REDUCE_MEAN /* of the scores of items; no word of a file says it */
};
enum goal { GOAL_MINIMIZE, GOAL_MAXIMIZE };

struct metric {
	const char *name; /* NULL: no metric, nothing is ranked */
	enum goal goal;
	bool has_target;
	double target;
	enum reduce reduce;
	size_t reduce_last; /* K of mean_last_K */
	/* Where it is, if not under its name in what a run prints; or NULL. */
	const char *pattern, *step_pattern; /* base/pattern.h */
	const char *file; /* a pattern of names, with macros; from the run's home */
};

/* 1 where less is better, -1 where more is: value * sign is to be minimized. */
double metric_sign(const struct metric *m);
/* Is a better than b? Not when they are equal, or one is not a number. */
bool metric_better(const struct metric *m, double a, double b);
const char *goal_name(enum goal g); /* "minimize" or "maximize" */
struct limit;
/* Takes "NAME <= NUMBER" apart, n bytes of text, or with another of < >= > and =: sets
 * text, name, least and strict. What is to be the number goes to *number. All of them
 * without blanks around them. Returns the sign; NULL: there is none, and only text is
 * set. */
const char *limit_split(const char *text, size_t n, struct arena *a, struct limit *out,
                        const char **number);
/* By how much a value is beyond the limit; 0 or less: it holds. Where the bound itself
 * is beyond it, that is the least number above 0. */
double limit_excess(const struct limit *l, double value);

/* A command as written: words with macros, or one shell text. */
struct command {
	const char *const *words; /* (n); NULL words come from `program` alone */
	size_t n;
	bool shell; /* words[0] is a text for /bin/sh -c */
};

enum early_type {
	EARLY_NONE,
	EARLY_WANDB_HYPERBAND,
	EARLY_HYPERBAND,
	EARLY_ASHA,
	EARLY_MEDIAN,
	EARLY_THRESHOLD,
	EARLY_PATIENCE
};

enum early_mode { MODE_STOP, MODE_PROMOTE };

struct early {
	enum early_type type;
	const char *step; /* JSON key that counts; NULL: reports are counted */
	double min_iter, max_iter, s, eta; /* NaN where not given; eta 3 by default */
	bool strict;
	double min_steps, grace; /* NaN where not given */
	size_t min_trials;
	bool has_min, has_max;
	double min, max; /* threshold: a value beyond stops at once */
	size_t patience;
	size_t smooth;        /* compare the mean of so many values; 1: none */
	double control;       /* share of trials that are never stopped */
	enum early_mode mode; /* asha, hyperband_brackets: what happens at a rung */
	const char *resource; /* name of the parameter that is the budget, or NULL */
	double resource_min, resource_max;
	struct position at;
};

/* A configuration that is tried before any other. */
struct spec_point {
	const struct coord *at; /* (space.n) */
	const char *label;      /* its name; NULL: none */
};
/* A number that trials are judged by: an objective, or what a limit is on. It is the
 * mean over a trial's runs of what they said last under that name (of the metric: as it
 * is reduced). */
struct criterion {
	const char *name;
	bool objective; /* the first ones; its goal: */
	enum goal goal;
};
/* What a criterion may be at the most, or has to be at least. */
struct limit {
	const char *text; /* as written */
	const char *name;
	size_t criterion; /* its index */
	bool least;       /* >= or >, else <= or < */
	bool strict;      /* the bound itself is beyond it */
	double bound;
	struct position at;
};
enum { OBJECTIVES_MAX = 3, LIMITS_MAX = 8 };
enum { CRITERIA_MAX = OBJECTIVES_MAX + LIMITS_MAX, PREFER_MAX = 8 };

/* A number that is shown beside the metric. */
struct kept_metric {
	const char *name;
	bool has_goal; /* its direction is known: */
	enum goal goal;
};
struct point_rows;
struct template;

struct test {
	bool present;
	struct command
	    command; /* n = 0: the training command, with HPSEARCH_SPLIT=test */
	struct metric metric;      /* name NULL: the search's metric and goal */
	size_t top, repeats;       /* 3 and 5 by default */
	const char *const *prefer; /* (n_prefer) of several objectives, the points that
	                            * are verified, in the words of best --prefer */
	size_t n_prefer;
	bool sequential;    /* repeats: auto, the default: pairs until it is decided,
	                     * max_repeats at the most; `repeats` is of the re-runs */
	size_t max_repeats; /* 20 by default */
	const char *ledger; /* where uses of the test data are written down; NULL:
	                     * beside the file */
};

/* A parameter that is the size of what is trained: tuned at these, foretold there. */
struct scale_size {
	const char *name;
	const struct value *values; /* (n) rising */
	size_t n;
	double target;
	struct position at; /* of its name */
};

struct scale {
	size_t n; /* 0: none */
	struct scale_size sizes[2];
};

/* A population whose members train in intervals and copy one another. */
struct pbt {
	uint64_t population;         /* members; 0: there is none */
	uint64_t interval, max_iter; /* steps: between two decisions, of a training */
	double quantile;     /* share that copies, and is copied; 0.25 by default */
	double resample;     /* probability of a fresh draw; 0.25 by default */
	double perturb[2];   /* factors, down and up; 0.8 and 1.2 by default */
	const bool *mutates; /* (space.n) which parameters change; NULL: all */
	struct position at;
};

struct cpu_list {
	const int *list; /* (n) rising */
	size_t n;
};

/* Every configuration answers the same items, batch by batch: see config/items.h. */
struct items {
	bool present;
	struct position at;
	const char *file, *id, *stratum; /* stratum NULL: none */
	size_t batch;                    /* items of one run */
	double share;                    /* of the items, for the test */
	uint64_t seed;                   /* of the split */
	double low, high;                /* no score lies outside; finite */
	const struct item *list; /* (n + n_test) those of the search in the order in
	                          * which they are asked, then those of the test */
	size_t n, n_test;
	const struct item_place {
		uint64_t key;
		size_t at;
	} * by_key;       /* (n + n_test) rising */
	const char *text; /* as recorded: items_text; NULL: not read */
};

/* Runs go to Slurm: what is asked of it, and how its jobs are used. */
struct slurm {
	bool present;
	struct position at;
	const char **request; /* (n_request) sbatch and the words of the file for it */
	size_t n_request;
	double time;         /* seconds of a job; 0: the partition's default */
	size_t cpus;         /* of a run; 0: not said */
	size_t slots;        /* runs of a job at once */
	size_t jobs;         /* at once; 0: as many as runs in parallel need */
	size_t runs_per_job; /* of each slot; 0: any number */
	double idle, lost_after, poll; /* seconds */
	const char *const *setup; /* lines before the agent, NULL behind; or NULL */
};

struct spec {
	struct yaml yaml; /* path, text verbatim, tree */
	const char *name, *description;
	struct space space;
	const char *program; /* NULL: none */
	struct command command;
	const char *home; /* where runs start: the file's directory, if what the command
	                   * names is there and not here; NULL: here */
	const char *method_word;    /* as in the file, normalised: "grid" … */
	const char *const *sampler; /* PROGRAM: its words, and a NULL behind them */
	double sampler_timeout;     /* seconds for an answer; 600 by default */
	struct metric metric;
	const struct kept_metric *metrics; /* (n_metrics) beside it */
	size_t n_metrics;
	/* What trials are judged by, where that is more than the metric: the
	 * objectives, of which the first is the metric, then what else the limits are
	 * on. */
	const struct criterion *criteria; /* (n_criteria) 0: the metric alone */
	size_t n_criteria, n_objectives;  /* n_objectives: 0, with limits 1, or 2, 3 */
	const struct limit *limits;       /* (n_limits) */
	size_t n_limits;
	const char *const *artifacts; /* (n_artifacts) patterns of names in the folder
	                               * of a run; not absolute, without ".." */
	size_t n_artifacts;
	size_t keep;              /* trials whose artifacts stay, the best; 0: all */
	uint64_t seed;            /* 1 by default */
	size_t repeats;           /* runs of a trial, at the most; 1 by default … */
	size_t repeats_least;     /* … and those that every trial gets; fewer: the
	                           * others are asked for where they tell something */
	size_t parallel, retries; /* 1, 0 by default */
	/* How fast runs begin: search/pace.h. */
	double rate; /* items (without items: runs) a second; 0: as fast as they can */
	const char *rate_text;            /* as written */
	double backoff_base, backoff_max; /* seconds; 1 and 60 by default */
	const char *const *gpus; /* (n_gpus) as written; a group has commas in it */
	size_t n_gpus;
	size_t runs_per_gpu;         /* 1 by default */
	const char *const *launcher; /* (n_launcher) before an agent; see launcher.h */
	size_t n_launcher;
	bool carry; /* transfer: none: no directory is shared with what it starts */
	/* Slots on other machines, every host once before any a second time. */
	const struct spec_place {
		const char *host;
		size_t slot; /* of the host */
	} * places;          /* (n_places) 0: no hosts are given */
	size_t n_places;
	/* What CUDA_VISIBLE_DEVICES is in each slot; "": not set, on a host without
	 * gpus; see gpus_find. */
	const char *const *slots; /* (n_slots) */
	size_t n_slots;
	size_t cpus;             /* of every run; 0: not given */
	int64_t memory;          /* bytes that a run may have; 0: as many as it likes */
	const char *memory_text; /* as written */
	int nice;                /* added to our own niceness, 0 … 19 */
	const char *const *env;  /* (n_env) NAME=value, for every run */
	size_t n_env;
	/* Of the machine: which processors a run in each slot has, and how many threads
	 * fit; see cpus_find. */
	const struct cpu_list *cpu_slots; /* (n_cpu_slots); none: they share them all */
	size_t n_cpu_slots;
	size_t threads;      /* 0: cpus is not given */
	uint64_t max_trials; /* 0: not given; max_trials or run_cap */
	uint64_t min_trials;
	double budget_time;               /* seconds; 0: none */
	double budget_cost;               /* 0: none */
	size_t stop_patience;             /* 0: none */
	double trial_timeout, kill_grace; /* seconds; 0 (none) and 10 by default */
	const char *const *warm;          /* (n_warm) results of earlier searches */
	size_t n_warm;
	const struct point_rows *point_rows; /* as read, of config/points.h; or NULL */
	const struct spec_point *points;     /* (n_points) */
	size_t n_points;
	const struct template *config; /* of config/template.h; NULL: none */
	const char *points_text; /* JSON of them, where they are of another file */
	struct early early;
	struct test test;
	struct scale scale;
	struct pbt pbt;
	struct slurm slurm;
	struct items items;
	struct notices notices;
	struct arena *arena;
	enum method method;
	bool wandb;       /* auto, the default: scripts that use it get their parameters
	                   * and are put offline */
	bool nni, orion;  /* protocol: nni, orion */
	bool wandb_noted; /* there is a notice that it is used */
	bool no_args;     /* args: none: no parameters on the command's line */
	bool has_command; /* command or program: it can be run */
	bool report;      /* a page is written at the end; the default */
	bool gpus_auto;   /* all that there are; n_gpus is 0 */
	bool parallel_given;
	bool stop_auto;              /* when the model sees nothing to gain */
	bool shuffle;                /* grid order */
	bool deterministic;          /* proposals do not hang on who is first */
	bool deterministic_training; /* the seed has no part in it: nothing is repeated
	                              */
	bool
	    accept_nonzero; /* a run with the metric and a non-zero exit counts as ok */
};

/* Overrides from the command line; zero or NULL where not given. */
struct spec_overrides {
	const char *const *set; /* (n_set) texts "key.path=value" */
	size_t n_set;
	const char *command; /* a shell-like text, split into words without a shell */
	bool strict;         /* warnings are errors */
	bool recorded;       /* the text of a search that has begun: what only later
	                      * versions refuse is a warning */
	bool capped;         /* -n was given: no notice on the default cap */
	const char *points;  /* recorded: spec.points_text of then; or NULL */
	const char *items;   /* recorded: spec.items.text of then; or NULL */
};

/* Reads a file ("-": standard input). */
bool spec_load(struct spec *s, const char *path, const struct spec_overrides *o,
               struct arena *a, struct error *err);
/* The same from memory, as when a results file carries the text. */
bool spec_parse(struct spec *s, const char *path, const char *text, size_t len,
                const struct spec_overrides *o, struct arena *a, struct error *err);

/* A variable as a run finds it, if hpsearch does not set it: of env, else our own. */
const char *spec_variable(const struct spec *s, const char *name);
/* Has the user said that wandb may go to its server? WANDB_MODE of a run. */
bool spec_wandb_online(const struct spec *s);
/* What is said where it may not. */
extern const char spec_wandb_text[];

/* A file that the command names, as seen from here; in a where it is another text. */
const char *spec_from_home(const struct spec *s, const char *name, struct arena *a);

/* "90", "90s", "10m", "2h", "1d", "1h30m" → seconds; false when it is none of these. */
bool spec_duration(const char *text, double *seconds);
/* Runs of a trial: its repeats; with items so many of every batch, batch after batch.
 */
size_t spec_runs(const struct spec *s);
/* The same with all repeats that may be asked for. */
size_t spec_runs_most(const struct spec *s);
/* Trials that the search will make at the most: what was asked for (-n; 0: nothing, so
 * max_trials, or the default cap 10 x parameters within 20 … 100), and under a grid no
 * more than it has: exactly, where it can be counted; under pbt no more than the
 * population has intervals. Runs, where repeats are asked for: under a grid then a
 * quarter more than it has. */
uint64_t spec_trial_cap(const struct spec *s, uint64_t asked);
/* Intervals of a member of a population; 0: there is none. */
uint64_t spec_pbt_intervals(const struct spec *s);
/* Are there repeats that a search asks for? */
bool spec_adapts_repeats(const struct spec *s);
/* Are the best run again on new seeds when it is over? */
bool spec_reruns(const struct spec *s);
/* The trials of a grid with constraints or conditions, counted; false: there is no such
 * thing, or it has more than a million cells. */
bool spec_grid_count(const struct spec *s, uint64_t *n);

#endif
