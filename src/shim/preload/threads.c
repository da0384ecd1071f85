/*
 * threads - pthread_create(), thrd_create(), and the calls that rename.
 *
 * The creator makes the new thread's record; the thread takes it in a
 * trampoline that then jumps to the start routine, so that no frame of ours is
 * in its stack.  The end is not watched (see shim/sched/thread.c), but while
 * schedtrace is on: then threads may be tasks (adapt_async.h).
 */
#include "shim/preload/threads.h"

#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "shim/preload/adapt_async.h"
#include "shim/preload/runtime.h"
#include "shim/preload/sandbox.h"
#include "shim/preload/waits.h"
#include "shim/state/state.h"
#include "shim/tasks/stackscan.h"

/* In two registers, as the trampoline wants them. */
struct start {
	void *(*routine)(void *);
	void *arg;
};

struct start threads_begin(struct thread *t, uintptr_t returns_to)
    __attribute__((used, visibility("hidden")));
struct start
threads_begin(struct thread *t, uintptr_t returns_to)
{
	struct start s = {
		.routine = (void *(*)(void *))(uintptr_t)atomic_load(
		    &t->start_routine),
		.arg = t->start_arg,
	};

	thread_begin(t, (enum thread_kind)atomic_load(&t->kind));
	runtime_thread_begins((const void *)(uintptr_t)s.routine, s.arg);
	if (t->watched)
		async_begins((const void *)(uintptr_t)s.routine, s.arg,
		    t->task_stamp);
	stackscan_root(returns_to);
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
    "	movq 8(%rsp), %rsi\n"
    "	call threads_begin\n"
    "	addq $8, %rsp\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	movq %rdx, %rdi\n"
    "	jmp *%rax\n"
    "	.cfi_endproc\n"
    ".size threads_trampoline, . - threads_trampoline\n");

/* The same for a thread whose end is watched: there is a frame of ours below
 * the start routine, which comes back to us when it returns. */
void *threads_watched_trampoline(void *record)
    __attribute__((visibility("hidden")));
__asm__(
    ".text\n"
    ".balign 16\n"
    ".globl threads_watched_trampoline\n"
    ".hidden threads_watched_trampoline\n"
    ".type threads_watched_trampoline, @function\n"
    "threads_watched_trampoline:\n"
    "	.cfi_startproc\n"
    "	endbr64\n"
    "	subq $8, %rsp\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	leaq 1f(%rip), %rsi\n"
    "	call threads_begin\n"
    "	movq %rdx, %rdi\n"
    "	call *%rax\n"
    "1:	movq %rax, (%rsp)\n"
    "	call async_ends\n"
    "	movq (%rsp), %rax\n"
    "	addq $8, %rsp\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	ret\n"
    "	.cfi_endproc\n"
    ".size threads_watched_trampoline, . - threads_watched_trampoline\n");

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

typedef void *(*trampoline_fn)(void *);

/* How the thread of @t will begin.  While pools are wanted it may turn out to
 * be one of many that have a single task each. */
static trampoline_fn
trampoline_for(struct thread *t, enum thread_kind kind)
{
	t->watched = kind == THREAD_HOST && pool_is_armed() &&
	    tls.inside == 0;
	t->task_stamp = 0;
	if (!t->watched)
		return threads_trampoline;
	atomic_store(&t->functor, async_type((const void *)(uintptr_t)
	    atomic_load(&t->start_routine), t->start_arg));
	t->task_stamp = async_created((const void *)(uintptr_t)
	    atomic_load(&t->start_routine), t->start_arg);
	return threads_watched_trampoline;
}

static void
not_created(struct thread *t)
{
	if (t->watched)
		async_failed((const void *)(uintptr_t)
		    atomic_load(&t->start_routine), t->start_arg,
		    t->task_stamp);
	thread_cancel(t);
}

/* While nothing is armed there are no records to be made. */
static bool
nothing_is_armed(void)
{
	return likely(!wait_armed() && !hook_armed());
}

/* The system has no room for one more thread: perhaps for the lack of ours. */
static COLD int
create_without_ours(pthread_t *th, const pthread_attr_t *attr,
    void *(*start)(void *), void *arg)
{
	unsigned tries = 0;
	int r = EAGAIN;

	if (sandbox_step_aside()) {
		do
			r = waits_real.create(th, attr, start, arg);
		while (r == EAGAIN && sandbox_room_may_come(tries++));
		sandbox_come_back(true);
	}
	return r;
}

static int
create_really(pthread_t *th, const pthread_attr_t *attr,
    void *(*start)(void *), void *arg)
{
	int r = waits_real.create(th, attr, start, arg);

	return likely(r != EAGAIN) ? r :
	    create_without_ours(th, attr, start, arg);
}

static int
create(pthread_t *th, const pthread_attr_t *attr, void *(*start)(void *),
    void *arg, enum thread_kind kind)
{
	struct thread *t = thread_expect(start, arg, stack_size_of(attr));

	/* Without a record the thread makes its own when it needs one. */
	if (t == NULL)
		return create_really(th, attr, start, arg);
	atomic_store(&t->kind, kind);
	runtime_thread_created((const void *)(uintptr_t)start, arg);

	int r = create_really(th, attr, trampoline_for(t, kind), t);

	if (r != 0)
		not_created(t);
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

/* No room is an error like any other here: only another try can tell. */
static int
create_c11(thrd_t *th, thrd_start_t start, void *arg)
{
	int r = waits_real.c11_create(th, start, arg);
	unsigned tries = 0;

	if (likely(r != thrd_error) || !sandbox_step_aside())
		return r;
	do
		r = waits_real.c11_create(th, start, arg);
	while (r == thrd_error && sandbox_room_may_come(tries++));
	sandbox_come_back(true);
	return r;
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
		return create_c11(th, start, arg);

	int r = create_c11(th,
	    (thrd_start_t)(void *)trampoline_for(t, THREAD_HOST), t);

	if (r != thrd_success)
		not_created(t);
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
	if (option == PR_SET_SECCOMP)
		sandbox_before_prctl(a, b);
	if (nothing_is_armed())
		return waits_real.prctl(option, a, b, c, d);
	waits_begin(CALLED_ANYWHERE);

	int r = waits_real.prctl(option, a, b, c, d);

	if (option == PR_SET_NAME && r == 0)
		thread_renamed(0);
	return r;
}
