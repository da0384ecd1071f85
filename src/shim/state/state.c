/*
 * state - the armed words, the thread's words, and the end of a hook scope.
 */
#include "shim/state/state.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "common/base/lock.h"
#include "common/base/sys.h"

/* Until the constructor has run, everything goes through the cold half. */
_Atomic uint32_t state_armed_alloc = ARMED_BOOT;
_Atomic uint32_t state_armed_wait = ARMED_LAZY;
_Atomic uint64_t state_free_window = WINDOW_CLOSED;
_Atomic uint64_t state_nested_events;

__thread struct tls tls
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

static struct lock lock;	/* both armed words and the window */
static deferred_fn deferred;

/* Both halves run with all signals blocked, so that a handler which arms
 * something cannot meet its own thread's lock. */
static void
take(uint64_t *old_mask)
{
	uint64_t all = UINT64_MAX;

	sys_call4(SYS_rt_sigprocmask, SIG_SETMASK, &all, old_mask,
	    sizeof(all));
	lock_take(&lock);
}

static void
give(const uint64_t *old_mask)
{
	lock_give(&lock);
	sys_call4(SYS_rt_sigprocmask, SIG_SETMASK, old_mask, NULL,
	    sizeof(*old_mask));
}

/* Arming closes the window first and disarming opens it last: a block that was
 * recorded is never freed unseen. */
static void
set_alloc(uint32_t armed)
{
	if (armed != 0)
		atomic_store(&state_free_window, WINDOW_CLOSED);
	atomic_store(&state_armed_alloc, armed);
	if (armed == 0)
		atomic_store(&state_free_window, WINDOW_BASE / WINDOW_SIZE);
}

void
state_arm_alloc(uint32_t set, uint32_t clear)
{
	uint64_t mask = 0;

	take(&mask);
	set_alloc((atomic_load(&state_armed_alloc) & ~clear) | set);
	give(&mask);
}

void
state_arm_wait(uint32_t set, uint32_t clear)
{
	uint64_t mask = 0;

	take(&mask);
	atomic_store(&state_armed_wait,
	    (atomic_load(&state_armed_wait) & ~clear) | set);
	give(&mask);
}

void
state_after_fork_child(void)
{
	lock_reset(&lock);
	set_alloc(atomic_load(&state_armed_alloc));
}

void
state_set_deferred(deferred_fn fn)
{
	__atomic_store_n(&deferred, fn, __ATOMIC_RELEASE);
}

/* A fatal signal arrived inside the scope and its handler only left a note. */
static COLD void
handle_deferred(void)
{
	deferred_fn fn = __atomic_load_n(&deferred, __ATOMIC_ACQUIRE);
	uint32_t sig = __atomic_exchange_n(&tls.pending_signal, 0,
	    __ATOMIC_RELAXED);

	if (fn != NULL && sig != 0)
		fn((int)sig);
}

void
hook_leave(struct hook_scope *scope)
{
	atomic_signal_fence(memory_order_seq_cst);
	tls.inside = 0;
	/* A signal after this store is handled at once, one before it has
	 * left its number. */
	atomic_signal_fence(memory_order_seq_cst);
	if (unlikely(tls.pending_signal != 0))
		handle_deferred();
	errno = scope->saved_errno;
}
