/* argv → command → exit code. */
#include "base/file.h"
#include "base/mem.h"
#include "base/stat.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* The run supervisors see the closed connection and end every child. */
__attribute__((noreturn)) static void out_of_memory(void *self)
{
	static const char text[] =
	    "hpsearch: out of memory; a search that had begun is "
	    "saved, its command continues it\n";

	(void)self;
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(1);
	_exit(1);
}

/* The deepest calls, with the largest buffers, stay below a quarter of this; the
 * environment, which lies on the stack too, is at most another. */
static const rlim_t stack_min = 512 * 1024;

/* A crash half way would be the alternative. The words go without stdio, whose buffer
 * for them would be 8 KiB of stack. (Below 16 KiB no program gets here: the dynamic
 * linker needs as much.) */
static bool has_stack(void)
{
	struct rlimit limit;
	char text[256];
	int n;

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur >= stack_min)
		return true;
	n = snprintf(text, sizeof text,
	             "hpsearch: the stack is limited to %llu KiB, and %llu are needed\n"
	             "  help: ulimit -s %llu (or more, 8192 is usual) in this shell\n",
	             (unsigned long long)limit.rlim_cur / 1024,
	             (unsigned long long)stack_min / 1024,
	             (unsigned long long)stack_min / 1024);
	file_write_all(STDERR_FILENO, text, (size_t)n);
	return false;
}

int main(int argc, char **argv)
{
	if (!has_stack())
		exit(EXIT_SYSTEM);
	mem_policy((struct mem_policy){.out = out_of_memory});
	stat_init();
	exit(cli_main(argc, argv));
}
