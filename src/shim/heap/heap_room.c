/*
 * heap_room - trying out whether there is room.
 */
#include "shim/heap/heap_room.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "common/base/sys.h"
#include "shim/heap/heap_lock.h"
#include "shim/heap/jem.h"
#include "shim/heap/sanitizer.h"

/* Some arenas, and what the host will need beside them. */
#define ROOM_NEEDED (32 * MIB)
/* An arena, aligned, its first blocks, and a cache from the first arena. */
#define ROOM_OF_THREAD (12 * MIB)

enum { NOT_ASKED, THERE, MISSING };

static _Atomic int answer;
static const char *_Atomic sanitizer;
static struct heap_lock beginning;	/* a thread takes its arena */
static __thread bool begun;		/* this one has, or does */

static COLD bool
is_room(size_t n)
{
	void *p = sys_mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (sys_failed(p))
		return false;
	sys_munmap(p, n);
	return true;
}

static COLD bool
ask(void)
{
	const char *found = sanitizer_find();
	int none = NOT_ASKED, mine = found == NULL && is_room(ROOM_NEEDED) ?
	    THERE : MISSING;

	atomic_store(&sanitizer, found);
	if (atomic_compare_exchange_strong(&answer, &none, mine))
		none = mine;
	return none == MISSING;
}

bool
heap_is_missing(void)
{
	int is = atomic_load_explicit(&answer, memory_order_relaxed);

	return likely(is == THERE) ? false : is == MISSING || ask();
}

const char *
heap_sanitizer(void)
{
	return heap_is_missing() ? atomic_load(&sanitizer) : NULL;
}

static bool
is_limited(int what)
{
	struct rlimit limit;

	return sys_call4(SYS_prlimit64, 0, what, NULL, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY;
}

/* Two that begin at once could take the room for one.  Nobody waits: without
 * an arena a thread asks again with its next block. */
static COLD void *
begin_where_room_is(void *tsd)
{
	bool mine = heap_lock_try(&beginning) == 0;

	begun = mine && is_room(ROOM_OF_THREAD);
	tsd = jem_tsd_fetch_slow(tsd, !begun);
	if (mine)
		heap_lock_give(&beginning);
	return tsd;
}

void *
heap_room_tsd(void *tsd, bool minimal)
{
	if (likely(begun) || minimal)
		return jem_tsd_fetch_slow(tsd, minimal);
	/* A signal handler that comes from here on finds it begun. */
	begun = true;
	if (likely(!is_limited(RLIMIT_AS) && !is_limited(RLIMIT_DATA)))
		return jem_tsd_fetch_slow(tsd, false);
	return begin_where_room_is(tsd);
}

void
heap_room_forked(void)
{
	heap_lock_init(&beginning, NULL);
}
