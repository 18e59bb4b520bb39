#include "search/rescheduled.h"
#include "base/json_out.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>

static size_t candidates(const struct search *s)
{
	size_t n = 0;

	while (n < s->n && !s->trials[n]->line.goes_on)
		n++;
	return n;
}

bool rescheduled_init(struct rescheduled *x, const struct search *s, struct error *err)
{
	*x = (struct rescheduled){.search = s};
	x->n = candidates(s);
	if (s->purpose.kind != PURPOSE_SCHEDULE || !x->n || x->n > RESCHEDULED_MOST ||
	    s->n % x->n)
		return error_set(err, ERROR_FILE,
		                 "holds something else than a schedule trained afresh");
	x->intervals = s->n / x->n;
	x->rows = (size_t)s->purpose.pairs;
	for (size_t i = 0; i < x->n; i++) {
		x->c[i].name = s->trials[i]->label ? s->trials[i]->label : "";
		x->c[i].values = arena_new(&x->arena, x->rows, sizeof(double));
	}
	return true;
}

void rescheduled_free(struct rescheduled *x)
{
	arena_free(&x->arena);
	*x = (struct rescheduled){0};
}

static const struct run *find(const struct search *s, uint64_t trial, size_t row)
{
	const struct verdict *v = &s->verdict;

	for (size_t i = 0; i < v->n_runs; i++)
		if (v->runs[i]->phase == PHASE_RERUN && v->runs[i]->key == trial &&
		    v->runs[i]->index == row)
			return &v->runs[i]->run;
	return NULL;
}

static const struct run *find_ok(const struct search *s, uint64_t trial, size_t row)
{
	const struct run *r = find(s, trial, row);

	return r && run_is_ok(r) ? r : NULL;
}

/* Did it begin again, though it was to go on? By the steps that it names: before the
 * last of the interval before; where they are counted: with all reports of the training
 * so far. */
static bool has_forgotten(const struct search *s, uint64_t trial, size_t row)
{
	size_t n = candidates(s);
	const struct run *r = find_ok(s, trial, row), *before, *first;

	if (!n || !r || trial < n || !r->n_reports)
		return false;
	before = find_ok(s, trial - n, row);
	first = find_ok(s, trial % n, row);
	if (!before || !before->n_reports || !first)
		return false;
	if (r->reports[0].counted)
		return first->reports_total > 0 &&
		       r->reports_total > trial / n * first->reports_total;
	return r->reports[0].step < before->reports[before->n_reports - 1].step;
}

const struct run *rescheduled_run(const struct search *s, uint64_t trial, size_t row)
{
	return has_forgotten(s, trial, row) ? NULL : find_ok(s, trial, row);
}

uint64_t rescheduled_seed(const struct search *s, size_t row)
{
	enum { NUMBER = 0 };

	return seed_of_comparison(s->spec->seed, NUMBER, row);
}

/* Has the training of a row ended before its time, or lost its way? */
static bool has_failed(const struct rescheduled *x, size_t c, size_t row)
{
	for (size_t k = 0; k < x->intervals; k++) {
		const struct run *r = find(x->search, k * x->n + c, row);

		if (r && r->state == RUN_FINISHED &&
		    !rescheduled_run(x->search, k * x->n + c, row))
			return true;
	}
	return false;
}

static bool forgot(const struct rescheduled *x, size_t c, size_t row)
{
	for (size_t k = 0; k < x->intervals; k++)
		if (has_forgotten(x->search, k * x->n + c, row))
			return true;
	return false;
}

static void judge(struct rescheduled *x, size_t c)
{
	struct rescheduled_candidate *who = &x->c[c];
	const double sign = search_sign(x->search), *first = x->c[0].values;
	double *kept = arena_new(&x->arena, x->rows, sizeof *kept);
	double *gain = arena_new(&x->arena, x->rows, sizeof *gain);

	who->failed = who->forgot = 0;
	for (size_t r = 0; r < x->rows; r++) {
		const struct run *run =
		    rescheduled_run(x->search, (x->intervals - 1) * x->n + c, r);

		who->values[r] = run ? run->value : (double)NAN;
		who->failed += has_failed(x, c, r);
		who->forgot += forgot(x, c, r);
		x->complete = x->complete && (run || has_failed(x, c, r));
		gain[r] = sign * (who->values[r] - first[r]);
	}
	who->value = stat_of(kept, stat_finite(who->values, x->rows, kept));
	who->half = stat_half_width(who->value, RESCHEDULED_LEVEL);
	who->gain = stat_of(kept, stat_finite(gain, x->rows, kept));
	who->gain_half = stat_half_width(who->gain, RESCHEDULED_LEVEL);
}

void rescheduled_judge(struct rescheduled *x)
{
	x->complete = true;
	for (size_t c = 0; c < x->n; c++)
		judge(x, c);
}

const char *rescheduled_fault(struct rescheduled *x)
{
	const struct verdict *v = &x->search->verdict;

	for (size_t i = 0; i < v->n_runs; i++) {
		const struct verdict_run *r = v->runs[i];

		if (r->run.attempts &&
		    r->run.seed != rescheduled_seed(x->search, r->index))
			return arena_printf(&x->arena,
			                    "trial %llu, row %zu: its seed is not that "
			                    "of the row",
			                    (unsigned long long)r->key, r->index);
	}
	return NULL;
}

static void add_candidate(const struct rescheduled *x, size_t c, struct str *out)
{
	const struct rescheduled_candidate *who = &x->c[c];

	str_addc(out, '{');
	json_out_text(out, "name", who->name);
	json_out_key(out, "values");
	for (size_t r = 0; r < x->rows; r++) {
		str_addc(out, r ? ',' : '[');
		if (isfinite(who->values[r]))
			str_json_double(out, who->values[r]);
		else
			str_add(out, "null");
	}
	str_addc(out, ']');
	json_out_u64(out, "failed", who->failed);
	if (who->forgot)
		json_out_u64(out, "forgot", who->forgot);
	json_out_number(out, "mean", who->value.n ? who->value.mean : (double)NAN);
	json_out_number(out, "half_width", who->half);
	if (c) {
		json_out_key(out, "schedule_better_by");
		str_addc(out, '{');
		json_out_u64(out, "pairs", who->gain.n);
		json_out_number(out, "mean",
		                who->gain.n ? who->gain.mean : (double)NAN);
		json_out_number(out, "half_width", who->gain_half);
		str_addc(out, '}');
	}
	str_addc(out, '}');
}

void rescheduled_json(const struct rescheduled *x, struct str *out)
{
	const struct search *s = x->search;

	str_addc(out, '{');
	json_out_text(out, "what", purpose_name(PURPOSE_SCHEDULE));
	json_out_text(out, "of", s->purpose.of);
	json_out_u64(out, "trial", s->purpose.winner);
	json_out_text(out, "metric", s->spec->metric.name);
	json_out_u64(out, "intervals", x->intervals);
	json_out_u64(out, "seeds", x->rows);
	json_out_double(out, "level", RESCHEDULED_LEVEL);
	json_out_bool(out, "complete", x->complete);
	json_out_key(out, "candidates");
	for (size_t c = 0; c < x->n; c++) {
		str_addc(out, c ? ',' : '[');
		add_candidate(x, c, out);
	}
	str_add(out, "]}\n");
}

bool rescheduled_write(const struct rescheduled *x, struct error *err)
{
	struct str out = {0};
	struct file_new f;
	char path[PATH_MAX];
	bool ok;

	snprintf(path, sizeof path, "%s/schedule.json", x->search->dir);
	rescheduled_json(x, &out);
	ok = file_begin(&f, path, x->search->disk, err);
	if (ok) {
		file_put(&f, out.s, out.len);
		ok = file_commit(&f, err);
	}
	str_free(&out);
	return ok;
}
