#include "config/launcher.h"

#include "config/macro.h"
#include "config/read.h"
#include "config/template.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

enum { HOSTS_MAX = 1024, PLACES_MAX = 1024, LAUNCHER_MAX = 256 };

struct host {
	const char *name;
	size_t slots;
	const char *const *gpus; /* (n_gpus) */
	size_t n_gpus;
};

/* Logins that ask for nothing, and notice a machine that is gone. */
static const char *const ssh_words[] = {"ssh",
                                        "-o",
                                        "BatchMode=yes",
                                        "-o",
                                        "ServerAliveInterval=15",
                                        "-o",
                                        "ConnectTimeout=30",
                                        "${host}"};

static bool is_name(const struct hole *h, const char *name)
{
	return h->n == strlen(name) && strncmp(h->name, name, h->n) == 0;
}

static bool check_word(struct reading *r, const struct node *n, const char *word)
{
	struct hole h;

	for (const char *p = word; hole_find(p, &h); p = h.end) {
		if (!is_name(&h, "slot") && !is_name(&h, "host") && !is_name(&h, "gpu"))
			return read_fails(
			    r, n->at,
			    "the launcher starts an agent once, before any "
			    "trial: ${slot}, ${host} and ${gpu} are known",
			    "launcher: ${%.*s} is not known here", (int)h.n, h.name);
		if (is_name(&h, "host") && !r->spec->n_places)
			return read_fails(r, n->at, "hosts: [node1, node2] names some",
			                  "launcher: ${host} without hosts");
	}
	return true;
}

bool spec_read_launcher(struct reading *r, const struct node *n)
{
	struct command words = {0};
	bool text = n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING;

	if (!text && (n->kind != NODE_LIST || !n->n || n->n > LAUNCHER_MAX))
		return read_fails(r, n->at, "as in launcher: [srun, --exact, -N1, -n1]",
		                  "launcher must be a list of words");
	if (text && (!spec_split_words(n->text, r->a, &words) || !words.n))
		return read_fails(r, n->at, "as in launcher: [srun, --exact, -N1, -n1]",
		                  "launcher has no words, or a quote without its end");
	if (!text) {
		const char **list = arena_new(r->a, n->n, sizeof *list);

		for (size_t i = 0; i < n->n; i++)
			if (!read_string(r, n->items[i], "a word of launcher",
			                 &list[i]))
				return false;
		words = (struct command){.words = list, .n = n->n};
	}
	for (size_t i = 0; i < words.n; i++)
		if (!check_word(r, text ? n : n->items[i], words.words[i]))
			return false;
	r->spec->launcher = words.words;
	r->spec->n_launcher = words.n;
	return true;
}

/* --- hosts --- */

static bool read_name(struct reading *r, const struct node *n, struct host *h)
{
	if (!read_string(r, n, "a host", &h->name))
		return false;
	return (*h->name && *h->name != '-' && !strpbrk(h->name, " \t\r\n")) ||
	       read_fails(r, n->at, NULL,
	                  "a host must be a name without blanks, and not begin with -");
}

static bool read_host_gpus(struct reading *r, const struct node *n, struct host *h)
{
	const char *const *gpus = r->spec->gpus;
	size_t count = r->spec->n_gpus;
	bool ok = spec_read_gpus(r, n);

	h->gpus = r->spec->gpus;
	h->n_gpus = r->spec->n_gpus;
	r->spec->gpus = gpus;
	r->spec->n_gpus = count;
	if (ok && r->spec->gpus_auto)
		return read_fails(r, n->at, "name them, as in gpus: [0, 1]",
		                  "gpus of a host cannot be counted from here");
	h->slots = h->n_gpus;
	return ok;
}

static bool read_host(struct reading *r, const struct node *n, struct host *h)
{
	static const char *const names[] = {"host", "slots", "gpus"};
	const struct node *name, *slots, *gpus;

	*h = (struct host){.slots = 1};
	if (n->kind == NODE_SCALAR)
		return read_name(r, n, h);
	if (n->kind != NODE_MAP || !(name = node_get(n, "host")))
		return read_fails(r, n->at,
		                  "as in hosts: [node1, {host: node2, slots: 4}]",
		                  "a host must be a name, or a mapping with host");
	slots = node_get(n, "slots");
	gpus = node_get(n, "gpus");
	return read_known_keys(r, n, "a host", names, ARRAY_LEN(names)) &&
	       read_name(r, name, h) && (!gpus || read_host_gpus(r, gpus, h)) &&
	       (!slots || read_size(r, slots, "slots", 1, PLACES_MAX, &h->slots));
}

/* Every host once before any a second time. */
static void make_places(struct reading *r, const struct host *hosts, size_t n)
{
	struct spec_place *places = arena_new(r->a, PLACES_MAX, sizeof *places);
	const char **gpus = arena_new(r->a, PLACES_MAX, sizeof *gpus);
	size_t count = 0, before, with_gpus = 0;

	for (size_t k = 0;; k++) {
		before = count;
		for (size_t i = 0; i < n && count < PLACES_MAX; i++) {
			const struct host *h = &hosts[i];

			if (k >= h->slots)
				continue;
			with_gpus += h->n_gpus != 0;
			gpus[count] = h->n_gpus ? h->gpus[k % h->n_gpus] : "";
			places[count++] =
			    (struct spec_place){.host = h->name, .slot = k};
		}
		if (count == before)
			break;
	}
	r->spec->places = places;
	r->spec->n_places = count;
	r->spec->parallel = count;
	if (with_gpus) {
		r->spec->slots = gpus;
		r->spec->n_slots = count;
	}
}

bool spec_read_hosts(struct reading *r, const struct node *list)
{
	struct host *hosts;
	size_t all = 0;

	if (list->kind != NODE_LIST || !list->n || list->n > HOSTS_MAX)
		return read_fails(r, list->at,
		                  "as in hosts: [node1, {host: node2, slots: 4}]",
		                  "hosts must be a list of at most %d", HOSTS_MAX);
	if (r->spec->n_gpus || r->spec->gpus_auto)
		return read_fails(r, list->at, "hosts: [{host: node1, gpus: [0, 1]}]",
		                  "gpus are those of a host where hosts are given");
	hosts = arena_new(r->a, list->n, sizeof *hosts);
	for (size_t i = 0; i < list->n; i++) {
		if (!read_host(r, list->items[i], &hosts[i]))
			return false;
		all += hosts[i].slots;
	}
	if (all > PLACES_MAX)
		return read_fails(r, list->at, NULL, "hosts: more than %d slots",
		                  PLACES_MAX);
	make_places(r, hosts, list->n);
	r->spec->launcher = ssh_words;
	r->spec->n_launcher = ARRAY_LEN(ssh_words);
	return true;
}

bool spec_read_transfer(struct reading *r, const struct node *n)
{
	const char *word;

	if (!r->spec->n_launcher)
		return read_fails(r, n->at, NULL, "transfer without launcher or hosts");
	if (!read_string(r, n, "transfer", &word))
		return false;
	r->spec->carry = strcmp(word, "none") == 0;
	if (!r->spec->carry && strcmp(word, "shared") != 0)
		return read_fails(r, n->at,
		                  "shared where all machines see the search's "
		                  "directory at the same path; none where they do not: "
		                  "files go over the connection",
		                  "transfer can be shared or none");
	if (r->spec->carry && r->spec->config &&
	    strncmp(r->spec->config->as, "${dir}/", strlen("${dir}/")) != 0)
		return read_fails(r, r->spec->config->at, "as: ${dir}/NAME",
		                  "with transfer: none only what is in a run's folder "
		                  "goes along, and config.as is not");
	return true;
}

/* --- the words --- */

static const char *hole_text(const struct spec *s, size_t slot, const struct hole *h,
                             struct arena *a)
{
	const char *text = "";

	if (is_name(h, "slot"))
		text = arena_printf(a, "%zu", slot);
	else if (is_name(h, "host") && s->n_places)
		text = s->places[slot % s->n_places].host;
	else if (is_name(h, "gpu") && s->n_slots)
		text = s->slots[slot % s->n_slots];
	return text;
}

static const char *fill(const struct spec *s, size_t slot, const char *word,
                        struct arena *a)
{
	struct str out = {0};
	const char *p = word, *filled;
	struct hole h;

	for (; hole_find(p, &h); p = h.end) {
		str_addn(&out, p, (size_t)(h.begin - p));
		str_add(&out, hole_text(s, slot, &h, a));
	}
	str_add(&out, p);
	filled = arena_strdup(a, str_text(&out));
	str_free(&out);
	return filled;
}

static bool is_ssh(const char *word)
{
	const char *slash = strrchr(word, '/');

	return strcmp(slash ? slash + 1 : word, "ssh") == 0;
}

static const char *quoted(const char *word, struct arena *a)
{
	struct str out = {0};
	const char *text;

	str_shell(&out, word);
	text = arena_strdup(a, str_text(&out));
	str_free(&out);
	return text;
}

const char *const *launcher_words(const struct spec *s, size_t slot,
                                  const char *const *behind, struct arena *a)
{
	const char **words;
	size_t n = 0, more = 0;
	bool shell;

	while (behind[more])
		more++;
	words = arena_new(a, s->n_launcher + more + 1, sizeof *words);
	for (; n < s->n_launcher; n++)
		words[n] = fill(s, slot, s->launcher[n], a);
	shell = is_ssh(words[0]);
	for (size_t i = 0; i < more; i++)
		words[n++] = shell ? quoted(behind[i], a) : behind[i];
	return words;
}

const char *const *launcher_agent(const struct spec *s, size_t slot,
                                  const char *program, struct arena *a)
{
	const char *const words[] = {program, "--agent", NULL};

	return launcher_words(s, slot, words, a);
}

const char *launcher_program(struct arena *a)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	return n > 0 ? arena_strndup(a, path, (size_t)n) : "hpsearch";
}
