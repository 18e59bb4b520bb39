/* The first word: a command, or the file of a search. */
#include "cli/cluster.h"
#include "report/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COMMANDS_MAX = 64, OPERAND_WIDTH = 24 };

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

	return strchr(word, '/') || !stat(word, &st) || strcmp(word, "-") == 0 ||
	       cli_is_yaml(word);
}

static int no_such_command(const char *word)
{
	const char *names[COMMANDS_MAX], *near;
	size_t n = 0;

	for (const struct command_type *c = commands; c->name && n < COMMANDS_MAX; c++)
		names[n++] = c->name;
	near = str_nearest(word, names, n);
	fprintf(stderr, "hpsearch: %s is neither a command nor a file\n", word);
	if (near)
		fprintf(stderr, "  help: did you mean hpsearch %s?\n", near);
	else
		fprintf(stderr, "  help: hpsearch --help\n");
	return EXIT_USAGE;
}

static void program_help(void)
{
	printf("usage: hpsearch FILE.yaml [options]      run a search, or continue it\n"
	       "       hpsearch COMMAND …                one of these:\n\n");
	for (const struct command_type *c = commands; c->name; c++)
		/* printf pads by bytes, and not all of these are characters. */
		printf("  %-10s %s%*s %s\n", c->name, c->operand,
		       (int)(OPERAND_WIDTH - text_width(c->operand)), "", c->summary);
	printf(
	    "\nhpsearch COMMAND --help tells the options of each; man hpsearch tells "
	    "all.\n");
}

static int dispatch(int argc, char **argv, const struct command_type **c)
{
	const char *word = argc > 1 ? argv[1] : "--help";

	if (strcmp(word, "--version") == 0) {
		printf("hpsearch %s\n", HPS_VERSION);
		return EXIT_FINE;
	}
	if (strcmp(word, "--agent") == 0)
		return cli_agent(argc - 2, argv + 2);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	    (strcmp(word, "help") == 0 && argc < 3)) {
		program_help();
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
	if (strcmp(word, "--job-agent") == 0)
		return cli_job_agent(argc - 2, argv + 2);
	*c = find_command(word);
	if (!*c && *word != '-' && !looks_like_a_file(word))
		return no_such_command(word);
	return -1;
}

/* What was printed and did not arrive is an error, unless the reader has gone away. */
static int flush_output(int code)
{
	struct pollfd out = {.fd = STDOUT_FILENO};
	bool earlier = ferror(stdout); /* errno is another's by now */

	if (!fflush(stdout) && !earlier)
		return code;
	if ((!earlier && errno == EPIPE) ||
	    (poll(&out, 1, 0) == 1 && (out.revents & POLLERR)))
		return code;
	fprintf(stderr, "hpsearch: standard output: %s\n",
	        earlier ? "not all of it could be written" : strerror(errno));
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
	if (options_parse(&o, c, argc, argv, &code)) {
		o.table = commands;
		code = c->run(&o);
	}
	arena_free(&o.arena);
	return flush_output(code);
}
