/*
 * heap_window - where the embedded jemalloc's mappings lie.
 */
#include "shim/heap/heap_window.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "common/base/lock.h"
#include "common/base/sys.h"
#include "shim/heap/heap.h"
#include "shim/state/state.h"

#define HUGE_PAGE (2 * MIB)

enum { RANGES = 256, ATTEMPTS = 4 };

struct range {
	_Atomic uintptr_t low, high;
};

static _Atomic uint64_t next;	/* offset of the next hint; 0: none given yet */
static struct range ranges[RANGES];
static struct lock ranges_lock;
static _Atomic unsigned nranges;	/* one past the last range in use */
static _Atomic bool ranges_full;

/* The first hint lies up to 64 GiB into the window, at a huge page: as hard to
 * guess as the kernel's random bytes. */
static uint64_t
first_offset(void)
{
	const void *random = (const void *)getauxval(AT_RANDOM);
	uint64_t r = 0;

	if (random != NULL)
		memcpy(&r, random, sizeof(r));
	return HUGE_PAGE + (r >> 20) % (64 * GIB) / HUGE_PAGE * HUGE_PAGE;
}

/* Takes @n bytes of addresses.  Sizes in huge pages are placed at one: jemalloc
 * asks for those with that alignment, and would map twice otherwise. */
static uint64_t
take_addresses(size_t n)
{
	uint64_t at, end, old = atomic_load(&next);

	do {
		at = old == 0 ? first_offset() : old;
		if (n % HUGE_PAGE == 0)
			at = (at + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
		end = at + n;
		if (end > WINDOW_SIZE || end < at) {
			at = HUGE_PAGE;
			end = at + n;
		}
	} while (!atomic_compare_exchange_weak(&next, &old, end));
	return at;
}

void *
window_map(size_t n, int prot, int flags, int fd, off_t offset)
{
	for (int i = 0; n < WINDOW_SIZE / 2 && i < ATTEMPTS; i++) {
		void *at = (void *)(uintptr_t)(WINDOW_BASE +
		    take_addresses(n));
		void *p = sys_mmap(at, n, prot, flags, fd, offset);

		if (sys_failed(p) || heap_in_window(p))
			return p;
		sys_munmap(p, n);
	}
	return sys_mmap(NULL, n, prot, flags, fd, offset);
}

static void
note_range(uintptr_t low, uintptr_t high)
{
	for (unsigned i = 0; i < RANGES; i++) {
		if (atomic_load(&ranges[i].high) != 0)
			continue;
		atomic_store(&ranges[i].low, low);
		atomic_store(&ranges[i].high, high);
		if (i >= atomic_load(&nranges))
			atomic_store(&nranges, i + 1);
		return;
	}
	/* Then every pointer counts as ours: what a plain preload does. */
	atomic_store(&ranges_full, true);
}

void
window_note(void *p, size_t n)
{
	if (likely(heap_in_window(p)))
		return;
	lock_take(&ranges_lock);
	note_range((uintptr_t)p, (uintptr_t)p + n);
	lock_give(&ranges_lock);
	state_arm_alloc(ARMED_FOREIGN, 0);
}

/* Cuts [@low, @high) out of @r, which can leave a piece on each side. */
static void
cut_range(struct range *r, uintptr_t low, uintptr_t high)
{
	uintptr_t r_low = atomic_load(&r->low);
	uintptr_t r_high = atomic_load(&r->high);

	if (r_high <= low || r_low >= high)
		return;
	if (r_low >= low) {
		atomic_store(&r->low, high < r_high ? high : 0);
		atomic_store(&r->high, high < r_high ? r_high : 0);
		return;
	}
	atomic_store(&r->high, low);
	if (high < r_high)
		note_range(high, r_high);
}

void
window_forget(void *p, size_t n)
{
	if (likely(heap_in_window(p)))
		return;
	lock_take(&ranges_lock);
	for (unsigned i = 0; i < atomic_load(&nranges); i++)
		cut_range(&ranges[i], (uintptr_t)p, (uintptr_t)p + n);
	lock_give(&ranges_lock);
}

bool
heap_owns(const void *p)
{
	uintptr_t at = (uintptr_t)p;
	unsigned n;

	if (likely(heap_in_window(p)))
		return true;
	if (atomic_load_explicit(&ranges_full, memory_order_relaxed))
		return true;
	n = atomic_load_explicit(&nranges, memory_order_acquire);
	for (unsigned i = 0; i < n; i++)
		if (at >= atomic_load(&ranges[i].low) &&
		    at < atomic_load(&ranges[i].high))
			return true;
	return false;
}

void
window_after_fork_child(void)
{
	lock_reset(&ranges_lock);
}
