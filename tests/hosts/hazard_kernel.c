/*
 * hazard_kernel - interfaces of the kernel that work on a program's memory
 * behind its back: io_uring, userfaultfd, advice about pages, refusals.
 *
 *	hazard_kernel WHAT
 *
 * What the kernel does not have, or refuses, is printed, which is the same
 * with and without us.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hosts/hazard.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

enum { PAGE = 4096, BUFFERS = 16, BLOCK = 1 << 20 };

/* A ring, without a library. */
struct ring {
	int fd;
	unsigned *tail, *mask, *array, *done_head, *done_tail, *done_mask;
	struct io_uring_sqe *todo;
	struct io_uring_cqe *done;
};

static char *
map_ring(const struct ring *r, size_t n, off_t at)
{
	return mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
	    r->fd, at);
}

static long
open_ring(struct ring *r, unsigned flags)
{
	struct io_uring_params p = { .flags = flags, .sq_thread_idle = 50 };
	char *sq, *cq;

	r->fd = (int)syscall(SYS_io_uring_setup, 8, &p);
	if (r->fd < 0)
		return -1;
	sq = map_ring(r, p.sq_off.array + p.sq_entries * 4, IORING_OFF_SQ_RING);
	cq = map_ring(r, p.cq_off.cqes + p.cq_entries * 16, IORING_OFF_CQ_RING);
	r->todo = (void *)map_ring(r, p.sq_entries * 64, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED)
		return -1;
	r->tail = (void *)(sq + p.sq_off.tail);
	r->mask = (void *)(sq + p.sq_off.ring_mask);
	r->array = (void *)(sq + p.sq_off.array);
	r->done_head = (void *)(cq + p.cq_off.head);
	r->done_tail = (void *)(cq + p.cq_off.tail);
	r->done_mask = (void *)(cq + p.cq_off.ring_mask);
	r->done = (void *)(cq + p.cq_off.cqes);
	return 0;
}

/* One operation, waited for. */
static int
ask_ring(struct ring *r, const struct io_uring_sqe *e)
{
	unsigned tail = *r->tail, i = tail & *r->mask, head;

	r->todo[i] = *e;
	r->array[i] = i;
	__atomic_store_n(r->tail, tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS |
	    IORING_ENTER_SQ_WAKEUP, NULL, 0) < 0)
		return -errno;
	head = *r->done_head;
	while (__atomic_load_n(r->done_tail, __ATOMIC_ACQUIRE) == head)
		sched_yield();
	i = (unsigned)r->done[head & *r->done_mask].res;
	__atomic_store_n(r->done_head, head + 1, __ATOMIC_RELEASE);
	return (int)i;
}

/* The kernel reads into blocks that were registered, and into others. */
static void
read_by_ring(struct ring *r, struct iovec v[BUFFERS])
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	long fixed = 0, plain = 0;

	for (int k = 0; k < 40; k++) {
		int i = k % BUFFERS;
		char *block = malloc(5000);
		struct io_uring_sqe e = {
			.opcode = IORING_OP_READ_FIXED, .fd = fd, .len = 8000,
			.addr = (uintptr_t)v[i].iov_base,
			.buf_index = (uint16_t)i,
		}, f = {
			.opcode = IORING_OP_READ, .fd = fd, .len = 5000,
			.addr = (uintptr_t)block,
		};

		fixed += ask_ring(r, &e);
		plain += ask_ring(r, &f);
		if (memcmp(v[i].iov_base, block, 5000) != 0 ||
		    memcmp(block, "\177ELF", 4) != 0)
			printf("other bytes\n");
		free(block);
		some_blocks();
	}
	close(fd);
	printf("%ld %ld\n", fixed, plain);
}

static void
ring(unsigned flags)
{
	struct iovec v[BUFFERS];
	struct ring r = { 0 };
	pid_t pid;

	if (open_ring(&r, flags) != 0) {
		say("io_uring", -1);
		return;
	}
	printf("descriptor %d\n", r.fd);
	for (size_t i = 0; i < BUFFERS; i++) {
		v[i].iov_len = (i + 1) * 9000;
		v[i].iov_base = calloc(1, v[i].iov_len);
	}
	say("register", syscall(SYS_io_uring_register, r.fd,
	    IORING_REGISTER_BUFFERS, v, BUFFERS));
	read_by_ring(&r, v);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		some_blocks();
		exit(7);
	}
	end_of("child", pid);
	close(r.fd);
	for (int i = 0; i < BUFFERS; i++)
		free(v[i].iov_base);
	some_blocks();
}

static void
plain_ring(void)
{
	ring(0);
}

static void
polled_ring(void)
{
	ring(IORING_SETUP_SQPOLL);
}

/* A block whose pages come from us; -1 where that is not allowed. */
static char *
fetched_block(int *fd, int flags)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	void *block;

	*fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | flags);
	say("userfaultfd", *fd);
	if (*fd < 0 || ioctl(*fd, UFFDIO_API, &api) != 0 ||
	    posix_memalign(&block, PAGE, BLOCK) != 0)
		return NULL;
	madvise(block, BLOCK, MADV_DONTNEED);
	reg.range.start = (uintptr_t)block;
	reg.range.len = BLOCK;
	say("register", ioctl(*fd, UFFDIO_REGISTER, &reg));
	return block;
}

static int fetched;

static void *
fetch(void *arg)
{
	char *page = malloc(PAGE);
	struct uffd_msg m;
	int fd = *(int *)arg;

	memset(page, 'f', PAGE);
	while (read(fd, &m, sizeof(m)) == sizeof(m)) {
		struct uffdio_copy c = {
			.dst = m.arg.pagefault.address & ~(PAGE - 1ull),
			.src = (uintptr_t)page, .len = PAGE,
		};

		__atomic_add_fetch(&fetched, 1, __ATOMIC_SEQ_CST);
		ioctl(fd, UFFDIO_COPY, &c);
	}
	free(page);
	return NULL;
}

static void
fetched_pages(void)
{
	int fd;
	char *block = fetched_block(&fd, UFFD_USER_MODE_ONLY);
	struct uffdio_range range = { (uintptr_t)block, BLOCK };
	pthread_t t;
	long sum = 0;

	if (block == NULL)
		return;
	pthread_create(&t, NULL, fetch, &fd);
	for (size_t i = 0; i < BLOCK / 2; i += PAGE) {
		sum += block[i];
		some_blocks();
	}
	printf("sum %ld, fetched %d\n", sum,
	    __atomic_load_n(&fetched, __ATOMIC_SEQ_CST));
	say("unregister", ioctl(fd, UFFDIO_UNREGISTER, &range));
	free(block);
	for (size_t i = 1; i < 20; i++) {
		char *p = calloc(i, BLOCK / 8);

		if (p[BLOCK / 9] != 0)
			printf("not zero\n");
		memset(p, 1, BLOCK / 8);
		free(p);
	}
	printf("fetched %d\n", __atomic_load_n(&fetched, __ATOMIC_SEQ_CST));
}

/* Nobody fetches: who touches a page waits for ever, the kernel for us too. */
static void
pages_left(void)
{
	int fd;
	char *block = fetched_block(&fd, 0);

	printf("%d\n", block != NULL);
}

static void
refusals(void)
{
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	say("mdwe", prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0));
	some_blocks();
	say("gain", mprotect(page, PAGE, PROT_READ | PROT_EXEC));
	pid = fork();
	if (pid == 0) {
		some_blocks();
		execl("/bin/echo", "echo", "child", NULL);
		_exit(1);
	}
	end_of("child", pid);
}

/* Pages of blocks that a child does not have, or has empty. */
static void
advice(void)
{
	void *block[2];
	pid_t pid;

	for (int i = 0; i < 2; i++) {
		if (posix_memalign(&block[i], PAGE, BLOCK) != 0)
			return;
		memset(block[i], 5, BLOCK);
	}
	say("wipe", madvise(block[0], BLOCK, MADV_WIPEONFORK));
	say("leave out", madvise(block[1], BLOCK, MADV_DONTFORK));
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			some_blocks();
			exit(((char *)block[0])[BLOCK - 1] + i);
		}
		end_of("child", pid);
	}
	say("keep", madvise(block[0], BLOCK, MADV_KEEPONFORK));
	say("take in", madvise(block[1], BLOCK, MADV_DOFORK));
	say("dump not", madvise(block[1], BLOCK, MADV_DONTDUMP));
	say("merge", madvise(block[1], BLOCK, MADV_MERGEABLE));
	free(block[0]);
	free(block[1]);
	some_blocks();
}

/* Takes every number there is below a limit, whoever has it. */
static void
all_numbers(void)
{
	struct rlimit lim = { 1024, 1024 };
	int fd = open("/etc/passwd", O_RDONLY), right = 0;
	char text[4];

	setrlimit(RLIMIT_NOFILE, &lim);
	some_blocks();
	for (int i = 3; i < 1024; i++)
		if (i != fd)
			dup2(fd, i);
	some_blocks();
	for (int i = 3; i < 1024; i++)
		right += pread(i, text, 4, 0) == 4 &&
		    memcmp(text, "root", 4) == 0;
	printf("%d\n", right);
}

static const struct {
	const char *name;
	void (*run)(void);
} what[] = {
	{ "ring", plain_ring }, { "polled", polled_ring },
	{ "fetched", fetched_pages }, { "left", pages_left },
	{ "refusals", refusals }, { "advice", advice },
	{ "numbers", all_numbers },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(what) / sizeof(what[0]); i++)
		if (strcmp(what[i].name, argv[1]) == 0) {
			what[i].run();
			return 3;
		}
	return 2;
}
