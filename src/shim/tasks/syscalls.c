/*
 * syscalls - a table by number.
 */
#include "shim/tasks/syscalls.h"

#include <stddef.h>
#include <sys/syscall.h>

#define NAME(x) [SYS_##x] = #x

static const char *const names[] = {
	NAME(read), NAME(write), NAME(pread64), NAME(pwrite64), NAME(readv),
	NAME(writev), NAME(preadv), NAME(pwritev), NAME(preadv2),
	NAME(pwritev2), NAME(open), NAME(openat), NAME(close), NAME(fsync),
	NAME(fdatasync), NAME(msync), NAME(sync_file_range), NAME(flock),
	NAME(fcntl), NAME(ioctl), NAME(ftruncate), NAME(fallocate),
	NAME(sendfile), NAME(splice), NAME(copy_file_range), NAME(unlink),
	NAME(rename), NAME(poll), NAME(ppoll), NAME(select), NAME(pselect6),
	NAME(epoll_wait), NAME(epoll_pwait), NAME(epoll_pwait2),
	NAME(accept), NAME(accept4), NAME(connect), NAME(recvfrom),
	NAME(recvmsg), NAME(recvmmsg), NAME(sendto), NAME(sendmsg),
	NAME(sendmmsg), NAME(futex), NAME(futex_waitv), NAME(nanosleep),
	NAME(clock_nanosleep), NAME(pause), NAME(rt_sigsuspend),
	NAME(rt_sigtimedwait), NAME(wait4), NAME(waitid), NAME(vfork),
	NAME(clone), NAME(semop), NAME(semtimedop), NAME(msgrcv),
	NAME(msgsnd), NAME(mq_timedreceive), NAME(mq_timedsend),
	NAME(io_getevents), NAME(io_uring_enter), NAME(mmap), NAME(munmap),
	NAME(mprotect), NAME(madvise), NAME(exit_group), NAME(exit),
	NAME(membarrier), NAME(userfaultfd), NAME(getrandom),
	NAME(restart_syscall),
};

const char *
syscalls_name(long nr)
{
	if (nr < 0 || (size_t)nr >= ARRAY_LEN(names))
		return NULL;
	return names[nr];
}

/* Descriptors and process ids are small numbers, addresses are not. */
void
syscalls_write(struct buf *b, long nr, uint64_t first)
{
	const char *name = syscalls_name(nr);

	if (name == NULL)
		buf_printf(b, "syscall%ld", nr);
	else
		buf_str(b, name);
	if (first > INT32_MAX)
		buf_printf(b, "(0x%llx)", (unsigned long long)first);
	else
		buf_printf(b, "(%d)", (int)first);
}
