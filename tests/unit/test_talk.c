/* A program that is talked to, and its end. */
#include "base/clock.h"
#include "run/talk.h"
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static int64_t soon(void)
{
	return clock_now() + 60 * CLOCK_SECOND;
}

static bool begin(struct talk *t, const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct error err = {0};
	bool ok = talk_begin(t, argv, NULL, NULL, &err);

	CHECK_STR(err.text, "");
	return ok;
}

static void check_line(struct talk *t, const char *expected)
{
	struct error err = {0};
	const char *line = "";
	size_t len = 0;

	CHECK_INT(talk_hear(t, soon(), &line, &len, &err), HEARD_LINE);
	CHECK_INT(len, strlen(expected));
	CHECK(strncmp(line, expected, len) == 0);
}

TEST(lines_there_and_back)
{
	struct talk t = {0};
	struct error err = {0};

	if (!begin(&t, "while read -r x; do echo \"$x\" again; done; exit 3"))
		return;
	CHECK(talk_say(&t, "one\ntwo\n", 8, soon(), &err));
	check_line(&t, "one again");
	check_line(&t, "two again");
	talk_end(&t);
	CHECK_INT(t.pid, 0);
	CHECK(WIFEXITED(t.status));
	CHECK_INT(WEXITSTATUS(t.status), 3);
}

/* It, and what it has begun, are gone when it does not end by itself. */
TEST(who_does_not_listen_is_killed)
{
	struct talk t = {0};
	pid_t pid;

	if (!begin(&t, "trap '' TERM; echo on; while :; do sleep 0.1; done"))
		return;
	pid = t.pid;
	check_line(&t, "on");
	CHECK_INT(kill(pid, 0), 0);
	talk_end(&t);
	CHECK_INT(t.pid, 0);
	CHECK(WIFSIGNALED(t.status));
	CHECK_INT(WTERMSIG(t.status), SIGKILL);
	CHECK_INT(kill(pid, 0), -1);
	CHECK_INT(errno, ESRCH);
}

TEST_MAIN(lines_there_and_back, who_does_not_listen_is_killed)
