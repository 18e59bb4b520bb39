#include "saved/rewrite.h"
#include "record/results.h"
#include "search/prospect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is computed by a model, or is a sum over runs, which is added up in the order in
 * which they end, and that of two at once is not recorded; by so much, relative,
 * numbers there may differ. */
static const struct {
	const char *path;
	double digits;
} computed[] = {{"advice", 1e-6}, {"scale", 1e-6}, {"search.cost", 1e-12}};

/* Of one comparison. */
struct walk {
	char path[256]; /* where it is */
	bool lenient;   /* members may be missing in the file */
	double digits;  /* relative, by which numbers may differ here */
	struct str *out;
};

/* What nothing in the file decides about, or what has its own check. */
static bool is_aside(const struct walk *w, const char *name)
{
	static const char *const names[] = {"hpsearch", "schema",  "warnings", "check",
	                                    "crc",      "started", "finished"};

	/* What 0.1.0 advised had another arithmetic. */
	if (w->lenient && strcmp(name, "advice") == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void add_leaf(const cJSON *item, struct str *out)
{
	if (cJSON_IsString(item))
		str_json(out, item->valuestring, strlen(item->valuestring), false);
	else if (cJSON_IsNumber(item))
		str_double(out, item->valuedouble);
	else if (cJSON_IsBool(item))
		str_add(out, cJSON_IsTrue(item) ? "true" : "false");
	else
		str_add(out, cJSON_IsNull(item)     ? "null"
		             : cJSON_IsObject(item) ? "an object"
		             : cJSON_IsArray(item)  ? "a list"
		                                    : "nothing");
}

static bool differ(const struct walk *w, const cJSON *was, const cJSON *now)
{
	str_addf(w->out, "%s: recorded ", w->path);
	add_leaf(was, w->out);
	str_add(w->out, ", derived ");
	add_leaf(now, w->out);
	return false;
}

static bool same_leaf(const struct walk *w, const cJSON *was, const cJSON *now)
{
	if (json_equal(was, now))
		return true;
	if (cJSON_IsNumber(was) && cJSON_IsNumber(now) &&
	    fabs(was->valuedouble - now->valuedouble) <=
	        w->digits * fabs(now->valuedouble))
		return true;
	return differ(w, was, now);
}

static bool same(struct walk *w, const cJSON *was, const cJSON *now);

static bool same_below(struct walk *w, const char *name, const cJSON *was,
                       const cJSON *now)
{
	size_t n = strlen(w->path);
	double digits = w->digits;
	bool ok;

	snprintf(w->path + n, sizeof w->path - n, "%s%s", n ? "." : "", name);
	for (size_t i = 0; i < ARRAY_LEN(computed); i++)
		if (strcmp(w->path, computed[i].path) == 0)
			w->digits = computed[i].digits;
	ok = was && now ? same(w, was, now) : differ(w, was, now);
	w->path[n] = '\0';
	w->digits = digits;
	return ok;
}

/* A run that has not ended has no results yet, and nothing hangs on what stands there.
 */
static bool is_open_run(const cJSON *item)
{
	const char *state = json_string(item, "state");

	return state && json_get(item, "attempts") && strcmp(state, "finished") != 0;
}

static bool same_object(struct walk *w, const cJSON *was, const cJSON *now)
{
	const cJSON *item;

	if (is_open_run(was) && is_open_run(now))
		return true;
	cJSON_ArrayForEach(item, was)
	{
		if (!is_aside(w, item->string) &&
		    !same_below(w, item->string, json_get(was, item->string),
		                json_get(now, item->string)))
			return false;
	}
	if (w->lenient)
		return true;
	cJSON_ArrayForEach(item, now)
	{
		if (!is_aside(w, item->string) && !json_get(was, item->string))
			return same_below(w, item->string, NULL, item);
	}
	return true;
}

static bool same_list(struct walk *w, const cJSON *was, const cJSON *now)
{
	const cJSON *a = was->child, *b = now->child;
	char index[24];

	for (size_t i = 0; a && b; a = a->next, b = b->next) {
		snprintf(index, sizeof index, "%zu", i++);
		if (!same_below(w, index, a, b))
			return false;
	}
	return a || b ? differ(w, a, b) : true;
}

static bool same(struct walk *w, const cJSON *was, const cJSON *now)
{
	/* Written when the search had ended, before its verification was planned. */
	if (cJSON_IsNull(was) && strcmp(w->path, "verification") == 0)
		return true;
	if (cJSON_IsObject(was) && cJSON_IsObject(now))
		return same_object(w, was, now);
	if (cJSON_IsArray(was) && cJSON_IsArray(now))
		return same_list(w, was, now);
	return same_leaf(w, was, now);
}

void rewrite_compare(struct saved *sv, struct str *difference)
{
	struct search *s = &sv->study.search;
	struct walk w = {.lenient = s->origin.first_rules, .out = difference};
	struct str text = {0};
	cJSON *now;

	if (json_get(sv->json, "advice"))
		prospect_judge(s);
	results_json(s, sv->study.monitor, &text);
	now = json_parse(text.s, text.len);
	if (now)
		same(&w, sv->json, now);
	else
		str_add(difference, "what follows from it is no JSON");
	cJSON_Delete(now);
	str_free(&text);
}
