/* The lines at the bottom of a terminal that are drawn again and again, and those that
 * scroll away above them.
 *
 * Nothing of the terminal's state is changed: no alternate screen, no mode, no hidden
 * cursor. Between two drawings the cursor stands at the beginning of the line below, so
 * that whatever ends or stops this process, kill -9 too, leaves a terminal as it was.
 * The sequences are those of ECMA-48 that every terminal since the VT100 has (cursor
 * up, erase, colours); what has not, says TERM=dumb and gets plain lines: a library of
 * terminal descriptions would say nothing more. */
#ifndef HPS_CLI_TERMINAL_H
#define HPS_CLI_TERMINAL_H

#include "report/live.h"

#include <signal.h>
#include <stdio.h>

struct terminal {
	FILE *file;
	bool on;
	bool shown;       /* the frame stands above the cursor */
	struct str frame; /* what was drawn last */
	struct str out;
	size_t width; /* of the terminal then */
	sigset_t before;
};

/* On when the file is a terminal that can move its cursor. */
void terminal_open(struct terminal *t, FILE *file);
/* The frame goes away, unless it is to be kept. Zeroed, or closed: does nothing more.
 */
void terminal_close(struct terminal *t, bool keep);
/* Columns and lines that there are for a frame, now. */
struct live_look terminal_look(const struct terminal *t);
/* Puts lines, each ended by a newline, in the place of the frame. Writes nothing where
 * nothing has changed, or another job has the terminal. */
void terminal_draw(struct terminal *t, const char *lines);
/* Text that stays, a newline behind it; the frame is drawn again below. Also where the
 * terminal is not on. */
void terminal_say(struct terminal *t, const char *text);

#endif
