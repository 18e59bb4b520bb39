#include "run/item_lines.h"
#include "base/loose.h"
#include "base/set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct item_said *place(const struct item_lines *l, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (l->cap - 1);

	while (l->list[i].key && l->list[i].key != key)
		i = (i + 1) & (l->cap - 1);
	return &l->list[i];
}

static void grow(struct item_lines *l)
{
	struct item_lines bigger = {.cap = l->cap ? 2 * l->cap : 64};

	bigger.list = mem_new(bigger.cap, sizeof *bigger.list);
	for (size_t i = 0; i < l->cap; i++)
		if (l->list[i].key)
			*place(&bigger, l->list[i].key) = l->list[i];
	free(l->list);
	l->list = bigger.list;
	l->cap = bigger.cap;
}

static void add(struct item_lines *l, uint64_t key, double score)
{
	struct item_said *said;

	if (4 * l->n >= 3 * l->cap)
		grow(l);
	said = place(l, key);
	if (said->key) {
		l->again += said->score > score || said->score < score;
		said->score = score;
		return;
	}
	if (l->n == SCORES_MAX) {
		l->over = true;
		return;
	}
	*said = (struct item_said){.key = key, .score = score};
	l->n++;
}

/* 17 and "17" are the same item. */
static bool key_of(const cJSON *name, uint64_t *key)
{
	struct str text = {0};
	bool named = cJSON_IsString(name);

	if (!named && !(cJSON_IsNumber(name) && isfinite(name->valuedouble)))
		return false;
	if (named)
		str_add(&text, name->valuestring);
	else
		str_double(&text, name->valuedouble);
	*key = set_hash(SET_HASH, str_text(&text), text.len);
	*key += !*key; /* 0 is a free place */
	str_free(&text);
	return true;
}

/* A count that cannot be is unread. */
static void take_count(struct item_lines *l, const cJSON *control)
{
	const cJSON *items = json_get(control, "items");
	uint64_t n = 0;
	double correct = (double)NAN;

	if (!items || !json_get(control, "correct"))
		return;
	if (!json_u64(control, "items", &n) || n < 1 || n > UINT64_C(1) << 53 ||
	    !json_double(control, "correct", &correct) ||
	    !(correct >= 0 && correct <= (double)n)) {
		l->unread++;
		return;
	}
	l->counted = n;
	l->correct = correct;
}

bool item_lines_key(const cJSON *object, uint64_t *key)
{
	if (!json_get(object, "score") || !key_of(json_get(object, "item"), key))
		return false;
	*key >>= 11;
	return true;
}

bool item_lines_take(struct item_lines *l, const cJSON *object)
{
	const cJSON *score = json_get(object, "score");
	double x;
	uint64_t key;

	if (!l->wanted)
		return false;
	take_count(l, json_get(object, "hpsearch"));
	if (!score || !key_of(json_get(object, "item"), &key))
		return false;
	if (loose_number(score, &x) != LOOSE_NUMBER || !(fabs(x) <= SCORE_LARGEST))
		l->unread++;
	else
		add(l, key, x + 0); /* no zero has a sign */
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct item_said *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static void pack(const struct item_lines *l, struct scores *s, struct arena *a)
{
	struct item_said *list = mem_new(l->n, sizeof *list);
	double *x = mem_new(l->n, sizeof *x);
	size_t n = 0;

	for (size_t i = 0; i < l->cap; i++)
		if (l->list[i].key)
			list[n++] = l->list[i];
	qsort(list, n, sizeof *list, by_key);
	s->set = SET_HASH;
	for (size_t i = 0; i < n; i++) {
		s->set = set_hash(s->set, &list[i].key, sizeof list[i].key);
		x[i] = list[i].score;
	}
	scores_pack(s, x, n, a);
	free(list);
	free(x);
}

const struct scores *item_lines_scores(const struct item_lines *l, struct arena *a)
{
	struct scores *s;

	if (!l->n && !l->counted && !l->unread)
		return NULL;
	s = arena_new(a, 1, sizeof *s);
	*s = (struct scores){.again = l->again, .unread = l->unread};
	if (l->over) {
		s->kind = SCORES_OVER;
		s->n = SCORES_MAX;
	} else if (l->n) {
		pack(l, s, a);
	} else if (l->counted) {
		scores_count(s, (size_t)l->counted, l->correct);
	} else {
		s->kind = SCORES_UNREAD;
	}
	return s;
}

void item_lines_free(struct item_lines *l)
{
	free(l->list);
	*l = (struct item_lines){.wanted = l->wanted};
}
