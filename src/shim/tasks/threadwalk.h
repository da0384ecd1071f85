/*
 * threadwalk - the frames of another thread, which is blocked.
 *
 * The kernel tells where a blocked thread will go on, and its stack pointer.
 * Its stack is copied by a system call, so that it may end or be unmapped in
 * the meantime; the walk is over the copy, with the rules of shim/stack.  When
 * the thread is not blocked at the same place afterwards, the copy is worth
 * nothing.  Nobody is stopped and no signal is sent.
 *
 * The kernel tells only two registers.  A frame that counts from rbp, before
 * any frame that saved it, is looked for: where its function's prologue puts
 * it, then by the form of its two words and by what the call there calls; and
 * the walk from there has to come to a stack's end.  Else the walk ends here.
 *
 * Memory   that of shim/tasks/stackcopy.
 * Threads  the diag thread alone.
 * Fork     nothing kept.
 */
#ifndef DIAG_TASKS_THREADWALK_H
#define DIAG_TASKS_THREADWALK_H

#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "shim/proc/procfs.h"
#include "shim/sched/thread.h"

enum { THREADWALK_FRAMES = 64 };

/* Fills @pc with return addresses, innermost first (the first is the place in
 * the system call's function), and @at; returns how many there are, 0 when the
 * thread is not blocked or moved meanwhile. */
DETACHED unsigned threadwalk(pid_t tid, struct procfs_blocked *at,
    uint64_t pc[THREADWALK_FRAMES]);
/* The same for a thread that has announced a wait, of which the kernel tells
 * nothing, as of all threads of a process that changed its user: from the call
 * in the host on. */
DETACHED unsigned threadwalk_waits(const struct thread *t,
    struct procfs_blocked *at, uint64_t pc[THREADWALK_FRAMES]);
/* The first address of the function that the call before @pc is in; 0: not
 * known. */
DETACHED uintptr_t threadwalk_function(uint64_t pc);

#endif
