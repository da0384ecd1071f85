/*
 * fork - the one place that knows the order of locks at fork().
 *
 * libc runs our handlers, then takes its list of open files, then forks.  A
 * thread that flushes all files holds that list while it waits for a file, and
 * the file's owner may wait for an arena: with the arenas taken first the three
 * of them stand still for ever.  So the list is taken here (it may be taken
 * twice by one thread), before jemalloc's locks:
 *
 *   host's handlers, file list, diag thread, sink, jemalloc, [fork], and back.
 *
 * A process with one thread has nobody to wait for and takes no lock of
 * jemalloc's: a handler that interrupted malloc can fork, and the child goes on
 * with the interrupted malloc where the parent's handler returns, too.
 */
#include "shim/preload/fork.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/single_threaded.h>

#include "common/base/clock.h"
#include "common/base/sigmask.h"
#include "shim/alloc/alloctrace.h"
#include "shim/alloc/recorder.h"
#include "shim/gc/gctrace.h"
#include "shim/heap/heap.h"
#include "shim/preload/boot.h"
#include "shim/preload/life.h"
#include "shim/preload/real.h"
#include "shim/preload/runtime.h"
#include "shim/preload/sandbox.h"
#include "shim/preload/signals.h"
#include "shim/sched/pool.h"
#include "shim/sched/sync.h"
#include "shim/sched/thread.h"
#include "shim/schedtrace/schedtrace.h"
#include "shim/serve/change.h"
#include "shim/serve/control.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"
#include "shim/state/state.h"
#include "shim/ticker/ticker.h"

DIAG_EXPORT pid_t fork(void);
DIAG_EXPORT pid_t __fork(void);

/* Public symbols of libc since 2.2.5, in no header any more. */
extern void _IO_list_lock(void);
extern void _IO_list_unlock(void);
extern void _IO_list_resetlock(void);

/* What the forking thread did before; a nested fork (from a handler) cannot
 * come between, as libc serialises its handlers. */
static __thread bool heap_taken, files_taken, ours_taken;

static void
before(void)
{
	files_taken = !__libc_single_threaded;
	if (files_taken)
		_IO_list_lock();
	/* Interrupted inside a hook, this thread may hold them already. */
	ours_taken = boot_is_armed() &&
	    !state_is_inside((uintptr_t)__builtin_frame_address(0));
	if (ours_taken) {
		change_before_fork();
		ticker_before_fork();
		sink_before_fork();
	}
	heap_taken = files_taken && !heap_interrupted();
	if (heap_taken)
		heap_before_fork();
}

static void
in_parent(void)
{
	if (heap_taken)
		heap_after_fork_parent();
	if (ours_taken) {
		sink_after_fork_parent();
		ticker_after_fork_parent();
		change_after_fork_parent();
	}
	if (files_taken)
		_IO_list_unlock();
}

static void
restart_traces(void)
{
	const struct options *opt = boot_options();

	clock_after_fork();
	sink_after_fork_child(opt->prefix != PREFIX_NEVER);
	pool_after_fork_child();
	runtime_after_fork_child();
	/* Before the threads': their records give caches back to it. */
	stack_after_fork();
	thread_after_fork_child();
	sync_after_fork_child();
	alloctrace_after_fork_child();
	recorder_after_fork_child();
	gctrace_after_fork_child();
	schedtrace_after_fork_child();
	life_after_fork_child();
	signals_after_fork_child();
	change_after_fork_child();
	control_after_fork_child();
	ticker_after_fork_child();
}

static void
in_child(void)
{
	if (heap_taken)
		heap_after_fork_child();
	state_after_fork_child();
	if (boot_is_armed())
		restart_traces();
	if (files_taken)
		_IO_list_resetlock();
}

/* With the diag thread there is, libc's own lock at fork is real, and a handler
 * that forks while it interrupted fork() would wait for it for ever; without
 * us the program could have done so.  So no handler runs inside. */
static pid_t
fork_undisturbed(pid_t (*real)(void))
{
	uint64_t mask;
	pid_t pid;

	sigmask_block(&mask);
	pid = real();
	sigmask_restore(&mask);
	return pid;
}

/* The system has no room for one more process: perhaps for the lack of our
 * thread, which the limits count, too. */
static COLD pid_t
fork_without_ours(pid_t (*real)(void))
{
	unsigned tries = 0;
	pid_t pid;

	if (state_is_inside((uintptr_t)__builtin_frame_address(0)) ||
	    !sandbox_step_aside()) {
		errno = EAGAIN;
		return -1;
	}
	do
		pid = fork_undisturbed(real);
	while (pid < 0 && errno == EAGAIN && sandbox_room_may_come(tries++));
	sandbox_come_back(pid != 0);
	return pid;
}

pid_t
fork(void)
{
	static pid_t (*real)(void);
	pid_t pid;

	real_once(real, "fork");
	if (real == NULL) {
		errno = ENOSYS;
		return -1;
	}
	if (!boot_is_armed())
		return real();
	pid = fork_undisturbed(real);
	if (unlikely(pid < 0) && errno == EAGAIN)
		pid = fork_without_ours(real);
	if (pid > 0 && life_is_mine())
		alloctrace_child(pid);
	return pid;
}

pid_t
__fork(void)
{
	return fork();
}

void
fork_start(void)
{
	pthread_atfork(before, in_parent, in_child);
}
