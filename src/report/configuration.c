#include "report/configuration.h"
#include "config/command.h"

#include <ctype.h>
#include <string.h>

void config_json(const struct spec *sp, const struct value *const *values,
                 struct str *out)
{
	struct arena a = {0};
	struct value map = space_arguments(&sp->space, values, &a);

	value_json(&map, out, false);
	str_addc(out, '\n');
	arena_free(&a);
}

/* A key that no reader takes for anything but a string. */
static void yaml_key(const char *key, struct str *out)
{
	static const char *const words[] = {"y",   "n",    "yes",   "no",  "on",
	                                    "off", "true", "false", "null"};
	bool plain = isalpha((unsigned char)*key) || *key == '_';

	for (const char *p = key; *p && plain; p++)
		plain = isalnum((unsigned char)*p) || strchr("_.-", *p);
	for (size_t i = 0; i < ARRAY_LEN(words) && plain; i++)
		plain = strcasecmp(key, words[i]) != 0;
	if (plain)
		str_add(out, key);
	else
		str_json(out, key, strlen(key), false);
}

static void yaml_map(const struct value *map, int depth, struct str *out)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct value *v = &map->items[i];

		str_addf(out, "%*s", 2 * depth, "");
		yaml_key(map->keys[i], out);
		str_addc(out, ':');
		if (v->kind == VALUE_MAP && v->n) {
			str_addc(out, '\n');
			yaml_map(v, depth + 1, out);
			continue;
		}
		str_addc(out, ' ');
		value_yaml(v, out);
		str_addc(out, '\n');
	}
}

void config_yaml(const struct spec *sp, const struct value *const *values,
                 struct str *out)
{
	struct arena a = {0};
	struct value map = space_arguments(&sp->space, values, &a);

	if (map.n)
		yaml_map(&map, 0, out);
	else
		str_add(out, "{}\n");
	arena_free(&a);
}

bool config_args(const struct spec *sp, const struct value *const *values,
                 struct str *out, struct error *err)
{
	static const char *const words[] = {"${args}"};
	struct command cmd = {.words = words, .n = 1};
	struct arena a = {0};
	struct value map = space_arguments(&sp->space, values, &a);
	struct command_context c = {.arguments = &map,
	                            .dir = "",
	                            .config_path = "",
	                            .gpu = "",
	                            .step_budget = "",
	                            .part = true};
	const char *const *argv = command_build(sp, &cmd, &c, &a, err);

	if (argv) {
		command_line(argv, out);
		str_addc(out, '\n');
	}
	arena_free(&a);
	return argv != NULL;
}

static const char *env_name(const char *name, struct arena *a)
{
	char *out =
	    arena_printf(a, "%s%s", isdigit((unsigned char)*name) ? "_" : "", name);

	for (char *p = out; *p; p++)
		*p =
		    isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_';
	return out;
}

static void env_value(const char *text, struct str *out)
{
	str_addc(out, '\'');
	for (; *text; text++)
		if (*text == '\'')
			str_add(out, "'\\''");
		else
			str_addc(out, *text);
	str_add(out, "'\n");
}

static bool env_lines(const struct spec *sp, const struct value *const *values,
                      const char **names, struct arena *a, struct str *out,
                      struct error *err)
{
	struct str text = {0};

	for (size_t i = 0; i < sp->space.n; i++) {
		if (!values[i])
			continue;
		names[i] = env_name(sp->space.params[i].name, a);
		for (size_t k = 0; k < i; k++)
			if (names[k] && strcmp(names[k], names[i]) == 0) {
				str_free(&text);
				return error_set(
				    err, ERROR_USAGE,
				    "%s and %s would both be the variable %s\n"
				    "  help: take -f json or -f args",
				    sp->space.params[k].name, sp->space.params[i].name,
				    names[i]);
			}
		str_clear(&text);
		value_text(values[i], &text);
		str_addf(out, "%s=", names[i]);
		env_value(str_text(&text), out);
	}
	str_free(&text);
	return true;
}

bool config_env(const struct spec *sp, const struct value *const *values,
                struct str *out, struct error *err)
{
	struct arena a = {0};
	const char **names = arena_new(&a, sp->space.n + 1, sizeof *names);
	bool ok = env_lines(sp, values, names, &a, out, err);

	arena_free(&a);
	return ok;
}
