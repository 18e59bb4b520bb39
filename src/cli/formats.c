/* What each command can print its result as: the one table that the help, the
 * completion, the manual's tests and the refusals go by. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* The first word is what it prints unless it is told otherwise. with: another list with
 * that option. */
static const struct row {
	const char *command, *with, *formats;
} rows[] = {
    {"run", NULL, "table json csv yaml markdown latex junit"},
    {"check", NULL, "table json csv yaml markdown latex"},
    {"show", NULL, "table json csv yaml markdown latex junit"},
    {"show", "--trial", "table json csv yaml markdown latex args env"},
    {"show", "--runs", "table json csv yaml markdown latex"},
    {"ls", NULL, "table json csv yaml markdown latex junit"},
    {"diff", NULL, "table json csv yaml markdown latex"},
    {"best", NULL, "json yaml args env csv markdown latex schedule schedule-yaml"},
    {"importance", NULL, "table json csv yaml markdown latex"},
    {"scale", NULL, "table json csv yaml markdown latex"},
    {"verify", NULL, "table json csv yaml markdown latex junit"},
    {"reproduce", NULL, "table json csv yaml markdown latex junit"},
    {"ablate", NULL, "table json csv yaml markdown latex"},
    {"recheck", NULL, "table json csv yaml markdown latex junit"},
    {"rerun-schedule", NULL, "table json csv yaml markdown latex"},
    {"ask", NULL, "json args env"},
    {"export", NULL, "csv optuna mlflow wandb"}};

const char *options_formats(const char *command, const char *with)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(command, rows[i].command) == 0 &&
		    (with ? rows[i].with && strcmp(with, rows[i].with) == 0
		          : !rows[i].with))
			return rows[i].formats;
	return NULL;
}

const char *options_formats_of(const struct options *o, const char *command)
{
	const char *formats = NULL;

	if (o->has_trial || o->runs)
		formats = options_formats(command, o->runs ? "--runs" : "--trial");
	return formats ? formats : options_formats(command, NULL);
}

bool options_has_format(const char *formats, const char *format)
{
	char word[32], list[128];

	snprintf(word, sizeof word, " %s ", format);
	snprintf(list, sizeof list, " %s ", formats);
	return !strchr(format, ' ') && strstr(list, word);
}

bool options_next_formats(const char *command, size_t *i, struct option_formats *out)
{
	for (; *i < ARRAY_LEN(rows); ++*i)
		if (strcmp(command, rows[*i].command) == 0) {
			*out = (struct option_formats){rows[*i].with, rows[*i].formats};
			++*i;
			return true;
		}
	return false;
}
