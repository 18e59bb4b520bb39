#include "record/origin_json.h"
#include "record/journal.h"

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
	const char *folder = json_string(event, "folder");
	const char *points = json_string(event, "points");
	const char *items = json_string(event, "items");
	double schema = 0, decoding = 1;

	json_double(event, "schema", &schema);
	o->first_rules = schema < 2;
	if (!yaml)
		return error_set(err, ERROR_FILE, "it does not hold the YAML text");
	json_double(event, "decoding", &decoding);
	if (!(decoding >= 1 && decoding <= DECODING))
		return error_set(err, ERROR_FILE,
		                 "its values are decoded in a way that this hpsearch "
		                 "does not know (%g); use the newer one that wrote it",
		                 decoding);
	o->decoding = (int)decoding;
	o->yaml = arena_strdup(a, yaml);
	o->points = points ? arena_strdup(a, points) : NULL;
	o->items = items ? arena_strdup(a, items) : NULL;
	o->path = arena_strdup(a, path ? path : "space.yaml");
	o->folder = folder ? arena_strdup(a, folder) : NULL;
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
	struct spec_overrides over = {.set = o->set,
	                              .n_set = o->n_set,
	                              .command = o->command,
	                              .recorded = true,
	                              .points = o->points,
	                              .items = o->items};

	if (!spec_parse(spec, o->path, o->yaml, strlen(o->yaml), &over, a, err))
		return false;
	spec->points_text = o->points;
	if (o->decoding)
		space_set_decoding(&spec->space, o->decoding);
	return true;
}

static bool first_search(void *self, const cJSON *event, struct error *err)
{
	const char *kind = json_string(event, "e");
	struct origin_rules *rules = self;
	double decoding = 1, schema = 1;

	if (!kind || strcmp(kind, "search") != 0)
		return true;
	json_double(event, "decoding", &decoding);
	json_double(event, "schema", &schema);
	rules->decoding = decoding >= DECODING ? DECODING : 1;
	rules->first = schema < 2;
	return error_set(err, ERROR_FILE, "enough was read");
}

struct origin_rules origin_rules(const char *dir)
{
	struct journal_summary sum;
	struct error enough; /* what is wrong with it, its opening will say */
	struct origin_rules rules = {.decoding = DECODING};

	(void)journal_read(dir, first_search, &rules, &sum, &enough);
	return rules;
}
