/* argv → command → exit code. */
#include "base/mem.h"
#include "base/stat.h"
#include "cli/cli.h"

#include <stdlib.h>
#include <unistd.h>

/* The run supervisors see the closed connection and end every child. */
__attribute__((noreturn)) static void out_of_memory(void *self)
{
	static const char text[] = "hpsearch: out of memory; the search is saved, "
				   "the same command continues it\n";

	(void)self;
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(1);
	_exit(1);
}

int main(int argc, char **argv)
{
	mem_policy((struct mem_policy){.out = out_of_memory});
	stat_init();
	exit(cli_main(argc, argv));
}
