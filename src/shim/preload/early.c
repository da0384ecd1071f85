/*
 * early - memory before our relocation is complete, and pointers from there.
 */
#include "shim/preload/early.h"

#include <stdatomic.h>
#include <stdint.h>

enum { POOL = 64 * 1024, HEADER = 16 };

static char pool[POOL] __attribute__((aligned(4096)));
static _Atomic size_t used;

/* The loader fills this in like every pointer constant of ours. */
static const void *const volatile relocated = &used;

/* The loader copies the initial values of thread-local variables after all
 * relocation; until then they are zeros, jemalloc's too. */
static __thread volatile int tls_is_filled = 1;

bool
early_is_over(void)
{
	return relocated == &used && tls_is_filled != 0;
}

void *
early_alloc(size_t size, size_t align)
{
	size_t at, end, old = atomic_load(&used);

	if (align < HEADER)
		align = HEADER;
	do {
		at = (old + HEADER + align - 1) & ~(align - 1);
		end = at + ((size + 15) & ~(size_t)15);
		if (size > POOL || at > POOL || end > POOL)
			return NULL;
	} while (!atomic_compare_exchange_weak(&used, &old, end));
	*(size_t *)(void *)(pool + at - HEADER) = size;
	return pool + at;
}

bool
early_owns(const void *p)
{
	return (uintptr_t)p - (uintptr_t)pool < POOL;
}

size_t
early_size(const void *p)
{
	return *(const size_t *)((uintptr_t)p - HEADER);
}

void
early_copy(void *to, const void *from, size_t n)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n)
	    : : "memory");
}
