/* Scores of test items: what is kept of them, and how it reads in a journal. References
 * by Python's base64 and numpy. */
#include "base/scores.h"
#include "noise.h"
#include "test.h"

static struct arena room;

static struct scores pack(const double *x, size_t n)
{
	struct scores s = {.set = 7};

	scores_pack(&s, x, n, &room);
	return s;
}

static char *text_of(const struct scores *s)
{
	struct str out = {0};

	str_addc(&out, '{');
	scores_json(s, &out);
	str_addc(&out, '}');
	return out.s;
}

static bool read(const char *text, struct scores *s)
{
	cJSON *json = json_parse(text, strlen(text));
	bool ok = json && scores_read(json, s, &room);

	cJSON_Delete(json);
	return ok;
}

/* Written, read and written again it is the same. */
static void check_again(const struct scores *s)
{
	char *text = text_of(s), *again;
	struct scores r;

	CHECK(read(text, &r));
	again = text_of(&r);
	CHECK_STR(again, text);
	CHECK_INT(r.kind, s->kind);
	CHECK_INT(r.n, s->n);
	CHECK_DOUBLE(r.mean, s->mean, 0);
	CHECK_DOUBLE(r.variance, s->variance, 0);
	CHECK_DOUBLE(r.low, s->low, 0);
	CHECK_DOUBLE(r.high, s->high, 0);
	for (size_t i = 0; s->kind == SCORES_PACKED && i < s->n; i++)
		CHECK_DOUBLE(scores_get(&r, i), scores_get(s, i), 0);
	free(text);
	free(again);
}

/* base64.b64encode(bytes([0b11010101, 0b1])) */
TEST(right_and_wrong_take_a_bit)
{
	const double x[] = {1, 0, 1, 0, 1, 0, 1, 1, 1};
	struct scores s = pack(x, 9);
	char *text = text_of(&s);

	CHECK_STR(text, "{\"n\":9,\"set\":7,\"values\":[0,1],\"scores\":\"1QE=\"}");
	CHECK_DOUBLE(s.mean, 6.0 / 9, 1e-15);
	CHECK_DOUBLE(s.variance, 2.0 / 9, 1e-15);
	CHECK_INT(s.bits, 1);
	for (size_t i = 0; i < 9; i++)
		CHECK_DOUBLE(scores_get(&s, i), x[i], 0);
	check_again(&s);
	free(text);
}

TEST(as_many_bits_as_there_are_scores)
{
	static const struct {
		size_t different;
		unsigned bits;
	} known[] = {{1, 1}, {2, 1},  {3, 2},  {4, 2},
	             {5, 4}, {16, 4}, {17, 8}, {256, 8}};
	double x[1000];

	for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
		struct scores s;

		for (size_t i = 0; i < 1000; i++)
			x[i] = (double)(i * 7 % known[k].different) / 3 - 1;
		s = pack(x, 1000);
		CHECK_INT(s.bits, known[k].bits);
		CHECK_INT(s.n_values, known[k].different);
		for (size_t i = 0; i < 1000; i++)
			CHECK_DOUBLE(scores_get(&s, i), x[i], 0);
		check_again(&s);
	}
}

/* More than 256: to half a step of 65,535. */
TEST(many_scores_are_places_in_a_range)
{
	double x[1000];
	struct scores s;

	for (uint32_t i = 0; i < 1000; i++)
		x[i] = 3 * noise_normal(60, 1, i);
	s = pack(x, 1000);
	CHECK_INT(s.bits, 16);
	CHECK_INT(s.n_values, 0);
	for (size_t i = 0; i < 1000; i++)
		CHECK(fabs(scores_get(&s, i) - x[i]) <= (s.high - s.low) / 131069);
	check_again(&s);
}

TEST(what_is_too_large_is_summed_up)
{
	size_t n = SCORES_MAX;
	double *x = calloc(n, sizeof *x);
	struct scores s;

	for (size_t i = 0; i < n; i++)
		x[i] = i % 3 == 0;
	s = pack(x, n);
	CHECK_INT(s.kind, SCORES_PACKED);
	CHECK_INT(s.bits, 1);
	check_again(&s);
	for (size_t i = 0; i < n; i++)
		x[i] = (double)(i % 1000);
	s = pack(x, n);
	CHECK_INT(s.kind, SCORES_SUMMARY);
	CHECK_DOUBLE(s.mean, 499.5, 1e-9);
	CHECK_DOUBLE(s.variance, 83333.25, 1e-6);
	check_again(&s);
	s = pack(x, 200000);
	CHECK_INT(s.bits, 8);
	CHECK_DOUBLE(s.mean, 499.5, 2);
	check_again(&s);
	free(x);
}

TEST(counts_and_nothing)
{
	struct scores s = {.again = 3, .unread = 4};
	char *text;

	scores_count(&s, 1000, 871);
	text = text_of(&s);
	CHECK_STR(text, "{\"n\":1000,\"correct\":871,\"again\":3,\"unread\":4}");
	CHECK_DOUBLE(s.mean, 0.871, 0);
	CHECK_DOUBLE(s.variance, 0.871 * 0.129, 1e-15);
	check_again(&s);
	free(text);
	check_again(&(struct scores){.kind = SCORES_OVER, .n = SCORES_MAX});
	check_again(&(struct scores){.kind = SCORES_UNREAD, .unread = 2});
}

TEST(a_copy_stands_alone)
{
	double x[] = {1, 0, 2.5, 1};
	struct arena a = {0};
	struct scores s = {0};
	struct scores *copy;

	scores_pack(&s, x, 4, &a);
	copy = scores_copy(&s, &room);
	arena_free(&a);
	for (size_t i = 0; i < 4; i++)
		CHECK_DOUBLE(scores_get(copy, i), x[i], 0);
}

TEST(what_is_not_whole_is_refused)
{
	static const char *const bad[] = {
	    "{}",
	    "[]",
	    "{\"n\":-1,\"correct\":0}",
	    "{\"n\":9,\"correct\":10}",
	    "{\"n\":9,\"correct\":-1}",
	    "{\"n\":9,\"correct\":\"nan\"}",
	    "{\"n\":2000000,\"over\":true}",
	    "{\"n\":1e300,\"set\":7,\"values\":[0,1],\"scores\":\"1QE=\"}",
	    "{\"n\":9,\"values\":[0,1],\"scores\":\"1QE=\"}",
	    "{\"n\":9,\"set\":7,\"values\":[],\"scores\":\"1QE=\"}",
	    "{\"n\":9,\"set\":7,\"values\":[1,0],\"scores\":\"1QE=\"}",
	    "{\"n\":9,\"set\":7,\"values\":[0,0],\"scores\":\"1QE=\"}",
	    "{\"n\":9,\"set\":7,\"values\":[0,1e101],\"scores\":\"1QE=\"}",
	    "{\"n\":9,\"set\":7,\"values\":[0,\"inf\"],\"scores\":\"1QE=\"}",
	    "{\"n\":9,\"set\":7,\"values\":[0],\"scores\":\"1QE=\"}",
	    "{\"n\":9,\"set\":7,\"values\":[0,1],\"scores\":\"1QE\"}",
	    "{\"n\":9,\"set\":7,\"values\":[0,1],\"scores\":\"1Q==\"}",
	    "{\"n\":9,\"set\":7,\"values\":[0,1],\"scores\":\"1QEA\"}",
	    "{\"n\":9,\"set\":7,\"values\":[0,1],\"scores\":\"1Q E=\"}",
	    "{\"n\":9,\"set\":7,\"values\":[0,1],\"scores\":\"1Q_=\"}",
	    "{\"n\":17,\"set\":7,\"values\":[0,1],\"scores\":\"1QE=\"}",
	    "{\"n\":1,\"set\":7,\"low\":1,\"high\":0,\"bits\":8,\"scores\":\"1Q==\"}",
	    "{\"n\":1,\"set\":7,\"low\":0,\"high\":1,\"bits\":9,\"scores\":\"1Q==\"}",
	    "{\"n\":1,\"set\":7,\"low\":0,\"high\":1,\"scores\":\"1Q==\"}",
	    "{\"n\":5,\"set\":7,\"mean\":2,\"variance\":1,\"low\":0,\"high\":1}",
	    "{\"n\":5,\"set\":7,\"mean\":1,\"variance\":-1,\"low\":0,\"high\":1}",
	    "{\"n\":5,\"set\":7,\"mean\":1,\"low\":0,\"high\":1}",
	};
	struct scores s;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (read(bad[i], &s))
			printf("# read: %s\n", bad[i]);
		CHECK(!read(bad[i], &s));
	}
	CHECK(read("{\"n\":9,\"set\":7,\"values\":[0,1],\"scores\":\"1QE=\"}", &s));
	/* Bits that no item has are nobody's. */
	CHECK(read("{\"n\":1,\"set\":7,\"low\":0,\"high\":1,\"bits\":8,\"scores\":"
	           "\"1Q==\"}",
	           &s));
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {right_and_wrong_take_a_bit,
	                                      as_many_bits_as_there_are_scores,
	                                      many_scores_are_places_in_a_range,
	                                      what_is_too_large_is_summed_up,
	                                      counts_and_nothing,
	                                      a_copy_stands_alone,
	                                      what_is_not_whole_is_refused};
	int code;

	stat_init();
	code =
	    test_main(argc, argv, tests, sizeof tests / sizeof *tests,
	              "right_and_wrong_take_a_bit, as_many_bits_as_there_are_scores, "
	              "many_scores_are_places_in_a_range, "
	              "what_is_too_large_is_summed_up, counts_and_nothing, "
	              "a_copy_stands_alone, what_is_not_whole_is_refused");
	arena_free(&room);
	return code;
}
