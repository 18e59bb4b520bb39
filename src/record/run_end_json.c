#include "record/run_end_json.h"

#include "base/json_out.h"
#include "record/measured_json.h"

#include <math.h>
#include <string.h>

/* null where the metric was never printed; "nan" where that is what was printed. */
static void add_metric(struct str *out, const char *key, double x, size_t reports)
{
	if (reports)
		json_out_double(out, key, x);
	else
		json_out_number(out, key, x);
}

void run_end_json(const struct run_end *end, struct str *out)
{
	json_out_text(out, "outcome", outcome_name(end->outcome));
	add_metric(out, "value", end->value, end->reports_total);
	json_out_int(out, "exit", end->exit);
	json_out_int(out, "signal", end->signal);
	json_out_double(out, "wall", end->wall);
	json_out_double(out, "user", end->user);
	json_out_double(out, "sys", end->sys);
	json_out_int(out, "maxrss", end->maxrss);
	if (end->cost != 0)
		json_out_double(out, "cost", end->cost);
	json_out_u64(out, "reports_total", end->reports_total);
	add_metric(out, "last", end->last, end->reports_total);
	add_metric(out, "best", end->best, end->reports_total);
	json_out_u64(out, "failures", end->failures);
	if (end->reason)
		json_out_text(out, "reason", end->reason);
	if (end->host)
		json_out_text(out, "host", end->host);
	if (end->unread) {
		json_out_u64(out, "unread", end->unread);
		json_out_text(out, "unread_example", end->unread_example);
	}
	if (end->items) {
		json_out_key(out, "items");
		str_addc(out, '{');
		scores_json(end->items, out);
		str_addc(out, '}');
	}
	measured_json(end, out);
	if (end->steps.trouble) {
		json_out_key(out, "steps");
		steps_json(&end->steps, out);
	}
}

static int get_int(const cJSON *e, const char *name)
{
	double x = 0;

	return json_double(e, name, &x) && x >= -1 && x <= 1024 ? (int)x : 0;
}

static bool not_whole(struct error *err, const char *what)
{
	return error_set(err, ERROR_FILE, "%s that is not whole", what);
}

static bool read_items(const cJSON *json, struct run_end *end, struct arena *a,
                       struct error *err)
{
	struct scores *s;

	if (!json)
		return true;
	s = arena_new(a, 1, sizeof *s);
	end->items = s;
	return scores_read(json, s, a) || not_whole(err, "scores of test items");
}

bool run_end_read(const cJSON *e, struct run_end *end, struct arena *a,
                  struct error *err)
{
	const char *outcome = json_string(e, "outcome"),
		   *reason = json_string(e, "reason"), *host = json_string(e, "host"),
		   *example = json_string(e, "unread_example");
	uint64_t total = 0;
	double rss = 0;

	*end = (struct run_end){
	    .value = (double)NAN, .last = (double)NAN, .best = (double)NAN};
	if (!outcome || !outcome_find(outcome, &end->outcome))
		return error_set(err, ERROR_FILE, "a run has no outcome that is known");
	json_double(e, "value", &end->value);
	json_double(e, "wall", &end->wall);
	json_double(e, "user", &end->user);
	json_double(e, "sys", &end->sys);
	json_double(e, "maxrss", &rss);
	json_double(e, "cost", &end->cost);
	json_double(e, "last", &end->last);
	json_double(e, "best", &end->best);
	end->exit = get_int(e, "exit");
	end->signal = get_int(e, "signal");
	end->failures = (unsigned)get_int(e, "failures");
	end->maxrss = rss > 0 && rss < 0x1p62 ? (int64_t)rss : 0;
	json_u64(e, "reports_total", &total);
	end->reports_total = (size_t)total;
	end->reason = reason ? arena_strdup(a, reason) : NULL;
	end->host = host ? arena_strdup(a, host) : NULL;
	if (example && json_u64(e, "unread", &total))
		end->unread = (size_t)total;
	end->unread_example = end->unread ? arena_strdup(a, example) : NULL;
	steps_read(json_get(e, "steps"), &end->steps);
	return read_items(json_get(e, "items"), end, a, err) &&
	       (measured_read(e, end, a) || not_whole(err, "numbers of a run"));
}

void test_use_json(const struct verdict_use *u, struct str *out)
{
	json_out_u64(out, "use", u->use);
	json_out_number(out, "level", u->level);
	json_out_text(out, "kind", use_kind_name(u->kind));
	json_out_u64(out, "pairs", u->pairs);
	if (u->kind == USE_MORE)
		json_out_u64(out, "begun", u->begun);
	json_out_u64(out, "uses", u->uses);
	json_out_u64(out, "configurations", u->configurations);
	json_out_double(out, "since", u->since);
	json_out_double(out, "begun_at", u->time);
}

static bool read_kind(const char *word, enum use_kind *out)
{
	for (int i = 0; word && i < USE_KINDS; i++)
		if (strcmp(word, use_kind_name((enum use_kind)i)) == 0) {
			*out = (enum use_kind)i;
			return true;
		}
	return false;
}

bool test_use_read(const cJSON *json, struct verdict_use *u, struct error *err)
{
	uint64_t pairs = 0, begun = 0;

	if (!read_kind(json_string(json, "kind"), &u->kind) ||
	    !json_u64(json, "use", &u->use) || !json_double(json, "level", &u->level) ||
	    !(u->level >= 0 && u->level < 0.5) || !json_u64(json, "pairs", &pairs) ||
	    pairs < 1 || pairs > PAIRS_MAX)
		return not_whole(err, "a use of the test data");
	json_u64(json, "begun", &begun);
	if (begun > PAIRS_MAX)
		return not_whole(err, "a use of the test data");
	u->pairs = (size_t)pairs;
	u->begun = (size_t)begun;
	json_u64(json, "uses", &u->uses);
	json_u64(json, "configurations", &u->configurations);
	json_double(json, "since", &u->since);
	json_double(json, "begun_at", &u->time);
	return true;
}
