#include "cli/workers.h"

#include "base/clock.h"
#include "cli/cluster.h"
#include "config/command.h"
#include "config/launcher.h"
#include "run/attached.h"
#include "run/pool.h"

#include <stdio.h>

/* Of logins over ssh: a server drops those beyond its MaxStartups (10). */
enum { LOGINS = 4 };

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
	const char *program = launcher_program(&w->arena);

	for (size_t i = 0; i < slots; i++) {
		places[i].host = s->n_places ? s->places[i].host : NULL;
		places[i].argv[0] = launcher_words(s, i, program, &w->arena);
		places[i].argv[1] = launcher_words(s, i, "hpsearch", &w->arena);
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
		command_line(launcher_words(s, 0, launcher_program(&a), &a), &line);
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
