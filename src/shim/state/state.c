/*
 * state - the armed words, the thread's words, and the end of a hook scope.
 */
#include "shim/state/state.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "common/base/lock.h"
#include "common/base/sys.h"

/* Side by side, and away from jemalloc's own words, which are written. */
#define HOT_WORD __attribute__((section(".data.hot")))

/* No thread's bytes with this added are below a limit, nor more than a word. */
#define SIZE_ARMED (1ull << 62)

/* Until the constructor has run, everything goes through the cold half. */
HOT_WORD _Atomic uint32_t state_armed_alloc = ARMED_BOOT;
HOT_WORD _Atomic uint32_t state_armed_wait = ARMED_LAZY;
HOT_WORD _Atomic uint64_t state_free_window = WINDOW_CLOSED;
HOT_WORD _Atomic uint64_t state_sizes[STATE_SIZES] = {
	[0 ... STATE_SIZES - 1] = SIZE_ARMED,
};
HOT_WORD _Atomic uint32_t state_new_armed_alloc = ARMED_BOOT;
HOT_WORD _Atomic uint64_t state_new_free_window = WINDOW_CLOSED;
HOT_WORD _Atomic uint64_t state_new_sizes[STATE_SIZES] = {
	[0 ... STATE_SIZES - 1] = SIZE_ARMED,
};

/* What one family of functions looks at. */
struct path {
	_Atomic uint32_t *armed;
	_Atomic uint64_t *window, *sizes;
};
static const struct path of_malloc = {
	&state_armed_alloc, &state_free_window, state_sizes,
}, of_new = {
	&state_new_armed_alloc, &state_new_free_window, state_new_sizes,
};

__thread struct tls tls
    __attribute__((tls_model("initial-exec"), visibility("hidden"))) = {
	.low_water = UINTPTR_MAX,
};

static struct lock lock;	/* both armed words and the window */
static deferred_fn deferred;
static const size_t *sizes;	/* jemalloc's; NULL: not known yet */
static const struct hook_helpers *helpers;

/* How much deeper the first thread may go until its limit is asked for. */
enum { LOOK_AGAIN = 64 * 1024 };

static void
set_sizes(const struct path *p, bool armed)
{
	for (int i = 0; sizes != NULL && i < STATE_SIZES; i++)
		atomic_store_explicit(&p->sizes[i], armed ? SIZE_ARMED :
		    sizes[i], memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

void
state_know_sizes(const size_t table[STATE_SIZES])
{
	sizes = table;
}

/* Arming closes the window first and disarming opens it last: a block that was
 * recorded is never freed unseen. */
static void
set_path(const struct path *p, uint32_t armed)
{
	if (armed != 0) {
		set_sizes(p, true);
		atomic_store(p->window, WINDOW_CLOSED);
	}
	atomic_store(p->armed, armed);
	if (armed == 0) {
		atomic_store(p->window, WINDOW_BASE / WINDOW_SIZE);
		set_sizes(p, false);
	}
}

static void
set_alloc(uint32_t armed)
{
	set_path(&of_malloc, armed & ~(uint32_t)ARMED_OPERATORS);
	set_path(&of_new, armed);
}

void
state_arm_alloc(uint32_t set, uint32_t clear)
{
	uint64_t mask = 0;

	/* A handler which arms something cannot meet its own thread's lock. */
	lock_take_masked(&lock, 0, &mask);
	set_alloc((atomic_load(&state_new_armed_alloc) & ~clear) | set);
	lock_give_masked(&lock, &mask);
}

void
state_arm_wait(uint32_t set, uint32_t clear)
{
	uint64_t mask = 0;

	lock_take_masked(&lock, 0, &mask);
	atomic_store(&state_armed_wait,
	    (atomic_load(&state_armed_wait) & ~clear) | set);
	lock_give_masked(&lock, &mask);
}

void
state_after_fork_child(void)
{
	lock_reset(&lock);
	set_alloc(atomic_load(&state_new_armed_alloc));
}

void
state_set_deferred(deferred_fn fn)
{
	__atomic_store_n(&deferred, fn, __ATOMIC_RELEASE);
}

void
state_handle_deferred(void)
{
	deferred_fn fn = __atomic_load_n(&deferred, __ATOMIC_ACQUIRE);
	uint32_t sig = __atomic_exchange_n(&tls.pending_signal, 0,
	    __ATOMIC_RELAXED);

	if (fn != NULL && sig != 0)
		fn((int)sig);
}

void
state_set_helpers(const struct hook_helpers *h)
{
	__atomic_store_n(&helpers, h, __ATOMIC_RELEASE);
}

static bool
lies_in(uintptr_t at, uintptr_t low, uintptr_t high)
{
	return at >= low && at < high;
}

/* True when the scope at @was can be one that no living frame has: @at is the
 * place of a living one.  On one stack, what is deeper than a living frame is
 * none; elsewhere, what lived may live still, for a handler can switch between
 * stacks (a scheduler of coroutines).  It looks at what may be no scope any
 * more, which a sanitizer need not mind. */
__attribute__((no_sanitize("address", "undefined", "thread")))
static bool
is_left(const struct hook_helpers *h, uintptr_t was, uintptr_t at)
{
	uintptr_t low, high, other;
	stack_t ss = { 0 };

	sys_call2(SYS_sigaltstack, NULL, &ss);
	other = (uintptr_t)ss.ss_sp;
	if ((ss.ss_flags & SS_DISABLE) == 0 && lies_in(at, other,
	    other + ss.ss_size)) {
		low = other;
		high = other + ss.ss_size;
	} else if (!h->stack(at, &low, &high)) {
		return false;
	} else if ((ss.ss_flags & SS_DISABLE) == 0 &&
	    lies_in(was, other, other + ss.ss_size)) {
		return true;
	}
	if (!lies_in(was, low, high))
		return false;
	return was <= at || ((const struct hook_scope *)was)->alive != was;
}

/* What was left half done; afterwards the thread is in no scope. */
static void
mend(const struct hook_helpers *h)
{
	h->mend();
	atomic_signal_fence(memory_order_seq_cst);
	tls.inside = 0;
}

static bool
is_inside(const struct hook_helpers *h, uintptr_t at)
{
	if (tls.inside == 0)
		return false;
	if (h == NULL || tls.inside != INSIDE_HOOK ||
	    !is_left(h, (uintptr_t)tls.scope, at))
		return true;
	mend(h);
	return false;
}

bool
state_is_left(uintptr_t was, uintptr_t at)
{
	const struct hook_helpers *h = __atomic_load_n(&helpers,
	    __ATOMIC_ACQUIRE);

	return h != NULL && is_left(h, was, at);
}

bool
state_is_inside(uintptr_t sp)
{
	return is_inside(__atomic_load_n(&helpers, __ATOMIC_ACQUIRE), sp);
}

/* The signal stack, and that of a coroutine, are the host's to measure. */
static bool
has_room(const struct hook_helpers *h, uintptr_t at)
{
	uintptr_t low, high;

	if (!h->stack(at, &low, &high))
		return true;
	if (at - low < HOOK_ROOM)
		return false;
	low += HOOK_ROOM;
	tls.low_water = at - low > LOOK_AGAIN ? at - LOOK_AGAIN : low;
	return true;
}

bool
state_may_enter(struct hook_scope *scope)
{
	const struct hook_helpers *h = __atomic_load_n(&helpers,
	    __ATOMIC_ACQUIRE);
	uintptr_t at = (uintptr_t)scope;

	if (tls.ours || is_inside(h, at))
		return false;
	return h == NULL || at >= tls.low_water || has_room(h, at);
}
