/* What a killed driver leaves on its way, at each instant of a kill: in the pipe, in
 * the shared memory, in the file, or half of it there. */
#include "run/flight.h"

#include "base/file.h"
#include "base/mem.h"
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct rig {
	struct flight *f;
	struct arena a;
	int in, out;
	char dir[64], path[80];
};

static void rig_open(struct rig *g)
{
	struct error err = {0};
	int fds[2];

	*g = (struct rig){0};
	strcpy(g->dir, "/tmp/hpsearch-test-flight-XXXXXX");
	CHECK(mkdtemp(g->dir) != NULL);
	snprintf(g->path, sizeof g->path, "%s/stdout", g->dir);
	CHECK(!pipe2(fds, O_CLOEXEC | O_NONBLOCK));
	g->in = fds[0];
	g->out = fds[1];
	g->f = flight_new(3, &err);
	CHECK_STR(err.text, "");
	flight_open(g->f, 1);
}

static void rig_close(struct rig *g)
{
	struct error err = {0};

	flight_free(g->f);
	arena_free(&g->a);
	close(g->in);
	close(g->out);
	CHECK(file_remove_tree(g->dir, &err));
}

static void print(const struct rig *g, const char *text)
{
	CHECK(file_write_all(g->out, text, strlen(text)));
}

static void write_file(const struct rig *g, const char *text)
{
	struct error err = {0};

	CHECK(file_write(g->path, text, strlen(text), 0666, &err));
}

/* The driver has read what is printed, and not yet done anything with it. */
static size_t take(const struct rig *g)
{
	ssize_t n;

	flight_begin(g->f, 1);
	n = read(g->in, g->f->bytes, sizeof g->f->bytes);
	CHECK(n > 0);
	return (size_t)n;
}

static const char *landed(struct rig *g)
{
	struct error err = {0};
	char *text = NULL;
	size_t n;

	flight_land(g->f, 1, g->in, g->dir, 1 << 20);
	file_read(g->path, 1 << 20, &g->a, &text, &n, &err);
	return text ? text : "(none)";
}

TEST(nothing_left_makes_no_file)
{
	struct rig g;

	rig_open(&g);
	CHECK_STR(landed(&g), "(none)");
	print(&g, "one\n");
	flight_end(g.f, take(&g), 4);
	CHECK_STR(landed(&g), "(none)");
	rig_close(&g);
}

TEST(what_is_in_the_pipe_goes_behind_the_file)
{
	struct rig g;

	rig_open(&g);
	print(&g, "one\n");
	CHECK_STR(landed(&g), "one\n");
	print(&g, "two\n");
	CHECK_STR(landed(&g), "one\ntwo\n");
	rig_close(&g);
}

/* Killed before, in and behind the write to the file: each byte is there once. */
TEST(what_is_under_way_lands_once)
{
	static const char *const written[] = {"one\n", "one\ntw", "one\ntwo\n"};

	for (size_t i = 0; i < ARRAY_LEN(written); i++) {
		struct rig g;

		rig_open(&g);
		print(&g, "one\n");
		flight_end(g.f, take(&g), 4);
		print(&g, "two\n");
		take(&g);
		write_file(&g, written[i]);
		print(&g, "three\n");
		CHECK_STR(landed(&g), "one\ntwo\nthree\n");
		rig_close(&g);
	}
}

/* The memory is the same one in a process that was forked before. */
TEST(a_child_sees_what_the_driver_left)
{
	struct rig g;
	int go[2];
	pid_t pid;
	char c;

	rig_open(&g);
	CHECK(!pipe(go));
	pid = fork();
	if (!pid) {
		close(go[1]);
		while (read(go[0], &c, 1) > 0)
			;
		flight_land(g.f, 1, g.in, g.dir, 1 << 20);
		_exit(0);
	}
	print(&g, "one\n");
	take(&g);
	close(go[0]);
	close(go[1]);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	memset(g.f->bytes, 0, sizeof g.f->bytes);
	CHECK_STR(landed(&g), "one\n");
	rig_close(&g);
}

TEST(each_slot_has_its_own)
{
	struct rig g;

	rig_open(&g);
	print(&g, "of slot 1\n");
	take(&g);
	g.f->slot = 2;
	CHECK_STR(landed(&g), "(none)");
	rig_close(&g);
}

TEST(a_file_that_is_not_kept_any_more_stays_as_it_is)
{
	struct rig g;

	rig_open(&g);
	print(&g, "one\n");
	flight_end(g.f, take(&g), -1);
	write_file(&g, "on");
	print(&g, "two\n");
	CHECK_STR(landed(&g), "on");
	flight_open(g.f, 1);
	CHECK_STR(landed(&g), "ontwo\n");
	rig_close(&g);
}

TEST(the_limit_holds)
{
	char big[48 * 1024 + 1];
	struct stat st = {0};
	struct rig g;

	rig_open(&g);
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	print(&g, big);
	flight_land(g.f, 1, g.in, g.dir, 40 * 1024);
	CHECK(!stat(g.path, &st));
	CHECK(st.st_size >= 16 * 1024 && st.st_size <= 40 * 1024);
	rig_close(&g);
}

TEST(links_are_not_followed)
{
	char target[80];
	struct stat st = {0};
	struct rig g;

	rig_open(&g);
	snprintf(target, sizeof target, "%s/target", g.dir);
	print(&g, "one\n");
	CHECK(!symlink(target, g.path));
	flight_land(g.f, 1, g.in, g.dir, 1 << 20);
	CHECK(stat(target, &st) != 0);
	unlink(g.path);
	write_file(&g, "before\n");
	CHECK(!link(g.path, target));
	flight_land(g.f, 1, g.in, g.dir, 1 << 20);
	CHECK(!stat(target, &st));
	CHECK_INT(st.st_size, 7);
	unlink(g.path);
	CHECK(!mkfifo(g.path, 0600));
	flight_land(g.f, 1, g.in, g.dir, 1 << 20); /* does not wait for a reader */
	rig_close(&g);
}

TEST_MAIN(nothing_left_makes_no_file, what_is_in_the_pipe_goes_behind_the_file,
          what_is_under_way_lands_once, a_child_sees_what_the_driver_left,
          each_slot_has_its_own, a_file_that_is_not_kept_any_more_stays_as_it_is,
          the_limit_holds, links_are_not_followed)
