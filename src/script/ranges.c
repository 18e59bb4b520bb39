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
	enum shape shape;
	double low, high; /* DECADES: limits where there is no default */
	bool whole;
	const char *reason;
} rows[] = {
    {"=seed", SEED, 0, 0, true, ""},
    {"random seed", SEED, 0, 0, true, ""},
    {"random state", SEED, 0, 0, true, ""},
    {"manual seed", SEED, 0, 0, true, ""},
    {"epochs", FIXED, 0, 0, true,
     "how long it trains: more is seldom worse, only dearer; early_terminate saves "
     "there"},
    {"epoch", FIXED, 0, 0, true, "how long it trains"},
    {"max steps", FIXED, 0, 0, true, "how long it trains"},
    {"train steps", FIXED, 0, 0, true, "how long it trains"},
    {"num steps", FIXED, 0, 0, true, "how long it trains"},
    {"total timesteps", FIXED, 0, 0, true, "how long it trains"},
    {"workers", FIXED, 0, 0, true, "of the machine"},
    {"threads", FIXED, 0, 0, true, "of the machine"},
    {"device", FIXED, 0, 0, false, "of the machine"},
    {"cuda", FIXED, 0, 0, false, "of the machine"},
    {"gpu", FIXED, 0, 0, false, "of the machine"},
    {"gpus", FIXED, 0, 0, false, "of the machine"},
    {"local rank", FIXED, 0, 0, true, "of the machine"},
    {"world size", FIXED, 0, 0, true, "of the machine"},
    {"port", FIXED, 0, 0, true, "of the machine"},
    {"log interval", FIXED, 0, 0, true, "of what is printed"},
    {"interval", FIXED, 0, 0, true, "of what is printed or saved"},
    {"every", FIXED, 0, 0, true, "of what is printed or saved"},
    {"verbose", FIXED, 0, 0, true, "of what is printed"},
    {"freq", FIXED, 0, 0, true, "of what is printed or saved"},
    {"resume", FIXED, 0, 0, false, "of files"},
    {"path", FIXED, 0, 0, false, "of files"},
    {"dir", FIXED, 0, 0, false, "of files"},
    {"file", FIXED, 0, 0, false, "of files"},
    {"dataset", FIXED, 0, 0, false, "the data are what the search is about"},
    {"data", FIXED, 0, 0, false, "the data are what the search is about"},
    {"split", FIXED, 0, 0, false, "which data it looks at is set by HPSEARCH_SPLIT"},
    {"max tokens", FIXED, 0, 0, true, "a limit of cost"},
    {"max length", FIXED, 0, 0, true, "a limit of cost"},
    {"num classes", FIXED, 0, 0, true, "of the data"},
    {"test batch size", FIXED, 0, 0, true, "of evaluation"},
    {"eval batch size", FIXED, 0, 0, true, "of evaluation"},
    {"val batch size", FIXED, 0, 0, true, "of evaluation"},
    {"lr decay", BETWEEN, 0.1, 1, false, "how much the learning rate falls"},
    {"lr gamma", BETWEEN, 0.1, 1, false, "how much the learning rate falls"},
    {"warmup ratio", BETWEEN, 0, 0.2, false, "a share of the steps"},
    {"warmup proportion", BETWEEN, 0, 0.2, false, "a share of the steps"},
    {"warmup", AROUND, 0, 1000, true, "none to twice the default"},
    {"lr", DECADES, 1e-5, 1e-1, false, "a learning rate matters most: four decades"},
    {"learning rate", DECADES, 1e-5, 1e-1, false,
     "a learning rate matters most: four decades"},
    {"weight decay", DECADES, 1e-6, 1e-1, false, "regularization, by decades"},
    {"=wd", DECADES, 1e-6, 1e-1, false, "regularization, by decades"},
    {"=l2", DECADES, 1e-6, 1e-1, false, "regularization, by decades"},
    {"=l1", DECADES, 1e-6, 1e-1, false, "regularization, by decades"},
    {"reg alpha", BETWEEN_LOG, 1e-3, 10, false, "regularization, by decades"},
    {"reg lambda", BETWEEN_LOG, 1e-3, 10, false, "regularization, by decades"},
    {"dropout", BETWEEN, 0, 0.5, false, "none to a half"},
    {"drop rate", BETWEEN, 0, 0.5, false, "none to a half"},
    {"drop path", BETWEEN, 0, 0.5, false, "none to a half"},
    {"label smoothing", BETWEEN, 0, 0.2, false, "none to a fifth"},
    {"batch size", DOUBLING, 16, 256, true, "a quarter to four times, in doublings"},
    {"=batch", DOUBLING, 16, 256, true, "a quarter to four times, in doublings"},
    {"=bs", DOUBLING, 16, 256, true, "a quarter to four times, in doublings"},
    {"heads", DOUBLING, 1, 16, true, "a quarter to four times, in doublings"},
    {"hidden size", DOUBLING, 32, 512, true, "a quarter to four times, in doublings"},
    {"hidden dim", DOUBLING, 32, 512, true, "a quarter to four times, in doublings"},
    {"hidden units", DOUBLING, 32, 512, true, "a quarter to four times, in doublings"},
    {"=hidden", DOUBLING, 32, 512, true, "a quarter to four times, in doublings"},
    {"width", DOUBLING, 32, 512, true, "a quarter to four times, in doublings"},
    {"units", DOUBLING, 32, 512, true, "a quarter to four times, in doublings"},
    {"channels", DOUBLING, 16, 256, true, "a quarter to four times, in doublings"},
    {"filters", DOUBLING, 16, 256, true, "a quarter to four times, in doublings"},
    {"embed dim", DOUBLING, 32, 512, true, "a quarter to four times, in doublings"},
    {"embedding dim", DOUBLING, 32, 512, true, "a quarter to four times, in doublings"},
    {"d model", DOUBLING, 64, 512, true, "a quarter to four times, in doublings"},
    {"lora rank", DOUBLING, 4, 64, true, "a quarter to four times, in doublings"},
    {"lora r", DOUBLING, 4, 64, true, "a quarter to four times, in doublings"},
    {"lora alpha", DOUBLING, 8, 64, true, "a quarter to four times, in doublings"},
    {"accumulation steps", DOUBLING, 1, 8, true,
     "a quarter to four times, in doublings"},
    {"max depth", BETWEEN, 2, 12, true, "shallow to deep trees"},
    {"layers", AROUND, 1, 6, true, "one to twice the default"},
    {"depth", AROUND, 1, 6, true, "one to twice the default"},
    {"momentum", BETWEEN, 0.8, 0.99, false, "the usual range"},
    {"beta1", BETWEEN, 0.8, 0.99, false, "the usual range"},
    {"beta2", BETWEEN, 0.9, 0.9999, false, "the usual range"},
    {"=eps", BETWEEN_LOG, 1e-9, 1e-6, false, "the optimizer's"},
    {"epsilon", BETWEEN_LOG, 1e-9, 1e-6, false, "the optimizer's"},
    {"grad norm", BETWEEN_LOG, 0.1, 10, false, "where gradients are clipped"},
    {"clip", BETWEEN_LOG, 0.1, 10, false, "where gradients are clipped"},
    {"temperature", BETWEEN, 0, 1.5, false, "greedy to wild"},
    {"top p", BETWEEN, 0.5, 1, false, "half of the mass to all"},
    {"top k", BETWEEN_LOG, 1, 100, true, "one to a hundred"},
    {"min p", BETWEEN, 0, 0.2, false, "none to a fifth"},
    {"repetition penalty", BETWEEN, 1, 1.3, false, "none to strong"},
    {"frequency penalty", BETWEEN, 0, 1, false, "none to strong"},
    {"presence penalty", BETWEEN, 0, 1, false, "none to strong"},
    {"estimators", BETWEEN_LOG, 50, 2000, true, "how many trees"},
    {"num trees", BETWEEN_LOG, 50, 2000, true, "how many trees"},
    {"boost round", BETWEEN_LOG, 50, 2000, true, "how many trees"},
    {"num leaves", BETWEEN_LOG, 8, 256, true, "of a tree"},
    {"min child weight", BETWEEN_LOG, 1, 20, false, "the least in a leaf"},
    {"samples leaf", BETWEEN_LOG, 1, 50, true, "the least in a leaf"},
    {"subsample", BETWEEN, 0.5, 1, false, "half of the rows to all"},
    {"colsample", BETWEEN, 0.5, 1, false, "half of the columns to all"},
    {"=c", BETWEEN_LOG, 1e-3, 1e3, false, "six decades"},
    {"discount", BETWEEN, 0.9, 0.999, false, "the usual range"},
    {"gae lambda", BETWEEN, 0.8, 1, false, "the usual range"},
    {"ent coef", BETWEEN_LOG, 1e-8, 0.1, false, "seven decades"},
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
