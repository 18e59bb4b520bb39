#include "study/alarm.h"

#include <errno.h>
#include <string.h>

enum { TAIL_LINES = 12 };

/* The last lines of a text, each indented, control characters made harmless. */
static void add_tail(struct str *out, const char *text)
{
	const char *p = text + strlen(text);
	int lines = 0;

	while (p > text && p[-1] == '\n')
		p--;
	while (p > text && !(p[-1] == '\n' && ++lines == TAIL_LINES))
		p--;
	str_add(out, "\n    | ");
	for (; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '\n' && p[1])
			str_add(out, "\n    | ");
		else if (c != '\n')
			str_addc(out, c < 0x20 && c != '\t' ? '?' : (char)c);
	}
}

static void add_keys(struct str *out, const struct run_result *res, const char *metric)
{
	const char *near =
	    str_nearest(metric, (const char *const *)res->keys, res->n_keys);

	if (!res->n_keys) {
		str_add(
		    out,
		    "\n  no line of its output held a JSON object with a number in it");
		str_addf(out, "\n  help: print one line per epoch like {\"%s\": 0.25}",
		         metric);
		return;
	}
	str_add(out, "\n  numbers that were seen:");
	for (size_t i = 0; i < res->n_keys; i++)
		str_addf(out, "%s %s", i ? "," : "", res->keys[i]);
	if (near)
		str_addf(out, "\n  help: did you mean metric: {name: %s}?", near);
	else
		str_add(out, "\n  help: name one of them in metric: {name: …}");
}

static void add_folder(struct str *out, const struct study *s, const struct trial *t,
                       size_t run)
{
	if (s->search.dir)
		str_addf(
		    out,
		    "\n  its folder: %s/trials/%04llu/r%zu (run it again with: sh cmd)",
		    s->search.dir, (unsigned long long)t->id, run);
}

static void add_output(struct str *out, const struct run_result *res)
{
	if (res->tail && *res->tail) {
		str_add(out, "\n  the end of its output:");
		add_tail(out, res->tail);
	} else {
		str_add(out, "\n  it printed nothing");
	}
}

static const char *keep(struct study *s, struct str *text)
{
	const char *kept = arena_strdup(&s->search.arena, str_text(text));

	str_free(text);
	return kept;
}

const char *study_contract_text(struct study *s, const struct trial *t, size_t run,
                                const struct run_result *res)
{
	struct str out = {0};

	if (res->spawn_errno) {
		str_addf(&out, "the training command cannot be executed: %s",
		         strerror(res->spawn_errno));
		str_add(
		    &out,
		    res->spawn_errno == E2BIG
			? "\n  help: a value is too long for a command line (Linux "
			  "takes 128 KiB in one word); put ${args_json_file} in the "
			  "place of ${args}: the name of a JSON file with all of them "
			  "(HPSEARCH_CONFIG names it too)"
			: "\n  help: check its first word; a script needs its "
			  "interpreter before it (python3, train.py) or a #! line and "
			  "chmod +x");
		add_folder(&out, s, t, run);
		return keep(s, &out);
	}
	str_addf(&out, "the first run that finished never printed the metric \"%s\"",
	         s->search.spec->metric.name);
	add_keys(&out, res, s->search.spec->metric.name);
	add_output(&out, res);
	add_folder(&out, s, t, run);
	return keep(s, &out);
}

void alarm_keep(struct study *s, struct first_run *first, const struct trial *t,
                size_t run, const struct run_result *res)
{
	struct str out = {0};

	if (first->trial)
		return;
	add_output(&out, res);
	add_folder(&out, s, t, run);
	*first = (struct first_run){.trial = t, .run = run, .shown = keep(s, &out)};
}

static void add_first(struct str *out, const struct first_run *first)
{
	const struct run *r = &first->trial->runs[first->run];

	str_addf(out, "trial %llu, %s", (unsigned long long)first->trial->id,
	         outcome_name(r->outcome));
	if (r->reason)
		str_addf(out, " (%s)", r->reason);
	str_add(out, first->shown);
}

const char *study_guard_text(struct study *s)
{
	struct str out = {0};

	str_addf(&out, "%llu of %llu runs failed; the first one: ",
	         (unsigned long long)s->session_failures,
	         (unsigned long long)s->session_runs);
	add_first(&out, &s->first_failed);
	str_add(
	    &out,
	    "\n  help: mend the cause and run the same command with --retry-failed");
	return keep(s, &out);
}

const char *study_stopped_text(struct study *s)
{
	struct str out = {0};

	str_addf(&out, "%llu of %llu runs were stopped by early_terminate (%s)",
	         (unsigned long long)s->session_stopped,
	         (unsigned long long)s->session_runs, s->monitor->rule.type->name);
	if (s->session_failures)
		str_addf(&out, ", %llu failed",
		         (unsigned long long)s->session_failures);
	str_add(&out, ": none has come to its end, so there is nothing to rank; the "
	              "first one: ");
	add_first(&out, &s->first_stopped);
	str_add(&out,
	        "\n  help: give early_terminate a limit that good runs keep; that is "
	        "another search (--fresh, or --out DIR), while the same command tries "
	        "further trials under the limit that there is");
	if (s->session_failures)
		str_add(&out, " (with --retry-failed also those that failed)");
	return keep(s, &out);
}
