/*
 * waits - the waiting calls of libc, announced in the thread's record.
 *
 * While nothing is armed a call costs one load, one branch and a jump.  The
 * cold halves announce the wait and make the real call; they change neither
 * its result, nor errno, nor where the thread can be cancelled.
 *
 * Memory   static.
 * Threads  the slots are filled before ARMED_LAZY is cleared.
 * Fork     nothing to do; the first wait in a child starts its ticker.
 */
#ifndef DIAG_PRELOAD_WAITS_H
#define DIAG_PRELOAD_WAITS_H

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "shim/preload/waits_table.h"
#include "shim/sched/sync.h"
#include "shim/sched/thread.h"

/* The definitions that the host would have had without us. */
struct waits_real {
#define X(result, name, version, slot, params, args, kind, object) \
	result (*slot)(params);
	WAITS_ALL(X)
#undef X
	int (*pause)(void);
	int (*sched_yield)(void);
	void (*c11_yield)(void);
	long (*syscall)(long, long, long, long, long, long, long);
	int (*rdlock_try)(pthread_rwlock_t *);
	int (*wrlock_try)(pthread_rwlock_t *);
	int (*spin_lock_try)(pthread_spinlock_t *);
	int (*cond_init)(pthread_cond_t *, const pthread_condattr_t *);
	int (*cond_destroy)(pthread_cond_t *);
	int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
	    void *);
	int (*c11_create)(thrd_t *, thrd_start_t, void *);
	int (*setname)(pthread_t, const char *);
	int (*prctl)(int, unsigned long, unsigned long, unsigned long,
	    unsigned long);
};
extern struct waits_real waits_real __attribute__((visibility("hidden")));

/* The cold halves. */
#define X(result, name, version, slot, params, args, kind, object) \
	COLD result slot##_seen(const void *caller, params);
WAITS_ALL(X)
#undef X
COLD int pause_seen(const void *caller);
COLD int sched_yield_seen(const void *caller);
COLD void c11_yield_seen(const void *caller);
COLD long syscall_seen(long nr, long a, long b, long c, long d, long e,
    long f);

/* Mutexes that are neither robust nor concerned with priorities: trying first
 * and then locking does what locking does. */
SIGNAL_SAFE static ALWAYS_INLINE bool
waits_is_simple(const pthread_mutex_t *m)
{
	enum { ROBUST = 16, INHERIT = 32, PROTECT = 64 };

	return (m->__data.__kind & (ROBUST | INHERIT | PROTECT)) == 0;
}

/* Where a call is allowed to be made. */
enum waits_where { CALLED_ANYWHERE, CALLED_OUTSIDE_HANDLERS };

/* Looks the real functions up when that has not happened.  Runs in our
 * constructor, or in the first call of a constructor that runs before ours. */
void waits_resolve(void);

/* What every cold half does first: looks the real functions up when that has
 * not happened, and starts a forked child's ticker where the host could create
 * a thread.  True when waits are to be announced. */
bool waits_begin(enum waits_where where);

/* One announced wait.  The cleanup handler ends it when the thread is
 * cancelled in the real call, or leaves it by a handler's longjmp(). */
struct waits_scope {
	struct thread *thread;
	struct wait_copy outer;
	struct sync_scope sync;
	struct _pthread_cleanup_buffer cleanup;
};
void waits_enter(struct waits_scope *s, const struct wait_news *news);
void waits_leave(struct waits_scope *s);

/* The same for calls that are left by returning only. */
void waits_enter_lock(struct waits_scope *s, const struct wait_news *news);
void waits_leave_lock(struct waits_scope *s);

#endif
