#include "run/flight.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t size_of(size_t slots)
{
	return sizeof(struct flight) + slots * sizeof(int64_t);
}

struct flight *flight_new(size_t slots, struct error *err)
{
	struct flight *f = mmap(NULL, size_of(slots), PROT_READ | PROT_WRITE,
	                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (f == MAP_FAILED) {
		error_errno(err, "memory for the output of %zu runs", slots);
		return NULL;
	}
	f->slots = slots;
	return f;
}

void flight_free(struct flight *f)
{
	if (f)
		munmap(f, size_of(f->slots));
}

void flight_open(struct flight *f, size_t slot)
{
	f->at[slot] = 0;
}

void flight_begin(struct flight *f, size_t slot)
{
	f->slot = slot;
}

void flight_end(struct flight *f, size_t n, int64_t at)
{
	memset(f->bytes, 0, n);
	f->at[f->slot] = at;
}

/* How many bytes are under way: nobody lived to say. NULs behind them hold no report.
 */
static size_t under_way(const struct flight *f, size_t slot)
{
	size_t n = f->slot == slot ? FLIGHT_BYTES : 0;

	while (n && !f->bytes[n - 1])
		n--;
	return n;
}

static bool has_more(int pipe)
{
	struct pollfd p = {.fd = pipe, .events = POLLIN};

	return poll(&p, 1, 0) > 0 && (p.revents & POLLIN);
}

static int open_stdout(const char *dir, off_t *size)
{
	char path[PATH_MAX];
	struct stat st;
	int fd = -1;

	if (snprintf(path, sizeof path, "%s/stdout", dir) < (int)sizeof path)
		fd =
		    open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		         0666);
	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_nlink == 1) {
		*size = st.st_size;
		return fd;
	}
	close(fd);
	return -1;
}

static bool put(int fd, const char *bytes, size_t n, off_t *at)
{
	while (n) {
		ssize_t done = pwrite(fd, bytes, n, *at);

		if (done <= 0)
			return false;
		bytes += done;
		n -= (size_t)done;
		*at += done;
	}
	return true;
}

void flight_land(const struct flight *f, size_t slot, int pipe, const char *dir,
                 int64_t limit)
{
	size_t n = under_way(f, slot);
	char buf[16 * 1024];
	off_t at = 0;
	ssize_t got;
	int fd;

	if (f->at[slot] < 0 || (!n && !has_more(pipe)))
		return;
	fd = open_stdout(dir, &at);
	if (fd < 0)
		return;
	/* The driver may have written them, or some, before it was killed. */
	if (n)
		at = f->at[slot];
	if (put(fd, f->bytes, n, &at))
		while (at + (off_t)sizeof buf <= limit &&
		       (got = read(pipe, buf, sizeof buf)) > 0 &&
		       put(fd, buf, (size_t)got, &at))
			;
	close(fd);
}
