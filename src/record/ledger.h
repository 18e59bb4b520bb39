/* The ledger of test data: one file beside the YAML in which every use of them is
 * written down, by whatever search and into whatever directory. A use is one comparison
 * of a winner with the defaults, or its continuation; who comes later has less level
 * left.
 *
 * One JSON line a use, appended under a lock and on disk before the test command runs.
 * A line belongs to the test data that its `test` names: the command and the metric, as
 * text. A line that cannot be read is counted as a use of all test data, which errs on
 * the safe side. */
#ifndef HPS_RECORD_LEDGER_H
#define HPS_RECORD_LEDGER_H

#include "base/error.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is about to meet the test data. */
struct ledger_entry {
	const char *test; /* JSON: command and metric */
	const char *id;   /* of this use: the same one is not written twice */
	const char *file; /* the search's YAML, as named */
	double time;      /* seconds since 1970 */
	size_t n;         /* configurations that take part */
	const char *const *configurations; /* (n), JSON texts */
};

struct ledger_use {
	uint64_t use; /* 1: the first of these test data */
	double time;
	const char *file, *id;
};

/* What the ledger holds of some test data. */
struct ledger {
	struct ledger_use *uses; /* (n), oldest first */
	size_t n;
	uint64_t configurations; /* that have ever met them, each once */
	uint64_t damaged;        /* lines that could not be read; counted as uses */
};

/* What the text of a ledger says of the test data `test`; all in arena a. */
void ledger_parse(const char *text, size_t len, const char *test, struct ledger *out,
                  struct arena *a);
/* Reads a ledger; one that is not there is empty. */
bool ledger_read(const char *path, const char *test, struct ledger *out,
                 struct arena *a, struct error *err);
/* Can it be written? Asked before a search begins. */
bool ledger_check(const char *path, struct error *err);
/* Writes the entry down, unless its id is there already, and reads what there is then;
 * *use: the entry's number, from 1. Errors name the way out. */
bool ledger_enter(const char *path, const struct ledger_entry *e, struct ledger *out,
                  uint64_t *use, struct arena *a, struct error *err);
/* Beside the YAML file (in the working directory for "-"), or where the file says,
 * from the folder of the YAML on. */
const char *ledger_path(const char *yaml_path, const char *asked, struct arena *a);

#endif
