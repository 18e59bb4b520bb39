/* A ledger of test data: whatever stands in it, every line counts at the most once, and
 * nothing is read beyond it. The first byte says which test data are asked for. */
#include "record/ledger.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t lines(const char *text, size_t n)
{
	uint64_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += text[i] != '\n' && (i == 0 || text[i - 1] == '\n');
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct ledger l;

	if (!size)
		return 0;
	ledger_parse((const char *)data + 1, size - 1, data[0] % 2 ? "a" : "", &l, &a);
	assert(l.n <= lines((const char *)data + 1, size - 1) && l.damaged <= l.n);
	for (size_t i = 0; i < l.n; i++)
		assert(l.uses[i].use == i + 1 && l.uses[i].file && l.uses[i].id);
	arena_free(&a);
	return 0;
}
