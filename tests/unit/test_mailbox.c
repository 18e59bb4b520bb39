/* Mailboxes: lines whole or not at all, whatever a writer left when it died. And what
 * Slurm prints; and commands that are not waited for. */
#include "base/clock.h"
#include "base/file.h"
#include "run/errand.h"
#include "run/mailbox.h"
#include "run/slurm_text.h"
#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static void fresh_path(void)
{
	snprintf(path, sizeof path, "/tmp/hpsearch-mailbox.XXXXXX");
	close(mkstemp(path));
}

static void put(const char *text)
{
	struct str line = {0}, what = {0};
	struct error err;

	str_add(&what, text);
	mailbox_line(&line, &what);
	CHECK(mailbox_put(path, &line, false, &err));
	str_free(&line);
	str_free(&what);
}

static void append(const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	CHECK(file_write_all(fd, bytes, n));
	close(fd);
}

static void check_next(struct mailbox *m, const char *text)
{
	size_t n = 0;
	const char *got = mailbox_next(m, &n);

	CHECK(got != NULL);
	CHECK(got && n == strlen(text) && memcmp(got, text, n) == 0);
}

TEST(lines_come_in_order)
{
	struct mailbox m;
	size_t n;

	fresh_path();
	mailbox_open(&m, path);
	CHECK(mailbox_look(&m));
	CHECK(!mailbox_next(&m, &n));
	put("{\"a\":1}");
	put("");
	put("{\"b\":2}\n");
	CHECK(mailbox_look(&m));
	check_next(&m, "{\"a\":1}");
	check_next(&m, "");
	check_next(&m, "{\"b\":2}");
	CHECK(!mailbox_next(&m, &n));
	CHECK_INT(m.bad, 0);
	mailbox_close(&m);
	unlink(path);
}

TEST(a_line_that_is_half_there_waits)
{
	struct mailbox m;
	struct str line = {0}, what = {0};
	size_t n;

	fresh_path();
	mailbox_open(&m, path);
	str_add(&what, "{\"e\":\"exit\"}");
	mailbox_line(&line, &what);
	for (size_t i = 0; i + 1 < line.len; i++) {
		append(line.s + i, 1);
		CHECK(mailbox_look(&m));
		CHECK(!mailbox_next(&m, &n));
	}
	append("\n", 1);
	CHECK(mailbox_look(&m));
	check_next(&m, "{\"e\":\"exit\"}");
	str_free(&line);
	str_free(&what);
	mailbox_close(&m);
	unlink(path);
}

TEST(what_a_dead_writer_left_is_skipped)
{
	struct mailbox m;
	size_t n;

	fresh_path();
	mailbox_open(&m, path);
	put("one");
	append("0123abcd {\"torn", 14);
	put("two");
	append("zzzzzzzz not a sum\n", 19);
	append("\n", 1);
	append("00000000 wrong sum\n", 19);
	append("short\n", 6);
	put("three");
	CHECK(mailbox_look(&m));
	check_next(&m, "one");
	check_next(&m, "two");
	check_next(&m, "three");
	CHECK(!mailbox_next(&m, &n));
	CHECK_INT(m.bad, 4);
	unlink(path);
	CHECK(!mailbox_look(&m));
	mailbox_close(&m);
}

TEST(a_line_without_end_is_not_kept)
{
	enum { PIECE = 1 << 20, PIECES = MAILBOX_LINE_MAX / PIECE + 4 };
	char *piece = malloc(PIECE);
	struct mailbox m;
	size_t n, kept;

	fresh_path();
	memset(piece, 'x', PIECE);
	mailbox_open(&m, path);
	for (int i = 0; i < PIECES; i++)
		append(piece, PIECE);
	while (mailbox_look(&m))
		CHECK(!mailbox_next(&m, &n));
	kept = m.text.len;
	CHECK(kept <= MAILBOX_LINE_MAX + PIECE);
	append("\n", 1);
	CHECK(!mailbox_look(&m));
	CHECK_INT(m.text.len, kept);
	mailbox_close(&m);
	unlink(path);
	free(piece);
}

TEST(what_slurm_prints)
{
	char id[SLURM_ID];
	struct slurm_job j;

	CHECK(slurm_job_id("4711\n", id));
	CHECK_STR(id, "4711");
	CHECK(slurm_job_id("4712;cluster\n", id));
	CHECK_STR(id, "4712");
	CHECK(slurm_job_id("4713", id));
	CHECK(!slurm_job_id("", id));
	CHECK(!slurm_job_id("Submitted batch job 4711", id));
	CHECK(!slurm_job_id("12x", id));
	CHECK(!slurm_job_id("99999999999999999999999999999999999999", id));
	CHECK(slurm_queue_line("17|hps-0-1|PENDING|Resources\nnext", &j));
	CHECK_STR(j.id, "17");
	CHECK_STR(j.name, "hps-0-1");
	CHECK_INT(j.phase, SLURM_WAITS);
	CHECK_STR(j.reason, "Resources");
	CHECK(slurm_queue_line("17|a|NODE_FAIL|", &j));
	CHECK_INT(j.phase, SLURM_TAKEN);
	CHECK(slurm_queue_line("17|a|SOMETHING_NEW|(a|b)", &j));
	CHECK_INT(j.phase, SLURM_UNKNOWN);
	CHECK_STR(j.reason, "(a|b)");
	CHECK(!slurm_queue_line("17|a|PENDING", &j));
	CHECK(!slurm_queue_line("slurm_load_jobs error: Unable to contact", &j));
	CHECK(!slurm_queue_line("", &j));
	CHECK(!slurm_queue_line("|a|RUNNING|None", &j));
	CHECK(slurm_passes(
	    "sbatch: error: Batch job submission failed: Socket timed out on "
	    "send/recv operation"));
	CHECK(
	    slurm_passes("slurm_load_jobs error: Unable to contact slurm controller"));
	CHECK(!slurm_passes("sbatch: error: invalid partition specified: nope"));
	CHECK(!slurm_passes(
	    "sbatch: error: Requested node configuration is not available"));
	CHECK(slurm_is_hopeless("PartitionTimeLimit"));
	CHECK(slurm_is_hopeless("AssocGrpCpuLimit"));
	CHECK(!slurm_is_hopeless("Resources"));
	CHECK(!slurm_is_hopeless("Priority"));
}

static void await(struct errand *e)
{
	while (!errand_over(e, clock_now()))
		poll(NULL, 0, 5);
}

TEST(errands)
{
	const char *const fine[] = {"sh", "-c", "echo 12; echo odd >&2", NULL};
	const char *const bad[] = {"sh", "-c", "echo no such thing >&2; exit 1", NULL};
	const char *const stuck[] = {"sh", "-c", "trap '' TERM; sleep 1000 & wait",
	                             NULL};
	const char *const none[] = {"/nonexistent/sbatch", NULL};
	int64_t later = clock_now() + 60 * CLOCK_SECOND;
	struct errand e;
	struct error err;

	CHECK(errand_begin(&e, fine, later, &err));
	await(&e);
	CHECK(errand_succeeded(&e));
	CHECK_STR(str_text(&e.said), "12\n");
	errand_forget(&e);
	CHECK(errand_begin(&e, bad, later, &err));
	await(&e);
	CHECK(!errand_succeeded(&e));
	CHECK_STR(errand_complaint(&e), "no such thing");
	errand_forget(&e);
	CHECK(errand_begin(&e, stuck, clock_now() + CLOCK_SECOND / 20, &err));
	await(&e);
	CHECK(e.late);
	CHECK(!errand_succeeded(&e));
	CHECK(slurm_passes(errand_complaint(&e)));
	errand_forget(&e);
	CHECK(!errand_begin(&e, none, later, &err));
	CHECK(strstr(err.text, "/nonexistent/sbatch") != NULL);
	errand_forget(&e);
}

TEST_MAIN(lines_come_in_order, a_line_that_is_half_there_waits,
          what_a_dead_writer_left_is_skipped, a_line_without_end_is_not_kept,
          what_slurm_prints, errands)
