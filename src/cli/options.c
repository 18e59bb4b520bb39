#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum id {
	ID_PARALLEL = 'j',
	ID_MAX_TRIALS = 'n',
	ID_FORMAT = 'f',
	ID_QUIET = 'q',
	ID_VERBOSE = 'v',
	ID_HELP = 'h',
	ID_OUTPUT = 'o',
	ID_SEED = 256,
	ID_OUT,
	ID_FRESH,
	ID_TAKE_OVER,
	ID_DRY_RUN,
	ID_RETRY_FAILED,
	ID_SET,
	ID_COMMAND,
	ID_STRICT,
	ID_RUN,
	ID_POINT,
	ID_LOG,
	ID_FILE,
	ID_TRIAL,
	ID_WHY,
	ID_TOP,
	ID_ALL,
	ID_YES,
	ID_TOLERANCE,
	ID_MORE,
	ID_LEASE,
	ID_REPORT,
	ID_FAIL,
	ID_INFEASIBLE,
	ID_REASON,
	ID_COST,
	ID_OPERATION,
	ID_PARAMETER,
	ID_TARGET,
	ID_BUDGET,
	ID_MARGIN,
	ID_PAIRS,
	ID_SIMPLEST,
	ID_PREFER,
	ID_DATA_CHANGED,
	ID_RETUNE,
	ID_TEST,
	ID_DETACH,
	ID_ONCE,
	ID_WIDE,
	ID_FULL,
	ID_RUNS,
	ID_FOLLOW
};

/* commands: the names that take it, between blanks; "": by what they print. */
static const struct row {
	const char *name, *argument, *help, *commands;
	int id;
} rows[] = {
    {"parallel", "N", "runs at once (default: parallel: of the file, else 1)",
     " run verify reproduce ablate recheck rerun-schedule ", ID_PARALLEL},
    {"max-trials", "N", "trials at the most", " run check init ", ID_MAX_TRIALS},
    {"count", "N", NULL, " run check ", ID_MAX_TRIALS},
    {"n-trials", "N", NULL, " run check ", ID_MAX_TRIALS},
    {"seed", "N", "seed of the search (default: seed: of the file, else 1)",
     " run check init ", ID_SEED},
    {"out", "DIR", "where the search is kept (default: NAME.hpsearch here)",
     " run verify reproduce init ", ID_OUT},
    {"out", "DIR", "where its runs are kept (default: in the search's directory)",
     " ablate recheck rerun-schedule ", ID_OUT},
    {"out", "DIR", "where the ablation is, for --simplest", " best ", ID_OUT},
    {"fresh", NULL, "discard the search that is there and start over",
     " run ablate recheck rerun-schedule ", ID_FRESH},
    {"take-over", NULL,
     "go on with a search whose driver on another machine is surely gone", " run ",
     ID_TAKE_OVER},
    {"detach", NULL,
     "with slurm: Ctrl-C leaves the jobs alone; the same command goes on", " run ",
     ID_DETACH},
    {"dry-run", NULL, "show the space and the first commands; start nothing",
     " run ablate recheck ", ID_DRY_RUN},
    {"retry-failed", NULL, "give failed trials another chance", " run ",
     ID_RETRY_FAILED},
    {"set", "KEY=VALUE", "override a key of the file, as in --set stop.patience=5",
     " run check verify init ablate recheck rerun-schedule ", ID_SET},
    {"command", "TEXT", "the training command, for a file without one",
     " run check verify reproduce ablate recheck rerun-schedule ", ID_COMMAND},
    {"command", "TEXT", "how the script is run (default: python3 SCRIPT.py)",
     " import ", ID_COMMAND},
    {"strict", NULL, "take warnings as errors", " run check init ablate recheck ",
     ID_STRICT},
    {"run", "[=N]",
     "run the defaults with two seeds and one other configuration (N: the first N of "
     "these) and show what was scraped",
     " check ", ID_RUN},
    {"point", "NAME=VALUE,…",
     "a configuration; others are at their defaults; name=… labels it", " add ",
     ID_POINT},
    {"log", "FILE", "scrape a log file and show what is found", " check ", ID_LOG},
    {"file", "FILE", "read a file of metrics (metric.file) and show what is found",
     " check ", ID_FILE},
    {"trial", "N", "one trial (show: all about it)", " show best ", ID_TRIAL},
    {"why", NULL, "what was known and believed when it was proposed", " show ", ID_WHY},
    {"top", "N", "the best N trials", " show reproduce recheck ", ID_TOP},
    {"all", NULL, "every trial", " reproduce ", ID_ALL},
    {"yes", NULL, "do run the commands of the file",
     " reproduce ablate recheck rerun-schedule ", ID_YES},
    {"more", "N",
     "N test pairs more for a verification that could not tell, at the level that the "
     "ledger has left",
     " verify ", ID_MORE},
    {"tolerance", "X",
     "relative difference that still counts as the same (default: 1e-9)", " reproduce ",
     ID_TOLERANCE},
    {"lease", "TIME", "it is given up after that long, unless it reports (default: 2h)",
     " ask tell ", ID_LEASE},
    {"report", "STEP", "VALUE is that of a step; the answer is continue, stop or pause",
     " tell ", ID_REPORT},
    {"fail", NULL, "it has failed", " tell ", ID_FAIL},
    {"infeasible", NULL, "its configuration is not possible", " tell ", ID_INFEASIBLE},
    {"reason", "TEXT", "why, in a few words", " tell ", ID_REASON},
    {"cost", "X", "what it has cost, for budget: {cost}", " tell ", ID_COST},
    {"parameter", "NAME",
     "what a size is: a parameter that the searches have several values of (twice: "
     "two)",
     " scale ", ID_PARAMETER},
    {"target", "X", "the size to extrapolate to, one for each parameter", " scale ",
     ID_TARGET},
    {"budget", "LIMITS",
     "2h, or runs=100,time=2h,cost=20 or some of these (default: budget: of the file)",
     " ablate recheck rerun-schedule ", ID_BUDGET},
    {"margin", "X",
     "what still counts as not worse than the winner (default: what another seed does)",
     " ablate ", ID_MARGIN},
    {"pairs", "N", "pairs of a comparison at the most (default: 20)",
     " ablate recheck ", ID_PAIRS},
    {"pairs", "N", "seeds that everything is trained with (default: 5)",
     " rerun-schedule ", ID_PAIRS},
    {"simplest", NULL,
     "not the winner, but the simplest that hpsearch ablate has shown to be no worse",
     " best ", ID_SIMPLEST},
    {"prefer", "EXPR",
     "'latency_ms<=15': the best within that; 'acc=2,latency_ms=1': by weights",
     " best ", ID_PREFER},
    {"data-changed", NULL, "values may differ from those of then: that is no failure",
     " recheck ", ID_DATA_CHANGED},
    {"retune", NULL,
     "where it does not hold, begin a search that starts from the old one", " recheck ",
     ID_RETUNE},
    {"test", NULL,
     "winner and defaults meet the test data, which is charged to their ledger",
     " recheck ", ID_TEST},
    {"format", "FORMAT", "how it is printed, the first where nothing is said:", "",
     ID_FORMAT},
    {"to", "TOOL", "optuna, mlflow, wandb or csv (default)", " export ", ID_FORMAT},
    {"wide", NULL, "all columns of a table, on long lines", "", ID_WIDE},
    {"full", NULL, "numbers with all their digits", "", ID_FULL},
    {"runs", NULL, "every run, those of the verification too", " show ", ID_RUNS},
    {"follow", NULL, "go on as it happens, until the search is over", " log ",
     ID_FOLLOW},
    {"quiet", NULL, "only warnings and errors",
     " run verify reproduce ablate recheck rerun-schedule ", ID_QUIET},
    {"verbose", NULL, "also the start of every run",
     " run verify reproduce ablate recheck rerun-schedule watch ", ID_VERBOSE},
    {"once", NULL, "show it as it stands, on stdout, and leave", " watch ", ID_ONCE},
    {"output", "FILE", "write there instead of on stdout",
     " convert init refine report plot ", ID_OUTPUT},
    {"output", "PATH",
     "what to write, which must not be there (default: csv on stdout, else a name "
     "here that is printed)",
     " export ", ID_OUTPUT},
    {"operation", "NAME", "of a Guild file, which one (default: the one that searches)",
     " convert ", ID_OPERATION},
    {"help", NULL, "this text", NULL, ID_HELP},
};

/* Commands by what they print: those with several formats, but for export, which has
 * tools; and those with a table among them. */
static bool prints(const struct command_type *c, enum id id)
{
	const char *formats = options_formats(c->name, NULL);

	if (id == ID_FORMAT)
		return formats && !options_has_format(formats, "optuna");
	return formats && options_has_format(formats, "table") &&
	       strcmp(c->name, "check") != 0;
}

static bool takes(const struct command_type *c, const struct row *r)
{
	char name[32];

	if (r->commands && !*r->commands)
		return prints(c, (enum id)r->id);
	snprintf(name, sizeof name, " %s ", c->name);
	return !r->commands || strstr(r->commands, name);
}

bool options_next(const struct command_type *c, size_t *i, struct option_words *out)
{
	for (; *i < ARRAY_LEN(rows); ++*i) {
		const struct row *r = &rows[*i];

		if (!takes(c, r) || !r->help)
			continue;
		*out = (struct option_words){r->name, r->argument, r->help,
		                             r->id < 256 ? (char)r->id : '\0'};
		++*i;
		return true;
	}
	return false;
}

static void formats_help(const struct command_type *c)
{
	struct option_formats f;

	for (size_t i = 0; options_next_formats(c->name, &i, &f);)
		printf("%27s%s%s%s\n", "", f.with ? f.with : "", f.with ? ": " : "",
		       f.formats);
}

void options_help(const struct command_type *c)
{
	struct option_words w;

	printf("usage: hpsearch %s %s [options]\n%s\n\n", c->name, c->operand,
	       c->summary);
	for (size_t i = 0; options_next(c, &i, &w);) {
		char left[64], letter[8] = "   ";

		if (w.letter)
			snprintf(letter, sizeof letter, "-%c,", w.letter);
		snprintf(left, sizeof left, "%s --%s%s%s", letter, w.name,
		         w.argument && *w.argument != '[' ? " " : "",
		         w.argument ? w.argument : "");
		printf("  %-24s %s\n", left, w.help);
		if (strcmp(w.name, "format") == 0)
			formats_help(c);
	}
}

static bool usage(const struct command_type *c, int *code, const char *what,
                  const char *word, const char *near)
{
	fprintf(stderr, "hpsearch %s: %s %s\n", c->name, what, word);
	if (near)
		fprintf(stderr, "  help: did you mean %s?\n", near);
	else
		fprintf(stderr, "  help: hpsearch %s --help\n", c->name);
	*code = EXIT_USAGE;
	return false;
}

static bool whole(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *out >= least &&
	       *out <= most;
}

/* A finite number from 0 on. */
static bool real(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && !*end && *out >= 0 && isfinite(*out);
}

static bool add_set(struct options *o, const char *text)
{
	if (o->n_set == CLI_SETS)
		return false;
	o->set[o->n_set++] = text;
	return true;
}

/* A negative number is no option: with a blank before it getopt does not take it for
 * one. Only where a command has numbers among its operands. */
static void shield_numbers(struct options *o, const struct command_type *c, int argc,
                           char **argv)
{
	for (int i = 1; strstr(c->operand, " TRIAL") && i < argc; i++)
		if (*argv[i] == '-' && argv[i][1] &&
		    strchr("0123456789.in", argv[i][1]))
			argv[i] = arena_printf(&o->arena, " %s", argv[i]);
}

static const char *unshield(const char *word)
{
	return word && word[0] == ' ' && word[1] == '-' ? word + 1 : word;
}

/* Options of ablate and recheck. */
static bool take_comparison(struct options *o, int id, const char *arg)
{

	switch (id) {
	case ID_BUDGET: o->budget = arg; return true;
	case ID_MARGIN: o->has_margin = true; return real(arg, &o->margin);
	case ID_PAIRS:
		return whole(arg, PURPOSE_PAIRS_LEAST, PURPOSE_PAIRS_MOST, &o->pairs);
	case ID_SIMPLEST: o->simplest = true; return true;
	case ID_PREFER: o->prefer = arg; return true;
	case ID_DATA_CHANGED: o->data_changed = true; return true;
	case ID_RETUNE: o->retune = true; return true;
	case ID_TEST: o->test = true; return true;
	default: return false;
	}
}

static bool take(struct options *o, int id, const char *arg)
{
	uint64_t n = 0;

	switch (id) {
	case ID_PARALLEL:
		if (!whole(arg, 1, 10000, &n))
			return false;
		o->parallel = (size_t)n;
		return true;
	case ID_MAX_TRIALS: return whole(arg, 1, UINT64_C(1) << 53, &o->max_trials);
	case ID_SEED:
		return whole(arg, 0, UINT64_C(1) << 53, &n) &&
		       add_set(o, arena_printf(&o->arena, "seed=%s", arg));
	case ID_SET: return add_set(o, arg);
	case ID_OUT: o->out = arg; return *arg != '\0';
	case ID_COMMAND: o->command = arg; return true;
	case ID_FORMAT: o->format = arg; return true;
	case ID_POINT:
		if (o->n_point == CLI_SETS)
			return false;
		o->point[o->n_point++] = arg;
		return true;
	case ID_LOG: o->log = arg; return true;
	case ID_FILE: o->metrics_in = arg; return true;
	case ID_WIDE: o->wide = true; return true;
	case ID_FULL: o->full = true; return true;
	case ID_RUNS: o->runs = true; return true;
	case ID_FOLLOW: o->follow = true; return true;
	case ID_FRESH: o->fresh = true; return true;
	case ID_TAKE_OVER: o->take_over = true; return true;
	case ID_DETACH: o->detach = true; return true;
	case ID_DRY_RUN: o->dry_run = true; return true;
	case ID_RETRY_FAILED: o->retry_failed = true; return true;
	case ID_STRICT: o->strict = true; return true;
	case ID_ONCE: o->once = true; return true;
	case ID_RUN:
		if (arg && !whole(arg, 1, 3, &n))
			return false;
		o->run = arg ? (size_t)n : 3;
		return true;
	case ID_ALL: o->all = true; return true;
	case ID_YES: o->yes = true; return true;
	case ID_WHY: o->why = true; return true;
	case ID_QUIET: o->verbose = -1; return true;
	case ID_VERBOSE: o->verbose = 1; return true;
	case ID_TOP: return whole(arg, 1, UINT64_C(1) << 53, &o->top);
	case ID_MORE:
		if (!whole(arg, 1, 1000, &n))
			return false;
		o->more = (size_t)n;
		return true;
	case ID_TRIAL:
		o->has_trial = true;
		return whole(arg, 0, UINT64_C(1) << 53, &o->trial);
	case ID_LEASE: o->lease = arg; return true;
	case ID_REPORT: o->report = unshield(arg); return true;
	case ID_FAIL: o->fail = true; return true;
	case ID_INFEASIBLE: o->infeasible = true; return true;
	case ID_REASON: o->reason = arg; return true;
	case ID_OUTPUT: o->output = arg; return *arg != '\0';
	case ID_OPERATION: o->operation = arg; return *arg != '\0';
	case ID_COST: o->cost = unshield(arg); return true;
	case ID_PARAMETER:
		if (o->n_parameters == ARRAY_LEN(o->parameters))
			return false;
		o->parameters[o->n_parameters++] = arg;
		return *arg != '\0';
	case ID_TARGET:
		if (o->n_targets == ARRAY_LEN(o->targets))
			return false;
		return real(arg, &o->targets[o->n_targets]) &&
		       o->targets[o->n_targets++] > 0;
	case ID_TOLERANCE: return real(arg, &o->tolerance);
	default: return take_comparison(o, id, arg);
	}
}

/* The tables that getopt wants, of the options that this command takes. */
struct getopt_table {
	struct option longs[ARRAY_LEN(rows) + 1];
	char shorts[3 * ARRAY_LEN(rows) + 2];
	const char *names[ARRAY_LEN(rows)];
	size_t n;
};

static void fill(struct getopt_table *t, const struct command_type *c)
{
	size_t s = 0;

	memset(t, 0, sizeof *t);
	t->shorts[s++] = ':';
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];

		if (!takes(c, r))
			continue;
		t->names[t->n] = r->name;
		t->longs[t->n++] =
		    (struct option){r->name,
		                    !r->argument          ? no_argument
		                    : *r->argument == '[' ? optional_argument
		                                          : required_argument,
		                    NULL, r->id};
		if (r->id < 256 && !strchr(t->shorts, r->id)) {
			t->shorts[s++] = (char)r->id;
			if (r->argument)
				t->shorts[s++] = ':';
		}
	}
}

static bool unknown_option(const struct command_type *c, const struct getopt_table *t,
                           const char *word, int *code)
{
	const char *near =
	    strncmp(word, "--", 2) == 0 ? str_nearest(word + 2, t->names, t->n) : NULL;
	char text[64], letter[3] = {'-', (char)optopt, '\0'};

	/* getopt has moved the operands behind the options by now. */
	if (optopt && optopt < 256)
		return usage(c, code, "there is no option", letter, NULL);
	if (optopt)
		return usage(c, code, "no value goes with", word, NULL);

	if (near)
		snprintf(text, sizeof text, "--%s", near);
	return usage(c, code, "there is no option", word, near ? text : NULL);
}

static bool operands(struct options *o, const struct command_type *c, int argc,
                     char **argv, int *code)
{
	bool several = strstr(c->operand, "…") != NULL;

	if (optind < argc)
		o->file = o->files[o->n_files++] = argv[optind++];
	while (several && optind < argc && o->n_files < CLI_FILES)
		o->files[o->n_files++] = argv[optind++];
	if (several && optind < argc)
		return usage(c, code, "takes no more than 64 files, and there is",
		             argv[optind], NULL);
	if (optind < argc && (o->log || strchr(c->operand, ' ')))
		o->second = argv[optind++];
	if (optind < argc && strchr(c->operand, ' '))
		o->third = unshield(argv[optind++]);
	if (optind < argc)
		return usage(c, code, "does not know what to do with",
		             unshield(argv[optind]), NULL);
	if (!o->file && !o->log && *c->operand != '[')
		return usage(c, code, "needs", c->operand, NULL);
	return true;
}

static bool check_formats(struct options *o, const struct command_type *c, int *code)
{
	const char *formats = options_formats_of(o, c->name);

	if (!o->format && !formats)
		o->format = "table";
	if (!formats)
		return true;
	if (!o->format) {
		o->format = arena_strndup(&o->arena, formats, strcspn(formats, " "));
		return true;
	}
	if (options_has_format(formats, o->format))
		return true;
	fprintf(stderr, "hpsearch %s: there is no format %s here\n  help: %s\n",
	        c->name, o->format, formats);
	*code = EXIT_USAGE;
	return false;
}

/* Options of which one would be ignored. */
static bool check_pairs(const struct options *o, const struct command_type *c,
                        int *code)
{
	const struct {
		bool one, other;
		const char *text;
	} pairs[] = {
	    {o->run > 0, o->log != NULL, "--run and --log"},
	    {o->metrics_in != NULL, o->log != NULL || o->run > 0,
	     "--file and --log or --run"},
	    {o->max_trials > 0, o->log != NULL, "--max-trials and --log"},
	    {o->command != NULL, o->log != NULL, "--command and --log"},
	    {o->all, o->top > 0, "--all and --top"},
	    {o->has_trial, o->top > 0, "--trial and --top"},
	    {o->has_trial, o->runs, "--trial and --runs"},
	    {o->has_trial, o->simplest, "--trial and --simplest"},
	    {o->prefer != NULL, o->has_trial || o->simplest,
	     "--prefer and --trial or --simplest"},
	    {o->dry_run, o->fresh, "--dry-run and --fresh"},
	    {o->dry_run, o->retry_failed, "--dry-run and --retry-failed"},
	    {o->dry_run, strcmp(o->format, "table") != 0, "--dry-run and --format"},
	    {o->why, strcmp(o->format, "table") != 0, "--why and --format"},
	    {o->run > 0 || o->log || o->metrics_in, strcmp(o->format, "table") != 0,
	     "--run, --log or --file, and --format"},
	    {o->fresh, o->retry_failed, "--fresh and --retry-failed"}};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (pairs[i].one && pairs[i].other)
			return usage(c, code, pairs[i].text, "do not go together",
			             NULL);
	if (!o->why || o->has_trial)
		return true;
	return usage(c, code, "--why explains one trial: add", "--trial N", NULL);
}

static const char pairs_wanted[] =
    "--pairs takes a whole number, 3 at the least (fewer tell nothing) and 1000 at the "
    "most; not";
_Static_assert(PURPOSE_PAIRS_LEAST == 3 && PURPOSE_PAIRS_MOST == 1000,
               "as the text says");

bool options_parse(struct options *o, const struct command_type *c, int argc,
                   char **argv, int *code)
{
	struct getopt_table t;
	int id;

	*o = (struct options){.tolerance = 1e-9};
	fill(&t, c);
	shield_numbers(o, c, argc, argv);
	opterr = 0;
	optind = 0;
	for (;;) {
		id = getopt_long(argc, argv, t.shorts, t.longs, NULL);
		if (id == -1)
			break;
		if (id == ID_HELP) {
			options_help(c);
			*code = EXIT_FINE;
			return false;
		}
		if (id == '?')
			return unknown_option(c, &t, argv[optind - 1], code);
		if (id == ':')
			return usage(c, code, "an argument is missing behind",
			             argv[optind - 1], NULL);
		if (!take(o, id, optarg))
			return usage(c, code,
			             id == ID_PAIRS ? pairs_wanted
			                            : "cannot take this value:",
			             optarg ? optarg : "", NULL);
	}
	return operands(o, c, argc, argv, code) && check_formats(o, c, code) &&
	       check_pairs(o, c, code);
}
