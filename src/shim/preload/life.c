/*
 * life - the last reports, once, on every way out that can be seen.
 *
 * Ways out: the end of exit()'s handlers, quick_exit()'s, _exit(), _Exit(), a
 * fatal signal (signals.c), exec (exec.c).  A raw exit_group system call and
 * SIGKILL cannot be seen; what was written before is what there is.
 *
 * The end can come on any stack: a thread's smallest, a signal stack with room
 * for a handler that does nothing, one that is full.  The reports have a stack
 * of their own.
 */
#include "shim/preload/life.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/clock.h"
#include "common/base/linkmap.h"
#include "common/base/lock.h"
#include "common/base/mem.h"
#include "common/base/sigmask.h"
#include "common/base/sys.h"
#include "shim/alloc/alloctrace.h"
#include "shim/alloc/leakscan.h"
#include "shim/alloc/recorder.h"
#include "shim/gc/gctrace.h"
#include "shim/gc/memstats.h"
#include "shim/heap/heap.h"
#include "shim/preload/boot.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"
#include "shim/state/state.h"

enum { ALIVE, REPORTING, REPORTED };
enum { OWN_STACK = 256 * 1024 };

/* The host's registers that a function which uses all of them saves at its
 * beginning, right below its frame. */
#define SAVE_REGISTERS() __asm__ volatile("" ::: "rbx", "r12", "r13", "r14", \
	"r15", "memory")
#define SAVED_REGISTERS (5 * sizeof(uintptr_t))

/* How long a thread that leaves waits for another one's reports. */
#define PATIENCE_NS (5 * NS_PER_S)

static uint32_t stage = ALIVE;
static _Atomic pid_t mine;		/* the process that reports */
static _Atomic pid_t reporter;		/* the thread that does it */
static bool is_child;			/* made by fork, not by exec */
static char *own_stack;			/* the reporter's; NULL: none */

extern int __cxa_atexit(void (*fn)(void *), void *arg, void *dso);
extern int __cxa_at_quick_exit(void (*fn)(void *), void *dso);

bool
life_is_mine(void)
{
	pid_t pid = atomic_load(&mine);

	return pid != 0 && pid == sys_getpid();
}

/* The figures need jemalloc's locks: a signal that arrived while this thread
 * held one of them leaves these reports out. */
static void
report_heap(void)
{
	if (heap_interrupted()) {
		sink_notice("last", "the signal arrived inside malloc: "
		    "no heap figures at the end");
		return;
	}
	gctrace_final();
	memstats_final();
}

/* No handler of the host's comes in between: it could jump out of here. */
static void
report(enum way_out way)
{
	uint64_t mask;
	struct hook_scope scope;
	bool entered = hook_enter(&scope);

	sigmask_block(&mask);
	if (entered)
		hook_own_work();
	/* A child that was only made to become another program has its
	 * parent's heap: figures of that would be noise. */
	if (way != WAY_EXEC || !is_child)
		report_heap();
	recorder_end(way == WAY_EXEC ? TAPE_EXEC : TAPE_ENDED);
	alloctrace_report(true);
	if (way == WAY_EXEC)
		alloctrace_before_exec();
	sink_flush();
	sink_close();
	sigmask_restore(&mask);
	if (entered)
		hook_leave(&scope);
}

/* Calls report() on the stack that ends at @top. */
static void
report_on(char *top, enum way_out way)
{
	void (*fn)(enum way_out) = report;

	__asm__ volatile("mov %%rsp, %%rbx\n\t"
	    "mov %[top], %%rsp\n\t"
	    "call *%[fn]\n\t"
	    "mov %%rbx, %%rsp"
	    : "+D"(way), [top] "+r"(top), [fn] "+r"(fn) :
	    : "rbx", "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11",
	      "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
	      "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
	      "xmm15", "memory", "cc");
}

/* Another thread is at it: the process must not end before it is done. */
static void
wait_for_reporter(void)
{
	if (atomic_load(&reporter) != sys_gettid())
		futex_wait(&stage, REPORTING, PATIENCE_NS);
}

/* exit() ran in between: what lies in its frames, and libc's below it, is what
 * others left there.  False when the way out of it is not known. */
static bool
scan_from_exit(void)
{
	const struct link_map *libc = linkmap_libc();
	struct stack_regs r;

	if (libc == NULL || !stack_leave((uintptr_t)libc->l_ld, &r))
		return false;

	const uintptr_t word[] = { r.rbx, r.fp, r.r12, r.r13, r.r14, r.r15 };

	leakscan_from(r.sp, word, ARRAY_LEN(word));
	return true;
}

/* What the host has in registers is saved here, and nothing else lies there:
 * a word that nobody wrote may be an old pointer. */
static __attribute__((noinline)) void
report_from_here(enum way_out way)
{
	SAVE_REGISTERS();
	if (alloctrace_scans() && (way != WAY_RETURN || !scan_from_exit()))
		leakscan_from((uintptr_t)__builtin_frame_address(0) -
		    SAVED_REGISTERS, NULL, 0);
	if (own_stack != NULL)
		report_on(own_stack + OWN_STACK, way);
	else
		report(way);
	SAVE_REGISTERS();
}

void
life_end(enum way_out way)
{
	uint32_t is = ALIVE;

	if (!life_is_mine())
		return;
	if (!__atomic_compare_exchange_n(&stage, &is, REPORTING, false,
	    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		if (is == REPORTING)
			wait_for_reporter();
		return;
	}
	atomic_store(&reporter, sys_gettid());
	report_from_here(way);
	__atomic_store_n(&stage, REPORTED, __ATOMIC_RELEASE);
	futex_wake(&stage, INT32_MAX);
	atomic_store(&reporter, 0);
}

void
life_go_on(void)
{
	struct hook_scope scope;

	if (!life_is_mine())
		return;
	recorder_resume();
	sink_reopen();
	if (hook_enter(&scope)) {
		alloctrace_goes_on();
		hook_leave(&scope);
	}
	__atomic_store_n(&stage, ALIVE, __ATOMIC_RELEASE);
}

void
life_stop(void)
{
	life_end(WAY_EXEC);
	atomic_store(&mine, 0);
}

static void
at_exit(void *arg)
{
	heap_at_exit();
	life_end(WAY_RETURN);
}

static void
at_quick_exit(void *arg)
{
	life_end(WAY_QUICK_EXIT);
}

/* libc runs handlers in the reverse order of registration, and the loader's
 * own (which runs every destructor) is registered after constructors ran: ours
 * comes after all of them. */
void
life_begin(void)
{
	atomic_store(&mine, sys_getpid());
	own_stack = mem_reserve(OWN_STACK);
	__cxa_atexit(at_exit, NULL, NULL);
	__cxa_at_quick_exit(at_quick_exit, NULL);
}

void
life_after_fork_child(void)
{
	if (atomic_load(&mine) == 0)
		return;
	is_child = true;
	atomic_store(&mine, sys_getpid());
	atomic_store(&reporter, 0);
	__atomic_store_n(&stage, ALIVE, __ATOMIC_RELEASE);
}
