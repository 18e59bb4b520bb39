#include "config/items.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/rng.h"
#include "base/set.h"
#include "base/sha256.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t item_key(const char *name)
{
	return set_hash(SET_HASH, name, strlen(name)) >> 11;
}

static int by_place_key(const void *a, const void *b)
{
	const struct item_place *x = a, *y = b;

	return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
	                        : (x->at > y->at) - (x->at < y->at);
}

struct item_place *items_by_key(const struct item *list, size_t n, struct arena *a)
{
	struct item_place *p = arena_new(a, n + 1, sizeof *p);

	for (size_t i = 0; i < n; i++)
		p[i] = (struct item_place){.key = item_key(list[i].name), .at = i};
	if (n > 1)
		qsort(p, n, sizeof *p, by_place_key);
	return p;
}

size_t items_find(const struct items *it, uint64_t key)
{
	size_t n = it->n + it->n_test, low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (it->by_key[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && it->by_key[low].key == key ? it->by_key[low].at : n;
}

/* Reading. */

struct lines {
	const char *path, *id, *stratum;
	size_t line; /* of the file, from 1 */
	struct item *list;
	size_t *where; /* (n) lines */
	size_t n, cap, cap_where;
	struct arena *a;
	struct error *err;
};

__attribute__((format(printf, 3, 4))) static bool line_fails(const struct lines *l,
                                                             const char *help,
                                                             const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return error_set(l->err, ERROR_FILE, "%s:%zu: %s\n  help: %s", l->path, l->line,
	                 text, help);
}

/* A text, or a number or boolean as it is printed. NULL: it is none of these. */
static const char *word_of(const cJSON *json, struct arena *a)
{
	struct str text = {0};
	const char *word = NULL;

	if (!json)
		return NULL;
	if (cJSON_IsString(json))
		return arena_strdup(a, json->valuestring);
	if (cJSON_IsBool(json))
		return cJSON_IsTrue(json) ? "true" : "false";
	if (cJSON_IsNumber(json) && isfinite(json->valuedouble)) {
		str_double(&text, json->valuedouble);
		word = arena_strdup(a, str_text(&text));
	}
	str_free(&text);
	return word;
}

static bool take_names(struct lines *l, const cJSON *json, struct item *item)
{
	const cJSON *id = json_get(json, l->id);
	const cJSON *stratum = l->stratum ? json_get(json, l->stratum) : NULL;

	if (!cJSON_IsObject(json))
		return line_fails(l,
		                  "one JSON object a line, as in {\"id\": \"q1\", "
		                  "\"question\": \"…\"}",
		                  json ? "is no JSON object" : "is not JSON");
	if (!id)
		return line_fails(
		    l,
		    "every item needs a name of its own; another key for it: "
		    "items: {id: KEY}",
		    "the item has no \"%.100s\"", l->id);
	item->name = word_of(id, l->a);
	if (!item->name || !*item->name || strlen(item->name) > ITEM_NAME_MAX)
		return line_fails(l, "a text of 1 to 200 bytes, or a number",
		                  "the item's \"%.100s\" is no name", l->id);
	item->stratum = l->stratum ? word_of(stratum, l->a) : "";
	if (!item->stratum)
		return line_fails(l, "give every item one, or leave stratum: out",
		                  "the item has no \"%.100s\" to be split by",
		                  l->stratum);
	return true;
}

static bool take_line(struct lines *l, const char *text, size_t len)
{
	struct item *item;
	cJSON *json;
	bool ok;

	if (l->n == ITEMS_MOST)
		return line_fails(l, "take a sample of them",
		                  "there are more than %d items", ITEMS_MOST);
	l->list = mem_room(l->list, l->n, &l->cap, sizeof *l->list);
	l->where = mem_room(l->where, l->n, &l->cap_where, sizeof *l->where);
	item = &l->list[l->n];
	*item = (struct item){.line = text, .len = len};
	l->where[l->n] = l->line;
	json = json_parse(text, len);
	ok = take_names(l, json, item);
	cJSON_Delete(json);
	l->n += ok;
	return ok;
}

static bool take_all(struct lines *l, const char *text, size_t len)
{
	const char *end = text + len;

	for (l->line = 1; text < end; l->line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text), blank = 0;
		const char *next = text + n + (newline != NULL);

		while (n && strchr(" \t\r", text[n - 1]) && text[n - 1])
			n--;
		while (blank < n && (text[blank] == ' ' || text[blank] == '\t'))
			blank++;
		if (n > blank && !take_line(l, text + blank, n - blank))
			return false;
		text = next;
	}
	return true;
}

static bool check_names(struct lines *l)
{
	const struct arena_mark mark = arena_mark(l->a);
	const struct item_place *p = items_by_key(l->list, l->n, l->a);
	bool ok = true;

	for (size_t i = 1; ok && i < l->n; i++) {
		const char *name = l->list[p[i].at].name;

		if (p[i].key != p[i - 1].key)
			continue;
		l->line = l->where[p[i].at];
		ok = strcmp(name, l->list[p[i - 1].at].name) == 0
		         ? line_fails(
			       l, "every item needs a name of its own",
			       "the item \"%.100s\" is there twice, first in line "
			       "%zu",
			       name, l->where[p[i - 1].at])
		         : line_fails(l, "rename one of them",
		                      "the item \"%.100s\" cannot be told from that of "
		                      "line %zu",
		                      name, l->where[p[i - 1].at]);
	}
	arena_rewind(l->a, mark);
	return ok;
}

/* What was read goes to whoever asked. */
static void hand_over(struct lines *l, struct item **list, size_t *n)
{
	*list = arena_new(l->a, l->n + 1, sizeof **list);
	*n = l->n;
	if (l->n)
		memcpy(*list, l->list, l->n * sizeof **list);
	free(l->list);
	free(l->where);
}

bool items_read(const char *path, const char *text, size_t len, const char *id,
                const char *stratum, struct item **list, size_t *n, struct arena *a,
                struct error *err)
{
	struct lines l = {
	    .path = path, .id = id, .stratum = stratum, .a = a, .err = err};
	bool ok = take_all(&l, text, len) && check_names(&l);

	if (ok && l.n < ITEMS_LEAST)
		ok =
		    error_set(err, ERROR_FILE,
		              "%s: %zu items are too few to tell configurations apart\n"
		              "  help: %d are the least; some hundreds are useful",
		              path, l.n, ITEMS_LEAST);
	hand_over(&l, list, n);
	return ok;
}

/* The split. */

struct drawn {
	struct item item;
	size_t stratum; /* number of it, by its first item */
	size_t at;      /* in the file */
	uint64_t chosen, order;
	bool test;
};

struct share {
	size_t n, test;
	double rest;
	size_t number;
};

static int by_stratum(const void *a, const void *b)
{
	const struct drawn *x = a, *y = b;

	if (x->stratum != y->stratum)
		return x->stratum > y->stratum ? 1 : -1;
	if (x->chosen != y->chosen)
		return x->chosen > y->chosen ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static int by_order(const void *a, const void *b)
{
	const struct drawn *x = a, *y = b;

	if (x->test != y->test)
		return x->test ? 1 : -1;
	if (x->order != y->order)
		return x->order > y->order ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static int by_name(const void *a, const void *b)
{
	const struct drawn *x = a, *y = b;
	int c = strcmp(x->item.stratum, y->item.stratum);

	return c ? c : (x->at > y->at) - (x->at < y->at);
}

static int by_rest(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	if (x->rest < y->rest || x->rest > y->rest)
		return x->rest < y->rest ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

static int by_number(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* A stratum's number is the place of its first item. */
static void number_strata(struct drawn *d, size_t n)
{
	qsort(d, n, sizeof *d, by_name);
	for (size_t i = 0; i < n; i++)
		d[i].stratum =
		    i && strcmp(d[i].item.stratum, d[i - 1].item.stratum) == 0
			? d[i - 1].stratum
			: d[i].at;
}

/* How many of each stratum, of the n_s of them, are the test's. */
static void apportion(struct share *s, size_t n_s, double share, size_t test)
{
	size_t given = 0;

	for (size_t k = 0; k < n_s; k++) {
		double exact = share * (double)s[k].n;

		s[k].test = (size_t)floor(exact);
		s[k].rest = exact - floor(exact);
		given += s[k].test;
	}
	qsort(s, n_s, sizeof *s, by_rest);
	for (size_t k = 0; k < n_s && given < test; k++, given++)
		s[k].test++;
	qsort(s, n_s, sizeof *s, by_number);
}

void items_split(struct item *list, size_t n, double share, uint64_t seed, size_t *test)
{
	struct drawn *d = mem_new(n + 1, sizeof *d);
	struct share *s = mem_new(n + 1, sizeof *s);
	size_t n_s = 0;

	*test = (size_t)llround(share * (double)n);
	for (size_t i = 0; i < n; i++)
		d[i] = (struct drawn){.item = list[i],
		                      .at = i,
		                      .chosen = rng_u64(seed, i, RNG_ITEMS, 0),
		                      .order = rng_u64(seed, i, RNG_ITEMS, 1)};
	number_strata(d, n);
	qsort(d, n, sizeof *d, by_stratum);
	for (size_t i = 0; i < n; i++) {
		if (!i || d[i].stratum != d[i - 1].stratum)
			s[n_s++].number = d[i].stratum;
		s[n_s - 1].n++;
	}
	apportion(s, n_s, share, *test);
	for (size_t k = 0, i = 0; k < n_s; i += s[k++].n)
		for (size_t j = 0; j < s[k].test; j++)
			d[i + j].test = true;
	qsort(d, n, sizeof *d, by_order);
	for (size_t i = 0; i < n; i++)
		list[i] = d[i].item;
	free(d);
	free(s);
}

/* As recorded. */

static void add_words(struct str *out, const char *key, const struct item *list,
                      size_t n, bool strata)
{
	json_out_key(out, key);
	str_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		const char *word = strata ? list[i].stratum : list[i].name;

		if (i)
			str_addc(out, ',');
		str_json(out, word, strlen(word), false);
	}
	str_addc(out, ']');
}

const char *items_text(const struct item *list, size_t n, const char *bytes, size_t len,
                       struct arena *a)
{
	unsigned char sum[32];
	char hex[65];
	struct str out = {0};
	bool strata = false;
	const char *text;

	sha256(bytes, len, sum);
	for (size_t i = 0; i < sizeof sum; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	for (size_t i = 0; i < n; i++)
		strata = strata || *list[i].stratum;
	str_addc(&out, '{');
	json_out_text(&out, "sha256", hex);
	add_words(&out, "ids", list, n, false);
	if (strata)
		add_words(&out, "strata", list, n, true);
	str_addc(&out, '}');
	text = arena_strdup(a, str_text(&out));
	str_free(&out);
	return text;
}

static bool recall(const cJSON *json, struct lines *l)
{
	const cJSON *ids = json_get(json, "ids"), *strata = json_get(json, "strata");
	const cJSON *id, *stratum = strata ? strata->child : NULL;

	if (!cJSON_IsArray(ids) || (strata && !cJSON_IsArray(strata)))
		return false;
	cJSON_ArrayForEach(id, ids)
	{
		if (!cJSON_IsString(id) || !*id->valuestring || l->n == ITEMS_MOST ||
		    (strata && !cJSON_IsString(stratum)))
			return false;
		l->list = mem_room(l->list, l->n, &l->cap, sizeof *l->list);
		l->where = mem_room(l->where, l->n, &l->cap_where, sizeof *l->where);
		l->where[l->n] = l->n + 1;
		l->list[l->n++] = (struct item){
		    .name = arena_strdup(l->a, id->valuestring),
		    .stratum = strata ? arena_strdup(l->a, stratum->valuestring) : ""};
		stratum = strata ? stratum->next : NULL;
	}
	return l->n >= ITEMS_LEAST && check_names(l);
}

bool items_recall(const char *text, struct item **list, size_t *n, struct arena *a,
                  struct error *err)
{
	struct lines l = {.path = "items", .a = a, .err = err};
	cJSON *json = json_parse(text, strlen(text));
	bool ok = recall(json, &l);

	cJSON_Delete(json);
	hand_over(&l, list, n);
	return ok || error_set(err, ERROR_FILE,
	                       "the items that it was begun with are not whole");
}
