#include "page/page.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/sha256.h"
#include "page/assets.h"
#include "page/data.h"
#include "page/html.h"
#include "page/sections.h"
#include "report/importance_kept.h"

#include <string.h>

static void add_hash(const char *directive, const char *text, size_t n, struct str *out)
{
	str_addf(out, "%s'sha256-", directive);
	sha256_base64(text, n, out);
	str_addc(out, '\'');
}

/* No source but what is in the file, by its hash: an inline script of a stranger's, an
 * image or a connection anywhere is refused by the browser. */
static void add_policy(const struct str *css, struct str *out)
{
	struct asset d3 = asset(ASSET_D3), js = asset(ASSET_PAGE_JS);

	str_add(out,
	        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
	        "'none'; base-uri 'none'; form-action 'none'");
	add_hash("; style-src ", str_text(css), css->len, out);
	add_hash("; script-src ", js.text, js.n, out);
	if (d3.n)
		add_hash(" ", d3.text, d3.n, out);
	str_add(out, "\">\n");
}

static void add_head(const struct study *s, const struct page_options *o,
                     struct str *out)
{
	struct asset chart = asset(ASSET_CHART_CSS), page = asset(ASSET_PAGE_CSS);
	const char *name = s->search.spec->name ? s->search.spec->name : o->where;
	struct str css = {0};

	str_addn(&css, chart.text, chart.n);
	str_addn(&css, page.text, page.n);
	str_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta "
	             "charset=\"utf-8\">\n");
	add_policy(&css, out);
	str_add(out, "<meta name=\"viewport\" content=\"width=device-width, "
	             "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
	             "dark\">\n<title>");
	html_text(out, name ? name : "search");
	str_addf(out, " – hpsearch</title>\n<style>%s</style>\n</head>\n",
	         str_text(&css));
	str_free(&css);
}

static void add_script(struct asset a, struct str *out)
{
	if (!a.n)
		return;
	str_add(out, "<script>");
	str_addn(out, a.text, a.n);
	str_add(out, "</script>\n");
}

/* Below 2 MB, whatever there is. */
static void add_data(struct view *v, struct str *out)
{
	static const size_t most = 1950000;
	size_t used = out->len + asset(ASSET_D3).n + asset(ASSET_PAGE_JS).n;
	struct str json = {0};

	data_json(v, most > used ? most - used : 0, &json);
	str_add(out, "<script type=\"application/json\" id=\"data\">");
	html_json(out, &json);
	str_add(out, "</script>\n");
	str_free(&json);
}

/* Of pictures that are one a parameter: all, or so many that they take a tenth of the
 * page. */
static size_t most_pictures(const struct view *v)
{
	static const size_t few = 24, least = 12, bytes = 200000;
	size_t n = v->s->search.ok, each = 3500 + (n > 300 ? 11 : 75) * n;

	if (v->n_varied <= few)
		return 0;
	return bytes / each > least ? bytes / each : least;
}

void page_html(struct study *s, const struct page_options *o, struct str *out)
{
	struct view v;

	view_init(&v, s, o->dir, o->model);
	v.most = most_pictures(&v);
	if (v.has_importance)
		importance_keep(&v.importance, s);
	add_head(s, o, out);
	str_add(out, "<body>\n<a class=\"skip\" href=\"#trials\">to the table of "
	             "trials</a>\n");
	section_verdict(&v, o, out);
	str_add(out, "<main>\n");
	section_pictures(&v, out);
	section_trials(&v, out);
	section_more(&v, o, out);
	section_file(&v, o, out);
	str_add(out, "</main>\n");
	add_data(&v, out);
	add_script(asset(ASSET_D3), out);
	add_script(asset(ASSET_PAGE_JS), out);
	str_add(out, "</body>\n</html>\n");
	view_free(&v);
}

bool page_write(struct study *s, const struct page_options *o, const char *path,
                struct error *err)
{
	struct str html = {0};
	struct file_new f;
	bool ok = file_begin(&f, path, s->search.disk, err);

	if (ok) {
		page_html(s, o, &html);
		file_put(&f, html.s, html.len);
		ok = file_commit(&f, err);
	}
	str_free(&html);
	return ok;
}

const char page_pictures[] = "history, slice, importance, pair, curves, cost, "
			     "timeline, pareto, race or schedule";

static picture *find_picture(const char *name, bool *model, struct error *err)
{
	static const struct {
		const char *name;
		picture *draw;
		bool model;
	} all[] = {{"history", picture_history, false},
	           {"slice", picture_slices, true},
	           {"importance", picture_importance, true},
	           {"pair", picture_pair, true},
	           {"curves", picture_curves, false},
	           {"cost", picture_cost, false},
	           {"timeline", picture_timeline, false},
	           {"pareto", picture_front, false},
	           {"race", picture_race, false},
	           {"schedule", picture_schedule, false}};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strcmp(all[i].name, name) == 0) {
			*model = all[i].model;
			return all[i].draw;
		}
	error_set(err, ERROR_USAGE, "there is no picture %s\n  help: %s", name,
	          page_pictures);
	return NULL;
}

/* Is there such a thing in a search of this file? */
static bool has_kind(const struct spec *sp, picture *draw, struct error *err)
{
	if (draw == picture_front && sp->n_objectives < 2)
		return error_set(
		    err, ERROR_USAGE,
		    "pareto: the search has one metric, so there is no front to draw\n"
		    "  help: cost shows value against cost");
	if (draw == picture_race && !sp->items.present)
		return error_set(err, ERROR_USAGE,
		                 "race: the search has no items over which its "
		                 "settings would race\n"
		                 "  help: curves shows what runs report");
	if (draw == picture_curves && sp->items.present)
		return error_set(err, ERROR_USAGE,
		                 "curves: what runs report are answers to items\n"
		                 "  help: race shows their means, batch by batch");
	if (draw == picture_schedule && sp->method != METHOD_PBT)
		return error_set(err, ERROR_USAGE,
		                 "schedule: method: %s finds none, method: pbt does\n"
		                 "  help: slice shows the metric along each parameter",
		                 sp->method_word);
	return true;
}

bool page_picture(struct study *s, const char *name, size_t columns, struct str *out,
                  struct error *err)
{
	struct gallery g = {0};
	struct view v;
	bool model, ok;
	picture *draw = find_picture(name, &model, err);

	if (!draw || !has_kind(s->search.spec, draw, err))
		return false;
	view_init(&v, s, NULL, model);
	draw(&v, &g);
	ok = g.n && s->search.n;
	if (!ok)
		error_set(err, ERROR_TRIAL, "there is nothing to show%s%s",
		          draw == picture_importance ? ": " : " of that kind",
		          draw == picture_importance && v.no_model ? v.no_model : "");
	else if (columns)
		for (size_t i = 0; i < g.n; i++) {
			str_add(out, i ? "\n" : "");
			chart_text(&g.list[i], columns, out);
		}
	else
		charts_svg(g.list, g.n, asset(ASSET_CHART_CSS).text, out);
	gallery_free(&g);
	view_free(&v);
	return ok;
}
