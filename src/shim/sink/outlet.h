/*
 * outlet - one descriptor, known by device and inode, and how to write to it
 * without waiting and without signals.
 *
 * Memory   the caller's.
 * Threads  one at a time (the sink's output lock).
 * Fork     the sink decides what the child keeps.
 */
#ifndef DIAG_SINK_OUTLET_H
#define DIAG_SINK_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"

enum outlet_kind { OUTLET_FILE, OUTLET_PIPE, OUTLET_SOCKET, OUTLET_DEVICE };

struct outlet {
	int fd;			/* -1: none */
	bool patient;		/* an open file of our own that never blocks */
	enum outlet_kind kind;
	dev_t dev;		/* what it must still be before each write */
	ino_t ino;
};

/* Makes @o stand for what @fd is now; 0 or -errno. */
SIGNAL_SAFE int outlet_take(struct outlet *o, int fd);

/* True when @fd is what @o stands for; sets *@size to its length. */
SIGNAL_SAFE bool outlet_is(const struct outlet *o, int fd, uint64_t *size);

/* Does the host still have what @o stands for, under a number that is not ours?
 * @outside: asked from the diag thread, whose table is its own; there /proc may
 * be missing, and the answer is @unknown. */
SIGNAL_SAFE bool outlet_host_has(const struct outlet *o, bool outside,
    bool unknown);

/* Gives @o a descriptor of its own, close-on-exec and far from the numbers
 * that the host uses; for a pipe or a device an open file of its own too, so
 * that it need not share the host's O_NONBLOCK.  @o is as it was when there
 * is no room for one: false. */
bool outlet_hide(struct outlet *o);

/* Writes without waiting (files excepted, which have no readers).  The bytes
 * written, -EAGAIN, or another -errno. */
SIGNAL_SAFE ssize_t outlet_send(const struct outlet *o, int fd,
    const void *from, size_t n);

/* Waits until there is room, at most @ns.  False when there is none. */
SIGNAL_SAFE bool outlet_wait(int fd, uint64_t ns);

/* Between hush and unhush no signal is delivered to this thread, and a SIGPIPE
 * or SIGXFSZ that our own write raised is gone. */
struct hush {
	uint64_t mask;		/* as it was */
	uint64_t pending;	/* of the two, before we wrote */
	bool raised;		/* set this after EPIPE and EFBIG */
};
SIGNAL_SAFE void hush_begin(struct hush *h);
SIGNAL_SAFE void hush_end(const struct hush *h);

#endif
