/* A journal whose lines are whole (sequence and checksum are put on here) but say
 * anything at all: reading it must refuse or accept, and what is accepted must be fit
 * to be shown. Input: one event a line, the inside of its object. */
#include "base/crc.h"
#include "base/file.h"
#include "study/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char first[] =
    "\"e\":\"search\",\"schema\":1,\"yaml\":\"command: [t, '${args}']\\nmethod: "
    "random\\n"
    "metric: {name: loss}\\nrepeats: 2\\nparameters: {x: {min: 0.0, max: 1.0, default: "
    "0.5}, y: {values: [1, 2]}}\\ntest: {repeats: 2}\\n\"";

static void add_line(struct str *out, uint64_t n, const char *fields, size_t len)
{
	size_t start = out->len;

	str_addf(out, "{\"n\":%llu,", (unsigned long long)n);
	str_addn(out, fields, len);
	str_addf(out, ",\"crc\":\"%08x\"}\n",
	         crc32c(0, out->s + start, out->len - start));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	char dir[200], path[256];
	struct str text = {0}, shown = {0};
	struct error err;
	struct saved sv;
	uint64_t n = 0;

	snprintf(dir, sizeof dir, "%s/fuzz_journal.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 0;
	add_line(&text, n++, first, sizeof first - 1);
	while (size) {
		const uint8_t *nl = memchr(data, '\n', size);
		size_t len = nl ? (size_t)(nl - data) : size;

		add_line(&text, n++, (const char *)data, len);
		size -= len + (nl != NULL);
		data += len + (nl != NULL);
	}
	snprintf(path, sizeof path, "%s/journal.jsonl", dir);
	if (file_write(path, text.s, text.len, 0666, &err)) {
		if (saved_load(&sv, dir, &err)) {
			results_json(&sv.study, &shown);
			results_csv(&sv.study, &shown);
		}
		saved_free(&sv);
	}
	str_free(&text);
	str_free(&shown);
	if (!file_remove_tree(dir, &err))
		abort();
	return 0;
}
