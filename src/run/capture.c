#include "run/capture.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_until(int fd, int seconds, char *out, size_t size)
{
	int64_t end = clock_now() + seconds * CLOCK_SECOND;
	size_t n = 0;

	while (n + 1 < size) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = (end - clock_now()) / 1000000;
		ssize_t got;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			break;
		got = read(fd, out + n, size - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	out[n] = '\0';
}

void capture_in(const char *dir, int seconds, char *const argv[], char *out,
                size_t size)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int fds[2], status;
	pid_t pid;

	*out = '\0';
	if (pipe2(fds, O_CLOEXEC))
		return;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
	                                 0);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
	                                 0);
	if (dir)
		posix_spawn_file_actions_addchdir_np(&actions, dir);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	if (!posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ)) {
		close(fds[1]);
		fds[1] = -1;
		read_until(fds[0], seconds, out, size);
		kill(-pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
}

void capture(char *const argv[], char *out, size_t size)
{
	capture_in(NULL, 2, argv, out, size);
}
