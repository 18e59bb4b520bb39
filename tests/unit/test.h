/* A unit test in one header: TAP on stdout, a name filter as argument. A CHECK that
 * does not hold says where and what, and the test goes on. */
#ifndef HPS_TESTS_TEST_H
#define HPS_TESTS_TEST_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one counter that all checks of a binary share. */
static int test_failures;

/* Under valgrind, where a vfork is a fork, an exec that fails is the end, memory has no
 * limit, and there are descriptors of its own: what is about those is left out. */
static inline bool test_emulated(void)
{
	return getenv("MEMCHECK_LOG") != NULL;
}

/* Under a sanitizer a step takes three times as long, and what it looks for is not a
 * matter of how often: there long tests may take fewer rounds than `make check`. */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* TEST(parses_numbers) { CHECK(…); }   then at the end   TEST_MAIN(parses_numbers, …)
 */
#define TEST(name) static void name(void)

/* names: the words of TEST_MAIN as one text, "a, b, c". */
static inline int test_main(int argc, char **argv, void (*const *tests)(void), size_t n,
                            const char *names)
{
	size_t ran = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < n; i++) {
		char name[128];
		size_t len = strcspn(names, ",");

		snprintf(name, sizeof name, "%.*s", (int)len, names);
		names += len + strspn(names + len, ", ");
		if (argc > 1 && !strstr(name, argv[1]))
			continue;
		test_failures = 0;
		tests[i]();
		printf("%s %zu - %s\n", test_failures ? "not ok" : "ok", ++ran, name);
		failed += test_failures > 0;
	}
	printf("1..%zu\n", ran);
	return failed > 0;
}

#define TEST_MAIN(...)                                                                 \
	int main(int argc, char **argv)                                                \
	{                                                                              \
		static void (*const tests[])(void) = {__VA_ARGS__};                    \
		return test_main(argc, argv, tests, sizeof tests / sizeof *tests,      \
		                 #__VA_ARGS__);                                        \
	}

#define CHECK(expr)                                                                    \
	do {                                                                           \
		if (!(expr)) {                                                         \
			test_failures++;                                               \
			printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #expr);  \
		}                                                                      \
	} while (0)

#define CHECK_INT(a, b)                                                                \
	do {                                                                           \
		long long test_a = (long long)(a), test_b = (long long)(b);            \
		if (test_a != test_b) {                                                \
			test_failures++;                                               \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__,  \
			       #a, test_a, test_b);                                    \
		}                                                                      \
	} while (0)

#define CHECK_STR(a, b)                                                                \
	do {                                                                           \
		const char *test_a = (a), *test_b = (b);                               \
		if (!test_a || !test_b || strcmp(test_a, test_b) != 0) {               \
			test_failures++;                                               \
			printf("# %s:%d: %s is\n#   %s\n# and not\n#   %s\n",          \
			       __FILE__, __LINE__, #a, test_a ? test_a : "(null)",     \
			       test_b ? test_b : "(null)");                            \
		}                                                                      \
	} while (0)

#define CHECK_DOUBLE(a, b, tol)                                                        \
	do {                                                                           \
		double test_a = (a), test_b = (b);                                     \
		if (!(fabs(test_a - test_b) <= (tol)) && test_a != test_b) {           \
			test_failures++;                                               \
			printf("# %s:%d: %s is %.17g, not %.17g\n", __FILE__,          \
			       __LINE__, #a, test_a, test_b);                          \
		}                                                                      \
	} while (0)
#endif
