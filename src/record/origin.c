#include "record/origin.h"

#include <string.h>

static size_t read_set(const cJSON *event, const char **set, size_t max,
                       struct arena *a)
{
	const cJSON *item;
	size_t n = 0;

	cJSON_ArrayForEach(item, json_get(event, "set"))
	{
		if (n < max && cJSON_IsString(item))
			set[n++] = arena_strdup(a, item->valuestring);
	}
	return n;
}

static void read_times(const cJSON *event, struct search_origin *o, struct arena *a)
{
	const char *git = json_string(event, "git"), *host = json_string(event, "host");

	o->git = git ? arena_strdup(a, git) : NULL;
	o->host = host ? arena_strdup(a, host) : NULL;
	o->started = 0;
	json_double(event, "time", &o->started);
}

bool origin_read(const cJSON *event, struct search_origin *o, struct arena *a,
                 struct error *err)
{
	const char *yaml = json_string(event, "yaml"),
		   *path = json_string(event, "path");
	const char *command = json_string(event, "command");
	const char *version = json_string(event, "hpsearch");
	const char *chosen = json_string(event, "chosen");

	if (!yaml)
		return error_set(err, ERROR_FILE, "it does not hold the YAML text");
	o->yaml = arena_strdup(a, yaml);
	o->path = arena_strdup(a, path ? path : "space.yaml");
	o->command = command ? arena_strdup(a, command) : NULL;
	o->version = version ? arena_strdup(a, version) : "";
	o->elsewhere = cJSON_IsTrue(json_get(event, "elsewhere"));
	o->chosen = chosen ? arena_strdup(a, chosen) : NULL;
	read_times(event, o, a);
	o->n_set = read_set(event, o->set, ARRAY_LEN(o->set), a);
	return true;
}

bool origin_spec(const struct search_origin *o, struct spec *spec, struct arena *a,
                 struct error *err)
{
	struct spec_overrides over = {
	    .set = o->set, .n_set = o->n_set, .command = o->command};

	return spec_parse(spec, o->path, o->yaml, strlen(o->yaml), &over, a, err);
}
