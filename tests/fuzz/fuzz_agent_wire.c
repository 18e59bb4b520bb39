/* Lines that may be messages between a driver and an agent: what is read is whole, and
 * written again it is read as the same. */
#include "run/agent_wire.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const char *line, size_t n)
{
	struct str first = {0}, second = {0};
	struct wire_message m;
	struct arena a = {0};
	struct error err;

	if (wire_read(line, n, &m, &a, &err)) {
		wire_write(&first, &m);
		assert(wire_read(first.s, first.len - 1, &m, &a, &err));
		wire_write(&second, &m);
		assert(first.len == second.len);
		assert(memcmp(first.s, second.s, first.len) == 0);
	}
	str_free(&first);
	str_free(&second);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_in in = {0};
	const char *line;
	size_t n;

	for (size_t at = 0; at < size; at += 100) {
		wire_feed(&in, (const char *)data + at,
		          size - at < 100 ? size - at : 100);
		while ((line = wire_line(&in, &n)))
			check_line(line, n);
	}
	wire_forget(&in);
	return 0;
}
