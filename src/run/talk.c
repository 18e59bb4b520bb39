#include "run/talk.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLICE_MS = 100, END_TURNS = 100, END_MS = 10, CHUNK = 1 << 16 };

/* In the child: nothing but what may be called between fork and exec. */
__attribute__((noreturn)) static void become(const char *const *argv, const char *cwd,
                                             const int in[2], const int out[2], int log,
                                             int status, pid_t parent)
{
	sigset_t none;
	int why;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0 &&
	    (log < 0 || dup2(log, STDERR_FILENO) >= 0) && (!cwd || !chdir(cwd)))
		execvp(argv[0], (char *const *)(uintptr_t)argv);
	why = errno;
	if (write(status, &why, sizeof why) < 0)
		_exit(126);
	_exit(127);
}

static void close_pair(int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* The child's exec closes the pipe; what it says instead is why there was none. */
static int failure_of(int fd)
{
	int why = 0;
	ssize_t n;

	do
		n = read(fd, &why, sizeof why);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof why ? why : 0;
}

bool talk_begin(struct talk *t, const char *const *argv, const char *cwd,
                const char *log, struct error *err)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, status[2] = {-1, -1};
	int log_fd =
	    log ? open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
	               0666)
		: -1;
	pid_t parent = getpid();
	bool ok = !pipe2(in, O_CLOEXEC) && !pipe2(out, O_CLOEXEC) &&
	          !pipe2(status, O_CLOEXEC) && (t->pid = fork()) >= 0;

	if (!ok) {
		t->pid = 0;
		error_errno(err, "%s", argv[0]);
	} else if (!t->pid) {
		become(argv, cwd, in, out, log_fd, status[1], parent);
	} else {
		close(status[1]);
		status[1] = -1;
		errno = failure_of(status[0]);
		ok = !errno || error_errno(err, "%s: cannot be executed", argv[0]);
		t->in = fcntl(in[1], F_DUPFD_CLOEXEC, 0);
		t->out = fcntl(out[0], F_DUPFD_CLOEXEC, 0);
		fcntl(t->in, F_SETFL, O_NONBLOCK);
		fcntl(t->out, F_SETFL, O_NONBLOCK);
	}
	close_pair(in);
	close_pair(out);
	close_pair(status);
	if (log_fd >= 0)
		close(log_fd);
	if (!ok)
		talk_end(t);
	return ok;
}

/* Waits a little for fd. False: the time is up. */
static bool wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	int64_t left = (deadline - clock_now()) / 1000000;

	if (left <= 0)
		return false;
	poll(&p, 1, left < SLICE_MS ? (int)left + 1 : SLICE_MS);
	return true;
}

/* What it says meanwhile is taken, or both sides would wait for each other. */
static bool take_some(struct talk *t)
{
	char bytes[CHUNK];
	ssize_t n = read(t->out, bytes, sizeof bytes);

	if (n > 0)
		str_addn(&t->heard, bytes, (size_t)n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool ended(struct talk *t, struct error *err)
{
	int status;

	for (int turn = 0; turn < END_TURNS; turn++) {
		if (waitpid(t->pid, &status, WNOHANG) == t->pid) {
			t->pid = 0;
			t->status = status;
			break;
		}
		poll(NULL, 0, END_MS);
	}
	if (t->pid)
		return error_set(err, ERROR_SYSTEM, "it has closed its output");
	if (WIFSIGNALED(t->status))
		return error_set(err, ERROR_SYSTEM, "it was ended by signal %d (%s)",
		                 WTERMSIG(t->status), strsignal(WTERMSIG(t->status)));
	return error_set(err, ERROR_SYSTEM, "it has ended with exit status %d",
	                 WEXITSTATUS(t->status));
}

bool talk_say(struct talk *t, const char *text, size_t len, int64_t deadline,
              struct error *err)
{
	while (len) {
		ssize_t n = write(t->in, text, len);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return ended(t, err);
		if (!take_some(t) || t->heard.len > TALK_LINE_MAX)
			return ended(t, err);
		if (!wait_for(t->in, POLLOUT, deadline))
			return error_set(err, ERROR_SYSTEM, "it does not listen");
	}
	return true;
}

static bool asked_to_end(void)
{
	sigset_t pending;

	sigemptyset(&pending);
	sigpending(&pending);
	return sigismember(&pending, SIGINT) == 1 ||
	       sigismember(&pending, SIGTERM) == 1 ||
	       sigismember(&pending, SIGHUP) == 1;
}

enum heard talk_hear(struct talk *t, int64_t deadline, const char **line, size_t *len,
                     struct error *err)
{
	size_t searched = 0;

	if (t->taken) {
		memmove(t->heard.s, t->heard.s + t->taken, t->heard.len - t->taken);
		t->heard.len -= t->taken;
		t->taken = 0;
	}
	for (;;) {
		char *end =
		    t->heard.len > searched
			? memchr(t->heard.s + searched, '\n', t->heard.len - searched)
			: NULL;

		if (end) {
			*line = t->heard.s;
			*len = (size_t)(end - t->heard.s);
			t->taken = *len + 1;
			return HEARD_LINE;
		}
		searched = t->heard.len;
		if (searched > TALK_LINE_MAX) {
			error_set(err, ERROR_SYSTEM, "its line is longer than %d bytes",
			          TALK_LINE_MAX);
			return HEARD_NOTHING;
		}
		if (asked_to_end())
			return HEARD_SIGNAL;
		if (!wait_for(t->out, POLLIN, deadline)) {
			error_set(err, ERROR_SYSTEM, "it does not answer");
			return HEARD_NOTHING;
		}
		if (!take_some(t)) {
			ended(t, err);
			return HEARD_NOTHING;
		}
	}
}

void talk_end(struct talk *t)
{
	pid_t group = t->pid;

	if (t->in > 0)
		close(t->in);
	for (int turn = 0; t->pid && turn < END_TURNS; turn++) {
		if (waitpid(t->pid, &t->status, WNOHANG) == t->pid)
			t->pid = 0;
		else
			poll(NULL, 0, END_MS);
	}
	/* A group whose leader has been waited for may be another one by now. */
	if (t->pid) {
		kill(-group, SIGKILL);
		while (waitpid(t->pid, &t->status, 0) < 0 && errno == EINTR)
			;
	}
	if (t->out > 0)
		close(t->out);
	str_free(&t->heard);
	*t = (struct talk){.status = t->status};
}
