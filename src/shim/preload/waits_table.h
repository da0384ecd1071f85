/*
 * waits_table - every waiting call that we stand in front of, once.
 *
 * A row is: result, name, version (NULL: the default one), the name's slot in
 * struct waits_real, parameters, arguments, and what the thread is said to
 * wait for: kind and object.  WAITS_PLAIN rows need nothing else; they can be
 * left by cancellation or by a handler's longjmp().  So can WAITS_COND rows,
 * whose mutex is @m, and WAITS_SEM rows.  WAITS_SAFE rows may be
 * called in signal handlers, too.  WAITS_SPECIAL rows have cold halves of
 * their own, in waits_lock.c and waits_more.c; WAITS_LOCKS rows have their own
 * hot halves, too.
 *
 * A pointer argument of a system call is never looked into: where the kernel
 * answers EFAULT, so do we.  A call with a timeout of 0 is not a wait.
 *
 * Memory   none.
 * Threads  none.
 * Fork     none.
 */
#ifndef DIAG_PRELOAD_WAITS_TABLE_H
#define DIAG_PRELOAD_WAITS_TABLE_H

#define P(...) __VA_ARGS__
#define A(...) __VA_ARGS__
#define OBJECT(x) ((uint64_t)(uintptr_t)(x))

#define WAITS_COND(X)							\
X(int, pthread_cond_wait, "GLIBC_2.3.2", cond_wait,			\
    P(pthread_cond_t *c, pthread_mutex_t *m), A(c, m),			\
    WAIT_COND, OBJECT(c))						\
X(int, pthread_cond_timedwait, "GLIBC_2.3.2", cond_timedwait,		\
    P(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *at),\
    A(c, m, at), WAIT_COND, OBJECT(c))					\
X(int, pthread_cond_clockwait, NULL, cond_clockwait,			\
    P(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock,		\
    const struct timespec *at), A(c, m, clock, at),			\
    WAIT_COND, OBJECT(c))						\
X(int, cnd_wait, NULL, c11_cond_wait, P(cnd_t *c, mtx_t *m), A(c, m),	\
    WAIT_COND, OBJECT(c))						\
X(int, cnd_timedwait, NULL, c11_cond_timedwait,				\
    P(cnd_t *c, mtx_t *m, const struct timespec *at), A(c, m, at),	\
    WAIT_COND, OBJECT(c))

#define WAITS_SEM(X)							\
X(int, sem_wait, NULL, sem_wait, P(sem_t *s), A(s),			\
    WAIT_SEM, OBJECT(s))						\
X(int, sem_timedwait, NULL, sem_timedwait,				\
    P(sem_t *s, const struct timespec *at), A(s, at),			\
    WAIT_SEM, OBJECT(s))						\
X(int, sem_clockwait, NULL, sem_clockwait,				\
    P(sem_t *s, clockid_t clock, const struct timespec *at),		\
    A(s, clock, at), WAIT_SEM, OBJECT(s))

#define WAITS_PLAIN(X)							\
X(int, pthread_barrier_wait, NULL, barrier_wait,			\
    P(pthread_barrier_t *b), A(b), WAIT_BARRIER, OBJECT(b))		\
X(int, pthread_join, NULL, join, P(pthread_t th, void **value),	\
    A(th, value), WAIT_JOIN, OBJECT(th))				\
X(int, pthread_timedjoin_np, NULL, timedjoin,				\
    P(pthread_t th, void **value, const struct timespec *at),		\
    A(th, value, at), WAIT_JOIN, OBJECT(th))				\
X(int, pthread_clockjoin_np, NULL, clockjoin,				\
    P(pthread_t th, void **value, clockid_t clock,			\
    const struct timespec *at), A(th, value, clock, at),		\
    WAIT_JOIN, OBJECT(th))						\
X(int, thrd_join, NULL, c11_join, P(thrd_t th, int *value),		\
    A(th, value), WAIT_JOIN, OBJECT(th))				\
X(int, thrd_sleep, NULL, c11_sleep,					\
    P(const struct timespec *d, struct timespec *left), A(d, left),	\
    WAIT_SLEEP, 0)							\
X(int, usleep, NULL, usleep, P(useconds_t us), A(us),			\
    us == 0 ? WAIT_RUN : WAIT_SLEEP, 0)					\
X(int, epoll_wait, NULL, epoll_wait,					\
    P(int fd, struct epoll_event *ev, int max, int ms),			\
    A(fd, ev, max, ms), ms == 0 ? WAIT_RUN : WAIT_EPOLL, (unsigned)fd)	\
X(int, epoll_pwait, NULL, epoll_pwait,					\
    P(int fd, struct epoll_event *ev, int max, int ms,			\
    const sigset_t *mask), A(fd, ev, max, ms, mask),			\
    ms == 0 ? WAIT_RUN : WAIT_EPOLL, (unsigned)fd)			\
X(int, epoll_pwait2, NULL, epoll_pwait2,				\
    P(int fd, struct epoll_event *ev, int max,				\
    const struct timespec *left, const sigset_t *mask),			\
    A(fd, ev, max, left, mask), WAIT_EPOLL, (unsigned)fd)		\
X(int, sigwait, NULL, sigwait, P(const sigset_t *set, int *sig),	\
    A(set, sig), WAIT_SIGNAL, 0)					\
X(int, sigwaitinfo, NULL, sigwaitinfo,					\
    P(const sigset_t *set, siginfo_t *info), A(set, info),		\
    WAIT_SIGNAL, 0)							\
X(int, sigtimedwait, NULL, sigtimedwait,				\
    P(const sigset_t *set, siginfo_t *info, const struct timespec *d),	\
    A(set, info, d), WAIT_SIGNAL, 0)

#define WAITS_SAFE(X)							\
X(int, nanosleep, NULL, nanosleep,					\
    P(const struct timespec *d, struct timespec *left), A(d, left),	\
    WAIT_SLEEP, 0)							\
X(int, clock_nanosleep, NULL, clock_nanosleep,				\
    P(clockid_t clock, int flags, const struct timespec *d,		\
    struct timespec *left), A(clock, flags, d, left),			\
    WAIT_SLEEP, 0)							\
X(unsigned, sleep, NULL, sleep, P(unsigned s), A(s),			\
    s == 0 ? WAIT_RUN : WAIT_SLEEP, 0)					\
X(int, poll, NULL, poll, P(struct pollfd *p, nfds_t n, int ms),	\
    A(p, n, ms), ms == 0 ? WAIT_RUN : WAIT_POLL, n)			\
X(int, ppoll, NULL, ppoll,						\
    P(struct pollfd *p, nfds_t n, const struct timespec *left,		\
    const sigset_t *mask), A(p, n, left, mask), WAIT_POLL, n)		\
X(int, __poll_chk, NULL, poll_chk,					\
    P(struct pollfd *p, nfds_t n, int ms, size_t room),			\
    A(p, n, ms, room), ms == 0 ? WAIT_RUN : WAIT_POLL, n)		\
X(int, __ppoll_chk, NULL, ppoll_chk,					\
    P(struct pollfd *p, nfds_t n, const struct timespec *left,		\
    const sigset_t *mask, size_t room), A(p, n, left, mask, room),	\
    WAIT_POLL, n)							\
X(int, select, NULL, select,						\
    P(int n, fd_set *rd, fd_set *wr, fd_set *ex,			\
    struct timeval *left),						\
    A(n, rd, wr, ex, left), WAIT_SELECT, (unsigned)n)			\
X(int, pselect, NULL, pselect,						\
    P(int n, fd_set *rd, fd_set *wr, fd_set *ex,			\
    const struct timespec *left, const sigset_t *mask),			\
    A(n, rd, wr, ex, left, mask), WAIT_SELECT, (unsigned)n)		\
X(int, accept, NULL, accept,						\
    P(int fd, struct sockaddr *sa, socklen_t *len), A(fd, sa, len),	\
    WAIT_ACCEPT, (unsigned)fd)						\
X(int, accept4, NULL, accept4,						\
    P(int fd, struct sockaddr *sa, socklen_t *len, int flags),		\
    A(fd, sa, len, flags), WAIT_ACCEPT, (unsigned)fd)			\
X(pid_t, wait, NULL, wait, P(int *status), A(status), WAIT_CHILD, 0)	\
X(pid_t, waitpid, NULL, waitpid,					\
    P(pid_t pid, int *status, int flags), A(pid, status, flags),	\
    flags & WNOHANG ? WAIT_RUN : WAIT_CHILD, pid > 0 ? OBJECT(pid) : 0)	\
X(pid_t, wait3, NULL, wait3,						\
    P(int *status, int flags, struct rusage *ru), A(status, flags, ru),	\
    flags & WNOHANG ? WAIT_RUN : WAIT_CHILD, 0)				\
X(pid_t, wait4, NULL, wait4,						\
    P(pid_t pid, int *status, int flags, struct rusage *ru),		\
    A(pid, status, flags, ru),						\
    flags & WNOHANG ? WAIT_RUN : WAIT_CHILD, pid > 0 ? OBJECT(pid) : 0)	\
X(int, waitid, NULL, waitid,						\
    P(idtype_t type, id_t id, siginfo_t *info, int flags),		\
    A(type, id, info, flags),						\
    flags & WNOHANG ? WAIT_RUN : WAIT_CHILD,				\
    type == P_PID ? (uint64_t)id : 0)					\
X(int, sigsuspend, NULL, sigsuspend, P(const sigset_t *mask), A(mask),	\
    WAIT_SIGNAL, 0)

#define WAITS_LOCKS(X)							\
X(int, pthread_mutex_lock, NULL, mutex_lock,				\
    P(pthread_mutex_t *m), A(m), WAIT_MUTEX, OBJECT(m))			\
X(int, pthread_rwlock_rdlock, NULL, rdlock,				\
    P(pthread_rwlock_t *l), A(l), WAIT_RWLOCK, OBJECT(l))		\
X(int, pthread_rwlock_wrlock, NULL, wrlock,				\
    P(pthread_rwlock_t *l), A(l), WAIT_RWLOCK, OBJECT(l))		\
X(int, pthread_spin_lock, NULL, spin_lock,				\
    P(pthread_spinlock_t *l), A(l), WAIT_SPIN, OBJECT(l))

/* These do not wait, but what they take may be a gate's. */
#define WAITS_TRY(X)							\
X(int, pthread_mutex_trylock, NULL, mutex_trylock,			\
    P(pthread_mutex_t *m), A(m), , )					\
X(int, mtx_trylock, NULL, c11_mutex_trylock, P(mtx_t *m), A(m), , )	\
X(int, sem_trywait, NULL, sem_trywait, P(sem_t *s), A(s), , )

#define WAITS_TIMED_LOCKS(X)						\
X(int, pthread_mutex_timedlock, NULL, mutex_timedlock,			\
    P(pthread_mutex_t *m, const struct timespec *at), A(m, at),		\
    WAIT_MUTEX, OBJECT(m))						\
X(int, pthread_mutex_clocklock, NULL, mutex_clocklock,			\
    P(pthread_mutex_t *m, clockid_t clock, const struct timespec *at),	\
    A(m, clock, at), WAIT_MUTEX, OBJECT(m))				\
X(int, mtx_lock, NULL, c11_mutex_lock, P(mtx_t *m), A(m),		\
    WAIT_MUTEX, OBJECT(m))						\
X(int, mtx_timedlock, NULL, c11_mutex_timedlock,			\
    P(mtx_t *m, const struct timespec *at), A(m, at),			\
    WAIT_MUTEX, OBJECT(m))						\
X(int, pthread_rwlock_timedrdlock, NULL, timedrdlock,			\
    P(pthread_rwlock_t *l, const struct timespec *at), A(l, at),	\
    WAIT_RWLOCK, OBJECT(l))						\
X(int, pthread_rwlock_timedwrlock, NULL, timedwrlock,			\
    P(pthread_rwlock_t *l, const struct timespec *at), A(l, at),	\
    WAIT_RWLOCK, OBJECT(l))						\
X(int, pthread_rwlock_clockrdlock, NULL, clockrdlock,			\
    P(pthread_rwlock_t *l, clockid_t clock, const struct timespec *at),	\
    A(l, clock, at), WAIT_RWLOCK, OBJECT(l))				\
X(int, pthread_rwlock_clockwrlock, NULL, clockwrlock,			\
    P(pthread_rwlock_t *l, clockid_t clock, const struct timespec *at),	\
    A(l, clock, at), WAIT_RWLOCK, OBJECT(l))

#define WAITS_SPECIAL(X) WAITS_LOCKS(X) WAITS_TIMED_LOCKS(X)

/* These do not wait: what ends others' waits. */
#define WAITS_SIGNAL(X)							\
X(int, pthread_cond_signal, "GLIBC_2.3.2", cond_signal,			\
    P(pthread_cond_t *c), A(c), , )					\
X(int, pthread_cond_broadcast, "GLIBC_2.3.2", cond_broadcast,		\
    P(pthread_cond_t *c), A(c), , )					\
X(int, cnd_signal, NULL, c11_cond_signal, P(cnd_t *c), A(c), , )	\
X(int, cnd_broadcast, NULL, c11_cond_broadcast,				\
    P(cnd_t *c), A(c), , )						\
X(int, sem_post, NULL, sem_post, P(sem_t *s), A(s), , )

#define WAITS_ALL(X)							\
	WAITS_COND(X)							\
	WAITS_SEM(X)							\
	WAITS_PLAIN(X)							\
	WAITS_SAFE(X)							\
	WAITS_SPECIAL(X)						\
	WAITS_TRY(X)							\
	WAITS_SIGNAL(X)

#endif
