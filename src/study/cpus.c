#include "study/cpus.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cpu {
	int id, package, core;
	size_t thread; /* of its core: 0, 1, … */
};

/* Those of the machine that we may run on, (n). */
struct machine {
	struct cpu *cpus;
	size_t n, cores;
};

/* A mask as long as this kernel wants it. */
static size_t ask_kernel(struct machine *m)
{
	size_t size = sizeof(cpu_set_t);
	cpu_set_t *mask = mem_new(size, 1);

	while (sched_getaffinity(0, size, mask) && errno == EINVAL && size < 1 << 16)
		mask = mem_grow(mask, size *= 2, 1);
	m->cpus = mem_new(8 * size, sizeof *m->cpus);
	for (size_t i = 0; i < 8 * size; i++)
		if (CPU_ISSET_S(i, size, mask))
			m->cpus[m->n++].id = (int)i;
	free(mask);
	return m->n;
}

static bool read_line(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(line, size, f);

	if (f)
		fclose(f);
	return ok;
}

static int topology(const char *root, int cpu, const char *what, int otherwise)
{
	char path[4096], line[64];

	snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%d/topology/%s", root,
	         cpu, what);
	return read_line(path, line, sizeof line) ? atoi(line) : otherwise;
}

static int by_core(const void *a, const void *b)
{
	const struct cpu *x = a, *y = b;

	return x->package != y->package ? x->package - y->package
	       : x->core != y->core     ? x->core - y->core
	                                : x->id - y->id;
}

static int by_thread(const void *a, const void *b)
{
	const struct cpu *x = a, *y = b;

	return x->thread != y->thread
	           ? (x->thread > y->thread) - (x->thread < y->thread)
	           : by_core(a, b);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void look(struct machine *m, const struct cpu_source *from)
{
	*m = (struct machine){0};
	if (from->n_allowed)
		m->cpus = mem_new(from->n_allowed, sizeof *m->cpus);
	for (; m->n < from->n_allowed; m->n++)
		m->cpus[m->n].id = from->allowed[m->n];
	if (!m->n && !ask_kernel(m))
		m->n = 1;
	for (size_t i = 0; i < m->n; i++) {
		struct cpu *c = &m->cpus[i];

		c->package = topology(from->root, c->id, "physical_package_id", 0);
		c->core = topology(from->root, c->id, "core_id", c->id);
	}
	qsort(m->cpus, m->n, sizeof *m->cpus, by_core);
	for (size_t i = 0; i < m->n; i++) {
		struct cpu *c = &m->cpus[i];
		bool sibling =
		    i && c->package == c[-1].package && c->core == c[-1].core;

		c->thread = sibling ? c[-1].thread + 1 : 0;
		m->cores += !sibling;
	}
}

/* Time that a group may have in a period of so long, in whole processors; SIZE_MAX: as
 * much as it likes. */
static size_t whole(const char *quota, const char *period)
{
	double share = strtod(period, NULL) > 0 && strtod(quota, NULL) > 0
	                   ? strtod(quota, NULL) / strtod(period, NULL)
	                   : 0;

	return share > 0 && share < 1e6
	           ? (size_t)share + (share > (double)(size_t)share)
	           : SIZE_MAX;
}

static size_t group_quota(const char *folder, bool first)
{
	char path[4096], quota[64], period[64], *blank;

	snprintf(path, sizeof path, "%s/%s", folder,
	         first ? "cpu.cfs_quota_us" : "cpu.max");
	if (!read_line(path, quota, sizeof quota))
		return SIZE_MAX;
	if (!first)
		return (blank = strchr(quota, ' ')) ? whole(quota, blank) : SIZE_MAX;
	snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
	return read_line(path, period, sizeof period) ? whole(quota, period) : SIZE_MAX;
}

/* Of the group and of all that it is in. line: "0::/a/b", "4:cpu,cpuacct:/a/b". */
static size_t line_quota(const char *root, char *line, struct arena *a)
{
	char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;
	bool second = path == names + 1;
	size_t least = SIZE_MAX;

	if (!path || (!second && strncmp(names, ":cpu", 4) != 0) ||
	    (!second && names[4] != ',' && names[4] != ':'))
		return SIZE_MAX;
	path++;
	path[strcspn(path, "\n")] = '\0';
	for (char *slash = path + strlen(path); slash; slash = strrchr(path, '/')) {
		size_t q;

		*slash = '\0';
		q = group_quota(arena_printf(a, "%s/sys/fs/cgroup%s%s", root,
		                             second ? "" : "/cpu", path),
		                !second);
		least = q < least ? q : least;
	}
	return least;
}

static size_t quota(const char *root, struct arena *a)
{
	FILE *f = fopen(arena_printf(a, "%s/proc/self/cgroup", root), "re");
	size_t least = SIZE_MAX;
	char line[4096];

	while (f && fgets(line, sizeof line, f)) {
		size_t q = line_quota(root, line, a);

		least = q < least ? q : least;
	}
	if (f)
		fclose(f);
	return least;
}

static void deal(struct spec *spec, size_t slots, struct machine *m, struct arena *a)
{
	struct cpu_list *lists = arena_new(a, slots, sizeof *lists);
	size_t each = spec->threads;

	if (slots * each <= m->cores)
		qsort(m->cpus, m->n, sizeof *m->cpus, by_thread);
	for (size_t s = 0; s < slots; s++) {
		int *list = arena_new(a, each, sizeof *list);

		for (size_t i = 0; i < each; i++)
			list[i] = m->cpus[s * each + i].id;
		qsort(list, each, sizeof *list, by_number);
		lists[s] = (struct cpu_list){.list = list, .n = each};
	}
	spec->cpu_slots = lists;
	spec->n_cpu_slots = slots;
}

const char *cpus_find(struct spec *spec, size_t slots, const struct cpu_source *from,
                      struct arena *a)
{
	const char *note = NULL;
	struct machine m;
	size_t have, limit;

	if (!spec->cpus || !slots)
		return NULL;
	if (spec->n_launcher) {
		spec->threads = spec->cpus;
		return NULL;
	}
	look(&m, from);
	limit = quota(from->root, a);
	have = limit < m.n ? limit : m.n;
	have = have ? have : 1;
	spec->threads = spec->cpus < have ? spec->cpus : have;
	if (slots > have / spec->threads)
		note =
		    arena_printf(a,
		                 "cpus: %zu for each of %zu at once is more than the "
		                 "%zu there %s: the runs share %s",
		                 spec->cpus, slots, have, have == 1 ? "is" : "are",
		                 have == 1 ? "it" : "them");
	else
		deal(spec, slots, &m, a);
	if (!note && spec->threads < spec->cpus)
		note = arena_printf(
		    a, "cpus: %zu, but there %s: the run has no more", spec->cpus,
		    have == 1 ? "is 1" : arena_printf(a, "are %zu", have));
	free(m.cpus);
	return note;
}
