/* report, plot: a search to look at, in a browser or in a paper. */
#include "base/file.h"
#include "cli/cli.h"
#include "cli/finished.h"
#include "page/page.h"
#include "report/recheck_text.h"
#include "report/rescheduled_text.h"
#include "report/text.h"
#include "run/capture.h"
#include "saved/saved.h"
#include "search/rechecked.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	COLUMNS = 100,
	HISTORY_BYTES = 1 << 20,
	CONVERT_SECONDS = 60,
	MODEL_SECONDS = 120
};

/* Where the runs of a results file alone have their files, if they are beside it. */
static const char *files_of(struct options *o, const struct saved *sv)
{
	const char *slash = strrchr(sv->path, '/');
	const char *dir = sv->study.search.dir;

	if (dir)
		return dir;
	dir = slash ? arena_printf(&o->arena, "%.*s", (int)(slash - sv->path), sv->path)
	            : ".";
	return finished_exists(dir) ? dir : NULL;
}

/* What was done with a search afterwards. Zeroed: nothing. */
struct afterwards {
	struct ablation_there ablation;
	struct arena arena;
};

static void find_ablation(struct afterwards *x, const char *dir, struct page_options *p)
{
	const char *at = arena_printf(&x->arena, "%s/ablate", dir);
	struct error ignored;

	if (finished_exists(at) && ablation_there_load(&x->ablation, at, &ignored))
		p->ablated = &x->ablation.ablated;
}

static const char *latest_recheck(struct afterwards *x, const char *dir)
{
	uint64_t n = 0;
	struct saved sv = {0};
	struct rechecked r = {0};
	struct str text = {0};
	struct error ignored;
	const char *at = NULL, *next, *kept = NULL;

	while (finished_exists(next = arena_printf(&x->arena, "%s/recheck/%04llu", dir,
	                                           (unsigned long long)++n)))
		at = next;
	if (at && saved_load(&sv, at, &ignored) &&
	    rechecked_init(&r, &sv.study.search, &ignored)) {
		rechecked_judge(&r);
		recheck_text(&r, NULL, &text);
		kept = arena_strdup(&x->arena, str_text(&text));
	}
	rechecked_free(&r);
	saved_free(&sv);
	str_free(&text);
	return kept;
}

/* The lines of the rechecks' history; of a long one the last ones, whole. */
static void find_rechecks(struct afterwards *x, const char *dir, struct page_options *p)
{
	const char *path = arena_printf(&x->arena, "%s/recheck/history.jsonl", dir);
	char *text = arena_new(&x->arena, HISTORY_BYTES + 1, 1);
	size_t n = file_tail(path, text, HISTORY_BYTES + 1);
	const char *first = n == HISTORY_BYTES ? memchr(text, '\n', n) : NULL;

	if (!n)
		return;
	p->rechecks = first ? first + 1 : text;
	p->rechecks_len = n - (size_t)(p->rechecks - text);
	p->recheck = latest_recheck(x, dir);
}

static void find_rerun(struct afterwards *x, const char *dir, struct page_options *p)
{
	const char *at = arena_printf(&x->arena, "%s/schedule", dir);
	struct saved sv = {0};
	struct rescheduled r = {0};
	struct str text = {0};
	struct error ignored;

	if (finished_exists(at) && saved_load(&sv, at, &ignored) &&
	    rescheduled_init(&r, &sv.study.search, &ignored)) {
		rescheduled_judge(&r);
		rescheduled_text(&r, NULL, &text);
		p->rerun = arena_strdup(&x->arena, str_text(&text));
	}
	rescheduled_free(&r);
	saved_free(&sv);
	str_free(&text);
}

static struct page_options page_of(struct afterwards *x, const char *dir,
                                   const char *where)
{
	struct page_options p = {.dir = dir, .where = where, .model = true};

	if (dir) {
		find_ablation(x, dir, &p);
		find_rechecks(x, dir, &p);
		find_rerun(x, dir, &p);
	}
	return p;
}

static void afterwards_free(struct afterwards *x)
{
	ablation_there_free(&x->ablation);
	arena_free(&x->arena);
}

void cli_write_page(struct options *o, struct study *s, const char *dir,
                    const char *where)
{
	struct afterwards x = {0};
	struct page_options p;
	struct error err = {0};

	if (!s->search.spec->report || !s->search.n)
		return;
	p = page_of(&x, dir, where);
	p.model = search_elapsed(&s->search) > MODEL_SECONDS;
	if (!page_write(s, &p, arena_printf(&o->arena, "%s/report.html", dir), &err))
		fprintf(stderr, "notice: the page was not written: %s\n", err.text);
	afterwards_free(&x);
}

/* -o, else report.html in the directory or beside the results file. */
static const char *page_path(struct options *o, const struct saved *sv)
{
	const char *slash = strrchr(sv->path, '/');

	if (o->output)
		return o->output;
	return arena_printf(&o->arena, "%.*sreport.html",
	                    slash ? (int)(slash - sv->path) + 1 : 0, sv->path);
}

static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n > m && strcmp(path + n - m, end) == 0;
}

static bool report(struct options *o, struct saved *sv, struct error *err)
{
	struct afterwards x = {0};
	struct page_options p;
	const char *path;
	bool ok;

	if (o->output && !ends_in(o->output, ".html"))
		return error_set(err, ERROR_USAGE,
		                 "%s: the name of a page must end in .html", o->output);
	if (!saved_load(sv, o->file, err))
		return false;
	if (!cli_is_search(sv, err))
		return false;
	path = page_path(o, sv);
	p = page_of(&x, files_of(o, sv), o->file);
	ok = page_write(&sv->study, &p, path, err);
	if (ok)
		printf("%s\n", path);
	afterwards_free(&x);
	return ok;
}

int command_report(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	int code = report(o, &sv, &err) ? EXIT_FINE : cli_fail(&err);

	saved_free(&sv);
	return code;
}

static size_t columns(void)
{
	struct winsize w;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col ? w.ws_col : COLUMNS;
}

/* A library that draws would weigh more than the rest of the program together; the
 * converter that most machines have does it. */
static bool put_png(struct options *o, const char *path, const struct str *svg,
                    struct error *err)
{
	const char *here = *path == '/' ? "" : "./"; /* no option, whatever its name */
	char *temporary =
	    arena_printf(&o->arena, "%s%s.%ld.svg", here, path, (long)getpid());
	char *made =
	    arena_printf(&o->arena, "%s%s.%ld.png", here, path, (long)getpid());
	char program[] = "rsvg-convert", zoom[] = "--zoom=2", output[] = "-o";
	char *argv[] = {program, zoom, output, made, temporary, NULL};
	char said[16];
	struct stat st;
	bool ok = file_write(temporary, svg->s, svg->len, 0666, err);

	if (ok) {
		capture_in(NULL, CONVERT_SECONDS, argv, said, sizeof said);
		ok = !stat(made, &st) && st.st_size && !rename(made, path);
		if (!ok)
			error_set(
			    err, ERROR_USAGE,
			    "%s: rsvg-convert could not be run, or made no "
			    "picture\n  help: install it (Debian: librsvg2-bin), or "
			    "write an .svg",
			    path);
	}
	unlink(temporary);
	unlink(made);
	return ok;
}

static bool plot(struct options *o, struct saved *sv, struct error *err)
{
	const char *path = o->output ? o->output : "-";
	bool terminal = strcmp(path, "-") == 0;
	bool text = terminal || ends_in(path, ".txt");
	struct str out = {0};
	bool ok;

	if (!o->second)
		return error_set(err, ERROR_USAGE,
		                 "plot needs the name of a picture\n"
		                 "  help: %s",
		                 page_pictures);
	if (!text && !ends_in(path, ".svg") && !ends_in(path, ".png"))
		return error_set(err, ERROR_USAGE,
		                 "%s: the name must end in .svg, .png or .txt", path);
	if (!saved_load(sv, o->file, err))
		return false;
	ok = page_picture(&sv->study, o->second, text ? columns() : 0, &out, err);
	if (!ok)
		error_prefix(err, "%s: ", sv->path);
	else if (terminal)
		cli_print(&out);
	else
		ok = ends_in(path, ".png")
		         ? put_png(o, path, &out, err)
		         : file_replace(path, &disk_real, out.s, out.len, err);
	str_free(&out);
	return ok;
}

int command_plot(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	int code = plot(o, &sv, &err) ? EXIT_FINE : cli_fail(&err);

	saved_free(&sv);
	return code;
}
