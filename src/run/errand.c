#include "run/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_MAX = 4 << 20, WOES_MAX = 16 * 1024 };

static bool spawn(struct errand *e, const char *const *argv, int out, int err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	union {
		const char *const *in;
		char *const *out;
	} words = {.in = argv};
	sigset_t none, all;
	int failed;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
	                                 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
	                                          POSIX_SPAWN_SETSIGMASK |
	                                          POSIX_SPAWN_SETSIGDEF);
	failed =
	    posix_spawnp(&e->pid, argv[0], &actions, &attributes, words.out, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	errno = failed;
	return !failed;
}

bool errand_begin(struct errand *e, const char *const *argv, int64_t deadline,
                  struct error *err)
{
	int out[2], woes[2];
	bool ok;

	*e = (struct errand){.out = -1, .err = -1, .deadline = deadline};
	if (pipe2(out, O_CLOEXEC))
		return error_errno(err, "%s", argv[0]);
	if (pipe2(woes, O_CLOEXEC)) {
		error_errno(err, "%s", argv[0]);
		close(out[0]);
		close(out[1]);
		return false;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(woes[0], F_SETFL, O_NONBLOCK);
	ok = spawn(e, argv, out[1], woes[1]);
	if (!ok) {
		error_errno(err, "%s", argv[0]);
		e->pid = 0;
		close(out[0]);
		close(woes[0]);
	} else {
		e->out = out[0];
		e->err = woes[0];
	}
	close(out[1]);
	close(woes[1]);
	return ok;
}

static void take(int *fd, struct str *to, size_t most)
{
	char chunk[4096];
	ssize_t n = -1;

	while (*fd >= 0 && (n = read(*fd, chunk, sizeof chunk)) > 0)
		if (to->len < most)
			str_addn(to, chunk, (size_t)n);
	if (*fd < 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	close(*fd);
	*fd = -1;
}

bool errand_over(struct errand *e, int64_t now)
{
	pid_t got;

	take(&e->out, &e->said, SAID_MAX);
	take(&e->err, &e->woes, WOES_MAX);
	if (!e->late && now >= e->deadline) {
		kill(-e->pid, SIGKILL);
		e->late = true;
	}
	got = waitpid(e->pid, &e->status, WNOHANG);
	if (!got || (got < 0 && errno == EINTR))
		return false;
	/* What it has left behind may hold the pipes for ever. */
	take(&e->out, &e->said, SAID_MAX);
	take(&e->err, &e->woes, WOES_MAX);
	if (e->out >= 0)
		close(e->out);
	if (e->err >= 0)
		close(e->err);
	e->out = e->err = -1;
	e->pid = 0;
	return true;
}

bool errand_succeeded(const struct errand *e)
{
	return !e->late && WIFEXITED(e->status) && !WEXITSTATUS(e->status);
}

const char *errand_complaint(struct errand *e)
{
	size_t n = strcspn(str_text(&e->woes), "\n");

	if (n) {
		e->woes.len = n;
		e->woes.s[n] = '\0';
		return e->woes.s;
	}
	return e->late ? "it did not answer in time" : "it failed and did not say why";
}

void errand_forget(struct errand *e)
{
	if (e->pid > 0) {
		kill(-e->pid, SIGKILL);
		while (waitpid(e->pid, &e->status, 0) < 0 && errno == EINTR)
			;
	}
	if (e->out >= 0)
		close(e->out);
	if (e->err >= 0)
		close(e->err);
	str_free(&e->said);
	str_free(&e->woes);
	*e = (struct errand){.out = -1, .err = -1};
}
