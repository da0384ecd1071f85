/*
 * copies - the host's descriptors in our thread's table, given back.
 *
 * That table begins as a copy of the host's.  What stays open there keeps the
 * other end of a pipe or a socket from hearing that the host has closed it; so
 * copies are closed.  But when a process closes a message queue, by whatever
 * descriptor, the kernel forgets that it has asked for mq_notify(3): copies of
 * such queues stay.
 *
 * Memory   the caller's.
 * Threads  our own, which has a table of its own.
 * Fork     nothing to do.
 */
#ifndef DIAG_SINK_COPIES_H
#define DIAG_SINK_COPIES_H

enum { COPIES_MAX = 32 };

/* Descriptors that stay, in rising order. */
struct copies {
	unsigned n;
	int fd[COPIES_MAX];
};

/* Finds those that stay; none where there is no /proc. */
void copies_look(struct copies *c);

/* Closes all others but descriptor 0. */
void copies_close(const struct copies *c);

#endif
