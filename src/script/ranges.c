#include "script/ranges.h"
#include "script/python.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum shape {
	DECADES, /* log, low and high as factors of the default, within the limits */
	BETWEEN, /* low to high */
	BETWEEN_LOG,
	DOUBLING, /* powers of two from a quarter of the default to four times */
	AROUND,   /* whole, from low to twice the default or high */
	FIXED,
	SEED
};

/* Words of a name, parted by _ . or -: all of one row's must be there. The first row
 * that fits has it. */
static const struct row {
	const char *words; /* "a b": both; "=x": the whole name */
	double low, high;  /* DECADES: limits where there is no default */
	const char *reason;
	enum shape shape;
	bool whole;
} rows[] = {
    {"=seed", 0, 0, "", SEED, true},
    {"random seed", 0, 0, "", SEED, true},
    {"random state", 0, 0, "", SEED, true},
    {"manual seed", 0, 0, "", SEED, true},
    {"epochs", 0, 0,
     "how long it trains: more is seldom worse, only dearer; early_terminate saves "
     "there",
     FIXED, true},
    {"epoch", 0, 0, "how long it trains", FIXED, true},
    {"max steps", 0, 0, "how long it trains", FIXED, true},
    {"train steps", 0, 0, "how long it trains", FIXED, true},
    {"num steps", 0, 0, "how long it trains", FIXED, true},
    {"total timesteps", 0, 0, "how long it trains", FIXED, true},
    {"workers", 0, 0, "of the machine", FIXED, true},
    {"threads", 0, 0, "of the machine", FIXED, true},
    {"device", 0, 0, "of the machine", FIXED, false},
    {"cuda", 0, 0, "of the machine", FIXED, false},
    {"gpu", 0, 0, "of the machine", FIXED, false},
    {"gpus", 0, 0, "of the machine", FIXED, false},
    {"local rank", 0, 0, "of the machine", FIXED, true},
    {"world size", 0, 0, "of the machine", FIXED, true},
    {"port", 0, 0, "of the machine", FIXED, true},
    {"log interval", 0, 0, "of what is printed", FIXED, true},
    {"interval", 0, 0, "of what is printed or saved", FIXED, true},
    {"every", 0, 0, "of what is printed or saved", FIXED, true},
    {"verbose", 0, 0, "of what is printed", FIXED, true},
    {"freq", 0, 0, "of what is printed or saved", FIXED, true},
    {"resume", 0, 0, "of files", FIXED, false},
    {"path", 0, 0, "of files", FIXED, false},
    {"dir", 0, 0, "of files", FIXED, false},
    {"file", 0, 0, "of files", FIXED, false},
    {"dataset", 0, 0, "the data are what the search is about", FIXED, false},
    {"data", 0, 0, "the data are what the search is about", FIXED, false},
    {"split", 0, 0, "which data it looks at is set by HPSEARCH_SPLIT", FIXED, false},
    {"max tokens", 0, 0, "a limit of cost", FIXED, true},
    {"max length", 0, 0, "a limit of cost", FIXED, true},
    {"num classes", 0, 0, "of the data", FIXED, true},
    {"test batch size", 0, 0, "of evaluation", FIXED, true},
    {"eval batch size", 0, 0, "of evaluation", FIXED, true},
    {"val batch size", 0, 0, "of evaluation", FIXED, true},
    {"lr decay", 0.1, 1, "how much the learning rate falls", BETWEEN, false},
    {"lr gamma", 0.1, 1, "how much the learning rate falls", BETWEEN, false},
    {"warmup ratio", 0, 0.2, "a share of the steps", BETWEEN, false},
    {"warmup proportion", 0, 0.2, "a share of the steps", BETWEEN, false},
    {"warmup", 0, 1000, "none to twice the default", AROUND, true},
    {"lr", 1e-5, 1e-1, "a learning rate matters most: four decades", DECADES, false},
    {"learning rate", 1e-5, 1e-1, "a learning rate matters most: four decades", DECADES,
     false},
    {"weight decay", 1e-6, 1e-1, "regularization, by decades", DECADES, false},
    {"=wd", 1e-6, 1e-1, "regularization, by decades", DECADES, false},
    {"=l2", 1e-6, 1e-1, "regularization, by decades", DECADES, false},
    {"=l1", 1e-6, 1e-1, "regularization, by decades", DECADES, false},
    {"reg alpha", 1e-3, 10, "regularization, by decades", BETWEEN_LOG, false},
    {"reg lambda", 1e-3, 10, "regularization, by decades", BETWEEN_LOG, false},
    {"dropout", 0, 0.5, "none to a half", BETWEEN, false},
    {"drop rate", 0, 0.5, "none to a half", BETWEEN, false},
    {"drop path", 0, 0.5, "none to a half", BETWEEN, false},
    {"label smoothing", 0, 0.2, "none to a fifth", BETWEEN, false},
    {"batch size", 16, 256, "a quarter to four times, in doublings", DOUBLING, true},
    {"=batch", 16, 256, "a quarter to four times, in doublings", DOUBLING, true},
    {"=bs", 16, 256, "a quarter to four times, in doublings", DOUBLING, true},
    {"heads", 1, 16, "a quarter to four times, in doublings", DOUBLING, true},
    {"hidden size", 32, 512, "a quarter to four times, in doublings", DOUBLING, true},
    {"hidden dim", 32, 512, "a quarter to four times, in doublings", DOUBLING, true},
    {"hidden units", 32, 512, "a quarter to four times, in doublings", DOUBLING, true},
    {"=hidden", 32, 512, "a quarter to four times, in doublings", DOUBLING, true},
    {"width", 32, 512, "a quarter to four times, in doublings", DOUBLING, true},
    {"units", 32, 512, "a quarter to four times, in doublings", DOUBLING, true},
    {"channels", 16, 256, "a quarter to four times, in doublings", DOUBLING, true},
    {"filters", 16, 256, "a quarter to four times, in doublings", DOUBLING, true},
    {"embed dim", 32, 512, "a quarter to four times, in doublings", DOUBLING, true},
    {"embedding dim", 32, 512, "a quarter to four times, in doublings", DOUBLING, true},
    {"d model", 64, 512, "a quarter to four times, in doublings", DOUBLING, true},
    {"lora rank", 4, 64, "a quarter to four times, in doublings", DOUBLING, true},
    {"lora r", 4, 64, "a quarter to four times, in doublings", DOUBLING, true},
    {"lora alpha", 8, 64, "a quarter to four times, in doublings", DOUBLING, true},
    {"accumulation steps", 1, 8, "a quarter to four times, in doublings", DOUBLING,
     true},
    {"max depth", 2, 12, "shallow to deep trees", BETWEEN, true},
    {"layers", 1, 6, "one to twice the default", AROUND, true},
    {"depth", 1, 6, "one to twice the default", AROUND, true},
    {"momentum", 0.8, 0.99, "the usual range", BETWEEN, false},
    {"beta1", 0.8, 0.99, "the usual range", BETWEEN, false},
    {"beta2", 0.9, 0.9999, "the usual range", BETWEEN, false},
    {"=eps", 1e-9, 1e-6, "the optimizer's", BETWEEN_LOG, false},
    {"epsilon", 1e-9, 1e-6, "the optimizer's", BETWEEN_LOG, false},
    {"grad norm", 0.1, 10, "where gradients are clipped", BETWEEN_LOG, false},
    {"clip", 0.1, 10, "where gradients are clipped", BETWEEN_LOG, false},
    {"temperature", 0, 1.5, "greedy to wild", BETWEEN, false},
    {"top p", 0.5, 1, "half of the mass to all", BETWEEN, false},
    {"top k", 1, 100, "one to a hundred", BETWEEN_LOG, true},
    {"min p", 0, 0.2, "none to a fifth", BETWEEN, false},
    {"repetition penalty", 1, 1.3, "none to strong", BETWEEN, false},
    {"frequency penalty", 0, 1, "none to strong", BETWEEN, false},
    {"presence penalty", 0, 1, "none to strong", BETWEEN, false},
    {"estimators", 50, 2000, "how many trees", BETWEEN_LOG, true},
    {"num trees", 50, 2000, "how many trees", BETWEEN_LOG, true},
    {"boost round", 50, 2000, "how many trees", BETWEEN_LOG, true},
    {"num leaves", 8, 256, "of a tree", BETWEEN_LOG, true},
    {"min child weight", 1, 20, "the least in a leaf", BETWEEN_LOG, false},
    {"samples leaf", 1, 50, "the least in a leaf", BETWEEN_LOG, true},
    {"subsample", 0.5, 1, "half of the rows to all", BETWEEN, false},
    {"colsample", 0.5, 1, "half of the columns to all", BETWEEN, false},
    {"=c", 1e-3, 1e3, "six decades", BETWEEN_LOG, false},
    {"discount", 0.9, 0.999, "the usual range", BETWEEN, false},
    {"gae lambda", 0.8, 1, "the usual range", BETWEEN, false},
    {"ent coef", 1e-8, 0.1, "seven decades", BETWEEN_LOG, false},
};

/* learningRate, learning-rate, optimizer.learning_rate → " learning rate ". */
static void words_of(const char *name, char *out, size_t size)
{
	size_t n = 0;

	out[n++] = ' ';
	for (const char *s = name; *s && n + 3 < size; s++) {
		if (strchr("_-./", *s)) {
			out[n++] = ' ';
			continue;
		}
		if (isupper((unsigned char)*s) && s > name &&
		    islower((unsigned char)s[-1]))
			out[n++] = ' ';
		out[n++] = (char)tolower((unsigned char)*s);
	}
	out[n++] = ' ';
	out[n] = '\0';
}

static bool fits(const struct row *r, const char *words)
{
	char want[64];

	/* learningrate, batchsize: written together as well. */
	if (*r->words == '=') {
		snprintf(want, sizeof want, " %s ", r->words + 1);
		return strcmp(words, want) == 0;
	}
	snprintf(want, sizeof want, " %s ", r->words);
	if (strstr(words, want))
		return true;
	for (char *s = want + 1, *t = s;; s++) {
		if (*s == ' ' && s[1])
			continue;
		*t++ = *s;
		if (!*s)
			break;
	}
	return strchr(r->words, ' ') && strstr(words, want);
}

static const struct row *row_of(const char *name)
{
	const char *point = strrchr(name, '.');
	char words[128], last[128];

	words_of(name, words, sizeof words);
	words_of(point ? point + 1 : name, last, sizeof last);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (fits(&rows[i], *rows[i].words == '=' ? last : words))
			return &rows[i];
	return NULL;
}

static void number(struct str *out, double x, bool whole)
{
	size_t from = out->len;

	str_double(out, x);
	if (!whole && !strpbrk(out->s + from, ".en"))
		str_add(out, ".0");
}

static void between(struct str *out, double low, double high, bool whole, bool log)
{
	str_add(out, "{min: ");
	number(out, low, whole);
	str_add(out, ", max: ");
	number(out, high, whole);
	str_add(out, log ? ", log: true" : "");
}

static double power_of_ten(double exponent)
{
	char text[32];

	snprintf(text, sizeof text, "1e%.0f", exponent);
	return strtod(text, NULL);
}

static void doubling(struct str *out, double preset, const struct row *r)
{
	double low = preset > 0 ? fmax(1, preset / 4) : r->low;
	double high = preset > 0 ? preset * 4 : r->high;
	size_t n = 0;

	/* Whole steps from the default downwards. */
	while (preset > 0 && low != floor(low))
		low *= 2;
	str_add(out, "{values: [");
	for (double x = low; x <= high && n < 12; x *= 2)
		str_addf(out, "%s%.0f", n++ ? ", " : "", x);
	str_add(out, "]");
}

static void numeric(const struct row *r, bool has, double preset, const char *text,
                    struct str *out)
{
	double low = r->low, high = r->high;
	bool keeps;

	switch (r->shape) {
	case DECADES:
		if (has && preset > 0) {
			double exponent = floor(log10(preset) + 1e-9);

			low = power_of_ten(exponent - 2);
			high = fmin(power_of_ten(exponent + 2), fmax(1, preset));
		}
		between(out, low, high, false, true);
		break;
	case BETWEEN:
	case BETWEEN_LOG:
		if (has && preset > high)
			high = preset;
		if (has && preset < low && (r->shape == BETWEEN || preset > 0))
			low = preset;
		between(out, low, high, r->whole, r->shape == BETWEEN_LOG);
		break;
	case DOUBLING:
		doubling(out, has ? preset : 0, r);
		low = preset > 0 ? 1 : low;
		high = (double)INFINITY;
		break;
	case AROUND:
		high = has && preset > 0 ? 2 * preset : high;
		between(out, low, high, true, false);
		break;
	case FIXED:
	case SEED: return;
	}
	keeps = has && preset >= low && preset <= high &&
	        !(r->shape == DOUBLING && !(preset > 0));
	if (keeps)
		str_addf(out, ", default: %s", text);
	str_addc(out, '}');
}

static void plain(struct str *out, const char *text)
{
	double x;
	bool whole;

	if (python_number(text, &x, &whole) || strcmp(text, "True") == 0 ||
	    strcmp(text, "False") == 0)
		str_add(out, *text == 'T' ? "true" : *text == 'F' ? "false" : text);
	else
		str_json(out, text, strlen(text), false);
}

static void choices(const struct script_option *o, struct str *out)
{
	bool keeps = false;

	str_add(out, "{values: [");
	for (size_t i = 0; i < o->n_choices; i++) {
		str_add(out, i ? ", " : "");
		plain(out, o->choices[i]);
		keeps = keeps || (o->preset && strcmp(o->preset, o->choices[i]) == 0);
	}
	str_add(out, "]");
	if (keeps) {
		str_add(out, ", default: ");
		plain(out, o->preset);
	}
	str_addc(out, '}');
}

/* A number that nobody knows: half to twice, if it can be. */
static bool guess(double preset, bool whole, const char *text, struct str *out)
{
	if (!(preset > 0))
		return false;
	between(out, whole ? fmax(1, floor(preset / 2)) : preset / 2, preset * 2, whole,
	        false);
	str_addf(out, ", default: %s}", text);
	return true;
}

enum range_use range_of(const struct script_option *o, struct str *entry,
                        const char **reason, struct arena *a)
{
	const struct row *r = row_of(o->name);
	double preset = 0;
	bool whole = true, has = o->preset && !o->preset_is_text &&
	                         python_number(o->preset, &preset, &whole);

	*reason = r ? r->reason : "";
	if (r && r->shape == SEED)
		return RANGE_SEED;
	if (r && r->shape == FIXED)
		return RANGE_FIXED;
	if (o->n_choices > 1) {
		choices(o, entry);
		*reason = "its choices";
		return RANGE_SEARCH;
	}
	if (o->kind == OPTION_FLAG) {
		str_add(entry, "{values: [false, true], default: ");
		str_addf(entry, "%s}",
		         o->preset && strcmp(o->preset, "True") == 0 ? "true"
		                                                     : "false");
		*reason = "a switch";
		return RANGE_MAYBE;
	}
	if (r && !(r->whole && has && !whole) && (has || !o->preset)) {
		numeric(r, has, preset, o->preset, entry);
		if (has && !strstr(str_text(entry), "default: "))
			*reason =
			    arena_printf(a, "%s; its default, %s, is not among them",
			                 r->reason, o->preset);
		return RANGE_SEARCH;
	}
	if (has && guess(preset, whole, o->preset, entry)) {
		*reason = arena_printf(a, "half to twice its default, a guess");
		return RANGE_MAYBE;
	}
	*reason = o->kind == OPTION_TEXT ? "a text" : "what it does is not known here";
	return RANGE_FIXED;
}
