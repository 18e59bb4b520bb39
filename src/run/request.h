/* What a driver says to the supervisor of a slot, as bytes; and a start unpacked into
 * what exec wants. */
#ifndef HPS_RUN_REQUEST_H
#define HPS_RUN_REQUEST_H

#include "base/str.h"
#include "run/place.h"
#include "run/runner.h"

enum request_kind { REQUEST_START = 1, REQUEST_STOP, REQUEST_KILL };

/* A request: this, then `size` bytes; for a start those are a start_head, the
 * processors (int each) and strings, each with its NUL: the directory, home, argv, the
 * additions to the environment. */
struct request {
	uint32_t kind, size;
};
struct start_head {
	int64_t timeout, grace, memory;
	uint32_t n_argv, n_env, n_cpus;
	int nice;
};

/* Appends a request to out. job for REQUEST_START, else NULL. */
void request_write(struct str *out, enum request_kind kind, const struct job *job);

/* A start, all zeros before the first. The words point into the bytes that were
 * unpacked, and must not be written to. */
struct start {
	struct start_head head;
	const char *home; /* "": as we are */
	struct str dir;
	char **argv, **env; /* NULL at their ends; env: with what we were born with */
	char **paths;       /* every file that argv[0] can mean, as execvp tries them */
	struct place place;
	size_t cap_argv, cap_env, cap_paths;
	struct str path_text;
};
/* body: of a REQUEST_START. Everything that allocates happens here, because behind a
 * vfork nothing must. */
void start_unpack(struct start *s, char *body);

#endif
