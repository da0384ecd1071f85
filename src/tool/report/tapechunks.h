/*
 * tapechunks - the chunks of a tape, by threads and in their order.
 *
 * Memory   an entry per chunk, and a copy of those that are still written to
 *          or cut; the file is mapped by the caller.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_TAPECHUNKS_H
#define DIAG_REPORT_TAPECHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/tape/tape.h"

/* Where a chunk is, and whose. */
struct tapechunk {
	uint64_t offset, thread;
	uint32_t seq;
	struct tape_chunk *copy;	/* or NULL: read it in its place */
};

struct tapechunks {
	const uint8_t *data;	/* the whole file */
	size_t len;
	struct tapechunk *all;	/* by thread and number */
	size_t n, cap;
	uint64_t damaged;	/* runs of bytes that are no chunk */
	uint64_t missing;	/* places where numbers are left out */
};

/* Finds them in @t->data, which should be @end bytes long or longer: when it
 * is not, the last chunk may be cut. */
void tapechunks_find(struct tapechunks *t, uint64_t end);
/* Copies those that their threads may still write to.  False when the tape
 * has changed meanwhile: then there are chunks that were not found. */
bool tapechunks_copy_last(struct tapechunks *t);
void tapechunks_drop(struct tapechunks *t);

const struct tape_chunk *tapechunks_get(const struct tapechunks *t,
    const struct tapechunk *c);

#endif
