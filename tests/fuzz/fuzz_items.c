/* A file of items: whatever stands in it, what is read has names of its own, is split
 * without loss, and comes back out of what is recorded. The first byte says whether
 * there are strata, and the share. */
#include "base/set.h"
#include "config/items.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_names(const struct item *list, size_t n)
{
	struct set seen = {0};

	for (size_t i = 0; i < n; i++)
		assert(*list[i].name && set_add(&seen, item_key(list[i].name)));
	set_free(&seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct arena a = {0};
	struct item *list, *again;
	struct error err;
	size_t n, m, test;

	if (!size)
		return 0;
	if (items_read("f", text, size - 1, "id", data[0] % 2 ? "kind" : NULL, &list,
	               &n, &a, &err)) {
		check_names(list, n);
		if (items_recall(items_text(list, n, text, size - 1, &a), &again, &m,
		                 &a, &err))
			assert(m == n);
		items_split(list, n, data[0] / 300.0, 1, &test);
		check_names(list, n);
		assert(test <= n);
	}
	(void)items_recall(arena_strndup(&a, text, size - 1), &again, &m, &a, &err);
	arena_free(&a);
	return 0;
}
