#include "study/gpus.h"
#include "run/capture.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES_MAX = 1024, OUTPUT_MAX = 65536 };

/* The devices that may be used, by index; none: nobody says. */
struct devices {
	const char *name[DEVICES_MAX];
	size_t n;
};

/* As CUDA reads the list: it ends at the first -1. */
static void split(struct devices *d, const char *list, struct arena *a)
{
	char *at = arena_strdup(a, list), *word;

	while ((word = strsep(&at, ",")) && d->n < DEVICES_MAX) {
		while (isspace((unsigned char)*word))
			word++;
		word[strcspn(word, " \t\r\n")] = '\0';
		/* The last is what batch systems write for none. */
		if (!*word || strcmp(word, "-1") == 0 ||
		    strcmp(word, "NoDevFiles") == 0)
			break;
		d->name[d->n++] = word;
	}
}

static bool is_device(const char *name)
{
	return strncmp(name, "nvidia", 6) == 0 && isdigit((unsigned char)name[6]);
}

static bool is_any(const char *name)
{
	return *name != '.';
}

static size_t count_entries(const char *path, bool (*counts)(const char *name))
{
	DIR *d = opendir(path);
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d)))
		n += counts(e->d_name);
	if (d)
		closedir(d);
	return n;
}

/* Lines "GPU 0: …", below one that is divided "  MIG 1g.5gb Device 0: (UUID: MIG-…)":
 * then its parts are the devices, which have no other names. */
static void list_by_nvidia(struct devices *d, struct arena *a)
{
	char *const argv[] = {(char[]){"nvidia-smi"}, (char[]){"-L"}, NULL};
	char *out = arena_new(a, OUTPUT_MAX, 1), *line, *part;
	size_t n = 0;
	bool whole = false;

	capture(argv, out, OUTPUT_MAX);
	while ((line = strsep(&out, "\n")) && d->n < DEVICES_MAX) {
		part = strstr(line, "(UUID: MIG-");
		if (strncmp(line, "GPU ", 4) == 0) {
			d->name[d->n++] = arena_printf(a, "%zu", n++);
			whole = true;
		} else if (part && d->n) {
			part += strlen("(UUID: ");
			part[strcspn(part, ")")] = '\0';
			d->n -= whole;
			d->name[d->n++] = part;
			whole = false;
		}
	}
}

/* Nodes of the ROCm driver that compute and are no processor: those have no id. HIP
 * counts them so, and hears on CUDA_VISIBLE_DEVICES. */
static size_t count_amd(const char *root, struct arena *a)
{
	const char *nodes =
	    arena_printf(a, "%s/sys/class/kfd/kfd/topology/nodes", root);
	DIR *d = opendir(nodes);
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d))) {
		FILE *f = *e->d_name == '.'
		              ? NULL
		              : fopen(arena_printf(a, "%s/%s/gpu_id", nodes, e->d_name),
		                      "re");
		unsigned long id = 0;

		n += f && fscanf(f, "%lu", &id) == 1 && id != 0;
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	return n;
}

/* CUDA counts them from 0, whatever the numbers of their files. */
static void find_devices(struct devices *d, const char *root, struct arena *a)
{
	size_t n;

	list_by_nvidia(d, a);
	if (d->n)
		return;
	n = count_entries(arena_printf(a, "%s/dev", root), is_device);
	if (!n)
		n = count_entries(arena_printf(a, "%s/proc/driver/nvidia/gpus", root),
		                  is_any);
	if (!n)
		n = count_amd(root, a);
	for (; d->n < n && d->n < DEVICES_MAX; d->n++)
		d->name[d->n] = arena_printf(a, "%zu", d->n);
}

static bool is_index(const char *word, size_t *index)
{
	char *end;

	*index = strtoul(word, &end, 10);
	return isdigit((unsigned char)*word) && !*end;
}

/* One gpu of the file, or a group of them, in the words of the inherited list. */
static bool translate(const struct spec *spec, const struct gpu_source *from,
                      const struct devices *have, const char *written, struct str *out,
                      struct arena *a, struct error *err)
{
	struct devices parts = {0};
	size_t index;

	split(&parts, written, a);
	for (size_t i = 0; i < parts.n; i++) {
		const char *name = parts.name[i];

		if (from->inherited && is_index(name, &index)) {
			if (index >= have->n)
				return error_set(
				    err, ERROR_FILE,
				    "%s: gpus: there is no gpu %s in the inherited "
				    "CUDA_VISIBLE_DEVICES=%s\n"
				    "  help: gpus counts within that list, from 0 "
				    "(gpus: auto takes all of it)",
				    spec->yaml.path, name, from->inherited);
			name = have->name[index];
		}
		str_addf(out, "%s%s", i ? "," : "", name);
	}
	return true;
}

static bool none_there(const struct spec *spec, const struct gpu_source *from,
                       struct error *err)
{
	if (from->inherited)
		return error_set(err, ERROR_FILE,
		                 "%s: gpus: auto, but the inherited "
		                 "CUDA_VISIBLE_DEVICES=%s hides every device\n"
		                 "  help: unset it, or leave out gpus",
		                 spec->yaml.path, from->inherited);
	return error_set(err, ERROR_FILE,
	                 "%s: gpus: auto, but no gpu is found (CUDA_VISIBLE_DEVICES, "
	                 "nvidia-smi -L, /dev/nvidia0, /proc/driver/nvidia/gpus, "
	                 "/sys/class/kfd)\n"
	                 "  help: name them, as in gpus: [0, 1], or leave out gpus",
	                 spec->yaml.path);
}

/* The devices of the file, (n), before any is shared. */
static bool list_devices(struct spec *spec, const struct gpu_source *from,
                         const char ***list, size_t *n, struct arena *a,
                         struct error *err)
{
	struct devices have = {0};
	bool ok = true;

	if (from->inherited)
		split(&have, from->inherited, a);
	else if (spec->gpus_auto)
		find_devices(&have, from->root, a);
	if (spec->gpus_auto && !have.n)
		return none_there(spec, from, err);
	*n = spec->gpus_auto ? have.n : spec->n_gpus;
	*list = arena_new(a, *n, sizeof **list);
	for (size_t i = 0; ok && i < *n; i++) {
		struct str one = {0};

		if (spec->gpus_auto)
			str_add(&one, have.name[i]);
		else
			ok = translate(spec, from, &have, spec->gpus[i], &one, a, err);
		(*list)[i] = arena_strdup(a, str_text(&one));
		str_free(&one);
	}
	return ok;
}

static const char *note_of(const struct spec *spec, const struct gpu_source *from,
                           struct arena *a)
{
	struct str out = {0};
	const char *text;

	if (!from->inherited && !spec->gpus_auto)
		return NULL;
	if (spec->gpus_auto)
		str_add(&out, "gpus: auto is ");
	else
		str_add(&out, "gpus are ");
	for (size_t i = 0; i < spec->n_slots / spec->runs_per_gpu; i++)
		str_addf(&out, "%s%s", i ? ", " : "", spec->slots[i]);
	if (from->inherited)
		str_addf(&out, " of the inherited CUDA_VISIBLE_DEVICES=%s",
		         from->inherited);
	text = arena_strdup(a, str_text(&out));
	str_free(&out);
	return text;
}

bool gpus_find(struct spec *spec, const struct gpu_source *from, struct arena *a,
               const char **note, struct error *err)
{
	const char **list, **slots;
	size_t n;

	*note = NULL;
	if (!spec->n_gpus && !spec->gpus_auto)
		return true;
	if (!list_devices(spec, from, &list, &n, a, err))
		return false;
	slots = arena_new(a, n * spec->runs_per_gpu, sizeof *slots);
	for (size_t i = 0; i < n * spec->runs_per_gpu; i++)
		slots[i] = list[i % n];
	spec->slots = slots;
	spec->n_slots = n * spec->runs_per_gpu;
	if (!spec->parallel_given || spec->parallel > spec->n_slots)
		spec->parallel = spec->n_slots;
	*note = note_of(spec, from, a);
	return true;
}
