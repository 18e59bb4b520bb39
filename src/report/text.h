/* Small pieces of text for people: numbers, durations, intervals, and strings of
 * strangers made fit for a terminal. Everything is appended to out. */
#ifndef HPS_REPORT_TEXT_H
#define HPS_REPORT_TEXT_H

#include "base/str.h"

/* Columns that a UTF-8 text takes on a terminal: combining marks none, East Asian wide
 * characters and emoji two. */
size_t text_width(const char *s);
/* text, with control characters (escape sequences too) written \x1b and a newline \n,
 * and bytes that are not UTF-8 as \xNN: nothing in it can move the cursor. */
void text_clean(struct str *out, const char *s);
/* At most width columns of s, ending in "…" where it was cut: behind a word, if one
 * ends in the second half of it. */
void text_cut(struct str *out, const char *s, size_t width);
/* s in lines of at most width columns (0: one line), broken at blanks alone; all but
 * the first behind indent. A longer word stands in a line of its own. */
void text_wrap(struct str *out, const char *s, size_t width, const char *indent);
/* The last `lines` lines, cleaned, each behind `indent`. */
void text_tail(struct str *out, const char *s, size_t n, size_t lines,
               const char *indent);
/* Each line of s by text_wrap, what goes on behind its own indent and two blanks; one
 * that is but a word, or a label and a word, as it is. */
void text_fold(struct str *out, const char *s, size_t width);

/* Six significant digits: "0.192312", "1e-05", "nan". */
void text_number(struct str *out, double x);
/* digits significant ones, and no zeros at the end: "0.1923", "12346", "1.5e-05". */
void text_digits(struct str *out, double x, int digits);
/* "0.2011 ± 0.0034", rounded to two digits of half; without half where it is NaN. */
void text_interval(struct str *out, double mean, double half);
/* "0.201 (0.196 to 0.223)", rounded to two digits of half the width; low <= high. */
void text_range(struct str *out, double value, double low, double high);
/* "0.85 s", "12.3 s", "3m05s", "2h07m", "3d04h". */
void text_duration(struct str *out, double seconds);
/* "812 kB", "1.3 GB". */
void text_bytes(struct str *out, double bytes);

#endif
