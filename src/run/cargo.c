#include "run/cargo.h"

#include "base/file.h"
#include "run/own_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { UNSENT = 128 * 1024 };

static char *incoming(const char *dir, size_t index)
{
	struct str path = {0};

	str_addf(&path, "%s/agents/%zu/incoming", dir, index);
	return path.s;
}

void cargo_open(struct cargo *c, const char *dir, size_t index)
{
	*c = (struct cargo){.dir = dir};
	if (dir)
		c->incoming = incoming(dir, index);
}

static void forget_run(struct cargo *c)
{
	struct error ignored;

	if (c->folder)
		file_remove_tree(c->incoming, &ignored);
	parcel_free(&c->outgoing);
	str_clear(&c->behind);
	str_clear(&c->gone);
	free(c->folder);
	c->folder = NULL;
	c->failed = 0;
}

void cargo_drop(struct cargo *c)
{
	forget_run(c);
	free(c->root);
	c->root = NULL;
	c->equipped = false;
}

void cargo_close(struct cargo *c)
{
	cargo_drop(c);
	str_free(&c->behind);
	str_free(&c->gone);
	free(c->incoming);
	*c = (struct cargo){0};
}

void cargo_root(struct cargo *c, const char *root)
{
	free(c->root);
	c->root = mem_strdup(root);
}

static bool is_sent(const char *name)
{
	return !own_is_written(name);
}

void cargo_begin(struct cargo *c, const struct job *job)
{
	struct error ignored;

	wire_write(&c->behind, &(struct wire_message){.kind = WIRE_RUN,
	                                              .ticket = job->ticket,
	                                              .job = *job});
	if (!c->dir)
		return;
	file_remove_tree(c->incoming, &ignored);
	c->folder = mem_strdup(job->dir + strlen(c->root) + 1);
	if (!c->equipped)
		parcel_list(&c->outgoing, c->dir, "python", NULL);
	c->equipped = true;
	parcel_list(&c->outgoing, c->dir, c->folder, is_sent);
}

struct str *cargo_line(struct cargo *c, struct str *unsent)
{
	return c->behind.len ? &c->behind : unsent;
}

bool cargo_fill(struct cargo *c, struct str *unsent)
{
	while (c->behind.len && unsent->len < UNSENT) {
		if (c->dir && parcel_next(&c->outgoing, c->dir, 0, unsent))
			continue;
		str_addn(unsent, c->behind.s, c->behind.len);
		str_clear(&c->behind);
		parcel_free(&c->outgoing);
	}
	return c->behind.len > 0;
}

static bool keep(struct cargo *c, const struct wire_message *m)
{
	struct error err;

	errno = 0;
	if (m->kind == WIRE_FILE && m->piece.grows)
		return parcel_take(c->dir, m, &err);
	return file_mkdirs(c->incoming, &err) && parcel_take(c->incoming, m, &err);
}

void cargo_take(struct cargo *c, const struct wire_message *m)
{
	if (!c->folder || !parcel_path(m->piece.path, c->folder))
		return;
	if (m->kind == WIRE_GONE)
		str_addn(&c->gone, m->piece.path, strlen(m->piece.path) + 1);
	else if (!keep(c, m) && !c->failed)
		c->failed = errno ? errno : EIO;
}

void cargo_end(struct cargo *c, struct run_result *result)
{
	struct error err;

	if (!c->folder)
		return;
	for (size_t i = 0; !c->failed && i < c->gone.len;
	     i += strlen(c->gone.s + i) + 1)
		parcel_remove(c->dir, c->gone.s + i);
	errno = 0;
	if (!c->failed && !parcel_move(c->incoming, c->dir, &err))
		c->failed = errno ? errno : EIO;
	if (!result->output_errno)
		result->output_errno = c->failed;
	forget_run(c);
}
