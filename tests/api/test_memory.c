/* The library where memory runs out at the n-th allocation, for every n: an error comes
 * back, nothing is leaked, nothing is printed. Linked so that all that is in one file
 * with it (the library, libyaml, GSL) allocates here; cJSON does by its hooks. */
#include "../unit/test.h"
#include "hpsearch.h"

#include <cJSON.h>
#include <errno.h>
#include <unistd.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);
char *__wrap_strdup(const char *s);

static long allocations, fail_at, held; /* fail_at 0: never */
static bool for_good;                   /* and everything behind it */

static bool there_is_none(void)
{
	allocations++;
	if (!fail_at || (for_good ? allocations < fail_at : allocations != fail_at))
		return false;
	errno = ENOMEM;
	return true;
}

static void *counted(void *p)
{
	held += p != NULL;
	return p;
}

void *__wrap_malloc(size_t n)
{
	return there_is_none() ? NULL : counted(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return there_is_none() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t n)
{
	if (there_is_none())
		return NULL;
	return p ? __real_realloc(p, n) : counted(__real_malloc(n));
}

void __wrap_free(void *p)
{
	held -= p != NULL;
	__real_free(p);
}

/* libyaml's. */
char *__wrap_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = __wrap_malloc(n);

	return copy ? memcpy(copy, s, n) : NULL;
}

static char path[] = "/tmp/test_memory.XXXXXX";

/* A search with a pause at a file, far enough for its strategy to learn: the code that
 * ended it; HPS_OK: it came to its end. */
static int whole_search(const char *yaml)
{
	hps_search *s;
	uint64_t run = 0;
	int rc = hps_open(&s, yaml);

	for (int i = 0; rc >= 0 && i < 40; i++) {
		rc = hps_ask(s, &run);
		if (rc != HPS_OK)
			break;
		/* What only reads may fail, and the search goes on. */
		if (!hps_params(s, run)) {
			CHECK_STR(hps_strerror(s), "out of memory");
			CHECK(hps_params(s, run) != NULL || for_good);
		}
		rc = hps_report(s, run, 1, (double)(i % 5));
		if (rc == HPS_CONTINUE)
			rc = hps_tell(s, run, 1.0 / (i + 1));
		if (rc >= 0 && i == 2) {
			rc = hps_save(s, path);
			if (rc == HPS_NOMEM && !for_good)
				CHECK_INT(rc = hps_save(s, path), HPS_OK);
			if (rc < 0)
				break;
			hps_close(s);
			rc = hps_load(&s, path);
		}
	}
	if (rc == HPS_NOMEM) {
		CHECK_STR(hps_strerror(s), "out of memory");
		CHECK_INT(s ? hps_ask(s, &run) : HPS_NOMEM, HPS_NOMEM);
	}
	hps_close(s);
	return rc >= 0 ? HPS_OK : rc;
}

static void fail_everywhere(const char *yaml, long most)
{
	long n, step;
	cJSON_Hooks hooks = {__wrap_malloc, __wrap_free};

	cJSON_InitHooks(&hooks);
	fail_at = allocations = held = 0;
	CHECK_INT(whole_search(yaml), HPS_OK);
	CHECK_INT(held, 0);
	n = allocations;
	step = n > most ? n / most : 1;
	printf("# %ld allocations, every %ld. fails\n", n, step);
	CHECK(n > 100);
	for (long i = 1; i <= n; i += step) {
		int rc;

		fail_at = i;
		allocations = 0;
		rc = whole_search(yaml);
		fail_at = 0;
		if ((rc != HPS_NOMEM && rc != HPS_OK) || held)
			printf("# the %ld. of %ld: %d, %ld left\n", i, n, rc, held);
		CHECK(rc == HPS_NOMEM || rc == HPS_OK);
		CHECK_INT(held, 0);
		held = 0;
	}
	cJSON_InitHooks(NULL);
}

static const char stopping[] =
    "method: random\nmax_trials: 6\nmetric: {name: loss}\n"
    "early_terminate: {type: median, min_steps: 0, min_trials: 2}\n"
    "parameters: &p {a: {min: 0.0, max: 1.0}, b: {values: [x, y]},\n"
    "  c: {min: 0.0, max: 1.0, when: {b: x}}}\nconstraints: ['a < 0.9']\n";
static const char learning[] = "method: bayes\nmax_trials: 10\nmetric: {name: loss}\n"
			       "parameters: {a: {min: 0.0, max: 1.0}}\n";

TEST(every_allocation_of_a_search_may_fail)
{
	for_good = false;
	fail_everywhere(stopping, 100000);
}

TEST(and_all_that_come_behind_it)
{
	for_good = true;
	fail_everywhere(stopping, 100000);
}

TEST(of_one_that_learns_some)
{
	for_good = false;
	fail_everywhere(learning, 300);
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {every_allocation_of_a_search_may_fail,
	                                      and_all_that_come_behind_it,
	                                      of_one_that_learns_some};
	int rc;

	close(mkstemp(path));
	rc = test_main(argc, argv, tests, 3,
	               "every_allocation_of_a_search_may_fail, "
	               "and_all_that_come_behind_it, of_one_that_learns_some");
	unlink(path);
	return rc;
}
