/* Bytes → lines → JSON objects → reports. A carriage return ends a line as well as a
 * newline does, so that a progress bar neither hides what follows it nor makes a line
 * that never ends. Every step is bounded: the length of a line, the objects looked at
 * in one line, the members looked at in one object, the names remembered. */
#include "run/scrape.h"

#include "base/loose.h"
#include "base/mem.h"
#include "base/set.h"
#include "run/nni.h"
#include "run/stall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	OBJECTS_MAX = 64,     /* per line */
	MEMBERS_MAX = 4096,   /* per object, when collecting names */
	KEY_BYTES = 200,      /* of one name */
	LINE_KEPT = 64 * 1024 /* a bigger line buffer is given back after use */
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
	free(s->reports);
	for (size_t i = 0; i < s->n_keys; i++)
		free(s->keys[i]);
	*s = (struct scraper){0};
}

/* The walk over an object's members that collects the names of numbers. */
struct key_walk {
	struct scraper *s;
	size_t budget; /* members still to be looked at */
	char name[KEY_BYTES + 1];
};

static bool is_numeric(const cJSON *item)
{
	double ignored;

	return !cJSON_IsBool(item) && loose_number(item, &ignored) == LOOSE_NUMBER;
}

static void remember_key(struct scraper *s, const char *name)
{
	for (size_t i = 0; i < s->n_keys; i++)
		if (!strcmp(s->keys[i], name))
			return;
	s->keys[s->n_keys++] = mem_strdup(name);
}

static void collect_keys(struct key_walk *w, const cJSON *object, size_t len)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
	{
		size_t n = strlen(item->string);

		if (w->s->n_keys == SCRAPE_KEYS || !w->budget)
			return;
		w->budget--;
		if (!n || len + n > KEY_BYTES ||
		    (!len && !strcmp(item->string, "hpsearch")))
			continue;
		memcpy(w->name + len, item->string, n + 1);
		if (is_numeric(item)) {
			remember_key(w->s, w->name);
		} else if (cJSON_IsObject(item) && len + n < KEY_BYTES) {
			w->name[len + n] = '.';
			collect_keys(w, item, len + n + 1);
		}
	}
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
	const cJSON *object;
};

enum { STREAM_OUT, STREAM_ERR, STREAM_FILE, STREAM_HOOK };

static bool is_news(const struct said *w, char kind, double a, double b)
{
	double both[] = {a, b};

	return once_says(&w->s->once, w->stream,
	                 set_hash(set_hash(SET_HASH, &kind, 1), both, sizeof both));
}

static void take_control(const struct said *w)
{
	const cJSON *control = json_get(w->object, "hpsearch");
	const char *status = json_string(control, "status");
	const char *reason = json_string(control, "reason");
	const char *wandb = json_string(control, "wandb");
	struct scraper *s = w->s;
	double cost;

	if (status && !strcmp(status, "infeasible")) {
		s->infeasible = true;
		reason = reason ? reason : "";
		copy_text(s->reason, sizeof s->reason, reason, strlen(reason));
	}
	s->wandb = s->wandb ||
	           (w->stream == STREAM_HOOK && wandb && !strcmp(wandb, "offline"));
	if (json_double(control, "cost", &cost) && cost >= 0 &&
	    isfinite(s->cost + cost) && is_news(w, 'c', cost, 0))
		s->cost += cost;
}

static bool is_step(const cJSON *item, double *step)
{
	return loose_number(item, step) == LOOSE_NUMBER && isfinite(*step);
}

static bool find_step(const struct scraper *s, const cJSON *object, double *step)
{
	static const char *const usual[] = {"step", "epoch", "iter", "iteration",
	                                    "global_step"};

	if (s->step)
		return is_step(json_path(object, s->step), step);
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (is_step(json_get(object, usual[i]), step))
			return true;
	return false;
}

static void add_report(const struct said *w, struct report r)
{
	struct scraper *s = w->s;

	if (isnan(r.value)) /* of one sign and payload */
		r.value = (double)NAN;
	if (!is_news(w, r.counted ? 'v' : 's', r.value, r.counted ? 0 : r.step))
		return;
	if (r.counted)
		r.step = (double)s->count;
	s->reports = mem_room(s->reports, s->n_reports, &s->cap_reports, sizeof r);
	s->reports[s->n_reports++] = r;
	s->count++;
}

static void add_unread(const struct said *w)
{
	struct unread *u = &w->s->unread;

	if (!once_says(&w->s->once, w->stream, set_hash(SET_HASH, w->text, w->len)))
		return;
	if (!u->n++)
		copy_text(u->example, sizeof u->example, w->text, w->len);
}

static void take_metric(const struct said *w)
{
	struct report r = {0};

	switch (loose_number(json_path(w->object, w->s->metric), &r.value)) {
	case LOOSE_NUMBER:
		r.counted = !find_step(w->s, w->object, &r.step);
		add_report(w, r);
		break;
	case LOOSE_UNREADABLE: add_unread(w); break;
	case LOOSE_ABSENT: break;
	}
}

static void take_object(const struct said *w)
{
	struct key_walk walk = {.s = w->s, .budget = MEMBERS_MAX};

	w->s->objects++;
	take_control(w);
	if (w->s->metric)
		take_metric(w);
	collect_keys(&walk, w->object, 0);
}

/* Takes colours and other commands to a terminal out of a line: from ESC to a letter,
 * or, for titles and links (ESC ]), to BEL or ESC \. */
static size_t strip_escapes(char *line, size_t len)
{
	size_t n = 0, i = 0;

	while (i < len) {
		bool title;

		if (line[i] != '\033') {
			line[n++] = line[i++];
			continue;
		}
		title = ++i < len && line[i] == ']';
		if (i < len && (line[i] == '[' || title))
			i++;
		if (title)
			while (i < len && line[i] != '\a' && line[i] != '\033')
				i++;
		else
			while (i < len && line[i] >= ' ' && line[i] < '@')
				i++;
		i += i < len;
		if (title && i < len && line[i - 1] == '\033')
			i++;
	}
	return n;
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
	struct key_walk walk = {.s = s, .budget = MEMBERS_MAX};
	struct report r = {.step = said->final ? s->nni_next : said->sequence};

	s->objects++;
	if (cJSON_IsObject(said->value))
		collect_keys(&walk, said->value, 0);
	if (!s->metric)
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

static bool is_nni(struct scraper *s, struct scrape_stream *in, size_t stream)
{
	struct said w = {.s = s, .stream = stream, .text = in->line.s, in->line.len};
	struct nni_said said;

	if (!s->nni || stream != STREAM_OUT ||
	    !nni_read(in->line.s, in->line.len, &said))
		return false;
	take_nni(&w, &said);
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

static void take_line(struct scraper *s, struct scrape_stream *in)
{
	struct said w = {.s = s, .stream = stream_of(s, in)};
	struct loose line;
	cJSON *object;

	if (w.stream <= STREAM_ERR)
		s->stalled = stall_after(s->stalled, in->line.s, in->line.len);
	if (!memchr(in->line.s, '{', in->line.len))
		return;
	if (memchr(in->line.s, '\033', in->line.len))
		in->line.len = strip_escapes(in->line.s, in->line.len);
	if (is_nni(s, in, w.stream))
		return;
	line = loose_begin(in->line.s, in->line.len);
	for (int i = 0; i < OBJECTS_MAX && (object = loose_next(&line)); i++) {
		w.object = object;
		w.text = line.text + line.from;
		w.len = line.at - line.from;
		take_object(&w);
		cJSON_Delete(object);
	}
}

static void end_line(struct scraper *s, struct scrape_stream *in)
{
	if (!in->skipping && in->line.len)
		take_line(s, in);
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
		end_line(s, in);
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
		end_line(s, in);
		bytes += len + 1;
		n -= len + 1;
	}
	feed_piece(s, in, bytes, n);
}

void scrape_end(struct scraper *s, struct scrape_stream *in)
{
	end_line(s, in);
}
