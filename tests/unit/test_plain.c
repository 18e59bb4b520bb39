#include "run/plain.h"
#include "test.h"

static double number(const char *line, const char *name)
{
	double x;

	return plain_number(line, strlen(line), name, &x) ? x : (double)NAN;
}

static double step(const char *line, const char *name)
{
	double x;

	return plain_step(line, strlen(line), name, &x) ? x : (double)NAN;
}

TEST(numbers)
{
	CHECK(number("val_loss: 0.5", "val_loss") == 0.5);
	CHECK(number("val_loss=0.5, acc=1", "val_loss") == 0.5);
	CHECK(number("val_loss = 5e-1)", "val_loss") == 0.5);
	CHECK(number("a (val_loss:-.5|x", "val_loss") == -0.5);
	CHECK(number("acc: 93.5%", "acc") == 93.5);
	CHECK(number("It ends with val_loss: 0.5.", "val_loss") == 0.5);
	CHECK(number("val_loss: 2 val_loss: 1", "val_loss") == 1);
	CHECK(isinf(number("val_loss: inf", "val_loss")));
	CHECK(number("[1]\tvalid_0's l2: 0.25", "valid_0's l2") == 0.25);
	CHECK(number("metrics/mAP50-95(B): 0.25", "metrics/mAP50-95(B)") == 0.25);
}

TEST(whole_names_only)
{
	CHECK(isnan(number("best_val_loss: 0.5", "val_loss")));
	CHECK(isnan(number("val_loss_best: 0.5", "val_loss")));
	CHECK(isnan(number("best val_loss: 0.5", "val_loss")));
	CHECK(isnan(number("Best  val_loss: 0.5", "val_loss")));
	CHECK(isnan(number("train/val_loss: 0.5", "val_loss")));
	CHECK(isnan(number("[1]\tvalid_0's l2: 0.25", "l2")));
	CHECK(isnan(number("{\"val_loss\": 0.5", "val_loss")));
	CHECK(isnan(number("val_loss improved to 0.5", "val_loss")));
	CHECK(isnan(number("val_loss: high", "val_loss")));
	CHECK(isnan(number("val_loss: 0.5s", "val_loss")));
	CHECK(isnan(number("val_loss:", "val_loss")));
	CHECK(isnan(number("", "val_loss")));
	CHECK(isnan(number("val_loss: 0.5", "")));
}

TEST(steps)
{
	CHECK(step("Epoch 3/10 - loss: 1", NULL) == 3);
	CHECK(step("epoch 001 | loss 4", NULL) == 1);
	CHECK(step("Epoch: [4][10/20]", NULL) == 4);
	CHECK(step("step=20 epoch=1", NULL) == 20);
	CHECK(step("[10]\tauc:0.5", NULL) == 10);
	CHECK(step("[10]\tauc:0.5", "epoch") == 10);
	CHECK(isnan(step("[10]\tauc:0.5", "num_updates")));
	CHECK(step("num_updates 30", "num_updates") == 30);
	CHECK(isnan(step("epochs: 10", NULL)));
	CHECK(isnan(step("my_step: 10", NULL)));
	CHECK(isnan(step("[INFO] loss", NULL)));
	CHECK(isnan(step("step 5s", NULL)));
}

TEST(names)
{
	const char line[] = "[3] lr=0.1 valid_0's l2: 0.25, at 12:30 acc: none x : 5";
	char name[PLAIN_NAME];
	double x;
	size_t at = 0;

	CHECK(plain_next(line, strlen(line), &at, name, &x) && !strcmp(name, "lr"));
	CHECK(plain_next(line, strlen(line), &at, name, &x) &&
	      !strcmp(name, "valid_0's l2"));
	CHECK(plain_next(line, strlen(line), &at, name, &x) && !strcmp(name, "x"));
	CHECK(!plain_next(line, strlen(line), &at, name, &x));
}

TEST_MAIN(numbers, whole_names_only, steps, names)
