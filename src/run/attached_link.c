#include "run/attached_parts.h"

#include "base/file.h"
#include "base/mem.h"
#include "run/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SAID_BYTES = 1024,
	BACK_OFF_MAX = 9 /* doublings: 256 s; then 300 */
};

#define MARGIN (2 * CLOCK_SECOND) /* beyond a grace: for signals to be sent */

const char *link_name(const struct link *l)
{
	return l->place->host ? l->place->host : *l->host ? l->host : "its launcher";
}

const char *link_path(const struct attached *a, const struct link *l, const char *file,
                      char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/agents/%zu%s%s", a->setup.dir, l->index,
	         *file ? "/" : "", file);
	return path;
}

bool link_is_starting(const struct link *l)
{
	return l->state == LINK_COPYING || l->state == LINK_STARTING;
}

/* --- saying --- */

void link_push(struct link *l)
{
	ssize_t n = l->unsent.len && l->keeper.in >= 0
	                ? write(l->keeper.in, l->unsent.s, l->unsent.len)
	                : 0;

	/* Who takes no more is over, or will be: the end of what it says tells. */
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		n = (ssize_t)l->unsent.len;
	if (n <= 0)
		return;
	l->unsent.len -= (size_t)n;
	memmove(l->unsent.s, l->unsent.s + n, l->unsent.len);
}

void link_say(struct link *l, const struct wire_message *m)
{
	wire_write(&l->unsent, m);
	link_push(l);
}

void link_say_ticket(struct link *l, enum wire_kind kind)
{
	wire_write(cargo_line(&l->cargo, &l->unsent),
	           &(struct wire_message){.kind = kind, .ticket = l->ticket});
	link_push(l);
}

void link_fill(struct link *l)
{
	if (l->state != LINK_UP || !l->cargo.behind.len)
		return;
	cargo_fill(&l->cargo, &l->unsent);
	link_push(l);
}

/* --- starting --- */

void link_greet(const struct attached *a, struct link *l)
{
	char dir[PATH_MAX];
	bool carry = a->setup.carry;

	l->state = LINK_STARTING;
	link_say(l,
	         &(struct wire_message){.kind = WIRE_HELLO,
	                                .protocol = WIRE_PROTOCOL,
	                                .version = HPS_VERSION,
	                                .generation = a->generation,
	                                .dir = carry ? NULL : link_path(a, l, "", dir),
	                                .carry = carry,
	                                .pid = getpid(),
	                                .silence = a->setup.silence});
}

static bool put_generation(const struct attached *a, const struct link *l,
                           struct error *err)
{
	char path[PATH_MAX];

	return file_mkdirs(link_path(a, l, "", path), err) &&
	       file_write(link_path(a, l, "generation", path), a->generation,
	                  strlen(a->generation), 0666, err);
}

bool link_launch(struct attached *a, struct link *l, int64_t now, struct error *err)
{
	const char *const *argv = l->place->argv[l->way];
	char dir[PATH_MAX];
	int log;
	bool ok;

	if (!put_generation(a, l, err))
		return false;
	log = file_open(link_path(a, l, "stderr", dir), O_WRONLY | O_CREAT | O_APPEND,
	                0666, err);
	if (log < 0)
		return false;
	ok = keeper_start(&l->keeper, argv, log, a->setup.keep_fd,
	                  a->setup.grace + LEAVE_PATIENCE, err);
	close(log);
	if (!ok)
		return false;
	l->state = LINK_COPYING;
	l->launched_at = l->heard_at = now;
	l->beat_at = now + a->setup.silence / AGENT_BEATS;
	wire_forget(&l->heard);
	str_clear(&l->unsent);
	if (!l->place->copies[l->way])
		link_greet(a, l);
	return true;
}

/* --- losing --- */

/* The last lines that the launcher said. */
static void add_said(const struct attached *a, const struct link *l, struct str *out)
{
	char path[PATH_MAX], text[SAID_BYTES];
	size_t n = file_tail(link_path(a, l, "stderr", path), text, sizeof text);
	char *start = text;

	for (size_t i = 0; i < n; i++)
		text[i] = text[i] ? text[i] : ' ';
	text[n] = '\0';
	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	for (int lines = 0; n && lines < 4; n--)
		if (text[n - 1] == '\n' && ++lines == 4)
			start = text + n;
	for (char *line = start, *last = NULL; *line;) {
		size_t len = strcspn(line, "\n");

		if (!last || strncmp(last, line, len + 1) != 0)
			str_addf(out, "\n  | %.*s", (int)len, line);
		last = line;
		line += len + (line[len] == '\n');
	}
}

static int64_t pause_after(const struct link *l)
{
	if (!l->proven && l->failures == 1)
		return 0; /* the other way at once */
	return l->failures > BACK_OFF_MAX ? 300 * CLOCK_SECOND
	                                  : CLOCK_SECOND << (l->failures - 1);
}

/* Not the first of two ways; and of many failures in a row ever fewer. */
static bool is_worth_telling(const struct link *l)
{
	unsigned n = l->failures;

	return (l->proven || n > 1) && (n & (n - 1)) == 0;
}

static void tell(struct attached *a, const struct link *l, const char *why)
{
	struct str text = {0};

	str_addf(&text, "agent %zu on %s: %s", l->index, link_name(l), why);
	add_said(a, l, &text);
	error_set(&a->failed, ERROR_SYSTEM, "%s", str_text(&text));
	if (a->message && is_worth_telling(l))
		a->message(a->watcher, str_text(&text));
	str_free(&text);
}

void link_give_up(struct attached *a, struct link *l, const char *why, int64_t now)
{
	l->failures++;
	l->silence = now - l->heard_at;
	l->state = LINK_PARTING;
	keeper_part(&l->keeper);
	str_clear(&l->unsent);
	cargo_drop(&l->cargo);
	tell(a, l, why);
	l->retry_at = now + pause_after(l);
	if (!l->proven)
		l->way = 1 - l->way;
}

/* The launcher has left. With 0 it says that the agent has, and its run before it; else
 * the agent may only be about to see that we are gone: at once where the connection was
 * alive, by our silence where it was not. */
void link_parted(struct attached *a, struct link *l, int status, int64_t now)
{
	int64_t fence = a->setup.grace + MARGIN;

	l->state = LINK_DOWN;
	if (!l->running)
		return;
	if (l->silence > a->setup.silence / AGENT_BEATS + MARGIN)
		fence += a->setup.silence;
	l->fence_at = status == 0 ? now : now + fence;
}
