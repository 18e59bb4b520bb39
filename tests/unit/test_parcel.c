/* Files on their way between two folders: what arrives is what was sent, and nothing is
 * written outside. */
#include "run/parcel.h"
#include "run/room.h"

#include "test.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct pair {
	char top[64], from[80], to[80];
};

static void begin(struct pair *p)
{
	struct error err;

	snprintf(p->top, sizeof p->top, "/tmp/hpsearch-parcel.XXXXXX");
	CHECK(mkdtemp(p->top) != NULL);
	snprintf(p->from, sizeof p->from, "%s/from", p->top);
	snprintf(p->to, sizeof p->to, "%s/to", p->top);
	CHECK(!mkdir(p->from, 0700) && !mkdir(p->to, 0700));
	CHECK(file_mkdirs_below(p->from, "r0/ck", &err));
}

static void end(const struct pair *p)
{
	struct error err;

	CHECK(file_remove_tree(p->top, &err));
}

static const char *in(const char *dir, const char *path, char out[128])
{
	snprintf(out, 128, "%s/%s", dir, path);
	return out;
}

static void put(const char *dir, const char *path, const char *bytes, size_t n)
{
	struct error err;
	char full[128];

	CHECK(file_write(in(dir, path, full), bytes, n, 0640, &err));
}

static bool is(const char *dir, const char *path, const char *bytes, size_t n)
{
	struct arena a = {0};
	struct error err;
	char full[128], *text;
	size_t got;
	bool same = file_read(in(dir, path, full), 1 << 20, &a, &text, &got, &err) &&
	            got == n && memcmp(text, bytes, n) == 0;

	arena_free(&a);
	return same;
}

/* Lines as they come; how many were files or links that could be taken. */
static size_t deliver(struct str *lines, const char *to, struct str *gone)
{
	struct wire_in in = {0};
	struct arena a = {0};
	const char *line;
	size_t n, taken = 0;

	wire_feed(&in, str_text(lines), lines->len);
	while ((line = wire_line(&in, &n))) {
		struct wire_message m;
		struct error err;

		CHECK(wire_read(line, n, &m, &a, &err));
		if (m.kind == WIRE_GONE)
			str_addf(gone, "%s;", m.piece.path);
		else
			taken += parcel_take(to, &m, &err);
	}
	wire_forget(&in);
	arena_free(&a);
	str_clear(lines);
	return taken;
}

static void send_all(struct parcel *p, const char *from, struct str *lines)
{
	while (parcel_next(p, from, 1, lines))
		;
}

TEST(what_arrives_is_what_was_sent)
{
	static char big[2 * PARCEL_PIECE + 100];
	struct parcel p = {0};
	struct str lines = {0}, gone = {0};
	struct stat st;
	char path[128];
	struct pair d;

	begin(&d);
	memset(big, 'x', sizeof big);
	big[PARCEL_PIECE] = '\0';
	put(d.from, "r0/ck/big", big, sizeof big);
	put(d.from, "r0/empty", "", 0);
	put(d.from, "r0/left", "?", 1);
	CHECK(!symlink("ck/big", in(d.from, "r0/latest", path)));
	CHECK(!mkfifo(in(d.from, "r0/pipe", path), 0600));
	parcel_list(&p, d.from, "r0", NULL);
	CHECK(p.n == 4);
	send_all(&p, d.from, &lines);
	CHECK(deliver(&lines, d.to, &gone) == 6 && !p.failed);
	CHECK(is(d.to, "r0/ck/big", big, sizeof big) && is(d.to, "r0/empty", "", 0));
	CHECK(!stat(in(d.to, "r0/ck/big", path), &st) && (st.st_mode & 0777) == 0640);
	CHECK(readlink(in(d.to, "r0/latest", path), path, sizeof path) == 6);
	parcel_free(&p);
	str_free(&lines);
	str_free(&gone);
	end(&d);
}

TEST(what_is_new_changed_or_gone)
{
	struct parcel before = {0}, now = {0};
	struct str lines = {0}, gone = {0};
	struct error err;
	char path[128];
	struct pair d;

	begin(&d);
	put(d.from, "r0/a", "1", 1);
	put(d.from, "r0/ck/b", "1", 1);
	put(d.from, "r0/ck/c", "1", 1);
	parcel_list(&before, d.from, "r0", NULL);
	put(d.from, "r0/new", "2", 1);
	CHECK(!unlink(in(d.from, "r0/ck/c", path)));
	put(d.from, "r0/ck/b", "22", 2);
	parcel_list(&now, d.from, "r0", NULL);
	parcel_news(&now, &before, 1, &lines);
	CHECK(now.n == 2 && !strcmp(now.items[0].path, "r0/ck/b") &&
	      !strcmp(now.items[1].path, "r0/new"));
	send_all(&now, d.from, &lines);
	CHECK(deliver(&lines, d.to, &gone) == 2);
	CHECK(!strcmp(str_text(&gone), "r0/ck/c;"));
	CHECK(is(d.to, "r0/ck/b", "22", 2));
	/* Into a place where a folder stands in the way. */
	CHECK(!unlink(in(d.to, "r0/ck/b", path)));
	CHECK(file_mkdirs_below(d.to, "r0/ck/b/more", &err));
	CHECK(parcel_move(d.from, d.to, &err));
	CHECK(is(d.to, "r0/ck/b", "22", 2) && is(d.to, "r0/a", "1", 1));
	CHECK(access(in(d.from, "r0/a", path), F_OK) != 0);
	parcel_remove(d.to, "r0/ck");
	CHECK(access(in(d.to, "r0/ck", path), F_OK) != 0);
	parcel_free(&before);
	parcel_free(&now);
	str_free(&lines);
	str_free(&gone);
	end(&d);
}

TEST(what_grows_is_not_sent_twice)
{
	struct str lines = {0}, gone = {0};
	int64_t sent = 0;
	struct pair d;

	begin(&d);
	put(d.from, "r0/stdout", "one\n", 4);
	CHECK(parcel_grow(d.from, "r0/stdout", &sent, 1 << 20, 1, &lines));
	CHECK(!parcel_grow(d.from, "r0/stdout", &sent, 1 << 20, 1, &lines));
	put(d.from, "r0/stdout", "one\ntwo\n", 8);
	CHECK(parcel_grow(d.from, "r0/stdout", &sent, 1 << 20, 1, &lines) && sent == 8);
	CHECK(deliver(&lines, d.to, &gone) == 2 &&
	      is(d.to, "r0/stdout", "one\ntwo\n", 8));
	/* It began anew. */
	put(d.from, "r0/stdout", "x", 1);
	CHECK(parcel_grow(d.from, "r0/stdout", &sent, 1 << 20, 1, &lines) && sent == 1);
	CHECK(deliver(&lines, d.to, &gone) == 1 && is(d.to, "r0/stdout", "x", 1));
	str_free(&lines);
	str_free(&gone);
	end(&d);
}

static bool takes(const struct pair *d, enum wire_kind kind, const char *path,
                  const char *target, int64_t at)
{
	struct wire_message m = {.kind = kind,
	                         .piece = {.path = path,
	                                   .target = target,
	                                   .bytes = (const uint8_t *)"x",
	                                   .n = 1,
	                                   .at = at,
	                                   .mode = 0600,
	                                   .last = true}};
	struct error err;

	return parcel_take(d->to, &m, &err);
}

TEST(nothing_is_written_outside)
{
	static const char *const bad[] = {"",     ".",    "..", "/x",  "../x", "a/../x",
	                                  "a/..", "a//b", "a/", "./a", "a/./b"};
	char path[128];
	struct pair d;

	begin(&d);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK(!parcel_path(bad[i], ""));
		CHECK(!takes(&d, WIRE_FILE, bad[i], NULL, 0));
	}
	CHECK(parcel_path("trials/1/r0/x", "trials/1/r0"));
	CHECK(!parcel_path("trials/1/r01/x", "trials/1/r0"));
	CHECK(!parcel_path("trials/1/r0", "trials/1/r0"));
	/* By way of links that are there. */
	CHECK(!symlink(d.from, in(d.to, "out", path)));
	CHECK(!takes(&d, WIRE_FILE, "out/x", NULL, 0));
	CHECK(access(in(d.from, "x", path), F_OK) != 0);
	put(d.from, "mine", "1", 1);
	CHECK(!symlink("../from/mine", in(d.to, "mine", path)));
	CHECK(!takes(&d, WIRE_FILE, "mine", NULL, 1));
	CHECK(takes(&d, WIRE_FILE, "mine", NULL, 0) && is(d.from, "mine", "1", 1));
	/* Links that would lead out are left out. */
	CHECK(takes(&d, WIRE_LINK, "l1", "/etc", 0));
	CHECK(takes(&d, WIRE_LINK, "l2", "a/../../x", 0));
	CHECK(takes(&d, WIRE_LINK, "l3", "a/b", 0));
	CHECK(readlink(in(d.to, "l1", path), path, sizeof path) < 0);
	CHECK(readlink(in(d.to, "l2", path), path, sizeof path) < 0);
	CHECK(readlink(in(d.to, "l3", path), path, sizeof path) == 3);
	/* A piece that does not fit to what is there. */
	CHECK(!takes(&d, WIRE_FILE, "mine", NULL, 7));
	end(&d);
}

/* Opens rooms beside others who do, and sweep; whether each was there while it was had.
 */
static bool lives_in_rooms(int times)
{
	struct error err;
	struct stat st;

	for (int i = 0; i < times; i++) {
		char path[PATH_MAX];
		struct room r;
		bool there = room_open(&r, &err);

		for (int k = 0; k < 3 && there; k++) {
			snprintf(path, sizeof path, "%s/lock", r.path);
			there = r.lock >= 0 && !stat(path, &st);
			usleep(100);
		}
		room_close(&r);
		if (!there)
			return false;
	}
	return true;
}

/* Agents that begin at one moment: none is taken for one that has gone. */
TEST(nobody_sweeps_a_room_that_is_being_made)
{
	enum { AGENTS = 6, TIMES = 150 };
	struct error err;
	struct pair d;
	pid_t child[AGENTS];
	int status;

	begin(&d);
	CHECK(!setenv("XDG_CACHE_HOME", d.top, 1));
	for (int i = 0; i < AGENTS; i++) {
		child[i] = fork();
		CHECK(child[i] >= 0);
		if (!child[i])
			_exit(!lives_in_rooms(TIMES));
	}
	for (int i = 0; i < AGENTS; i++) {
		CHECK_INT(waitpid(child[i], &status, 0), child[i]);
		CHECK_INT(status, 0);
	}
	CHECK(file_remove_tree(d.top, &err));
}

TEST_MAIN(nobody_sweeps_a_room_that_is_being_made, what_arrives_is_what_was_sent,
          what_is_new_changed_or_gone, what_grows_is_not_sent_twice,
          nothing_is_written_outside)
