#include "script/option.h"
#include "script/python.h"

#include <ctype.h>
#include <string.h>

enum { CHOICES_MAX = 100, OPTIONS_MAX = 1000 };

static bool has_option(const struct script *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->options[i].name, name) == 0)
			return true;
	return false;
}

void option_add(struct script *s, enum script_how how, const struct script_option *o)
{
	struct script_option *grown;

	if (!o->name || !*o->name || s->n == OPTIONS_MAX || has_option(s, o->name))
		return;
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 32;
		grown = arena_new(s->a, s->cap, sizeof *grown);
		if (s->n)
			memcpy(grown, s->options, s->n * sizeof *grown);
		s->options = grown;
	}
	s->options[s->n++] = *o;
	if (s->how == SCRIPT_NOTHING)
		s->how = how;
}

void option_preset(struct script_option *o, const char *text, struct arena *a)
{
	const char *string = text ? python_string(text, a) : NULL;
	double x;
	bool whole;

	if (!text || strcmp(text, "None") == 0 || strcmp(text, "...") == 0)
		return;
	if (string) {
		o->preset = string;
		o->preset_is_text = true;
		if (o->kind == OPTION_UNKNOWN)
			o->kind = OPTION_TEXT;
	} else if (python_number(text, &x, &whole)) {
		o->preset = text;
		if (o->kind == OPTION_UNKNOWN)
			o->kind = whole ? OPTION_INT : OPTION_FLOAT;
	} else if (strcmp(text, "True") == 0 || strcmp(text, "False") == 0) {
		o->preset = text;
		if (o->kind == OPTION_UNKNOWN)
			o->kind = OPTION_FLAG;
	}
}

enum option_kind option_kind(const char *type)
{
	static const struct {
		const char *word;
		enum option_kind kind;
	} all[] = {{"float", OPTION_FLOAT}, {"int", OPTION_INT},
	           {"str", OPTION_TEXT},    {"bool", OPTION_FLAG},
	           {"FLOAT", OPTION_FLOAT}, {"INT", OPTION_INT},
	           {"STRING", OPTION_TEXT}};

	if (!type)
		return OPTION_UNKNOWN;
	if (strncmp(type, "Optional[", 9) == 0)
		type += 9;
	if (strncmp(type, "click.", 6) == 0)
		type += 6;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		size_t n = strlen(all[i].word);

		if (strncmp(type, all[i].word, n) == 0 &&
		    !isalnum((unsigned char)type[n]) && type[n] != '_')
			return all[i].kind;
	}
	return OPTION_UNKNOWN;
}

void option_choices(struct script_option *o, const char *text, struct arena *a)
{
	const char *items[CHOICES_MAX];
	const char **out;
	size_t n = text ? python_list(text, items, CHOICES_MAX, a) : 0;

	if (n < 2)
		return;
	out = arena_new(a, n, sizeof *out);
	for (size_t i = 0; i < n; i++) {
		const char *string = python_string(items[i], a);

		out[i] = string ? string : items[i];
		if (string && o->kind == OPTION_UNKNOWN)
			o->kind = OPTION_TEXT;
	}
	o->choices = out;
	o->n_choices = n;
}
