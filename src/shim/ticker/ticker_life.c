/*
 * ticker_life - how the ticker starts, stops, and goes through a fork.
 */
#include "shim/ticker/ticker.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>

#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/lock.h"
#include "common/base/mem.h"
#include "common/base/sigmask.h"
#include "common/base/sys.h"
#include "shim/sched/thread.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"
#include "shim/ticker/ticker_state.h"

enum {
	SIGNAL_CANCEL = 32,	/* libc's own two signals: setuid() waits for */
	SIGNAL_SETXID = 33,	/* every thread to answer the second */
};

/* A user who may have fewer processes than this may have few. */
enum { CROWD = 256 };

#define ROOM (16 * MIB)
#define STOP_PATIENCE_NS NS_PER_S
#define STOP_POLL_NS (20 * NS_PER_US)

static struct ticker_state *const t = &ticker_state;
static _Atomic(ticker_create_fn) create;

/* Libc's count of threads */

static uint32_t *counted;	/* its variable; NULL when not found */

/* It is part of what libc shows to debuggers, with a description of its own
 * beside it: the size in bits, how many, the offset. */
static void
find_count(void)
{
	const uint32_t *description = dlvsym(RTLD_DEFAULT,
	    "_thread_db___nptl_nthreads", "GLIBC_PRIVATE");
	uint32_t *count = dlvsym(RTLD_DEFAULT, "__nptl_nthreads",
	    "GLIBC_PRIVATE");

	if (description != NULL && description[0] == 32 && count != NULL &&
	    *count < INT32_MAX)
		counted = count;
}

void
ticker_uncount(void)
{
	if (counted != NULL)
		__atomic_fetch_sub(counted, 1, __ATOMIC_SEQ_CST);
}

bool
ticker_recount(void)
{
	uint32_t n;

	if (counted == NULL)
		return true;
	/* At 0 the last host thread is running the exit handlers.  Being
	 * counted again would make us the last one, and run them twice. */
	n = __atomic_load_n(counted, __ATOMIC_SEQ_CST);
	while (n != 0 && !__atomic_compare_exchange_n(counted, &n, n + 1,
	    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	return n != 0;
}

/* Starting and stopping */

void
ticker_set_create(ticker_create_fn fn)
{
	atomic_store(&create, fn);
	find_count();
}

/* Jemalloc makes an arena for each new thread, and does not survive it when
 * there is no memory for one. */
static bool
has_room(void)
{
	void *p = mem_map(ROOM);

	if (p == NULL)
		return false;
	mem_unmap(p, ROOM);
	return true;
}

/* Makes the thread with every signal blocked but libc's own two, on the
 * smallest stack libc accepts from us (static TLS counts against it). */
static int
make_thread(struct thread *record)
{
	static const size_t sizes[] = { 128 * KIB, 512 * KIB, 4 * MIB };
	uint64_t before;
	ticker_create_fn fn = atomic_load(&create);
	pthread_attr_t attr;
	pthread_t thread;
	int err = EINVAL;

	if (!has_room())
		return -ENOMEM;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigmask_block_but(SIGMASK(SIGNAL_CANCEL) | SIGMASK(SIGNAL_SETXID),
	    &before);
	for (size_t i = 0; err == EINVAL && i < ARRAY_LEN(sizes); i++) {
		pthread_attr_setstacksize(&attr, sizes[i]);
		err = fn(&thread, &attr, ticker_live, record);
	}
	/* The first thread of a process has libc unblock this one, which the
	 * host may have inherited blocked, in the creator: once only. */
	before &= ~SIGMASK(SIGNAL_SETXID);
	sigmask_restore(&before);
	pthread_attr_destroy(&attr);
	return -err;
}

static void
pause_ns(uint64_t ns)
{
	struct timespec ts = { .tv_nsec = (long)ns };

	sys_call2(SYS_nanosleep, &ts, NULL);
}

static bool
has_work(void)
{
	for (int i = 0; i < TICKER_JOBS; i++)
		if (t->job[i].fn != NULL)
			return true;
	return sink_gathers() || atomic_load(&t->on_poke) != NULL;
}

/* Under the lock.  Waits until the thread has settled, so that its number and
 * its descriptor table are facts when ticker_start() returns. */
static int
start_thread(void)
{
	struct hook_scope scope;
	struct thread *record;
	bool entered = hook_enter(&scope);
	int err;

	if (entered)
		hook_own_work();	/* what libc allocates for it */
	record = thread_expect(ticker_live, NULL, 0);
	atomic_store(&t->stop, 0);
	__atomic_store_n(&t->refused, 0, __ATOMIC_SEQ_CST);
	err = make_thread(record);
	if (err != 0 && record != NULL)
		thread_cancel(record);
	if (entered)
		hook_leave(&scope);
	while (err == 0 && ticker_tid() == 0) {
		err = __atomic_load_n(&t->refused, __ATOMIC_SEQ_CST);
		if (err == 0)
			futex_wait(&t->tid, 0, 10 * NS_PER_MS);
	}
	return err;
}

int
ticker_start(void)
{
	int err = 0;

	lock_take(&t->lock);
	if (ticker_tid() == 0 && has_work()) {
		err = atomic_load(&create) == NULL ? -ENOSYS : start_thread();
		t->wanted = err == 0;
	}
	lock_give(&t->lock);
	if (err != 0)
		sink_notice("ticker", "no thread of our own, so no periodic "
		    "lines: %s", err_name(-err));
	return err;
}

bool
ticker_stop(void)
{
	pid_t tid = ticker_tid();
	uint64_t end = clock_ns() + STOP_PATIENCE_NS;

	if (tid == 0 || ticker_is_me())
		return tid == 0;
	atomic_store(&t->stop, 1);
	ticker_ring();
	/* Not "has it returned" but "has the kernel forgotten it": unshare() of
	 * a user namespace counts the kernel's threads. */
	while (sys_call3(SYS_tgkill, sys_getpid(), tid, 0) == 0) {
		if (clock_ns() > end)
			return false;
		pause_ns(STOP_POLL_NS);
	}
	lock_take(&t->lock);
	if (ticker_tid() == tid) {
		__atomic_store_n(&t->tid, 0, __ATOMIC_SEQ_CST);
		atomic_fetch_add(&t->past_cpu_ns,
		    atomic_exchange(&t->cpu_ns, 0));
	}
	lock_give(&t->lock);
	return true;
}

bool
ticker_is_me(void)
{
	return tls.ours;
}

bool
ticker_runs(void)
{
	return ticker_tid() != 0 && atomic_load(&t->stop) == 0;
}

pid_t
ticker_tid(void)
{
	return (pid_t)__atomic_load_n(&t->tid, __ATOMIC_SEQ_CST);
}

uint64_t
ticker_cpu_ns(void)
{
	return atomic_load(&t->past_cpu_ns) + atomic_load(&t->cpu_ns);
}

/* Fork */

/* Where a user may have few processes, a child's thread could take the place of
 * its parent's next child; only its own steps aside for a process. */
static bool
may_crowd(void)
{
	struct rlimit room;

	if (sys_call4(SYS_prlimit64, 0, RLIMIT_NPROC, NULL, &room) != 0 ||
	    room.rlim_cur >= CROWD)
		return false;
	sink_notice("ticker.room", "a forked child has no thread of our own, "
	    "so no periodic lines: its user may have only %llu processes",
	    (unsigned long long)room.rlim_cur);
	return true;
}

void
ticker_need(void)
{
	if ((atomic_load_explicit(&state_armed_wait, memory_order_relaxed) &
	    ARMED_CHILD) == 0)
		return;
	state_arm_wait(0, ARMED_CHILD);
	if (!may_crowd())
		ticker_start();
}

void
ticker_before_fork(void)
{
	lock_take(&t->lock);
}

void
ticker_after_fork_parent(void)
{
	lock_give(&t->lock);
}

void
ticker_after_fork_child(void)
{
	lock_reset(&t->lock);
	lock_reset(&t->asking);
	t->question.fn = NULL;
	__atomic_store_n(&t->tid, 0, __ATOMIC_SEQ_CST);
	t->outlived = false;
	atomic_store(&t->stop, 0);
	atomic_store(&t->cpu_ns, 0);
	atomic_store(&t->past_cpu_ns, 0);
	for (int i = 0; i < TICKER_JOBS; i++) {
		struct ticker_job *j = &t->job[i];

		if (j->fn == NULL)
			continue;
		j->next_ns = ticker_deadline(clock_ns(), j->period_ns);
		j->first_ns = j->next_ns;
		j->cpu_ns = 0;
	}
	if (t->wanted)
		state_arm_wait(ARMED_CHILD, 0);
}
