#include "config/yaml_cause.h"

#include <stdio.h>
#include <string.h>

const char yaml_template_help[] = "this is a template ({{name}}): fill it in first, as "
				  "its own program does, and give "
				  "hpsearch the result";

static const char *known_cause(const char *problem)
{
	static const struct {
		const char *part, *help;
	} causes[] = {
	    {"cannot start any token",
	     "a tab cannot indent YAML, and a value that begins "
	     "with @, ` or % needs quotes"},
	    {"mapping values are not allowed",
	     "a \": \" inside a value needs quotes around "
	     "the whole value"},
	    {"did not find expected ',' or ']'",
	     "a comma is missing between two values, or "
	     "the closing ]"},
	    {"did not find expected ',' or '}'",
	     "a comma is missing between two values, or "
	     "the closing }"},
	    {"did not find expected key",
	     "the indentation does not fit the lines above"},
	    {"could not find expected ':'", "a key needs \": \" behind it"},
	    {"found unexpected end of stream", "a quote or a bracket is not closed"},
	};

	for (size_t i = 0; i < ARRAY_LEN(causes); i++)
		if (strstr(problem, causes[i].part))
			return causes[i].help;
	return NULL;
}

/* The text of a line, without its end. */
static size_t line_of(const struct yaml *y, size_t number, const char **line)
{
	const char *p = y->text, *end = y->text + y->len, *stop;

	for (size_t i = 1; i < number && p < end; p++)
		i += *p == '\n';
	stop = memchr(p, '\n', (size_t)(end - p));
	*line = p;
	return (size_t)((stop ? stop : end) - p);
}

/* {{name}}, ${{name}}, {% if %}: a file that some program was to fill in. */
static bool is_template(const char *line, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (line[i] == '{' && (line[i + 1] == '{' || line[i + 1] == '%'))
			return true;
	return false;
}

/* A colon without a blank behind it: values:[1, 2] and dataset:, are no keys. */
static const char *colon_help(const char *line, size_t n, struct arena *a)
{
	for (size_t i = 1; i + 1 < n; i++) {
		size_t from = i;

		if (line[i] != ':' || !line[i + 1] || !strchr("[{,}]", line[i + 1]))
			continue;
		while (from && line[from - 1] && !strchr(" \t{[,\"'", line[from - 1]))
			from--;
		if (from == i)
			continue;
		if (line[i + 1] == '[' || line[i + 1] == '{')
			return arena_printf(a, "a blank is missing behind %.*s:",
			                    (int)(i - from), line + from);
		return arena_printf(
		    a,
		    "nothing stands behind %.*s: (a key needs a value, with a blank "
		    "before it); if %.*s is a parameter of its own, give it a line of "
		    "its own below parameters:",
		    (int)(i - from), line + from, (int)(i - from), line + from);
	}
	return NULL;
}

/* method:grid as a whole line. */
static const char *word_help(const char *line, size_t n, struct arena *a)
{
	size_t from = 0, colon;

	while (from < n && line[from] == ' ')
		from++;
	for (colon = from; colon < n && line[colon] != ':'; colon++)
		if (line[colon] == ' ')
			return NULL;
	if (colon == from || colon + 1 >= n || line[colon + 1] == ' ')
		return NULL;
	return arena_printf(a, "a blank is missing behind %.*s:", (int)(colon - from),
	                    line + from);
}

/* [python3, train.py, ${args}]: the brace opens a mapping there. */
static bool has_bare_macro(const char *line, size_t n)
{
	for (size_t i = 1; i + 1 < n; i++)
		if (line[i] == '$' && line[i + 1] == '{' && strchr(" [,", line[i - 1]))
			return true;
	return false;
}

const char *yaml_template_cause(const struct yaml *y, struct position at)
{
	const char *line;
	size_t n = line_of(y, at.line, &line);

	return is_template(line, n) ? yaml_template_help : NULL;
}

const char *yaml_cause(const struct yaml *y, struct position at, const char *problem,
                       struct arena *a)
{
	const char *line, *help = NULL;
	size_t n = line_of(y, at.line, &line);

	if (is_template(line, n))
		return yaml_template_help;
	if (strstr(problem, "unexpected ':'") || strstr(problem, "expected key") ||
	    strstr(problem, "mapping values"))
		help = colon_help(line, n, a);
	else if (strstr(problem, "expected ':'") && at.line > 1) {
		n = line_of(y, at.line - 1, &line);
		help = word_help(line, n, a);
	} else if (strstr(problem, "expected ','") && has_bare_macro(line, n)) {
		help = "a macro in a list needs quotes: \"${args}\"";
	}
	return help ? help : known_cause(problem);
}
