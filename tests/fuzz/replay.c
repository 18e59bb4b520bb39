/* Runs a fuzz target over stored inputs, so that the corpus is part of `make check`
 * without a fuzzer. TAP: one test per file, and at least one file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *slurp(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long n;

	if (!f)
		return NULL;
	if (!fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0 && !fseek(f, 0, SEEK_SET)) {
		data = malloc((size_t)n + 1);
		*size = data ? fread(data, 1, (size_t)n, f) : 0;
	}
	fclose(f);
	return data;
}

int main(int argc, char **argv)
{
	int failed = argc < 2;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		size_t size = 0;
		uint8_t *data = slurp(argv[i], &size);

		if (data)
			LLVMFuzzerTestOneInput(data, size);
		printf("%s %d - %s\n", data ? "ok" : "not ok", i, argv[i]);
		failed |= !data;
		free(data);
	}
	printf("1..%d\n", argc - 1);
	return failed;
}
