/* A sheet for programs and for papers. */
#include "report/sheet_text.h"
#include "report/text.h"

#include <stdlib.h>
#include <string.h>

typedef void escape(struct str *out, const char *text);

static void write_csv(const struct sheet *s, struct str *out)
{
	struct str text = {0};

	for (size_t i = 0; i < s->n; i++) {
		str_add(out, i ? "," : "");
		str_csv(out, s->columns[i].name);
	}
	str_addc(out, '\n');
	for (size_t i = 0; s->n && i < s->n_cells; i++) {
		str_clear(&text);
		if (s->cells[i].value.kind != VALUE_NULL || s->cells[i].null)
			value_text(&s->cells[i].value, &text);
		str_add(out, i % s->n ? "," : "");
		str_csv(out, str_text(&text));
		str_add(out, (i + 1) % s->n ? "" : "\n");
	}
	str_free(&text);
}

static void add_key(struct str *out, const char *name)
{
	str_json(out, name, strlen(name), false);
}

static void write_json(const struct sheet *s, struct str *out)
{
	str_addc(out, '[');
	for (size_t i = 0; s->n && i < s->n_cells; i++) {
		if (i % s->n == 0)
			str_add(out, i ? ",\n{" : "\n{");
		else
			str_addc(out, ',');
		add_key(out, s->columns[i % s->n].name);
		str_addc(out, ':');
		value_json(&s->cells[i].value, out, false);
		str_add(out, (i + 1) % s->n ? "" : "}");
	}
	str_add(out, s->n_cells ? "\n]\n" : "]\n");
}

static void write_yaml(const struct sheet *s, struct str *out)
{
	for (size_t i = 0; s->n && i < s->n_cells; i++) {
		str_add(out, i % s->n ? "  " : "- ");
		add_key(out, s->columns[i % s->n].name);
		str_add(out, ": ");
		value_yaml(&s->cells[i].value, out);
		str_addc(out, '\n');
	}
	if (!s->n_cells)
		str_add(out, "[]\n");
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

void sheet_markdown_text(struct str *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		bool inside = *p == '_' && p > text && is_word(p[-1]) && is_word(p[1]);

		if (strchr("\\`*_{}[]<>|~!$&#", *p) && !inside)
			str_addc(out, '\\');
		str_addc(out, *p);
	}
}

void sheet_latex_text(struct str *out, const char *text)
{
	static const struct {
		const char *what, *becomes;
	} words[] = {{"\\", "\\textbackslash{}"},
	             {"~", "\\textasciitilde{}"},
	             {"^", "\\textasciicircum{}"},
	             {"<", "\\textless{}"},
	             {">", "\\textgreater{}"},
	             {"|", "\\textbar{}"},
	             {"[", "{[}"},
	             {"]", "{]}"},
	             {"\"", "{\\char34}"},
	             {"`", "{\\char96}"},
	             {"*", "{*}"}, /* behind \\ it would mean something */
	             {"→", "$\\to$"},
	             {"–", "--"},
	             {"±", "$\\pm$"},
	             {"…", "\\dots{}"}};

	while (*text) {
		size_t i = 0;

		while (i < ARRAY_LEN(words) &&
		       strncmp(text, words[i].what, strlen(words[i].what)) != 0)
			i++;
		if (i < ARRAY_LEN(words)) {
			str_add(out, words[i].becomes);
			text += strlen(words[i].what);
			continue;
		}
		if (strchr("{}$&#%_", *text))
			str_addc(out, '\\');
		str_addc(out, *text);
		/* Two of them would be a dash, a quote. */
		if (strchr("-'", *text) && text[1] == *text)
			str_add(out, "{}");
		text++;
	}
}

/* A number that people read: a real minus, powers of ten. */
static void latex_number(struct str *out, const char *text)
{
	size_t sign = *text == '-', n = sign + strspn(text + sign, "0123456789.");
	const char *e = text + n, *power = e + 1;

	if (n == sign || (*e && *e != 'e')) {
		sheet_latex_text(out, text);
		return;
	}
	if (!*e) {
		str_addf(out, sign ? "$%s$" : "%s", text);
		return;
	}
	sign = *power == '-';
	power += strspn(power, "+-0");
	str_addf(out, "$%.*s \\cdot 10^{%s%s}$", (int)n, text, sign ? "-" : "", power);
}

/* Cells between separators, each row with a beginning and an end. */
struct lines {
	const char *begin, *between, *end;
	escape *text, *number;
};

/* Row 0 has the titles. */
static void add_row(const struct sheet *s, const struct lines *l, size_t row,
                    const int *digits, struct str *out)
{
	struct str text = {0};

	str_add(out, l->begin);
	for (size_t i = 0, shown = 0; i < s->n; i++) {
		bool number = row && s->columns[i].kind == COLUMN_NUMBER;

		if (s->columns[i].hidden)
			continue;
		str_clear(&text);
		if (row)
			sheet_cell_text(&s->cells[(row - 1) * s->n + i], digits[i],
			                &text);
		else
			sheet_title(s, i, &text);
		if (!row && s->columns[i].under) {
			str_addc(&text, ' ');
			text_clean(&text, s->columns[i].under);
		}
		str_add(out, shown++ ? l->between : "");
		(number ? l->number : l->text)(out, str_text(&text));
	}
	str_add(out, l->end);
	str_free(&text);
}

static void add_rows(const struct sheet *s, const struct lines *l, bool full,
                     struct str *out)
{
	int *digits = mem_new(s->n + 1, sizeof *digits);

	for (size_t i = 0; i < s->n; i++)
		digits[i] = sheet_digits(s, i, full);
	for (size_t r = 1; r <= sheet_rows(s); r++)
		add_row(s, l, r, digits, out);
	free(digits);
}

static void write_markdown(const struct sheet *s, bool full, struct str *out)
{
	static const struct lines l = {"| ", " | ", " |\n", sheet_markdown_text,
	                               sheet_markdown_text};

	add_row(s, &l, 0, NULL, out);
	for (size_t i = 0; i < s->n; i++)
		if (!s->columns[i].hidden)
			str_add(out, s->columns[i].kind == COLUMN_NUMBER ? "| ---: "
			                                                 : "| --- ");
	str_add(out, "|\n");
	add_rows(s, &l, full, out);
}

static void write_latex(const struct sheet *s, bool full, struct str *out)
{
	static const struct lines l = {"", " & ", " \\\\\n", sheet_latex_text,
	                               latex_number};

	str_add(out, "\\begin{tabular}{");
	for (size_t i = 0; i < s->n; i++)
		if (!s->columns[i].hidden)
			str_addc(out, s->columns[i].kind == COLUMN_NUMBER ? 'r' : 'l');
	str_add(out, "}\n\\hline\n");
	add_row(s, &l, 0, NULL, out);
	str_add(out, "\\hline\n");
	add_rows(s, &l, full, out);
	str_add(out, "\\hline\n\\end{tabular}\n");
}

bool sheet_write(const struct sheet *s, const char *format, bool full, struct str *out)
{
	if (strcmp(format, "csv") == 0)
		write_csv(s, out);
	else if (strcmp(format, "json") == 0)
		write_json(s, out);
	else if (strcmp(format, "yaml") == 0)
		write_yaml(s, out);
	else if (strcmp(format, "markdown") == 0)
		write_markdown(s, full, out);
	else if (strcmp(format, "latex") == 0)
		write_latex(s, full, out);
	else
		return false;
	return true;
}
