/*
 * heap_os - what jemalloc asks of its surroundings, answered by us.
 *
 * The build renames the archive's libc calls to these (jem.redefine), so that
 * an embedded jemalloc reads no configuration of the host's that was not meant
 * for it, prints nothing, registers nothing, and needs no library but libc.
 *
 * Memory   static.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_HEAP_OS_H
#define DIAG_HEAP_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>

#include "common/base/attrs.h"

IN_HOOK long heap_os_syscall(long nr, ...);
IN_HOOK char *heap_os_getenv(const char *name);
IN_HOOK ssize_t heap_os_readlink(const char *path, char *to, size_t n);
IN_HOOK int heap_os_open(const char *path, int flags, ...);
IN_HOOK int heap_os_creat(const char *path, mode_t mode);
IN_HOOK int heap_os_close(int fd);
IN_HOOK pid_t heap_os_getpid(void);
IN_HOOK NORETURN void heap_os_exit(int status);
IN_HOOK int heap_os_atexit(void (*fn)(void));
IN_HOOK int heap_os_atfork(void (*before)(void), void (*parent)(void),
    void (*child)(void));
IN_HOOK void *heap_os_dlsym(void *handle, const char *name);
IN_HOOK int heap_os_clock_gettime(clockid_t clock, struct timespec *out);
IN_HOOK int heap_os_gettimeofday(struct timeval *out, void *zone);
IN_HOOK int heap_os_sched_yield(void);
IN_HOOK int heap_os_strerror_r(int err, char *to, size_t n);
IN_HOOK int heap_os_thread_create(void *thread, const void *attr,
    void *(*start)(void *), void *arg);
IN_HOOK int heap_os_thread_join(unsigned long thread, void **result);
IN_HOOK int heap_os_key_create(unsigned *key, void (*end)(void *));
IN_HOOK double heap_os_exp(double x);
IN_HOOK double heap_os_log(double x);
IN_HOOK double heap_os_round(double x);
IN_HOOK int heap_os_unwind(void *see, void *arg);
IN_HOOK unsigned long heap_os_unwind_ip(void *context);

#endif
