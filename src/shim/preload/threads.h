/*
 * threads - threads are known from their creation.
 *
 * Memory   the records of shim/sched.
 * Threads  any.
 * Fork     nothing of its own.
 */
#ifndef DIAG_PRELOAD_THREADS_H
#define DIAG_PRELOAD_THREADS_H

/* pthread_create() of whoever comes next, for the diag thread
 * (ticker_set_create). */
int threads_create_real(void *thread, const void *attr,
    void *(*start)(void *), void *arg);
/* The same with a record of kind THREAD_BACKGROUND, for jemalloc's background
 * thread (heap_set_thread_create). */
int threads_create_background(void *thread, const void *attr,
    void *(*start)(void *), void *arg);

#endif
