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
