/*
 * sys - system calls without libc: no errno, no cancellation point, no
 * wrapper of the host's or of another preload in between.
 *
 * Every function returns what the kernel returned: a value, or a negative
 * errno.  The shim uses these and never libc's wrappers, so that it cannot
 * disturb the host's errno and its own calls never reach its own hooks.
 *
 * Memory   none.
 * Threads  any.
 * Fork     any.
 */
#ifndef DIAG_BASE_SYS_H
#define DIAG_BASE_SYS_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

#include "common/base/attrs.h"

/* The raw call with up to six arguments; a result or a negative errno. */
static ALWAYS_INLINE long
sys_call(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
	    : "=a"(ret)
	    : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
	    : "rcx", "r11", "memory");
	return ret;
}

#define sys_call1(nr, a) sys_call(nr, (long)(a), 0, 0, 0, 0, 0)
#define sys_call2(nr, a, b) sys_call(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define sys_call3(nr, a, b, c) \
	sys_call(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define sys_call4(nr, a, b, c, d) \
	sys_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define sys_call6(nr, a, b, c, d, e, f) \
	sys_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), \
	    (long)(f))

SIGNAL_SAFE static inline ssize_t
sys_read(int fd, void *to, size_t n)
{
	return sys_call3(SYS_read, fd, to, n);
}

SIGNAL_SAFE static inline ssize_t
sys_pread(int fd, void *to, size_t n, off_t at)
{
	return sys_call4(SYS_pread64, fd, to, n, at);
}

SIGNAL_SAFE static inline ssize_t
sys_write(int fd, const void *from, size_t n)
{
	return sys_call3(SYS_write, fd, from, n);
}

SIGNAL_SAFE static inline int
sys_open(const char *path, int flags, mode_t mode)
{
	return (int)sys_call4(SYS_openat, AT_FDCWD, path, flags, mode);
}

SIGNAL_SAFE static inline int
sys_close(int fd)
{
	return (int)sys_call1(SYS_close, fd);
}

SIGNAL_SAFE static inline int
sys_fstat(int fd, struct stat *st)
{
	return (int)sys_call2(SYS_fstat, fd, st);
}

SIGNAL_SAFE static inline int
sys_fcntl(int fd, int cmd, long arg)
{
	return (int)sys_call3(SYS_fcntl, fd, cmd, arg);
}

/* Returns the address, or a negative errno as a pointer: see sys_failed(). */
SIGNAL_SAFE static inline void *
sys_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
	return (void *)sys_call6(SYS_mmap, at, n, prot, flags, fd, offset);
}

SIGNAL_SAFE static inline int
sys_munmap(void *p, size_t n)
{
	return (int)sys_call2(SYS_munmap, p, n);
}

SIGNAL_SAFE static inline int
sys_madvise(void *p, size_t n, int advice)
{
	return (int)sys_call3(SYS_madvise, p, n, advice);
}

SIGNAL_SAFE static inline int
sys_mprotect(void *p, size_t n, int prot)
{
	return (int)sys_call3(SYS_mprotect, p, n, prot);
}

SIGNAL_SAFE static inline pid_t
sys_getpid(void)
{
	return (pid_t)sys_call1(SYS_getpid, 0);
}

SIGNAL_SAFE static inline pid_t
sys_gettid(void)
{
	return (pid_t)sys_call1(SYS_gettid, 0);
}

/* Copies memory of this process that may be gone, which is no fault: the @n
 * bytes that the @count pieces of @from are.  Returns how many were there, from
 * the first on.  (Asked for by the number of a thread that runs: when the first
 * one has ended, the process's own number leads to no memory.) */
SIGNAL_SAFE static inline ssize_t
sys_copy_pieces(void *to, size_t n, const struct iovec *from, unsigned count)
{
	struct iovec here = { to, n };

	return sys_call6(SYS_process_vm_readv, sys_gettid(), &here, 1, from,
	    count, 0);
}

/* The same with one piece; false when not all of it is there. */
SIGNAL_SAFE static inline bool
sys_copy(void *to, uintptr_t from, size_t n)
{
	struct iovec there = { (void *)from, n };

	return sys_copy_pieces(to, n, &there, 1) == (ssize_t)n;
}

/* True when @ret, an address or a long from a system call, is an error. */
SIGNAL_SAFE static inline int
sys_failed(const void *ret)
{
	return (uintptr_t)ret >= (uintptr_t)-4095;
}

#endif
