/*
 * logline - one line of a text log, taken apart.
 *
 * A log is mixed with what the program itself writes, and may be cut or
 * damaged anywhere; a line is ours only when it is ours to its end.  What may
 * stand before our record in a line: logsearch.h.
 *
 * Memory   the results point into the line.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_LOGLINE_H
#define DIAG_REPORT_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum logline_kind {
	LINE_OTHER,	/* not ours */
	LINE_BLANK,	/* ends a record */
	LINE_ALLOC, LINE_FREE,
	LINE_FRAME,
	LINE_CUT,	/* "...": frames were left out */
	LINE_STACK,	/* stack 17: */
	LINE_MODULE,
	LINE_LEAKS,	/* leaks: the sums */
	LINE_NEXT,	/* leaks: another program comes next in this process */
	LINE_GOES_ON,	/* leaks: what was said of them was not the last */
	LINE_CHILD,	/* leaks: a child of this process begins */
	LINE_NOTHING,	/* leaks: nothing was allocated */
	LINE_LEAK,	/* leak 1: a group; frames follow */
	LINE_LOST,	/* lost: what of the leaks nothing points to */
	LINE_PERIOD,	/* SCHED, POOL or gc: tool/timeline reads it */
	LINE_DETAIL,	/* a thread, lock or arena below a LINE_PERIOD */
	LINE_STATS,	/* # Alloc = 4096: of memstats */
	LINE_NOTICE,	/* diag: a sentence */
	LINE_BROKEN	/* begins as ours and is not: cut or torn */
};

struct logtext {
	const char *at;
	size_t len;
};

struct logline {
	enum logline_kind kind;
	uint32_t pid;		/* of the prefix; 0 without one */
	uint64_t addr, size, ns;	/* FRAME: addr is the module's */
	uint64_t stack;		/* ALLOC, FREE: 0 none is named; STACK, LEAK:
				 * its number */
	uint64_t blocks;	/* LEAK, LEAKS */
	uint64_t allocs;	/* LEAKS: allocations; 0 when it has none */
	/* LEAK: bytes and blocks that its blocks hold, that are lost
	 * indirectly, that are still pointed to. */
	uint64_t held[2], indirect[2], reach[2];
	uint32_t child;		/* CHILD: its process's number */
	uint64_t beside;	/* LOST: threads that went on meanwhile */
	uint32_t tid;
	struct logtext entry;	/* ALLOC, FREE: malloc, ...; LOST: why it is
				 * not known, else "" */
	struct logtext name;	/* of the thread; FRAME: function ("" if not
				 * known); MODULE: short name */
	struct logtext module;	/* FRAME: short name; MODULE: path */
	struct logtext build_id;	/* MODULE */
	struct logtext text;	/* the line without prefix and newline */
};

/* Takes the @len bytes at @line (without the newline), which begins with the
 * record or its diag[PID], apart. */
void logline_parse(const char *line, size_t len, struct logline *out);

#endif
