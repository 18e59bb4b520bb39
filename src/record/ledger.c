#include "record/ledger.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/set.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const size_t ledger_max = (size_t)1 << 26;

/* Reading. */

struct reader {
	const char *test;
	struct ledger *out;
	struct set seen; /* configurations, by hash */
	size_t cap;
	struct arena *a;
};

static void add_use(struct reader *r, const cJSON *line)
{
	struct ledger *l = r->out;
	const char *file = json_string(line, "file"), *id = json_string(line, "id");
	struct ledger_use use = {.use = l->n + 1,
	                         .file = arena_strdup(r->a, file ? file : ""),
	                         .id = arena_strdup(r->a, id ? id : "")};

	json_double(line, "time", &use.time);
	if (l->n == r->cap) {
		struct ledger_use *more;

		r->cap = r->cap ? 2 * r->cap : 8;
		more = arena_new(r->a, r->cap, sizeof *more);
		if (l->n)
			memcpy(more, l->uses, l->n * sizeof *more);
		l->uses = more;
	}
	l->uses[l->n++] = use;
}

static void add_configurations(struct reader *r, const cJSON *line)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(line, "configurations"))
	{
		const char *text = item->valuestring;

		if (cJSON_IsString(item) &&
		    set_add(&r->seen, set_hash(SET_HASH, text, strlen(text))))
			r->out->configurations++;
	}
}

static void take_line(struct reader *r, const char *text, size_t len)
{
	cJSON *line = json_parse(text, len);
	const char *test = json_string(line, "test");

	if (!test) {
		r->out->damaged++;
		add_use(r, NULL);
	} else if (strcmp(test, r->test) == 0) {
		add_use(r, line);
		add_configurations(r, line);
	}
	cJSON_Delete(line);
}

void ledger_parse(const char *text, size_t len, const char *test, struct ledger *out,
                  struct arena *a)
{
	struct reader r = {.test = test, .out = out, .a = a};

	*out = (struct ledger){0};
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		if (n)
			take_line(&r, text, n);
		n += end != NULL;
		text += n;
		len -= n;
	}
	set_free(&r.seen);
}

static bool read_text(const char *path, const char *test, struct ledger *out,
                      struct arena *a, struct error *err)
{
	struct arena scratch = {0};
	char *text;
	size_t len;

	if (!file_read(path, ledger_max, &scratch, &text, &len, err)) {
		arena_free(&scratch);
		return false;
	}
	ledger_parse(text, len, test, out, a);
	arena_free(&scratch);
	return true;
}

bool ledger_read(const char *path, const char *test, struct ledger *out,
                 struct arena *a, struct error *err)
{
	*out = (struct ledger){0};
	return (access(path, F_OK) && errno == ENOENT) ||
	       read_text(path, test, out, a, err);
}

/* Writing. */

static bool unwritable(struct error *err)
{
	size_t n = strlen(err->text);

	err->kind = ERROR_FILE;
	snprintf(err->text + n, sizeof err->text - n,
	         "\n  help: every use of the test data is written down there; name a "
	         "file that can be written with test: {ledger: PATH}");
	return false;
}

/* Opened, and nobody else in it until it is closed. */
static int open_locked(const char *path, struct error *err)
{
	int fd = file_open(path, O_RDWR | O_CREAT | O_APPEND, 0666, err);

	if (fd < 0) {
		unwritable(err);
		return -1;
	}
	while (flock(fd, LOCK_EX))
		if (errno != EINTR) {
			error_errno(err, "%s: cannot be locked", path);
			unwritable(err);
			close(fd);
			return -1;
		}
	return fd;
}

bool ledger_check(const char *path, struct error *err)
{
	int fd = open_locked(path, err);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void format(const struct ledger_entry *e, bool torn, struct str *out)
{
	char iso[32];

	/* A line that a crash has cut ends here, and stays one that cannot be read. */
	str_add(out, torn ? "\n{\"ledger\":1,\"test\":" : "{\"ledger\":1,\"test\":");
	str_json(out, e->test, strlen(e->test), false);
	str_add(out, ",\"id\":");
	str_json(out, e->id, strlen(e->id), false);
	str_addf(out, ",\"time\":%.0f,\"date\":\"%s\",\"file\":", e->time,
	         clock_iso(e->time, iso));
	str_json(out, e->file, strlen(e->file), false);
	str_add(out, ",\"configurations\":[");
	for (size_t i = 0; i < e->n; i++) {
		str_add(out, i ? "," : "");
		str_json(out, e->configurations[i], strlen(e->configurations[i]),
		         false);
	}
	str_add(out, "]}\n");
}

static bool is_torn(int fd)
{
	char last = '\n';
	off_t end = lseek(fd, 0, SEEK_END);

	return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

static bool append(int fd, const char *path, const struct ledger_entry *e,
                   struct error *err)
{
	struct str line = {0};
	bool ok;

	format(e, is_torn(fd), &line);
	ok = file_write_all(fd, line.s, line.len) && fsync(fd) == 0;
	if (!ok) {
		error_errno(err, "%s", path);
		unwritable(err);
	}
	str_free(&line);
	return ok;
}

/* The number of the use that is written down with this id; 0: none is. */
static uint64_t find(const struct ledger *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->uses[i].id, id) == 0)
			return l->uses[i].use;
	return 0;
}

bool ledger_enter(const char *path, const struct ledger_entry *e, struct ledger *out,
                  uint64_t *use, struct arena *a, struct error *err)
{
	int fd = open_locked(path, err);
	bool ok;

	if (fd < 0)
		return false;
	ok = read_text(path, e->test, out, a, err);
	*use = ok ? find(out, e->id) : 0;
	if (ok && !*use) {
		ok = append(fd, path, e, err) && read_text(path, e->test, out, a, err);
		*use = ok ? find(out, e->id) : 0;
	}
	close(fd);
	return ok;
}

const char *ledger_path(const char *yaml_path, const char *asked, struct arena *a)
{
	const char *name = asked ? asked : "hpsearch.tests.jsonl";
	const char *slash = strrchr(yaml_path, '/');

	if (*name == '/' || !slash)
		return arena_strdup(a, name);
	return arena_printf(a, "%.*s%s", (int)(slash + 1 - yaml_path), yaml_path, name);
}
