#include "page/sections.h"
#include "base/clock.h"
#include "page/html.h"
#include "page/later.h"
#include "page/lineages.h"
#include "report/ablation_text.h"
#include "report/closing.h"
#include "report/front_text.h"
#include "report/importance_text.h"
#include "report/oddities.h"
#include "report/race_text.h"
#include "report/ranking.h"
#include "report/savings_text.h"
#include "report/scaling_text.h"
#include "report/text.h"
#include "report/verdict_text.h"
#include "search/standing.h"

#include <math.h>
#include <string.h>

enum {
	COLUMNS = 110, /* of what is as on a terminal: so many fit the page */
	FILE_BYTES = 200000
};

static const struct sheet_view in_page = {.width = COLUMNS};

static void add_lines(struct str *out, const char *text)
{
	struct str folded = {0};

	if (!*text)
		return;
	text_fold(&folded, text, COLUMNS);
	str_add(out, "<pre>");
	html_lines(out, folded.s, folded.len);
	str_add(out, "</pre>\n");
	str_free(&folded);
}

static void add_pre(struct str *out, const struct str *text)
{
	add_lines(out, str_text(text));
}

static void open_section(struct str *out, const char *id, const char *title)
{
	str_addf(
	    out,
	    "<section id=\"%s\" aria-labelledby=\"h-%s\">\n<h2 id=\"h-%s\">%s</h2>\n",
	    id, id, id, title);
}

/* Below a heading of its own where the text is not empty. */
static void add_text_section(struct str *out, const char *id, const char *title,
                             const struct str *text)
{
	if (!text->len)
		return;
	open_section(out, id, title);
	add_pre(out, text);
	str_add(out, "</section>\n");
}

static void add_legend(const struct chart *c, struct str *out)
{
	str_add(out, "<span class=\"legend\">");
	for (size_t i = 0; i < c->n; i++) {
		if (!c->series[i].name)
			continue;
		str_addf(
		    out,
		    "<span><svg class=\"swatch\" viewBox=\"0 0 10 10\" "
		    "aria-hidden=\"true\"><circle class=\"key %s\" cx=\"5\" cy=\"5\" "
		    "r=\"4\"/></svg>",
		    c->series[i].style);
		html_text(out, c->series[i].name);
		str_add(out, "</span> ");
	}
	str_add(out, "</span>");
}

static void add_figure(const struct chart *c, const char *class, struct str *out)
{
	str_addf(out, "<figure class=\"%s\"><figcaption><strong>", class);
	html_text(out, c->title);
	str_add(out, "</strong> ");
	add_legend(c, out);
	str_add(out, "</figcaption>");
	chart_svg(c, NULL, out);
	if (c->note) {
		str_add(out, "<p class=\"note\">");
		html_text(out, c->note);
		str_add(out, "</p>");
	}
	str_add(out, "</figure>\n");
}

/* And frees it. */
static void add_gallery(struct gallery *g, const char *class, struct str *out)
{
	for (size_t i = 0; i < g->n; i++)
		add_figure(&g->list[i], class, out);
	gallery_free(g);
}

static void add_picture(struct view *v, picture *draw, const char *class,
                        struct str *out)
{
	struct gallery g = {0};

	draw(v, &g);
	add_gallery(&g, class, out);
}

static const char *answer_class(const struct search *s)
{
	const struct verdict *d = &s->verdict;

	if (!d->wanted || !d->n || !search_is_over(s))
		return "open";
	switch (d->answer) {
	case ANSWER_YES: return "yes";
	case ANSWER_NO:
	case ANSWER_FAILED: return "no";
	case ANSWER_NONE:
	case ANSWER_NO_BASELINE:
	case ANSWER_CANNOT_TELL: break;
	}
	return "open";
}

static void add_best(struct view *v, struct str *out)
{
	const struct search *s = &v->s->search;

	if (!s->best || !s->spec->metric.name)
		return;
	str_addf(out, "<p class=\"best\">%s: trial <a href=\"#t%llu\">%llu</a>, ",
	         !trial_feasible(s->spec, s->best) ? "Nearest to the limits"
	         : s->spec->n_objectives > 1       ? "Knee of the front"
	                                           : "Best of the search",
	         (unsigned long long)s->best->id, (unsigned long long)s->best->id);
	if (s->spec->n_objectives > 1) {
		struct str text = {0};

		front_values(s, s->best, &text);
		html_text(out, str_text(&text));
		str_free(&text);
		str_add(out, "</p>\n");
		return;
	}
	html_text(out, s->spec->metric.name);
	str_addc(out, ' ');
	text_number(out, s->best->value);
	if (isfinite(s->best->stderr_))
		str_addf(out, " ± %.2g (standard error)", s->best->stderr_);
	str_add(out, "</p>\n");
}

void section_verdict(struct view *v, const struct page_options *o, struct str *out)
{
	const struct spec *sp = v->s->search.spec;
	const char *name = sp->name ? sp->name : o->where;
	struct str text = {0};

	str_add(out, "<header>\n<h1>");
	html_text(out, name ? name : "search");
	str_add(out, "</h1>\n<p class=\"state\">");
	if (sp->description) {
		html_text(out, sp->description);
		str_add(out, "<br>");
	}
	ranking_state(v->s, &text);
	html_text(out, str_text(&text));
	str_add(out, "</p>\n");
	str_clear(&text);
	verdict_sentence(v->s, &text);
	if (text.len) {
		str_addf(out, "<p class=\"verdict %s\">", answer_class(&v->s->search));
		html_text(out, str_text(&text));
		str_add(out, "</p>\n");
	}
	add_best(v, out);
	add_picture(v, picture_verdict, "", out);
	str_clear(&text);
	front_report(&v->s->search, &text);
	verdict_report(v->s, &in_page, &text);
	add_pre(out, &text);
	str_free(&text);
	str_add(out, "</header>\n");
}

static void add_why_no_model(const struct view *v, struct str *out)
{
	if (!v->no_model)
		return;
	str_add(out, "<p class=\"note\">");
	html_lines(out, v->no_model, strlen(v->no_model));
	str_add(out, "</p>\n");
}

static void add_importance(struct view *v, struct str *out)
{
	struct str text = {0};

	open_section(out, "importance", "Which parameters mattered");
	add_picture(v, picture_importance, "", out);
	add_why_no_model(v, out);
	if (v->has_importance) {
		importance_table(&v->importance, v->s, &in_page, &text);
		str_add(out, "<details><summary>as a table</summary>");
		add_pre(out, &text);
		str_add(out, "</details>");
	}
	add_picture(v, picture_pair, "", out);
	str_add(out, "</section>\n");
	str_free(&text);
}

/* A section of pictures; nothing where there are none. */
static void add_section(struct view *v, const char *id, const char *title,
                        picture *const *draw, size_t n, const char *class,
                        struct str *out)
{
	struct str pictures = {0};

	for (size_t i = 0; i < n; i++)
		add_picture(v, draw[i], class, &pictures);
	if (pictures.len) {
		open_section(out, id, title);
		str_add(out, str_text(&pictures));
		str_add(out, "</section>\n");
	}
	str_free(&pictures);
}

static void add_race(struct view *v, struct str *out)
{
	struct str text = {0};

	open_section(out, "race", "The race over items");
	add_picture(v, picture_race, "", out);
	race_summary(&v->s->search, &text);
	add_pre(out, &text);
	str_add(out, "</section>\n");
	str_free(&text);
}

void section_pictures(struct view *v, struct str *out)
{
	static picture *const history[] = {picture_history};
	static picture *const front[] = {picture_front};
	static picture *const curves[] = {picture_curves};
	static picture *const parallel[] = {picture_parallel};
	static picture *const times[] = {picture_timeline, picture_cost};
	bool ranked = v->s->search.spec->metric.name && v->s->search.n;

	if (ranked && v->s->search.spec->n_objectives > 1)
		add_section(v, "front", "The front", front, 1, "", out);
	if (ranked)
		add_section(v, "history", "History", history, 1, "", out);
	if (ranked && v->s->search.ok > 1) {
		add_section(v, "parallel", "Parameters side by side", parallel, 1,
		            "parallel", out);
		add_importance(v, out);
		open_section(out, "slices", "The metric along each parameter");
		if (v->has_land)
			str_addf(
			    out,
			    "<p class=\"note\">The line is the model's mean when only "
			    "that parameter moves and the others stay as in the best "
			    "trial; where constraints do not allow that, it is the "
			    "model's guess all the same. Leave-one-out R2 %.2f.</p>\n",
			    v->land.r2);
		if (v->most && v->most < v->n_varied)
			str_addf(out, "<p class=\"note\">Here: %s.</p>\n",
			         view_of_varied(v, "", v->most));
		str_add(out, "<div class=\"panels\">\n");
		add_picture(v, picture_slices, "", out);
		str_add(out, "</div>\n</section>\n");
	}
	if (ranked && v->s->search.spec->items.present)
		add_race(v, out);
	else if (ranked)
		add_section(v, "curves", "Learning curves", curves, 1, "curves", out);
	add_section(v, "timeline", "Time and cost", times, 2, "", out);
}

/* Uses of the test data that the search's own journal has. */
static void add_uses(const struct verdict *d, struct str *out)
{
	char iso[32];

	if (!d->n_uses)
		return;
	open_section(out, "uses", "Uses of the test data");
	str_add(out, "<table><thead><tr><th>when<th>what<th>winner<th>pairs<th>use of "
	             "these data<th>configurations that met them</thead><tbody>\n");
	for (size_t i = 0; i < d->n_uses; i++) {
		const struct verdict_use *u = &d->uses[i];

		str_addf(out, "<tr><td>%.10s<td>%s<td>",
		         u->time > 0 ? clock_iso(u->time, iso) : "",
		         use_kind_name(u->kind));
		if (u->key == VERDICT_DEFAULTS)
			str_add(out, "defaults");
		else
			str_addf(out, "trial %llu", (unsigned long long)u->key);
		str_addf(out, "<td>%zu<td>%llu of %llu<td>%llu\n", u->pairs,
		         (unsigned long long)u->use, (unsigned long long)u->uses,
		         (unsigned long long)u->configurations);
	}
	str_add(out, "</tbody></table></section>\n");
}

static void add_ablation(struct view *v, struct ablated *a, struct str *out)
{
	struct gallery g = {0};
	struct str text = {0};

	open_section(out, "ablation", "What the winner's difference is made of");
	later_ablation(v, a, &g);
	add_gallery(&g, "", out);
	ablation_text(a, &in_page, &text);
	add_pre(out, &text);
	str_add(out, "</section>\n");
	str_free(&text);
}

static void add_rechecks(struct view *v, const struct page_options *o, struct str *out)
{
	struct recheck_lines lines;
	struct gallery g = {0};

	later_read(o->rechecks, o->rechecks_len, &v->arena, &lines);
	open_section(out, "rechecks", "Rechecks: does it still hold?");
	later_rechecks(v, &lines, &g);
	add_gallery(&g, "", out);
	later_recheck_table(&lines, out);
	if (o->recheck) {
		str_add(out, "<details><summary>the latest one in words</summary>");
		add_lines(out, o->recheck);
		str_add(out, "</details>");
	}
	str_add(out, "</section>\n");
}

static void add_sizes(struct view *v, struct str *out)
{
	struct search *s = &v->s->search;
	struct gallery g = {0};
	struct scaling sc;
	struct error ignored = {0};
	struct str text = {0};

	scaling_report(s, &in_page, &text);
	if (!text.len)
		return;
	open_section(out, "sizes", "Trends over sizes");
	if (scaling_of(&sc, s, &ignored))
		later_scaling(v, &sc, &g);
	str_add(out, "<div class=\"panels\">\n");
	add_gallery(&g, "", out);
	str_add(out, "</div>\n");
	add_pre(out, &text);
	str_add(out, "</section>\n");
	scaling_free(&sc);
	str_free(&text);
}

static void add_schedule(struct view *v, const char *rerun, struct str *out)
{
	struct str text = {0};

	add_picture(v, picture_schedule, "", &text);
	if (text.len) {
		open_section(out, "schedule", "The schedule that was found");
		str_addf(out, "<div class=\"panels\">\n%s</div>\n", str_text(&text));
		lineages_table(v, out);
		if (rerun) {
			str_add(out, "<h3>Trained afresh</h3>\n");
			add_lines(out, rerun);
		}
		str_add(out, "</section>\n");
	}
	str_free(&text);
}

void section_more(struct view *v, const struct page_options *o, struct str *out)
{
	struct str text = {0};

	add_schedule(v, o->rerun, out);
	savings_report(v->s, &text);
	add_text_section(out, "stopping", "Early stopping", &text);
	if (o->ablated)
		add_ablation(v, o->ablated, out);
	if (o->rechecks)
		add_rechecks(v, o, out);
	add_sizes(v, out);
	add_uses(&v->s->search.verdict, out);
	str_free(&text);
}

static void row(struct str *out, const char *what, const char *text)
{
	if (!text || !*text)
		return;
	str_addf(out, "<tr><th scope=\"row\">%s<td>", what);
	html_text(out, text);
	str_addc(out, '\n');
}

static void add_environment(struct view *v, struct str *out)
{
	const struct search *s = &v->s->search;
	const struct search_origin *o = &s->origin;
	struct str text = {0};
	char iso[32];

	str_add(out, "<table class=\"facts\"><tbody>\n");
	str_addf(&text, "%s, seed %llu", s->spec->method_word,
	         (unsigned long long)s->spec->seed);
	row(out, "method", str_text(&text));
	row(out, "file", o->path);
	row(out, "begun", o->started > 0 ? clock_iso(o->started, iso) : "");
	row(out, "host", o->host);
	row(out, "git", o->git);
	row(out, "trained with", s->code);
	row(out, "command", o->command);
	for (size_t i = 0; i < o->n_set; i++)
		row(out, "--set", o->set[i]);
	row(out, "hpsearch", o->version);
	str_add(out, "</tbody></table>\n");
	str_free(&text);
}

static void add_warnings(const struct view *v, struct str *out)
{
	const struct notices *n = &v->s->search.spec->notices;
	struct str text = {0};

	for (size_t i = 0; i < n->n; i++) {
		str_addf(&text, "%s: %s\n", n->list[i].warning ? "warning" : "notice",
		         n->list[i].text);
	}
	reading_report(v->s, &text);
	if (text.len) {
		str_add(out, "<h3>Warnings and notices</h3>\n");
		add_pre(out, &text);
	}
	str_free(&text);
}

static void add_again(struct view *v, const struct page_options *o, struct str *out)
{
	struct str text = {0};
	struct error ignored;

	if (!search_is_over(&v->s->search) || !o->where)
		return;
	if (closing_report(v->s, o->where, &text, &ignored) && text.len) {
		str_add(out, "<h3>How it ended, and how to go on</h3>\n");
		add_pre(out, &text);
	}
	str_clear(&text);
	str_add(&text, "hpsearch replay ");
	str_shell(&text, o->where);
	str_add(&text, "      derives every proposal again and compares\n");
	str_add(&text, "hpsearch reproduce ");
	str_shell(&text, o->where);
	str_add(&text, "   runs the winner again and compares\n");
	str_add(out, "<h3>To reproduce it</h3>\n");
	add_pre(out, &text);
	str_free(&text);
}

void section_file(struct view *v, const struct page_options *o, struct str *out)
{
	const struct yaml *y = &v->s->search.spec->yaml;

	open_section(out, "file", "The file, and where it ran");
	add_environment(v, out);
	add_warnings(v, out);
	add_again(v, o, out);
	str_add(out, "<details><summary>the file</summary><pre>");
	html_lines(out, y->text, y->len < FILE_BYTES ? y->len : FILE_BYTES);
	if (y->len > FILE_BYTES)
		str_add(out, "… its rest is in results.json\n");
	str_add(out, "</pre></details>\n</section>\n");
}
