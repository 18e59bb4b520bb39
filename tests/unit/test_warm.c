/* Trials of earlier searches: by source, and which of them are tried first. */
#include "search/warm.h"
#include "spaces.h"
#include "test.h"

struct rig {
	struct maker m;
	struct arena a;
	struct warm w;
};

/* One parameter, a: the trial's u. */
static void add_trial(struct rig *r, double u, double value)
{
	struct coord *point = arena_new(&r->a, 1, sizeof *point);
	struct earlier *e = warm_add_trial(&r->w);

	*point = (struct coord){u, -1};
	warm_place(e, &r->m.space, point, &r->a);
	e->value = value;
	e->n_runs = 1;
}

static void end_source(struct rig *r, const char *path, uint64_t taken)
{
	warm_add_source(&r->w, path, &r->a)->taken = taken;
	r->w.n_sources++;
}

/* Two sources: three trials, of which one failed, then four, of which one is as in the
 * first. */
static void begin(struct rig *r)
{
	*r = (struct rig){0};
	maker_range(&r->m, "a", DIST_UNIFORM, 0, 1);
	maker_finish(&r->m);
	add_trial(r, 0.1, 5);
	add_trial(r, 0.2, (double)NAN);
	add_trial(r, 0.3, 4);
	end_source(r, "one", 3);
	add_trial(r, 0.3, -1);
	add_trial(r, 0.5, 30);
	add_trial(r, 0.6, 10);
	add_trial(r, 0.7, 20);
	end_source(r, "two", 4);
}

static void end(struct rig *r)
{
	warm_free(&r->w);
	arena_free(&r->a);
	maker_free(&r->m);
}

TEST(trials_stay_with_their_source)
{
	struct rig r;
	struct warm w = {0};

	begin(&r);
	warm_append(&w, &r.w, 1, &r.a); /* in the other order */
	warm_append(&w, &r.w, 0, &r.a);
	CHECK_INT(w.n_sources, 2);
	CHECK_STR(w.sources[0].path, "two");
	CHECK_STR(w.sources[1].path, "one");
	CHECK_INT(w.sources[0].taken, 4);
	CHECK_INT(w.n, 7);
	for (size_t i = 0; i < 7 && i < w.n; i++) {
		const struct earlier *was = &r.w.earlier[(i + 3) % 7];

		CHECK_INT(w.earlier[i].source, i < 4 ? 0 : 1);
		CHECK(w.earlier[i].point == was->point);
		CHECK(isnan(was->value) ? isnan(w.earlier[i].value)
		                        : w.earlier[i].value == was->value);
	}
	warm_free(&w);
	end(&r);
}

static void check_first(const struct rig *r, const double *u, size_t n)
{
	CHECK_INT(r->w.n_first, n);
	for (size_t i = 0; i < n && i < r->w.n_first; i++)
		CHECK_DOUBLE(r->w.first[i]->point->u, u[i], 0);
}

/* The best of each in turn, none that failed, none twice, five at the most. */
TEST(the_best_of_each_come_first)
{
	struct coord defaults = {0.6, -1};
	struct rig r;

	begin(&r);
	warm_choose(&r.w, &r.m.space, NULL, &r.a);
	/* 0.3 is taken when it is the second's turn. */
	check_first(&r, (const double[]){0.3, 0.6, 0.1, 0.7, 0.5}, 5);
	warm_choose(&r.w, &r.m.space, &defaults, &r.a);
	check_first(&r, (const double[]){0.3, 0.7, 0.1, 0.5}, 4);
	end(&r);
	begin(&r);
	r.w.n_sources = 1; /* three of a single one */
	r.w.n = 3;
	add_trial(&r, 0.8, 6);
	add_trial(&r, 0.9, 7);
	for (size_t i = 3; i < 5; i++)
		r.w.earlier[i].source = 0;
	warm_choose(&r.w, &r.m.space, NULL, &r.a);
	check_first(&r, (const double[]){0.3, 0.1, 0.8}, 3);
	end(&r);
}

TEST_MAIN(trials_stay_with_their_source, the_best_of_each_come_first)
