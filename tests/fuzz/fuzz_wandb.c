/* A wandb run's own file, and a line of NNI's client: whatever they hold, what is read
 * of them is lines of JSON, and no more than there is. */
#include "run/nni_lines.h"
#include "run/wandb_file.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lines(const char *text, size_t n)
{
	struct str out = {0};
	const char *line;

	wandb_file_lines(text, n, &out);
	line = out.len ? out.s : "";
	assert(strlen(line) == out.len);
	for (; *line; line = strchr(line, '\n') + 1) {
		assert(*line == '{' && strchr(line, '\n'));
		assert(strchr(line, '\n')[-1] == '}');
	}
	str_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nni_said said;
	char *text = malloc(size + 8);

	/* Most inputs have no head of their own. */
	memcpy(text, ":W&B\xe1\xbe", 7);
	memcpy(text + 7, data, size);
	check_lines(text, size + 7);
	check_lines((const char *)data, size);
	if (nni_read((const char *)data, size, &said))
		cJSON_Delete(said.value);
	free(text);
	return 0;
}
