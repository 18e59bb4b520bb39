/* Bytes → lines → JSON objects → reports. A carriage return ends a line as well as a
 * newline does, so that a progress bar neither hides what follows it nor makes a line
 * that never ends. Every step is bounded: the length of a line, the objects looked at
 * in one line, the members looked at in one object, the names remembered. */
#include "run/scrape.h"

#include "base/json.h"
#include "base/mem.h"

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
	str_free(&s->file.line);
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

	return !cJSON_IsBool(item) && json_number(item, &ignored);
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
static void copy_reason(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; text[n] && n + 1 < size; n++)
		out[n] =
		    (unsigned char)text[n] < ' ' || text[n] == 0x7f ? ' ' : text[n];
	if (text[n])
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	out[n] = '\0';
}

static void take_control(struct scraper *s, const cJSON *control)
{
	const char *status = json_string(control, "status");
	const char *reason = json_string(control, "reason");
	double cost;

	if (status && !strcmp(status, "infeasible")) {
		s->infeasible = true;
		copy_reason(s->reason, sizeof s->reason, reason ? reason : "");
	}
	if (json_double(control, "cost", &cost) && cost >= 0 &&
	    isfinite(s->cost + cost))
		s->cost += cost;
}

static bool find_step(const struct scraper *s, const cJSON *object, double *step)
{
	static const char *const usual[] = {"step", "epoch", "iter", "iteration",
	                                    "global_step"};

	if (s->step)
		return json_number(json_path(object, s->step), step) && isfinite(*step);
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (json_double(object, usual[i], step) && isfinite(*step))
			return true;
	return false;
}

static void take_metric(struct scraper *s, const cJSON *object)
{
	const cJSON *item = json_path(object, s->metric);
	struct report r = {0};

	if (cJSON_IsNull(item))
		r.value = (double)NAN;
	else if (!json_number(item, &r.value))
		return;
	r.counted = !find_step(s, object, &r.step);
	if (r.counted)
		r.step = (double)s->count;
	s->reports = mem_room(s->reports, s->n_reports, &s->cap_reports, sizeof r);
	s->reports[s->n_reports++] = r;
	s->count++;
}

static void take_object(struct scraper *s, const cJSON *object)
{
	struct key_walk walk = {.s = s, .budget = MEMBERS_MAX};

	take_control(s, json_get(object, "hpsearch"));
	if (s->metric)
		take_metric(s, object);
	collect_keys(&walk, object, 0);
}

static void take_line(struct scraper *s, const char *line, size_t len)
{
	const char *brace;
	size_t end;

	for (int i = 0; i < OBJECTS_MAX && (brace = memchr(line, '{', len)); i++) {
		cJSON *object;

		len -= (size_t)(brace - line);
		line = brace;
		object = json_find_object(line, len, &end);
		if (!object)
			return;
		take_object(s, object);
		cJSON_Delete(object);
		line += end;
		len -= end;
	}
}

static void end_line(struct scraper *s, struct scrape_stream *in)
{
	if (!in->skipping && in->line.len)
		take_line(s, in->line.s, in->line.len);
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
