#include "report/importance_kept.h"
#include "base/file.h"
#include "base/json.h"

#include <limits.h>
#include <stdio.h>

enum { KEPT_LIMIT = 1 << 24 };

static void kept_path(char *path, const char *dir)
{
	snprintf(path, PATH_MAX, "%s/importance.json", dir);
}

void importance_keep(const struct importance *im, const struct study *s)
{
	struct str out = {0};
	struct error ignored;
	char path[PATH_MAX];

	if (!s->search.dir)
		return;
	kept_path(path, s->search.dir);
	importance_json(im, s, &out);
	(void)file_write(path, out.s, out.len, 0666, &ignored);
	str_free(&out);
}

/* What was kept of fewer trials may be another order than that of all. */
static bool is_of_now(const cJSON *json, const struct search *s)
{
	uint64_t trials = 0;

	return json_u64(json, "trials", &trials) && trials == landscape_trials(s);
}

static bool has(const size_t *list, size_t n, size_t param)
{
	while (n--)
		if (list[n] == param)
			return true;
	return false;
}

const size_t *importance_order(const struct search *s, struct arena *a, size_t *n)
{
	const struct space *sp = &s->spec->space;
	size_t *order = arena_new(a, sp->n + 1, sizeof *order), len;
	struct error ignored;
	char path[PATH_MAX], *text;
	cJSON *json;
	const cJSON *item, *list = NULL;

	*n = 0;
	if (!s->dir)
		return order;
	kept_path(path, s->dir);
	if (!file_read(path, KEPT_LIMIT, a, &text, &len, &ignored))
		return order;
	json = json_parse(text, len);
	if (is_of_now(json, s))
		list = json_get(json, "parameters");
	cJSON_ArrayForEach(item, list)
	{
		const char *name = json_string(item, "name");
		size_t param = name ? space_find(sp, name) : SIZE_MAX;

		if (param != SIZE_MAX && !has(order, *n, param))
			order[(*n)++] = param;
	}
	cJSON_Delete(json);
	return order;
}
