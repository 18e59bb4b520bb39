/* What was meant by a name that was not found, and how steps follow one another. */
#include "base/mem.h"
#include "run/meant.h"
#include "search/steps.h"
#include "test.h"

/* The names that are meant, with commas. */
static const char *meant(const char *metric, const char *const *names, size_t n)
{
	static struct str out;
	const char *found[3];
	size_t k = meant_names(metric, names, n, found, 3);

	str_clear(&out);
	for (size_t i = 0; i < k; i++)
		str_addf(&out, "%s%s", i ? ", " : "", found[i]);
	return str_text(&out);
}

#define MEANT(metric, ...)                                                             \
	meant(metric, (const char *const[]){__VA_ARGS__},                              \
	      ARRAY_LEN(((const char *const[]){__VA_ARGS__})))

TEST(an_exact_name_at_any_depth_comes_first)
{
	CHECK_STR(MEANT("valLoss", "valLoss2", "val_loss", "nested.valLoss", "valLos"),
	          "nested.valLoss");
	CHECK_STR(MEANT("loss", "losses", "train.loss", "eval.loss", "los"),
	          "train.loss, eval.loss");
	CHECK_STR(MEANT("eval.loss", "eval_loss", "x.eval.loss", "loss"),
	          "x.eval.loss");
	CHECK_STR(MEANT("eval.loss", "eval_los", "loss"), "loss");
	CHECK_STR(MEANT("loss", "a/loss", "lossy"), "a/loss");
}

TEST(then_signs_and_case_do_not_count)
{
	CHECK_STR(MEANT("valLoss", "val_los", "val_loss", "a.val_loss"), "val_loss");
	CHECK_STR(MEANT("val_loss", "valLos", "metrics.ValLoss"), "metrics.ValLoss");
	CHECK_STR(MEANT("eval/loss", "eval.loss", "loss2"), "eval.loss");
	CHECK_STR(MEANT("metrics.val_loss", "lr", "valLoss"), "valLoss");
	CHECK_STR(MEANT("test.val_loss", "lr", "eval.valLoss"), "eval.valLoss");
}

TEST(then_the_nearest_spelling)
{
	CHECK_STR(MEANT("accuracy", "lr", "acuracy"), "acuracy");
	CHECK_STR(MEANT("accuracy", "lr", "epoch"), "");
	CHECK_STR(meant("accuracy", NULL, 0), "");
	CHECK_STR(MEANT("", "lr", "."), "");
	CHECK_STR(MEANT("l", "a.", "/", "..", "b.l"), "b.l");
}

TEST(ways_out_of_what_cannot_be_read)
{
	CHECK(strstr(meant_number("{'loss': tensor(0.5)}"), "x.item()"));
	CHECK(strstr(meant_number("{\"loss\": 0,25}"), "LC_NUMERIC=C"));
	CHECK(strstr(meant_number("{\"loss\": [1]}"), "one number"));
	CHECK(strstr(meant_number(","), "one number"));
	/* A comma is a decimal one between two digits only. */
	CHECK(strstr(meant_number("[1, 2]"), "one number"));
	CHECK(strstr(meant_number("a,2"), "one number"));
	CHECK(strstr(meant_number(",2"), "one number"));
	CHECK(strstr(meant_number("a,b, 1,2"), "LC_NUMERIC=C"));
}

static const char *order(const double *steps, size_t n)
{
	static struct str out;
	struct step_order o = {0};

	steps_begin(&o);
	for (size_t i = 0; i < n; i++)
		steps_take(&o, steps[i]);
	str_clear(&out);
	steps_text(&o, &out);
	return str_text(&out);
}

#define ORDER(...)                                                                     \
	order((const double[]){__VA_ARGS__}, ARRAY_LEN(((const double[]){__VA_ARGS__})))

TEST(steps_that_do_not_rise)
{
	CHECK_STR(ORDER(1, 2, 3), "");
	CHECK_STR(ORDER(10), "");
	CHECK_STR(ORDER(1, 10, 100, 1000), "");
	CHECK_STR(ORDER(1, 500, 1000), "");
	CHECK_STR(ORDER(1, 2, 2, 1), "repeat (2 after 2)");
	CHECK_STR(ORDER(1, 2, 3, 2, 50), "fall (2 after 3)");
	CHECK_STR(ORDER(1, 2, 3, 50), "jump (50 after 3)");
	CHECK_STR(ORDER(1, 2, 1000000), "jump (1000000 after 2)");
	CHECK_STR(ORDER(1, 2, 500, 501), "jump (500 after 2)");
	CHECK_STR(ORDER(1, 500, 501, 502), "jump (500 after 1)");
	CHECK_STR(ORDER(-3, -2, -1, 0, 1), "");
	CHECK_STR(ORDER(-1, -2), "fall (-2 after -1)");
	/* The first one or two, then every so many, and what is left. */
	CHECK_STR(ORDER(0, 1, 100, 200, 300, 301), "");
	CHECK_STR(ORDER(1, 5000, 10000, 15000, 15001), "");
	CHECK_STR(ORDER(0, 1), "");
}

TEST(steps_of_a_new_launch_are_their_own)
{
	struct step_order o = {0}, back;
	struct str out = {0};
	cJSON *json;

	steps_begin(&o);
	steps_take(&o, 5);
	steps_begin(&o);
	steps_take(&o, 3);
	CHECK_INT(o.trouble, STEPS_RISE);
	steps_take(&o, 2.5);
	steps_json(&o, &out);
	CHECK_STR(str_text(&out), "{\"trouble\":\"fall\",\"from\":3,\"to\":2.5}");
	json = json_parse(out.s, out.len);
	steps_read(json, &back);
	CHECK_INT(back.trouble, STEPS_FALL);
	CHECK_DOUBLE(back.to, 2.5, 0);
	steps_read(NULL, &back);
	CHECK_INT(back.trouble, STEPS_RISE);
	cJSON_Delete(json);
	str_free(&out);
}

TEST_MAIN(an_exact_name_at_any_depth_comes_first, then_signs_and_case_do_not_count,
          then_the_nearest_spelling, ways_out_of_what_cannot_be_read,
          steps_that_do_not_rise, steps_of_a_new_launch_are_their_own)
