#include "search/prospect.h"
#include "base/json_out.h"

#include <math.h>
#include <stdlib.h>

enum { CONSTANT_TRIALS = 3 };

static uint64_t next_moment(uint64_t trials)
{
	uint64_t step = trials / 10;

	return trials ? trials + (step < 5 ? 5 : step) : ADVICE_TRIALS;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The order of the end of the n-th trial with a value; UINT64_MAX: of all. */
static uint64_t moment_of(const struct search *s, uint64_t n)
{
	uint64_t *order = mem_new(s->n + 1, sizeof *order), at = UINT64_MAX;
	size_t k = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->trials[i]->outcome == OUTCOME_OK)
			order[k++] = s->trials[i]->order;
	if (k)
		qsort(order, k, sizeof *order, ascending);
	if (n <= k)
		at = order[n - 1];
	free(order);
	return at;
}

static struct advice advice_at(const struct search *s, uint64_t seen,
                               const struct advice_repeats *more,
                               struct advice_model *model)
{
	struct history h = {.trials = s->known, .n = s->n, .known_upto = seen};
	struct advice a;

	advice_make(&s->spec->space, &h, s->spec->seed, s->adaptive, more, model, &a);
	return a;
}

bool prospect_constant(const struct search *s, double *value)
{
	uint64_t n = 0;

	for (size_t i = 0; s->spec->metric.name && i < s->n; i++) {
		const struct trial *t = s->trials[i];

		if (t->outcome != OUTCOME_OK)
			continue;
		if (n && t->value != *value)
			return false;
		*value = t->value;
		n++;
	}
	return n >= CONSTANT_TRIALS;
}

/* What the re-runs of the verification say of the noise of a run. */
static struct advice_repeats reruns(const struct search *s)
{
	struct advice_repeats r = {0};

	for (size_t i = 0; i < s->verdict.n; i++) {
		struct moments m = s->verdict.candidates[i].stat[PHASE_RERUN];

		if (m.n < 2 || !isfinite(m.variance))
			continue;
		r.squares += m.variance * (double)(m.n - 1);
		r.df += (double)(m.n - 1);
	}
	return r;
}

static void say(const struct advice *a, struct str *out)
{
	if (a->constant) {
		str_add(out, "every trial has given exactly the same value");
		return;
	}
	if (a->enough)
		str_addf(out,
		         "what a model of the trials still sees to gain is less than "
		         "the noise of a value, %.2g",
		         a->noise);
	else
		str_addf(out,
		         "nothing better by more than the noise, %.2g, in %zu trials, "
		         "and a model of them expects %.2g from one more",
		         a->noise, a->since,
		         a->evenly > 0 ? a->evenly : a->improvement);
	if (!a->enough && a->evenly > 0)
		str_addf(out, " like these, %.2g from the best that there is",
		         a->improvement);
	if (a->sees)
		str_addf(out,
		         "; as far as it sees, at most %.2g is left to gain (it "
		         "explains %.0f %% of the differences, and cannot see a well "
		         "that lies between the trials)",
		         a->bound, 100 * a->r2);
	else if (a->crowded)
		str_addf(
		    out,
		    "; how much may be left to gain it cannot say: what it finds "
		    "is so narrow that the space has room for %.0f such pieces, too "
		    "many for these trials to have met the best",
		    a->pieces);
	else
		str_add(out, "; it explains too little of the differences between "
		             "trials to say how much may be left to gain");
}

bool prospect_stop(struct search *s, const char **why)
{
	uint64_t next = next_moment(s->advised);

	for (; next <= s->ok; next = next_moment(s->advised)) {
		struct advice a = advice_at(s, moment_of(s, next), NULL, NULL);

		s->advised = next;
		if (a.enough || a.plateau) {
			struct str text = {0};

			say(&a, &text);
			*why = arena_printf(&s->arena, "after %llu trials, %s",
			                    (unsigned long long)next, str_text(&text));
			str_free(&text);
			return true;
		}
	}
	return false;
}

void prospect_judge(struct search *s)
{
	struct advice_repeats more = reruns(s);

	s->advice = (struct advice){0};
	/* Its gain is one in the metric, whatever the limits and other objectives; and
	 * the intervals of a population are no independent trials of a space. */
	if (s->spec->metric.name && !s->spec->n_criteria &&
	    s->spec->method != METHOD_PBT && s->ok >= ADVICE_TRIALS)
		s->advice = advice_at(s, UINT64_MAX, &more, &s->model);
}

/* What else the trials are judged by may differ where the metric does not. */
static bool criteria_differ(const struct search *s)
{
	const struct trial *first = NULL;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];

		if (t->outcome != OUTCOME_OK || !t->criteria)
			continue;
		if (!first)
			first = t;
		for (size_t k = 0; k < s->spec->n_criteria; k++) {
			if (t->criteria[k] != first->criteria[k])
				return true;
		}
	}
	return false;
}

void prospect_text(const struct search *s, struct str *out)
{
	double value;

	if (prospect_constant(s, &value) && !criteria_differ(s)) {
		str_add(out, "advice: every trial gave exactly ");
		str_double(out, value);
		str_add(out, ": do the parameters reach the script? (hpsearch check "
		             "FILE.yaml shows the commands)\n");
		return;
	}
	if (!s->advice.enough && !s->advice.plateau)
		return;
	str_add(out, "advice: more trials of this space will hardly help: ");
	say(&s->advice, out);
	str_addc(out, '\n');
}

void prospect_json(const struct search *s, struct str *out)
{
	const struct advice *a = &s->advice;

	if (a->trials < ADVICE_TRIALS)
		return;
	str_add(out, ",\n");
	json_out_key(out, "advice");
	str_addc(out, '{');
	json_out_u64(out, "trials", a->trials);
	json_out_double(out, "bound", a->bound);
	json_out_double(out, "r2", a->r2);
	if (!a->constant)
		json_out_double(out, "pieces", a->pieces);
	json_out_double(out, "noise", a->noise);
	json_out_double(out, "repeated", a->repeated);
	json_out_double(out, "improvement", a->improvement);
	if (a->evenly > 0)
		json_out_double(out, "evenly", a->evenly);
	json_out_u64(out, "since", a->since);
	json_out_bool(out, "enough", a->enough);
	json_out_bool(out, "plateau", a->plateau);
	if (a->constant)
		json_out_bool(out, "constant", true);
	str_addc(out, '}');
}
