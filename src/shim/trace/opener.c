/*
 * opener - reads the symbols of a file without the host seeing a descriptor.
 */
#include "shim/trace/opener.h"

#include <linux/sched.h>
#include <linux/wait.h>
#include <stdatomic.h>

#include "common/base/mem.h"
#include "common/base/sys.h"

/* symbol_open() and what it calls need a few hundred bytes. */
#define HELPER_STACK (64 * KIB)

struct job {
	const char *path;
	struct symbol_file *file;
};

static _Atomic bool closed;

static void
read_file(struct job *job)
{
	int err;
	int fd = sys_open(job->path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    O_NONBLOCK, 0);

	if (fd < 0)
		return;
	job->file = symbol_open(fd, &err);
	sys_close(fd);
}

/* What the helper runs; it must not return into our frames. */
static __attribute__((used)) void
helper(struct job *job)
{
	read_file(job);
}

/*
 * A child that shares our memory on the stack that ends at @top.  The kernel
 * keeps us asleep until it has ended (CLONE_VFORK); it sends no signal when
 * it does, and only a wait that asks for such children sees it.  Returns its
 * pid or a negative errno.
 */
static long
run_helper(struct job *job, void *top)
{
	long ret;
	register long flags __asm__("rdi") = CLONE_VM | CLONE_VFORK;
	register void *stack __asm__("rsi") = top;
	register long rdx __asm__("rdx") = 0;
	register long r10 __asm__("r10") = 0;
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

/* Signals wait: a handler must not run in the helper. */
static void
read_through_helper(struct job *job)
{
	uint64_t all = UINT64_MAX, before = 0;
	char *stack = mem_map(HELPER_STACK);
	long pid;

	if (stack == NULL)
		return;
	sys_call4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof(all));
	pid = run_helper(job, stack + HELPER_STACK - 16);
	if (pid > 0)
		sys_call4(SYS_wait4, pid, NULL, __WCLONE, NULL);
	sys_call4(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof(all));
	mem_unmap(stack, HELPER_STACK);
}

struct symbol_file *
opener_symbols(const char *path, bool alone)
{
	struct job job = { .path = path };

	if (atomic_load_explicit(&closed, memory_order_relaxed))
		return NULL;
	if (alone)
		read_file(&job);
	else
		read_through_helper(&job);
	return job.file;
}

void
opener_close_for_good(void)
{
	atomic_store_explicit(&closed, true, memory_order_relaxed);
}
