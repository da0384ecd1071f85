/*
 * fork - the one place that knows the order of locks at fork().
 *
 * Memory   none.
 * Threads  the forking thread.
 * Fork     this is it.
 */
#ifndef DIAG_PRELOAD_FORK_H
#define DIAG_PRELOAD_FORK_H

/* Registers the handlers; called once, by the constructor. */
void fork_start(void);

#endif
