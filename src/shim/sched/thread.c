/*
 * thread - the lives of thread records.
 *
 * The end of a thread is not announced: destructors of thread-specific data
 * run in an order nobody controls, and all of them may still allocate.  The
 * kernel knows when a thread is gone, and it is asked when records run out,
 * not before: a process with fewer than 256 threads in its life never asks.
 */
#include "shim/sched/thread.h"

#include <errno.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/resource.h>

#include "common/base/clock.h"
#include "common/base/lock.h"
#include "common/base/sys.h"
#include "shim/sched/given.h"
#include "shim/sched/slab.h"

enum { RELEASE_MAX = 4 };

/* What @found says of a record that thread_found() made: its thread may take
 * it over; its thread has another one. */
enum { FOUND = 1, FOUND_DOUBLE };

static struct lock reaping;
static _Atomic pid_t home;	/* the process these records are of */
static _Atomic uint32_t found_waiting;	/* records with @found set */
static _Atomic uint64_t created, ended;
static thread_release_fn _Atomic release_fns[RELEASE_MAX];

static _Atomic uint32_t tid_at;

void
thread_tid_is_at(uint32_t offset)
{
	atomic_store(&tid_at, offset);
}

pid_t
thread_own_tid(void)
{
	uint64_t at = atomic_load_explicit(&tid_at, memory_order_relaxed);
	pid_t tid = 0;

	if (at != 0)
		__asm__ volatile("movl %%fs:(%1), %0" : "=r"(tid) : "r"(at));
	return tid > 0 ? tid : sys_gettid();
}

void
thread_on_release(thread_release_fn fn)
{
	for (unsigned i = 0; i < RELEASE_MAX; i++) {
		thread_release_fn none = NULL;

		if (atomic_compare_exchange_strong(&release_fns[i], &none,
		    fn) || none == fn)
			return;
	}
}

/* Empties a record whose thread is gone, or never was.  The counters stay. */
static void
clear(struct thread *t)
{
	for (unsigned i = 0; i < RELEASE_MAX; i++) {
		thread_release_fn fn = atomic_load(&release_fns[i]);

		if (fn != NULL)
			fn(t);
	}
	if (atomic_exchange(&t->found, 0) == FOUND)
		atomic_fetch_sub(&found_waiting, 1);
	t->start_arg = NULL;
	t->stack_size = 0;
	t->stack_low = t->stack_high = 0;
	thread_drop_stack_cache(t);
	t->trace_private = NULL;
	given_forget(t);
	atomic_store(&t->name_known, 0);
	atomic_store(&t->wait.kind, WAIT_RUN);
	atomic_fetch_and(&t->wait.seq, ~1u);
	work_reset(&t->work);
	t->futex = (struct futexlock_use){ 0 };
	atomic_store(&t->handle, 0);
	atomic_store(&t->start_routine, 0);
	atomic_store(&t->functor, 0);
	atomic_store(&t->tid, 0);
	atomic_store(&t->over, 0);
	atomic_store(&t->creator_tid, 0);
	atomic_fetch_add(&t->generation, 1);
	atomic_store_explicit(&t->kind, THREAD_FREE, memory_order_release);
}

bool
thread_is_gone(pid_t pid, pid_t tid)
{
	return sys_call3(SYS_tgkill, pid, tid, 0) == -ESRCH;
}

unsigned
thread_reap(void)
{
	pid_t pid = sys_getpid();
	unsigned n = 0;
	uint64_t mask;

	/* A raw clone of this process shares or copies the records, and for
	 * it none of these threads exists. */
	if (pid != atomic_load(&home) ||
	    !lock_take_masked(&reaping, LOCK_IF_FREE, &mask))
		return 0;
	for (uint32_t i = slab_limit(); i-- > 0;) {
		struct thread *t = slab_at(i);

		if (t == NULL || atomic_load(&t->kind) == THREAD_FREE)
			continue;

		pid_t tid = atomic_load(&t->tid);

		if (tid == 0 || !thread_is_gone(pid, tid))
			continue;
		given_lose(t);
		clear(t);
		slab_put(t);
		n++;
	}
	lock_give_masked(&reaping, &mask);
	atomic_fetch_add(&ended, n);
	return n;
}

/* Gives back @t, unless it changed hands since @generation was read.  One that
 * was given to a thread which has not begun is that thread's alone.  What was
 * a second record of a thread is counted nowhere. */
static void
forget(struct thread *t, uint32_t generation, bool second)
{
	uint64_t mask;

	if (!lock_take_masked(&reaping, LOCK_IF_FREE, &mask))
		return;
	if (atomic_load(&t->generation) == generation &&
	    atomic_load(&t->kind) != THREAD_FREE &&
	    atomic_load(&t->tid) != 0) {
		clear(t);
		slab_put(t);
		if (second)
			atomic_fetch_sub(&created, 1);
		else
			atomic_fetch_add(&ended, 1);
	}
	lock_give_masked(&reaping, &mask);
}

/* Gives back @t, a second record of thread @tid; others may do so, too, and it
 * may be somebody else's by now.  A reaper that is at work is not waited for:
 * then it goes when two records of one thread are met. */
static void
forget_second(struct thread *t, pid_t tid)
{
	uint32_t generation = atomic_load(&t->generation);

	if (atomic_load(&t->tid) == tid)
		forget(t, generation, true);
}

/* True when of two records with one id it is @a that goes. */
static bool
goes_first(const struct thread *a, const struct thread *b)
{
	bool found = atomic_load(&a->found) != 0;

	if (found != (atomic_load(&b->found) != 0))
		return found;
	return atomic_load(&a->born_ns) <= atomic_load(&b->born_ns);
}

struct thread *
thread_keep_one(struct thread *a, struct thread *b, pid_t tid)
{
	uint32_t of_a = atomic_load(&a->generation);
	uint32_t of_b = atomic_load(&b->generation);
	bool a_goes = goes_first(a, b);
	bool found = atomic_load(a_goes ? &a->found : &b->found) != 0;

	/* One of them may have been given back before it was looked at. */
	if (atomic_load(&a->tid) != tid)
		return b;
	if (atomic_load(&b->tid) != tid)
		return a;
	if (a_goes)
		forget(a, of_a, found);
	else
		forget(b, of_b, found);
	return a_goes ? b : a;
}

/* A record, by the cheapest way there is.  Threads are looked for among the
 * dead only when the slabs are full, and a poor harvest maps the next slab, so
 * the cost of looking is a constant per thread. */
static struct thread *
take(void)
{
	struct thread *t = slab_take();

	if (t != NULL)
		return t;
	if (slab_limit() >= slab_room() && thread_reap() > slab_room() / 4)
		t = slab_take();
	return t != NULL ? t : slab_new();
}

struct thread *
thread_expect(void *(*start)(void *), void *arg, size_t stack_size)
{
	struct thread *t = take();

	if (t == NULL)
		return NULL;
	t->start_arg = arg;
	t->stack_size = stack_size;
	atomic_store(&t->start_routine, (uint64_t)(uintptr_t)start);
	atomic_store(&t->creator_tid, thread_own_tid());
	atomic_store(&t->born_ns, clock_ns());
	atomic_store_explicit(&t->kind, THREAD_HOST, memory_order_release);
	return t;
}

/* libc puts a thread's control block at the top of its stack, the caller's own
 * stacks included. */
static void
note_stack(struct thread *t)
{
	if (t->stack_size == 0)
		return;
	t->stack_high = (uintptr_t)pthread_self();
	t->stack_low = t->stack_high - t->stack_size;
}

/* The first thread's stack ends below the random bytes that the kernel put
 * above the arguments, and can grow down to its limit. */
static void
note_first_stack(struct thread *t)
{
	enum { AS_GOOD_AS_ENDLESS = 1 << 30 };
	struct rlimit lim = { .rlim_cur = RLIM_INFINITY };

	sys_call4(SYS_prlimit64, 0, RLIMIT_STACK, 0, &lim);
	if (lim.rlim_cur > AS_GOOD_AS_ENDLESS)
		lim.rlim_cur = AS_GOOD_AS_ENDLESS;
	t->stack_high = (uintptr_t)getauxval(AT_RANDOM) & ~(uintptr_t)15;
	if (t->stack_high > lim.rlim_cur)
		t->stack_low = t->stack_high - lim.rlim_cur;
}

/* The record of thread @tid that thread_found() made and nobody has taken over,
 * other than @not; the caller's from here on, and marked as @now. */
static struct thread *
take_found(pid_t tid, const struct thread *not, uint32_t now)
{
	if (atomic_load(&found_waiting) == 0)
		return NULL;
	for (uint32_t i = slab_limit(); i-- > 0;) {
		struct thread *t = slab_at(i);
		uint32_t found = FOUND;

		if (t == NULL || t == not || atomic_load(&t->tid) != tid ||
		    !atomic_compare_exchange_strong(&t->found, &found, now))
			continue;
		atomic_fetch_sub(&found_waiting, 1);
		return t;
	}
	return NULL;
}

/* Gives back the record that was found of thread @tid, which has another: the
 * diag thread may have seen the thread before it had said that @own is its
 * own. */
static void
drop_found(pid_t tid, const struct thread *own)
{
	struct thread *found = take_found(tid, own, FOUND_DOUBLE);

	if (found != NULL)
		forget_second(found, tid);
}

bool
thread_own_stack(uintptr_t at, uintptr_t *low, uintptr_t *high)
{
	struct thread *t = tls.thread;

	if (t == NULL || t->stack_low == 0 || at >= t->stack_high ||
	    at < t->stack_low)
		return false;
	/* The limit can have been changed meanwhile. */
	if (t->stack_size == 0)
		note_first_stack(t);
	*low = t->stack_low;
	*high = t->stack_high;
	return at >= *low;
}

void
thread_begin(struct thread *t, enum thread_kind kind)
{
	struct thread *early = tls.thread;

	/* The way to the thread's id leads through our own wrappers, and who
	 * asks for a record there has to find this one. */
	tls.thread = t;
	tls.counts = NULL;	/* they may be those of another record */
	atomic_store(&t->handle, (uint64_t)(uintptr_t)pthread_self());
	note_stack(t);
	atomic_store(&t->born_ns, clock_ns());
	atomic_store(&t->kind, kind);
	atomic_store(&t->tid, thread_own_tid());
	atomic_fetch_add(&created, 1);
	/* A signal that arrived before us has made another record. */
	if (early != NULL && early != t)
		forget_second(early, atomic_load(&t->tid));
	drop_found(atomic_load(&t->tid), t);
}

void
thread_cancel(struct thread *t)
{
	clear(t);
	slab_put(t);
}

static void
announce(struct thread *t, pid_t tid)
{
	bool first = tid == atomic_load(&home);

	atomic_store(&t->born_ns, first ? clock_start_ns() : clock_ns());
	atomic_store(&t->tid, tid);
	atomic_store_explicit(&t->kind,
	    tls.ours ? THREAD_OURS : THREAD_HOST, memory_order_release);
	atomic_fetch_add(&created, 1);
}

/* True when a record other than @t is thread @tid's. */
static bool
has_other(pid_t tid, const struct thread *t)
{
	for (uint32_t i = slab_limit(); i-- > 0;) {
		const struct thread *o = slab_at(i);

		if (o != NULL && o != t && atomic_load(&o->tid) == tid)
			return true;
	}
	return false;
}

struct thread *
thread_found(pid_t tid)
{
	struct thread *t = take();

	if (t == NULL)
		return NULL;
	atomic_fetch_add(&found_waiting, 1);
	announce(t, tid);
	atomic_store_explicit(&t->kind, THREAD_HOST, memory_order_release);
	atomic_store(&t->found, FOUND);
	/* A thread that began meanwhile either sees this record or is seen
	 * here; whichever it is, one of the two is given back. */
	if (!has_other(tid, t))
		return t;
	drop_found(tid, NULL);
	return NULL;
}

struct thread *
thread_make(void)
{
	pid_t none = 0;
	pid_t pid = sys_getpid();

	atomic_compare_exchange_strong(&home, &none, pid);

	pid_t tid = thread_own_tid();

	/* That may have made one on its way. */
	if (tls.thread != NULL)
		return tls.thread;

	struct thread *t = take_found(tid, NULL, 0);

	if (t == NULL) {
		t = take();
		if (t == NULL)
			return NULL;
		announce(t, tid);
		drop_found(tid, t);
	}
	atomic_store(&t->handle, (uint64_t)(uintptr_t)pthread_self());
	if (tid == pid)
		note_first_stack(t);
	/* A handler that interrupted us here may have made one too; it has
	 * been used already, so it is the one that counts. */
	atomic_signal_fence(memory_order_seq_cst);
	if (tls.thread == NULL)
		tls.thread = t;
	else if (tls.thread != t)
		forget_second(t, tid);
	return tls.thread;
}

void
thread_lives(uint64_t *began, uint64_t *gone)
{
	*gone = atomic_load(&ended);
	*began = atomic_load(&created);
}

void
thread_after_fork_child(void)
{
	struct thread *self = tls.thread;

	lock_reset(&reaping);
	atomic_store(&home, sys_getpid());
	for (uint32_t i = slab_limit(); i-- > 0;) {
		struct thread *t = slab_at(i);

		if (t != NULL && t != self &&
		    atomic_load(&t->kind) != THREAD_FREE) {
			given_keep(t);
			clear(t);
		}
	}
	slab_after_fork_child();
	atomic_store(&ended, 0);
	atomic_store(&created, self != NULL);
	if (self == NULL)
		return;
	atomic_store(&self->tid, sys_gettid());
	atomic_store(&self->creator_tid, 0);
	atomic_store(&self->born_ns, clock_ns());
	atomic_store(&self->wait.kind, WAIT_RUN);
	atomic_fetch_and(&self->wait.seq, ~1u);
}
