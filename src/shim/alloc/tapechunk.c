/*
 * tapechunk - chunks begun, filled, sealed, appended and used again.
 */
#include "shim/alloc/tapechunk.h"

#include <stdatomic.h>
#include <string.h>

#include "common/base/stamp.h"
#include "shim/alloc/tapefile.h"
#include "shim/sched/thread.h"

/* As large as a chunk gets that is used again.  Half of it took 30 % more time
 * a page to append, twice as much no less. */
enum { CHUNK_LAST = 64 * 1024 };

static struct tape_chunk *
chunk_of(const struct recorder *r)
{
	return (struct tape_chunk *)(void *)r->chunk;
}

void
tapechunk_seal(struct recorder *r)
{
	struct tape_chunk *c = r != NULL ? chunk_of(r) : NULL;

	if (c != NULL)
		c->sum = tape_chunk_sum(c);
}

void
tapechunk_unseal(struct recorder *r)
{
	if (r != NULL && r->chunk != NULL)
		chunk_of(r)->sum = 0;
}

void
tapechunk_leave(struct recorder *r)
{
	uint8_t *chunk = r->chunk;

	/* First, because a handler that jumps out of here must not leave an
	 * address that is unmapped once more, or written to. */
	r->chunk = r->at = r->end = NULL;
	atomic_signal_fence(memory_order_seq_cst);
	if (chunk != NULL)
		tapefile_give(chunk, r->chunk_size);
}

/* Begins chunk @c; who is killed before its magic is there has none. */
static void
begin_chunk(struct thread *t, struct recorder *r, struct tape_chunk *c)
{
	c->tid = atomic_load_explicit(&t->tid, memory_order_relaxed);
	c->seq = r->seq++;
	c->thread = r->thread;
	c->stamp = stamp_now();
	c->addr = r->ctx.addr << TAPE_ADDR_SHIFT;
	strncpy(c->name, thread_own_name(t), sizeof(c->name) - 1);
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&c->magic = TAPE_CHUNK_MAGIC;
	tape_context_begin(&r->ctx, c);
	r->at = (uint8_t *)(c + 1);
}

/* The full chunk is appended to the file, then used again.  Until it is empty
 * the file has it twice, with one number; from then on it has a new one. */
static bool
use_again(struct thread *t, struct recorder *r)
{
	struct tape_chunk *c = chunk_of(r);

	if (r->chunk_size != CHUNK_LAST)
		return false;
	tapechunk_seal(r);
	if (!tapefile_append(r->tape, c, CHUNK_LAST))
		return false;
	c->sum = 0;
	atomic_signal_fence(memory_order_seq_cst);
	memset(c + 1, 0, (size_t)(r->at - (uint8_t *)(c + 1)));
	atomic_signal_fence(memory_order_seq_cst);
	begin_chunk(t, r, c);
	return true;
}

bool
tapechunk_next(struct thread *t, struct recorder *r)
{
	struct tape_chunk *c;
	size_t size;

	if (r->chunk != NULL && use_again(t, r))
		return true;
	tapechunk_seal(r);
	tapechunk_leave(r);
	c = tapefile_take(r->tape, r->next_size, &size);
	if (c == NULL)
		return false;
	r->next_size = MIN(r->next_size * 2, (size_t)CHUNK_LAST);
	c->size = (uint32_t)size;
	r->chunk = (uint8_t *)c;
	r->chunk_size = size;
	r->end = r->chunk + size;
	begin_chunk(t, r, c);
	return true;
}
