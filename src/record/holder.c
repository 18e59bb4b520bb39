#include "record/holder.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FACT = 128, TRIES = 100 };

/* Of whoever works in a directory. "-": not known. */
struct facts {
	char host[FACT], machine[FACT]; /* machine: of its installation */
	char boot[FACT];                /* of the kernel that runs, since it began */
	char names[FACT]; /* of processes: where the number below counts */
	long pid;
	unsigned long long began; /* the process, in ticks of that boot */
	char disk[FACT];          /* the directory's, as that kernel counts them */
};

/* Files of the kernel, too, which have no size. */
static bool read_head(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The first word of a file, or "-". */
static void read_word(const char *path, char out[static FACT])
{
	char text[FACT];

	if (!read_head(path, text, sizeof text) || sscanf(text, "%127s", out) != 1)
		snprintf(out, FACT, "-");
}

/* 0: there is no such process, or it is dead and waits to be asked for. */
static unsigned long long began(long pid)
{
	char path[64], text[1024], state = 'Z';
	unsigned long long ticks = 0;
	const char *rest;

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	if (read_head(path, text, sizeof text) && (rest = strrchr(text, ')')))
		sscanf(
		    rest + 1,
		    " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
		    "%*d %*d %*d %llu",
		    &state, &ticks);
	return state == 'Z' || state == 'X' ? 0 : ticks;
}

/* The number behind a name, or "-". */
static void read_number(const char *path, bool device, char out[static FACT])
{
	struct stat st;

	if (stat(path, &st))
		snprintf(out, FACT, "-");
	else
		snprintf(out, FACT, "%llu",
		         (unsigned long long)(device ? st.st_dev : st.st_ino));
}

static struct facts ours(const char *dir)
{
	struct facts f = {.pid = (long)getpid()};

	if (gethostname(f.host, sizeof f.host - 1) || !*f.host ||
	    strpbrk(f.host, " \t\n"))
		snprintf(f.host, sizeof f.host, "-");
	read_word("/etc/machine-id", f.machine);
	read_word("/proc/sys/kernel/random/boot_id", f.boot);
	read_number("/proc/self/ns/pid", false, f.names);
	read_number(dir, true, f.disk);
	f.began = began(f.pid);
	return f;
}

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0 && strcmp(a, "-") != 0;
}

static const char *path_of(const char *dir, char out[static PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/.driver", dir);
	return out;
}

/* False: there is nothing that says who. */
static bool read_facts(const char *path, struct facts *f)
{
	char text[1024];

	*f = (struct facts){.disk = "-"};
	return file_tail(path, text, sizeof text) &&
	       sscanf(text, "%127s %127s %127s %127s %ld %llu %127s", f->host,
	              f->machine, f->boot, f->names, &f->pid, &f->began, f->disk) >= 6;
}

enum life { GONE, ALIVE, UNKNOWN };

/* He is gone when his machine has been started again, or his process is none. locked:
 * we hold the lock. On the same kernel, and the same disk of it, he would hold that; a
 * process in another container cannot be seen, and through another mount (of a network,
 * or in user space) its lock cannot either. */
static enum life life_of(const struct facts *he, const struct facts *we, bool locked)
{
	if (!is_same(he->boot, we->boot))
		return is_same(he->host, we->host) && is_same(he->machine, we->machine)
		           ? GONE
		           : UNKNOWN;
	if (!is_same(he->names, we->names))
		return locked && is_same(he->disk, we->disk) ? GONE : UNKNOWN;
	if (he->pid == we->pid || he->pid <= 0 || !he->began ||
	    began(he->pid) != he->began)
		return GONE;
	return ALIVE;
}

bool holder_refuse(const char *dir, long pid, struct error *err)
{
	return error_set(
	    err, ERROR_SYSTEM,
	    "%s: another hpsearch (pid %ld) is working in this directory\n"
	    "  help: wait for it, or give this search another one with --out DIR",
	    dir, pid);
}

static enum holder refuse(const char *dir, const struct facts *f, bool here,
                          struct error *err)
{
	if (here) {
		holder_refuse(dir, f->pid, err);
		return HOLDER_OTHER;
	}
	error_set(
	    err, ERROR_SYSTEM,
	    "%s: hpsearch on %s (pid %ld) works in this directory, or did when it "
	    "or its machine was stopped: from here that cannot be told apart\n"
	    "  help: look there; where it is over, --take-over goes on in its place",
	    dir, f->host, f->pid);
	return HOLDER_OTHER;
}

/* Of nobody else, on whatever machine. */
static bool own_path(const char *path, const struct facts *we, const char *end,
                     char out[static PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s.%.40s.%.40s.%.20s.%ld%s", path, we->host,
	                 we->boot, we->names, we->pid, end);

	errno = ENAMETOOLONG;
	return n < PATH_MAX;
}

/* All of it or nothing, and only where nobody is. */
static bool put(const char *path, const struct facts *f, struct error *err)
{
	char tmp[PATH_MAX], text[1024];
	int n = snprintf(text, sizeof text, "%s %s %s %s %ld %llu %s\n", f->host,
	                 f->machine, f->boot, f->names, f->pid, f->began, f->disk);
	int why;
	bool ok;

	if (!own_path(path, f, "", tmp))
		return error_errno(err, "%s", path);
	unlink(tmp);
	if (!file_write(tmp, text, (size_t)n, 0666, err)) {
		why = errno;
		unlink(tmp);
		errno = why;
		return false;
	}
	/* A file system without links has no other machines. */
	ok = !link(tmp, path) ||
	     ((errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) &&
	      access(path, F_OK) != 0 && !rename(tmp, path));
	why = errno;
	unlink(tmp);
	errno = why;
	return ok || error_errno(err, "%s", path);
}

/* What he has left; another may have put his own there since. */
static void bury(const char *path, const struct facts *he, const struct facts *we)
{
	char tmp[PATH_MAX];
	struct facts found;

	if (!own_path(path, we, ".old", tmp) || rename(path, tmp))
		return;
	if (read_facts(tmp, &found) &&
	    (found.pid != he->pid || found.began != he->began ||
	     strcmp(found.boot, he->boot) != 0) &&
	    link(tmp, path))
		return;
	unlink(tmp);
}

enum holder holder_claim(const char *dir, bool locked, struct error *err)
{
	const struct facts we = ours(dir);
	struct facts he;
	enum life life;
	char path[PATH_MAX];

	path_of(dir, path);
	for (int i = 0; i < TRIES; i++) {
		if (put(path, &we, err))
			return HOLDER_WE;
		if (errno != EEXIST)
			return HOLDER_FAILED;
		life = read_facts(path, &he) ? life_of(&he, &we, locked) : GONE;
		if (life != GONE)
			return refuse(dir, &he, life == ALIVE, err);
		bury(path, &he, &we);
	}
	return HOLDER_FAILED;
}

void holder_release(const char *dir)
{
	const struct facts we = ours(dir);
	struct facts he;
	char path[PATH_MAX];

	if (read_facts(path_of(dir, path), &he) && he.pid == we.pid &&
	    he.began == we.began && is_same(he.boot, we.boot) &&
	    strcmp(he.names, we.names) == 0)
		unlink(path);
}

bool holder_elsewhere(const char *dir, bool locked)
{
	const struct facts we = ours(dir);
	struct facts he;
	char path[PATH_MAX];

	return read_facts(path_of(dir, path), &he) &&
	       life_of(&he, &we, locked) == UNKNOWN;
}

void holder_remove(const char *dir)
{
	char path[PATH_MAX];

	unlink(path_of(dir, path));
}
