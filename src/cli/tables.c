/* What is printed as a table, in the format that is asked for. */
#include "cli/cli.h"
#include "record/results.h"
#include "report/front_text.h"
#include "report/importance_kept.h"
#include "report/junit.h"
#include "report/oddities.h"
#include "report/ranking.h"
#include "report/savings_text.h"
#include "report/scaling_text.h"
#include "report/text.h"
#include "report/verdict_text.h"
#include "search/edges.h"
#include "search/prospect.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

size_t cli_width(void)
{
	struct winsize w;
	const char *columns = getenv("COLUMNS");

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (columns && atoi(columns) > 0)
		return (size_t)atoi(columns);
	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col ? w.ws_col : 80;
}

struct sheet_view cli_view(const struct options *o)
{
	return (struct sheet_view){.width = o->wide ? 0 : cli_width(), .full = o->full};
}

void cli_print_folded(const struct str *text)
{
	struct str out = {0};

	if (cli_width())
		text_fold(&out, str_text(text), cli_width());
	cli_print(cli_width() ? &out : text);
	str_free(&out);
}

static bool is(const struct options *o, const char *format)
{
	return strcmp(o->format, format) == 0;
}

bool cli_sheet(const struct options *o, const struct sheet *t, struct str *out)
{
	struct sheet_view v = cli_view(o);
	bool *left_out;
	size_t n = 0;

	if (!is(o, "table"))
		return sheet_write(t, o->format, o->full, out);
	left_out = mem_new(t->n + 1, sizeof *left_out);
	sheet_table(t, &v, left_out, out);
	for (size_t i = 0; i < t->n; i++)
		n += left_out[i];
	if (n) {
		str_count(out, n, "column");
		str_add(out, " left out, for which the terminal is too narrow (--wide "
		             "prints all)\n");
	}
	free(left_out);
	return true;
}

static void add_table(struct study *s, const struct ranking_view *v, struct str *out)
{
	const struct sheet_view view = {.width = v->wide ? 0 : v->width,
	                                .full = v->full};
	struct str text = {0};

	ranking_table(s, v, out);
	front_report(&s->search, &text);
	prospect_text(&s->search, &text);
	edges_text(&s->search, &text);
	scaling_report(&s->search, &view, &text);
	savings_report(s, &text);
	reading_report(s, &text);
	if (s->search.verdict.wanted && search_is_over(&s->search))
		str_addc(&text, '\n');
	verdict_report(s, &view, &text);
	if (view.width)
		text_fold(out, str_text(&text), v->width);
	else
		str_add(out, str_text(&text));
	str_free(&text);
}

static bool add_sheet(const struct options *o, struct study *s,
                      const struct ranking_view *v, struct str *out)
{
	struct sheet t = {0};
	bool known;

	ranking_sheet(s, v, &t);
	known = sheet_write(&t, o->format, o->full, out);
	sheet_free(&t);
	return known;
}

/* False: there is no such format. */
static bool add_ranking(struct options *o, struct study *s, struct ranking_view *v,
                        struct str *out)
{
	v->first = importance_order(&s->search, &o->arena, &v->n_first);
	if (!v->n_first)
		v->first = importance_rough(s, &o->arena, &v->n_first);
	if (!is(o, "table"))
		return add_sheet(o, s, v, out);
	add_table(s, v, out);
	return true;
}

bool cli_print_results(struct options *o, struct study *s, size_t top,
                       struct error *err)
{
	struct ranking_view view = {.top = top,
	                            .width = cli_width(),
	                            .wide = o->wide,
	                            .full = o->full,
	                            .where = o->out ? o->out : o->file};
	struct str out = {0};
	bool ok = true;

	if (is(o, "json") && top)
		results_top(&s->search, s->monitor, top, &out);
	else if (is(o, "json"))
		results_json(&s->search, s->monitor, &out);
	else if (is(o, "csv"))
		results_csv(&s->search, top, &out);
	else if (is(o, "yaml"))
		ranking_yaml(s, top, &out);
	else if (is(o, "junit"))
		junit_write(s, exit_decide(NULL, &s->search, &s->search.verdict), top,
		            &out);
	else if (!add_ranking(o, s, &view, &out))
		ok = error_set(err, ERROR_USAGE,
		               "there is no format %s here\n  help: %s", o->format,
		               options_formats("show", NULL));
	if (ok)
		cli_print(&out);
	str_free(&out);
	return ok;
}
