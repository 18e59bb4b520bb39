/* Files: limits, replacing in one step, removing a tree without leaving it. */
#include "base/file.h"
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every test works in an empty directory of its own. */
struct place {
	char dir[64];
	int back;
	struct arena arena;
	struct error err;
};

static bool place_open(struct place *p)
{
	*p = (struct place){.dir = "/tmp/hpsearch-file.XXXXXX"};
	p->back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->back >= 0 && mkdtemp(p->dir) && !chdir(p->dir))
		return true;
	CHECK_STR(p->dir, "a directory to work in");
	return false;
}

static void place_close(struct place *p)
{
	CHECK(!fchdir(p->back));
	close(p->back);
	CHECK(file_remove_tree(p->dir, &p->err));
	CHECK(access(p->dir, F_OK) != 0);
	arena_free(&p->arena);
}

/* What a file holds; "(error)" when it cannot be read. */
static const char *content(struct place *p, const char *path)
{
	char *text;
	size_t len;

	return file_read(path, 1 << 20, &p->arena, &text, &len, &p->err) ? text
	                                                                 : "(error)";
}

static bool exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

TEST(reads_whole_files)
{
	struct place p;
	char *text = NULL;
	size_t len = 0;

	if (!place_open(&p))
		return;
	CHECK(file_write("a", "x\0y", 3, 0644, &p.err));
	CHECK(file_read("a", 3, &p.arena, &text, &len, &p.err));
	CHECK_INT(len, 3);
	CHECK(text && !memcmp(text, "x\0y", 4));
	CHECK(file_write("a", "", 0, 0644, &p.err));
	CHECK(file_read("a", 0, &p.arena, &text, &len, &p.err));
	CHECK_INT(len, 0);
	CHECK_STR(text, "");
	place_close(&p);
}

static void check_refused(struct place *p, const char *path, size_t limit,
                          const char *why)
{
	char *text;
	size_t len;

	CHECK(!file_read(path, limit, &p->arena, &text, &len, &p->err));
	CHECK_INT(p->err.kind, ERROR_FILE);
	CHECK(strstr(p->err.text, path) != NULL);
	if (!strstr(p->err.text, why))
		CHECK_STR(p->err.text, why);
}

TEST(refuses_what_is_no_file_or_too_long)
{
	struct place p;

	if (!place_open(&p))
		return;
	CHECK(file_write("a", "12345", 5, 0644, &p.err));
	check_refused(&p, "a", 4, "5 bytes");
	check_refused(&p, "missing", 10, "No such file");
	CHECK(file_mkdirs("d", &p.err));
	check_refused(&p, "d", 10, "not a regular file");
	CHECK(!mkfifo("fifo", 0600));
	check_refused(&p, "fifo", 10, "not a regular file"); /* and does not wait */
	check_refused(&p, "/dev/zero", 10, "not a regular file");
	place_close(&p);
}

static bool replace(const char *path, const char *bytes, size_t n, struct error *err)
{
	struct file_new f;

	if (!file_begin(&f, path, &disk_real, err))
		return false;
	file_put(&f, bytes, n);
	return file_commit(&f, err);
}

TEST(replaces_in_one_step)
{
	struct place p;
	struct stat before, after;
	int held;
	char old[8] = "";

	if (!place_open(&p))
		return;
	CHECK(replace("r", "first", 5, &p.err));
	CHECK_STR(content(&p, "r"), "first");
	CHECK(!stat("r", &before));
	held = open("r", O_RDONLY | O_CLOEXEC);
	CHECK(replace("r", "second", 6, &p.err));
	CHECK(!stat("r", &after));
	CHECK_STR(content(&p, "r"), "second");
	CHECK(before.st_ino != after.st_ino);
	CHECK_INT(read(held, old, 5), 5); /* who reads the old file keeps it whole */
	CHECK_STR(old, "first");
	close(held);
	CHECK(!exists("r.tmp"));
	CHECK(file_mkdirs("sub/dir", &p.err));
	CHECK(replace("sub/dir/r", "x", 1, &p.err));
	CHECK_STR(content(&p, "sub/dir/r"), "x");
	place_close(&p);
}

TEST(replacing_follows_no_link)
{
	struct place p;

	if (!place_open(&p))
		return;
	CHECK(file_write("victim", "mine", 4, 0644, &p.err));
	CHECK(!symlink("victim", "r.tmp"));
	CHECK(!symlink("victim", "r"));
	CHECK(replace("r", "new", 3, &p.err));
	CHECK_STR(content(&p, "victim"), "mine");
	CHECK_STR(content(&p, "r"), "new");
	CHECK(!symlink("victim", "w"));
	CHECK(!file_write("w", "new", 3, 0644, &p.err));
	CHECK_STR(content(&p, "victim"), "mine");
	place_close(&p);
}

TEST(a_failed_replacement_leaves_the_old_file)
{
	struct place p;
	struct rlimit old, small = {4096, 4096};
	static char big[8192];
	void (*handler)(int);

	if (!place_open(&p))
		return;
	CHECK(replace("r", "old", 3, &p.err));
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	handler = signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	CHECK(!replace("r", big, sizeof big, &p.err));
	CHECK_INT(p.err.kind, ERROR_SYSTEM);
	CHECK(strstr(p.err.text, "File too large") != NULL);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, handler);
	CHECK_STR(content(&p, "r"), "old");
	CHECK(!exists("r.tmp"));
	CHECK(!replace("missing/r", "x", 1, &p.err));
	CHECK(strstr(p.err.text, "missing/r") != NULL);
	CHECK(file_mkdirs("d", &p.err));
	CHECK(!replace("d", "x", 1, &p.err));
	CHECK(!exists("d.tmp"));
	place_close(&p);
}

TEST(writes_with_the_mode_asked_for)
{
	struct place p;
	struct stat st;
	mode_t mask = umask(022);

	if (!place_open(&p))
		return;
	CHECK(file_write("cmd", "#!/bin/sh\n", 10, 0777, &p.err));
	CHECK(!stat("cmd", &st));
	CHECK_INT(st.st_mode & 0777, 0755);
	CHECK(file_write("cmd", "x", 1, 0777, &p.err));
	CHECK_STR(content(&p, "cmd"), "x");
	umask(mask);
	place_close(&p);
}

TEST(writes_all_through_a_pipe)
{
	int fd[2];
	char *big = mem_new(60000, 1);

	CHECK_INT(pipe(fd), 0);
	CHECK(file_write_all(fd[1], big, 60000));
	CHECK(file_write_all(fd[1], "", 0));
	close(fd[1]);
	CHECK_INT(read(fd[0], big, 60000), 60000);
	close(fd[0]);
	CHECK(!file_write_all(fd[1], "x", 1));
	free(big);
}

TEST(makes_directories_on_the_way)
{
	struct place p;
	char *deep;

	if (!place_open(&p))
		return;
	CHECK(file_mkdirs("a/b/c", &p.err));
	CHECK(file_mkdirs("a/b/c", &p.err));
	CHECK(file_mkdirs("a//b/./d/", &p.err));
	CHECK(exists("a/b/d"));
	CHECK(!symlink("a", "link"));
	CHECK(file_mkdirs("link/e", &p.err));
	CHECK(exists("a/e"));
	CHECK(file_mkdirs(".", &p.err));
	CHECK(file_mkdirs("/", &p.err));
	CHECK(file_write("f", "", 0, 0644, &p.err));
	CHECK(!file_mkdirs("f", &p.err));
	CHECK(strstr(p.err.text, "Not a directory") != NULL);
	CHECK(!file_mkdirs("f/g", &p.err));
	CHECK(!file_mkdirs("", &p.err));
	deep = arena_printf(&p.arena, "%05000d", 0);
	CHECK(!file_mkdirs(deep, &p.err));
	CHECK_INT(p.err.kind, ERROR_SYSTEM);
	CHECK(!replace(deep, "x", 1, &p.err));
	place_close(&p);
}

TEST(removes_trees_without_leaving_them)
{
	struct place p;

	if (!place_open(&p))
		return;
	CHECK(file_mkdirs("outside/deep", &p.err) &&
	      file_write("outside/deep/f", "kept", 4, 0644, &p.err));
	CHECK(file_mkdirs("tree/a/b", &p.err) &&
	      file_write("tree/a/b/f", "x", 1, 0644, &p.err) &&
	      file_write("tree/.hidden", "x", 1, 0644, &p.err));
	CHECK(!symlink("../../outside", "tree/a/link"));
	CHECK(!symlink("/nowhere", "tree/dangling"));
	CHECK(!mkfifo("tree/fifo", 0600));
	CHECK(file_remove_tree("tree", &p.err));
	CHECK(!exists("tree"));
	CHECK_STR(content(&p, "outside/deep/f"), "kept");
	CHECK(!symlink("outside", "link"));
	CHECK(file_remove_tree("link", &p.err));
	CHECK(!exists("link"));
	CHECK_STR(content(&p, "outside/deep/f"), "kept");
	CHECK(!symlink("outside", "link"));
	CHECK(!file_remove_tree("link/", &p.err));
	CHECK_STR(content(&p, "outside/deep/f"), "kept");
	CHECK(file_remove_tree("missing", &p.err));
	CHECK(file_write("f", "x", 1, 0644, &p.err) && file_remove_tree("f", &p.err));
	CHECK(!exists("f"));
	place_close(&p);
}

TEST(leaves_no_descriptor_open)
{
	struct place p;
	int before, after;

	if (!place_open(&p))
		return;
	before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CHECK(replace("r", "x", 1, &p.err));
	CHECK(file_write("w", "x", 1, 0644, &p.err));
	CHECK_STR(content(&p, "w"), "x");
	CHECK_STR(content(&p, "missing"), "(error)");
	CHECK_STR(content(&p, "."), "(error)");
	CHECK(!replace("missing/r", "x", 1, &p.err));
	CHECK(file_mkdirs("a/b", &p.err) && file_remove_tree("a", &p.err));
	CHECK(file_sync_dir(".", &p.err));
	CHECK(!file_sync_dir("w", &p.err));
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CHECK_INT(after, before + 1);
	close(before);
	close(after);
	place_close(&p);
}

TEST(folders_below_follow_no_link)
{
	struct place p;

	if (!place_open(&p))
		return;
	CHECK(file_mkdirs("top", &p.err) && file_mkdirs("outside", &p.err));
	CHECK(file_mkdirs_below("top", "a/b/c", &p.err));
	CHECK(file_mkdirs_below("top", "a/b/c", &p.err));
	CHECK(exists("top/a/b/c"));
	CHECK(!symlink("../outside", "top/link") &&
	      !symlink("../../outside", "top/a/l"));
	CHECK(!file_mkdirs_below("top", "link", &p.err));
	CHECK(strstr(p.err.text, "top/link: is a link") != NULL);
	CHECK(!file_mkdirs_below("top", "link/x", &p.err));
	CHECK(!file_mkdirs_below("top", "a/l/x", &p.err));
	CHECK(!exists("outside/x"));
	CHECK(file_write("top/file", "", 0, 0644, &p.err));
	CHECK(!file_mkdirs_below("top", "file/x", &p.err));
	CHECK(!file_mkdirs_below("nowhere", "a", &p.err));
	place_close(&p);
}

TEST(a_pipe_in_the_place_of_a_file_is_not_waited_for)
{
	struct place p;

	if (!place_open(&p))
		return;
	CHECK(!mkfifo("pipe", 0600));
	CHECK(!file_write("pipe", "x", 1, 0644, &p.err));
	CHECK(strstr(p.err.text, "pipe: is not a regular file") != NULL);
	CHECK_INT(file_open("pipe", O_RDONLY, 0, &p.err), -1);
	CHECK_INT(file_open("pipe", O_RDWR, 0, &p.err), -1);
	CHECK_INT(file_open(".", O_RDONLY, 0, &p.err), -1);
	place_close(&p);
}

TEST_MAIN(reads_whole_files, refuses_what_is_no_file_or_too_long, replaces_in_one_step,
          replacing_follows_no_link, a_failed_replacement_leaves_the_old_file,
          writes_with_the_mode_asked_for, writes_all_through_a_pipe,
          makes_directories_on_the_way, folders_below_follow_no_link,
          a_pipe_in_the_place_of_a_file_is_not_waited_for,
          removes_trees_without_leaving_them, leaves_no_descriptor_open)
