/* check --log and --file: what is read in a log, in a file of metrics. */
#ifndef HPS_CLI_CHECK_LOG_H
#define HPS_CLI_CHECK_LOG_H

#include "cli/cli.h"
#include "run/runner.h"

/* --log FILE [FILE.yaml], --file FILE FILE.yaml: the operand is the YAML file. */
bool check_log(struct options *o, int *code, struct error *err);
bool check_metrics(struct options *o, int *code, struct error *err);

/* text: what their line numbers are of; or NULL. */
void check_show_reports(const struct report *reports, size_t n, const char *metric,
                        const char *text);
void check_show_keys(const char *const *keys, size_t n);
void check_show_unread(const struct unread *u, const char *metric);

#endif
