/*
 * jemalloc_api - jemalloc's own interface, bound to the embedded one.
 *
 * A host that is linked to libjemalloc calls these; exporting all of them keeps
 * it on one allocator, with true statistics.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/base/attrs.h"
#include "common/base/sys.h"
#include "shim/alloc/leakscan.h"
#include "shim/heap/heap_room.h"
#include "shim/heap/heap_sys.h"
#include "shim/heap/jem.h"
#include "shim/preload/count.h"
#include "shim/preload/malloc_seen.h"
#include "shim/state/state.h"

DIAG_EXPORT void *mallocx(size_t size, int flags);
DIAG_EXPORT void *rallocx(void *p, size_t size, int flags);
DIAG_EXPORT size_t xallocx(void *p, size_t size, size_t extra, int flags);
DIAG_EXPORT size_t sallocx(const void *p, int flags);
DIAG_EXPORT void dallocx(void *p, int flags);
DIAG_EXPORT void sdallocx(void *p, size_t size, int flags);
DIAG_EXPORT size_t nallocx(size_t size, int flags);
DIAG_EXPORT int mallctl(const char *name, void *old, size_t *old_len,
    void *new_, size_t new_len);
DIAG_EXPORT int mallctlnametomib(const char *name, size_t *mib,
    size_t *mib_len);
DIAG_EXPORT int mallctlbymib(const size_t *mib, size_t mib_len, void *old,
    size_t *old_len, void *new_, size_t new_len);
DIAG_EXPORT void malloc_stats_print(void (*write)(void *, const char *),
    void *arg, const char *opts);

extern DIAG_EXPORT void (*malloc_message)(void *, const char *);

static COLD __attribute__((noinline)) void *
mallocx_seen(size_t size, int flags)
{
	return seen_alloc(&(struct want){
	    .size = size,
	    .flags = flags,
	    .entry = ENTRY_MALLOCX,
	    .from = STACK_ORIGIN(),
	});
}

void *
mallocx(size_t size, int flags)
{
	if (likely(!hook_armed()))
		return jem_mallocx(size, flags);
	return mallocx_seen(size, flags);
}

void *
rallocx(void *p, size_t size, int flags)
{
	if (likely(hook_free_is_plain(p)))
		return jem_rallocx(p, size, flags);
	return seen_resize(p, size, ENTRY_RALLOCX, flags);
}

/* Resizing in place is a free and an allocation at one address. */
static COLD __attribute__((noinline)) size_t
xallocx_seen(void *p, size_t size, size_t extra, int flags)
{
	struct stack_origin from = STACK_ORIGIN();
	struct hook_scope scope;
	struct alloc_moved m;
	size_t before, got;

	if (!hook_enter(&scope))
		return jem_xallocx(p, size, extra, flags);
	before = jem_sallocx(p, 0);
	alloctrace_move_begin(thread_self(), p, &m);
	got = jem_xallocx(p, size, extra, flags);
	alloctrace_move_end(thread_self(), p, got == before ? NULL : p, got,
	    ENTRY_XALLOCX, &from, &m);
	hook_leave(&scope);
	return got;
}

size_t
xallocx(void *p, size_t size, size_t extra, int flags)
{
	if ((atomic_load_explicit(&state_armed_alloc, memory_order_relaxed) &
	    ARMED_TRACE) != 0)
		return xallocx_seen(p, size, extra, flags);
	return jem_xallocx(p, size, extra, flags);
}

size_t
sallocx(const void *p, int flags)
{
	leakscan_rooms();
	return jem_sallocx(p, flags);
}

void
dallocx(void *p, int flags)
{
	if (likely(hook_free_is_plain(p)))
		jem_dallocx(p, flags);
	else
		seen_free(p, ENTRY_DALLOCX, flags);
}

/* The size is a hint: a block of 8 bytes is in the class of 16 here. */
void
sdallocx(void *p, size_t size, int flags)
{
	if (likely(hook_free_is_plain(p)))
		jem_dallocx(p, flags);
	else
		seen_free(p, ENTRY_SDALLOCX, flags);
}

size_t
nallocx(size_t size, int flags)
{
	return jem_nallocx(size, flags);
}

/* Purges and decays that the host asks for are paid as forced ones. */
int
mallctl(const char *name, void *old, size_t *old_len, void *new_,
    size_t new_len)
{
	enum heap_payer before;
	int err;

	if (heap_is_missing())
		return EAGAIN;
	if (strncmp(name, "arena.", 6) != 0)
		return jem_mallctl(name, old, old_len, new_, new_len);
	before = heap_sys_pay(PAYER_FORCED);
	err = jem_mallctl(name, old, old_len, new_, new_len);
	heap_sys_pay(before);
	return err;
}

int
mallctlnametomib(const char *name, size_t *mib, size_t *mib_len)
{
	return heap_is_missing() ? EAGAIN :
	    jem_mallctlnametomib(name, mib, mib_len);
}

int
mallctlbymib(const size_t *mib, size_t mib_len, void *old, size_t *old_len,
    void *new_, size_t new_len)
{
	enum heap_payer before;
	int err;

	if (heap_is_missing())
		return EAGAIN;
	/* Reading and writing values maps nothing and purges nothing. */
	if (old != NULL || new_ != NULL)
		return jem_mallctlbymib(mib, mib_len, old, old_len, new_,
		    new_len);
	before = heap_sys_pay(PAYER_FORCED);
	err = jem_mallctlbymib(mib, mib_len, NULL, NULL, NULL, 0);
	heap_sys_pay(before);
	return err;
}

/* Without a callback the text goes where the host's jemalloc would put it: to
 * its malloc_message, or to descriptor 2. */
static void
print(void *arg, const char *text)
{
	if (malloc_message != NULL)
		malloc_message(arg, text);
	else
		(void)sys_write(2, text, strlen(text));
}

void
malloc_stats_print(void (*write)(void *, const char *), void *arg,
    const char *opts)
{
	if (!heap_is_missing())
		jem_malloc_stats_print(write == NULL ? print : write, arg,
		    opts);
}
