/*
 * given - sums of what lies in other threads' TLS.
 */
#include "shim/sched/given.h"

#include <pthread.h>

#include "common/base/sys.h"

/* The owner's count is to be read where it lies; is being added to the sum;
 * is part of the sum. */
enum { LIVES, LEAVES, LEFT };

enum { TRIES = 64 };

static intptr_t given_at;		/* 0: nothing is summed up */
static _Atomic uint64_t nobodys;	/* of ended threads without a record */
static _Atomic bool lost;

void
given_start(intptr_t at)
{
	given_at = at;
}

static uint64_t
own_count(void)
{
	const _Atomic uint64_t *at = (const void *)((const char *)
	    (uintptr_t)pthread_self() + given_at);

	return atomic_load_explicit(at, memory_order_relaxed);
}

/* A handler that comes in between, and is given something, adds first. */
static void
add_new(_Atomic uint64_t *sum)
{
	uint64_t n = own_count();

	n -= atomic_exchange_explicit(&tls.given, n, memory_order_relaxed);
	atomic_fetch_add_explicit(sum, n, memory_order_relaxed);
}

void
given_end(void)
{
	struct thread *t = tls.thread;

	if (given_at == 0)
		return;
	tls.dead = true;
	tls.counts = NULL;
	if (t == NULL) {
		add_new(&nobodys);
		return;
	}
	if (atomic_load_explicit(&t->given_state, memory_order_relaxed) ==
	    LIVES)
		atomic_store(&t->given_state, LEAVES);
	add_new(&t->given);
	atomic_store_explicit(&t->given_state, LEFT, memory_order_release);
}

static uint64_t
handle_of(const struct thread *t)
{
	return atomic_load_explicit(&t->handle, memory_order_relaxed);
}

/* What the owner's own count is at its place; 0 where there is no thread. */
static bool
copy_count(const struct thread *t, uint64_t *n)
{
	uint64_t handle = handle_of(t);

	*n = 0;
	return handle == 0 || sys_copy(n, (uintptr_t)handle +
	    (uintptr_t)given_at, sizeof(*n));
}

bool
given_copy(const struct thread *t, intptr_t at, void *out, size_t bytes)
{
	uint64_t handle = handle_of(t);

	return handle != 0 && atomic_load(&t->given_state) == LIVES &&
	    sys_copy(out, (uintptr_t)handle + (uintptr_t)at, bytes);
}

/* Went without a word; what it had for TLS may be another thread's now. */
static bool
is_lost(const struct thread *t)
{
	pid_t tid = atomic_load(&t->tid);

	return tid != 0 && thread_is_gone(sys_getpid(), tid) &&
	    atomic_load(&t->nalloc) != t->began;
}

/* True when nothing changed while it was read. */
static bool
read_once(struct thread *t, uint64_t *bytes)
{
	uint32_t generation = atomic_load(&t->generation);
	uint32_t state = atomic_load(&t->given_state);
	uint64_t sum = atomic_load(&t->given), own = 0;

	if (state == LEAVES || (state == LIVES &&
	    (!copy_count(t, &own) || is_lost(t))))
		return false;
	*bytes = sum + own;
	atomic_thread_fence(memory_order_acquire);
	return atomic_load(&t->generation) == generation &&
	    atomic_load(&t->given_state) == state &&
	    (state == LEFT || atomic_load(&t->given) == sum);
}

static bool
read_record(struct thread *t, uint64_t *bytes)
{
	for (int i = 0; i < TRIES; i++) {
		if (read_once(t, bytes))
			return true;
		sys_call1(SYS_sched_yield, 0);
	}
	return false;
}

bool
given_sum(uint64_t *bytes)
{
	uint32_t limit = thread_limit();
	uint64_t n;

	*bytes = atomic_load(&nobodys);
	for (uint32_t i = 0; i < limit; i++) {
		struct thread *t = thread_at(i);

		if (t == NULL)
			continue;
		if (!read_record(t, &n))
			return false;
		*bytes += n;
	}
	return given_at != 0 && !atomic_load(&lost);
}

/* One that has counted no block was given none. */
void
given_lose(struct thread *t)
{
	if (given_at != 0 && atomic_load(&t->given_state) != LEFT &&
	    atomic_load(&t->nalloc) != t->began)
		atomic_store(&lost, true);
}

void
given_keep(struct thread *t)
{
	uint64_t n;

	if (given_at == 0 || atomic_load(&t->given_state) == LEFT)
		return;
	if (atomic_load(&t->given_state) == LIVES && copy_count(t, &n))
		atomic_fetch_add(&t->given, n);
	else
		atomic_store(&lost, true);
}

void
given_forget(struct thread *t)
{
	t->began = atomic_load(&t->nalloc);
	atomic_store(&t->given_state, LIVES);
}
