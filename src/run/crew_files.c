/* What a crew has on the disk: a log of its agents, and of each a folder. */
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_out.h"
#include "run/crew_parts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void crew_say(struct crew *c, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (c->message)
		c->message(c->watcher, text);
}

static void log_path(const char *dir, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/agents/log", dir);
}

static bool log_line(const struct crew *c, const struct str *members, struct error *err)
{
	struct str text = {0}, line = {0};
	char path[PATH_MAX];
	bool ok;

	str_addf(&text, "{%s}", str_text(members));
	mailbox_line(&line, &text);
	log_path(c->setup.dir, path);
	ok = mailbox_put(path, &line, true, err);
	str_free(&text);
	str_free(&line);
	return ok;
}

bool crew_log(struct crew *c, const unsigned *k, const char *event, const char *key,
              const char *text, struct error *err)
{
	struct str members = {0};
	bool ok;

	if (c->reading)
		return true;
	json_out_text(&members, "e", event);
	if (k)
		json_out_u64(&members, "k", *k);
	if (key)
		json_out_text(&members, key, text);
	ok = log_line(c, &members, err);
	str_free(&members);
	return ok;
}

void crew_give_up_agent(struct crew *c, struct crew_agent *a, const char *why)
{
	struct error ignored;

	if (a->state == CREW_LEFT)
		return;
	a->state = CREW_LEFT;
	if (c->reading)
		return;
	/* Should it be there all the same, or come yet, it has nothing to do. */
	if (!a->said_quit)
		crew_write(c, a, &(struct wire_message){.kind = WIRE_QUIT}, &ignored);
	crew_log(c, &a->k, "down", "why", why, &ignored);
}

static struct crew_job *new_job(const struct crew *c, unsigned first)
{
	struct crew_job *j = mem_new(1, sizeof *j);

	j->first = first;
	j->phase = SLURM_UNKNOWN;
	snprintf(j->name, sizeof j->name, "hps-%s-%u", c->token, first);
	return j;
}

/* first: of its job. */
static struct crew_agent *add_agent(struct crew *c, unsigned first)
{
	struct crew_agent *a = mem_new(1, sizeof *a);
	unsigned k = (unsigned)c->n;
	char out[PATH_MAX + 8];

	a->k = k;
	a->job = first < k ? c->agents[first]->job : new_job(c, k);
	a->job->n++;
	snprintf(a->folder, sizeof a->folder, "%s/agents/%u-%.8s", c->setup.dir, k,
	         c->token);
	snprintf(out, sizeof out, "%s/out", a->folder);
	mailbox_open(&a->out, out);
	a->heard = clock_now();
	c->agents = mem_room(c->agents, c->n, &c->cap, sizeof(struct crew_agent *));
	c->agents[c->n++] = a;
	return a;
}

void crew_free_agents(struct crew *c)
{
	/* The first of a job's, whom it is freed with, comes last. */
	for (size_t i = c->n; i-- > 0;) {
		struct crew_agent *a = c->agents[i];

		for (size_t p = 0; p < a->n_posts; p++) {
			free(a->posts[p].dir);
			free(a->posts[p].reports);
			free(a->posts[p].exit_line);
			free(a->posts[p].taken_away);
		}
		mailbox_close(&a->out);
		free(a->posts);
		if (a->k == a->job->first)
			free(a->job);
		free(a);
	}
	free(c->agents);
}

/* --- the job --- */

static bool write_script(const struct crew *c, const struct crew_job *j,
                         struct error *err)
{
	const struct crew_setup *s = &c->setup;
	struct str text = {0};
	char path[PATH_MAX + 8];
	bool ok;

	str_add(&text, "#!/bin/sh\n");
	for (size_t i = 0; s->setup && s->setup[i]; i++)
		str_addf(&text, "%s\n", s->setup[i]);
	str_add(&text, "exec ");
	str_shell(&text, s->program);
	str_add(&text, " --job-agent ");
	str_shell(&text, c->agents[j->first]->folder);
	str_addf(&text, " %lld %lld %llu %lld", (long long)(s->idle / 1000000),
	         (long long)(s->limit / 1000000), (unsigned long long)s->runs_per_job,
	         (long long)(s->kill_wait / 1000000));
	for (size_t i = 1; i < j->n; i++) {
		str_addc(&text, ' ');
		str_shell(&text, c->agents[j->first + i]->folder);
	}
	str_addc(&text, '\n');
	snprintf(path, sizeof path, "%s/job", c->agents[j->first]->folder);
	ok = file_write(path, text.s, text.len, 0777, err);
	str_free(&text);
	return ok;
}

static const struct wire_message hello = {
    .kind = WIRE_HELLO, .protocol = WIRE_PROTOCOL, .version = HPS_VERSION};

static bool write_mailboxes(const struct crew *c, struct crew_agent *a,
                            struct error *err)
{
	struct str none = {0};

	/* Before the agent looks for them: a name that was not there stays so for a
	 * minute, over a network. */
	return mailbox_put(a->out.path, &none, true, err) &&
	       crew_write(c, a, &hello, err);
}

static bool write_down(struct crew *c, const struct crew_agent *a, struct error *err)
{
	struct str members = {0};
	bool ok;

	json_out_text(&members, "e", "agent");
	json_out_u64(&members, "k", a->k);
	if (a->k != a->job->first)
		json_out_u64(&members, "with", a->job->first);
	ok = log_line(c, &members, err);
	str_free(&members);
	return ok;
}

struct crew_job *crew_hire(struct crew *c, struct error *err)
{
	unsigned first = (unsigned)c->n;
	struct crew_job *j;
	bool ok = true;

	for (size_t i = 0; i < c->setup.slots; i++)
		add_agent(c, first);
	j = c->agents[first]->job;
	for (size_t i = first; ok && i < c->n; i++) {
		struct crew_agent *a = c->agents[i];

		a->state = CREW_INTENT;
		ok = file_mkdirs(a->folder, err) && write_mailboxes(c, a, err) &&
		     write_down(c, a, err);
	}
	if (ok && write_script(c, j, err))
		return j;
	for (size_t i = first; i < c->n; i++)
		c->agents[i]->state = CREW_LEFT;
	return NULL;
}

void crew_move(struct crew *c, const struct crew_job *j, enum crew_state from,
               enum crew_state to)
{
	for (size_t i = 0; i < j->n; i++)
		if (c->agents[j->first + i]->state == from)
			c->agents[j->first + i]->state = to;
}

bool crew_write(const struct crew *c, struct crew_agent *a,
                const struct wire_message *what, struct error *err)
{
	struct wire_message m = *what;
	struct str text = {0}, line = {0};
	char path[PATH_MAX + 8];
	bool ok;

	m.session = c->session;
	wire_write(&text, &m);
	mailbox_line(&line, &text);
	snprintf(path, sizeof path, "%s/in", a->folder);
	ok = mailbox_put(path, &line, m.kind != WIRE_HELLO, err);
	str_free(&text);
	str_free(&line);
	return ok;
}

/* --- what agents write --- */

struct posting *crew_current(struct crew_agent *a)
{
	struct posting *p = a->n_posts ? &a->posts[a->n_posts - 1] : NULL;

	return p && p->attempt.state != ATTEMPT_ENDED && !p->lost ? p : NULL;
}

bool crew_idle(struct crew_agent *a)
{
	return a->state == CREW_UP && !a->job->over && !crew_current(a);
}

bool crew_anybody_up(const struct crew *c)
{
	bool any = false;

	for (size_t i = 0; i < c->n; i++)
		any = any || c->agents[i]->state == CREW_UP;
	return any;
}

struct posting *crew_post(struct crew_agent *a, const struct job *job, uint64_t wire)
{
	a->posts = mem_room(a->posts, a->n_posts, &a->cap_posts, sizeof *a->posts);
	a->posts[a->n_posts] =
	    (struct posting){.dir = mem_strdup(job->dir),
	                     .number = job->attempt,
	                     .wire = wire,
	                     .attempt = attempt_offered(clock_now())};
	return &a->posts[a->n_posts++];
}

static struct posting *posting_of(struct crew_agent *a, uint64_t wire)
{
	for (size_t i = a->n_posts; i-- > 0;)
		if (a->posts[i].wire == wire)
			return &a->posts[i];
	return NULL;
}

static void take_hello(struct crew *c, struct crew_agent *a,
                       const struct wire_message *m)
{
	struct error ignored;

	if (a->spoke || a->state == CREW_LEFT)
		return;
	a->spoke = true;
	a->state = CREW_UP;
	c->stillborn = 0;
	snprintf(a->host, sizeof a->host, "%s", m->host ? m->host : "");
	/* Who only reads is not its driver. */
	if (m->protocol != WIRE_PROTOCOL && !c->reading) {
		crew_say(
		    c,
		    "the agent in job %s speaks protocol %u (hpsearch %s), this is "
		    "%d (hpsearch %s): it is sent away",
		    a->job->id, m->protocol, m->version ? m->version : "?",
		    WIRE_PROTOCOL, HPS_VERSION);
		crew_give_up_agent(c, a, "another protocol");
		return;
	}
	crew_log(c, &a->k, "up", "host", a->host, &ignored);
}

static void take_exit(struct posting *p, const char *line, size_t n)
{
	if (p->exit_line)
		return;
	p->exit_line = mem_new(n + 1, 1);
	memcpy(p->exit_line, line, n);
	p->exit_len = n;
}

static unsigned news_of(struct crew *c, struct crew_agent *a, struct posting *p,
                        enum attempt_news news, int64_t now)
{
	return attempt_take(&p->attempt, news, a->job->over, now, &c->times);
}

static void take_message(struct crew *c, struct crew_agent *a,
                         const struct wire_message *m, const char *line, size_t n,
                         int64_t now)
{
	struct posting *p = posting_of(a, m->ticket), *current = crew_current(a);

	a->heard = now;
	switch ((int)m->kind) {
	case WIRE_HELLO: take_hello(c, a, m); return;
	case WIRE_BEAT:
		if (m->beat != a->beat && current)
			news_of(c, a, current, NEWS_ALIVE, now);
		a->beat = m->beat;
		return;
	case WIRE_QUIT:
		/* What it was given and has not begun it never will. */
		if (current && current->attempt.state == ATTEMPT_OFFERED) {
			current->attempt.state = ATTEMPT_LOST;
			current->lost = true;
		}
		a->said_quit = true;
		crew_give_up_agent(c, a, "it left");
		return;
	default: break;
	}
	if (!p)
		return;
	if (m->kind == WIRE_STARTED) {
		news_of(c, a, p, NEWS_STARTED, now);
	} else if (m->kind == WIRE_REPORT) {
		news_of(c, a, p, NEWS_ALIVE, now);
		p->reports = mem_room(p->reports, p->n_reports, &p->cap_reports,
		                      sizeof *p->reports);
		p->reports[p->n_reports++] = m->report;
	} else if (m->kind == WIRE_TERM && !p->taken_away) {
		p->taken_away = mem_strdup(m->why ? m->why : "its job was taken away");
	} else if (m->kind == WIRE_EXIT) {
		/* Given up, told to stop, and so it did: that is no end of its own. */
		p->stopped = p->stopped || (p->lost && m->result.cancelled);
		take_exit(p, line, n);
		news_of(c, a, p, NEWS_EXIT, now);
	}
}

static bool look_at(struct crew *c, struct crew_agent *a, int64_t now)
{
	struct arena mem = {0};
	bool any = false;
	const char *line;
	size_t n;

	if (!mailbox_look(&a->out))
		return false;
	while ((line = mailbox_next(&a->out, &n))) {
		struct wire_message m;
		struct error bad;

		any = true;
		if (wire_read(line, n, &m, &mem, &bad))
			take_message(c, a, &m, line, n, now);
		arena_free(&mem);
	}
	return any;
}

/* Is there anything that it may still tell? */
static bool may_speak(struct crew_agent *a)
{
	return a->state != CREW_LEFT || crew_current(a) ||
	       (a->n_posts && !a->posts[a->n_posts - 1].exit_line);
}

bool crew_look(struct crew *c, int64_t now)
{
	bool any = false;

	for (size_t i = 0; i < c->n; i++)
		if (may_speak(c->agents[i]))
			any = look_at(c, c->agents[i], now) || any;
	return any;
}

/* --- what an earlier driver has left --- */

static void take_order(struct crew_agent *a, const struct wire_message *m)
{
	struct posting *p = posting_of(a, m->ticket);

	if (m->kind == WIRE_RUN && !p && m->job.dir) {
		crew_post(a, &m->job, m->ticket);
		a->seq = m->ticket;
	} else if (p && (m->kind == WIRE_STOP || m->kind == WIRE_KILL)) {
		p->stopped = true;
		p->cancelled = CANCEL_STOP;
	}
}

/* As its agent reads it: without what a driver wrote whose place another had taken. */
static void read_in(struct crew_agent *a)
{
	struct mailbox in;
	struct arena mem = {0};
	char path[PATH_MAX + 8];
	uint64_t session = 0;
	const char *line;
	size_t n;

	snprintf(path, sizeof path, "%s/in", a->folder);
	mailbox_open(&in, path);
	while (mailbox_look(&in) && (line = mailbox_next(&in, &n)))
		do {
			struct wire_message m;
			struct error bad;

			if (wire_read(line, n, &m, &mem, &bad) &&
			    m.session >= session) {
				session = m.session;
				take_order(a, &m);
			}
			arena_free(&mem);
		} while ((line = mailbox_next(&in, &n)));
	mailbox_close(&in);
}

/* What it had when an earlier driver gave it up, which it was told to stop. */
static void recall_lost(struct crew_agent *a)
{
	struct posting *p = crew_current(a);

	if (!p || a->state != CREW_LEFT || !p->stopped)
		return;
	p->attempt.state = ATTEMPT_LOST;
	p->lost = true;
}

/* An agent may be the next one of that job. */
static bool is_last_job(const struct crew *c, uint64_t first)
{
	return c->n && c->agents[c->n - 1]->job->first == first;
}

static void take_log(struct crew *c, const cJSON *json)
{
	const char *event = json_string(json, "e");
	const char *token = json_string(json, "token"), *text;
	struct crew_agent *a;
	uint64_t k, with;

	if (event && strcmp(event, "crew") == 0 && token && strlen(token) == 32)
		snprintf(c->token, sizeof c->token, "%s", token);
	if (event && strcmp(event, "driver") == 0 && json_u64(json, "session", &k))
		c->session = k > c->session ? k : c->session;
	if (!event || !*c->token || !json_u64(json, "k", &k) || k > c->n)
		return;
	if (strcmp(event, "agent") == 0 && k == c->n)
		add_agent(c, json_u64(json, "with", &with) && is_last_job(c, with)
		                 ? (unsigned)with
		                 : (unsigned)k);
	if (k >= c->n)
		return;
	a = c->agents[k];
	if (strcmp(event, "job") == 0 && (text = json_string(json, "id"))) {
		snprintf(a->job->id, sizeof a->job->id, "%s", text);
		crew_move(c, a->job, CREW_INTENT, CREW_QUEUED);
	} else if (strcmp(event, "up") == 0 && (text = json_string(json, "host"))) {
		snprintf(a->host, sizeof a->host, "%s", text);
	} else if (strcmp(event, "down") == 0) {
		a->state = CREW_LEFT;
	}
}

static bool begin_log(struct crew *c, struct error *err)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof folder, "%s/agents", c->setup.dir);
	return wire_token(c->token, err) && file_mkdirs(folder, err) &&
	       crew_log(c, NULL, "crew", "token", c->token, err);
}

/* Told to the agents before their mailboxes are read: what another driver writes from
 * now on they do not obey, and what it wrote before we see. */
static bool begin_session(struct crew *c, struct error *err)
{
	struct str members = {0};
	struct error ignored;
	bool ok;

	c->session++;
	json_out_text(&members, "e", "driver");
	json_out_u64(&members, "session", c->session);
	ok = log_line(c, &members, err);
	str_free(&members);
	for (size_t i = 0; ok && i < c->n; i++)
		if (c->agents[i]->state != CREW_LEFT)
			crew_write(c, c->agents[i], &hello, &ignored);
	return ok;
}

static void read_new_lines(struct crew *c)
{
	const char *line;
	size_t n;

	while (mailbox_look(&c->log) && (line = mailbox_next(&c->log, &n)))
		do {
			cJSON *json = json_parse(line, n);

			if (json)
				take_log(c, json);
			cJSON_Delete(json);
		} while ((line = mailbox_next(&c->log, &n)));
}

void crew_look_at_log(struct crew *c)
{
	const char *line;
	size_t n;

	mailbox_look(&c->log);
	while ((line = mailbox_next(&c->log, &n))) {
		cJSON *json = json_parse(line, n);
		uint64_t session;

		if (json && json_u64(json, "session", &session) &&
		    session > c->session && c->broken.kind == ERROR_NONE)
			error_set(&c->broken, ERROR_SYSTEM,
			          "%s: another hpsearch has taken this search over",
			          c->setup.dir);
		cJSON_Delete(json);
	}
	/* What runs is the other's. */
	c->released = c->released || c->broken.kind != ERROR_NONE;
}

bool crew_read_log(struct crew *c, struct error *err)
{
	char path[PATH_MAX];

	log_path(c->setup.dir, path);
	mailbox_open(&c->log, path);
	read_new_lines(c);
	if (!c->reading &&
	    ((!*c->token && !begin_log(c, err)) || !begin_session(c, err)))
		return false;
	for (size_t i = 0; i < c->n; i++) {
		read_in(c->agents[i]);
		recall_lost(c->agents[i]);
	}
	return *c->token;
}

bool crew_list(const char *dir, void (*tell)(void *to, const struct crew_member *m),
               void *to)
{
	/* No message, and nothing is written down: this one only reads. */
	struct crew c = {.setup = {.dir = dir}, .reading = true};
	bool ok = crew_read_log(&c, NULL);
	const struct crew_job *last = NULL;

	crew_look(&c, clock_now());
	for (size_t i = 0; i < c.n; i++) {
		struct crew_agent *a = c.agents[i];
		const struct posting *p = crew_current(a);

		if (a->state == CREW_LEFT && !p)
			continue;
		tell(to, &(struct crew_member){.k = a->k,
		                               .id = a->job->id,
		                               .host = a->spoke ? a->host : "",
		                               .name = a->job->name,
		                               .same_job = last == a->job,
		                               .dir = p ? p->dir : ""});
		last = a->job;
	}
	crew_free_agents(&c);
	mailbox_close(&c.log);
	return ok;
}
