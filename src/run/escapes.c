#include "run/escapes.h"

#include <stdbool.h>

size_t escapes_strip(char *line, size_t len)
{
	size_t n = 0, i = 0;

	while (i < len) {
		bool title;

		if (line[i] != '\033') {
			line[n++] = line[i++];
			continue;
		}
		title = ++i < len && line[i] == ']';
		if (i < len && (line[i] == '[' || title))
			i++;
		if (title)
			while (i < len && line[i] != '\a' && line[i] != '\033')
				i++;
		else
			while (i < len && line[i] >= ' ' && line[i] < '@')
				i++;
		i += i < len;
		if (title && i < len && line[i - 1] == '\033')
			i++;
	}
	return n;
}
