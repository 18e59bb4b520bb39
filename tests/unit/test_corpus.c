/* Real sweep files by others: each is accepted or refused as the list beside them says,
 * and each value is read as PyYAML reads it (but for 1e-4, which is a number to us).
 * Skipped where the files are not at hand. */
#include "base/file.h"
#include "base/json.h"
#include "config/spec.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

static const char *corpus(void)
{
	static const char *const places[] = {"../shared/corpus", "../../shared/corpus"};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (!access(places[i], R_OK))
			return places[i];
	return NULL;
}

static bool load(const char *number, const char *command, struct spec *s,
                 struct arena *a, struct error *err)
{
	struct spec_overrides o = {.command = command};
	char path[256];

	snprintf(path, sizeof path, "%s/wandb/%s.yaml", corpus(), number);
	return spec_load(s, path, &o, a, err);
}

/* expected.tsv: number, accept or refuse, why, needs_command. */
static void check_line(char *line)
{
	char *number = strsep(&line, "\t"), *verdict = strsep(&line, "\t");
	char *needs;
	struct arena a = {0};
	struct error err = {0};
	struct spec s;
	bool accepted;

	strsep(&line, "\t");
	needs = strsep(&line, "\t\n");
	if (!needs)
		return;
	accepted = load(number, strcmp(needs, "yes") == 0 ? "train ${args}" : NULL, &s,
	                &a, &err);
	if (accepted != (strcmp(verdict, "accept") == 0))
		printf("# %s: %s, expected %s: %s\n", number,
		       accepted ? "accepted" : "refused", verdict, err.text);
	CHECK(accepted == (strcmp(verdict, "accept") == 0));
	CHECK(!accepted || s.has_command);
	/* A refusal says where, unless it is about the file as a whole. */
	CHECK(accepted || strstr(err.text, ".yaml:"));
	arena_free(&a);
	accepted = load(number, NULL, &s, &a, &err);
	CHECK(!accepted || s.has_command == (strcmp(needs, "no") == 0));
	arena_free(&a);
}

TEST(accepted_and_refused)
{
	struct arena a = {0};
	struct error err;
	char path[256], *text, *line;
	size_t len, lines = 0;

	snprintf(path, sizeof path, "%s/expected.tsv", corpus());
	CHECK(file_read(path, 1 << 20, &a, &text, &len, &err));
	strsep(&text, "\n");
	while ((line = strsep(&text, "\n")) && *line) {
		check_line(line);
		lines++;
	}
	CHECK(lines > 100);
	arena_free(&a);
}

static bool same(const struct value *v, const cJSON *j);

static bool same_members(const struct value *v, const cJSON *j)
{
	const cJSON *item = j->child;

	if (v->n != (size_t)cJSON_GetArraySize(j))
		return false;
	for (size_t i = 0; i < v->n; i++, item = item->next) {
		const cJSON *other =
		    v->kind == VALUE_MAP ? json_get(j, v->keys[i]) : item;

		if (!other || !same(&v->items[i], other))
			return false;
	}
	return true;
}

static bool same(const struct value *v, const cJSON *j)
{
	double x, y;
	char *end;

	switch (v->kind) {
	case VALUE_NULL: return cJSON_IsNull(j);
	case VALUE_BOOL: return cJSON_IsBool(j) && cJSON_IsTrue(j) == v->boolean;
	case VALUE_STRING:
		return cJSON_IsString(j) && strcmp(v->string, j->valuestring) == 0;
	case VALUE_LIST: return cJSON_IsArray(j) && same_members(v, j);
	case VALUE_MAP: return cJSON_IsObject(j) && same_members(v, j);
	case VALUE_INT:
	case VALUE_FLOAT: break;
	}
	value_number(v, &x);
	if (cJSON_IsNumber(j))
		return x == j->valuedouble;
	/* What PyYAML leaves a string and everybody means as a number. */
	if (!cJSON_IsString(j))
		return false;
	y = strtod(j->valuestring, &end);
	return !*end && x == y && strpbrk(j->valuestring, "eE");
}

TEST(values_as_pyyaml_reads_them)
{
	size_t compared = 0;

	for (int number = 1; number < 400; number++) {
		struct arena a = {0};
		struct notices ns = {.a = &a};
		struct error err;
		char path[256], *text, *json_text;
		size_t len, json_len;
		struct yaml y;
		cJSON *json;

		snprintf(path, sizeof path, "%s/read/%03d.json", corpus(), number);
		if (access(path, R_OK))
			continue;
		CHECK(file_read(path, 1 << 20, &a, &json_text, &json_len, &err));
		snprintf(path, sizeof path, "%s/wandb/%03d.yaml", corpus(), number);
		json = json_parse(json_text, json_len);
		if (json && !json_get(json, "__error__") &&
		    file_read(path, 1 << 20, &a, &text, &len, &err)) {
			struct value v;
			bool ok = yaml_parse(&y, path, text, len, &a, &ns, &err);

			CHECK(ok);
			if (ok) {
				v = node_value(y.root, &a);
				if (!same(&v, json))
					printf("# %03d differs\n", number);
				CHECK(same(&v, json));
				compared++;
			}
		}
		cJSON_Delete(json);
		free(ns.list);
		arena_free(&a);
	}
	CHECK(compared > 100);
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {accepted_and_refused,
	                                      values_as_pyyaml_reads_them};

	if (!corpus()) {
		printf("1..0 # SKIP the corpus is not here\n");
		return 0;
	}
	return test_main(argc, argv, tests, ARRAY_LEN(tests),
	                 "accepted_and_refused, values_as_pyyaml_reads_them");
}
