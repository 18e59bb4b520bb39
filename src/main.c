/* argv → command → exit code. */
#include "base/stat.h"
#include "cli/cli.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	stat_init();
	exit(cli_main(argc, argv));
}
