/*
 * table - every key of DIAG, once: the origin of the parser, of DIAG=help and
 * of the table in diag(7).
 *
 * A row is: key, kind of value, field of struct options, smallest and largest
 * value, the values as text, the default as text, what it does.
 *
 * Memory   none.
 * Threads  none.
 * Fork     none.
 */
#ifndef DIAG_OPTIONS_TABLE_H
#define DIAG_OPTIONS_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/options/options.h"

#define PERIOD_MIN (10 * NS_PER_MS)
#define PERIOD_MAX (3600 * NS_PER_S)

#define OPTIONS_TABLE(ROW) \
	ROW("gctrace", KIND_LEVEL, gctrace, 0, 2, "0, 1, 2", "0", \
	    "a line per heap cycle; 2 adds a line per arena") \
	ROW("schedtrace", KIND_PERIOD, schedtrace_ns, PERIOD_MIN, PERIOD_MAX, \
	    "10ms to 60m, 0 off", "0", \
	    "a SCHED line, and a POOL line per pool, each period") \
	ROW("scheddetail", KIND_LEVEL, scheddetail, 0, 1, "0, 1", "0", \
	    "with schedtrace: every thread") \
	ROW("allocfreetrace", KIND_LEVEL, allocfreetrace, 0, 2, "0, 1, 2", \
	    "0", "text of each allocation and free with its stack; " \
	    "2 prints each distinct stack once") \
	ROW("tape", KIND_PATH, tape, 0, 0, "path", "-", \
	    "record each allocation and free in binary, instead of text") \
	ROW("tapemax", KIND_SIZE, tapemax, 0, UINT64_MAX, "size, 0 no limit", \
	    "0", "the tape stops there") \
	ROW("tapefrees", KIND_LEVEL, tapefrees, 0, 2, "0, 1, 2", "1", \
	    "what the tape has of a free's stack: 0 nothing, 1 the call " \
	    "alone, 2 all of it") \
	ROW("leaks", KIND_LEVEL, leaks, 0, INT32_MAX, "0 or more", \
	    "0, or 20", "at exit: the n largest groups of what was never " \
	    "freed; 20 when allocations are traced") \
	ROW("leakscan", KIND_BOOL, leakscan, 0, 1, "0, 1", "1", \
	    "at exit, with leaks: look what is still pointed to, and list " \
	    "what is lost first") \
	ROW("memstats", KIND_MEMSTATS, memstats_ns, PERIOD_MIN, PERIOD_MAX, \
	    "exit, signal, period", "-", "MemStats dump: at exit, on the " \
	    "signal of signal=, or each period (10ms to 60m)") \
	ROW("log", KIND_PATH, log, 0, 0, "path", "stderr", \
	    "where text goes; %p pid, %n program name, %t start time") \
	ROW("logmax", KIND_SIZE, logmax, 0, UINT64_MAX, "size, 0 no limit", \
	    "0", "the log stops there with a last line saying so") \
	ROW("depth", KIND_LEVEL, depth, 1, 512, "1 to 512", "64", \
	    "frames kept per stack") \
	ROW("minsize", KIND_SIZE, minsize, 0, UINT64_MAX, "size", "0", \
	    "trace only allocations of at least this size") \
	ROW("maxsize", KIND_SIZE, maxsize, 0, UINT64_MAX, "size, none", \
	    "none", "trace only allocations of at most this size") \
	ROW("sample", KIND_COUNT, sample, 1, UINT64_MAX, "1 or more", "1", \
	    "trace one allocation in n (and its free)") \
	ROW("signal", KIND_SIGNAL, signal, 1, 64, "name, like USR2", "-", \
	    "on this signal: MemStats, SCHED detail and a live-heap " \
	    "summary; refused if the host handles the signal") \
	ROW("control", KIND_BOOL, control, 0, 1, "0, 1", "0", \
	    "diag ctl may read and change what is on while the program runs") \
	ROW("children", KIND_BOOL, children, 0, 1, "0, 1", "1", \
	    "children made by exec are traced too") \
	ROW("prefix", KIND_PREFIX, prefix, 0, 0, "0, 1, auto", "auto", \
	    "every line begins with diag[PID]; auto: only in children " \
	    "of a traced process")

enum kind {
	KIND_LEVEL,	/* a number, in 32 bits */
	KIND_COUNT,	/* a number, in 64 bits */
	KIND_PERIOD,	/* ms s m; ms when there is no unit; 0 is off */
	KIND_SIZE,	/* bytes, or k m g */
	KIND_BOOL,
	KIND_PATH,
	KIND_SIGNAL,
	KIND_MEMSTATS,
	KIND_PREFIX
};

struct option_row {
	const char *key;
	enum kind kind;
	size_t offset;		/* of the field in struct options */
	uint64_t min, max;
	const char *values;	/* what is allowed */
	const char *standard;	/* the default */
	const char *what;
};

extern const struct option_row option_rows[]
    __attribute__((visibility("hidden")));
extern const size_t option_rows_count __attribute__((visibility("hidden")));

/* The row of the @len bytes at @key, or NULL. */
const struct option_row *table_find(const char *key, size_t len);

#endif
