/* A results file by a stranger: loading, showing and replaying it must refuse or
 * answer. */
#include "base/file.h"
#include "record/results.h"
#include "saved/replay.h"
#include "saved/saved.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	char path[256];
	int fd;
	struct str shown = {0};
	struct replay rp;
	struct error err;
	struct saved sv;

	snprintf(path, sizeof path, "%s/fuzz_results.XXXXXX.json", tmp ? tmp : "/tmp");
	fd = mkstemps(path, 5);
	if (fd < 0)
		return 0;
	if (file_write_all(fd, (const char *)data, size)) {
		if (saved_load(&sv, path, &err)) {
			results_json(&sv.study.search, sv.study.monitor, &shown);
			if (replay_run(&sv, &rp, &err) && rp.same && !sv.intact)
				abort();
		}
		saved_free(&sv);
	}
	close(fd);
	unlink(path);
	str_free(&shown);
	return 0;
}
