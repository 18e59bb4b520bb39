/* ls: the searches in directories and below, and how they stand. */
#include "base/clock.h"
#include "cli/cli.h"
#include "report/junit.h"
#include "report/text.h"
#include "saved/saved.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 16 };

/* Where searches are, as they are found, and how they stand. */
struct places {
	struct arena arena;
	const char **list; /* (n) */
	size_t n, cap;
	struct junit_case *seen; /* (n_seen) */
	size_t n_seen, cap_seen;
};

static bool has_file(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof path, "%s/%s", dir, name) < PATH_MAX &&
	       !lstat(path, &st) && S_ISREG(st.st_mode);
}

static bool is_search(const char *dir)
{
	return has_file(dir, "journal.jsonl") ||
	       (has_file(dir, "results.json") && has_file(dir, "results.csv"));
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode);
}

/* Links are not followed, what is hidden is not looked at, and there is nothing to look
 * for in a search. */
static void look(struct places *p, const char *dir, int depth)
{
	struct dirent *e;
	DIR *d;

	if (is_search(dir)) {
		p->list = mem_room(p->list, p->n, &p->cap, sizeof *p->list);
		p->list[p->n++] = arena_strdup(&p->arena, dir);
		return;
	}
	d = depth < DEPTH_MAX ? opendir(dir) : NULL;
	if (!d && depth < DEPTH_MAX)
		fprintf(stderr, "notice: %s: %s\n", dir, strerror(errno));
	while (d && (e = readdir(d))) {
		char path[PATH_MAX];
		int n = snprintf(
		    path, sizeof path, "%s%s%s", strcmp(dir, ".") == 0 ? "" : dir,
		    strcmp(dir, ".") == 0 || !strcmp(dir, "/") ? "" : "/", e->d_name);

		if (*e->d_name != '.' && n < PATH_MAX && is_dir(path))
			look(p, path, depth + 1);
	}
	if (d)
		closedir(d);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *state_word(const struct search *s)
{
	if (s->alive)
		return "running";
	switch (s->state) {
	case SEARCH_RUNNING: return s->origin.elsewhere ? "open" : "interrupted";
	case SEARCH_INTERRUPTED: return "interrupted";
	case SEARCH_CONTRACT:
	case SEARCH_GUARD: return "failed";
	case SEARCH_DONE:
	case SEARCH_BUDGET: break;
	}
	return exit_decide(NULL, s, NULL) ? "failed" : "done";
}

static void head(struct sheet *t)
{
	sheet_column(t, "search", NULL, COLUMN_TEXT, true);
	sheet_column(t, "state", NULL, COLUMN_TEXT, true);
	sheet_column(t, "trials", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "asked", "of", COLUMN_NUMBER, false);
	sheet_column(t, "best", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "metric", NULL, COLUMN_TEXT, false);
	sheet_column(t, "verified", NULL, COLUMN_TEXT, true);
	sheet_column(t, "age", NULL, COLUMN_TEXT, true);
	sheet_column(t, "updated", NULL, COLUMN_TEXT, false);
	sheet_column(t, "method", NULL, COLUMN_TEXT, false);
}

/* Since the last line of its journal, or since its file was written. */
static void add_age(struct sheet *t, const struct saved *sv)
{
	double then = sv->study.search.ended, age;
	struct str text = {0};
	struct stat st;
	char iso[32];

	if (!(then > 0) && !stat(sv->path, &st))
		then = (double)st.st_mtime;
	age = clock_wall() - then;
	sheet_number(t, age > 0 ? age : 0);
	text_duration(&text, age > 0 ? age : 0);
	sheet_shown(t, str_text(&text));
	sheet_text(t, then > 0 ? clock_iso(then, iso) : NULL);
	str_free(&text);
}

static void add_search(struct sheet *t, const char *where, const struct saved *sv)
{
	const struct search *s = &sv->study.search;
	const struct verdict *v = &s->verdict;

	sheet_text(t, where);
	sheet_text(t, state_word(s));
	sheet_int(t, search_done(s));
	sheet_int(t, s->cap);
	/* Of a front no one trial is the best. */
	sheet_number(t, s->best && s->spec->n_objectives < 2 ? s->best->value
	                                                     : (double)NAN);
	sheet_text(t, s->spec->metric.name);
	sheet_text(t, v->wanted && v->done ? answer_name(v->answer) : NULL);
	add_age(t, sv);
	sheet_text(t, s->spec->method_word);
}

/* For JUnit; s NULL: it cannot be read. */
static void see(struct places *p, const char *where, const struct search *s)
{
	const char *state = s ? state_word(s) : "unreadable";
	bool failed = !s || strcmp(state, "failed") == 0;

	p->seen = mem_room(p->seen, p->n_seen, &p->cap_seen, sizeof *p->seen);
	p->seen[p->n_seen++] =
	    (struct junit_case){.name = where,
	                        .message = state,
	                        .time = s ? search_elapsed(s) : 0,
	                        .failed = failed,
	                        .open = !failed && strcmp(state, "done") != 0};
}

/* What cannot be read is listed, and why is said. */
static void add_place(struct places *p, struct sheet *t, const char *where)
{
	struct saved sv = {0};
	struct error err = {0};
	struct str clean = {0};

	if (saved_load(&sv, where, &err)) {
		add_search(t, where, &sv);
		see(p, where, &sv.study.search);
	} else {
		see(p, where, NULL);
		text_clean(&clean, err.text);
		fprintf(stderr, "warning: %s\n", str_text(&clean));
		sheet_text(t, where);
		sheet_text(t, "unreadable");
		for (size_t i = 2; i < t->n; i++)
			sheet_none(t);
	}
	str_free(&clean);
	saved_free(&sv);
}

/* Below the operands, or here. */
static bool find(struct places *p, const struct options *o, struct error *err)
{
	for (size_t i = 0; i < o->n_files; i++) {
		struct stat st;

		if (stat(o->files[i], &st))
			return error_set(err, ERROR_USAGE, "%s: %s", o->files[i],
			                 strerror(errno));
		if (!S_ISDIR(st.st_mode))
			return error_set(err, ERROR_USAGE,
			                 "%s: is no directory\n"
			                 "  help: hpsearch show tells of one search",
			                 o->files[i]);
		look(p, o->files[i], 0);
	}
	if (!o->n_files)
		look(p, ".", 0);
	if (p->n)
		qsort(p->list, p->n, sizeof *p->list, by_name);
	return true;
}

int command_ls(struct options *o)
{
	struct places p = {0};
	struct sheet t = {0};
	struct str out = {0};
	struct error err = {0};
	bool ok = find(&p, o, &err);

	head(&t);
	for (size_t i = 0; ok && i < p.n; i++)
		if (!i || strcmp(p.list[i], p.list[i - 1]) != 0)
			add_place(&p, &t, p.list[i]);
	if (ok && !p.n)
		fprintf(stderr, "notice: there is no search here\n");
	if (ok && strcmp(o->format, "junit") == 0)
		junit_list("searches", p.seen, p.n_seen, &out);
	else if (ok && (p.n || strcmp(o->format, "table") != 0))
		cli_sheet(o, &t, &out);
	cli_print(&out);
	str_free(&out);
	sheet_free(&t);
	free(p.list);
	free(p.seen);
	arena_free(&p.arena);
	return ok ? EXIT_FINE : cli_fail(&err);
}
