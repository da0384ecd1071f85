/*
 * lost - events that are not in the trace, and why.
 */
#include "shim/alloc/lost.h"

#include <stdatomic.h>

#include "shim/sink/sink.h"

static const char *const why_text[LOSTS] = {
	[LOST_NESTED] = "a signal handler interrupted the tracer",
	[LOST_ROOM] = "too little of the stack was left",
	[LOST_MEMORY] = "no memory for them",
	[LOST_FOREIGN] = "outside of the heap's address window",
};

static _Atomic uint64_t lost[LOSTS];
static _Atomic uint64_t told[LOSTS];

void
lost_add(enum lost why, uint64_t n)
{
	atomic_fetch_add_explicit(&lost[why], n, memory_order_relaxed);
}

uint64_t
lost_count(void)
{
	uint64_t n = 0;

	for (int i = 0; i < LOSTS; i++)
		n += atomic_load_explicit(&lost[i], memory_order_relaxed);
	return n;
}

void
lost_tell(void)
{
	for (int i = 0; i < LOSTS; i++) {
		uint64_t n = atomic_load(&lost[i]);

		if (n == atomic_exchange(&told[i], n))
			continue;
		sink_say("%llu event%s not traced: %s",
		    (unsigned long long)n, n == 1 ? "" : "s", why_text[i]);
	}
}

void
lost_after_fork_child(void)
{
	for (int i = 0; i < LOSTS; i++) {
		atomic_store(&lost[i], 0);
		atomic_store(&told[i], 0);
	}
}
