/*
 * opener - reads files without the host seeing a descriptor.
 */
#include "shim/ticker/opener.h"

#include <linux/futex.h>
#include <linux/sched.h>
#include <stdatomic.h>
#include <stddef.h>

#include "common/base/emulated.h"
#include "common/base/mem.h"
#include "common/base/sigmask.h"
#include "common/base/sys.h"

#define HELPER_STACK (64 * KIB)

/* A thread of this process in all but its descriptors: nobody can wait for it,
   and its times are not those of a child. */
#define HELPER_FLAGS (CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD | \
	CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* The last helpers; who lists the threads between the begin and the end of
   one is told that it is ours. */
#define HELPERS 32

struct job {
	opener_fn work;
	void *arg;
	_Atomic uint32_t runs;	/* the kernel clears it at the helper's end */
};

static _Atomic bool closed;
static _Atomic uint32_t helpers;
static pid_t helper_tid[HELPERS];	/* written by the kernel */

/* What the helper runs; it must not return into our frames. */
static __attribute__((used)) void
helper(struct job *job)
{
	job->work(job->arg);
}

/*
 * Runs the helper on the stack that ends at @top.  The kernel writes its id
 * to @tid before it runs.  Returns the id or a negative errno.
 */
static long
start_helper(struct job *job, void *top, pid_t *tid)
{
	long ret;
	register long flags __asm__("rdi") = HELPER_FLAGS;
	register void *stack __asm__("rsi") = top;
	register pid_t *rdx __asm__("rdx") = tid;
	register _Atomic uint32_t *r10 __asm__("r10") = &job->runs;
	register long r8 __asm__("r8") = 0;
	register struct job *arg __asm__("r12") = job;

	__asm__ volatile(
	    "syscall\n\t"
	    "test %%rax, %%rax\n\t"
	    "jnz 1f\n\t"
	    "xor %%ebp, %%ebp\n\t"
	    "mov %%r12, %%rdi\n\t"
	    "call *%[helper]\n\t"
	    "mov %[exit], %%eax\n\t"
	    "xor %%edi, %%edi\n\t"
	    "syscall\n\t"
	    "ud2\n"
	    "1:"
	    : "=a"(ret)
	    : "0"((long)SYS_clone), "r"(flags), "r"(stack), "r"(rdx),
	      "r"(r10), "r"(r8), "r"(arg), [helper] "b"(helper),
	      [exit] "i"(SYS_exit)
	    : "rcx", "r11", "memory", "cc");
	return ret;
}

/*
 * The helper has ended, and the kernel has forgotten it: a host with one
 * thread has one thread again (unshare and setns ask for that).
 */
static void
wait_for_helper(struct job *job, long tid)
{
	pid_t pid = sys_getpid();

	while (atomic_load(&job->runs) != 0)
		sys_call4(SYS_futex, &job->runs, FUTEX_WAIT, 1, NULL);
	for (int i = 0; i < 10000; i++) {
		if (sys_call3(SYS_tgkill, pid, tid, 0) != 0)
			return;
		sys_call1(SYS_sched_yield, 0);
	}
}

/* Signals wait: a handler must not run in the helper. */
static bool
run_in_helper(struct job *job)
{
	uint32_t nth = atomic_fetch_add(&helpers, 1) % HELPERS;
	uint64_t before;
	char *stack = mem_map(HELPER_STACK);
	long tid;

	if (stack == NULL)
		return false;
	sigmask_block(&before);
	tid = start_helper(job, stack + HELPER_STACK - 16, &helper_tid[nth]);
	if (tid > 0)
		wait_for_helper(job, tid);
	sigmask_restore(&before);
	mem_unmap(stack, HELPER_STACK);
	return tid > 0;
}

bool
opener_is_helper(pid_t tid)
{
	for (size_t i = 0; i < HELPERS; i++) {
		if (__atomic_load_n(&helper_tid[i], __ATOMIC_RELAXED) == tid)
			return true;
	}
	return false;
}

bool
opener_is_closed(void)
{
	return atomic_load_explicit(&closed, memory_order_relaxed);
}

bool
opener_run(opener_fn work, void *arg, bool alone)
{
	struct job job = { work, arg, 1 };

	if (opener_is_closed() || (!alone && emulated()))
		return false;
	if (!alone)
		return run_in_helper(&job);
	work(arg);
	return true;
}

void
opener_close_for_good(void)
{
	atomic_store_explicit(&closed, true, memory_order_relaxed);
}
