#include "script/proposal.h"
#include "script/ranges.h"

#include <string.h>
#include <strings.h>

static void quoted(struct str *out, const char *text)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_./-";

	if (*text && text[strspn(text, plain)] == '\0' &&
	    !strchr("-.0123456789", *text) && strcasecmp(text, "yes") != 0 &&
	    strcasecmp(text, "no") != 0 && strcasecmp(text, "on") != 0 &&
	    strcasecmp(text, "off") != 0 && strcasecmp(text, "true") != 0 &&
	    strcasecmp(text, "false") != 0 && strcasecmp(text, "null") != 0)
		str_add(out, text);
	else
		str_json(out, text, strlen(text), false);
}

/* What stands behind a # must stay on its line. */
static void comment(struct str *out, const char *text)
{
	for (size_t n = 0; *text && n < 100; text++, n++)
		str_addc(out, (unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e
		                  ? ' '
		                  : *text);
}

struct proposal {
	struct str search, maybe, fixed;
	const char *seed; /* the option that takes it */
	size_t n;
	bool flags;
};

static void sort_out(const struct script *s, const struct script_option *o,
                     struct proposal *p)
{
	struct str entry = {0}, name = {0};
	const char *reason;
	enum range_use use = range_of(o, &entry, &reason, s->a);

	quoted(&name, o->name);
	switch (use) {
	case RANGE_SEED: p->seed = o->name; break;
	case RANGE_SEARCH:
		p->n++;
		str_addf(&p->search, "  %s: %s  # ", str_text(&name), str_text(&entry));
		comment(&p->search, reason);
		str_addc(&p->search, '\n');
		break;
	case RANGE_MAYBE:
		p->flags = p->flags || o->kind == OPTION_FLAG;
		str_addf(&p->maybe, "%s: %s  # ", str_text(&name), str_text(&entry));
		comment(&p->maybe, o->help && *o->help ? o->help : reason);
		str_addc(&p->maybe, '\n');
		break;
	case RANGE_FIXED:
		str_addf(&p->fixed, "#   ");
		comment(&p->fixed, o->name);
		if (o->preset) {
			str_add(&p->fixed, " (");
			comment(&p->fixed, o->preset);
			str_add(&p->fixed, ")");
		}
		str_add(&p->fixed, ": ");
		comment(&p->fixed,
		        o->required ? "the script insists on it: add it to the command"
		                    : reason);
		str_addc(&p->fixed, '\n');
		break;
	}
	str_free(&entry);
	str_free(&name);
}

static const char *arguments(const struct script *s, const struct proposal *p)
{
	if (s->how == SCRIPT_HYDRA)
		return "${args_no_hyphens}";
	return p->flags ? "${args_no_boolean_flags}" : "${args}";
}

static void command(const struct script *s, const struct proposal *p,
                    const char *interpreter, struct str *out)
{
	str_addf(out, "command: [%s, ", interpreter);
	quoted(out, s->path);
	if (s->how != SCRIPT_WANDB)
		str_addf(out, ", \"%s\"", arguments(s, p));
	if (p->seed && s->how != SCRIPT_WANDB) {
		struct str word = {0};

		str_addf(&word, "%s%s=${seed}", s->how == SCRIPT_HYDRA ? "" : "--",
		         p->seed);
		str_add(out, ", ");
		str_json(out, str_text(&word), word.len, false);
		str_free(&word);
	}
	str_add(out, "]\n");
}

static bool is_better_high(const char *metric)
{
	static const char *const words[] = {"acc",   "auc",    "f1",
	                                    "score", "reward", "bleu"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasestr(metric, words[i]))
			return true;
	return false;
}

static void metric(const struct script *s, struct str *out)
{
	str_add(out, "metric: {name: ");
	quoted(out, s->metric ? s->metric : "val_loss");
	str_addf(out, ", goal: %s}  # ",
	         s->metric && is_better_high(s->metric) ? "maximize" : "minimize");
	if (s->metric)
		str_addf(out, "line %zu; it must be measured on validation data\n",
		         s->metric_line);
	else
		str_add(out, "a guess: print it as a line, {\"val_loss\": 0.3}\n");
}

static void lines(struct str *out, const char *before, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		str_add(out, before);
		str_addn(out, text, n);
		str_addc(out, '\n');
		text += n + (text[n] == '\n');
	}
}

bool propose(const struct script *s, const char *interpreter, struct str *out,
             struct error *err)
{
	struct proposal p = {0};

	for (size_t i = 0; i < s->n; i++)
		sort_out(s, &s->options[i], &p);
	if (!p.n && !p.maybe.len) {
		str_free(&p.search);
		str_free(&p.fixed);
		return error_set(err, ERROR_FILE,
		                 "%s: no option that could be searched was found "
		                 "(%s)\n  help: let the "
		                 "script take its settings by argparse, click, typer, "
		                 "absl, Hydra or "
		                 "wandb.config, or write parameters: by hand",
		                 s->path,
		                 s->n ? script_how_name(s->how) : "no options at all");
	}
	str_add(out, "# Proposed by hpsearch init from ");
	comment(out, s->path);
	str_addf(
	    out,
	    " (%s, %zu option%s). Ranges are what is usual for\n# such names, placed "
	    "around the defaults: look at each of them.\n",
	    script_how_name(s->how), s->n, str_plural(s->n));
	command(s, &p, interpreter, out);
	if (s->places) {
		str_add(
		    out,
		    "# It also takes arguments by their place: add to the command: ");
		comment(out, s->places);
		str_addc(out, '\n');
	}
	str_add(out, "method: auto\n");
	metric(s, out);
	str_add(out, "max_trials: 30\nparameters:\n");
	str_add(out, str_text(&p.search));
	if (p.maybe.len && p.n)
		str_add(out, "  # May be worth it, too:\n");
	lines(out, p.n ? "  # " : "  ", str_text(&p.maybe));
	if (p.fixed.len)
		str_addf(out, "# Left as they are:\n%s", str_text(&p.fixed));
	str_add(out,
	        "# Confirms the winner on data that the search has not seen, where the "
	        "script looks at\n# HPSEARCH_SPLIT=test:\n# test: {top: 3}\n");
	str_free(&p.search);
	str_free(&p.maybe);
	str_free(&p.fixed);
	return true;
}
