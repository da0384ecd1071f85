/*
 * taskcount - the host counts its threads, and ours is none of them.
 *
 * Memory   none.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_TASKCOUNT_H
#define DIAG_PRELOAD_TASKCOUNT_H

/* Finds the real functions; the constructor does. */
void taskcount_start(void);

#endif
