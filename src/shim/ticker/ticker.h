/*
 * ticker - the one periodic thread, "diag".
 *
 * It exists only while something is armed that needs it.  All signals are
 * blocked in it, its descriptor table is its own (sink_adopt_thread), and its
 * jobs run at absolute deadlines: multiples of their period since the process
 * started.  A late run does not shift the next one, and runs that were missed
 * are not made up for.
 *
 * The thread is a real one of libc's, made with the pthread_create() that
 * ticker_set_create() was given (not our wrapper), detached, so that a host
 * that becomes multi-threaded by it keeps its locks right.
 *
 * The budget is 1 % of one CPU for all jobs together.  The ticker measures
 * each job's CPU time; a job asks ticker_budget_ns() how much it may use in a
 * run and looks at less, or less often, when that is not enough.
 *
 * A process whose main thread left by pthread_exit() ends when its last host
 * thread ends, and that thread runs the exit handlers.  So the ticker takes
 * itself out of libc's count of threads (a variable that libc shows to
 * debuggers).  Where threads end without libc (a raw exit system call), the
 * ticker notices within a second that it is alone, and ends in a way that
 * leaves the exit status as it was.
 *
 * Memory   a small stack (mapped by pthread_create), a static table.
 * Threads  jobs run on the ticker alone; everything else may be called by any
 *          thread that could call pthread_create().
 * Fork     the child has none until ticker_need() says so.
 */
#ifndef DIAG_TICKER_TICKER_H
#define DIAG_TICKER_TICKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"

/* A job: called at each deadline with the time that was due (clock_ns()
 * scale).  */
typedef void (*ticker_fn)(void *arg, uint64_t due_ns);

/* The signature of pthread_create(), without its types. */
typedef int (*ticker_create_fn)(void *thread, const void *attr,
    void *(*start)(void *), void *arg);
/* The real pthread_create(); the ticker cannot start before it is known. */
void ticker_set_create(ticker_create_fn create);

/* Registers a job before or after the start; the first run is one period after
 * the process's start, then at multiples of it.  Returns its number, or a
 * negative errno when the table is full. */
int ticker_add(ticker_fn fn, void *arg, uint64_t period_ns);
/* From a job: @job is not run any more; a negative number is no job. */
DETACHED void ticker_remove(int job);
/* CPU nanoseconds that a run of @job may use, so that all jobs together stay
 * below 1 % of one CPU: what the others leave, and never less than a quarter
 * of the whole. */
DETACHED uint64_t ticker_budget_ns(int job);

/* Starts the thread when there is something to do for it (jobs, a sink that
 * gathers, a function for ticker_poke()) and it is not running; 0 or -errno.
 * A failure is said once. */
int ticker_start(void);
/* Stops it and waits until the kernel has forgotten it (before unshare, setns;
 * before the process ends), a second at most: false when it is still there.
 * Jobs stay registered. */
bool ticker_stop(void);
/* Asks the ticker to run @fn once, now, and waits at most @ns for it to be
 * done: true when it was.  False at once when there is no ticker.  When it
 * takes too long the ticker may still be at it: @arg must outlive the call. */
bool ticker_ask(ticker_fn fn, void *arg, uint64_t ns);
/* What ticker_poke() has the ticker do; NULL takes it back. */
void ticker_on_poke(ticker_fn fn);
SIGNAL_SAFE void ticker_poke(void);

/* True on the diag thread. */
SIGNAL_SAFE bool ticker_is_me(void);
/* True while the thread is there. */
SIGNAL_SAFE bool ticker_runs(void);
/* Its thread number, 0 when it is not there. */
SIGNAL_SAFE pid_t ticker_tid(void);
/* In a forked child: starts the thread now if the parent had one and it is not
 * there yet.  Only at places where the host could call pthread_create(). */
void ticker_need(void);
void ticker_before_fork(void);
void ticker_after_fork_parent(void);
void ticker_after_fork_child(void);

/* CPU nanoseconds used by the ticker so far, all its lives together. */
SIGNAL_SAFE uint64_t ticker_cpu_ns(void);

#endif
