#include "cli/cli.h"
#include "base/clock.h"
#include "convert/convert.h"
#include "report/plan.h"
#include "report/text.h"
#include "run/capture.h"
#include "saved/earlier.h"
#include "saved/saved.h"
#include "study/code.h"
#include "study/cpus.h"
#include "study/gpus.h"
#include "study/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cli_say(const char *who, const char *text)
{
	struct str out = {0};

	text_tail(&out, text, strlen(text), SIZE_MAX, "");
	fprintf(stderr, "%s: %s", who, out.len ? str_text(&out) : "\n");
	str_free(&out);
}

int cli_fail(const struct error *err)
{
	cli_say("hpsearch", err->text);
	return exit_decide(err, NULL, NULL);
}

bool cli_is_new(const char *path, struct error *err)
{
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0 ||
	       error_set(err, ERROR_USAGE,
	                 "%s is there already, and is not written over\n"
	                 "  help: give another name behind -o",
	                 path);
}

bool cli_write(const struct options *o, const struct str *text, struct error *err)
{
	if (!o->output) {
		cli_print(text);
		return true;
	}
	return cli_is_new(o->output, err) &&
	       file_replace(o->output, &disk_real, str_text(text), text->len, err);
}

void cli_interrupted(const char *dir)
{
	fprintf(stderr,
	        "interrupted; everything is saved in %s, and the same command "
	        "continues it\n",
	        dir);
}

void cli_print(const struct str *text)
{
	fwrite(str_text(text), 1, text->len, stdout);
}

/* What is wrong with somebody else's file is, before all, whose it is. */
static bool explain_owner(struct options *o, struct error *err)
{
	const char *owner =
	    err->kind == ERROR_FILE ? convert_owner_of_file(o->file, &o->arena) : NULL;

	if (owner)
		return error_set(
		    err, ERROR_FILE,
		    "%s: this is a file of %s\n  help: hpsearch convert %s -o "
		    "space.yaml",
		    o->file, owner, o->file);
	return false;
}

bool cli_load_spec(struct options *o, struct spec *s, bool announce, struct error *err)
{
	struct spec_overrides over = {.set = o->set,
	                              .n_set = o->n_set,
	                              .command = o->command,
	                              .strict = o->strict,
	                              .capped = o->max_trials > 0};

	if (!spec_load(s, o->file, &over, &o->arena, err))
		return explain_owner(o, err);
	for (size_t i = 0; announce && i < s->notices.n; i++)
		if (s->notices.list[i].warning || o->verbose >= 0)
			fprintf(stderr, "%s: %s\n",
			        s->notices.list[i].warning ? "warning" : "notice",
			        s->notices.list[i].text);
	return true;
}

bool cli_needs_command(const struct spec *s, struct error *err)
{
	return s->has_command ||
	       error_set(err, ERROR_FILE,
	                 "%s: has neither a program nor a command\n"
	                 "  help: give one with --command 'python3 train.py ${args}'",
	                 s->yaml.path);
}

bool cli_needs_no_items(const struct spec *s, struct error *err)
{
	return !s->items.present ||
	       error_set(err, ERROR_USAGE,
	                 "%s: a search over items is not run again in this version\n"
	                 "  help: hpsearch show and best read it",
	                 s->yaml.path);
}

bool cli_is_search(const struct saved *sv, struct error *err)
{
	static const char *const what[PURPOSES] = {[PURPOSE_ABLATION] = "an ablation",
	                                           [PURPOSE_RECHECK] = "a recheck",
	                                           [PURPOSE_SCHEDULE] =
	                                               "a schedule trained afresh"};
	enum purpose_kind kind = sv->study.search.purpose.kind;

	return kind == PURPOSE_SEARCH ||
	       error_set(err, ERROR_USAGE,
	                 "%s: is no search but %s\n  help: give the directory of the "
	                 "search",
	                 sv->path, what[kind]);
}

bool cli_is_unchanged(const struct saved *sv, struct error *err)
{
	return !sv->from_file || sv->intact ||
	       error_set(err, ERROR_FILE,
	                 "%s was changed after it was written\n  help: hpsearch replay "
	                 "tells more",
	                 sv->path);
}

void cli_warn_of_changes(const struct saved *sv)
{
	if (sv->from_file && (!sv->intact || sv->damage))
		fprintf(stderr,
		        "warning: %s was changed after it was written (hpsearch replay "
		        "tells more)\n",
		        sv->path);
}

const char *cli_host(struct arena *a)
{
	char host[256] = "";

	gethostname(host, sizeof host - 1);
	return arena_strdup(a, host);
}

const char *cli_git(struct arena *a)
{
	char *const argv[] = {(char[]){"git"},
	                      (char[]){"describe"},
	                      (char[]){"--always"},
	                      (char[]){"--dirty"},
	                      (char[]){"--abbrev=12"},
	                      (char[]){"--exclude=*"},
	                      NULL};
	char line[128];

	capture(argv, line, sizeof line);
	line[strcspn(line, "\n")] = '\0';
	return arena_strdup(a, line);
}

/* Runs that keep their numbers in one place could not be told apart. */
static bool own_file(const struct spec *s, const struct metric *m, size_t slots,
                     struct error *err)
{
	return !m->file || strstr(m->file, "${") ||
	       error_set(err, ERROR_FILE,
	                 "%s: metric.file %s is one place for %zu runs at once: whose "
	                 "numbers are in it?\n"
	                 "  help: give every run a folder of its own, ${dir} in the "
	                 "command and in metric.file, or run one at a time (-j1)",
	                 s->yaml.path, m->file, slots);
}

static void say(const struct options *o, const char *note)
{
	if (note && o->verbose >= 0)
		fprintf(stderr, "notice: %s\n", note);
}

bool cli_slots(const struct options *o, struct spec *s, size_t *slots,
               struct error *err)
{
	struct gpu_source from = {.inherited = getenv("CUDA_VISIBLE_DEVICES"),
	                          .root = ""};
	struct cpu_source cpus = {.root = ""};
	const char *note;

	if (!gpus_find(s, &from, s->arena, &note, err))
		return false;
	say(o, note);
	*slots = o->parallel ? o->parallel : s->parallel;
	if (s->n_places && *slots > s->n_places) {
		say(o,
		    arena_printf(s->arena,
		                 "hosts have room for %zu run%s at once, not for %zu",
		                 s->n_places, str_plural(s->n_places), *slots));
		*slots = s->n_places;
	}
	if (s->n_slots && *slots > s->n_slots) {
		say(o, arena_printf(s->arena,
		                    "gpus has room for %zu run%s at once, not for the "
		                    "%zu of -j (runs_per_gpu lets more of them share "
		                    "one)",
		                    s->n_slots, str_plural(s->n_slots), *slots));
		*slots = s->n_slots;
	}
	if (!s->n_slots && *slots > 1 && from.inherited && strchr(from.inherited, ','))
		say(o, arena_printf(s->arena,
		                    "each of %zu runs at once sees all of the "
		                    "inherited CUDA_VISIBLE_DEVICES=%s (gpus: auto "
		                    "gives every run one of them)",
		                    *slots, from.inherited));
	if (s->n_slots > *slots)
		s->n_slots = *slots;
	say(o, cpus_find(s, *slots, &cpus, s->arena));
	return *slots < 2 || own_file(s, &s->metric, *slots, err);
}

/* Where a file is; NULL where there is none to be found. */
static const char *folder_of(const char *file, struct arena *a)
{
	const char *slash = strrchr(file, '/');
	const char *name =
	    slash ? arena_printf(a, "%.*s", (int)(slash - file) + 1, file) : ".";
	char real[PATH_MAX];

	return realpath(name, real) ? arena_strdup(a, real) : NULL;
}

bool cli_init_study(struct options *o, const struct spec *spec, const char *dir,
                    const struct observer *watch, struct study *s, struct error *err)
{
	struct study_options so = {
	    .dir = dir, .max_trials = o->max_trials, .strict = o->strict};
	struct str slots = {0};

	so.warm_read = warm_load;
	so.outside = &strategy_program;
	if (watch)
		so.watch = *watch;
	so.origin = (struct search_origin){.n_set = o->n_set,
	                                   .command = o->command,
	                                   .elsewhere = o->elsewhere,
	                                   .max_trials = o->max_trials,
	                                   .host = cli_host(&o->arena),
	                                   .git = dir ? cli_git(&o->arena) : "",
	                                   .version = HPS_VERSION,
	                                   .started = clock_wall(),
	                                   .yaml = spec->yaml.text,
	                                   .path = spec->yaml.path};
	plan_slots(spec, SIZE_MAX, &slots);
	if (slots.len)
		so.origin.slots = arena_strdup(&o->arena, str_text(&slots));
	str_free(&slots);
	if (dir)
		so.origin.code = code_state(spec, so.origin.git, &o->arena);
	if (strcmp(o->file, spec->yaml.path) == 0)
		so.origin.folder = folder_of(o->file, &o->arena);
	for (size_t i = 0; i < o->n_set; i++)
		so.origin.set[i] = o->set[i];
	if (!study_init(s, spec, &so, err))
		return false;
	/* With a directory what was taken is in its journal, or goes there. */
	return dir || study_begin(s, err);
}

bool cli_is_yaml(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && dot > path &&
	       (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

bool cli_print_plan(struct options *o, const struct spec *spec, size_t slots, size_t n,
                    struct error *err)
{
	struct study s = {0};
	struct str out = {0};
	bool ok;

	plan_describe(spec, spec_trial_cap(spec, o->max_trials), slots, &out);
	ok = cli_init_study(o, spec, NULL, NULL, &s, err) &&
	     plan_commands(&s, n, &out, err);
	if (ok)
		cli_print(&out);
	str_free(&out);
	study_free(&s);
	return ok;
}
