/*
 * copies - the host's descriptors in our thread's table, given back.
 */
#include "shim/sink/copies.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/dir.h"
#include "common/base/proc.h"
#include "common/base/sys.h"

enum {
	QUEUE_SIZE = 80,	/* what the kernel gives a queue's size as */
	QUEUE_TEXT = 128,	/* more than what it says of one */
};

/* Does what can be read of a queue say that this process waits for it?
 * QSIZE:0          NOTIFY:0     SIGNO:10    NOTIFY_PID:1927 */
static bool
is_ours(const char *text)
{
	static const char key[] = "NOTIFY_PID:";
	const char *at = strncmp(text, "QSIZE:", 6) == 0 ?
	    strstr(text, key) : NULL;
	uint64_t pid;

	if (at == NULL)
		return false;
	at += sizeof(key) - 1;
	return parse_u64(&at, &pid) && pid == (uint64_t)sys_getpid();
}

/* Only a queue has that size and no blocks, mostly: the text tells.  One that
 * cannot be read may be ours. */
static bool
has_notification(int fd)
{
	char text[QUEUE_TEXT];
	struct stat st;
	long n;

	if (sys_call4(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_size != QUEUE_SIZE ||
	    st.st_blocks != 0)
		return false;
	n = sys_call4(SYS_pread64, fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return (sys_fcntl(fd, F_GETFL, 0) & O_ACCMODE) == O_WRONLY;
	text[n] = '\0';
	return is_ours(text);
}

static bool
look_at(const char *name, void *arg)
{
	struct copies *c = arg;
	uint64_t fd;

	if (parse_u64(&name, &fd) && fd != 0 && has_notification((int)fd))
		c->fd[c->n++] = (int)fd;
	return c->n < COPIES_MAX;
}

void
copies_look(struct copies *c)
{
	uint64_t room[128];
	int dir = sys_open("/proc/thread-self/fd", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC, 0);

	c->n = 0;
	if (dir < 0)
		return;
	dir_each(dir, room, sizeof(room), look_at, c);
	sys_close(dir);
}

static void
close_from(unsigned first, unsigned last)
{
	if (first > last ||
	    sys_call3(SYS_close_range, first, last, 0) == 0)
		return;
	for (unsigned fd = first; fd <= last && fd < USHRT_MAX; fd++)
		sys_close((int)fd);
}

void
copies_close(const struct copies *c)
{
	unsigned first = 1;

	for (unsigned i = 0; i < c->n; i++) {
		close_from(first, (unsigned)c->fd[i] - 1);
		first = (unsigned)c->fd[i] + 1;
	}
	close_from(first, UINT_MAX);
}
