/* Which line of an output is shown as the reason of a failure. */
#include "study/client_trouble.h"
#include "study/last_words.h"

#include "test.h"

#include <string.h>

static void check_words(const char *text, const char *expected)
{
	struct arena a = {0};
	const char *words = last_words(text, &a);

	if (expected)
		CHECK_STR(words ? words : "(none)", expected);
	else
		CHECK(!words);
	arena_free(&a);
}

TEST(the_exception_is_the_reason)
{
	check_words("", NULL);
	check_words("\n \n\t\n", NULL);
	check_words("usage: train.py\ntrain.py: no such option\n\n",
	            "train.py: no such option");
	check_words("Traceback (most recent call last):\n  File \"t.py\", line 3\n"
	            "    1 / 0\nZeroDivisionError: division by zero\n",
	            "ZeroDivisionError: division by zero");
	/* Behind the exception of a Hydra job stands how to see more of it. */
	check_words(
	    "Error executing job with overrides: []\n"
	    "ZeroDivisionError: division by zero\n\n"
	    "Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack "
	    "trace.\n",
	    "ZeroDivisionError: division by zero");
	check_words("torch.cuda.OutOfMemoryError: CUDA out of memory.\nbye\n",
	            "torch.cuda.OutOfMemoryError: CUDA out of memory.");
	check_words("AssertionError\ncleaning up\n", "AssertionError");
	check_words("train.c:7: error: x\nmake: stopping\n", "train.c:7: error: x");
	check_words("KeyError: 'a'\nDuring that:\nValueError: b", "ValueError: b");
	check_words("Segmentation fault\r\n", "Segmentation fault");
	check_words("a\x1b[31mb\x07", "a [31mb ");
}

TEST(a_long_line_is_cut_at_a_character)
{
	struct arena a = {0};
	char text[400];
	const char *words;

	memset(text, 'x', 159);
	memcpy(text + 159, "\xc3\xa9\xc3\xa9", 5);
	words = last_words(text, &a);
	CHECK_INT(strlen(words), 159 + strlen("…"));
	CHECK_STR(words + 159, "…");
	text[160] = '\0';
	text[159] = 'x';
	CHECK_INT(strlen(last_words(text, &a)), 160);
	arena_free(&a);
}

TEST(what_a_client_complains_of)
{
	CHECK(!client_trouble(""));
	CHECK(!client_trouble("KeyError: 'artifact'"));
	CHECK(client_trouble(
	    "x\nTypeError: Cannot use artifact when in offline mode.\n"));
	CHECK(client_trouble(
	    "wandb.errors.UsageError: api_key not configured (no-tty)."));
	CHECK(client_trouble("UsageError: No API key configured. Use `wandb login`"));
}

TEST_MAIN(the_exception_is_the_reason, a_long_line_is_cut_at_a_character,
          what_a_client_complains_of)
