#include "run/meant.h"

#include "base/str.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static bool is_sign(char c)
{
	return (unsigned char)c < 0x80 && !isalnum((unsigned char)c);
}

/* The same letters and digits, whatever their case and the signs between them. */
static bool alike(const char *a, const char *b)
{
	for (size_t n = 0;; a++, b++, n++) {
		while (*a && is_sign(*a))
			a++;
		while (*b && is_sign(*b))
			b++;
		if (!*a || !*b)
			return n && !*a && !*b;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
	}
}

typedef bool same_fn(const char *a, const char *b);

static bool equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Is part of `whole`, behind a dot or a slash, that name? */
static bool ends_in(const char *whole, const char *name, same_fn *same)
{
	for (const char *p = whole; (p = strpbrk(p, "./")) && *name;)
		if (same(++p, name))
			return true;
	return false;
}

static const char *last_part(const char *name)
{
	const char *dot = strrchr(name, '.'), *slash = strrchr(name, '/');
	const char *end = dot > slash || !slash ? dot : slash;

	return end && end[1] ? end + 1 : name;
}

enum {
	EXACT_DEEPER,
	EXACT_HIGHER,
	ALIKE,
	ALIKE_DEEPER,
	ALIKE_HIGHER,
	ALIKE_PART,
	WAYS
};

static bool fits(const char *metric, const char *name, int way)
{
	switch (way) {
	case EXACT_DEEPER: return equal(metric, name) || ends_in(name, metric, equal);
	case EXACT_HIGHER: return ends_in(metric, name, equal);
	case ALIKE: return alike(metric, name);
	case ALIKE_DEEPER: return ends_in(name, metric, alike);
	case ALIKE_HIGHER: return ends_in(metric, name, alike);
	default: return alike(last_part(metric), last_part(name));
	}
}

size_t meant_names(const char *metric, const char *const *names, size_t n,
                   const char **out, size_t max)
{
	size_t found = 0;

	for (int way = 0; way < WAYS && !found; way++)
		for (size_t i = 0; i < n && found < max; i++)
			if (fits(metric, names[i], way))
				out[found++] = names[i];
	if (!found && max && (out[0] = str_nearest(metric, names, n)))
		found = 1;
	return found;
}

const char *meant_number(const char *example)
{
	if (strcasestr(example, "tensor(") || strcasestr(example, "array(") ||
	    strcasestr(example, "tensor:"))
		return "print a plain number: float(x) or x.item(), not the tensor";
	for (const char *p = strchr(example, ','); p; p = strchr(p + 1, ','))
		if (p > example && isdigit((unsigned char)p[-1]) &&
		    isdigit((unsigned char)p[1]))
			return "print numbers with a decimal point and nothing between "
			       "thousands (LC_NUMERIC=C)";
	if (strpbrk(example, ":=") && (!strchr(example, '{') || !strchr(example, '}')))
		return "print a whole object on one line, as json.dumps(x) does "
		       "without "
		       "indent";
	if (strstr(example, "\\\""))
		return "print the object itself, not a text that holds it";
	return "print one number, like 0.25, and nothing else as its value";
}
