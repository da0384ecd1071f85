/*
 * control - clients, from the socket to the answer.
 */
#include "shim/serve/control.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/sys.h"
#include "shim/serve/change.h"
#include "shim/sink/sink.h"
#include "shim/ticker/opener.h"
#include "shim/ticker/ticker.h"

enum {
	CLIENTS = 4,		/* at a time; others wait in the backlog */
	BACKLOG = 16,
	REQUEST_MAX = 4096,
	ANSWER_MAX = 8192,
};

#define LOOK_NS (100 * NS_PER_MS)
#define PATIENCE_NS (2 * NS_PER_S)

struct client {
	int fd;			/* -1: nobody */
	bool refused;
	uint64_t since_ns;
	size_t len;
	char request[REQUEST_MAX];
};

/* The diag thread's; descriptors are those of its table. */
static struct {
	struct options *opt;
	pid_t tid;		/* in whose life they were opened */
	int fd;			/* -1: not open */
	struct client client[CLIENTS];
} c;

static void
forget(void)
{
	c.fd = -1;
	for (unsigned i = 0; i < CLIENTS; i++)
		c.client[i].fd = -1;
}

static int
listen_at(int fd)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct buf b = BUF(at.sun_path);
	size_t len;
	long err;

	buf_char(&b, '\0');
	buf_printf(&b, "diag/%d", sys_getpid());
	len = offsetof(struct sockaddr_un, sun_path) + b.len;
	err = sys_call3(SYS_bind, fd, &at, len);
	if (err == 0)
		err = sys_call2(SYS_listen, fd, BACKLOG);
	return (int)err;
}

static bool
open_socket(void)
{
	int fd = (int)sys_call3(SYS_socket, AF_UNIX,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err = fd < 0 ? fd : listen_at(fd);

	if (err == 0) {
		c.fd = fd;
		return true;
	}
	if (fd >= 0)
		sys_close(fd);
	sink_notice("control", "control: off: %s", err_name(-err));
	return false;
}

/* A process that can still become another user is that user's, too. */
static bool
is_allowed(int fd)
{
	uid_t real = 0, effective = 0, saved = 0;
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (sys_call6(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer,
	    &len, 0) != 0)
		return false;
	if (sys_call3(SYS_getresuid, &real, &effective, &saved) != 0)
		return false;
	return peer.uid == 0 || (peer.uid == real && peer.uid == effective &&
	    peer.uid == saved);
}

static struct client *
free_client(void)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		if (c.client[i].fd < 0)
			return &c.client[i];
	return NULL;
}

static void
take_clients(void)
{
	struct client *to;

	while ((to = free_client()) != NULL) {
		int fd = (int)sys_call4(SYS_accept4, c.fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		to->fd = fd;
		to->refused = !is_allowed(fd);
		to->since_ns = clock_ns();
		to->len = 0;
	}
}

static void
leave(struct client *cl)
{
	sys_close(cl->fd);
	cl->fd = -1;
}

/* The answer fits into the socket, or the client is none of ours. */
static void
answer(struct client *cl)
{
	static char text[ANSWER_MAX];
	struct buf b = BUF(text);

	if (cl->refused)
		buf_str(&b, "error: this process is another user's\n");
	else
		change_answer(c.opt, cl->request, &b);
	sys_call6(SYS_sendto, cl->fd, b.data, b.len,
	    MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
	leave(cl);
}

/* Reads what has come; true when the line is whole, without its end. */
static bool
read_line(struct client *cl)
{
	size_t room = sizeof(cl->request) - 1 - cl->len;
	long n = sys_call6(SYS_recvfrom, cl->fd, cl->request + cl->len, room,
	    MSG_DONTWAIT, NULL, NULL);
	char *end;

	if (n > 0)
		cl->len += (size_t)n;
	cl->request[cl->len] = '\0';
	end = memchr(cl->request, '\n', cl->len);
	if (end == NULL)
		return false;
	*end = '\0';
	return true;
}

static void
look_at(struct client *cl)
{
	if (cl->fd < 0)
		return;
	if (read_line(cl))
		answer(cl);
	else if (cl->len == sizeof(cl->request) - 1 ||
	    clock_ns() - cl->since_ns > PATIENCE_NS)
		leave(cl);
}

static void
look(void *arg, uint64_t due_ns)
{
	(void)arg;
	(void)due_ns;
	if (opener_is_closed())
		return;
	if (c.tid != ticker_tid()) {
		forget();
		c.tid = ticker_tid();
	}
	if (c.fd < 0 && !open_socket())
		return;
	take_clients();
	for (unsigned i = 0; i < CLIENTS; i++)
		look_at(&c.client[i]);
}

int
control_start(struct options *opt)
{
	int job;

	c.opt = opt;
	forget();
	job = ticker_add(look, NULL, LOOK_NS);
	return MIN(job, 0);
}

void
control_after_fork_child(void)
{
	forget();
	c.tid = 0;
}
