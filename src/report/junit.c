#include "report/junit.h"
#include "base/clock.h"
#include "report/ranking.h"
#include "report/text.h"

#include <math.h>
#include <string.h>

void junit_text(struct str *out, const char *text)
{
	struct str clean = {0};

	text_clean(&clean, text);
	for (const char *p = str_text(&clean); *p; p++)
		switch (*p) {
		case '<': str_add(out, "&lt;"); break;
		case '>': str_add(out, "&gt;"); break;
		case '&': str_add(out, "&amp;"); break;
		case '"': str_add(out, "&quot;"); break;
		case '\'': str_add(out, "&apos;"); break;
		default:
			/* Of UTF-8 only U+FFFE and U+FFFF are no characters of XML. */
			if (strncmp(p, "\xef\xbf\xbe", 3) == 0 ||
			    strncmp(p, "\xef\xbf\xbf", 3) == 0) {
				str_add(out, "\xef\xbf\xbd");
				p += 2;
			} else {
				str_addc(out, *p);
			}
		}
	str_free(&clean);
}

static void attribute(struct str *out, const char *name, const char *text)
{
	str_addf(out, " %s=\"", name);
	junit_text(out, text);
	str_addc(out, '"');
}

enum result { PASSED, FAILURE, ERROR, SKIPPED, RESULTS };

/* A suite under way: its cases are gathered, since its head has their numbers. */
struct suite {
	const char *name;
	struct str cases;
	size_t n[RESULTS];
	double time;
};

/* type: of a failure or an error; message: NULL: none. */
static void add_case(struct suite *x, const char *group, const char *name, double time,
                     enum result result, const char *type, const char *message,
                     const char *output)
{
	static const char *const tags[] = {
	    [FAILURE] = "failure", [ERROR] = "error", [SKIPPED] = "skipped"};
	struct str *out = &x->cases;

	x->n[result]++;
	x->time += time;
	str_add(out, "    <testcase");
	attribute(out, "classname", group);
	attribute(out, "name", name);
	str_addf(out, " time=\"%.3f\">", time);
	if (result != PASSED) {
		str_addf(out, "\n      <%s", tags[result]);
		if (result != SKIPPED)
			attribute(out, "type", type);
		if (message)
			attribute(out, "message", message);
		str_add(out, "/>");
	}
	if (output && *output) {
		str_add(out, "\n      <system-out>");
		junit_text(out, output);
		str_add(out, "</system-out>");
	}
	str_add(out, "\n    </testcase>\n");
}

static size_t cases(const struct suite *x)
{
	return x->n[PASSED] + x->n[FAILURE] + x->n[ERROR] + x->n[SKIPPED];
}

static void counts(const struct suite *x, struct str *out)
{
	str_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", cases(x),
	         x->n[FAILURE], x->n[ERROR]);
}

/* s: that it is of; NULL: of many. */
static void end_suite(struct suite *x, const struct search *s, struct suite *all,
                      struct str *out)
{
	char iso[32];

	str_add(out, "  <testsuite");
	attribute(out, "name", x->name);
	counts(x, out);
	str_addf(out, " skipped=\"%zu\" time=\"%.3f\"", x->n[SKIPPED], x->time);
	if (s && s->origin.started > 0) {
		clock_iso(s->origin.started, iso);
		iso[strcspn(iso, "Z")] = '\0';
		attribute(out, "timestamp", iso);
	}
	attribute(out, "hostname", s && s->origin.host ? s->origin.host : "localhost");
	str_add(out, ">\n");
	str_add(out, str_text(&x->cases));
	str_add(out, "  </testsuite>\n");
	for (int r = 0; r < RESULTS; r++)
		all->n[r] += x->n[r];
	str_free(&x->cases);
}

static enum result result_of(enum outcome o)
{
	switch (o) {
	case OUTCOME_OK: return PASSED;
	case OUTCOME_FAILED:
	case OUTCOME_TIMEOUT:
	case OUTCOME_NO_METRIC:
	case OUTCOME_DIVERGED: return FAILURE;
	case OUTCOME_KILLED:
	case OUTCOME_OOM: return ERROR;
	case OUTCOME_NONE:
	case OUTCOME_STOPPED:
	case OUTCOME_INFEASIBLE:
	case OUTCOME_PREEMPTED: break;
	}
	return SKIPPED;
}

static void add_trial(struct suite *x, const struct search *s, const struct trial *t)
{
	const char *outcome = t->outcome == OUTCOME_NONE
	                          ? ranking_waits(s, ranking_foremost(t))
	                          : outcome_name(t->outcome);
	struct str name = {0}, message = {0}, output = {0};

	str_addf(&name, "trial %llu", (unsigned long long)t->id);
	if (t->label)
		str_addf(&name, " %s", t->label);
	str_add(&message, outcome);
	if (t->reason)
		str_addf(&message, ": %s", t->reason);
	space_json(&s->spec->space, t->values, &output);
	if (t->outcome == OUTCOME_OK && s->spec->metric.name) {
		str_addf(&output, " %s ", s->spec->metric.name);
		str_double(&output, t->value);
	}
	add_case(x, "trials", str_text(&name), trial_wall(t), result_of(t->outcome),
	         outcome, str_text(&message), str_text(&output));
	str_free(&name);
	str_free(&message);
	str_free(&output);
}

static double verification_time(const struct verdict *v)
{
	double sum = 0;

	for (size_t i = 0; i < v->n_runs; i++)
		sum += v->runs[i]->run.wall;
	return sum;
}

static void add_verification(struct suite *x, const struct verdict *v)
{
	const char *name = v->fronts
	                       ? "a point of the front is better than the defaults"
	                       : "the winner is better than the defaults";
	double time = verification_time(v);

	if (!v->wanted)
		add_case(x, "verification", name, time, SKIPPED, "", "not asked for",
		         NULL);
	else if (!v->done)
		add_case(x, "verification", name, time, SKIPPED, "", "not over", NULL);
	else if (v->answer == ANSWER_NO_BASELINE)
		add_case(x, "verification",
		         v->fronts ? "points of the front ran again"
		                   : "the winner ran again",
		         time, PASSED, "", NULL,
		         "there are no defaults to compare with");
	else
		add_case(x, "verification", name, time,
		         v->answer == ANSWER_YES ? PASSED : FAILURE,
		         answer_name(v->answer), answer_name(v->answer), NULL);
}

static void add_exit(struct suite *x, const struct study *s, int code)
{
	struct str state = {0}, message = {0};

	ranking_state(s, &state);
	str_addf(&message, "exit code %d: %s", code, str_text(&state));
	add_case(x, "search", "exit code 0", search_elapsed(&s->search),
	         code ? FAILURE : PASSED, "exit code", str_text(&message),
	         code ? NULL : str_text(&state));
	str_free(&state);
	str_free(&message);
}

static void end_suites(const char *name, const struct suite *all, double time,
                       const struct str *suites, struct str *out)
{
	str_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	attribute(out, "name", name ? name : "hpsearch");
	counts(all, out);
	str_addf(out, " time=\"%.3f\">\n%s</testsuites>\n", time, str_text(suites));
}

void junit_list(const char *suite, const struct junit_case *list, size_t n,
                struct str *out)
{
	struct suite all = {0}, cases_of = {.name = suite};
	struct str text = {0};
	double time = 0;

	for (size_t i = 0; i < n; i++) {
		add_case(&cases_of, suite, list[i].name, list[i].time,
		         list[i].failed ? FAILURE
		         : list[i].open ? SKIPPED
		                        : PASSED,
		         list[i].message, list[i].message, NULL);
		time += list[i].time;
	}
	end_suite(&cases_of, NULL, &all, &text);
	end_suites(NULL, &all, time, &text, out);
	str_free(&text);
}

void junit_write(struct study *s, int exit_code, size_t top, struct str *out)
{
	struct arena a = {0};
	struct trial **order = search_rank(&s->search, &a);
	struct suite all = {0}, trials = {.name = "trials"},
		     verification = {.name = "verification"},
		     search = {.name = "search"};
	struct str suites = {0};

	for (size_t i = 0; i < s->search.n && (!top || i < top); i++)
		add_trial(&trials, &s->search, order[i]);
	add_verification(&verification, &s->search.verdict);
	add_exit(&search, s, exit_code);
	end_suite(&trials, &s->search, &all, &suites);
	end_suite(&verification, &s->search, &all, &suites);
	end_suite(&search, &s->search, &all, &suites);
	end_suites(s->search.spec->name, &all, search_elapsed(&s->search), &suites,
	           out);
	str_free(&suites);
	arena_free(&a);
}
