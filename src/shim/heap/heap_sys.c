/*
 * heap_sys - jemalloc's system calls: placed, counted, timed.
 */
#include "shim/heap/heap_sys.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "common/base/clock.h"
#include "common/base/sys.h"
#include "shim/heap/heap_room.h"
#include "shim/heap/heap_window.h"

enum { PAGE = 4096 };

struct tally {
	_Atomic uint64_t count, pages, wall_ns, cpu_ns[PAYERS];
};

struct watch {
	uint64_t wall_ns, cpu_ns;
};

static struct tally tallies[HEAP_CALLS];
static _Atomic bool timing;
static __thread enum heap_payer payer;

enum heap_payer
heap_sys_pay(enum heap_payer who)
{
	enum heap_payer before = payer;

	payer = who;
	return before;
}

void
heap_time(bool on)
{
	atomic_store_explicit(&timing, on, memory_order_relaxed);
}

static struct watch
watch_begin(void)
{
	struct watch w = { 0, 0 };

	if (unlikely(atomic_load_explicit(&timing, memory_order_relaxed))) {
		w.cpu_ns = clock_thread_cpu_ns();
		w.wall_ns = clock_ns();
	}
	return w;
}

static void
add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

static void
watch_end(enum heap_call call, size_t n, const struct watch *w)
{
	struct tally *t = &tallies[call];

	add(&t->count, 1);
	add(&t->pages, (n + PAGE - 1) / PAGE);
	if (w->wall_ns == 0)
		return;
	add(&t->wall_ns, clock_ns() - w->wall_ns);
	add(&t->cpu_ns[payer], clock_thread_cpu_ns() - w->cpu_ns);
}

void
heap_calls(struct heap_calls *out)
{
	for (int i = 0; i < HEAP_CALLS; i++) {
		const struct tally *t = &tallies[i];

		out->call[i].count = atomic_load(&t->count);
		out->call[i].pages = atomic_load(&t->pages);
		out->call[i].wall_ns = atomic_load(&t->wall_ns);
		for (int p = 0; p < PAYERS; p++)
			out->call[i].cpu_ns[p] = atomic_load(&t->cpu_ns[p]);
	}
}

void *
heap_sys_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
	struct watch w = watch_begin();
	void *p;

	/* It has a constructor, which starts it all the same, and has to get
	 * the page on which it tries something out. */
	if (n > PAGE && unlikely(heap_is_missing()))
		return MAP_FAILED;
	if (at == NULL)
		p = window_map(n, prot, flags, fd, offset);
	else
		p = sys_mmap(at, n, prot, flags, fd, offset);
	if (sys_failed(p))
		p = MAP_FAILED;
	else
		window_note(p, n);
	/* A fixed mapping without access gives pages back. */
	watch_end((flags & MAP_FIXED) != 0 && prot == PROT_NONE ? CALL_PURGE :
	    CALL_MAP, n, &w);
	return p;
}

int
heap_sys_munmap(void *p, size_t n)
{
	struct watch w = watch_begin();
	int ret;

	window_forget(p, n);
	ret = sys_munmap(p, n);
	watch_end(CALL_UNMAP, n, &w);
	return ret < 0 ? -1 : 0;
}

int
heap_sys_madvise(void *p, size_t n, int advice)
{
	struct watch w;
	int ret;

	if (advice != MADV_DONTNEED && advice != MADV_FREE)
		return sys_madvise(p, n, advice) < 0 ? -1 : 0;
	w = watch_begin();
	ret = sys_madvise(p, n, advice);
	watch_end(CALL_PURGE, n, &w);
	return ret < 0 ? -1 : 0;
}

int
heap_sys_mprotect(void *p, size_t n, int prot)
{
	struct watch w = watch_begin();
	int ret = sys_mprotect(p, n, prot);

	watch_end(CALL_MAP, n, &w);
	return ret < 0 ? -1 : 0;
}

/* The program break stays the host's: all of jemalloc is in the window. */
void *
heap_sys_sbrk(intptr_t by)
{
	return (void *)-1;
}
