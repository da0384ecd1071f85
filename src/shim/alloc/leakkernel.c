/*
 * leakkernel - pointers that the program gave to the kernel.
 *
 * What the kernel does not list is not seen: what lies in a pipe or a ring of
 * io_uring, the value of a queued signal, and the signal stacks of other
 * threads.
 */
#include "shim/alloc/leakkernel.h"

#include <asm/prctl.h>
#include <signal.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/dir.h"
#include "common/base/proc.h"
#include "common/base/sys.h"
#include "shim/state/state.h"

enum { LINE = 256, PIECE = 8192, ENTRIES = 512 };

/* The calling thread's descriptors, and what is told of them. */
struct descriptors {
	struct leakkernel *k;
	int dir, details;
};

static void
add(struct leakkernel *k, uint64_t word)
{
	if (k->n == LEAKKERNEL_WORDS)
		k->cut = true;
	else
		k->word[k->n++] = word;
}

void
leakkernel_see_thread(struct leakkernel *k)
{
	stack_t ss = { 0 };
	uint64_t gs = 0;

	if (sys_call2(SYS_sigaltstack, NULL, &ss) == 0 &&
	    (ss.ss_flags & SS_DISABLE) == 0)
		add(k, (uintptr_t)ss.ss_sp);
	if (sys_call2(SYS_arch_prctl, ARCH_GET_GS, &gs) == 0)
		add(k, gs);
}

/* A page that cannot be read is passed over: it was given back meanwhile. */
void
leakkernel_see_closed(struct leakkernel *k, int mem, uint64_t start,
    uint64_t end)
{
	uint64_t word[PIECE / sizeof(uint64_t)];

	while (start < end && !k->cut) {
		size_t n = end - start < PIECE ? (size_t)(end - start) : PIECE;
		ssize_t got = sys_pread(mem, word, n, (off_t)start);

		if (got <= 0)
			return;
		for (size_t i = 0; i < (size_t)got / sizeof(*word); i++)
			if (word[i] - WINDOW_BASE < WINDOW_SIZE)
				add(k, word[i]);
		start += (uint64_t)got;
		k->cut |= clock_ns() > k->deadline_ns;
	}
}

/* The number that follows @key, and then @c, in @line. */
static void
see_line(struct leakkernel *k, const char *line, const char *key, char c)
{
	const char *at = strstr(line, key);
	uint64_t word;

	at = at == NULL ? NULL : strchr(at, c);
	if (at == NULL)
		return;
	for (at++; *at == ' '; at++)
		;
	if (parse_hex(&at, &word))
		add(k, word);
}

/* Each line of the file @name in @dir; where there is none, nothing. */
static void
see_file(struct leakkernel *k, int dir, const char *name, const char *key,
    char c)
{
	char piece[PIECE], line[LINE];
	int fd = (int)sys_call4(SYS_openat, dir, name, O_RDONLY | O_CLOEXEC, 0);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = sys_read(fd, piece, sizeof(piece))) > 0 && !k->cut) {
		for (ssize_t i = 0; i < n; i++) {
			if (piece[i] != '\n' && len < LINE - 1)
				line[len++] = piece[i];
			if (piece[i] != '\n')
				continue;
			line[len] = '\0';
			len = 0;
			see_line(k, line, key, c);
		}
	}
	sys_close(fd);
}

static bool
is_epoll(int dir, const char *name)
{
	static const char epoll[] = "anon_inode:[eventpoll]";
	char link[sizeof(epoll)];

	return sys_call4(SYS_readlinkat, dir, name, link, sizeof(link)) ==
	    sizeof(epoll) - 1 && memcmp(link, epoll, sizeof(epoll) - 1) == 0;
}

static bool
see_descriptor(const char *name, void *arg)
{
	const struct descriptors *d = arg;

	if (is_epoll(d->dir, name))
		see_file(d->k, d->details, name, "data:", ':');
	d->k->cut |= clock_ns() > d->k->deadline_ns;
	return !d->k->cut;
}

void
leakkernel_see_process(struct leakkernel *k)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	struct descriptors d = {
		.k = k,
		.dir = sys_open("/proc/thread-self/fd", flags, 0),
		.details = sys_open("/proc/thread-self/fdinfo", flags, 0),
	};
	uint64_t room[ENTRIES];

	if (d.dir >= 0 && d.details >= 0)
		dir_each(d.dir, room, sizeof(room), see_descriptor, &d);
	if (d.dir >= 0)
		sys_close(d.dir);
	if (d.details >= 0)
		sys_close(d.details);
	see_file(k, AT_FDCWD, "/proc/self/timers", "signal:", '/');
}
