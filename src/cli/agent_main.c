/* --agent: not for people. What a driver starts through a launcher, on whatever
 * machine, to run its commands there. */
#include "cli/cli.h"
#include "run/agent.h"

#include <stdio.h>
#include <unistd.h>

int cli_agent(int argc, char **argv)
{
	const struct agent_setup setup = {
	    .in = STDIN_FILENO, .out = STDOUT_FILENO, .yaml = task_yaml};
	struct error err = {0};

	if (argc > 0) {
		fprintf(stderr, "hpsearch: --agent takes no %s\n", argv[0]);
		return EXIT_USAGE;
	}
	return agent_attached(&setup, &err) ? EXIT_FINE : cli_fail(&err);
}
