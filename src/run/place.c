#include "run/place.h"

#include "base/mem.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int cpu_at(const char *cpus, size_t i)
{
	int cpu;

	memcpy(&cpu, cpus + i * sizeof cpu, sizeof cpu);
	return cpu;
}

void place_set(struct place *p, const char *cpus, size_t n, int nice)
{
	p->nice = nice;
	p->niceness = getpriority(PRIO_PROCESS, 0) + nice;
	p->mask_size = n ? CPU_ALLOC_SIZE((size_t)cpu_at(cpus, n - 1) + 1) : 0;
	if (!n)
		return;
	p->mask = mem_grow(p->mask, p->mask_size, 1);
	memset(p->mask, 0, p->mask_size);
	for (size_t i = 0; i < n; i++)
		CPU_SET_S((size_t)cpu_at(cpus, i), p->mask_size, p->mask);
}

/* Where the kernel groups processes by session, niceness counts only within one, and
 * the session has its own (sched(7), autogroup). */
static void give_way(const struct place *p)
{
	char text[] = {(char)('0' + p->nice / 10), (char)('0' + p->nice % 10)};
	int fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);

	setpriority(PRIO_PROCESS, 0, p->niceness);
	if (fd < 0)
		return;
	/* Refused where it is asked too often; the rest holds all the same. */
	if (write(fd, text, sizeof text) < 0)
		lseek(fd, 0, SEEK_SET);
	close(fd);
}

void place_enter(const struct place *p)
{
	if (p->nice)
		give_way(p);
	/* Where none of them is ours any more, the kernel's choice stands. */
	if (p->mask_size)
		sched_setaffinity(0, p->mask_size, p->mask);
}
