/* The journal: one JSON object a line, appended, each with a sequence number and a
 * CRC-32C; the only truth about a search. Everything else is made again from it.
 *
 *   {"n":12,"e":"start",…,"crc":"89abcdef"}      crc over all bytes before ,"crc"
 *
 * Lines are gathered by journal_add, handed to the kernel by journal_flush (from then
 * on they survive a kill of this process) and to the disk by journal_sync (from then on
 * they survive a power cut). A write that fails (full disk) leaves no half line behind:
 * the file is cut back, the lines stay in memory, and the flush can be tried again. A
 * failed fdatasync is final. */
#ifndef HPS_RECORD_JOURNAL_H
#define HPS_RECORD_JOURNAL_H

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"

struct journal;

/* What a reader does with one event; returning false (err filled) ends the reading; an
 * ERROR_FILE gets file and line put before it. */
typedef bool journal_reader(void *self, const cJSON *event, struct error *err);

struct journal_summary {
	uint64_t lines;  /* good ones */
	size_t good_end; /* offset behind the last good line */
	size_t torn;     /* bytes of a torn tail behind it; 0: none */
};

/* Reads dir/journal.jsonl without changing it. A torn last line is passed over and
 * counted; a whole line that is damaged is ERROR_FILE with line and offset; a missing
 * file is an empty journal. */
bool journal_read(const char *dir, journal_reader *reader, void *self,
                  struct journal_summary *sum, struct error *err);

/* The same again and again, beside a driver that writes: first what is there, then what
 * has come since. What is not yet a whole line is left for the next time. */
struct journal_tail;
/* A file that is missing comes later. */
struct journal_tail *journal_tail_open(const char *dir);
/* Reads what is new. *anew: there is another file now (--fresh), or less than before;
 * nothing is read of it. A damaged line is ERROR_FILE, and is looked at again the next
 * time. */
bool journal_tail_read(struct journal_tail *t, journal_reader *reader, void *self,
                       bool *anew, struct error *err);
void journal_tail_close(struct journal_tail *t);

/* Opens for appending behind what journal_read found; a torn tail is first saved as
 * journal.torn and cut off. Call with the directory's lock held. */
struct journal *journal_open(const char *dir, const struct journal_summary *sum,
                             const struct disk *disk, struct error *err);
/* One event: fields is the inside of the object, "\"e\":\"start\",\"t\":3". */
void journal_add(struct journal *j, const char *fields);
bool journal_flush(struct journal *j, struct error *err);
bool journal_sync(struct journal *j, struct error *err); /* flushes first */
/* Lines flushed but not yet synced? */
bool journal_dirty(const struct journal *j);
/* errno of a flush that could not be done yet; 0: all is well. */
int journal_stuck(const struct journal *j);
void journal_close(struct journal *j);

#endif
