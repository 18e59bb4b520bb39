/* Bytes → lines → JSON objects → reports. A carriage return ends a line as well as a
 * newline does, so that a progress bar neither hides what follows it nor makes a line
 * that never ends. Every step is bounded: the length of a line, the objects looked at
 * in one line, the members looked at in one object, the names remembered. */
#include "run/scrape.h"

#include "base/loose.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/set.h"
#include "run/escapes.h"
#include "run/nni_lines.h"
#include "run/plain.h"
#include "run/stall.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OBJECTS_MAX = 64,            /* per line */
	TEXT_KEYS = SCRAPE_KEYS / 2, /* names out of plain text */
	HELD_MAX = 1 << 16,          /* reports kept back */
	TEXT_MAX = 16 * 1024,        /* bytes of a line that a pattern is tried on */
	LINE_KEPT = 64 * 1024        /* a bigger line buffer is given back after use */
};

void scrape_init(struct scraper *s, const char *metric, const char *step)
{
	*s = (struct scraper){.metric = metric, .step = step};
}

void scrape_free(struct scraper *s)
{
	str_free(&s->out.line);
	str_free(&s->err.line);
	str_free(&s->file.line);
	str_free(&s->hook.line);
	once_free(&s->once);
	pattern_free(s->pattern);
	pattern_free(s->step_pattern);
	free(s->held);
	item_lines_free(&s->items);
	numbers_free(&s->numbers);
	free(s->reports);
	for (size_t i = 0; i < s->n_keys; i++)
		free(s->keys[i]);
	*s = (struct scraper){0};
}

bool scrape_source(struct scraper *s, const struct metric_source *from,
                   struct error *err)
{
	const char *help;

	s->elsewhere = from->file != NULL;
	if (from->pattern && !(s->pattern = pattern_new(from->pattern, &help, err)))
		return false;
	return !from->step_pattern ||
	       (s->step_pattern = pattern_new(from->step_pattern, &help, err));
}

void scrape_name(struct scraper *s, const char *name)
{
	if (s->n_keys == SCRAPE_KEYS)
		return;
	for (size_t i = 0; i < s->n_keys; i++)
		if (!strcmp(s->keys[i], name))
			return;
	s->keys[s->n_keys++] = mem_strdup(name);
}

void scrape_number(struct scraper *s, const char *name, double step, double value)
{
	scrape_name(s, name);
	if (!s->metric || strcmp(name, s->metric) != 0)
		series_say(&s->numbers.said, name, step, value);
}

/* Control characters would reach a terminal in the end; a cut must not split a letter.
 */
static void copy_text(char *out, size_t size, const char *text, size_t len)
{
	size_t n = 0;

	for (; n < len && n + 1 < size; n++)
		out[n] =
		    (unsigned char)text[n] < ' ' || text[n] == 0x7f ? ' ' : text[n];
	if (n < len)
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	out[n] = '\0';
}

/* One object of a line, and where it was said. */
struct said {
	struct scraper *s;
	size_t stream;
	const char *text;
	size_t len;
	size_t line;
	const cJSON *object;
};

enum { STREAM_OUT, STREAM_ERR, STREAM_FILE, STREAM_HOOK };

static bool is_news(const struct said *w, char kind, double a, double b)
{
	double both[] = {a, b};

	return once_says(&w->s->once, w->stream,
	                 set_hash(set_hash(SET_HASH, &kind, 1), both, sizeof both));
}

/* Once, however often there is cause for it. */
static void remark(struct scraper *s, const char *text)
{
	if (!strstr(str_text(&s->numbers.note), text))
		numbers_note(&s->numbers, text);
}

/* None, or null, says nothing. */
static bool says(const cJSON *object, const char *name)
{
	const cJSON *item = json_get(object, name);

	return item && !cJSON_IsNull(item);
}

static void take_cost(const struct said *w, const cJSON *control)
{
	struct scraper *s = w->s;
	double cost;

	if (!says(control, "cost"))
		return;
	if (!json_double(control, "cost", &cost) || !(cost >= 0) ||
	    !isfinite(s->cost + cost))
		remark(s,
		       "a cost was not counted: it is no finite number of 0 or more");
	else if (is_news(w, 'c', cost, 0))
		s->cost += cost;
}

static void take_control(const struct said *w)
{
	const cJSON *control = json_get(w->object, "hpsearch");
	const char *status = json_string(control, "status");
	const char *reason = json_string(control, "reason");
	const char *wandb = json_string(control, "wandb");
	struct scraper *s = w->s;
	const char *note = json_string(control, "note");

	if (note &&
	    once_says(&s->once, w->stream, set_hash(SET_HASH, note, strlen(note))))
		numbers_note(&s->numbers, note);
	if (status && !strcmp(status, "infeasible")) {
		s->infeasible = true;
		reason = reason ? reason : "";
		copy_text(s->reason, sizeof s->reason, reason, strlen(reason));
	}
	s->wandb = s->wandb ||
	           (w->stream == STREAM_HOOK && wandb && !strcmp(wandb, "offline"));
	take_cost(w, control);
}

static bool is_step(const cJSON *item, double *step)
{
	return loose_number(item, step) == LOOSE_NUMBER && isfinite(*step);
}

bool scrape_step(const struct scraper *s, const cJSON *object, double *step)
{
	if (s->step)
		return is_step(json_path(object, s->step), step);
	for (size_t i = 0; i < STEP_NAMES; i++)
		if (is_step(json_get(object, step_names[i]), step))
			return true;
	return false;
}

void scrape_report(struct scraper *s, struct report r)
{
	if (r.counted)
		r.step = (double)s->count;
	s->reports = mem_room(s->reports, s->n_reports, &s->cap_reports, sizeof r);
	s->reports[s->n_reports++] = r;
	s->count++;
}

/* kinds: of one whose step is counted, of one that has a step. */
static bool report_is_news(const struct said *w, struct report *r, const char kinds[3])
{
	if (isnan(r->value)) /* of one sign and payload */
		r->value = (double)NAN;
	return is_news(w, kinds[!r->counted], r->value, r->counted ? 0 : r->step);
}

static void add_report(const struct said *w, struct report r)
{
	struct scraper *s = w->s;

	if (s->texts == TEXTS_ASK) { /* so text lines do not count */
		s->texts = TEXTS_OFF;
		s->n_held = 0;
		series_log_free(&s->numbers.held);
	}
	if (report_is_news(w, &r, "vs"))
		scrape_report(s, r);
}

void scrape_unread(struct scraper *s, const char *text, size_t n)
{
	if (!s->unread.n++)
		copy_text(s->unread.example, sizeof s->unread.example, text, n);
}

static void add_unread(const struct said *w)
{
	if (once_says(&w->s->once, w->stream, set_hash(SET_HASH, w->text, w->len)))
		scrape_unread(w->s, w->text, w->len);
}

static void take_metric(const struct said *w)
{
	struct report r = {.line = w->line};

	switch (loose_number(json_path(w->object, w->s->metric), &r.value)) {
	case LOOSE_NUMBER:
		r.counted = !scrape_step(w->s, w->object, &r.step);
		add_report(w, r);
		break;
	case LOOSE_UNREADABLE: add_unread(w); break;
	case LOOSE_ABSENT: break;
	}
}

/* Numbers of one line have one step. */
struct row {
	const struct said *w;
	double step; /* NaN: none */
	bool item;   /* the line is about an item: only its names */
};

static bool number_is_news(const struct said *w, const char *name, double step,
                           double *value)
{
	uint64_t key = set_hash(SET_HASH, name, strlen(name));
	double both[] = {step, isnan(*value) ? (double)NAN : *value};

	*value = both[1];
	return once_says(&w->s->once, w->stream, set_hash(key, both, sizeof both));
}

static void take_number(void *self, const char *name, double value)
{
	const struct row *r = self;
	struct scraper *s = r->w->s;

	if (r->item)
		scrape_name(s, name);
	else if (number_is_news(r->w, name, r->step, &value))
		scrape_number(s, name, r->step, value);
}

static void take_numbers(const struct said *w, const cJSON *object, double step)
{
	struct row r = {.w = w, .step = step};

	r.item = json_get(object, "item") && json_get(object, "score");
	numbers_walk(object, take_number, &r);
}

static double amount(const struct said *w, const char *name)
{
	char note[80];
	double x;

	if (!says(w->object, name))
		return 0;
	if (loose_number(json_get(w->object, name), &x) == LOOSE_NUMBER && x >= 0 &&
	    x <= SCORE_LARGEST)
		return x;
	snprintf(note, sizeof note,
	         "the %s of an answer was not counted: it is no number from 0 to %g",
	         name, SCORE_LARGEST);
	remark(w->s, note);
	return 0;
}

static void take_answer(const struct said *w)
{
	struct report r = {.line = w->line};
	uint64_t key;

	if (!item_lines_key(w->object, &key))
		return;
	r.step = (double)key;
	r.cost = amount(w, "cost");
	r.latency = amount(w, "latency");
	if (loose_number(json_get(w->object, "score"), &r.value) != LOOSE_NUMBER)
		add_unread(w);
	else if (report_is_news(w, &r, "vs"))
		scrape_report(w->s, r);
}

static void take_object(const struct said *w)
{
	double step = (double)NAN;

	w->s->objects++;
	take_control(w);
	if (w->s->answers) {
		take_answer(w);
		take_numbers(w, w->object, step);
		return;
	}
	/* A metric may well be called score: an item's is none. */
	if (!item_lines_take(&w->s->items, w->object) && w->s->metric &&
	    !w->s->pattern && !w->s->elsewhere)
		take_metric(w);
	scrape_step(w->s, w->object, &step);
	take_numbers(w, w->object, step);
}

/* Of a dictionary the metric, or what NNI's tuners look at; of a number the number. */
static bool nni_number(const struct scraper *s, const cJSON *value, double *x)
{
	const cJSON *item = value;

	if (cJSON_IsObject(value))
		item = json_path(value, s->metric);
	if (!item)
		item = json_get(value, "default");
	return loose_number(item, x) == LOOSE_NUMBER;
}

/* A final result is one more report, unless it says the latest one again. */
static void take_nni(const struct said *w, const struct nni_said *said)
{
	struct scraper *s = w->s;
	struct report r = {.line = w->line,
	                   .step = said->final ? s->nni_next : said->sequence};

	s->objects++;
	if (cJSON_IsObject(said->value))
		take_numbers(w, said->value, r.step);
	if (!s->metric || s->pattern || s->elsewhere)
		return;
	if (!nni_number(s, said->value, &r.value)) {
		add_unread(w);
		return;
	}
	if (said->final && s->nni_next > 0 && r.value == s->nni_value)
		return;
	add_report(w, r);
	s->nni_next = r.step + 1;
	s->nni_value = r.value;
}

static bool is_nni(const struct said *w)
{
	struct nni_said said;

	if (!w->s->nni || w->stream != STREAM_OUT || !nni_read(w->text, w->len, &said))
		return false;
	take_nni(w, &said);
	cJSON_Delete(said.value);
	return true;
}

static size_t stream_of(const struct scraper *s, const struct scrape_stream *in)
{
	return in == &s->out    ? STREAM_OUT
	       : in == &s->err  ? STREAM_ERR
	       : in == &s->file ? STREAM_FILE
	                        : STREAM_HOOK;
}

/* A progress bar is drawn again and again: what it shows counts once. */
static bool is_drawn_again(struct scrape_stream *in, const struct report *r,
                           bool redraw)
{
	const struct report *last = &in->latest;
	bool again = in->drawn && r->counted == last->counted &&
	             r->value == last->value &&
	             (r->counted ? redraw : r->step == last->step);

	in->drawn = true;
	in->latest = *r;
	return again;
}

static void hold(struct scraper *s, struct report r)
{
	if (s->n_held == HELD_MAX) {
		s->held[HELD_MAX - 1] = r;
		return;
	}
	s->held = mem_room(s->held, s->n_held, &s->cap_held, sizeof r);
	s->held[s->n_held++] = r;
}

static void add_text_report(const struct said *w, struct scrape_stream *in,
                            struct report r, bool redraw)
{
	struct scraper *s = w->s;

	if (is_drawn_again(in, &r, redraw) || !report_is_news(w, &r, "tu"))
		return;
	if (!*s->text_line)
		copy_text(s->text_line, sizeof s->text_line, w->text, w->len);
	if (s->texts == TEXTS_ASK && !s->pattern) {
		hold(s, r);
		return;
	}
	s->by_text = true;
	scrape_report(s, r);
}

static void add_numbers(const struct said *w, bool redraw)
{
	struct scraper *s = w->s;
	bool held = s->texts == TEXTS_ASK && !s->pattern;
	struct series_log *log = held ? &s->numbers.held : &s->numbers.said;
	double value, step = (double)NAN;
	char name[PLAIN_NAME];
	size_t at = 0;

	for (bool first = true; plain_next(w->text, w->len, &at, name, &value);
	     first = false) {
		if (first)
			plain_step(w->text, w->len, s->step, &step);
		if (s->n_keys < TEXT_KEYS)
			scrape_name(s, name);
		if (!(s->metric && !strcmp(name, s->metric)) &&
		    !(redraw && numbers_again(log, name, value)) &&
		    number_is_news(w, name, step, &value))
			series_say(log, name, step, value);
	}
}

static bool take_plain(const struct said *w, struct scrape_stream *in, bool redraw)
{
	struct report r = {.line = w->line};

	add_numbers(w, redraw);
	if (!plain_number(w->text, w->len, w->s->metric, &r.value))
		return false;
	r.counted = !plain_step(w->text, w->len, w->s->step, &r.step);
	add_text_report(w, in, r, redraw);
	return true;
}

static bool pattern_number(const struct pattern *p, const struct said *w, double *out)
{
	size_t from, n;

	return pattern_find(p, w->text, w->len, &from, &n) &&
	       number_read(w->text + from, n, out) == NUMBER_READ;
}

/* What step_pattern finds holds for the lines that follow, too. */
static void take_pattern(const struct said *w, struct scrape_stream *in, bool redraw)
{
	struct scraper *s = w->s;
	struct report r = {.line = w->line};
	size_t from, n;
	double step;

	if (s->step_pattern && pattern_number(s->step_pattern, w, &step) &&
	    isfinite(step)) {
		in->step = step;
		in->has_step = true;
	}
	add_numbers(w, redraw);
	if (!pattern_find(s->pattern, w->text, w->len, &from, &n))
		return;
	if (number_read(w->text + from, n, &r.value) != NUMBER_READ) {
		add_unread(w);
		return;
	}
	r.step = in->step;
	r.counted = s->step_pattern ? !in->has_step
	                            : !plain_step(w->text, w->len, s->step, &r.step);
	add_text_report(w, in, r, redraw);
}

static bool take_objects(struct said *w, struct scrape_stream *in)
{
	struct loose line = loose_begin(in->line.s, in->line.len);
	cJSON *object;
	int i = 0;

	for (; i < OBJECTS_MAX && (object = loose_next(&line)); i++) {
		w->object = object;
		w->text = line.text + line.from;
		w->len = line.at - line.from;
		take_object(w);
		cJSON_Delete(object);
	}
	return i > 0;
}

/* Is there "NAME": in it, or the last part of such a name? As in an object that is cut,
 * in a text, or printed over several lines. */
static bool names_metric(const char *metric, const char *line, size_t len)
{
	const char *dot = strrchr(metric, '.'), *begin = line, *end = line + len, *at;
	const char *name = dot && dot[1] ? dot + 1 : metric;
	size_t n = strlen(name);

	for (; n && (at = memmem(line, (size_t)(end - line), name, n)); line = at + n) {
		const char *p = at + n;

		if (at == begin || !at[-1] || !strchr("\"'", at[-1]))
			continue;
		p += p < end && *p == '\\';
		if (p >= end || !*p || !strchr("\"'", *p))
			continue;
		for (p++; p < end && (*p == ' ' || *p == '\t');)
			p++;
		if (p < end && (*p == ':' || *p == '='))
			return true;
	}
	return false;
}

static void take_rest(struct said *w, const struct scrape_stream *in)
{
	if (!w->s->metric || !names_metric(w->s->metric, in->line.s, in->line.len))
		return;
	w->text = in->line.s;
	w->len = in->line.len;
	add_unread(w);
}

/* redraw: a carriage return ended it. */
static void take_line(struct scraper *s, struct scrape_stream *in, bool redraw)
{
	struct said w = {.s = s, .stream = stream_of(s, in), .line = in->newlines + 1};
	bool plain = s->metric && !s->elsewhere && s->texts != TEXTS_OFF;
	bool braces = memchr(in->line.s, '{', in->line.len) != NULL;
	bool objects;

	if (s->answers && !braces)
		return;
	if (w.stream <= STREAM_ERR)
		s->stalled = stall_after(s->stalled, in->line.s, in->line.len);
	if (!s->metric && !braces && !s->pattern)
		return;
	if (memchr(in->line.s, '\033', in->line.len))
		in->line.len = escapes_strip(in->line.s, in->line.len);
	w.text = in->line.s;
	w.len = in->line.len;
	if (braces && is_nni(&w))
		return;
	objects = braces && take_objects(&w, in);
	w.text = in->line.s;
	w.len = in->line.len < TEXT_MAX ? in->line.len : TEXT_MAX;
	if (s->answers)
		return;
	if (s->pattern)
		take_pattern(&w, in, redraw);
	else if (!objects && !s->elsewhere && !(plain && take_plain(&w, in, redraw)))
		take_rest(&w, in);
}

static void end_line(struct scraper *s, struct scrape_stream *in, bool redraw)
{
	if (!in->skipping && in->line.len)
		take_line(s, in, redraw);
	in->skipping = false;
	if (in->line.cap > LINE_KEPT)
		str_free(&in->line);
	else
		str_clear(&in->line);
}

/* str_addn would double without a limit; here the buffer stops at the longest line. */
static void line_room(struct str *line, size_t n)
{
	size_t need = line->len + n + 1, cap = 2 * need;

	if (need <= line->cap)
		return;
	line->cap = cap < SCRAPE_LINE_MAX + 1 ? cap : SCRAPE_LINE_MAX + 1;
	line->s = mem_grow(line->s, line->cap, 1);
}

static void add_to_line(struct scraper *s, struct scrape_stream *in, const char *bytes,
                        size_t n)
{
	if (in->skipping || !n)
		return;
	if (n > SCRAPE_LINE_MAX - in->line.len) {
		s->long_lines++;
		in->skipping = true;
		str_free(&in->line);
		return;
	}
	line_room(&in->line, n);
	str_addn(&in->line, bytes, n);
}

/* Bytes without a newline. */
static void feed_piece(struct scraper *s, struct scrape_stream *in, const char *bytes,
                       size_t n)
{
	const char *cr;

	while (n && (cr = memchr(bytes, '\r', n)) != NULL) {
		size_t len = (size_t)(cr - bytes);

		add_to_line(s, in, bytes, len);
		end_line(s, in, true);
		bytes += len + 1;
		n -= len + 1;
	}
	add_to_line(s, in, bytes, n);
}

void scrape_feed(struct scraper *s, struct scrape_stream *in, const char *bytes,
                 size_t n)
{
	const char *newline;

	while (n && (newline = memchr(bytes, '\n', n)) != NULL) {
		size_t len = (size_t)(newline - bytes);

		feed_piece(s, in, bytes, len);
		end_line(s, in, false);
		in->newlines++;
		bytes += len + 1;
		n -= len + 1;
	}
	feed_piece(s, in, bytes, n);
}

void scrape_end(struct scraper *s, struct scrape_stream *in)
{
	end_line(s, in, false);
}

void scrape_settle(struct scraper *s)
{
	if (s->texts != TEXTS_ASK)
		return;
	for (size_t i = 0; i < s->n_held; i++)
		scrape_report(s, s->held[i]);
	s->by_text = s->n_held > 0;
	s->n_held = 0;
	if (s->by_text)
		series_log_move(&s->numbers.said, &s->numbers.held);
}
