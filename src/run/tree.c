#include "run/tree.h"

#include "base/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fields 1, 4, 5, 6 of /proc/PID/stat; the name before them may hold anything. */
static bool read_process(int proc, const char *name, struct process *p)
{
	char path[300], text[512], *paren;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "%s/stat", name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	paren = strrchr(text, ')');
	p->pid = (pid_t)atoi(name);
	return paren && sscanf(paren + 1, " %*c %d %d %d", &p->parent, &p->group,
	                       &p->session) == 3;
}

struct process *tree_snapshot(size_t *n)
{
	struct process *list = NULL;
	size_t cap = 0;
	struct dirent *e;
	DIR *proc = opendir("/proc");

	*n = 0;
	while (proc && (e = readdir(proc))) {
		list = mem_room(list, *n, &cap, sizeof *list);
		if (isdigit((unsigned char)e->d_name[0]) &&
		    read_process(dirfd(proc), e->d_name, &list[*n]))
			++*n;
	}
	if (proc)
		closedir(proc);
	return list;
}

/* The children of one thread behind the list; false: this kernel does not tell. */
static bool thread_children(int task, const char *thread, struct process **list,
                            size_t *n, size_t *cap)
{
	char path[300];
	FILE *f;
	int fd, pid;

	snprintf(path, sizeof path, "%s/children", thread);
	fd = openat(task, path, O_RDONLY | O_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f) /* the thread may have ended */
		return faccessat(task, thread, F_OK, 0) != 0;
	while (fscanf(f, "%d", &pid) == 1) {
		*list = mem_room(*list, *n, cap, sizeof **list);
		(*list)[(*n)++] = (struct process){.pid = pid};
	}
	fclose(f);
	return true;
}

static bool children(pid_t of, struct process **list, size_t *n, size_t *cap)
{
	char path[64];
	struct dirent *e;
	bool told = true;
	DIR *task;

	snprintf(path, sizeof path, "/proc/%d/task", of);
	task = opendir(path);
	while (told && task && (e = readdir(task)))
		told = !isdigit((unsigned char)e->d_name[0]) ||
		       thread_children(dirfd(task), e->d_name, list, n, cap);
	if (task)
		closedir(task);
	return told;
}

static bool is_among(const struct process *list, size_t n, pid_t pid)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].pid == pid)
			return true;
	return false;
}

/* Keeps the descendants of root only; returns how many. */
static size_t tree_below(pid_t root, struct process *list, size_t n)
{
	size_t found = 0, before;

	/* Children mostly have higher numbers than their parents, and /proc is in
	 * order: one pass finds nearly all, the second sees that it was the last. */
	do {
		before = found;
		for (size_t i = found; i < n; i++)
			if (list[i].parent == root ||
			    is_among(list, found, list[i].parent)) {
				struct process p = list[i];

				list[i] = list[found];
				list[found++] = p;
			}
	} while (found > before);
	return found;
}

void tree_signal(pid_t root, int sig, pid_t except)
{
	size_t n;
	struct process *list = tree_snapshot(&n);

	n = list ? tree_below(root, list, n) : 0;
	for (size_t i = 0; sig == SIGKILL && i < n; i++)
		if (list[i].group > 1 && list[i].session != getsid(root))
			kill(-list[i].group, sig);
	for (size_t i = 0; i < n; i++)
		if (!except || list[i].group != except)
			kill(list[i].pid, sig);
	free(list);
}

/* Their numbers only. Down from the root, which on a large machine is far less to read
 * than all of /proc, where the kernel tells of children (CONFIG_PROC_CHILDREN). */
static struct process *descendants(pid_t root, size_t *n)
{
	struct process *list = NULL;
	size_t cap = 0;
	bool told;

	*n = 0;
	told = children(root, &list, n, &cap);
	for (size_t i = 0; told && list && i < *n; i++)
		told = children(list[i].pid, &list, n, &cap);
	if (told)
		return list;
	free(list);
	list = tree_snapshot(n);
	*n = list ? tree_below(root, list, *n) : 0;
	return list;
}

static ssize_t read_text(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

static int64_t resident(pid_t pid)
{
	long long pages = 0;
	char text[256];

	if (read_text(pid, "statm", text, sizeof text) <= 0 ||
	    sscanf(text, "%*d %lld", &pages) != 1)
		return 0;
	return pages * sysconf(_SC_PAGESIZE);
}

static int64_t resident_share(pid_t pid)
{
	char text[4096], *line;

	/* One that has just ended has none of either. */
	if (read_text(pid, "smaps_rollup", text, sizeof text) <= 0)
		return resident(pid);
	line = strstr(text, "\nPss:");
	return line ? strtoll(line + strlen("\nPss:"), NULL, 10) * 1024 : 0;
}

int64_t tree_resident(pid_t root, bool fairly)
{
	size_t n;
	struct process *list = descendants(root, &n);
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += fairly ? resident_share(list[i].pid) : resident(list[i].pid);
	free(list);
	return sum;
}
