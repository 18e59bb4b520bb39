#include "record/purpose_json.h"

#include "base/json_out.h"

#include <math.h>

static void write_was(const struct purpose_was *w, struct str *out)
{
	str_addc(out, '{');
	json_out_u64(out, "trial", w->trial);
	json_out_number(out, "value", w->value);
	json_out_double(out, "optimism", w->optimism);
	json_out_u64(out, "among", w->among);
	json_out_key(out, "runs");
	for (size_t k = 0; k < w->n; k++) {
		str_addf(out, "%s[%llu,", k ? "," : "[",
		         (unsigned long long)w->seeds[k]);
		str_json_double(out, w->values[k]);
		str_addc(out, ']');
	}
	str_add(out, w->n ? "]}" : "[]}");
}

static void write_recheck(const struct purpose *p, struct str *out)
{
	json_out_u64(out, "number", p->number);
	json_out_bool(out, "data_changed", p->data_changed);
	json_out_bool(out, "test", p->test);
	json_out_bool(out, "was_better", p->was_better);
	json_out_bool(out, "defaults", p->defaults);
	json_out_text(out, "host", p->host);
	json_out_text(out, "git", p->git);
	json_out_text(out, "code", p->code);
	json_out_key(out, "was");
	for (size_t i = 0; i < p->n_was; i++) {
		str_addc(out, i ? ',' : '[');
		write_was(&p->was[i], out);
	}
	str_add(out, p->n_was ? "]" : "[]");
}

void purpose_json(const struct purpose *p, struct str *out)
{
	json_out_text(out, "what", purpose_name(p->kind));
	json_out_text(out, "of", p->of);
	json_out_u64(out, "winner", p->winner);
	json_out_double(out, "margin", p->margin);
	json_out_u64(out, "pairs", p->pairs);
	json_out_double(out, "spread", p->spread);
	if (p->kind == PURPOSE_RECHECK)
		write_recheck(p, out);
}

static bool read_was(const cJSON *json, struct purpose_was *w, struct arena *a)
{
	const cJSON *runs = json_get(json, "runs"), *run;

	*w = (struct purpose_was){.value = (double)NAN};
	w->seeds = arena_new(a, PURPOSE_OLD, sizeof *w->seeds);
	w->values = arena_new(a, PURPOSE_OLD, sizeof *w->values);
	json_double(json, "value", &w->value);
	json_double(json, "optimism", &w->optimism);
	json_u64(json, "among", &w->among);
	cJSON_ArrayForEach(run, runs)
	{
		double seed;

		if (w->n == PURPOSE_OLD || !json_number(run->child, &seed) ||
		    !(seed >= 0 && seed < 0x1p53) ||
		    !json_number(run->child->next, &w->values[w->n]))
			return false;
		w->seeds[w->n++] = (uint64_t)seed;
	}
	return json_u64(json, "trial", &w->trial);
}

enum { WAS_MAX = 1000 };

static bool read_recheck(const cJSON *json, struct purpose *p, struct arena *a)
{
	const cJSON *was = json_get(json, "was"), *item;
	size_t n = 0;

	p->data_changed = cJSON_IsTrue(json_get(json, "data_changed"));
	p->test = cJSON_IsTrue(json_get(json, "test"));
	p->was_better = cJSON_IsTrue(json_get(json, "was_better"));
	p->defaults = cJSON_IsTrue(json_get(json, "defaults"));
	p->host = json_string(json, "host");
	p->git = json_string(json, "git");
	p->code = json_string(json, "code");
	cJSON_ArrayForEach(item, was) n++;
	if (!n || n > WAS_MAX)
		return false;
	p->was = arena_new(a, n, sizeof *p->was);
	cJSON_ArrayForEach(
	    item, was) if (!read_was(item, &p->was[p->n_was++], a)) return false;
	return json_u64(json, "number", &p->number);
}

bool purpose_read(const cJSON *json, struct purpose *p, struct arena *a)
{
	const char *what = json_string(json, "what"), *of = json_string(json, "of");

	*p = (struct purpose){.of = of ? of : "", .margin = (double)NAN};
	json_double(json, "margin", &p->margin);
	json_double(json, "spread", &p->spread);
	return what && purpose_find(what, &p->kind) &&
	       json_u64(json, "winner", &p->winner) &&
	       json_u64(json, "pairs", &p->pairs) && p->pairs >= PURPOSE_PAIRS_LEAST &&
	       p->pairs <= PURPOSE_PAIRS_MOST && !(p->margin < 0) &&
	       (p->kind != PURPOSE_RECHECK || read_recheck(json, p, a));
}
