#include "export/exporting.h"

#include "base/crc.h"
#include "base/json_out.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* In seconds: beyond the year 9999, or no number, it is no time of ours. */
static double sane(double x)
{
	return x > 0 && x < 2.5e11 ? x : 0;
}

double exporting_started(const struct run *r)
{
	return sane(r->started);
}

double exporting_ended(const struct run *r)
{
	return exporting_started(r) + sane(r->wall);
}

int64_t exporting_milliseconds(double wall)
{
	return (int64_t)(sane(wall) * 1000);
}

const char *exporting_outcome(const struct run *r)
{
	return r->state == RUN_FINISHED ? outcome_name(r->outcome) : "running";
}

/* When its first run began; a results file knows it to the second. */
static double began(const struct search *s)
{
	double first = (double)INFINITY;

	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++) {
			double started = exporting_started(&s->trials[i]->runs[r]);

			if (started > 0)
				first = fmin(first, started);
		}
	return isfinite(first) ? floor(first) : 0;
}

const char *exporting_id(const struct exporting *x)
{
	const struct search_origin *o = &x->s->origin;
	const char *yaml = o->yaml ? o->yaml : "";
	char seed[64];
	uint32_t one, two;
	int n = snprintf(seed, sizeof seed, "%llu %.0f",
	                 (unsigned long long)x->s->spec->seed, began(x->s));

	one = crc32c(0, yaml, strlen(yaml));
	two = crc32c(crc32c(1, seed, (size_t)n), yaml, strlen(yaml));
	one = crc32c(one, seed, (size_t)n);
	return arena_printf(x->a, "%08x%08x", one, two);
}

const char *exporting_run_name(const struct exporting *x, const struct trial *t,
                               size_t run)
{
	unsigned long long id = t->id;

	if (t->n_runs < 2)
		return arena_printf(x->a, "trial %llu", id);
	return arena_printf(x->a, "trial %llu.%zu", id, run);
}

bool exporting_begun(const struct run *r)
{
	return r->state != RUN_QUEUED && r->attempts;
}

static struct tm local(double wall)
{
	time_t seconds = (time_t)floor(wall);
	struct tm tm = {0};

	localtime_r(&seconds, &tm);
	return tm;
}

const char *exporting_stamp(const struct exporting *x, double wall)
{
	struct tm tm = local(wall);
	char text[64];

	strftime(text, sizeof text, "%Y%m%d_%H%M%S", &tm);
	return arena_strdup(x->a, text);
}

const char *exporting_time(const struct exporting *x, double wall)
{
	struct tm tm = local(wall);
	char text[64];

	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
	return arena_printf(x->a, "%s.%06d", text, (int)((wall - floor(wall)) * 1e6));
}

void exporting_number(struct str *out, double x)
{
	if (isnan(x))
		str_add(out, "NaN");
	else if (isinf(x))
		str_add(out, x > 0 ? "Infinity" : "-Infinity");
	else
		str_double(out, x);
}

void exporting_facts(const struct trial *t, const struct run *r, struct str *out)
{
	str_addc(out, '{');
	json_out_u64(out, "trial", t->id);
	json_out_int(out, "run", r - t->runs);
	json_out_u64(out, "seed", r->seed);
	json_out_text(out, "outcome", exporting_outcome(r));
	json_out_text(out, "origin", origin_name(t->origin));
	if (t->label)
		json_out_text(out, "label", t->label);
	if (r->reason)
		json_out_text(out, "reason", r->reason);
	json_out_known(out, "wall", r->state == RUN_FINISHED ? r->wall : (double)NAN);
	str_addc(out, '}');
}
