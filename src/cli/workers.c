#include "cli/workers.h"

#include "base/clock.h"
#include "cli/cluster.h"
#include "config/command.h"
#include "config/launcher.h"
#include "run/agent.h"
#include "run/attached.h"
#include "run/pool.h"
#include "run/program.h"

#include <stdio.h>
#include <stdlib.h>

/* Of logins over ssh: a server drops those beyond its MaxStartups (10). */
enum { LOGINS = 4 };

/* A login that hangs is given up; what waits in a cluster's queue (srun) is left there
 * for a while. In silences. */
enum { LOGIN_PATIENCE = 4, QUEUE_PATIENCE = 120 };

/* HPSEARCH_SILENCE: seconds. */
static bool silence(int64_t *out, struct error *err)
{
	const char *text = getenv("HPSEARCH_SILENCE");
	char *end;
	double x;

	*out = AGENT_SILENCE;
	if (!text || !*text)
		return true;
	x = strtod(text, &end);
	if (*end || !(x >= 0.1 && x <= 86400))
		return error_set(
		    err, ERROR_USAGE,
		    "HPSEARCH_SILENCE=%s: it must be seconds, 0.1 to 86400", text);
	*out = clock_nanoseconds(x);
	return true;
}

static bool attach(struct workers *w, const struct spec *s, size_t slots, int lock,
                   const char *dir, struct error *err)
{
	struct attached_place *places = arena_new(&w->arena, slots, sizeof *places);
	struct attached_setup setup = {.n = slots,
	                               .places = places,
	                               .dir = dir,
	                               .logins = s->n_places ? LOGINS : 0,
	                               .keep_fd = lock,
	                               .grace = clock_nanoseconds(s->kill_grace)};
	const char *own = launcher_program(&w->arena);
	struct program program = {0};
	const char *const *copy = NULL;

	if (s->carry) {
		program = program_find(own, &w->arena);
		setup.carry = true;
		setup.program = program.bytes;
		setup.n_program = program.n;
	}
	if (program.bytes)
		copy = program_words(&program, &w->arena);
	if (!silence(&setup.silence, err))
		return false;
	setup.patience =
	    setup.silence * (s->n_places ? LOGIN_PATIENCE : QUEUE_PATIENCE);
	for (size_t i = 0; i < slots; i++) {
		places[i].host = s->n_places ? s->places[i].host : NULL;
		places[i].copies[0] = copy != NULL;
		places[i].argv[0] = copy ? launcher_words(s, i, copy, &w->arena)
		                         : launcher_agent(s, i, own, &w->arena);
		places[i].argv[1] = launcher_agent(s, i, "hpsearch", &w->arena);
	}
	w->attached = attached_open(&setup, err);
	if (w->attached)
		w->runner = attached_runner(w->attached);
	return w->attached != NULL;
}

bool workers_open(struct workers *w, const struct spec *s, size_t slots, int lock,
                  const char *dir, struct error *err)
{
	*w = (struct workers){0};
	if (s->slurm.present) {
		w->crew = cluster_open(s, dir, slots, &w->arena, err);
		if (w->crew)
			w->runner = crew_runner(w->crew);
		return w->crew != NULL;
	}
	if (s->n_launcher)
		return attach(w, s, slots, lock, dir, err);
	w->pool = pool_open(slots, lock, err);
	if (w->pool)
		w->runner = pool_runner(w->pool);
	return w->pool != NULL;
}

void workers_watch(struct workers *w, const struct observer *watch)
{
	if (w->crew)
		crew_watch(w->crew, watch->message, watch->self);
	if (w->attached)
		attached_watch(w->attached, watch->message, watch->self);
}

void workers_show(const struct spec *s)
{
	struct arena a = {0};
	struct str line = {0};

	if (s->n_launcher) {
		command_line(launcher_agent(s, 0, launcher_program(&a), &a), &line);
		fprintf(stderr, "  through %s\n", str_text(&line));
	}
	str_free(&line);
	arena_free(&a);
}

void workers_close(struct workers *w)
{
	if (w->pool)
		pool_close(w->pool);
	if (w->crew)
		crew_close(w->crew);
	if (w->attached)
		attached_close(w->attached);
	arena_free(&w->arena);
	*w = (struct workers){0};
}
