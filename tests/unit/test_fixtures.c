/* tests/data/bad: each file is refused with exactly the text beside it.
 * tests/data/good: each is read, with exactly the warnings and notices beside it. */
#include "base/file.h"
#include "config/spec.h"
#include "test.h"

#include <dirent.h>
#include <stdlib.h>

static const char *folder(const char *name, char path[static 512])
{
	const char *root = getenv("SRCDIR");

	snprintf(path, 512, "%s/tests/data/%s", root ? root : ".", name);
	return path;
}

static void notices_text(const struct notices *ns, struct str *out)
{
	for (size_t i = 0; i < ns->n; i++)
		str_addf(out, "%s: %s\n", ns->list[i].warning ? "warning" : "notice",
		         ns->list[i].text);
}

/* What is said of the file that is called name.yaml. */
static void verdict(const char *dir, const char *name, bool accept, struct str *out)
{
	static const struct spec_overrides none;
	struct arena a = {0};
	struct error err = {0};
	struct spec s;
	char *text = NULL;
	size_t len = 0;
	bool ok = file_read(arena_printf(&a, "%s/%s", dir, name), 1 << 20, &a, &text,
	                    &len, &err);

	CHECK(ok);
	ok = ok && spec_parse(&s, name, text, len, &none, &a, &err);
	if (ok != accept)
		printf("# %s is %s\n", name, ok ? "accepted" : err.text);
	CHECK(ok == accept);
	if (ok)
		notices_text(&s.notices, out);
	else
		str_addf(out, "%s\n", err.text);
	CHECK(ok || err.kind == ERROR_FILE);
	arena_free(&a);
}

static void check_file(const char *dir, const char *name, const char *ending,
                       bool accept)
{
	struct arena a = {0};
	struct error err = {0};
	struct str got = {0};
	char *want = NULL;
	size_t len;
	int stem = (int)(strlen(name) - strlen(".yaml"));

	verdict(dir, name, accept, &got);
	CHECK(file_read(arena_printf(&a, "%s/%.*s%s", dir, stem, name, ending), 1 << 20,
	                &a, &want, &len, &err));
	if (want)
		CHECK_STR(str_text(&got), want);
	str_free(&got);
	arena_free(&a);
}

static size_t check_folder(const char *name, const char *ending, bool accept)
{
	char path[512];
	DIR *dir = opendir(folder(name, path));
	struct dirent *e;
	size_t n = 0;

	while (dir && (e = readdir(dir))) {
		size_t len = strlen(e->d_name);

		if (len < 6 || strcmp(e->d_name + len - 5, ".yaml") != 0)
			continue;
		check_file(path, e->d_name, ending, accept);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

TEST(bad_files)
{
	CHECK(check_folder("bad", ".err", false) >= 60);
}

TEST(good_files)
{
	CHECK(check_folder("good", ".notices", true) >= 10);
}

/* strict: what is a warning is an error, and what is a notice is none. */
TEST(strict)
{
	static const struct {
		const char *name;
		bool ok;
	} files[] = {{"wandb.yaml", true},  {"native.yaml", true},
	             {"merge.yaml", false}, {"tolerated.yaml", false},
	             {"bom.yaml", true},    {"no-metric.yaml", false}};
	static const struct spec_overrides o = {.strict = true};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct arena a = {0};
		struct error err = {0};
		struct spec s;
		char path[512];
		const char *file =
		    arena_printf(&a, "%s/%s", folder("good", path), files[i].name);
		bool ok = spec_load(&s, file, &o, &a, &err);

		if (ok != files[i].ok)
			printf("# %s: %s\n", files[i].name, err.text);
		CHECK(ok == files[i].ok);
		CHECK(ok || err.kind == ERROR_FILE);
		arena_free(&a);
	}
}

TEST_MAIN(bad_files, good_files, strict)
