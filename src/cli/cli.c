#include "cli/cli.h"
#include "base/clock.h"
#include "record/results.h"
#include "report/ranking.h"
#include "report/savings.h"
#include "report/verdict.h"
#include "saved/import.h"
#include "search/advise.h"
#include "study/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

const struct command_type commands[] = {
    {"run", "FILE.yaml", "run a search, or continue it where it stopped", command_run},
    {"check", "FILE.yaml", "read and explain a file; start nothing", command_check},
    {"show", "DIR|results.json", "the ranking, or all about one trial", command_show},
    {"best", "DIR|results.json", "only the winning configuration", command_best},
    {"importance", "DIR|results.json", "which parameters mattered, as a model sees it",
     command_importance},
    {"verify", "DIR|FILE.yaml", "the final verification of a finished search",
     command_verify},
    {"replay", "results.json", "derive every proposal again and compare; start nothing",
     command_replay},
    {"reproduce", "results.json", "run recorded trials again and compare",
     command_reproduce},
    {"init", "FILE.yaml", "begin a search whose runs you launch", command_init},
    {"ask", "DIR", "the next run to do, of such a search", command_ask},
    {"tell", "DIR TRIAL [VALUE]", "what came of it", command_tell},
    {NULL, NULL, NULL, NULL}};

int cli_fail(const struct error *err)
{
	fprintf(stderr, "hpsearch: %s\n", err->text);
	return exit_decide(err, NULL, NULL);
}

void cli_print(const struct str *text)
{
	fwrite(str_text(text), 1, text->len, stdout);
}

bool cli_load_spec(struct options *o, struct spec *s, bool announce, struct error *err)
{
	struct spec_overrides over = {.set = o->set,
	                              .n_set = o->n_set,
	                              .command = o->command,
	                              .strict = o->strict,
	                              .capped = o->max_trials > 0};

	if (!spec_load(s, o->file, &over, &o->arena, err))
		return false;
	for (size_t i = 0; announce && i < s->notices.n; i++)
		if (s->notices.list[i].warning || o->verbose >= 0)
			fprintf(stderr, "%s: %s\n",
			        s->notices.list[i].warning ? "warning" : "notice",
			        s->notices.list[i].text);
	return true;
}

bool cli_needs_command(const struct spec *s, struct error *err)
{
	return s->has_command ||
	       error_set(err, ERROR_FILE,
	                 "%s: has neither a program nor a command\n"
	                 "  help: give one with --command 'python3 train.py ${args}'",
	                 s->yaml.path);
}

/* What git prints, at most a line of it, at most for two seconds. */
static void read_line(int fd, char *line, size_t size)
{
	int64_t end = clock_now() + 2 * CLOCK_SECOND;
	size_t n = 0;

	while (n + 1 < size) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = (end - clock_now()) / 1000000;
		ssize_t got;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			break;
		got = read(fd, line + n, size - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

const char *cli_git(struct arena *a)
{
	char *const argv[] = {(char[]){"git"},
	                      (char[]){"describe"},
	                      (char[]){"--always"},
	                      (char[]){"--dirty"},
	                      (char[]){"--abbrev=12"},
	                      (char[]){"--exclude=*"},
	                      NULL};
	posix_spawn_file_actions_t actions;
	char line[128] = "";
	int fds[2], status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return "";
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
	                                 0);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
	                                 0);
	if (!posix_spawnp(&pid, "git", &actions, NULL, argv, environ)) {
		close(fds[1]);
		fds[1] = -1;
		read_line(fds[0], line, sizeof line);
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	posix_spawn_file_actions_destroy(&actions);
	close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
	return arena_strdup(a, line);
}

bool cli_init_study(struct options *o, const struct spec *spec, const char *dir,
                    const struct observer *watch, struct study *s, struct error *err)
{
	struct study_options so = {.dir = dir, .max_trials = o->max_trials};
	char host[256] = "";

	so.warm_read = warm_load;
	so.outside = &strategy_program;
	if (watch)
		so.watch = *watch;
	gethostname(host, sizeof host - 1);
	so.origin = (struct search_origin){.n_set = o->n_set,
	                                   .command = o->command,
	                                   .elsewhere = o->elsewhere,
	                                   .max_trials = o->max_trials,
	                                   .host = arena_strdup(&o->arena, host),
	                                   .git = dir ? cli_git(&o->arena) : "",
	                                   .version = HPS_VERSION,
	                                   .started = clock_wall(),
	                                   .yaml = spec->yaml.text,
	                                   .path = spec->yaml.path};
	for (size_t i = 0; i < o->n_set; i++)
		so.origin.set[i] = o->set[i];
	if (!study_init(s, spec, &so, err))
		return false;
	/* With a directory what was taken is in its journal, or goes there. */
	return dir || study_begin(s, err);
}

static size_t terminal_width(void)
{
	struct winsize w;
	const char *columns = getenv("COLUMNS");

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (columns && atoi(columns) > 0)
		return (size_t)atoi(columns);
	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col ? w.ws_col : 80;
}

bool cli_print_results(struct options *o, struct study *s, size_t top,
                       struct error *err)
{
	struct ranking_view view = {
	    .top = top, .width = terminal_width(), .where = o->out ? o->out : o->file};
	struct str out = {0};
	bool ok = true;

	if (strcmp(o->format, "json") == 0) {
		results_json(&s->search, s->monitor, &out);
	} else if (strcmp(o->format, "csv") == 0) {
		results_csv(&s->search, &out);
	} else if (strcmp(o->format, "yaml") == 0) {
		ranking_yaml(s, &out);
	} else if (strcmp(o->format, "table") == 0) {
		ranking_table(s, &view, &out);
		advise_text(&s->search, &out);
		savings_report(s, &out);
		if (s->search.verdict.wanted)
			str_addc(&out, '\n');
		verdict_report(s, &out);
	} else {
		ok = error_set(
		    err, ERROR_USAGE,
		    "there is no format %s here\n  help: table, json, csv or yaml",
		    o->format);
	}
	if (ok)
		cli_print(&out);
	str_free(&out);
	return ok;
}

/* The first word: a command, or the file of a search. */
static const struct command_type *find_command(const char *word)
{
	for (const struct command_type *c = commands; c->name; c++)
		if (strcmp(c->name, word) == 0)
			return c;
	return NULL;
}

static bool looks_like_a_file(const char *word)
{
	struct stat st;
	size_t n = strlen(word);

	return strchr(word, '/') || !stat(word, &st) || strcmp(word, "-") == 0 ||
	       (n > 5 && strcmp(word + n - 5, ".yaml") == 0) ||
	       (n > 4 && strcmp(word + n - 4, ".yml") == 0);
}

static int no_such_command(const char *word)
{
	const char *names[16], *near;
	size_t n = 0;

	for (const struct command_type *c = commands; c->name; c++)
		names[n++] = c->name;
	near = str_nearest(word, names, n);
	fprintf(stderr, "hpsearch: %s is neither a command nor a file\n", word);
	if (near)
		fprintf(stderr, "  help: did you mean hpsearch %s?\n", near);
	else
		fprintf(stderr, "  help: hpsearch --help\n");
	return EXIT_USAGE;
}

static int dispatch(int argc, char **argv, const struct command_type **c)
{
	const char *word = argc > 1 ? argv[1] : "--help";

	if (strcmp(word, "--version") == 0) {
		printf("hpsearch %s\n", HPS_VERSION);
		return EXIT_FINE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	    (strcmp(word, "help") == 0 && argc < 3)) {
		options_help(NULL);
		return argc > 1 ? EXIT_FINE : EXIT_USAGE;
	}
	if (strcmp(word, "help") == 0) {
		*c = find_command(argv[2]);
		if (!*c)
			return no_such_command(argv[2]);
		options_help(*c);
		*c = NULL;
		return EXIT_FINE;
	}
	*c = find_command(word);
	if (!*c && *word != '-' && !looks_like_a_file(word))
		return no_such_command(word);
	return -1;
}

/* What was printed and did not arrive is an error, unless the reader has gone away. */
static int flush_output(int code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return code;
	fprintf(stderr, "hpsearch: standard output: %s\n", strerror(errno));
	return code ? code : EXIT_SYSTEM;
}

int cli_main(int argc, char **argv)
{
	const struct command_type *c = NULL;
	struct options o;
	int code = dispatch(argc, argv, &c);

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (code >= 0)
		return code;
	/* hpsearch FILE.yaml means hpsearch run FILE.yaml. */
	if (!c)
		c = &commands[0];
	else {
		argc--;
		argv++;
	}
	if (options_parse(&o, c, argc, argv, &code))
		code = c->run(&o);
	arena_free(&o.arena);
	return flush_output(code);
}
