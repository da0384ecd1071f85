/*
 * live - the table of the host's live blocks, exact and without a lock.
 */
#include "shim/alloc/live.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "common/base/mem.h"
#include "common/base/sys.h"
#include "shim/alloc/sparse.h"
#include "shim/state/state.h"

enum {
	LEAF_SHIFT = 24,	/* a leaf serves 16 MiB of heap */
	SMALLEST_SHIFT = 4,	/* blocks are aligned to 16 at least */
	PAGE_SHIFT = 12,
	HEAP_PAGES = 1 << (LEAF_SHIFT - PAGE_SHIFT),
	/* Of all tables of a leaf: 2^20 + 2^19 + ... + 2^12, rounded up. */
	SLOTS = 1 << 21,
	SLOTS_PER_PAGE = 4096 / 16,
	PAGES = SLOTS / SLOTS_PER_PAGE,
	SIZE_LOW_BITS = 34,
};

#define LEAVES (WINDOW_SIZE >> LEAF_SHIFT)
#define LEAF_MASK (((uint64_t)1 << LEAF_SHIFT) - 1)
#define SIZE_MAX_KEPT (((uint64_t)1 << 42) - 1)
#define SIZE_LOW_MASK (((uint64_t)1 << SIZE_LOW_BITS) - 1)
#define TIME_MASK (((uint64_t)1 << 48) - 1)

struct slot {
	_Atomic uint64_t word0;	/* time 48, place in its page 8, size high 8 */
	_Atomic uint64_t word1;	/* stack 30, size low 34 */
};

struct leaf {
	struct slot slot[SLOTS];
	_Atomic uint64_t touched[PAGES / 64];	/* pages of @slot in use */
	_Atomic uint8_t shift[HEAP_PAGES];	/* which table a page uses */
};

static _Atomic(struct leaf *) *directory;
static _Atomic uint64_t pages_touched;
static _Atomic uint64_t leaves_made;
static _Atomic bool few;

void
live_expect_few(bool yes)
{
	atomic_store(&few, yes);
}

int
live_start(void)
{
	if (directory == NULL)
		directory = mem_reserve(LEAVES * sizeof(*directory));
	return directory == NULL ? -ENOMEM : 0;
}

uint64_t
live_held(void)
{
	return atomic_load_explicit(&pages_touched, memory_order_relaxed) *
	    4096 + atomic_load_explicit(&leaves_made, memory_order_relaxed) *
	    (sizeof(struct leaf) - sizeof(struct slot) * SLOTS);
}

/* Leaves are address space of which few pages are touched: huge pages would
 * make one block cost 2 MiB. */
static COLD struct leaf *
make_leaf(_Atomic(struct leaf *) *at)
{
	struct leaf *there = NULL;
	struct leaf *fresh = mem_reserve_forever(sizeof(*fresh));

	if (fresh == NULL)
		return NULL;
	sys_madvise(fresh, sizeof(*fresh), MADV_NOHUGEPAGE);
	if (!atomic_compare_exchange_strong(at, &there, fresh))
		return there; /* ours stays address space that nobody uses */
	atomic_fetch_add_explicit(&leaves_made, 1, memory_order_relaxed);
	return fresh;
}

/* The leaf of the block at window offset @off; NULL when there is none. */
static ALWAYS_INLINE struct leaf *
leaf_of(uint64_t off)
{
	if (off >= WINDOW_SIZE || directory == NULL)
		return NULL;
	return atomic_load_explicit(&directory[off >> LEAF_SHIFT],
	    memory_order_acquire);
}

/* The slot of the block at @off in the table whose slots serve 2^@shift bytes
 * each. */
static ALWAYS_INLINE unsigned
slot_of(uint64_t off, unsigned shift)
{
	return SLOTS - ((2u << LEAF_SHIFT) >> shift) +
	    (unsigned)((off & LEAF_MASK) >> shift);
}

static ALWAYS_INLINE _Atomic uint8_t *
shift_of(struct leaf *leaf, uint64_t off)
{
	return &leaf->shift[(off & LEAF_MASK) >> PAGE_SHIFT];
}

/* Blocks of one page of the heap have one size: at most one of them begins in
 * each 2^shift bytes when the shift is that of their size. */
static ALWAYS_INLINE unsigned
shift_for(size_t usable)
{
	return MIN(63 - (unsigned)__builtin_clzll(usable | 1 << SMALLEST_SHIFT),
	    (unsigned)PAGE_SHIFT);
}

static ALWAYS_INLINE uint64_t
place_in_page(uint64_t off)
{
	return (off >> SMALLEST_SHIFT) & 0xff;
}

static void
touch(struct leaf *leaf, unsigned slot)
{
	unsigned page = slot / SLOTS_PER_PAGE;
	_Atomic uint64_t *word = &leaf->touched[page / 64];
	uint64_t bit = (uint64_t)1 << page % 64;

	if (likely(atomic_load_explicit(word, memory_order_relaxed) & bit))
		return;
	if (!(atomic_fetch_or(word, bit) & bit))
		atomic_fetch_add_explicit(&pages_touched, 1,
		    memory_order_relaxed);
}

static ALWAYS_INLINE uint64_t
first_word(const struct live_block *b, uint64_t place)
{
	return (b->time & TIME_MASK) << 16 | place << 8 |
	    b->size >> SIZE_LOW_BITS;
}

static ALWAYS_INLINE uint64_t
second_word(const struct live_block *b)
{
	return (uint64_t)b->stack << SIZE_LOW_BITS | (b->size & SIZE_LOW_MASK);
}

static void
unpack(uint64_t word0, uint64_t word1, struct live_block *out)
{
	out->size = (word0 & 0xff) << SIZE_LOW_BITS | (word1 & SIZE_LOW_MASK);
	out->time = word0 >> 16;
	out->stack = (uint32_t)(word1 >> SIZE_LOW_BITS);
}

static COLD enum live_result
put_few(const void *p, const struct live_block *b, struct live_block *old)
{
	struct sparse_words w = { { first_word(b, 0), second_word(b) } };
	struct sparse_words was = { { 0, 0 } };
	enum sparse_result r = sparse_put((uintptr_t)p, &w, &was);

	if (r == SPARSE_REPLACED)
		unpack(was.word[0], was.word[1], old);
	return r == SPARSE_FULL ? LIVE_NONE :
	    r == SPARSE_REPLACED ? LIVE_REPLACED : LIVE_NEW;
}

static bool
take_few(const void *p, struct live_block *out)
{
	struct sparse_words w;

	if (!sparse_take((uintptr_t)p, &w))
		return false;
	unpack(w.word[0], w.word[1], out);
	return true;
}

enum live_result
live_put(const void *p, size_t usable, const struct live_block *b,
    struct live_block *old)
{
	uint64_t off = (uint64_t)(uintptr_t)p - WINDOW_BASE;
	unsigned shift = shift_for(usable), at;
	struct leaf *leaf = leaf_of(off);
	uint64_t word1;
	struct slot *s;

	if (off >= WINDOW_SIZE || directory == NULL ||
	    off % (1 << SMALLEST_SHIFT) != 0 || b->size > SIZE_MAX_KEPT ||
	    b->stack == 0 || b->stack > LIVE_STACK_MAX)
		return LIVE_NONE;
	if (unlikely(atomic_load_explicit(&few, memory_order_relaxed)))
		return put_few(p, b, old);
	if (unlikely(leaf == NULL)) {
		leaf = make_leaf(&directory[off >> LEAF_SHIFT]);
		if (leaf == NULL)
			return LIVE_NONE;
	}
	if (atomic_load_explicit(shift_of(leaf, off), memory_order_relaxed) !=
	    shift)
		atomic_store_explicit(shift_of(leaf, off), (uint8_t)shift,
		    memory_order_relaxed);
	at = slot_of(off, shift);
	touch(leaf, at);
	s = &leaf->slot[at];
	word1 = atomic_load_explicit(&s->word1, memory_order_relaxed);
	if (unlikely(word1 != 0)) {
		unpack(atomic_load_explicit(&s->word0, memory_order_relaxed),
		    word1, old);
		atomic_store_explicit(&s->word1, 0, memory_order_release);
	}
	atomic_store_explicit(&s->word0, first_word(b, place_in_page(off)),
	    memory_order_relaxed);
	atomic_store_explicit(&s->word1, second_word(b),
	    memory_order_release);
	return word1 != 0 ? LIVE_REPLACED : LIVE_NEW;
}

static ALWAYS_INLINE bool
take_from_leaf(const void *p, struct live_block *out)
{
	uint64_t off = (uint64_t)(uintptr_t)p - WINDOW_BASE, word0, word1;
	struct leaf *leaf = leaf_of(off);
	unsigned shift;
	struct slot *s;

	if (leaf == NULL)
		return false;
	shift = atomic_load_explicit(shift_of(leaf, off),
	    memory_order_relaxed);
	if (shift == 0)
		return false; /* nothing was ever traced in this page */
	s = &leaf->slot[slot_of(off, shift)];
	word0 = atomic_load_explicit(&s->word0, memory_order_relaxed);
	word1 = atomic_load_explicit(&s->word1, memory_order_relaxed);
	if (word1 == 0 || (word0 >> 8 & 0xff) != place_in_page(off) ||
	    off % (1 << SMALLEST_SHIFT) != 0)
		return false;
	unpack(word0, word1, out);
	atomic_store_explicit(&s->word1, 0, memory_order_release);
	return true;
}

/* What was put before the other table was chosen is in the one before. */
bool
live_take(const void *p, struct live_block *out)
{
	if (likely(!sparse_is_used()))
		return take_from_leaf(p, out);
	if (atomic_load_explicit(&few, memory_order_relaxed))
		return take_few(p, out) || take_from_leaf(p, out);
	return take_from_leaf(p, out) || take_few(p, out);
}

/* Where the block in slot @at of a leaf begins, from the leaf's start: the
 * slot tells the page, the word the place in it. */
static uint64_t
offset_of(unsigned at, uint64_t word0)
{
	unsigned left = SLOTS - at;
	unsigned shift = LEAF_SHIFT - (31 - (unsigned)__builtin_clz(left - 1));
	unsigned first = SLOTS - ((2u << LEAF_SHIFT) >> shift);
	uint64_t page = ((uint64_t)(at - first) << shift) >> PAGE_SHIFT;

	return page << PAGE_SHIFT | (word0 >> 8 & 0xff) << SMALLEST_SHIFT;
}

static void
see_slot(uint64_t base, struct leaf *leaf, unsigned at, live_fn see, void *arg)
{
	struct slot *s = &leaf->slot[at];
	uint64_t word1 = atomic_load_explicit(&s->word1, memory_order_acquire);
	uint64_t word0;
	struct live_block b;

	if (word1 == 0)
		return;
	word0 = atomic_load_explicit(&s->word0, memory_order_acquire);
	if (atomic_load_explicit(&s->word1, memory_order_relaxed) != word1)
		return; /* it ended, or another begins, just now */
	unpack(word0, word1, &b);
	see((const void *)(uintptr_t)(base + offset_of(at, word0)), &b, arg);
}

static void
see_leaf(uint64_t base, struct leaf *leaf, live_fn see, void *arg)
{
	for (unsigned page = 0; page < PAGES; page++) {
		uint64_t word = atomic_load_explicit(
		    &leaf->touched[page / 64], memory_order_acquire);

		if (!(word >> page % 64 & 1))
			continue;
		for (unsigned i = 0; i < SLOTS_PER_PAGE; i++)
			see_slot(base, leaf, page * SLOTS_PER_PAGE + i, see,
			    arg);
	}
}

struct seer {
	live_fn see;
	void *arg;
};

static void
see_few(uint64_t key, const struct sparse_words *w, void *arg)
{
	const struct seer *s = arg;
	struct live_block b;

	unpack(w->word[0], w->word[1], &b);
	s->see((const void *)(uintptr_t)key, &b, s->arg);
}

void
live_each(live_fn see, void *arg)
{
	sparse_each(see_few, &(struct seer){ see, arg });
	if (directory == NULL)
		return;
	for (uint64_t i = 0; i < LEAVES; i++) {
		struct leaf *leaf = atomic_load_explicit(&directory[i],
		    memory_order_acquire);

		if (leaf != NULL)
			see_leaf(WINDOW_BASE + (i << LEAF_SHIFT), leaf, see,
			    arg);
	}
}

/* Each page of the heap has its blocks in one table, in their order. */
static void
see_pages(uint64_t base, struct leaf *leaf, live_fn see, void *arg)
{
	for (uint64_t off = 0; off <= LEAF_MASK; off += 1 << PAGE_SHIFT) {
		unsigned shift = atomic_load_explicit(shift_of(leaf, off),
		    memory_order_relaxed);
		unsigned first = slot_of(off, shift);
		unsigned page = first / SLOTS_PER_PAGE;

		if (shift == 0 || !(atomic_load_explicit(
		    &leaf->touched[page / 64], memory_order_acquire) >>
		    page % 64 & 1))
			continue;
		for (unsigned i = 0; i < 1u << (PAGE_SHIFT - shift); i++)
			see_slot(base, leaf, first + i, see, arg);
	}
}

void
live_each_by_address(live_fn see, void *arg)
{
	if (directory == NULL)
		return;
	for (uint64_t i = 0; i < LEAVES; i++) {
		struct leaf *leaf = atomic_load_explicit(&directory[i],
		    memory_order_acquire);

		if (leaf != NULL)
			see_pages(WINDOW_BASE + (i << LEAF_SHIFT), leaf, see,
			    arg);
	}
}

size_t
live_leaves(void)
{
	return atomic_load_explicit(&leaves_made, memory_order_relaxed);
}
