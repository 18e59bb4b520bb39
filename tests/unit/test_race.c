/* Items: the file, the split, and who leaves a race. References by Python: Philox and
 * the shares from their definitions, sums by math.fsum. */
#include "base/betting.h"
#include "base/rng.h"
#include "config/items.h"
#include "search/race.h"
#include "test.h"

#include <math.h>
#include <string.h>

static struct arena room;

static bool reads(const char *text, const char *stratum, struct item **list, size_t *n,
                  struct error *err)
{
	return items_read("q.jsonl", text, strlen(text), "id", stratum, list, n, &room,
	                  err);
}

/* Ten items and a line behind them. */
static const char *ten_and(const char *line)
{
	struct str text = {0};
	const char *kept;

	for (int i = 0; i < 10; i++)
		str_addf(&text, "{\"id\": \"q%d\", \"kind\": %d}\n", i, i % 2);
	str_add(&text, line);
	kept = arena_strdup(&room, str_text(&text));
	str_free(&text);
	return kept;
}

TEST(lines_of_a_file_are_items)
{
	struct item *list;
	struct error err;
	size_t n;

	CHECK(reads(ten_and("\n  {\"id\": 17, \"kind\": \"b\"} \r\n\t\n"), "kind",
	            &list, &n, &err));
	CHECK_INT(n, 11);
	CHECK_STR(list[0].name, "q0");
	CHECK_STR(list[10].name, "17");
	CHECK_STR(list[10].stratum, "b");
	CHECK_STR(list[3].stratum, "1");
	CHECK_INT(list[10].len, strlen("{\"id\": 17, \"kind\": \"b\"}"));
	CHECK(strncmp(list[10].line, "{\"id\": 17", 9) == 0);
}

static void check_fails(const char *line, const char *stratum, const char *what)
{
	struct item *list;
	struct error err;
	size_t n;

	CHECK(!reads(ten_and(line), stratum, &list, &n, &err));
	CHECK_STR(err.text, what);
}

TEST(what_is_no_item_is_said_with_its_line)
{
	struct item *list;
	struct error err;
	size_t n;

	check_fails(
	    "{\"name\": \"x\"}\n", NULL,
	    "q.jsonl:11: the item has no \"id\"\n  help: every item needs a name of "
	    "its own; another key for it: items: {id: KEY}");
	check_fails(
	    "\n{\"id\": \"q3\"}", NULL,
	    "q.jsonl:12: the item \"q3\" is there twice, first in line 4\n  help: "
	    "every item needs a name of its own");
	check_fails(
	    "[1]", NULL,
	    "q.jsonl:11: is no JSON object\n  help: one JSON object a line, as in "
	    "{\"id\": \"q1\", \"question\": \"…\"}");
	check_fails("{\"id\": \"x\"", NULL,
	            "q.jsonl:11: is not JSON\n  help: one JSON object a line, as in "
	            "{\"id\": \"q1\", \"question\": \"…\"}");
	check_fails(
	    "{\"id\": [1]}", NULL,
	    "q.jsonl:11: the item's \"id\" is no name\n  help: a text of 1 to 200 "
	    "bytes, or a number");
	check_fails("{\"id\": \"x\"}", "kind",
	            "q.jsonl:11: the item has no \"kind\" to be split by\n  help: give "
	            "every item one, or leave stratum: out");
	CHECK(!reads("{\"id\": 1}\n", NULL, &list, &n, &err));
	CHECK_STR(err.text,
	          "q.jsonl: 1 items are too few to tell configurations apart\n"
	          "  help: 10 are the least; some hundreds are useful");
	CHECK(!reads("", NULL, &list, &n, &err));
}

static void check_split(const char *strata, double share, uint64_t seed,
                        const char *order, size_t tested)
{
	struct item list[26];
	size_t n = strlen(strata), test;
	char names[26][2] = {{0}}, kinds[26][2] = {{0}}, got[27] = "";

	for (size_t i = 0; i < n; i++) {
		names[i][0] = (char)('a' + i);
		kinds[i][0] = strata[i];
		list[i] = (struct item){.name = names[i], .stratum = kinds[i]};
	}
	items_split(list, n, share, seed, &test);
	for (size_t i = 0; i < n; i++)
		got[i] = list[i].name[0];
	CHECK_STR(got, order);
	CHECK_INT(test, tested);
}

TEST(the_split_is_this_one)
{
	check_split("............", 0.25, 1, "ahkjdlcgfibe", 3);
	check_split("............", 0.25, 7, "dflgbcjihaek", 3);
	check_split("ababaacaabac", 0.25, 1, "ahkjdlcgfibe", 3);
	check_split("............", 0, 1, "ahkjdlibecgf", 0);
}

TEST(a_split_is_recalled)
{
	struct item *list, *again;
	struct error err;
	const char *text;
	size_t n, m;

	CHECK(reads(ten_and(""), "kind", &list, &n, &err));
	text = items_text(list, n, "abc", 3, &room);
	CHECK_STR(
	    text,
	    "{\"sha256\":"
	    "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\","
	    "\"ids\":[\"q0\",\"q1\",\"q2\",\"q3\",\"q4\",\"q5\",\"q6\",\"q7\",\"q8\","
	    "\"q9\"],\"strata\":[\"0\",\"1\",\"0\",\"1\",\"0\",\"1\",\"0\",\"1\","
	    "\"0\",\"1\"]}");
	CHECK(items_recall(text, &again, &m, &room, &err));
	CHECK_INT(m, n);
	for (size_t i = 0; i < n; i++) {
		CHECK_STR(again[i].name, list[i].name);
		CHECK_STR(again[i].stratum, list[i].stratum);
	}
	CHECK(!items_recall("{\"ids\":[\"a\"]}", &again, &m, &room, &err));
	CHECK(!items_recall("", &again, &m, &room, &err));
	CHECK(
	    !items_recall("{\"ids\":[1,2,3,4,5,6,7,8,9,10]}", &again, &m, &room, &err));
}

TEST(fortunes_of_bets)
{
	const double x[] = {1, 0, 1, -1, 1, 1, 0, 1, 1,  0, 1, 0, 1, -1, 1,
	                    1, 0, 1, 1,  0, 1, 0, 1, -1, 1, 1, 0, 1, 1,  0};
	const double y[] = {0.25, -0.125, 0.5, 0.75, -0.5, 0.3};
	const double ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};

	CHECK_DOUBLE(betting_log(x, 30, 0), 4.061007716256656, 1e-12);
	CHECK_DOUBLE(betting_log(x, 30, 0.2), 1.2821220808879155, 1e-12);
	CHECK_DOUBLE(betting_log(x, 30, -0.5), 19.6419948415967, 1e-12);
	CHECK_DOUBLE(betting_log(y, 6, 0), 0.25517423113177323, 1e-12);
	CHECK_DOUBLE(betting_log(ones, 9, 0), 3.9154289326317313, 1e-12);
	CHECK_DOUBLE(betting_log(NULL, 0, 0), 0, 1e-12);
	CHECK_DOUBLE(betting_lower(x, 30, 0.05), 0.06302556581795216, 2e-6);
	CHECK_DOUBLE(betting_lower(x, 30, 0.005), -0.06305392924696207, 2e-6);
	CHECK_DOUBLE(betting_lower(ones, 9, 0.05), 0.1254895245656371, 2e-6);
	CHECK_DOUBLE(betting_lower(NULL, 0, 0.05), -1, 2e-6);
}

/* Walks of many drifts and steps: looked at closely or not, the answer is one. */
TEST(a_glance_at_a_fortune_is_no_other_answer)
{
	enum { WALKS = 300, ITEMS = 120 };
	double x[ITEMS];
	size_t reached = 0;

	for (size_t w = 0; w < WALKS; w++) {
		double drift = (double)(w % 30) / 30 - 0.3, step = (double)(w % 7) / 3;

		for (size_t i = 0; i < ITEMS; i++) {
			double u = rng_unit(5, w, RNG_BOOTSTRAP, (uint32_t)i) - 0.5;

			x[i] = fmin(fmax(drift + step * u, -1), 1);
			x[i] = w % 2 ? round(x[i]) : x[i];
		}
		for (size_t n = 0; n <= ITEMS; n += 3) {
			double fortune = betting_log(x, n, 0);

			for (int level = -2; level < 12; level++) {
				CHECK(betting_reaches(x, n, level) ==
				      (fortune >= level));
				reached += fortune >= level;
			}
			CHECK(betting_reaches(x, n, fortune));
		}
	}
	CHECK(reached > WALKS && reached < (size_t)WALKS * 41 * 14 - WALKS);
}

/* Scores of 0 and 1 of equal mean, at every one of 400 items a look: whoever bets gets
 * to 20 times his stake in at most one walk of 20 (of 2000: 100, and 4.2 standard
 * errors more). */
TEST(many_looks_have_no_price)
{
	enum { WALKS = 2000, ITEMS = 400, CHANCE = 100 + 41 };
	double x[ITEMS];
	size_t ruined = 0;

	for (size_t w = 0; w < WALKS; w++) {
		bool reached = false;

		for (size_t i = 0; i < ITEMS; i++) {
			double u = rng_unit(3, w, RNG_BOOTSTRAP, (uint32_t)i);

			x[i] = u < 0.2 ? 1 : u < 0.4 ? -1 : 0;
			reached = reached ||
			          (i % 20 == 19 && betting_log(x, i + 1, 0) >= log(20));
		}
		ruined += reached;
	}
	CHECK(ruined <= CHANCE);
	CHECK(ruined > 0);
}

TEST_MAIN(lines_of_a_file_are_items, what_is_no_item_is_said_with_its_line,
          the_split_is_this_one, a_split_is_recalled, fortunes_of_bets,
          a_glance_at_a_fortune_is_no_other_answer, many_looks_have_no_price)
