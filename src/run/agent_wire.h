/* What a driver and an agent (hpsearch --agent, on whatever machine) say to each other:
 * one JSON object a line, read with bounds and in full or not at all. An agent runs one
 * command at a time for the driver, reads its metric where it runs, and tells what it
 * found.
 *
 *   driver: hello run stop kill beat quit      agent: hello refuse started report term
 *           file link                                 beat exit file link gone
 *
 * Files go along where the two see no common directory (run/parcel.h). need and have
 * are said by the script that copies the program before there is an agent
 * (config/launcher.h).
 *
 * The driver's hello comes first. Numbers of tickets keep all 64 bits; words of a
 * command, which are data and pass through no shell, keep every byte. */
#ifndef HPS_RUN_AGENT_WIRE_H
#define HPS_RUN_AGENT_WIRE_H

#include "base/error.h"
#include "base/mem.h"
#include "run/runner.h"

/* Another number: nothing but hello and refuse can be understood. */
enum { WIRE_PROTOCOL = 1 };
enum { WIRE_LINE_MAX = 16 << 20, WIRE_WORDS_MAX = 1 << 20 };

enum wire_kind {
	WIRE_HELLO,
	WIRE_RUN,
	WIRE_STOP, /* TERM, CONT, grace, KILL, whole tree */
	WIRE_KILL, /* KILL at once */
	WIRE_QUIT, /* stop what runs, and leave */
	WIRE_REFUSE,
	WIRE_STARTED,
	WIRE_REPORT,
	WIRE_BEAT,
	WIRE_TERM, /* somebody else asked the agent to end: its run is being stopped */
	WIRE_EXIT,
	WIRE_FILE, /* a piece of a file */
	WIRE_LINK,
	WIRE_GONE, /* a file that was there is no more */
	WIRE_NEED, /* the program, as it is, comes next */
	WIRE_HAVE  /* it is there; now hello */
};

struct wire_piece {
	const char *path;     /* FILE LINK GONE: below the directory of the search */
	const char *target;   /* LINK */
	const uint8_t *bytes; /* FILE: (n) … */
	size_t n;
	int64_t at; /* … from there on; 0: a new file */
	int mode;
	int64_t mtime; /* nanoseconds, of whoever sends it */
	bool last;     /* of this file */
	bool grows;    /* it is written to as we speak: what there is counts at once */
};

struct wire_message {
	enum wire_kind kind;
	uint64_t ticket;        /* RUN STOP KILL STARTED REPORT TERM EXIT FILE … */
	uint64_t session;       /* of a driver that speaks through a mailbox: 1, 2, …;
	                         * 0: it does not count them */
	unsigned protocol;      /* HELLO REFUSE */
	const char *version;    /* likewise, of the program */
	const char *generation; /* HELLO: the driver's session, 128 random bits; NULL */
	const char *dir;        /* of a driver: where `generation` can be read in a
	                         * file of that name, if the directory is the same */
	bool carry;             /* HELLO of a driver: there is no such directory */
	const char *root;       /* HELLO of an agent: it has one of its own, there */
	const char *host;       /* of an agent */
	int64_t pid;            /* of who says hello */
	int64_t silence;        /* HELLO of a driver: nanoseconds after which either
	                         * side that is not heard of is gone; 0: AGENT_SILENCE */
	const char *why;        /* REFUSE: in words; TERM */
	uint64_t beat;          /* BEAT: counts up */
	struct job job;         /* RUN; without source.yaml, cpus */
	struct report report;
	struct run_result result; /* EXIT */
	struct wire_piece piece;  /* FILE LINK GONE */
};

/* One line, with its newline, behind out. */
void wire_write(struct str *out, const struct wire_message *m);
/* A line without its newline; what it points to is in the arena. False (ERROR_SYSTEM):
 * it is none, or not whole. */
bool wire_read(const char *line, size_t n, struct wire_message *out, struct arena *a,
               struct error *err);

/* 128 random bits in hexadecimal, which tell one driver, or crew, from all others. */
enum { WIRE_TOKEN = 33 };
bool wire_token(char out[static WIRE_TOKEN], struct error *err);

/* Bytes that have arrived and are not yet taken as lines. Zeroed: none. */
struct wire_in {
	struct str text;
	size_t done;
};
/* False: the line that has begun is longer than WIRE_LINE_MAX. */
bool wire_feed(struct wire_in *in, const char *bytes, size_t n);
/* The next whole line, without its newline, until the next wire_feed; NULL: none. */
const char *wire_line(struct wire_in *in, size_t *n);
void wire_forget(struct wire_in *in);

#endif
