#include "study/alarm.h"
#include "run/meant.h"

#include <errno.h>
#include <string.h>

enum { TAIL_LINES = 12, NAMES_SHOWN = 3 };

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

void study_unread_text(struct str *out, const struct unread *u, const char *metric)
{
	str_addf(
	    out,
	    "\n  %zu line%s named %s and no number of it could be read%s:\n    | %s",
	    u->n, str_plural(u->n), metric, u->n == 1 ? "" : "; the first", u->example);
	str_addf(out, "\n  help: %s", meant_number(u->example));
}

void study_guess_text(struct str *out, const char *metric, const char *const *names,
                      size_t n)
{
	const char *near[NAMES_SHOWN];
	size_t found = meant_names(metric, names, n, near, NAMES_SHOWN);

	for (size_t i = 0; i < found; i++)
		str_addf(out, "%s {name: %s}",
		         i ? " or" : "\n  help: did you mean metric:", near[i]);
	str_add(out, found ? "?" : "\n  help: name one of them in metric: {name: …}");
}

/* Why it was not found where the file says that it is. */
static void add_source(struct str *out, const struct run_result *res,
                       const struct metric *m)
{
	if (m->file)
		str_addf(out,
		         "\n  metric.file %s: %s\n  help: file: is seen from where "
		         "the command begins, or from ${dir}, the run's folder; "
		         "hpsearch check --file F.csv FILE.yaml shows what is read in "
		         "a file",
		         m->file,
		         *res->source_trouble ? res->source_trouble
		                              : "no number of that name is in it");
	else if (!res->unread.n)
		str_addf(
		    out,
		    "\n  no line that it printed has what metric.pattern asks for: "
		    "%s\n  help: hpsearch check --log LOG FILE.yaml tries it on a "
		    "log",
		    m->pattern);
}

static void add_keys(struct str *out, const struct run_result *res,
                     const struct metric *m)
{
	const char *metric = m->name;

	if (res->long_lines)
		str_addf(out, "\n  %zu line%s over 1 MiB %s passed over",
		         res->long_lines, str_plural(res->long_lines),
		         res->long_lines == 1 ? "was" : "were");
	if (res->n_keys) {
		str_add(out, "\n  numbers that were seen:");
		for (size_t i = 0; i < res->n_keys; i++)
			str_addf(out, "%s %s", i ? "," : "", res->keys[i]);
		if (res->n_keys == SCRAPE_KEYS)
			str_add(out, ", …");
	}
	if (m->pattern || m->file)
		add_source(out, res, m);
	if (res->unread.n) {
		study_unread_text(out, &res->unread, metric);
	} else if (m->pattern) {
		return;
	} else if (res->n_keys) {
		study_guess_text(out, metric, (const char *const *)res->keys,
		                 res->n_keys);
	} else if (!m->file) {
		str_addf(out,
		         "\n  %s on its stdout, its stderr or in HPSEARCH_RESULTS"
		         "\n  help: print one line per epoch like {\"%s\": 0.25}",
		         res->objects ? "no object with a number in it was found"
		                      : "no line with a JSON object was found",
		         metric);
	}
}

/* What a first run shows may be mended in the script or in the file. */
static void add_way_on(struct str *out, const struct study *s)
{
	if (s->search.dir)
		str_add(out, "\n  help: when the script is mended, the same command "
		             "with --retry-failed goes on; a file that had to change "
		             "begins again with --fresh");
}

static void add_folder(struct str *out, const struct study *s, const struct trial *t,
                       size_t run)
{
	struct task task = {.key = t->id, .index = run};

	task_folder(&task);
	if (s->search.dir)
		str_addf(out, "\n  its folder: %s/%s (run it again with: sh cmd)",
		         s->search.dir, task.folder);
}

static void add_output(struct str *out, const struct run_result *res)
{
	if (!res->tail || !*res->tail) {
		str_add(out, "\n  it printed nothing");
		return;
	}
	str_add(out, "\n  the end of its output:");
	add_tail(out, res->tail);
	if (!res->err_tail || !*res->err_tail)
		return;
	str_add(out, "\n  the end of its stderr:");
	add_tail(out, res->err_tail);
}

static const char *keep(struct study *s, struct str *text)
{
	const char *kept = arena_strdup(&s->search.arena, str_text(text));

	str_free(text);
	return kept;
}

/* An objective, or what a limit is on, that was not among the numbers. */
static void add_lacking(struct str *out, const struct run_result *res, const char *name,
                        bool more)
{
	const char *near[NAMES_SHOWN];
	size_t found = meant_names(name, (const char *const *)res->keys, res->n_keys,
	                           near, NAMES_SHOWN);

	if (more) {
		str_addf(
		    out,
		    "the first run that finished did not report \"%s\", which "
		    "metrics or limits of the file name, among its first %d "
		    "numbers\n  help: print it before the others, or fewer of them",
		    name, SERIES_MAX);
		return;
	}
	str_addf(out,
	         "the first run that finished never reported \"%s\", which metrics or "
	         "limits of the file name\n  numbers that were seen:",
	         name);
	for (size_t i = 0; i < res->n_keys; i++)
		str_addf(out, "%s %s", i ? "," : "", res->keys[i]);
	for (size_t i = 0; i < found; i++)
		str_addf(out, "%s %s", i ? " or" : "\n  help: did you mean", near[i]);
	if (found)
		str_addc(out, '?');
	else
		str_addf(out,
		         "\n  help: print it beside the metric, as in {\"%s\": 12.5}, "
		         "by the end of the run at the latest",
		         name);
}

const char *study_contract_text(struct study *s, const struct trial *t, size_t run,
                                const struct run_result *res)
{
	const struct run *r = &t->runs[run];
	const char *lacks =
	    r->reduction.n ? run_lacks(s->search.spec, r->metrics) : NULL;
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
		add_way_on(&out, s);
		return keep(s, &out);
	}
	if (lacks) {
		add_lacking(&out, res, lacks, r->metrics && r->metrics->more);
		add_output(&out, res);
		add_folder(&out, s, t, run);
		add_way_on(&out, s);
		return keep(s, &out);
	}
	str_addf(&out, "the first run that finished %s the metric \"%s\"",
	         res->unread.n ? "printed no number for" : "never printed",
	         s->search.spec->metric.name);
	add_keys(&out, res, &s->search.spec->metric);
	add_output(&out, res);
	add_folder(&out, s, t, run);
	add_way_on(&out, s);
	return keep(s, &out);
}

const char *study_run_text(struct study *s, const struct trial *t, size_t run,
                           const struct run_result *res)
{
	const struct run *r = &t->runs[run];
	struct str out = {0};

	if (r->outcome == OUTCOME_NO_METRIC || res->spawn_errno)
		return study_contract_text(s, t, run, res);
	str_addf(&out, "the run did not end well: %s", outcome_name(r->outcome));
	if (r->reason)
		str_addf(&out, " (%s)", r->reason);
	add_output(&out, res);
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

	str_addf(&out, "%llu of %llu run%s failed; the first one: ",
	         (unsigned long long)s->session_failures,
	         (unsigned long long)s->session_runs, str_plural(s->session_runs));
	add_first(&out, &s->first_failed);
	str_add(
	    &out,
	    "\n  help: mend the cause and run the same command with --retry-failed");
	return keep(s, &out);
}

const char *study_steps_meaning(const struct study *s)
{
	if (!s->monitor || s->monitor->by_resource)
		return "reports count in the order in which they came";
	if (!s->search.spec->early.step)
		return "early stopping counts reports, in the order in which they came "
		       "(early_terminate: {step: KEY} takes a key's number)";
	return "early stopping takes the last report of each step, and a run to have "
	       "come as far as its largest (is early_terminate: {step: …} the right "
	       "key?)";
}

const char *study_steps_text(struct study *s, const struct trial *t, size_t run)
{
	struct str out = {0};

	str_addf(&out, "warning: the steps of trial %llu run %zu ",
	         (unsigned long long)t->id, run);
	steps_text(&t->runs[run].steps, &out);
	str_addf(&out, ": %s", study_steps_meaning(s));
	return keep(s, &out);
}

const char *study_stopped_text(struct study *s)
{
	struct str out = {0};

	str_addf(&out, "%llu of %llu run%s %s stopped by early_terminate (%s)",
	         (unsigned long long)s->session_stopped,
	         (unsigned long long)s->session_runs, str_plural(s->session_runs),
	         s->session_stopped == 1 ? "was" : "were", s->monitor->rule.type->name);
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
