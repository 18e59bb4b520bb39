/* Between fork and the end of a keeper: simple code, out by _exit only. */
#include "run/keeper.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FD_IN, FD_OUT, FD_LOG, FD_CTL, FD_KEEP, FD_FIRST_FREE };

/* By way of numbers that are out of the way. */
static void place_descriptors(int in, int out, int log, int ctl, int keep_fd)
{
	int fds[] = {in, out, log, ctl, keep_fd};

	for (int i = 0; i < FD_FIRST_FREE; i++)
		if (fds[i] >= 0 &&
		    (fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FD_FIRST_FREE)) < 0)
			_exit(1);
	for (int i = 0; i < FD_FIRST_FREE; i++)
		if (fds[i] < 0)
			close(i);
		else if (dup3(fds[i], i, i > FD_LOG ? O_CLOEXEC : 0) < 0)
			_exit(1);
	closefrom(FD_FIRST_FREE);
}

static void reset_signals(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

__attribute__((noreturn)) static void launch(const char *const *argv, pid_t parent)
{
	static const char said[] = "hpsearch: cannot execute ";
	const char *why;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	reset_signals();
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	why = strerror(errno);
	if (file_write_all(FD_LOG, said, sizeof said - 1) &&
	    file_write_all(FD_LOG, argv[0], strlen(argv[0])) &&
	    file_write_all(FD_LOG, ": ", 2) && file_write_all(FD_LOG, why, strlen(why)))
		file_write_all(FD_LOG, "\n", 1);
	_exit(127);
}

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Until the launcher has left; killed, once the driver has been gone for so long. */
__attribute__((noreturn)) static void keep(pid_t launcher, int children,
                                           int64_t patience)
{
	struct pollfd p[] = {{.fd = children, .events = POLLIN},
	                     {.fd = FD_CTL, .events = POLLIN}};
	struct signalfd_siginfo info;
	int64_t until = INT64_MAX;
	int status = 0;

	while (waitpid(launcher, &status, WNOHANG) == 0) {
		int64_t left = until - clock_now();

		if (left <= 0)
			kill(launcher, SIGKILL);
		poll(p, 2,
		     until == INT64_MAX ? -1
		     : left <= 0        ? 100
		                        : clock_milliseconds(left));
		if (p[0].revents && read(children, &info, sizeof info) < 0)
			continue;
		if (p[1].fd >= 0 && p[1].revents) {
			p[1].fd = -1;
			until = clock_now() + patience;
		}
	}
	_exit(status_of(status));
}

__attribute__((noreturn)) static void serve(const char *const *argv, int in, int out,
                                            int log, int ctl, int keep_fd,
                                            int64_t patience)
{
	pid_t self = getpid(), launcher;
	int null, children;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, "hps-keeper");
	place_descriptors(in, out, log, ctl, keep_fd);
	launcher = fork();
	if (!launcher)
		launch(argv, self);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigemptyset(&all);
	sigaddset(&all, SIGCHLD);
	children = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (launcher < 0 || null < 0 || children < 0)
		_exit(126);
	/* The pipe's ends are the launcher's alone. */
	dup2(null, FD_IN);
	dup2(null, FD_OUT);
	keep(launcher, children, patience);
}

static void close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

bool keeper_start(struct keeper *k, const char *const *argv, int log, int keep_fd,
                  int64_t patience, struct error *err)
{
	int fds[6] = {-1, -1, -1, -1, -1, -1}; /* in, out, ctl */
	pid_t pid = -1;

	*k = (struct keeper){.in = -1, .out = -1, .ctl = -1};
	if (!pipe2(fds, O_CLOEXEC) && !pipe2(fds + 2, O_CLOEXEC) &&
	    !pipe2(fds + 4, O_CLOEXEC) && !fcntl(fds[1], F_SETFL, O_NONBLOCK) &&
	    !fcntl(fds[2], F_SETFL, O_NONBLOCK))
		pid = fork();
	if (!pid)
		serve(argv, fds[0], fds[3], log, fds[4], keep_fd, patience);
	if (pid < 0) {
		error_errno(err, "%s: cannot be started", argv[0]);
		close_all(fds, 6);
		return false;
	}
	close(fds[0]);
	close(fds[3]);
	close(fds[4]);
	*k = (struct keeper){.pid = pid, .in = fds[1], .out = fds[2], .ctl = fds[5]};
	return true;
}

void keeper_part(struct keeper *k)
{
	int fds[] = {k->in, k->out, k->ctl};

	close_all(fds, 3);
	k->in = k->out = k->ctl = -1;
}

bool keeper_left(struct keeper *k, int *status)
{
	int got = 0;

	if (!k->pid)
		return true;
	if (waitpid(k->pid, &got, WNOHANG) == 0)
		return false;
	*status = status_of(got);
	k->pid = 0;
	return true;
}

void keeper_kill(struct keeper *k)
{
	int status;

	if (!k->pid)
		return;
	kill(-k->pid, SIGKILL);
	kill(k->pid, SIGKILL);
	waitpid(k->pid, &status, 0);
	k->pid = 0;
}
