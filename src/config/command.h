/* From a command with macros and the values of one trial to the words of a process. */
#ifndef HPS_CONFIG_COMMAND_H
#define HPS_CONFIG_COMMAND_H

#include "config/spec.h"

/* What the macros need besides the parameters. */
struct command_context {
	const struct value *arguments; /* MAP, from space_arguments */
	uint64_t trial, run, seed;
	const char *dir;         /* ${dir}: the run's folder */
	const char *config_path; /* ${args_json_file} and HPSEARCH_CONFIG */
	const char *gpu;         /* "" without gpus */
	const char *step_budget; /* "" without one */
	const char *items_file;  /* likewise; NULL is none */
	bool part;               /* no whole command: its first word may be anything */
};

/* The words of `cmd` (of the file's program and default command when cmd->n is 0),
 * NULL-terminated, in arena a. W&B's macros exactly (whole-word ${env} ${interpreter}
 * ${program} ${args}
 * ${args_no_equals} ${args_no_hyphens} ${args_append_hydra} ${args_override_hydra}
 * ${args_no_boolean_flags} ${args_json} ${args_json_file} ${args_dict}; ${envvar:NAME}
 * anywhere), and anywhere inside a word ${param:NAME} ${NAME of a parameter} ${trial}
 * ${run} ${seed} ${dir} ${gpu} ${step_budget} ${items_file}. Fails where a ${param:…}
 * names nothing, and where the first word is no program: empty, with a - in front, or
 * with blanks and not the name of a file. A parameter goes before a word of ours of the
 * same name; a word with a parameter that this trial does not have (when) is left out.
 * In a shell text every replacement is quoted for the place where it stands. */
const char *const *command_build(const struct spec *s, const struct command *cmd,
                                 const struct command_context *c, struct arena *a,
                                 struct error *err);

/* Are the parameters, or the name of their file, among its words? Else the environment
 * alone has them. */
bool command_shows_parameters(const struct spec *s, const struct command *cmd);

/* One line that a person can paste into a shell. */
void command_line(const char *const *argv, struct str *out);

#endif
