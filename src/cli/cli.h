/* The command line: which command, with which options. Here, and only here, things are
 * printed: results on stdout, everything else on stderr. */
#ifndef HPS_CLI_CLI_H
#define HPS_CLI_CLI_H

#include "cli/exit.h"
#include "config/spec.h"
#include "report/sheet.h"
#include "study/study.h"

struct saved;

enum { CLI_SETS = 32, CLI_FILES = 64 };

struct options {
	const char *file; /* the operand: a YAML file, a directory, a results file */
	const char *second, *third;   /* more of them, where the command has them */
	const char *files[CLI_FILES]; /* (n_files) all operands of scale */
	size_t n_files;
	const char *parameters[2]; /* scale: what a size is … */
	double targets[2];         /* … and where it is to go */
	size_t n_parameters, n_targets;
	size_t parallel; /* 0: as in the file */
	uint64_t max_trials;
	const char *set[CLI_SETS]; /* also --seed */
	size_t n_set;
	const char *point[CLI_SETS]; /* add */
	size_t n_point;
	const char *out, *command, *log, *metrics_in;
	const struct command_type *table; /* the table of commands */
	const char *output;               /* the file to write */
	const char *operation;            /* convert: of a Guild file */
	const char *format;               /* table, json, csv, yaml, args, env */
	const char *lease, *report, *reason, *cost; /* ask, tell */
	bool fail, infeasible;
	bool elsewhere;        /* the search to begin is one for ask and tell */
	bool wide, full, runs; /* of tables; show: every run */
	bool follow;           /* log */
	bool detach, fresh, take_over, dry_run, retry_failed, strict, all, yes, why;
	size_t more;        /* verify: so many test pairs more */
	const char *budget; /* ablate, recheck */
	bool has_margin;
	double margin;
	uint64_t pairs;                  /* of a comparison at the most; 0: not given */
	bool simplest;                   /* best */
	const char *prefer;              /* likewise */
	bool data_changed, retune, test; /* recheck */
	bool once;                       /* watch */
	size_t run;                      /* check --run: so many runs; 0: none */
	int verbose;                     /* -1: quiet */
	uint64_t top;
	bool has_trial;
	uint64_t trial;
	double tolerance; /* relative */
	struct arena arena;
};

struct command_type {
	const char *name, *operand, *summary;
	int (*run)(struct options *o);
};
extern const struct command_type commands[]; /* ends with a NULL name */

/* All of it: argv to exit code. */
int cli_main(int argc, char **argv);

/* Parses the words behind the command's name; prints help or an error itself. False:
 * leave with *code. */
bool options_parse(struct options *o, const struct command_type *c, int argc,
                   char **argv, int *code);
void options_help(const struct command_type *c);
/* The formats that a command has, "table json", the default first; with: those with
 * that option ("--trial"), NULL: without. NULL: there is no choice. */
const char *options_formats(const char *command, const char *with);
/* The same with the options that are given. */
const char *options_formats_of(const struct options *o, const char *command);
/* All of a command, *i from 0; false: no more. */
struct option_formats {
	const char *with, *formats; /* with: NULL, or as above */
};
bool options_next_formats(const char *command, size_t *i, struct option_formats *out);
/* Is it one of them? */
bool options_has_format(const char *formats, const char *format);
/* The options of a command, one after the other: *i from 0. False: no more. argument:
 * what goes with it ("N"), NULL: nothing. */
struct option_words {
	const char *name, *argument, *help;
	char letter; /* 0: none */
};
bool options_next(const struct command_type *c, size_t *i, struct option_words *out);

int command_run(struct options *o);
int command_check(struct options *o);
int command_show(struct options *o);
int command_best(struct options *o);
int command_importance(struct options *o);
int command_refine(struct options *o);
int command_scale(struct options *o);
int command_watch(struct options *o);
int command_verify(struct options *o);
int command_replay(struct options *o);
int command_reproduce(struct options *o);
int command_completion(struct options *o);
int command_convert(struct options *o);
int command_init(struct options *o);
int command_add(struct options *o);
int command_ask(struct options *o);
int command_tell(struct options *o);
int command_ablate(struct options *o);
int command_recheck(struct options *o);
int command_rerun_schedule(struct options *o);
int command_ls(struct options *o);
int command_diff(struct options *o);
int command_log(struct options *o);
int command_import(struct options *o);
int command_report(struct options *o);
int command_plot(struct options *o);

/* hpsearch --agent. */
int cli_agent(int argc, char **argv);
int command_export(struct options *o);

/* "17" or "17.2": a trial and which of its runs. */
bool tell_name(const char *text, uint64_t *trial, uint64_t *run);
/* A number, or nan or inf as C writes them. */
bool tell_number(const char *text, double *out);

/* "who: text" on stderr, of what strangers may have written: nothing in it can move the
 * cursor but its newlines and tabs. */
void cli_say(const char *who, const char *text);
/* "hpsearch: …" on stderr, likewise; returns the exit code of its kind. */
int cli_fail(const struct error *err);
/* The YAML file with the overrides of the options; prints warnings and notices once. */
bool cli_load_spec(struct options *o, struct spec *s, bool announce, struct error *err);
/* A search file for the script o->file, on stdout or in o->output. */
bool cli_propose(struct options *o, struct error *err);
/* Ends the name in .yaml or .yml? */
bool cli_is_yaml(const char *path);
/* The plan of a search and its first n commands, on stdout. */
bool cli_print_plan(struct options *o, const struct spec *spec, size_t slots, size_t n,
                    struct error *err);
/* False, with the way out, when the file has neither a program nor a command. */
bool cli_needs_command(const struct spec *s, struct error *err);
/* False, with the way out, when its runs answer items: which, a run of later has not.
 */
bool cli_needs_no_items(const struct spec *s, struct error *err);
/* False, with the way out, where it is an ablation, a recheck, a schedule trained
 * afresh. */
bool cli_is_search(const struct saved *sv, struct error *err);
/* False, with the way out, where its results file is another than was written. */
bool cli_is_unchanged(const struct saved *sv, struct error *err);
/* A warning of that instead. */
void cli_warn_of_changes(const struct saved *sv);
/* How many runs at once: -j, or as the file says, at the most as many as its gpus have
 * room for; finds those (gpus_find), and says what there is to say. */
bool cli_slots(const struct options *o, struct spec *s, size_t *slots,
               struct error *err);
/* --fresh empties a directory, only if a search made it. */
bool cli_discard(const char *dir, struct error *err);
const char *cli_host(struct arena *a);
/* The commit of the working directory, "-dirty" behind it; "" where there is none. */
const char *cli_git(struct arena *a);
/* The last words of a session that a signal has ended. */
void cli_interrupted(const char *dir);
/* False, with the way out, where path is there already. */
bool cli_is_new(const char *path, struct error *err);
/* Into o->output, which must not be there yet, else to stdout. */
bool cli_write(const struct options *o, const struct str *text, struct error *err);
/* report.html of a search that has ended, into its directory, unless the file says
 * report: false. What goes wrong is a notice; the model is made only where the search
 * took longer than that does. where: the directory as the user would type it. */
void cli_write_page(struct options *o, struct study *s, const char *dir,
                    const char *where);
/* To stdout, in one piece. */
void cli_print(const struct str *text);
/* Makes a search from spec and options; dir NULL: nothing will be written. */
bool cli_init_study(struct options *o, const struct spec *spec, const char *dir,
                    const struct observer *watch, struct study *s, struct error *err);
/* Columns of the terminal; 0 where stdout is none. */
size_t cli_width(void);
/* How the options want tables for people: --wide, --full. */
struct sheet_view cli_view(const struct options *o);
/* To stdout, its lines broken at blanks where it is a terminal. */
void cli_print_folded(const struct str *text);
/* A table in o->format (table csv json yaml markdown latex), with a word on what the
 * terminal was too narrow for. False: it is none of these. */
bool cli_sheet(const struct options *o, const struct sheet *t, struct str *out);
/* Ranking and verdict in o->format. */
bool cli_print_results(struct options *o, struct study *s, size_t top,
                       struct error *err);

#endif
