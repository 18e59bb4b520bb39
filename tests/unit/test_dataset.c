/* What the model is given, and that its fits are kept as long as they hold. */
#include "base/rng.h"
#include "spaces.h"
#include "strategy/dataset.h"
#include "test.h"

enum { TRIALS = 12, EARLIER = 15, DIMENSIONS = 2 };

/* A search of two numbers, of which every trial was seen once. */
struct rig {
	struct maker m;
	struct encoding e;
	struct dataset b;
	struct coord point[TRIALS + EARLIER][DIMENSIONS];
	const struct value *values[TRIALS + EARLIER][DIMENSIONS];
	struct observation seen[TRIALS];
	struct known known[TRIALS];
	struct earlier earlier[EARLIER];
};

static double bowl(const struct coord *p)
{
	return (p[0].u - 0.3) * (p[0].u - 0.3) + 2 * (p[1].u - 0.6) * (p[1].u - 0.6);
}

static void begin(struct rig *r, bool curves, bool tasks)
{
	*r = (struct rig){0};
	maker_range(&r->m, "a", DIST_UNIFORM, 0, 1);
	maker_range(&r->m, "b", DIST_UNIFORM, 0, 1);
	maker_finish(&r->m);
	for (size_t i = 0; i < TRIALS + EARLIER; i++) {
		for (uint32_t j = 0; j < DIMENSIONS; j++)
			r->point[i][j] =
			    (struct coord){rng_unit(7, i, RNG_POINT, j), -1};
		space_decode(&r->m.space, r->point[i], &r->m.a, r->values[i]);
	}
	for (size_t i = 0; i < TRIALS; i++) {
		r->seen[i] = (struct observation){.order = i + 1,
		                                  .state = KNOWN_OK,
		                                  .value = bowl(r->point[i]),
		                                  .stderr_ = (double)NAN,
		                                  .step = 9,
		                                  .n_runs = 1};
		r->known[i] = (struct known){.point = r->point[i],
		                             .values = r->values[i],
		                             .observations = &r->seen[i],
		                             .n = 1};
	}
	encoding_init(&r->e, &r->m.space, curves, tasks);
	dataset_init(&r->b, &r->e, 9, 1);
}

static void end(struct rig *r)
{
	dataset_free(&r->b);
	encoding_free(&r->e);
	maker_free(&r->m);
}

static void gather(struct rig *r, size_t n)
{
	struct history h = {.trials = r->known, .n = n, .known_upto = UINT64_MAX};

	dataset_gather(&r->b, &h, n);
}

/* Whether fits had to be made: those change the view. */
static bool fits(struct rig *r)
{
	r->b.n_view = 0;
	(void)dataset_theta(&r->b);
	return r->b.n_view > 0;
}

TEST(what_was_fitted_is_kept)
{
	struct rig r;
	size_t n_fits;

	begin(&r, false, false);
	for (size_t n = 2; n <= TRIALS; n++) { /* one with each of the first trials */
		gather(&r, n);
		CHECK(fits(&r));
		CHECK_INT(r.b.n_fits, n - 1);
		CHECK_INT(r.b.n_view, n);
		CHECK(!fits(&r));
		gather(&r, n);
		CHECK(!fits(&r));
	}
	/* A proposal that knew less is made again with the fit of that time … */
	n_fits = r.b.n_fits;
	gather(&r, 5);
	CHECK(!fits(&r));
	CHECK_INT(r.b.n_fits, n_fits);
	/* … and those to come have lost nothing. */
	gather(&r, TRIALS);
	CHECK(!fits(&r));
	end(&r);
}

/* A proposal for a trial in the middle knows those before it. */
TEST(later_trials_are_not_known)
{
	struct history h;
	struct rig r;

	begin(&r, false, false);
	h = (struct history){.trials = r.known, .n = 8, .known_upto = UINT64_MAX};
	dataset_gather(&r.b, &h, 5);
	CHECK_INT(r.b.n, 5);
	CHECK_INT(r.b.n_settled, 5);
	dataset_gather(&r.b, &h, 11); /* … of what there is */
	CHECK_INT(r.b.n, 8);
	h.known_upto = 3;
	dataset_gather(&r.b, &h, 5);
	CHECK_INT(r.b.n, 3);
	end(&r);
}

/* With the datum `at` changed, the fits on the data before it stay, the others are made
 * again, and are those of a search that has known nothing else. */
static void check_changed(struct rig *r, size_t at)
{
	struct dataset fresh;
	const double *kept, *made;
	size_t n_theta;

	gather(r, TRIALS);
	kept = dataset_theta(&r->b);
	CHECK_INT(r->b.n_view, TRIALS);
	CHECK_INT(r->b.n_fits, TRIALS - 1);
	dataset_init(&fresh, &r->e, 9, 1);
	dataset_gather(&fresh,
	               &(struct history){
			   .trials = r->known, .n = TRIALS, .known_upto = UINT64_MAX},
	               TRIALS);
	made = dataset_theta(&fresh);
	n_theta = fresh.gp.n_theta;
	CHECK(memcmp(kept, made, n_theta * sizeof *made) == 0);
	dataset_free(&fresh);
	/* Known upto that datum, nothing is new. */
	gather(r, at);
	CHECK(!fits(r));
}

TEST(what_has_changed_is_fitted_anew)
{
	static const size_t at = 6;
	struct rig r;

	begin(&r, true, false);
	gather(&r, TRIALS);
	(void)dataset_theta(&r.b);
	r.seen[at].value += 0.25;
	r.b.n_view = 0;
	check_changed(&r, at);
	r.seen[at].n_runs = 3;
	r.b.n_view = 0;
	check_changed(&r, at);
	/* Seen at a third of its length, so that it is no incumbent either. */
	r.seen[at].state = KNOWN_STOPPED;
	r.seen[at].step = 3;
	r.b.n_view = 0;
	check_changed(&r, at);
	r.seen[at].step = 6;
	r.b.n_view = 0;
	check_changed(&r, at);
	/* Two trials of the same value end the other way round: only their ids differ.
	 */
	r.seen[at] = r.seen[at + 1];
	r.seen[at].order--;
	r.b.n_view = 0;
	check_changed(&r, at);
	r.seen[at].order++;
	r.seen[at + 1].order--;
	r.b.n_view = 0;
	check_changed(&r, at);
	end(&r);
}

/* Repeats tell how large the noise is: their errors count too. */
TEST(changed_errors_are_fitted_anew)
{
	struct rig r;

	begin(&r, false, false);
	for (size_t i = 0; i < TRIALS; i++) {
		r.seen[i].n_runs = 4;
		r.seen[i].stderr_ = 0.01;
	}
	gather(&r, TRIALS);
	(void)dataset_theta(&r.b);
	r.seen[6].stderr_ = 0.04;
	r.b.n_view = 0;
	check_changed(&r, 6);
	end(&r);
}

static void begin_warm(struct rig *r)
{
	begin(r, false, true);
	for (size_t i = 0; i < EARLIER; i++)
		r->earlier[i] =
		    (struct earlier){.point = r->point[TRIALS + i],
		                     .values = r->values[TRIALS + i],
		                     .value = 30 * bowl(r->point[TRIALS + i]) + 7,
		                     .stderr_ = (double)NAN,
		                     .n_runs = 1};
	dataset_earlier(&r->b, r->earlier, EARLIER, 1);
}

/* y is moved and stretched to what the source says of the same points: by the
 * regression of one on the other, with one observation more; and values are found again
 * in it. */
TEST(values_are_put_on_the_scale_of_the_source)
{
	struct rig r;
	double y[TRIALS], z[TRIALS], value[TRIALS], my = 0, mz = 0, yy = 1, zz = 1,
						    yz = 0, variance, slope;

	begin_warm(&r);
	r.seen[4].state = KNOWN_FAILED;
	r.seen[4].value = (double)NAN;
	gather(&r, TRIALS);
	dataset_look_at(&r.b, r.b.n, r.b.n, 0, 0, NULL);
	dataset_load(&r.b, r.b.n);
	for (size_t i = 0; i < TRIALS; i++)
		value[i] = r.seen[i].value;
	(void)target_fit(value, TRIALS, y);
	for (size_t i = 0; i < TRIALS; i++) {
		gp_predict(&r.b.sources[0], r.b.rows + (EARLIER + i) * r.e.width, 1,
		           &z[i], &variance);
		my += i == 4 ? 0 : y[i] / (TRIALS - 1);
		mz += i == 4 ? 0 : z[i] / (TRIALS - 1);
	}
	for (size_t i = 0; i < TRIALS; i++)
		if (i != 4) {
			yy += (y[i] - my) * (y[i] - my);
			zz += (z[i] - mz) * (z[i] - mz);
			yz += (y[i] - my) * (z[i] - mz);
		}
	slope = (yz + sqrt(yy / zz)) / zz;
	CHECK(slope > 0.3 * sqrt(yy / zz));
	for (size_t i = 0; i < TRIALS; i++) {
		CHECK_DOUBLE(r.b.gp.y[EARLIER + i], (y[i] - my) / slope + mz, 1e-12);
		if (i != 4)
			CHECK_DOUBLE(target_undo(&r.b.target, r.b.gp.y[EARLIER + i]),
			             value[i], 1e-12);
	}
	CHECK_DOUBLE(r.b.gp.y[EARLIER + 4], r.b.target.failed, 1e-12);
	end(&r);
}

/* The first fit waits for two trials of this search, however many the source has. */
TEST(trials_of_a_source_are_not_counted)
{
	struct rig r;

	begin_warm(&r);
	gather(&r, 1);
	CHECK(!fits(&r));
	gather(&r, 2);
	CHECK(fits(&r));
	CHECK_INT(r.b.n_view, EARLIER + 2);
	CHECK_INT(r.b.n_fits, 1);
	gather(&r, 3);
	CHECK(fits(&r));
	CHECK_INT(r.b.n_fits, 2);
	end(&r);
}

TEST_MAIN(what_was_fitted_is_kept, later_trials_are_not_known,
          what_has_changed_is_fitted_anew, changed_errors_are_fitted_anew,
          values_are_put_on_the_scale_of_the_source, trials_of_a_source_are_not_counted)
