/*
 * sink - text lines out, whole or not at all.
 *
 * A record is one or more whole lines that belong together; it goes out in one
 * write(2) and is never torn.  The output is stderr as it was when the process
 * started, or the file of log=.  Before every write the descriptor is proved
 * to be still ours (device and inode); a full pipe, a closed pipe, a full disk,
 * a reused descriptor 2 drop the record and count it.  When the sink works
 * again, it says how many records were lost.  The host is never blocked for
 * longer than SINK_PATIENCE_NS, never killed by SIGPIPE or SIGXFSZ.
 *
 * Host threads write through a close-on-exec duplicate high up; the diag
 * thread has a descriptor table of its own (unshare(CLONE_FILES)), so its copy
 * takes no number of the host's and no sweep of the host's closes it.
 *
 * Memory   static; one mapped buffer for log files (records are gathered and
 *          written out in whole records, at least every 100 ms by the ticker).
 * Threads  any; records of one thread stay in order.
 * Fork     sink_after_fork() in the child: empties the buffer, new prefix.
 */
#ifndef DIAG_SINK_SINK_H
#define DIAG_SINK_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

struct sink_config {
	const char *log;	/* path with its %p, %n, %t; "" for stderr */
	const char *program;	/* the program's name, for %n */
	uint64_t logmax;	/* bytes; 0 no limit */
	bool prefix;		/* every line begins with diag[PID] */
	bool host_writes;	/* host threads write too (allocation text,
				 * reports at exit): a descriptor is kept */
};

/* Opens the output.  0, or -errno: then all records are dropped.  When it is
 * the log that cannot be opened, a notice on stderr says so, and stderr takes
 * the other notices too. */
int sink_open(const struct sink_config *config);

/* Writes a record of whole lines (each ending in a newline).  False when it
 * was dropped (and counted).  What stderr cannot take at once is kept, up to
 * 1 MiB, and goes out with a later record.  Before sink_open() the first
 * lines are kept for it. */
IN_HOOK bool sink_put(const char *record, size_t len);
/* False when all records are dropped, as the log could not be opened. */
IN_HOOK bool sink_takes_records(void);

/* "diag: " and one sentence and a newline; at most once per @cause (a string
 * literal, compared as text) per process.  Control characters are masked. */
IN_HOOK void sink_notice(const char *cause, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
/* The same, as often as it is called (options, one line per bad item). */
void sink_say(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Writes out what is gathered, or kept, and says what was lost.  The ticker
 * calls it each 100 ms when sink_gathers(); exit and fatal signals too. */
IN_HOOK void sink_flush(void);

/* A handler has jumped out of a call of ours, on this thread: what it held
 * is given back. */
IN_HOOK void sink_mend(void);

/* The last report is out and the process ends: what other threads put from
 * here on is dropped, so that the end cuts no record in two. */
IN_HOOK void sink_close(void);
/* It did not end (an exec that failed). */
void sink_reopen(void);

/* The diag thread has just unshared its descriptor table: keeps our output in
 * it and closes everything else. */
DETACHED void sink_adopt_thread(void);

/* True when records can be gathered, so that a thread must flush them. */
bool sink_gathers(void);

/* The longest record of at most @lines lines that is sure to go out in one
 * piece: what a pipe takes at once, less the prefixes; or SIZE_MAX. */
SIGNAL_SAFE size_t sink_whole_max(unsigned lines);
/* The bytes that are put in front of each line. */
SIGNAL_SAFE size_t sink_prefix_len(void);

/* True when forked children write to the same output. */
bool sink_is_childrens(void);

/* Records dropped so far. */
SIGNAL_SAFE uint64_t sink_dropped(void);

/* Writes out what is gathered for a log, so that it comes before what the
 * child writes. */
void sink_before_fork(void);
void sink_after_fork_parent(void);
/* The child is empty and has counted nothing; with %p in log= it opens a file
 * of its own at its first record.  A pipe or a terminal is the host's own
 * descriptor 2 from here on: when a daemon lets go of it, so do we, or its
 * reader would wait for an end that does not come. */
void sink_after_fork_child(bool prefix);

enum { SINK_PATIENCE_MS = 20 };

#endif
