#include "study/outside.h"
#include "base/clock.h"
#include "config/command.h"
#include "run/talk.h"
#include "study/outside_json.h"

#include <stdio.h>
#include <string.h>

struct outside {
	const struct search *search;
	struct talk talk;
	bool waits;    /* for the answer to a question, which a signal has cut short */
	uint64_t told; /* trials it has heard of … */
	uint64_t seen; /* … and observations */
	struct arena arena; /* of the last words */
};

static bool init(void *state, const struct strategy_args *args, struct error *err)
{
	struct outside *p = state;

	(void)err;
	*p = (struct outside){.search = args->search};
	return true;
}

static void fini(void *state)
{
	struct outside *p = state;

	if (p->talk.pid)
		talk_end(&p->talk);
	arena_free(&p->arena);
}

static int64_t deadline(const struct outside *p)
{
	return clock_now() + clock_nanoseconds(p->search->spec->sampler_timeout);
}

static enum ask failed(struct outside *p, struct error *err)
{
	struct str words = {0};

	command_line(p->search->spec->sampler, &words);
	error_prefix(err, "method: program %s: ", str_text(&words));
	str_free(&words);
	if (p->search->dir)
		snprintf(err->text + strlen(err->text),
		         sizeof err->text - strlen(err->text),
		         "\n  help: what it wrote to its standard error is in "
		         "%.1000s/strategy.log; all that has finished is saved",
		         p->search->dir);
	talk_end(&p->talk);
	p->waits = false;
	p->told = p->seen = 0;
	return ASK_ERROR;
}

static bool begin(struct outside *p, struct error *err)
{
	const struct search *s = p->search;
	char log[4096] = "";
	struct str line = {0};
	bool ok;

	if (s->dir)
		snprintf(log, sizeof log, "%s/strategy.log", s->dir);
	ok = talk_begin(&p->talk, s->spec->sampler, NULL, *log ? log : NULL, err);
	program_hello(s, &line);
	ok = ok && talk_say(&p->talk, line.s, line.len, deadline(p), err);
	str_free(&line);
	return ok;
}

static bool question(struct outside *p, const struct history *h, uint64_t id,
                     struct error *err)
{
	struct str line = {0};
	bool ok;

	program_question(p->search, h, id, p->told, p->seen, &line);
	ok = talk_say(&p->talk, line.s, line.len, deadline(p), err);
	str_free(&line);
	p->told = id;
	p->seen = h->known_upto;
	p->waits = true;
	return ok;
}

static bool any_pending(const struct history *h, uint64_t id)
{
	for (uint64_t i = 0; i < id; i++)
		if (history_state(h, i, NULL) == KNOWN_PENDING)
			return true;
	return false;
}

static enum ask ask(void *state, const struct history *h, uint64_t id,
                    struct coord *out, const char **why, struct error *err)
{
	struct outside *p = state;
	const char *line;
	size_t len;
	enum ask answer;

	if (!p->talk.pid && !begin(p, err))
		return failed(p, err);
	if (!p->waits && !question(p, h, id, err))
		return failed(p, err);
	switch (talk_hear(&p->talk, deadline(p), &line, &len, err)) {
	case HEARD_SIGNAL: return ASK_WAIT;
	case HEARD_NOTHING: return failed(p, err);
	case HEARD_LINE: break;
	}
	p->waits = false;
	answer = program_answer(line, len, &p->search->spec->space, out, why, &p->arena,
	                        err);
	if (answer == ASK_WAIT && !any_pending(h, id)) {
		answer = ASK_ERROR;
		error_set(err, ERROR_SYSTEM, "it waits, but nothing is under way");
	}
	return answer == ASK_ERROR ? failed(p, err) : answer;
}

const struct strategy_type strategy_program = {
    .name = "program",
    .summary = "a program of yours that is asked for points",
    .adaptive = true,
    .state_size = sizeof(struct outside),
    .init = init,
    .ask = ask,
    .fini = fini};
