/*
 * tapefile - making, growing and ending the file.
 *
 * The descriptor is kept above the numbers that hosts use, close-on-exec, and
 * proved to be ours before every use; when the host has closed it, the file is
 * opened again by its path and proved to be the same.  The diag thread, whose
 * descriptors are its own, opens the file for each use: a tape that it began is
 * opened in the host's table by the first thread that needs room.
 */
#include "shim/alloc/tapefile.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "common/base/buf.h"
#include "common/base/lock.h"
#include "common/base/stamp.h"
#include "common/base/sys.h"
#include "shim/state/state.h"

enum {
	HIGH_FD = 900,			/* below the usual limit of 1,024 */
	TOP_GAP = 16, ROOM_MIN = 64,	/* as for the text: shim/sink/outlet */
	SUFFIX_MAX = 99,
	EXTENT_MIN = 64 * 1024,
	EXTENT_FIRST = 1024 * 1024,
	EXTENT_MAX = 16 * 1024 * 1024,
};
static const uint64_t PATIENCE_NS = NS_PER_S;

/* A file as a descriptor of the host's table has it; fd -1: it has none. */
struct held {
	int fd;
	dev_t dev;
	ino_t ino;
};

static struct {
	struct lock lock;		/* around everything below */
	struct tape_header *header;
	uint32_t number;		/* of the tape; 0: not begun */
	struct held now, left;		/* this tape's, the one's before */
	char path[TAPE_PATH_MAX];
	uint64_t allocated;		/* bytes of the file with blocks */
	uint64_t max;			/* tapemax; UINT64_MAX without */
} file = { .now.fd = -1, .left.fd = -1 };

struct tape_header *
tapefile_header(void)
{
	return __atomic_load_n(&file.header, __ATOMIC_ACQUIRE);
}

const char *
tapefile_path(void)
{
	return file.path;
}

/* @fd is of the file that @of is about. */
static bool
fd_is(int fd, const struct held *of)
{
	struct stat st;

	return fd >= 0 && sys_fstat(fd, &st) == 0 && st.st_dev == of->dev &&
	    st.st_ino == of->ino;
}

static void
drop(struct held *h)
{
	if (fd_is(h->fd, h))
		sys_close(h->fd);
	h->fd = -1;
}

/* Moves @fd out of the way of the host's numbers; @fd is closed.  -EMFILE when
 * the host is so short of them that it would notice one less. */
static int
raise_fd(int fd)
{
	struct rlimit limit = { 0, 0 };
	int high = -EMFILE;

	sys_call4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
	if (limit.rlim_cur >= ROOM_MIN)
		high = sys_fcntl(fd, F_DUPFD_CLOEXEC,
		    (long)MIN(limit.rlim_cur - TOP_GAP, (rlim_t)HIGH_FD));
	sys_close(fd);
	return high;
}

static int
open_again(void)
{
	int fd = sys_open(file.path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);

	if (fd < 0 || fd_is(fd, &file.now))
		return fd;
	sys_close(fd);
	return -ESTALE;
}

/* A descriptor of our file in the caller's table, which is the host's, or the
 * diag thread's own; release() gives it back. */
static int
acquire(void)
{
	int fd;

	if (tls.ours)
		return open_again();
	if (fd_is(file.now.fd, &file.now))
		return file.now.fd;
	drop(&file.left);
	fd = open_again();
	return fd < 0 ? fd : (file.now.fd = raise_fd(fd));
}

static void
release(int fd)
{
	if (tls.ours && fd >= 0)
		sys_close(fd);
}

/* RLIMIT_FSIZE would answer with a signal: ask first. */
static uint64_t
file_limit(void)
{
	struct rlimit limit;

	if (sys_call4(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return UINT64_MAX;
	return limit.rlim_cur;
}

/* Gives bytes [@at, @at + @n) of the file blocks, also where the file system
 * cannot allocate ahead: then they are written. */
static int
allocate(int fd, uint64_t at, uint64_t n)
{
	static const char zeros[TAPE_UNIT];
	long err;

	if (at + n > file_limit())
		return -EFBIG;
	do
		err = sys_call4(SYS_fallocate, fd, 0, at, n);
	while (err == -EINTR);
	if (err != -EOPNOTSUPP && err != -ENOSYS)
		return (int)err;
	for (uint64_t done = 0; done < n; done += TAPE_UNIT) {
		err = sys_call4(SYS_pwrite64, fd, zeros, TAPE_UNIT, at + done);
		if (err != TAPE_UNIT)
			return err < 0 ? (int)err : -ENOSPC;
	}
	return 0;
}

static void
stop(int err)
{
	struct tape_header *h = file.header;

	h->error = -err;
	if (err == -EFBIG)
		h->state = TAPE_STOPPED_LIMIT;
	else if (err == -ENOSPC || err == -EDQUOT)
		h->state = TAPE_STOPPED_FULL;
	else
		h->state = TAPE_STOPPED_ERROR;
}

static uint64_t
extent_size(void)
{
	uint64_t n = file.allocated / 4;

	n = MAX(n, (uint64_t)EXTENT_FIRST);
	n = MIN(n, (uint64_t)EXTENT_MAX) & ~(uint64_t)(TAPE_UNIT - 1);
	if (file.allocated + n > file.max)
		n = (file.max - MIN(file.max, file.allocated)) &
		    ~(uint64_t)(TAPE_UNIT - 1);
	return n;
}

static int
grow(int fd)
{
	uint64_t n = extent_size();
	int err;

	if (n == 0)
		return -EFBIG;
	while ((err = allocate(fd, file.allocated, n)) != 0) {
		if ((err != -ENOSPC && err != -EFBIG) || n / 2 < EXTENT_MIN)
			return err;
		n = n / 2 & ~(uint64_t)(TAPE_UNIT - 1);
	}
	file.allocated += n;
	return 0;
}

static void
note_time(struct tape_header *h)
{
	struct stamp_pair now = stamp_pair();

	h->last_stamp = now.stamp;
	h->last_ns = now.ns;
}

/* Bytes of the file that one thread may use. */
struct room {
	uint64_t at;
	size_t size;
	int fd;
};

/* Room for @want bytes, @at_least so many; else false. */
static bool
reserve_locked(uint32_t number, size_t want, size_t at_least,
    struct room *room)
{
	struct tape_header *h = file.header;
	int err = 0;

	if (file.number != number || h == NULL || h->state != TAPE_RUNNING)
		return false;
	room->fd = acquire();
	if (room->fd < 0)
		err = room->fd;
	else if (file.allocated - h->end < want)
		err = grow(room->fd);
	if (err != 0 && (room->fd < 0 || file.allocated == h->end)) {
		stop(err);
		return false;
	}
	room->at = h->end;
	room->size = (size_t)MIN((uint64_t)want, file.allocated - h->end);
	if (room->size < at_least)
		return false;
	h->end += room->size;
	note_time(h);
	return true;
}

static bool
reserve(uint32_t number, size_t want, size_t at_least, struct room *room)
{
	uint64_t mask;
	bool is_there;

	if (!lock_take_masked(&file.lock, PATIENCE_NS, &mask))
		return false;
	is_there = reserve_locked(number, want, at_least, room);
	lock_give_masked(&file.lock, &mask);
	return is_there;
}

void *
tapefile_take(uint32_t number, size_t want, size_t *got)
{
	struct room room;
	void *p;

	if (!reserve(number, want, TAPE_UNIT, &room))
		return NULL;
	p = sys_mmap(NULL, room.size, PROT_READ | PROT_WRITE, MAP_SHARED,
	    room.fd, (off_t)room.at);
	if (sys_failed(p)) {
		stop((int)(intptr_t)p);
		return NULL;
	}
	*got = room.size;
	return p;
}

/* The limit of the file's size may have come down since its blocks were
 * allocated. */
bool
tapefile_append(uint32_t number, const void *p, size_t size)
{
	struct room room;
	size_t done = 0;

	if (!reserve(number, size, size, &room))
		return false;
	if (room.at + size > file_limit())
		return false;
	while (done < size) {
		long n = sys_call4(SYS_pwrite64, room.fd,
		    (const char *)p + done, size - done, room.at + done);

		if (n == -EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

void
tapefile_give(void *p, size_t size)
{
	sys_munmap(p, size);
}

/* Opens the first free name of @path, @path.1, ... */
static int
create(const char *path)
{
	for (int i = 0; i <= SUFFIX_MAX; i++) {
		struct buf b = BUF(file.path);
		int fd;

		buf_str(&b, path);
		if (i > 0)
			buf_printf(&b, ".%d", i);
		if (b.cut || b.len == b.cap)
			return -ENAMETOOLONG;
		fd = sys_open(buf_cstr(&b), O_RDWR | O_CREAT | O_EXCL |
		    O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd != -EEXIST)
			return fd;
	}
	return -EEXIST;
}

static int
map_header(int fd)
{
	struct stat st;
	int err = sys_fstat(fd, &st);
	void *p;

	if (err == 0)
		err = allocate(fd, 0, TAPE_UNIT);
	if (err != 0)
		return err;
	p = sys_mmap(NULL, TAPE_UNIT, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	if (sys_failed(p))
		return (int)(intptr_t)p;
	if (file.now.fd >= 0)
		file.left = file.now;
	file.now = (struct held){ -1, st.st_dev, st.st_ino };
	file.allocated = TAPE_UNIT;
	file.number = 0;
	__atomic_store_n(&file.header, p, __ATOMIC_RELEASE);
	return 0;
}

int
tapefile_open(const char *path, uint64_t max_bytes)
{
	int fd = create(path);
	int err;

	if (fd < 0)
		return fd;
	fd = raise_fd(fd);
	err = fd < 0 ? fd : map_header(fd);
	if (err != 0) {
		sys_call1(SYS_unlink, file.path);
		if (fd >= 0)
			sys_close(fd);
		return err;
	}
	if (tls.ours)
		sys_close(fd);
	else
		file.now.fd = fd;
	file.max = max_bytes == 0 ? UINT64_MAX : max_bytes;
	return 0;
}

void
tapefile_begin(uint32_t number)
{
	uint64_t mask;
	bool masked = lock_take_masked(&file.lock, PATIENCE_NS, &mask);

	file.number = number;
	if (masked)
		lock_give_masked(&file.lock, &mask);
}

void
tapefile_end(enum tape_state state)
{
	struct tape_header *h;
	uint64_t mask;
	int fd;

	if (!lock_take_masked(&file.lock, PATIENCE_NS, &mask))
		return;
	h = file.header;
	if (h != NULL && h->state == TAPE_RUNNING) {
		note_time(h);
		h->state = state;
		h->sum = tape_header_sum(h);
		fd = acquire();
		/* What was allocated ahead and never given to a thread. */
		if (fd >= 0 && sys_call2(SYS_ftruncate, fd, h->end) == 0)
			file.allocated = h->end;
		release(fd);
	}
	lock_give_masked(&file.lock, &mask);
}

void
tapefile_forget(void)
{
	lock_reset(&file.lock);
	if (file.header != NULL)
		sys_munmap(file.header, TAPE_UNIT);
	drop(&file.now);
	drop(&file.left);
	__atomic_store_n(&file.header, NULL, __ATOMIC_RELEASE);
}
