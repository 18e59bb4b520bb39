#include "cli/terminal.h"
#include "report/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static struct winsize size(const struct terminal *t)
{
	struct winsize w = {0};

	if (ioctl(fileno(t->file), TIOCGWINSZ, &w) || !w.ws_col || !w.ws_row)
		return (struct winsize){.ws_col = 80, .ws_row = 24};
	return w;
}

/* Only a locale that names another character set is taken at its word: most that name
 * none are in a container, below a terminal that has UTF-8. */
static bool has_blocks(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *term = getenv("TERM"), *locale = NULL;

	for (size_t i = 0; i < 3 && (!locale || !*locale); i++)
		locale = getenv(names[i]);
	locale = locale ? strchr(locale, '.') : NULL;
	return !(term && strcmp(term, "linux") == 0) &&
	       (!locale || !strncasecmp(locale, ".utf", 4));
}

struct live_look terminal_look(const struct terminal *t)
{
	const char *plain = getenv("NO_COLOR");
	struct winsize w = size(t);

	return (struct live_look){.width = w.ws_col - 1U,
	                          .height = w.ws_row - 1U,
	                          .colour = !plain || !*plain,
	                          .ascii = !has_blocks()};
}

static void set_of_cont(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCONT);
}

void terminal_open(struct terminal *t, FILE *file)
{
	const char *term = getenv("TERM");
	sigset_t cont;

	*t = (struct terminal){.file = file,
	                       .on = isatty(fileno(file)) && term && *term &&
	                             strcmp(term, "dumb") != 0};
	if (!t->on)
		return;
	/* A process that is stopped goes on all the same; it hears of it later. */
	set_of_cont(&cont);
	sigprocmask(SIG_BLOCK, &cont, &t->before);
}

/* Others have had the terminal in the meantime: what stands there is theirs. */
static bool was_stopped(void)
{
	struct timespec now = {0};
	sigset_t cont;

	set_of_cont(&cont);
	return sigtimedwait(&cont, NULL, &now) == SIGCONT;
}

static bool in_foreground(const struct terminal *t)
{
	pid_t owner = tcgetpgrp(fileno(t->file));

	return owner < 0 || owner == getpgrp();
}

/* Columns of a line of a frame; its colours take none. */
static size_t columns(const char *line, size_t n)
{
	struct str s = {0};
	size_t width;

	for (size_t i = 0; i < n; i++) {
		if (line[i] == '\033')
			while (i < n && line[i] != 'm')
				i++;
		else
			str_addc(&s, line[i]);
	}
	width = text_width(str_text(&s));
	str_free(&s);
	return width;
}

/* Rows that the frame takes on the terminal: one narrower than before has broken its
 * lines. */
static size_t rows(const struct terminal *t, const struct winsize *w)
{
	const char *line = str_text(&t->frame), *end;
	size_t n = 0;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		size_t used = columns(line, (size_t)(end - line));

		n += w->ws_col < t->width && used > w->ws_col
		         ? (used + w->ws_col - 1) / w->ws_col
		         : 1;
	}
	return n < w->ws_row ? n : w->ws_row - 1U;
}

/* To the first column of the frame's first line, all below it erased. */
static void add_erase(struct terminal *t, const struct winsize *w)
{
	size_t up = t->shown ? rows(t, w) : 0;

	if (up)
		str_addf(&t->out, "\r\033[%zuA\033[J", up);
	else
		str_add(&t->out, t->shown ? "\r\033[J" : "");
	t->shown = false;
}

static void add_frame(struct terminal *t, const struct winsize *w)
{
	str_add(&t->out, str_text(&t->frame));
	t->shown = t->frame.len > 0;
	t->width = w->ws_col;
}

/* In one piece, so that no half of it is seen. */
static void flush(struct terminal *t)
{
	fwrite(str_text(&t->out), 1, t->out.len, t->file);
	fflush(t->file);
	str_clear(&t->out);
}

void terminal_draw(struct terminal *t, const char *lines)
{
	struct winsize w = size(t);

	if (!t->on)
		return;
	if (was_stopped() || !in_foreground(t))
		t->shown = false;
	if (!in_foreground(t) || (t->shown && t->width == w.ws_col &&
	                          strcmp(lines, str_text(&t->frame)) == 0))
		return;
	add_erase(t, &w);
	str_clear(&t->frame);
	str_add(&t->frame, lines);
	add_frame(t, &w);
	flush(t);
}

void terminal_say(struct terminal *t, const char *text)
{
	struct winsize w = size(t);
	bool again;

	if (t->on && (was_stopped() || !in_foreground(t)))
		t->shown = false;
	again = t->shown;
	add_erase(t, &w);
	str_add(&t->out, text);
	str_addc(&t->out, '\n');
	if (again)
		add_frame(t, &w);
	flush(t);
}

void terminal_close(struct terminal *t, bool keep)
{
	struct winsize w;

	if (!t->file)
		return;
	w = size(t);
	if (t->on && (keep || was_stopped() || !in_foreground(t)))
		t->shown = false;
	add_erase(t, &w);
	flush(t);
	if (t->on)
		sigprocmask(SIG_SETMASK, &t->before, NULL);
	str_free(&t->frame);
	str_free(&t->out);
	t->on = t->shown = false;
}
