/*
 * gather - the two buffers of the sink: one is filled, one is written out.
 *
 * Records go in whole under a lock of their own, held for a copy and no
 * longer.  Whoever holds the sink's output lock takes them out piece by piece
 * and may stop anywhere: what was not written stays, in order.
 *
 * The lock for filling is taken without blocking signals, which would cost
 * more than the copy.  A handler of the host's that interrupts the copy and
 * traces something is refused; one that leaves with siglongjmp() abandons the
 * lock, which its thread finds out at its next record.
 *
 * Memory   one mapping, made by gather_init().
 * Threads  any for gather_put(); the rest under the sink's output lock.
 * Fork     gather_reset() in the child.
 */
#ifndef DIAG_SINK_GATHER_H
#define DIAG_SINK_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* The buffers are large, for readers that pause; as long as nobody does, only
 * the first GATHER_PLENTY_SIZE bytes of each are touched. */
enum {
	GATHER_SIZE = 1024 * 1024,
	GATHER_RECORDS = 16 * 1024,
	GATHER_PLENTY_SIZE = 64 * 1024
};

enum gather_result {
	GATHER_OK,
	GATHER_PLENTY,	/* it went in, and it is time to write */
	GATHER_FULL,	/* not now: write out first */
	GATHER_BUSY	/* this thread is in it already, or it is stuck */
};

/* False when there is no memory. */
bool gather_init(void);

/* Adds the lines of @record, each with @prefix in front, if @spare bytes are
 * free afterwards. */
IN_HOOK enum gather_result gather_put(const char *record, size_t len,
    const char *prefix, size_t spare);

/* A handler has jumped out of whatever this thread did: gives the lock. */
IN_HOOK void gather_mend(void);

/* Makes what was filled so far the buffer that is written; false when that
 * one still has something, or when there is nothing new. */
IN_HOOK bool gather_swap(void);

/* What is to be written next, at most @max bytes: whole records when @max
 * allows, or what is left of the first one, which *@begun tells; else whole
 * lines of it, else bytes.  With @whole, nothing less than a record.  Returns
 * the length, 0 when there is nothing (of that size). */
SIGNAL_SAFE size_t gather_piece(const char **at, size_t max, bool whole,
    bool *begun);

/* @n bytes of the piece were written.  Returns the records that are complete
 * by that. */
SIGNAL_SAFE unsigned gather_wrote(size_t n);

/* How many bytes of a record that is not complete were written; forgets that
 * they were. */
SIGNAL_SAFE size_t gather_begun(void);
SIGNAL_SAFE void gather_rewind(void);

/* True when the buffer that is written has nothing left. */
SIGNAL_SAFE bool gather_is_written(void);

/* Forgets everything; returns how many records that were. */
IN_HOOK unsigned gather_discard(void);

/* In a forked child: empty, and free of locks. */
void gather_reset(void);

#endif
