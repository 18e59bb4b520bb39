#include "study/added.h"

#include "base/file.h"
#include "base/json_out.h"
#include "space/point_json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char file_name[] = "added.jsonl";
static const size_t file_max = 16 << 20;

bool added_write(const char *dir, const struct space *sp, const struct coord *point,
                 const char *label, struct error *err)
{
	struct arena a = {0};
	const char *path = arena_printf(&a, "%s/%s", dir, file_name);
	struct str line = {0};
	int fd = file_open(path, O_WRONLY | O_CREAT | O_APPEND, 0666, err);
	bool ok = fd >= 0;

	str_addc(&line, '{');
	point_json(&line, sp, point);
	if (label)
		json_out_text(&line, "label", label);
	str_add(&line, "}\n");
	if (ok && (!file_write_all(fd, line.s, line.len) || fsync(fd)))
		ok = error_errno(err, "%s", path);
	if (fd >= 0)
		close(fd);
	str_free(&line);
	arena_free(&a);
	return ok;
}

static void complain(struct study *s, uint64_t line, const char *why)
{
	if (s->watch.message)
		s->watch.message(s->watch.self,
		                 arena_printf(&s->search.scratch,
		                              "%s, line %llu: is passed over: %s",
		                              file_name, (unsigned long long)line,
		                              why));
}

static bool read_line(struct study *s, const char *text, size_t n, struct event *out)
{
	const struct space *sp = &s->search.spec->space;
	struct arena *a = &s->search.arena;
	const struct value **values = arena_new(a, sp->n, sizeof *values);
	struct coord *point = arena_new(a, sp->n, sizeof *point);
	uint64_t line = s->search.added_upto + 1;
	cJSON *json = json_parse(text, n);
	const char *label = json_string(json, "label"), *why;
	struct error err;
	bool ok = point_read(json, sp, point, &err);

	if (ok) {
		space_decode(sp, point, a, values);
		ok = space_feasible(sp, values, &why) ||
		     error_set(&err, ERROR_FILE, "it breaks the constraint %s", why);
	}
	if (!ok)
		complain(s, line, err.text);
	*out = (struct event){
	    .kind = EVENT_TRIAL,
	    .trial = s->search.n,
	    .as.proposal = {.point = point,
	                    .known_upto = s->search.learnt,
	                    .origin = ORIGIN_ADDED,
	                    .label = label ? arena_strdup(a, label) : NULL,
	                    .added = line}};
	cJSON_Delete(json);
	return ok;
}

/* The text behind the lines that are done with. */
static const char *behind(const char *text, size_t *len, uint64_t lines)
{
	if (!text)
		return NULL;
	for (; lines; lines--) {
		const char *end = memchr(text, '\n', *len);

		if (!end)
			return NULL;
		*len -= (size_t)(end + 1 - text);
		text = end + 1;
	}
	return text;
}

bool added_next(struct study *s, struct event *out)
{
	struct arena a = {0};
	const char *path = arena_printf(&a, "%s/%s", s->search.dir, file_name);
	struct stat st;
	struct error unread;
	char *text;
	const char *line = NULL, *end;
	size_t len;
	bool found = false;

	if (s->search.dir && !lstat(path, &st) && S_ISREG(st.st_mode) &&
	    st.st_size != s->added_size &&
	    file_read(path, file_max, &a, &text, &len, &unread)) {
		line = behind(text, &len, s->search.added_upto);
		while (!found && line && (end = memchr(line, '\n', len))) {
			size_t n = (size_t)(end - line);

			found = read_line(s, line, n, out);
			s->search.added_upto += !found;
			len -= n + 1;
			line = end + 1;
		}
		/* All of it is known until it grows. */
		if (!found)
			s->added_size = st.st_size;
	}
	arena_free(&a);
	return found;
}
