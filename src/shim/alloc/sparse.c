/*
 * sparse - levels of buckets.
 */
#include "shim/alloc/sparse.h"

#include <stdatomic.h>
#include <stddef.h>

#include "common/base/mem.h"

enum {
	WIDTH = 8,		/* addresses of a bucket: a cache line */
	FIRST_BITS = 9,		/* of the number of buckets */
	MORE_BITS = 2,		/* of the next level */
	LEVELS = 10,
};

/* No address, and that of somebody who is about to write his words. */
enum { FREE_KEY, BUSY_KEY };

struct bucket {
	_Atomic uint64_t key[WIDTH];
	_Atomic uint64_t word[WIDTH][2];
} CACHE_ALIGNED;

static struct bucket *_Atomic levels[LEVELS];

static size_t
size_of(unsigned level)
{
	return sizeof(struct bucket) << (FIRST_BITS + level * MORE_BITS);
}

static ALWAYS_INLINE struct bucket *
bucket_at(struct bucket *level, unsigned i, uint64_t key)
{
	uint64_t hash = (key >> 4) * 0x9e3779b97f4a7c15u;

	return &level[hash >> (64 - (FIRST_BITS + i * MORE_BITS))];
}

static ALWAYS_INLINE struct bucket *
level_at(unsigned i)
{
	return i < LEVELS ? atomic_load_explicit(&levels[i],
	    memory_order_acquire) : NULL;
}

bool
sparse_is_used(void)
{
	return level_at(0) != NULL;
}

static COLD struct bucket *
make_level(unsigned i)
{
	struct bucket *there = NULL, *fresh;

	if (i >= LEVELS)
		return NULL;
	fresh = mem_map(size_of(i));
	if (fresh == NULL)
		return NULL;
	if (atomic_compare_exchange_strong(&levels[i], &there, fresh))
		return fresh;
	mem_unmap(fresh, size_of(i));
	return there;
}

/* The place of @key in its bucket, or WIDTH. */
static ALWAYS_INLINE unsigned
place_of(const struct bucket *b, uint64_t key)
{
	for (unsigned i = 0; i < WIDTH; i++)
		if (atomic_load_explicit(&b->key[i], memory_order_relaxed) ==
		    key)
			return i;
	return WIDTH;
}

static ALWAYS_INLINE void
copy_out(struct bucket *b, unsigned i, struct sparse_words *out)
{
	out->word[0] = atomic_load_explicit(&b->word[i][0],
	    memory_order_acquire);
	out->word[1] = atomic_load_explicit(&b->word[i][1],
	    memory_order_acquire);
}

bool
sparse_take(uint64_t key, struct sparse_words *out)
{
	struct bucket *level;

	for (unsigned i = 0; (level = level_at(i)) != NULL; i++) {
		struct bucket *b = bucket_at(level, i, key);
		unsigned at = place_of(b, key);

		if (likely(at == WIDTH))
			continue;
		copy_out(b, at, out);
		atomic_store_explicit(&b->key[at], FREE_KEY,
		    memory_order_release);
		return true;
	}
	return false;
}

/* Puts @key where there is a free place in the bucket. */
static bool
put_in(struct bucket *b, uint64_t key, const struct sparse_words *w)
{
	for (unsigned i = 0; i < WIDTH; i++) {
		uint64_t is = FREE_KEY;

		if (!atomic_compare_exchange_strong(&b->key[i], &is, BUSY_KEY))
			continue;
		atomic_store_explicit(&b->word[i][0], w->word[0],
		    memory_order_relaxed);
		atomic_store_explicit(&b->word[i][1], w->word[1],
		    memory_order_relaxed);
		atomic_store_explicit(&b->key[i], key, memory_order_release);
		return true;
	}
	return false;
}

enum sparse_result
sparse_put(uint64_t key, const struct sparse_words *w,
    struct sparse_words *old)
{
	bool was_there = sparse_take(key, old);

	for (unsigned i = 0; i < LEVELS; i++) {
		struct bucket *level = level_at(i);

		if (level == NULL)
			level = make_level(i);
		if (level == NULL)
			break;
		if (put_in(bucket_at(level, i, key), key, w))
			return was_there ? SPARSE_REPLACED : SPARSE_NEW;
	}
	return SPARSE_FULL;
}

/* Its second word is read before and after: both words are of one owner, or of
 * two that have the second in common. */
static void
see_place(struct bucket *b, unsigned i, sparse_fn see, void *arg)
{
	uint64_t key = atomic_load_explicit(&b->key[i], memory_order_acquire);
	uint64_t before = atomic_load_explicit(&b->word[i][1],
	    memory_order_acquire);
	struct sparse_words w;

	if (key <= BUSY_KEY)
		return;
	copy_out(b, i, &w);
	if (w.word[1] == before && atomic_load_explicit(&b->key[i],
	    memory_order_relaxed) == key)
		see(key, &w, arg);
}

void
sparse_each(sparse_fn see, void *arg)
{
	struct bucket *level;

	for (unsigned i = 0; (level = level_at(i)) != NULL; i++) {
		size_t n = size_of(i) / sizeof(*level);

		for (size_t k = 0; k < n; k++)
			for (unsigned at = 0; at < WIDTH; at++)
				see_place(&level[k], at, see, arg);
	}
}
