#include "run/agent_team.h"

#include "base/file.h"
#include "base/mem.h"
#include "run/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where Slurm says which GPUs are the job's. */
static const char *const gpus[] = {"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES",
                                   "HIP_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL",
                                   "ZE_AFFINITY_MASK"};

static const char *skip_items(const char *s, size_t n)
{
	for (; n; n--) {
		s += strcspn(s, ",");
		s += *s == ',';
	}
	return s;
}

/* The i-th of n equal parts of a list; as it is, where there are none. */
static void take_share(const char *name, size_t i, size_t n)
{
	const char *all = getenv(name), *from, *to;
	size_t items = 1;
	char *part;

	if (!all || !*all)
		return;
	for (const char *s = all; *s; s++)
		items += *s == ',';
	if (items % n)
		return;
	from = skip_items(all, i * (items / n));
	to = skip_items(from, items / n);
	part = mem_strdup(from);
	part[to - from - (to > from && to[-1] == ',')] = '\0';
	setenv(name, part, 1);
	free(part);
}

struct team {
	struct signals signals;
	pid_t *agents; /* (n); 0: not begun */
	size_t n;
	int over[2]; /* a pipe that is at its end when all have left */
};

/* In its process. */
static _Noreturn void be_agent(struct team *t, size_t i, pid_t lead,
                               const struct agent_plan *plan)
{
	struct error err = {0};
	bool ok;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != lead)
		_exit(1);
	signals_give_back(&t->signals);
	close(t->over[0]);
	for (size_t k = 0; k < ARRAY_LEN(gpus); k++)
		take_share(gpus[k], i, t->n);
	ok = agent_serve(plan, &err);
	if (!ok)
		dprintf(STDERR_FILENO, "hpsearch: %s\n", err.text);
	_exit(!ok);
}

static bool begin(struct team *t, const struct agent_plan *plan,
                  const char *const *folders, struct error *err)
{
	pid_t lead = getpid();

	for (size_t i = 0; i < t->n; i++) {
		struct agent_plan own = *plan;

		own.folder = folders[i];
		t->agents[i] = fork();
		if (t->agents[i] == 0)
			be_agent(t, i, lead, &own);
		if (t->agents[i] < 0) {
			t->agents[i] = 0;
			return error_errno(err, "starting an agent");
		}
	}
	return true;
}

static void tell(const struct team *t, int sig)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->agents[i])
			kill(t->agents[i], sig);
}

/* Until all have left; true: each as it should. */
static bool attend(const struct team *t)
{
	struct pollfd p[] = {{.fd = t->signals.fd, .events = POLLIN},
	                     {.fd = t->over[0], .events = POLLIN}};
	bool ok = true;
	int sig, status;

	while (!p[1].revents) {
		poll(p, 2, -1);
		while ((sig = signals_next(&t->signals)))
			tell(t, sig);
	}
	for (size_t i = 0; i < t->n; i++)
		if (t->agents[i])
			ok = waitpid(t->agents[i], &status, 0) > 0 && !status && ok;
	return ok;
}

bool agent_team(const struct agent_plan *plan, const char *const *folders, size_t n,
                struct error *err)
{
	struct agent_plan own = *plan;
	struct team t = {.n = n, .signals.fd = -1};
	bool ok;

	own.folder = folders[0];
	if (n == 1)
		return agent_serve(&own, err);
	if (!signals_take(&t.signals, err))
		return false;
	if (pipe2(t.over, O_CLOEXEC)) {
		signals_give_back(&t.signals);
		return error_errno(err, "starting agents");
	}
	t.agents = mem_new(n, sizeof *t.agents);
	ok = begin(&t, plan, folders, err);
	if (!ok)
		tell(&t, SIGTERM);
	close(t.over[1]);
	if (!attend(&t) && ok)
		ok = error_set(err, ERROR_SYSTEM,
		               "an agent was killed, or could not begin");
	signals_give_back(&t.signals);
	close(t.over[0]);
	free(t.agents);
	return ok;
}
