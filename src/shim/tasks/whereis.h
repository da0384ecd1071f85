/*
 * whereis - where a thread is, in one word: the function of the program that
 * it is in, and what that function called and waits in.
 *
 *	resolve>getaddrinfo	blocked in a call that resolve() made
 *	~crunch			runs, in crunch() or what that called, by
 *				what its stack still shows
 *
 * Memory   static.
 * Threads  the diag thread alone.
 * Fork     nothing kept.
 */
#ifndef DIAG_TASKS_WHEREIS_H
#define DIAG_TASKS_WHEREIS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "shim/tasks/tasks.h"
#include "shim/tasks/threadwalk.h"

/* Writes where @task is; false, and nothing written, when that is not known. */
DETACHED bool whereis_write(struct buf *b, const struct task *task);

/* Writes where @task wants the lock of the host's own making that it waits for:
 * the function that called the lock's.  False, and nothing written, when that
 * is not known. */
DETACHED bool whereis_write_lock(struct buf *b, const struct task *task);

/* The thread's frames and *@at, as threadwalk() has them, by what is known of
 * it: the first is the call in the host of a wait that was announced. */
DETACHED unsigned whereis_walk(const struct task *task,
    struct procfs_blocked *at, uint64_t pc[THREADWALK_FRAMES]);

/* The place in the host at which the thread sleeps, where it was @seen; 0 when
 * it is not known, or it sleeps elsewhere by now. */
DETACHED uint64_t whereis_sleeper(pid_t tid,
    const struct procfs_blocked *seen);

#endif
