/* A journal whose lines are whole (sequence and checksum are put on here) but say
 * anything at all: reading it must refuse or accept, and what is accepted must be fit
 * to be shown. Input: one event a line, the inside of its object; where the first line
 * is a digit, the search is another one than the first. */
#include "base/crc.h"
#include "base/file.h"
#include "record/ablation_json.h"
#include "record/recheck_json.h"
#include "record/results.h"
#include "report/ablation_text.h"
#include "report/recheck_text.h"
#include "saved/saved.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEARCH "\"e\":\"search\",\"schema\":1,\"yaml\":\""
#define TODAYS "\"e\":\"search\",\"schema\":2,\"yaml\":\""
#define METRIC "metric: {name: loss}\\n"
#define SPACE                                                                          \
	"parameters: {x: {min: 0.0, max: 1.0, default: 0.5}, y: {values: [1, 2]}}\\n"
#define TRAIN "command: [t, '${args}']\\n" METRIC SPACE

static const char *const first[] = {
    SEARCH TRAIN "method: random\\nrepeats: 2\\ntest: {repeats: 2}\\n\"",
    SEARCH TRAIN "method: random\\nearly_terminate: "
		 "{type: asha, grace: 1, eta: 2, max_iter: 4, step: epoch}\\n\"",
    SEARCH TRAIN "method: random\\nearly_terminate: {type: asha, mode: promote, "
		 "grace: 1, eta: 2, max_iter: 4, step: epoch, control: 0.2}\\n\"",
    SEARCH TRAIN
    "method: random\\nearly_terminate: {type: hyperband, eta: 2, resource: "
    "{parameter: epochs, min: 1, max: 4}}\\n\"",
    SEARCH TRAIN "method: random\\nrepeats: 2\\nearly_terminate: {type: median, "
		 "grace: 1, min_trials: 1, max: 2.1, control: 0.3}\\n\"",
    SEARCH TRAIN
    "method: random\\nearly_terminate: {type: hyperband, min_iter: 1, eta: 2}\\n\"",
    SEARCH TRAIN "method: bayes\\n\"",
    SEARCH TRAIN "method: bayes\\nwarm_start: [old.json]\\n\"",
    SEARCH TRAIN "method: bayes\\nbudget: {cost: 9}\\n\"",
    TODAYS TRAIN "method: random\\ntest: {repeats: 3, top: 1}\\nmax_trials: 2\\n\"",
};

static void add_line(struct str *out, uint64_t n, const char *fields, size_t len)
{
	size_t start = out->len;

	str_addf(out, "{\"n\":%llu,", (unsigned long long)n);
	str_addn(out, fields, len);
	str_addf(out, ",\"crc\":\"%08x\"}\n",
	         crc32c(0, out->s + start, out->len - start));
}

/* An ablation or a recheck, if that is what it says it is. */
static void compare(struct search *s, struct str *out)
{
	struct ablated a = {0};
	struct rechecked r = {0};
	struct error err;

	if (ablated_init(&a, s, &err)) {
		ablated_judge(&a);
		ablated_fault(&a);
		ablation_json(&a, out);
		ablation_text(&a, NULL, out);
	}
	ablated_free(&a);
	if (rechecked_init(&r, s, &err)) {
		rechecked_judge(&r);
		recheck_json(&r, out);
		recheck_text(&r, NULL, out);
	}
	rechecked_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	char dir[200], path[256];
	struct str text = {0}, shown = {0};
	const char *search = first[0];
	struct error err;
	struct saved sv;
	size_t decisions = 0;
	uint64_t n = 0;

	snprintf(dir, sizeof dir, "%s/fuzz_journal.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 0;
	if (size > 1 && data[1] == '\n' && data[0] > '0' &&
	    data[0] < '0' + (int)ARRAY_LEN(first)) {
		search = first[data[0] - '0'];
		data += 2;
		size -= 2;
	}
	add_line(&text, n++, search, strlen(search));
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
			results_json(&sv.study.search, sv.study.monitor, &shown);
			results_csv(&sv.study.search, 0, &shown);
			str_clear(&shown);
			compare(&sv.study.search, &shown);
			if (sv.study.monitor)
				monitor_replay(&sv.spec, sv.study.monitor->log,
				               sv.study.monitor->n_log, &decisions,
				               &shown, &err);
		}
		saved_free(&sv);
	}
	str_free(&text);
	str_free(&shown);
	if (!file_remove_tree(dir, &err))
		abort();
	return 0;
}
