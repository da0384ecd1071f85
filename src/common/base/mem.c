/*
 * mem - mappings with their count, and the arena for what lives for ever.
 */
#include "common/base/mem.h"

#include <stdbool.h>
#include <sys/mman.h>

#include "common/base/sys.h"

enum { PAGE = 4096, ALIGNMENT = 16, LINE = 64, RESERVED_MAX = 256 };
#define CHUNK_SIZE (64 * KIB)
/* What is larger than this has a mapping of its own. */
#define CHUNK_SHARE (CHUNK_SIZE / 4)

/* The head of a chunk of the arena; the rest of the mapping follows. */
struct chunk {
	size_t used;	/* grows past the size when the chunk is full */
};

static uint64_t next_place;	/* bytes handed out of the range so far */
static size_t held;		/* all words here are atomic: any thread */
static size_t reserved;
static struct chunk *arena;
/* Where the reservations are, so that mem_unmap() knows one. */
static uintptr_t reservations[RESERVED_MAX];

static size_t
whole_pages(size_t n)
{
	return n > SIZE_MAX - PAGE ? 0 : (n + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* Where the next mapping should lie.  Places are not used twice: the range is
 * large, and an old address that means something new helps nobody. */
static void *
place(size_t n)
{
	uint64_t at = __atomic_fetch_add(&next_place, n, __ATOMIC_RELAXED);

	if (at > MEM_SIZE || n > MEM_SIZE - at)
		return NULL;
	return (void *)(uintptr_t)(MEM_BASE + at);
}

static void *
map(size_t n, int prot, int flags)
{
	void *p;

	if (n == 0)
		return NULL;
	p = sys_mmap(place(n), n, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags,
	    -1, 0);
	return sys_failed(p) ? NULL : p;
}

void *
mem_map(size_t n)
{
	void *p;

	n = whole_pages(n);
	p = map(n, PROT_READ | PROT_WRITE, 0);
	if (p != NULL)
		__atomic_fetch_add(&held, n, __ATOMIC_RELAXED);
	return p;
}

/* Replaces @from in the table by @to; false when it is not there. */
static bool
change_reservation(uintptr_t from, uintptr_t to)
{
	for (int i = 0; i < RESERVED_MAX; i++) {
		uintptr_t expected = from;

		if (__atomic_compare_exchange_n(&reservations[i], &expected,
		    to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

static void *
reserve(size_t n, int prot)
{
	void *p;

	n = whole_pages(n);
	p = map(n, prot, MAP_NORESERVE);
	if (p == NULL)
		return NULL;
	if (!change_reservation(0, (uintptr_t)p)) {
		sys_munmap(p, n);
		return NULL;
	}
	__atomic_fetch_add(&reserved, n, __ATOMIC_RELAXED);
	return p;
}

void *
mem_reserve(size_t n)
{
	return reserve(n, PROT_READ | PROT_WRITE);
}

void *
mem_reserve_closed(size_t n)
{
	return reserve(n, PROT_NONE);
}

bool
mem_open(void *p, size_t n)
{
	return sys_mprotect(p, n, PROT_READ | PROT_WRITE) == 0;
}

void *
mem_reserve_forever(size_t n)
{
	void *p;

	n = whole_pages(n);
	p = map(n, PROT_READ | PROT_WRITE, MAP_NORESERVE);
	if (p != NULL)
		__atomic_fetch_add(&reserved, n, __ATOMIC_RELAXED);
	return p;
}

void
mem_unmap(void *p, size_t n)
{
	bool was_reserved;

	n = whole_pages(n);
	if (p == NULL || n == 0)
		return;
	/* Before the address can be another's. */
	was_reserved = change_reservation((uintptr_t)p, 0);
	if (sys_munmap(p, n) != 0)
		return;
	__atomic_fetch_sub(was_reserved ? &reserved : &held, n,
	    __ATOMIC_RELAXED);
}

/* Makes a new chunk the arena's, unless another thread has done it. */
static bool
grow(struct chunk *full)
{
	struct chunk *fresh = mem_map(CHUNK_SIZE);

	if (fresh == NULL)
		return false;
	fresh->used = ALIGNMENT;
	if (!__atomic_compare_exchange_n(&arena, &full, fresh, false,
	    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		mem_unmap(fresh, CHUNK_SIZE);
	return true;
}

void *
mem_forever(size_t n)
{
	if (n > CHUNK_SHARE)
		return mem_map(n);
	n = (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);

	/* What begins anywhere else has so much before the next line. */
	size_t pad = n % LINE == 0 ? LINE - ALIGNMENT : 0;

	for (;;) {
		struct chunk *c = __atomic_load_n(&arena, __ATOMIC_ACQUIRE);
		size_t at;

		if (c != NULL) {
			at = __atomic_fetch_add(&c->used, n + pad,
			    __ATOMIC_RELAXED);
			at = (at + pad) & ~(pad | (ALIGNMENT - 1));
			if (at + n <= CHUNK_SIZE)
				return (char *)c + at;
		}
		if (!grow(c))
			return NULL;
	}
}

size_t
mem_held(void)
{
	return __atomic_load_n(&held, __ATOMIC_RELAXED);
}

size_t
mem_reserved(void)
{
	return __atomic_load_n(&reserved, __ATOMIC_RELAXED);
}
