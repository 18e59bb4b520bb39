#include "run/signals.h"

#include "base/mem.h"

#include <sys/signalfd.h>
#include <unistd.h>

bool signals_take(struct signals *s, struct error *err)
{
	static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGWINCH};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, was;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (ours[i] != SIGHUP ||
		    (!sigaction(SIGHUP, NULL, &was) && was.sa_handler != SIG_IGN))
			sigaddset(&set, ours[i]); /* nohup stays in force */
	sigprocmask(SIG_BLOCK, &set, &s->old_mask);
	sigaction(SIGPIPE, &ignore, &s->old_pipe);
	sigaction(SIGXFSZ, &ignore, &s->old_xfsz);
	s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->fd >= 0 || error_errno(err, "signalfd");
}

int signals_next(const struct signals *s)
{
	struct signalfd_siginfo info;
	ssize_t n = read(s->fd, &info, sizeof info);

	return n == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

void signals_give_back(struct signals *s)
{
	/* One more that was meant for the runner must not end the program now. */
	while (s->fd >= 0 && signals_next(s))
		;
	if (s->fd >= 0)
		close(s->fd);
	sigaction(SIGPIPE, &s->old_pipe, NULL);
	sigaction(SIGXFSZ, &s->old_xfsz, NULL);
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
}
