/*
 * threads - pthread_create(), thrd_create(), and the calls that rename.
 *
 * The creator makes the new thread's record; the thread takes it in a
 * trampoline that then jumps to the start routine, so that no frame of ours is
 * in its stack.  The end is not watched (see shim/sched/thread.c).
 */
#include "shim/preload/threads.h"

#include <stddef.h>
#include <sys/prctl.h>

#include "shim/preload/sandbox.h"
#include "shim/preload/waits.h"
#include "shim/state/state.h"

/* In two registers, as the trampoline wants them. */
struct start {
	void *(*routine)(void *);
	void *arg;
};

struct start threads_begin(struct thread *t)
    __attribute__((used, visibility("hidden")));
struct start
threads_begin(struct thread *t)
{
	struct start s = {
		.routine = (void *(*)(void *))(uintptr_t)atomic_load(
		    &t->start_routine),
		.arg = t->start_arg,
	};

	thread_begin(t, (enum thread_kind)atomic_load(&t->kind));
	return s;
}

void *threads_trampoline(void *record) __attribute__((visibility("hidden")));
__asm__(
    ".text\n"
    ".balign 16\n"
    ".globl threads_trampoline\n"
    ".hidden threads_trampoline\n"
    ".type threads_trampoline, @function\n"
    "threads_trampoline:\n"
    "	.cfi_startproc\n"
    "	endbr64\n"
    "	subq $8, %rsp\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	call threads_begin\n"
    "	addq $8, %rsp\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	movq %rdx, %rdi\n"
    "	jmp *%rax\n"
    "	.cfi_endproc\n"
    ".size threads_trampoline, . - threads_trampoline\n");

/* The size that a thread with @attr will have; asked in @attr's own terms, or
 * of the defaults. */
static size_t
stack_size_of(const pthread_attr_t *attr)
{
	pthread_attr_t defaults;
	size_t size = 0;

	if (attr != NULL) {
		pthread_attr_getstacksize(attr, &size);
		return size;
	}
	if (pthread_attr_init(&defaults) != 0)
		return 0;
	pthread_attr_getstacksize(&defaults, &size);
	pthread_attr_destroy(&defaults);
	return size;
}

/* While nothing is armed there are no records to be made. */
static bool
nothing_is_armed(void)
{
	return likely(!wait_armed() && !hook_armed());
}

static int
create(pthread_t *th, const pthread_attr_t *attr, void *(*start)(void *),
    void *arg, enum thread_kind kind)
{
	struct thread *t = thread_expect(start, arg, stack_size_of(attr));

	/* Without a record the thread makes its own when it needs one. */
	if (t == NULL)
		return waits_real.create(th, attr, start, arg);
	atomic_store(&t->kind, kind);

	int r = waits_real.create(th, attr, threads_trampoline, t);

	if (r != 0)
		thread_cancel(t);
	return r;
}

DIAG_EXPORT int
pthread_create(pthread_t *th, const pthread_attr_t *attr,
    void *(*start)(void *), void *arg)
{
	if (nothing_is_armed())
		return waits_real.create(th, attr, start, arg);
	waits_begin(CALLED_OUTSIDE_HANDLERS);
	return create(th, attr, start, arg, THREAD_HOST);
}

/* The start routine of C11 returns an int: in the register where libc looks
 * for one, since the trampoline only jumps. */
DIAG_EXPORT int
thrd_create(thrd_t *th, thrd_start_t start, void *arg)
{
	if (nothing_is_armed())
		return waits_real.c11_create(th, start, arg);
	waits_begin(CALLED_OUTSIDE_HANDLERS);

	struct thread *t = thread_expect((void *(*)(void *))(void *)start,
	    arg, stack_size_of(NULL));

	if (t == NULL)
		return waits_real.c11_create(th, start, arg);

	int r = waits_real.c11_create(th,
	    (thrd_start_t)(void *)threads_trampoline, t);

	if (r != thrd_success)
		thread_cancel(t);
	return r;
}

int
threads_create_real(void *thread, const void *attr, void *(*start)(void *),
    void *arg)
{
	waits_resolve();
	return waits_real.create(thread, attr, start, arg);
}

int
threads_create_background(void *thread, const void *attr,
    void *(*start)(void *), void *arg)
{
	waits_resolve();
	return create(thread, attr, start, arg, THREAD_BACKGROUND);
}

/* A thread's record keeps a copy of its name while allocations are traced. */
DIAG_EXPORT int
pthread_setname_np(pthread_t th, const char *name)
{
	if (nothing_is_armed())
		return waits_real.setname(th, name);
	waits_begin(CALLED_OUTSIDE_HANDLERS);

	int r = waits_real.setname(th, name);

	if (r == 0)
		thread_renamed((uint64_t)th);
	return r;
}

/* Variadic in the header; see hot_syscall(). */
DIAG_EXPORT int threads_prctl(int option, unsigned long a, unsigned long b,
    unsigned long c, unsigned long d) __asm__("prctl");
int
threads_prctl(int option, unsigned long a, unsigned long b, unsigned long c,
    unsigned long d)
{
	if (nothing_is_armed())
		return waits_real.prctl(option, a, b, c, d);
	waits_begin(CALLED_ANYWHERE);

	if (option == PR_SET_SECCOMP)
		sandbox_enter_seccomp();

	int r = waits_real.prctl(option, a, b, c, d);

	if (option == PR_SET_NAME && r == 0)
		thread_renamed(0);
	return r;
}
