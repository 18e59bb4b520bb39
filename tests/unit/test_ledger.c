/* The ledger of test data: what is counted, by whom, and what damage does. */
#include "base/file.h"
#include "record/ledger.h"
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char command_a[] = "[\"train\",\"--test\"] acc";
static const char command_b[] = "[\"train\",\"--other\"] acc";

static char *make_dir(void)
{
	static char dir[64];

	snprintf(dir, sizeof dir, "/tmp/test_ledger.XXXXXX");
	return mkdtemp(dir);
}

static void drop(const char *path)
{
	char dir[128];
	struct error err = {0};

	snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(path, '/') - path), path);
	CHECK(file_remove_tree(dir, &err));
}

static uint64_t enter(const char *path, const char *test, const char *id,
                      const char *config, struct ledger *l, struct arena *a)
{
	const char *const configs[] = {"{\"x\":0.5}", config};
	struct ledger_entry e = {.test = test,
	                         .id = id,
	                         .file = "s.yaml",
	                         .time = 1700000000,
	                         .n = 2,
	                         .configurations = configs};
	struct error err = {0};
	uint64_t use = 0;

	CHECK(ledger_enter(path, &e, l, &use, a, &err));
	CHECK_STR(err.text, "");
	return use;
}

TEST(uses_are_counted_by_test_command)
{
	struct arena a = {0};
	struct ledger l;
	struct error err = {0};
	const char *path = arena_printf(&a, "%s/l.jsonl", make_dir());

	CHECK(ledger_read(path, command_a, &l, &a, &err));
	CHECK_INT(l.n, 0);
	CHECK_INT(enter(path, command_a, "1", "{\"x\":1}", &l, &a), 1);
	CHECK_INT(l.configurations, 2);
	CHECK_INT(enter(path, command_b, "2", "{\"x\":1}", &l, &a), 1);
	CHECK_INT(enter(path, command_a, "3", "{\"x\":2}", &l, &a), 2);
	CHECK_INT(l.n, 2);
	CHECK_INT(l.configurations, 3);
	/* The same use again is no other use. */
	CHECK_INT(enter(path, command_a, "1", "{\"x\":1}", &l, &a), 1);
	CHECK_INT(l.n, 2);
	CHECK(ledger_read(path, command_b, &l, &a, &err));
	CHECK_INT(l.n, 1);
	CHECK_INT(l.configurations, 2);
	CHECK_STR(l.uses[0].file, "s.yaml");
	CHECK_DOUBLE(l.uses[0].time, 1700000000, 0);
	drop(path);
	arena_free(&a);
}

static void write_text(const char *path, const char *text)
{
	struct error err = {0};

	CHECK(file_write(path, text, strlen(text), 0666, &err));
}

TEST(damage_counts_as_a_use)
{
	struct arena a = {0};
	struct ledger l;
	const char *path = arena_printf(&a, "%s/l.jsonl", make_dir());

	enter(path, command_a, "1", "{\"x\":1}", &l, &a);
	write_text(path, "{\"ledger\":1,\"test\":\"[\\\"tra");
	CHECK_INT(enter(path, command_a, "2", "{\"x\":1}", &l, &a), 2);
	CHECK_INT(l.damaged, 1);
	CHECK_INT(enter(path, command_b, "3", "{\"x\":1}", &l, &a), 2);
	write_text(path, "\n\nnull\n[1]\n{}\n{\"test\":3}\n");
	CHECK_INT(enter(path, command_a, "4", "{\"x\":1}", &l, &a), 5);
	CHECK_INT(l.damaged, 4);
	drop(path);
	arena_free(&a);
}

/* Four processes at once, ten uses each: none is lost, none has another's number. */
TEST(searches_do_not_write_over_each_other)
{
	struct arena a = {0};
	struct ledger l;
	struct error err = {0};
	const char *path = arena_printf(&a, "%s/l.jsonl", make_dir());

	for (int p = 0; p < 4; p++)
		if (!fork()) {
			for (int i = 0; i < 10; i++)
				enter(path, command_a, arena_printf(&a, "%d.%d", p, i),
				      "{\"x\":1}", &l, &a);
			_exit(test_failures != 0);
		}
	for (int p = 0; p < 4; p++) {
		int status = 1;

		wait(&status);
		CHECK_INT(status, 0);
	}
	CHECK(ledger_read(path, command_a, &l, &a, &err));
	CHECK_INT(l.n, 40);
	CHECK_INT(l.damaged, 0);
	drop(path);
	arena_free(&a);
}

TEST(an_unwritable_ledger_names_the_way_out)
{
	struct arena a = {0};
	struct error err = {0};
	struct ledger l;
	uint64_t use;
	struct ledger_entry e = {.test = "t", .id = "1", .file = "f"};

	CHECK(!ledger_check("/nowhere/at/all/l.jsonl", &err));
	CHECK_INT(err.kind, ERROR_FILE);
	CHECK_STR(err.text,
	          "/nowhere/at/all/l.jsonl: No such file or directory\n"
	          "  help: every use of the test data is written down there; name a "
	          "file that can be written with test: {ledger: PATH}");
	CHECK(!ledger_enter("/nowhere/at/all/l.jsonl", &e, &l, &use, &a, &err));
	CHECK(strstr(err.text, "ledger: PATH") != NULL);
	arena_free(&a);
}

TEST(it_stands_beside_the_file)
{
	struct arena a = {0};

	CHECK_STR(ledger_path("s.yaml", NULL, &a), "hpsearch.tests.jsonl");
	CHECK_STR(ledger_path("-", NULL, &a), "hpsearch.tests.jsonl");
	CHECK_STR(ledger_path("a/b/s.yaml", NULL, &a), "a/b/hpsearch.tests.jsonl");
	CHECK_STR(ledger_path("a/b/s.yaml", "../t.jsonl", &a), "a/b/../t.jsonl");
	CHECK_STR(ledger_path("a/b/s.yaml", "/x/t.jsonl", &a), "/x/t.jsonl");
	arena_free(&a);
}

TEST_MAIN(uses_are_counted_by_test_command, damage_counts_as_a_use,
          searches_do_not_write_over_each_other, an_unwritable_ledger_names_the_way_out,
          it_stands_beside_the_file)
