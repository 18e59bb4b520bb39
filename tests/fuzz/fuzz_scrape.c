/* A training's output, cut into pieces in two ways: what is found must not depend on
 * the cuts, and stay within the limits that scrape.h promises; and what is said on
 * stderr again is nothing new. The first bytes choose the pieces and the names that are
 * looked for. */
#include "run/scrape.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 4 };

static void check_limits(const struct scraper *s)
{
	assert(s->n_keys <= SCRAPE_KEYS);
	assert(strlen(s->reason) < sizeof s->reason);
	assert(strlen(s->unread.example) < sizeof s->unread.example);
	assert(!s->unread.n || *s->unread.example == '{' || s->nni);
	assert(isfinite(s->cost) && s->cost >= 0);
	assert(s->n_reports == s->count);
	for (size_t i = 0; i < s->n_reports; i++)
		assert(isfinite(s->reports[i].step));
	for (size_t i = 0; i < s->n_keys; i++)
		assert(strlen(s->keys[i]) <= 200);
}

/* Pieces of 1 … 255 bytes, taken in turn from the head; a size of 0 means all the rest.
 */
static void feed(struct scraper *s, struct scrape_stream *in, const uint8_t *sizes,
                 const char *text, size_t n)
{
	for (size_t i = 0; n; i++) {
		size_t piece =
		    sizes[i % HEAD] && sizes[i % HEAD] < n ? sizes[i % HEAD] : n;

		scrape_feed(s, in, text, piece);
		assert(in->line.cap <= SCRAPE_LINE_MAX + 1);
		text += piece;
		n -= piece;
	}
	scrape_end(s, in);
	assert(!in->line.len && !in->skipping);
	check_limits(s);
}

static void compare(const struct scraper *a, const struct scraper *b)
{
	assert(a->n_reports == b->n_reports);
	for (size_t i = 0; i < a->n_reports; i++)
		assert(!memcmp(&a->reports[i], &b->reports[i], sizeof a->reports[i]));
	assert(a->infeasible == b->infeasible && !strcmp(a->reason, b->reason));
	assert(!memcmp(&a->cost, &b->cost, sizeof a->cost));
	assert(a->unread.n == b->unread.n);
	assert(!strcmp(a->unread.example, b->unread.example));
	assert(a->n_keys == b->n_keys);
	for (size_t i = 0; i < a->n_keys; i++)
		assert(!strcmp(a->keys[i], b->keys[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t whole[HEAD];
	const char *text = (const char *)data + HEAD;
	struct scraper a, b;

	if (size < HEAD)
		return 0;
	scrape_init(&a, data[0] & 1 ? "eval.loss" : "loss", data[0] & 2 ? "t.n" : NULL);
	scrape_init(&b, a.metric, a.step);
	a.nni = b.nni = data[0] & 4;
	feed(&a, &a.out, whole, text, size - HEAD);
	feed(&b, &b.out, data, text, size - HEAD);
	assert(a.long_lines == b.long_lines && a.objects == b.objects);
	compare(&a, &b);
	feed(&b, &b.err, whole, text, size - HEAD);
	compare(&a, &b);
	scrape_free(&a);
	scrape_free(&b);
	return 0;
}
