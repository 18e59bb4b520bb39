/* convert: another tool's search file as one of ours. */
#include "convert/convert.h"
#include "base/file.h"
#include "cli/cli.h"

#include <stdlib.h>

static bool convert(struct options *o, struct str *out, struct error *err)
{
	struct convert_options co = {.operation = o->operation};

	return convert_file(o->file, &co, &o->arena, out, err) &&
	       cli_write(o, out, err);
}

int command_convert(struct options *o)
{
	struct str out = {0};
	struct error err = {0};
	int code = convert(o, &out, &err) ? EXIT_FINE : cli_fail(&err);

	str_free(&out);
	return code;
}
