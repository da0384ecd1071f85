/*
 * rss - where the resident memory went: the mappings, by kind.
 */
#include "shim/gc/rss.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/sys.h"
#include "shim/gc/rss_stacks.h"
#include "shim/proc/smaps.h"
#include "shim/state/state.h"
#include "shim/ticker/ticker.h"

enum { PAGE = 4096, QUICK_SHARE = 500, VECTOR = 8192 };

#define QUICK_PERIOD_NS NS_PER_S

/* This library's own image. */
extern const char image_begin[] __asm__("__ehdr_start")
    __attribute__((visibility("hidden")));
extern const char image_end[] __asm__("_end")
    __attribute__((visibility("hidden")));

enum kind { KIND_HEAP, KIND_STACK, KIND_FILE, KIND_DIAG, KIND_OTHER };

/* Where the walk is: a loaded object's data follows its code. */
struct walk {
	struct rss_map map;
	uint64_t code_device, code_inode;	/* of the last code seen */
	uint64_t data_end;	/* end of the last data of that object */
	uint64_t stacks, globals;
};

static struct {
	uint64_t stacks, globals;
	uint64_t next_ns;
	bool known;
} quick;

static bool
is_own(const struct smaps_vma *v)
{
	uint64_t from = (uintptr_t)image_begin, to = (uintptr_t)image_end;

	if (v->start >= MEM_BASE && v->start - MEM_BASE < MEM_SIZE)
		return true;
	return v->start < ((to + PAGE - 1) & ~(uint64_t)(PAGE - 1)) &&
	    v->end > from;
}

static enum kind
kind_of(const struct smaps_vma *v)
{
	if (v->start >= WINDOW_BASE && v->start - WINDOW_BASE < WINDOW_SIZE)
		return KIND_HEAP;
	if (is_own(v))
		return KIND_DIAG;
	if (strcmp(v->name, "[stack]") == 0)
		return KIND_STACK;
	/* The inode of a SysV segment is its id, and the first one's is 0. */
	if (v->inode != 0 || v->shared)
		return KIND_FILE;
	if (v->writable && v->name[0] == '\0' &&
	    rss_stacks_in(v->start, v->end))
		return KIND_STACK;
	return KIND_OTHER;
}

/* The writable data of a loaded object, not of our own: file mappings that
 * follow its code, and the anonymous rest (bss) right behind them. */
static void
see_globals(struct walk *w, const struct smaps_vma *v)
{
	if (v->executable && v->inode != 0) {
		w->code_device = v->device;
		w->code_inode = v->inode;
		w->data_end = 0;
		return;
	}
	if (!v->writable || v->shared || is_own(v))
		return;
	if (v->inode != 0 ? v->inode == w->code_inode &&
	    v->device == w->code_device : v->name[0] == '\0' &&
	    v->start == w->data_end) {
		w->globals += v->end - v->start;
		w->data_end = v->inode != 0 ? v->end : 0;
	}
}

static void
see_resident(void *arg, const struct smaps_vma *v)
{
	struct rss_map *m = &((struct walk *)arg)->map;

	m->total += v->rss;
	m->swapped += v->swap;
	switch (kind_of(v)) {
	case KIND_HEAP:
		m->heap += v->rss;
		break;
	case KIND_STACK:
		m->stacks += v->rss;
		m->stack_space += v->end - v->start;
		break;
	case KIND_FILE:
		m->files += v->rss;
		break;
	case KIND_DIAG:
		m->diag += v->rss;
		break;
	case KIND_OTHER:
		m->other += v->rss;
		break;
	}
}

int
rss_look(struct rss_map *out)
{
	struct walk w = { 0 };
	int err;

	rss_stacks_collect();
	err = smaps_read("/proc/thread-self/smaps", see_resident, &w);
	*out = w.map;
	return err;
}

/* Resident bytes of an anonymous mapping, by mincore(). */
static uint64_t
resident(uint64_t start, uint64_t end)
{
	static unsigned char vector[VECTOR];
	uint64_t pages = 0;

	while (start < end) {
		uint64_t n = MIN(end - start, (uint64_t)VECTOR * PAGE);

		if (sys_call3(SYS_mincore, start, n, vector) != 0)
			break;
		for (uint64_t i = 0; i < n / PAGE; i++)
			pages += vector[i] & 1;
		start += n;
	}
	return pages * PAGE;
}

static void
see_quick(void *arg, const struct smaps_vma *v)
{
	struct walk *w = arg;

	see_globals(w, v);
	if (kind_of(v) != KIND_STACK)
		return;
	w->stacks += resident(v->start, v->end);
}

static void
look_quick(uint64_t now)
{
	uint64_t before = clock_thread_cpu_ns(), cost;
	struct walk w = { 0 };

	rss_stacks_collect();
	if (smaps_read("/proc/thread-self/maps", see_quick, &w) != 0)
		return;
	quick.stacks = rss_stacks_all_known() ? w.stacks : RSS_UNKNOWN;
	quick.globals = w.globals;
	quick.known = true;
	cost = clock_thread_cpu_ns() - before;
	quick.next_ns = now + MAX(QUICK_PERIOD_NS, cost * QUICK_SHARE);
}

void
rss_quick(uint64_t *stacks, uint64_t *globals)
{
	uint64_t now = clock_ns();

	if (ticker_is_me() && now >= quick.next_ns)
		look_quick(now);
	*stacks = quick.known ? quick.stacks : RSS_UNKNOWN;
	*globals = quick.known ? quick.globals : RSS_UNKNOWN;
}
