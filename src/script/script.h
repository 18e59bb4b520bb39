/* A training script, read: which options it takes, and what it seems to report. Known
 * are argparse, click, typer, absl flags, dataclasses behind a parser (HfArgumentParser
 * and its kind), Hydra's configuration, and wandb.config. */
#ifndef HPS_SCRIPT_SCRIPT_H
#define HPS_SCRIPT_SCRIPT_H

#include "base/error.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

enum option_kind { OPTION_UNKNOWN, OPTION_INT, OPTION_FLOAT, OPTION_TEXT, OPTION_FLAG };

struct script_option {
	const char *name; /* as it is written on the command line, without dashes */
	enum option_kind kind;
	const char
	    *preset; /* text of its default, NULL: none; a string without quotes */
	bool preset_is_text;        /* it was a string */
	const char *const *choices; /* (n_choices), strings without quotes */
	size_t n_choices;
	const char *help;
	bool required;
	size_t line;
};

enum script_how {
	SCRIPT_NOTHING,
	SCRIPT_ARGPARSE,
	SCRIPT_CLICK,
	SCRIPT_TYPER,
	SCRIPT_ABSL,
	SCRIPT_DATACLASS,
	SCRIPT_HYDRA,
	SCRIPT_WANDB
};

struct script {
	const char *path;
	struct arena *a;
	enum script_how how;
	struct script_option *options; /* in the arena */
	size_t n, cap;
	const char *places; /* arguments by place, "data out"; NULL: none */
	const char *metric; /* the name that it seems to report; NULL */
	size_t metric_line;
};

const char *script_how_name(enum script_how how);

/* Reads the file at path (1 MiB at the most), and the files of its own folder that it
 * imports where it has no options itself. ERROR_FILE: it cannot be read. A script in
 * which nothing is found has n = 0. */
bool script_read(struct script *s, const char *path, struct arena *a,
                 struct error *err);

/* Adds options that `--help` prints and reading has not found. */
void script_add_help(struct script *s, const char *help);

#endif
