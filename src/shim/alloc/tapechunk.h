/*
 * tapechunk - the part of a tape that one thread writes into.
 *
 * A thread's first chunks are small mappings of the file, each twice as large
 * as the one before; the largest is appended to the file when it is full, and
 * used again.
 *
 * Memory   a mapped chunk of 4 to 64 KiB a thread.
 * Threads  a recorder is its thread's own.
 * Fork     a child leaves what it inherited.
 */
#ifndef DIAG_ALLOC_TAPECHUNK_H
#define DIAG_ALLOC_TAPECHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/tape/tape.h"

struct thread;

/* What a thread carries; reused with its record in the registry. */
struct recorder {
	uint8_t *at, *end;		/* free bytes of the chunk */
	struct tape_context ctx;
	uint32_t tape;			/* the tape it belongs to */
	uint32_t generation;		/* of the thread's record */
	uint8_t *chunk;
	size_t chunk_size, next_size;
	uint64_t thread;
	uint32_t seq;
	struct marks *marks;		/* of what is on the tape */
};

/* A new chunk for the calling thread; false when there is no room for one. */
IN_HOOK COLD bool tapechunk_next(struct thread *t, struct recorder *r);

/* Gives up the chunk in use: its tail stays zero, which is its end. */
IN_HOOK void tapechunk_leave(struct recorder *r);

/* The chunk, if there is one, is as it stays; and that it does not.  @r may be
 * NULL. */
void tapechunk_seal(struct recorder *r);
void tapechunk_unseal(struct recorder *r);

#endif
