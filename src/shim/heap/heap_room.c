/*
 * heap_room - whether there is room for jemalloc at all.
 */
#include "shim/heap/heap_room.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "common/base/sys.h"

/* Some arenas, and what the host will need beside them. */
#define ROOM_NEEDED (32 * MIB)

enum { NOT_ASKED, THERE, MISSING };

static _Atomic int answer;

static COLD bool
ask(void)
{
	void *p = sys_mmap(NULL, ROOM_NEEDED, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int none = NOT_ASKED, mine = sys_failed(p) ? MISSING : THERE;

	if (mine == THERE)
		sys_munmap(p, ROOM_NEEDED);
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
