#include "run/agent_wire.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/json_out.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* Of a time that passes through a double of JSON: microseconds. */
enum { WIRE_MTIME = 1000 };

static const char *const kind_names[] = {
    [WIRE_HELLO] = "hello",     [WIRE_RUN] = "run",       [WIRE_STOP] = "stop",
    [WIRE_KILL] = "kill",       [WIRE_QUIT] = "quit",     [WIRE_REFUSE] = "refuse",
    [WIRE_STARTED] = "started", [WIRE_REPORT] = "report", [WIRE_BEAT] = "beat",
    [WIRE_TERM] = "term",       [WIRE_EXIT] = "exit",     [WIRE_FILE] = "file",
    [WIRE_LINK] = "link",       [WIRE_GONE] = "gone",     [WIRE_NEED] = "need",
    [WIRE_HAVE] = "have"};

/* --- writing --- */

/* As str_json reads it: whatever it would replace is sent in base64. */
static bool is_utf8(const char *s)
{
	struct str out = {0};
	bool same;

	while (*s && (unsigned char)*s < 0x80)
		s++;
	if (!*s)
		return true;
	str_json(&out, s, strlen(s), false);
	same = !strstr(str_text(&out), "\xef\xbf\xbd");
	str_free(&out);
	return same;
}

static void add_bytes(struct str *out, const char *text)
{
	size_t n = strlen(text);

	if (is_utf8(text)) {
		str_json(out, text, n, false);
		return;
	}
	str_add(out, "{\"b64\":\"");
	base64_add((const uint8_t *)text, n, out);
	str_add(out, "\"}");
}

static void put_text(struct str *out, const char *key, const char *text)
{
	if (!text)
		return;
	json_out_key(out, key);
	add_bytes(out, text);
}

static void put_said(struct str *out, const char *key, const char *text)
{
	put_text(out, key, *text ? text : NULL);
}

static void put_words(struct str *out, const char *key, const char *const *words)
{
	json_out_key(out, key);
	str_addc(out, '[');
	for (size_t i = 0; words && words[i]; i++) {
		str_add(out, i ? "," : "");
		add_bytes(out, words[i]);
	}
	str_addc(out, ']');
}

static void put_true(struct str *out, const char *key, bool x)
{
	if (x)
		json_out_bool(out, key, true);
}

static void put_count(struct str *out, const char *key, uint64_t n)
{
	if (n)
		json_out_u64(out, key, n);
}

static void put_job(struct str *out, const struct job *j)
{
	put_words(out, "argv", j->argv);
	put_words(out, "env", j->env);
	put_text(out, "home", j->home);
	put_text(out, "dir", j->dir);
	put_text(out, "results", j->results);
	put_text(out, "hook", j->hook);
	json_out_int(out, "timeout", j->timeout);
	json_out_int(out, "patience", j->patience);
	json_out_int(out, "grace", j->grace);
	json_out_int(out, "memory", j->memory);
	json_out_int(out, "nice", j->nice);
	put_true(out, "nni", j->nni);
	put_text(out, "metric", j->metric);
	put_text(out, "step", j->step);
	put_text(out, "pattern", j->source.pattern);
	put_text(out, "step_pattern", j->source.step_pattern);
	put_text(out, "file", j->source.file);
	json_out_int(out, "texts", j->texts);
	put_true(out, "items", j->items);
	put_count(out, "attempt", j->attempt);
}

static void put_report(struct str *out, const struct report *r)
{
	json_out_double(out, "step", r->step);
	json_out_double(out, "value", r->value);
	put_true(out, "counted", r->counted);
	put_count(out, "line", r->line);
}

static void put_found(struct str *out, const struct run_result *r)
{
	json_out_u64(out, "reports", r->reports);
	json_out_u64(out, "objects", r->objects);
	put_count(out, "unread", r->unread.n);
	put_said(out, "unread_example", r->unread.example);
	put_true(out, "by_text", r->by_text);
	put_said(out, "text_line", r->text_line);
	put_said(out, "source_trouble", r->source_trouble);
	put_true(out, "infeasible", r->infeasible);
	put_said(out, "reason", r->reason);
	put_true(out, "wandb", r->wandb);
	json_out_double(out, "cost", r->cost);
	put_true(out, "oom_text", r->oom_text);
	put_count(out, "long_lines", r->long_lines);
	json_out_key(out, "keys");
	str_addc(out, '[');
	for (size_t i = 0; i < r->n_keys; i++) {
		str_add(out, i ? "," : "");
		add_bytes(out, r->keys[i]);
	}
	str_addc(out, ']');
	put_text(out, "tail", r->tail);
	put_text(out, "err_tail", r->err_tail);
	put_text(out, "note", r->note && *r->note ? r->note : NULL);
	if (r->numbers) {
		put_true(out, "more_numbers", r->numbers->more);
		json_out_key(out, "numbers");
		series_log_json(r->numbers, out);
	}
	if (!r->items)
		return;
	json_out_key(out, "items");
	str_addc(out, '{');
	scores_json(r->items, out);
	str_addc(out, '}');
}

static void put_result(struct str *out, const struct run_result *r)
{
	json_out_int(out, "exit", r->exit);
	json_out_int(out, "signal", r->signal);
	put_count(out, "machine_errno", (uint64_t)r->machine_errno);
	put_count(out, "spawn_errno", (uint64_t)r->spawn_errno);
	put_count(out, "output_errno", (uint64_t)r->output_errno);
	put_true(out, "timed_out", r->timed_out);
	put_true(out, "stalled", r->stalled);
	put_count(out, "over_memory", (uint64_t)r->over_memory);
	put_count(out, "cancelled", r->cancelled);
	put_true(out, "lost", r->lost);
	put_true(out, "stuck", r->stuck);
	json_out_double(out, "wall", r->wall);
	json_out_double(out, "user", r->user);
	json_out_double(out, "sys", r->sys);
	json_out_int(out, "maxrss", r->maxrss);
	put_found(out, r);
}

static void put_hello(struct str *out, const struct wire_message *m)
{
	json_out_u64(out, "protocol", m->protocol);
	put_text(out, "version", m->version);
	put_text(out, "generation", m->generation);
	put_text(out, "dir", m->dir);
	put_true(out, "carry", m->carry);
	put_text(out, "root", m->root);
	put_text(out, "host", m->host);
	json_out_int(out, "pid", m->pid);
	put_count(out, "silence", (uint64_t)m->silence);
	put_text(out, "why", m->why);
}

static void put_piece(struct str *out, const struct wire_message *m)
{
	const struct wire_piece *p = &m->piece;

	put_text(out, "path", p->path);
	if (m->kind == WIRE_LINK)
		put_text(out, "target", p->target);
	if (m->kind != WIRE_FILE)
		return;
	put_count(out, "at", (uint64_t)p->at);
	put_count(out, "mode", (uint64_t)p->mode);
	json_out_int(out, "mtime", p->mtime / WIRE_MTIME);
	put_true(out, "last", p->last);
	put_true(out, "grows", p->grows);
	json_out_key(out, "bytes");
	str_addc(out, '"');
	base64_add(p->bytes, p->n, out);
	str_addc(out, '"');
}

void wire_write(struct str *out, const struct wire_message *m)
{
	str_addc(out, '{');
	json_out_text(out, "m", kind_names[m->kind]);
	put_count(out, "ticket", m->ticket);
	put_count(out, "session", m->session);
	switch (m->kind) {
	case WIRE_HELLO:
	case WIRE_REFUSE: put_hello(out, m); break;
	case WIRE_RUN: put_job(out, &m->job); break;
	case WIRE_REPORT: put_report(out, &m->report); break;
	case WIRE_BEAT: json_out_u64(out, "beat", m->beat); break;
	case WIRE_EXIT: put_result(out, &m->result); break;
	case WIRE_TERM: put_text(out, "why", m->why); break;
	case WIRE_FILE:
	case WIRE_LINK:
	case WIRE_GONE: put_piece(out, m); break;
	case WIRE_NEED:
	case WIRE_HAVE:
	case WIRE_STARTED:
	case WIRE_STOP:
	case WIRE_KILL:
	case WIRE_QUIT: break;
	}
	str_add(out, "}\n");
}

/* --- reading --- */

/* A member that is there must be right: ok remembers. */
struct members {
	const cJSON *json;
	struct arena *a;
	bool ok;
};

static const char *bytes_of(struct members *m, const cJSON *item)
{
	const char *text = json_string(item, "b64");
	uint8_t *bytes;
	size_t n;

	if (cJSON_IsString(item))
		return arena_strdup(m->a, item->valuestring);
	n = text ? base64_size(text, strlen(text)) : SIZE_MAX;
	if (n == SIZE_MAX) {
		m->ok = false;
		return "";
	}
	bytes = arena_new(m->a, n + 1, 1);
	if (!base64_read(text, bytes, n) || memchr(bytes, 0, n))
		m->ok = false;
	return (const char *)bytes;
}

static const char *get_text(struct members *m, const char *key)
{
	const cJSON *item = json_get(m->json, key);

	return item ? bytes_of(m, item) : NULL;
}

static const char *const *get_words(struct members *m, const char *key, size_t *count)
{
	const cJSON *list = json_get(m->json, key), *item;
	int n = cJSON_GetArraySize(list);
	const char **words;

	*count = 0;
	if (!cJSON_IsArray(list) || n > WIRE_WORDS_MAX) {
		m->ok = false;
		return NULL;
	}
	words = arena_new(m->a, (size_t)n + 1, sizeof *words);
	cJSON_ArrayForEach(item, list) words[(*count)++] = bytes_of(m, item);
	return words;
}

static void get_limited(struct members *m, const char *key, char *out, size_t size)
{
	const char *text = get_text(m, key);
	size_t n = text ? strlen(text) : 0;

	n = n < size ? n : size - 1;
	memcpy(out, text ? text : "", n);
	out[n] = '\0';
}

static uint64_t get_count(struct members *m, const char *key)
{
	uint64_t n = 0;

	if (json_get(m->json, key) && !json_u64(m->json, key, &n))
		m->ok = false;
	return n;
}

static double get_double(struct members *m, const char *key)
{
	double x = 0;

	if (!json_double(m->json, key, &x))
		m->ok = false;
	return x;
}

static int64_t get_int(struct members *m, const char *key, double low, double high)
{
	double x = get_double(m, key);

	if (!(x >= low && x <= high)) {
		m->ok = false;
		return 0;
	}
	return (int64_t)x;
}

static int get_small(struct members *m, const char *key, int high)
{
	uint64_t n = get_count(m, key);

	m->ok = m->ok && n <= (uint64_t)high;
	return m->ok ? (int)n : 0;
}

static bool get_true(struct members *m, const char *key)
{
	const cJSON *item = json_get(m->json, key);

	if (item && !cJSON_IsBool(item))
		m->ok = false;
	return cJSON_IsTrue(item);
}

static void get_job(struct members *m, struct job *j)
{
	size_t n, ignored;

	*j = (struct job){.argv = get_words(m, "argv", &n)};
	j->env = get_words(m, "env", &ignored);
	j->home = get_text(m, "home");
	j->dir = get_text(m, "dir");
	j->results = get_text(m, "results");
	j->hook = get_text(m, "hook");
	j->timeout = get_int(m, "timeout", 0, 0x1p62);
	j->patience = get_int(m, "patience", 0, 0x1p62);
	j->grace = get_int(m, "grace", 0, 0x1p62);
	j->memory = (int64_t)get_count(m, "memory");
	j->nice = get_small(m, "nice", 19);
	j->nni = get_true(m, "nni");
	j->metric = get_text(m, "metric");
	j->step = get_text(m, "step");
	j->source.pattern = get_text(m, "pattern");
	j->source.step_pattern = get_text(m, "step_pattern");
	j->source.file = get_text(m, "file");
	j->texts = (enum texts)get_int(m, "texts", 0, TEXTS_ON);
	j->items = get_true(m, "items");
	j->attempt = (unsigned)get_small(m, "attempt", INT_MAX);
	m->ok = m->ok && j->memory >= 0;
	m->ok = m->ok && n && j->dir && *j->dir == '/';
}

static void get_report(struct members *m, struct report *r)
{
	r->step = get_double(m, "step");
	r->value = get_double(m, "value");
	r->counted = get_true(m, "counted");
	r->line = (size_t)get_count(m, "line");
}

static void get_found(struct members *m, struct run_result *r)
{
	const cJSON *items = json_get(m->json, "items"),
		    *numbers = json_get(m->json, "numbers");
	struct scores *scores;
	struct series_log *log;
	const char *const *keys = get_words(m, "keys", &r->n_keys);
	char **list;

	r->reports = (size_t)get_count(m, "reports");
	r->objects = (size_t)get_count(m, "objects");
	r->unread.n = (size_t)get_count(m, "unread");
	get_limited(m, "unread_example", r->unread.example, sizeof r->unread.example);
	r->by_text = get_true(m, "by_text");
	get_limited(m, "text_line", r->text_line, sizeof r->text_line);
	get_limited(m, "source_trouble", r->source_trouble, sizeof r->source_trouble);
	r->infeasible = get_true(m, "infeasible");
	get_limited(m, "reason", r->reason, sizeof r->reason);
	r->wandb = get_true(m, "wandb");
	r->cost = get_double(m, "cost");
	r->oom_text = get_true(m, "oom_text");
	r->long_lines = (size_t)get_count(m, "long_lines");
	r->n_keys = r->n_keys < SCRAPE_KEYS ? r->n_keys : SCRAPE_KEYS;
	list = arena_new(m->a, r->n_keys + 1, sizeof *list);
	for (size_t i = 0; keys && i < r->n_keys; i++)
		list[i] = arena_strdup(m->a, keys[i]);
	r->keys = list;
	r->tail = get_text(m, "tail");
	r->err_tail = get_text(m, "err_tail");
	r->tail = r->tail ? r->tail : "";
	r->err_tail = r->err_tail ? r->err_tail : "";
	r->note = get_text(m, "note");
	if (numbers) {
		log = arena_new(m->a, 1, sizeof *log);
		m->ok = m->ok && series_log_read(numbers, log, m->a);
		log->more = get_true(m, "more_numbers");
		r->numbers = log;
	}
	if (!items)
		return;
	scores = arena_new(m->a, 1, sizeof *scores);
	m->ok = m->ok && scores_read(items, scores, m->a);
	r->items = scores;
}

static void get_result(struct members *m, struct run_result *r)
{
	*r = (struct run_result){.exit = (int)get_int(m, "exit", -1, 255)};
	r->signal = (int)get_int(m, "signal", 0, 255);
	r->machine_errno = get_small(m, "machine_errno", 4095);
	r->spawn_errno = get_small(m, "spawn_errno", 4095);
	r->output_errno = get_small(m, "output_errno", 4095);
	r->timed_out = get_true(m, "timed_out");
	r->stalled = get_true(m, "stalled");
	r->over_memory = (int64_t)get_count(m, "over_memory");
	r->cancelled = (enum cancel)get_small(m, "cancelled", CANCEL_KILL);
	r->lost = get_true(m, "lost");
	r->stuck = get_true(m, "stuck");
	r->wall = get_double(m, "wall");
	r->user = get_double(m, "user");
	r->sys = get_double(m, "sys");
	r->maxrss = get_int(m, "maxrss", 0, 0x1p62);
	m->ok =
	    m->ok && r->over_memory >= 0 && r->wall >= 0 && r->user >= 0 && r->sys >= 0;
	get_found(m, r);
}

static void get_hello(struct members *m, struct wire_message *out)
{
	out->protocol = (unsigned)get_int(m, "protocol", 0, INT_MAX);
	out->version = get_text(m, "version");
	out->generation = get_text(m, "generation");
	out->dir = get_text(m, "dir");
	out->carry = get_true(m, "carry");
	out->root = get_text(m, "root");
	out->host = get_text(m, "host");
	out->pid = get_int(m, "pid", 0, INT_MAX);
	out->silence = (int64_t)get_count(m, "silence");
	m->ok = m->ok && out->silence >= 0;
	out->why = get_text(m, "why");
	out->version = out->version ? out->version : "?";
}

static void get_bytes(struct members *m, struct wire_piece *p)
{
	const char *text = json_string(m->json, "bytes");
	uint8_t *bytes;

	p->n = text ? base64_size(text, strlen(text)) : SIZE_MAX;
	if (p->n == SIZE_MAX) {
		m->ok = false;
		p->n = 0;
		return;
	}
	bytes = arena_new(m->a, p->n + 1, 1);
	m->ok = base64_read(text, bytes, p->n) && m->ok;
	p->bytes = bytes;
}

static void get_piece(struct members *m, struct wire_message *out)
{
	struct wire_piece *p = &out->piece;

	p->path = get_text(m, "path");
	m->ok = m->ok && p->path;
	if (out->kind == WIRE_LINK) {
		p->target = get_text(m, "target");
		m->ok = m->ok && p->target;
	}
	if (out->kind != WIRE_FILE)
		return;
	p->at = (int64_t)get_count(m, "at");
	p->mode = get_small(m, "mode", 0777);
	p->mtime = get_int(m, "mtime", -0x1p52, 0x1p52) * WIRE_MTIME;
	p->last = get_true(m, "last");
	p->grows = get_true(m, "grows");
	m->ok = m->ok && p->at >= 0;
	get_bytes(m, p);
}

static void get_members(struct members *m, struct wire_message *out)
{
	out->ticket = get_count(m, "ticket");
	out->session = get_count(m, "session");
	switch (out->kind) {
	case WIRE_HELLO:
	case WIRE_REFUSE: get_hello(m, out); break;
	case WIRE_RUN: get_job(m, &out->job); break;
	case WIRE_REPORT: get_report(m, &out->report); break;
	case WIRE_BEAT: out->beat = get_count(m, "beat"); break;
	case WIRE_EXIT: get_result(m, &out->result); break;
	case WIRE_TERM: out->why = get_text(m, "why"); break;
	case WIRE_FILE:
	case WIRE_LINK:
	case WIRE_GONE: get_piece(m, out); break;
	case WIRE_NEED:
	case WIRE_HAVE:
	case WIRE_STARTED:
	case WIRE_STOP:
	case WIRE_KILL:
	case WIRE_QUIT: break;
	}
	out->job.ticket = out->ticket;
}

bool wire_read(const char *line, size_t n, struct wire_message *out, struct arena *a,
               struct error *err)
{
	cJSON *json = n && line[0] == '{' ? json_parse(line, n) : NULL;
	const char *name = json ? json_string(json, "m") : NULL;
	size_t kind = name ? str_index(name, kind_names, ARRAY_LEN(kind_names))
	                   : ARRAY_LEN(kind_names);
	struct members m = {.json = json, .a = a, .ok = kind < ARRAY_LEN(kind_names)};

	*out = (struct wire_message){.kind = (enum wire_kind)kind};
	if (m.ok)
		get_members(&m, out);
	cJSON_Delete(json);
	return m.ok || error_set(err, ERROR_SYSTEM, "no message of hpsearch's: %.*s",
	                         n < 200 ? (int)n : 200, line);
}

bool wire_token(char out[static WIRE_TOKEN], struct error *err)
{
	unsigned char bits[WIRE_TOKEN / 2];

	if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits)
		return error_errno(err, "random bits");
	for (size_t i = 0; i < sizeof bits; i++)
		snprintf(out + 2 * i, 3, "%02x", bits[i]);
	return true;
}

/* --- lines --- */

bool wire_feed(struct wire_in *in, const char *bytes, size_t n)
{
	if (in->done) {
		in->text.len -= in->done;
		memmove(in->text.s, in->text.s + in->done, in->text.len);
		in->done = 0;
	}
	str_addn(&in->text, bytes, n);
	return in->text.len <= WIRE_LINE_MAX || memchr(in->text.s, '\n', WIRE_LINE_MAX);
}

const char *wire_line(struct wire_in *in, size_t *n)
{
	const char *start, *end;

	if (in->done == in->text.len)
		return NULL;
	start = in->text.s + in->done;
	end = memchr(start, '\n', in->text.len - in->done);
	if (!end)
		return NULL;
	*n = (size_t)(end - start);
	in->done += *n + 1;
	return start;
}

void wire_forget(struct wire_in *in)
{
	str_free(&in->text);
	in->done = 0;
}
