/*
 * alloctext - a tracealloc or tracefree record as text.
 */
#include "shim/alloc/alloctext.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "common/base/lock.h"
#include "common/base/mem.h"
#include "shim/alloc/live.h"
#include "shim/names/frames.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"

enum {
	TOLD_SHIFT = 16,	/* stacks per part of the table */
	TOLD_PARTS = (LIVE_STACK_MAX >> TOLD_SHIFT) + 1,
	LOCK_PATIENCE_MS = 50,
	EVENT_LINES = 3,	/* of a record, besides its frames */
};

static _Atomic bool brief;
/* Which stacks were told; a byte is the generation it was told in.  Bytes are
 * read and written atomically. */
static uint8_t *_Atomic told[TOLD_PARTS];
static uint8_t generation = 1;	/* atomic too */
static struct lock telling;

static const struct {
	const char *text;
	unsigned len;
} entries[ENTRIES] = {
#define ENTRY(which, name) [which] = { name, sizeof(name) - 1 }
	ENTRY(ENTRY_MALLOC, "malloc"),
	ENTRY(ENTRY_CALLOC, "calloc"),
	ENTRY(ENTRY_REALLOC, "realloc"),
	ENTRY(ENTRY_REALLOCARRAY, "reallocarray"),
	ENTRY(ENTRY_MEMALIGN, "memalign"),
	ENTRY(ENTRY_POSIX_MEMALIGN, "posix_memalign"),
	ENTRY(ENTRY_ALIGNED_ALLOC, "aligned_alloc"),
	ENTRY(ENTRY_VALLOC, "valloc"),
	ENTRY(ENTRY_PVALLOC, "pvalloc"),
	ENTRY(ENTRY_MALLOCX, "mallocx"),
	ENTRY(ENTRY_RALLOCX, "rallocx"),
	ENTRY(ENTRY_NEW, "new"),
	ENTRY(ENTRY_NEW_ARRAY, "new[]"),
	ENTRY(ENTRY_FREE, "free"),
	ENTRY(ENTRY_CFREE, "cfree"),
	ENTRY(ENTRY_DALLOCX, "dallocx"),
	ENTRY(ENTRY_SDALLOCX, "sdallocx"),
	ENTRY(ENTRY_DELETE, "delete"),
	ENTRY(ENTRY_DELETE_ARRAY, "delete[]"),
	ENTRY(ENTRY_XALLOCX, "xallocx"),
#undef ENTRY
};

void
alloctext_start(bool is_brief)
{
	brief = is_brief;
}

/* The writers below put text at @to and return where it ends.  Each record has
 * room for its first line, so they check nothing; that is what they are for. */
static ALWAYS_INLINE char *
put_text(char *to, const char *text, size_t len)
{
	memcpy(to, text, len);
	return to + len;
}

#define put_literal(to, text) put_text(to, text, sizeof(text) - 1)

static ALWAYS_INLINE char *
put_hex(char *to, uint64_t v)
{
	unsigned digits = (unsigned)(67 - __builtin_clzll(v | 1)) / 4;

	for (unsigned i = digits; i-- > 0; v >>= 4)
		to[i] = "0123456789abcdef"[v & 15];
	return to + digits;
}

/* At least @least digits. */
static ALWAYS_INLINE char *
put_decimal(char *to, uint64_t v, unsigned least)
{
	char digit[20];
	unsigned n = 0;

	while (v != 0 || n < least) {
		digit[n++] = (char)('0' + v % 10);
		v /= 10;
	}
	while (n != 0)
		*to++ = digit[--n];
	return to;
}

static ALWAYS_INLINE char *
put_seconds(char *to, uint64_t us)
{
	to = put_decimal(to, us / 1000000, 1);
	*to++ = '.';
	return put_decimal(to, us % 1000000, 6);
}

static char *
put_event(char *to, const struct tracer *tr, const struct alloctext *e,
    bool is_brief)
{
	to = e->is_free ? put_literal(to, "tracefree(0x") :
	    put_literal(to, "tracealloc(0x");
	to = put_hex(to, (uint64_t)(uintptr_t)e->p);
	to = put_literal(to, ", 0x");
	to = put_hex(to, e->size);
	to = put_literal(to, "/0x");
	to = put_hex(to, e->usable);
	to = put_literal(to, ", ");
	to = put_text(to, entries[e->entry].text, entries[e->entry].len);
	to = put_literal(to, ") @");
	to = put_seconds(to, e->since_us);
	to = put_text(to, tr->label, tr->label_len);
	if (e->is_free) {
		to = put_literal(to, " age=");
		to = put_seconds(to, e->age_us);
	}
	if (is_brief) {
		to = put_literal(to, " stack ");
		to = put_decimal(to, e->stack, 1);
	}
	*to++ = '\n';
	return to;
}

static size_t
record_space(unsigned events)
{
	return MIN(tracer_record_space(),
	    sink_whole_max(events * (stack_depth() + EVENT_LINES)));
}

/* The byte of stack @id, or NULL without memory. */
static uint8_t *
told_byte(uint32_t id)
{
	uint8_t *_Atomic *part = &told[id >> TOLD_SHIFT];
	uint8_t *there = atomic_load_explicit(part, memory_order_acquire);
	uint8_t *fresh;

	if (unlikely(there == NULL)) {
		fresh = mem_map((size_t)1 << TOLD_SHIFT);
		if (fresh == NULL)
			return NULL;
		if (atomic_compare_exchange_strong(part, &there, fresh))
			there = fresh;
		else
			mem_unmap(fresh, (size_t)1 << TOLD_SHIFT);
	}
	return &there[id & ((1u << TOLD_SHIFT) - 1)];
}

static bool
write_stack(struct tracer *tr, uint32_t id)
{
	size_t space = record_space(1);
	char *at = tr->record;

	at = put_literal(at, "stack ");
	at = put_decimal(at, id, 1);
	at = put_literal(at, ":\n");
	at += frames_text(at, space - (size_t)(at - tr->record) - 1, id,
	    tr->room);
	*at++ = '\n';
	return sink_put(tr->record, (size_t)(at - tr->record));
}

static ALWAYS_INLINE bool
was_told(const uint8_t *byte)
{
	return byte != NULL && __atomic_load_n(byte, __ATOMIC_ACQUIRE) ==
	    __atomic_load_n(&generation, __ATOMIC_RELAXED);
}

/* Tells stack @id unless it was told.  Twice is better than never: when the
 * lock is not to be had the stack is told here too. */
static COLD void
tell_stack(struct tracer *tr, uint32_t id, uint8_t *byte)
{
	uint64_t mask;
	bool locked = lock_take_masked(&telling, LOCK_PATIENCE_MS * NS_PER_MS,
	    &mask);
	uint8_t now = __atomic_load_n(&generation, __ATOMIC_RELAXED);

	if (!was_told(byte) && write_stack(tr, id) && byte != NULL)
		__atomic_store_n(byte, now, __ATOMIC_RELEASE);
	if (locked)
		lock_give_masked(&telling, &mask);
}

static ALWAYS_INLINE bool
put_brief(struct tracer *tr, const struct alloctext *e, unsigned n)
{
	uint8_t *byte = told_byte(e->stack);
	char *at = tr->record;

	if (unlikely(!was_told(byte)))
		tell_stack(tr, e->stack, byte);
	for (unsigned i = 0; i < n; i++)
		at = put_event(at, tr, &e[i], true);
	return sink_put(tr->record, (size_t)(at - tr->record));
}

bool
alloctext_put(struct tracer *tr, const struct alloctext *e, unsigned n)
{
	char *at = tr->record;

	if (unlikely(!sink_takes_records()))
		return sink_put(at, 0);	/* counts it */
	if (atomic_load_explicit(&brief, memory_order_relaxed))
		return put_brief(tr, e, n);
	for (unsigned i = 0; i < n; i++) {
		size_t space = record_space(n) / n - 1;
		char *begin = at;

		at = put_event(at, tr, &e[i], false);
		at += frames_text(at, space - (size_t)(at - begin),
		    e[i].stack, tr->room);
		*at++ = '\n';
	}
	return sink_put(tr->record, (size_t)(at - tr->record));
}

/* The generation is a byte: when it comes round, old marks must go. */
void
alloctext_after_fork_child(void)
{
	lock_reset(&telling);
	if (++generation != 0)
		return;
	generation = 1;
	for (unsigned i = 0; i < TOLD_PARTS; i++) {
		if (told[i] != NULL)
			memset(told[i], 0, (size_t)1 << TOLD_SHIFT);
	}
}
