#include "cli/check_log.h"
#include "base/file.h"
#include "report/text.h"
#include "run/metric_file.h"
#include "run/scrape.h"
#include "study/alarm.h"
#include "study/fleet.h"

#include <stdio.h>
#include <string.h>

enum { REPORTS_SHOWN = 10, LINE_SHOWN = 100 };

static const size_t log_max = (size_t)1 << 30;

/* Line `number` of a text, one report's; what a progress bar made of it is not shown.
 */
static void show_line(const char *text, size_t number)
{
	struct str out = {0};
	size_t n;

	for (size_t i = 1; text && i < number; i++) {
		text = strchr(text, '\n');
		text += text != NULL;
	}
	if (!text || !number)
		return;
	n = strcspn(text, "\r\n");
	if (text[n] != '\r' || text[n + 1] == '\n') {
		char kept[LINE_SHOWN + 1];

		snprintf(kept, sizeof kept, "%.*s",
		         (int)(n < LINE_SHOWN ? n : LINE_SHOWN), text);
		str_addf(&out, "   (line %zu: ", number);
		text_clean(&out, kept);
		str_add(&out, n > LINE_SHOWN ? "…)" : ")");
	} else {
		str_addf(&out, "   (line %zu)", number);
	}
	cli_print(&out);
	str_free(&out);
}

void check_show_reports(const struct report *reports, size_t n, const char *metric,
                        const char *text)
{
	struct str value = {0};

	printf("%zu report%s of %s\n", n, str_plural(n), metric);
	for (size_t i = 0; i < n; i++) {
		if (i == REPORTS_SHOWN / 2 && n > REPORTS_SHOWN) {
			printf("  …\n");
			i = n - REPORTS_SHOWN / 2;
		}
		str_clear(&value);
		text_number(&value, reports[i].value);
		printf("  step %g: %s", reports[i].step, str_text(&value));
		show_line(text, reports[i].line);
		printf("\n");
	}
	str_free(&value);
}

void check_show_keys(const char *const *keys, size_t n)
{
	struct str out = {0};

	str_addf(&out, "numbers that were seen:%s", n ? "" : " none");
	for (size_t i = 0; i < n; i++) {
		str_add(&out, i ? ", " : " ");
		text_clean(&out, keys[i]);
	}
	str_addf(&out, "%s\n", n == SCRAPE_KEYS ? ", …" : "");
	cli_print(&out);
	str_free(&out);
}

void check_show_unread(const struct unread *u, const char *metric)
{
	struct str out = {0};

	if (u->n && metric)
		study_unread_text(&out, u, metric);
	if (out.len)
		printf("%s\n", out.s + 1);
	str_free(&out);
}

/* What might be meant where nothing was found. */
static void show_guess(const struct scraper *s)
{
	struct str out = {0};

	if (s->n_keys)
		study_guess_text(&out, s->metric, (const char *const *)s->keys,
		                 s->n_keys);
	if (out.len)
		printf("%s\n", out.s + 1);
	str_free(&out);
}

static int show_found(const struct scraper *s, const char *text)
{
	if (s->metric)
		check_show_reports(s->reports, s->n_reports, s->metric, text);
	if (s->by_text && !s->pattern)
		printf("read from lines of plain text, since no JSON holds it\n");
	check_show_keys((const char *const *)s->keys, s->n_keys);
	if (s->long_lines)
		printf("%zu line%s over 1 MiB %s passed over\n", s->long_lines,
		       str_plural(s->long_lines), s->long_lines == 1 ? "was" : "were");
	check_show_unread(&s->unread, s->metric);
	if (s->metric && !s->count && !s->unread.n)
		show_guess(s);
	return s->metric && !s->n_reports ? EXIT_NO_TRIAL : EXIT_FINE;
}

bool check_log(struct options *o, int *code, struct error *err)
{
	struct spec spec = {0};
	struct metric_source source;
	struct scraper s;
	char *text;
	size_t len;

	if (o->file && !cli_load_spec(o, &spec, true, err))
		return false;
	if (!file_read(o->log, log_max, &o->arena, &text, &len, err))
		return false;
	source = (struct metric_source){.pattern = spec.metric.pattern,
	                                .step_pattern = spec.metric.step_pattern};
	scrape_init(&s, spec.metric.name, spec.early.step);
	s.nni = spec.nni;
	if (scrape_source(&s, &source, err)) {
		scrape_feed(&s, &s.out, text, len);
		scrape_end(&s, &s.out);
		scrape_settle(&s);
		*code = show_found(&s, text);
		scrape_free(&s);
		return true;
	}
	scrape_free(&s);
	return false;
}

bool check_metrics(struct options *o, int *code, struct error *err)
{
	struct metric_file f = {.source = {.yaml = task_yaml}};
	struct spec spec = {0};
	struct error unread;
	struct scraper s;
	char *text = NULL;
	size_t len;

	if (!cli_load_spec(o, &spec, true, err))
		return false;
	if (!spec.metric.name)
		return error_set(err, ERROR_FILE, "%s names no metric to look for",
		                 o->file);
	if (!file_read(o->metrics_in, METRIC_FILE_WHOLE, &o->arena, &text, &len,
	               &unread))
		text = NULL;
	scrape_init(&s, spec.metric.name, spec.early.step);
	metric_file_take(&f, o->metrics_in, &s, true);
	if (*f.trouble)
		printf("%s\n", f.trouble);
	*code = show_found(&s, text);
	metric_file_free(&f);
	scrape_free(&s);
	return true;
}
