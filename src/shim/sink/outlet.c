/*
 * outlet - descriptors, identity, writes that do not wait.
 */
#include "shim/sink/outlet.h"

#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/sigmask.h"
#include "common/base/sys.h"

/* Where our descriptors begin; hosts with less room get none. */
enum { HIGH_FD = 900, TOP_GAP = 16, ROOM_MIN = 64, LOOKED_AT = 256 };

#define RAISED_BY_WRITE (SIGMASK(SIGPIPE) | SIGMASK(SIGXFSZ))

static enum outlet_kind
kind_of(mode_t mode)
{
	if (S_ISFIFO(mode))
		return OUTLET_PIPE;
	if (S_ISSOCK(mode))
		return OUTLET_SOCKET;
	return S_ISREG(mode) ? OUTLET_FILE : OUTLET_DEVICE;
}

int
outlet_take(struct outlet *o, int fd)
{
	struct stat st;
	int err = sys_fstat(fd, &st);

	if (err != 0)
		return err;
	*o = (struct outlet){
		.fd = fd,
		.kind = kind_of(st.st_mode),
		.dev = st.st_dev,
		.ino = st.st_ino,
	};
	return 0;
}

bool
outlet_is(const struct outlet *o, int fd, uint64_t *size)
{
	struct stat st;

	if (fd < 0 || sys_fstat(fd, &st) != 0)
		return false;
	if (st.st_dev != o->dev || st.st_ino != o->ino ||
	    kind_of(st.st_mode) != o->kind)
		return false;
	*size = (uint64_t)st.st_size;
	return true;
}

/* Can what @o stands for be written to by @fd, of the table of this thread?  A
 * pipe's two ends are one inode. */
static bool
writes_to(const struct outlet *o, int fd)
{
	uint64_t size;

	return outlet_is(o, fd, &size) &&
	    (sys_fcntl(fd, F_GETFL, 0) & O_ACCMODE) != O_RDONLY;
}

/* The same of the host's table, where that is another. */
static bool
host_writes_to(const struct outlet *o, int fd)
{
	char path[40];
	struct buf b = BUF(path);
	struct stat st;

	/* The first thread's. */
	buf_printf(&b, "/proc/self/fd/%d", fd);
	return sys_call4(SYS_newfstatat, AT_FDCWD, buf_cstr(&b), &st, 0) == 0 &&
	    st.st_dev == o->dev && st.st_ino == o->ino &&
	    sys_call4(SYS_newfstatat, AT_FDCWD, path, &st,
	    AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & S_IWUSR) != 0;
}

bool
outlet_host_has(const struct outlet *o, bool outside, bool unknown)
{
	struct stat st;

	if (outside && sys_call4(SYS_newfstatat, AT_FDCWD, "/proc/self/fd",
	    &st, 0) != 0)
		return unknown;
	/* Standard error first, then standard output. */
	for (int i = 0; i < LOOKED_AT; i++) {
		int fd = i <= 2 ? 2 - i : i;

		if (outside ? host_writes_to(o, fd) :
		    fd != o->fd && writes_to(o, fd))
			return true;
	}
	return false;
}

/* The lowest number for a descriptor of ours; -1 when the host is so short of
 * them that it would notice one less. */
static long
high_number(void)
{
	struct rlimit limit;

	if (sys_call4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) != 0 ||
	    limit.rlim_cur < ROOM_MIN)
		return -1;
	return (long)MIN(limit.rlim_cur - TOP_GAP, (rlim_t)HIGH_FD);
}

/* Opens the same pipe or terminal once more, for flags of its own. */
static int
open_again(const struct outlet *o)
{
	char path[40];
	struct buf b = BUF(path);
	uint64_t size;
	int fd;

	buf_printf(&b, "/proc/self/fd/%d", o->fd);
	fd = sys_open(buf_cstr(&b), O_WRONLY | O_NONBLOCK | O_CLOEXEC |
	    O_NOCTTY, 0);
	if (fd >= 0 && !outlet_is(o, fd, &size)) {
		sys_close(fd);
		return -ENOENT;
	}
	return fd;
}

bool
outlet_hide(struct outlet *o)
{
	long number = high_number();
	int again = -1;
	int fd;

	if (number < 0)
		return false;
	if (o->kind == OUTLET_PIPE || o->kind == OUTLET_DEVICE)
		again = open_again(o);
	fd = sys_fcntl(again >= 0 ? again : o->fd, F_DUPFD_CLOEXEC, number);
	if (again >= 0)
		sys_close(again);
	if (fd < 0)
		return false;
	o->fd = fd;
	o->patient = again >= 0;
	return true;
}

bool
outlet_wait(int fd, uint64_t ns)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct timespec limit = {
		.tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S),
	};

	/* An error counts as room: the write will say which. */
	return sys_call6(SYS_ppoll, &p, 1, &limit, NULL, 0, 0) > 0;
}

/* A descriptor that shares its flags with the host's: the kernel is asked for
 * a write that does not wait, or, where it does not know that for this kind of
 * file, whether there is room. */
static ssize_t
send_impatiently(int fd, const void *from, size_t n)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)from,
		.iov_len = n };
	ssize_t sent = sys_call6(SYS_pwritev2, fd, &iov, 1, -1L, -1L,
	    RWF_NOWAIT);

	if (sent != -EOPNOTSUPP && sent != -ENOSYS && sent != -EINVAL)
		return sent;
	return outlet_wait(fd, 0) ? sys_write(fd, from, n) : -EAGAIN;
}

ssize_t
outlet_send(const struct outlet *o, int fd, const void *from, size_t n)
{
	switch (o->kind) {
	case OUTLET_SOCKET:
		return sys_call6(SYS_sendto, fd, from, n,
		    MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
	case OUTLET_PIPE:
	case OUTLET_DEVICE:
		if (!o->patient)
			return send_impatiently(fd, from, n);
		break;
	case OUTLET_FILE:
		break;
	}
	return sys_write(fd, from, n);
}

void
hush_begin(struct hush *h)
{
	*h = (struct hush){ 0 };
	sigmask_block(&h->mask);
	/* What was not blocked before cannot have been pending. */
	if ((h->mask & RAISED_BY_WRITE) != 0)
		sys_call2(SYS_rt_sigpending, &h->pending, sizeof(h->pending));
}

/* Takes back what our own write raised.  What was pending before is the host's:
 * two of a kind are one, so it stays. */
static COLD void
take_back(const struct hush *h)
{
	uint64_t ours = RAISED_BY_WRITE & ~h->pending;
	struct timespec none = { 0 };

	if (ours == 0)
		return;
	sys_call4(SYS_rt_sigtimedwait, &ours, NULL, &none, sizeof(ours));
}

void
hush_end(const struct hush *h)
{
	if (h->raised)
		take_back(h);
	sigmask_restore(&h->mask);
}
