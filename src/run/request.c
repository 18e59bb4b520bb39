#include "run/request.h"

#include "base/mem.h"

#include <string.h>
#include <unistd.h>

static uint32_t add_words(struct str *out, const char *const *words)
{
	uint32_t n = 0;

	for (; words && words[n]; n++)
		str_addn(out, words[n], strlen(words[n]) + 1);
	return n;
}

void request_write(struct str *out, enum request_kind kind, const struct job *job)
{
	size_t at = out->len;
	struct request r = {.kind = kind};
	struct start_head head = {0};

	str_addn(out, (const char *)&r, sizeof r);
	if (!job)
		return;
	str_addn(out, (const char *)&head, sizeof head);
	if (job->n_cpus)
		str_addn(out, (const char *)job->cpus, job->n_cpus * sizeof *job->cpus);
	str_addn(out, job->dir, strlen(job->dir) + 1);
	str_addn(out, job->home ? job->home : "",
	         job->home ? strlen(job->home) + 1 : 1);
	head = (struct start_head){.timeout = job->timeout,
	                           .grace = job->grace,
	                           .memory = job->memory,
	                           .n_cpus = (uint32_t)job->n_cpus,
	                           .nice = job->nice};
	head.n_argv = add_words(out, job->argv);
	head.n_env = add_words(out, job->env);
	r.size = (uint32_t)(out->len - at - sizeof r);
	memcpy(out->s + at, &r, sizeof r);
	memcpy(out->s + at + sizeof r, &head, sizeof head);
}

static char **word_room(char **list, size_t n, size_t *cap)
{
	if (n <= *cap)
		return list;
	*cap = n;
	return mem_grow(list, n, sizeof *list);
}

static bool same_name(const char *a, const char *b)
{
	while (*a == *b && *a && *a != '=')
		a++, b++;
	return *a == '=' && *b == '=';
}

/* The words behind text, without copying; the strings must not be written to. */
static char *take_words(char *text, char **words, size_t n)
{
	for (size_t i = 0; i < n; i++, text += strlen(text) + 1)
		words[i] = text;
	words[n] = NULL;
	return text;
}

/* The additions go first; then what we were born with, unless it was replaced. */
static void merge_environment(struct start *s, size_t own)
{
	size_t n = s->head.n_env;

	for (size_t i = 0; i < own; i++) {
		size_t k = 0;

		while (k < s->head.n_env && !same_name(environ[i], s->env[k]))
			k++;
		if (k == s->head.n_env)
			s->env[n++] = environ[i];
	}
	s->env[n] = NULL;
}

static const char *search_path(const struct start *s)
{
	for (char **e = s->env; *e; e++)
		if (!strncmp(*e, "PATH=", 5))
			return *e + 5;
	return "/usr/local/bin:/usr/bin:/bin";
}

static void list_paths(struct start *s)
{
	const char *name = s->head.n_argv ? s->argv[0] : "";
	const char *path = !*name || strchr(name, '/') ? NULL : search_path(s);
	size_t n = 0;

	str_clear(&s->path_text);
	do {
		size_t len = path ? strcspn(path, ":") : 0;

		if (len) {
			str_addn(&s->path_text, path, len);
			str_addc(&s->path_text, '/');
		}
		str_addn(&s->path_text, name, strlen(name) + 1);
		path = path && path[len] ? path + len + 1 : NULL;
		n++;
	} while (path);
	s->paths = word_room(s->paths, n + 1, &s->cap_paths);
	take_words(s->path_text.s, s->paths, n);
}

void start_unpack(struct start *s, char *body)
{
	char *text = body;
	size_t own = 0;

	memcpy(&s->head, body, sizeof s->head);
	text += sizeof s->head;
	place_set(&s->place, text, s->head.n_cpus, s->head.nice);
	text += s->head.n_cpus * sizeof(int);
	str_clear(&s->dir);
	str_add(&s->dir, text);
	text += strlen(text) + 1;
	s->home = text;
	text += strlen(text) + 1;
	while (environ[own])
		own++;
	s->argv = word_room(s->argv, s->head.n_argv + 1, &s->cap_argv);
	s->env = word_room(s->env, own + s->head.n_env + 1, &s->cap_env);
	text = take_words(text, s->argv, s->head.n_argv);
	take_words(text, s->env, s->head.n_env);
	merge_environment(s, own);
	list_paths(s);
}
