#include "base/pattern.h"
#include "test.h"

/* The group's text; NULL: no match; "!": the pattern is refused. */
static const char *found(const char *text, const char *line, char out[100])
{
	struct error err;
	const char *help;
	struct pattern *p = pattern_new(text, &help, &err);
	size_t from, n;
	bool ok = p && pattern_find(p, line, strlen(line), &from, &n);

	if (ok)
		snprintf(out, 100, "%.*s", (int)n, line + from);
	pattern_free(p);
	return !p ? "!" : ok ? out : NULL;
}

static bool finds(const char *text, const char *line, const char *group)
{
	char out[100];
	const char *got = found(text, line, out);

	return got && !strcmp(got, group);
}

/* Is it refused, with these words? */
static bool refused(const char *text, const char *words, const char *way_out)
{
	struct error err = {0};
	const char *help;
	struct pattern *p = pattern_new(text, &help, &err);

	pattern_free(p);
	return !p && strstr(err.text, words) &&
	       (way_out ? help && strstr(help, way_out) : !help);
}

TEST(groups)
{
	char out[100];

	CHECK(finds("val_loss: ([0-9.eE+-]+)", "x val_loss: 1.5e-3, y", "1.5e-3"));
	CHECK(finds("a=([0-9]+)|b=([0-9]+)", "c b=7", "7"));
	CHECK(finds("\\[([0-9]+)\\]\t.*auc:(.*)$", "[10]\tvalid-auc:0.93", "10"));
	CHECK(finds("([]x)]+)", "a])b", "])"));
	CHECK(!found("val_loss: ([0-9]+)", "loss: 5", out));
	CHECK(finds("x(a*)", "x", ""));
}

TEST(a_nul_is_a_letter)
{
	struct error err;
	const char *help;
	struct pattern *p = pattern_new("b=([0-9])", &help, &err);
	size_t from, n;

	CHECK(p && pattern_find(p, "a\0b=5", 5, &from, &n) && from == 4 && n == 1);
	CHECK(p && !pattern_find(p, "b=5", 2, &from, &n));
	pattern_free(p);
}

TEST(what_is_refused)
{
	char longest[PATTERN_MAX + 2];

	CHECK(refused("loss: [0-9]+", "no group", "brackets"));
	CHECK(refused("loss: [(]1\\(", "no group", "brackets"));
	CHECK(refused("(\\d+)", "\\d is not known", "[0-9]"));
	CHECK(refused("(a)\\1", "refer back", NULL));
	CHECK(refused("(?:a)(b)", "(? is not known", "(…)"));
	CHECK(refused("(.*?),", "*? is not known", "[^,]*"));
	CHECK(refused("((a{1,99}){1,99})", "repetitions", NULL));
	CHECK(refused("(a", "cannot be read", NULL));
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	CHECK(refused(longest, "bytes", NULL));
}

TEST_MAIN(groups, a_nul_is_a_letter, what_is_refused)
