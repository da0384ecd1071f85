/*
 * drain - choosing the descriptor, writing, waiting, giving up.
 */
#include "shim/sink/drain.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/lock.h"
#include "common/base/sys.h"
#include "shim/sink/copies.h"
#include "shim/sink/gather.h"
#include "shim/sink/logfile.h"
#include "shim/sink/outlet.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"

enum { LAST_LINE_MAX = 80, BLIND_MAX = 16 * 1024 };
#define PATIENCE_NS (SINK_PATIENCE_MS * NS_PER_MS)
#define EARNED_NS (250 * NS_PER_US)
#define LAST_PATIENCE_NS (500 * NS_PER_MS)
#define LOCK_PATIENCE_NS (200 * NS_PER_MS)
#define RETRY_READER_NS NS_PER_MS
#define LOOK_PERIOD_NS (50 * NS_PER_MS)
#define GIVEN_UP_NS (200 * NS_PER_MS)
#define RETRY_ERROR_NS (10 * NS_PER_MS)

static struct lock lock;	/* for all that follows but atomic words */
static struct outlet host;	/* host threads write to */
static struct outlet thread;	/* the diag thread writes to */
static bool adopted;		/* it has a table of its own */
static bool is_log, keeps, forked;
static uint64_t look_ns;	/* when the host's pipe is looked for next */
static uint64_t given_up_ns;	/* since when it has none; 0: it has */
static uint64_t limit;		/* logmax; 0 none */
static uint64_t written;	/* for what has no length */
static const char *prefix = "";
static void (*count_drop)(uint64_t);
static uint64_t credit_ns = PATIENCE_NS;
static bool over;		/* atomic */
static bool closed;		/* the process ends; atomic */
static uint64_t retry_ns;	/* atomic: not before; 0 at once */
static int failure;		/* atomic: -errno of the last write, or 0 */
static bool hangs;		/* atomic: somebody waited in vain */

/* One turn at the output. */
struct turn {
	struct outlet *o;
	int fd;
	bool transient;		/* opened for this turn alone */
	uint64_t size;		/* of the output so far */
	uint64_t last_ns;	/* until then a reader that reads is waited
				 * for; 0 for as long as it has earned */
	struct hush hush;
};

static int
open_host(int fd, bool keep, bool ours)
{
	int err = outlet_take(&host, fd);
	bool hidden;

	keeps = keep;
	if (err != 0) {
		if (ours)
			sys_close(fd);
		host.fd = -1;
		return err;
	}
	hidden = keep && outlet_hide(&host);
	if (!ours)
		return 0;
	sys_close(fd);
	if (!hidden)
		host.fd = -1;
	return 0;
}

int
drain_open_log(bool keep, uint64_t max)
{
	int fd = logfile_open();
	struct stat st = { 0 };

	if (fd < 0)
		return fd;
	if (max != 0 && sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size + LAST_LINE_MAX >= max) {
		sys_close(fd);
		return -EFBIG;
	}
	is_log = true;
	return open_host(fd, keep, true);
}

int
drain_open_stderr(bool keep)
{
	is_log = false;
	return open_host(STDERR_FILENO, keep, false);
}

void
drain_limit(uint64_t max, const char *line_prefix, void (*drop)(uint64_t))
{
	limit = max;
	prefix = line_prefix;
	count_drop = drop;
}

bool
drain_is_over(void)
{
	return __atomic_load_n(&over, __ATOMIC_RELAXED) ||
	    __atomic_load_n(&closed, __ATOMIC_RELAXED);
}

void
drain_close(void)
{
	/* A write in flight would be cut short by the end of the process. */
	bool taken = lock_take_for(&lock, LOCK_PATIENCE_NS);

	__atomic_store_n(&closed, true, __ATOMIC_RELAXED);
	if (taken)
		lock_give(&lock);
}

void
drain_reopen(void)
{
	__atomic_store_n(&closed, false, __ATOMIC_RELAXED);
}

int
drain_failure(void)
{
	return __atomic_load_n(&failure, __ATOMIC_RELAXED);
}

const char *
drain_reason(int err)
{
	if (err == 0)
		return "the output was busy";
	return err == -EAGAIN ? "the reader is slow" : err_name(-err);
}

/* The log is not open here: a host that swept its descriptors, or a child with
 * a file of its own. */
static int
reopen(struct turn *t)
{
	bool keep = t->o == &thread;
	int fd = logfile_open();
	int err;

	if (fd < 0)
		return fd;
	err = outlet_take(t->o, fd);
	if (err != 0) {
		sys_close(fd);
		return err;
	}
	if (!keep && keeps && outlet_hide(t->o)) {
		sys_close(fd);
		fd = t->o->fd;
		keep = true;
	}
	if (!keep) {
		t->o->fd = -1;
		t->transient = true;
	}
	return outlet_is(t->o, fd, &t->size) ? fd : -EBADF;
}

/* A pipe's reader waits for the end of the last of its writers. */
static bool
has_reader(const struct outlet *o)
{
	return o->kind == OUTLET_PIPE || o->kind == OUTLET_SOCKET;
}

bool
drain_must_let_go(void)
{
	return !is_log && adopted && thread.fd >= 0 && (has_reader(&thread) ||
	    (forked && thread.kind != OUTLET_FILE));
}

bool
drain_is_stream(void)
{
	return has_reader(&host);
}

/* The host has given up the pipe that @o holds for its sake, and not just now:
 * programs close their standard error at their end, right before the last
 * report. */
static bool
is_given_up(const struct outlet *o)
{
	uint64_t now = clock_ns();

	if (now < look_ns)
		return false;
	look_ns = now + LOOK_PERIOD_NS;
	if (outlet_host_has(o, o == &thread, true)) {
		given_up_ns = 0;
		return false;
	}
	if (given_up_ns == 0)
		given_up_ns = now;
	return now - given_up_ns >= GIVEN_UP_NS;
}

/* Nobody shall wait for the end of a pipe because of us. */
static void
let_go(struct outlet *o)
{
	if (o == &thread && (!drain_must_let_go() ||
	    (forked && outlet_host_has(o, true, false))))
		return;
	if (o == &host && (is_log || o->fd <= STDERR_FILENO || !has_reader(o)))
		return;
	if (!(forked && o == &thread) && !is_given_up(o))
		return;
	sys_close(o->fd);
	o->fd = -1;
}

/* The descriptor to write to, proved to be what it was; or -errno. */
static int
ready(struct turn *t)
{
	struct outlet *o = t->o;

	if (outlet_is(o, o->fd, &t->size))
		return o->fd;
	o->fd = -1;	/* somebody else's by now */
	if (is_log)
		return reopen(t);
	o->patient = false;
	if (o == &host && outlet_is(o, STDERR_FILENO, &t->size))
		return STDERR_FILENO;
	return -EBADF;
}

/* The last line of a log that has reached its limit. */
static void
end_log(struct turn *t)
{
	char text[LAST_LINE_MAX];
	struct buf b = BUF(text);
	unsigned lost;

	buf_printf(&b, "%sdiag: the log ends here: logmax=%lu is reached\n",
	    prefix, (unsigned long)limit);
	if (t->size + b.len <= limit)
		outlet_send(t->o, t->fd, text, b.len);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	lost = gather_discard();
	if (count_drop != NULL)
		count_drop(lost);
}

/* How many bytes may be written now; 0 when the limit is reached.  A pipe takes
 * PIPE_BUF bytes whole or not at all. */
static size_t
allowance(const struct turn *t, bool *whole)
{
	size_t most = GATHER_SIZE;
	uint64_t size = t->o->kind == OUTLET_FILE && is_log ? t->size :
	    written;

	*whole = t->o->kind == OUTLET_FILE;
	if (t->o->kind == OUTLET_PIPE || t->o->kind == OUTLET_DEVICE)
		most = PIPE_BUF;
	else if (t->o->kind == OUTLET_SOCKET)
		most = BLIND_MAX;
	if (limit == 0)
		return most;
	/* Room is left for the last line. */
	size = MIN(size + LAST_LINE_MAX, limit);
	if (limit - size >= most)
		return most;
	*whole = true;
	return limit - size;
}

/* Waits for the reader as long as it has earned. */
static bool
wait_for_reader(int fd)
{
	uint64_t began = clock_ns();
	uint64_t waited;
	bool room;

	if (credit_ns < EARNED_NS)
		return false;
	room = outlet_wait(fd, credit_ns);
	waited = MAX(clock_ns() - began, EARNED_NS);
	credit_ns -= MIN(waited, credit_ns);
	return room;
}

/* Nothing more can be written now; what is left stays, and no torn record
 * stays in a log. */
static COLD void
give_up(struct turn *t, int err)
{
	t->hush.raised = t->hush.raised || err == -EPIPE || err == -EFBIG;
	if (is_log && t->fd >= 0 && gather_begun() != 0 &&
	    logfile_retreat(t->fd, gather_begun()))
		gather_rewind();
	__atomic_store_n(&failure, err, __ATOMIC_RELAXED);
	__atomic_store_n(&retry_ns, clock_ns() + (err == -EAGAIN ?
	    RETRY_READER_NS : RETRY_ERROR_NS), __ATOMIC_RELAXED);
}

static void
account(struct turn *t, size_t sent)
{
	unsigned records = gather_wrote(sent);

	t->size += sent;
	written += sent;
	credit_ns = MIN(credit_ns + records * EARNED_NS, PATIENCE_NS);
	if (t->last_ns != 0 && clock_ns() < t->last_ns)
		credit_ns = PATIENCE_NS;
}

/* Writes what is in the buffer that is written; false when it gave up. */
static bool
write_half(struct turn *t)
{
	while (!gather_is_written()) {
		bool whole, begun;
		const char *at;
		size_t n = allowance(t, &whole);
		ssize_t sent;

		n = gather_piece(&at, n, whole, &begun);
		if (n == 0) {
			end_log(t);
			return false;
		}
		sent = outlet_send(t->o, t->fd, at, n);
		if (sent > 0) {
			account(t, (size_t)sent);
			continue;
		}
		if (sent == -EINTR ||
		    (sent == -EAGAIN && wait_for_reader(t->fd)))
			continue;
		give_up(t, sent == 0 ? -EIO : (int)sent);
		return false;
	}
	__atomic_store_n(&retry_ns, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&failure, 0, __ATOMIC_RELAXED);
	return true;
}

static bool
take_turn(struct turn *t)
{
	bool all;

	t->o = tls.ours && adopted ? &thread : &host;
	if (t->last_ns == 0)
		let_go(t->o);
	/* A child that has nothing to say opens nothing. */
	if (gather_is_written() && !gather_swap())
		return true;
	t->fd = ready(t);
	if (t->fd < 0) {
		give_up(t, t->fd);
		return false;
	}
	all = write_half(t) && (!gather_swap() || write_half(t));
	if (t->transient)
		sys_close(t->fd);
	return all;
}

/* Waits for a writer that may be slow, but only once for one that hangs. */
static bool
take_lock(enum drain_when when)
{
	bool taken = lock_try(&lock);

	if (!taken && when == DRAIN_IF_FREE)
		return false;
	if (!taken && !__atomic_load_n(&hangs, __ATOMIC_RELAXED))
		taken = lock_take_for(&lock, LOCK_PATIENCE_NS);
	__atomic_store_n(&hangs, !taken, __ATOMIC_RELAXED);
	return taken;
}

bool
drain(enum drain_when when)
{
	uint64_t retry = __atomic_load_n(&retry_ns, __ATOMIC_RELAXED);
	struct turn t = { .fd = -1 };
	bool all = false;

	if (drain_is_over() ||
	    (when != DRAIN_NOW && retry != 0 && clock_ns() < retry))
		return false;
	hush_begin(&t.hush);
	if (take_lock(when)) {
		if (when == DRAIN_NOW && !tls.ours) {
			credit_ns = PATIENCE_NS;
			t.last_ns = clock_ns() + LAST_PATIENCE_NS;
		}
		all = !drain_is_over() && take_turn(&t);
		lock_give(&lock);
	}
	hush_end(&t.hush);
	return all;
}

void
drain_adopt(void)
{
	struct copies kept;
	uint64_t size;
	int fd;

	copies_look(&kept);
	lock_take(&lock);
	thread = host;
	adopted = true;
	fd = host.fd;
	if (!outlet_is(&host, fd, &size))
		fd = is_log ? logfile_open() : STDERR_FILENO;
	thread.fd = -1;
	if (fd >= 0 && outlet_take(&thread, fd) == 0) {
		bool same = thread.dev == host.dev && thread.ino == host.ino;

		thread.patient = fd == host.fd && host.patient;
		if (!thread.patient && !is_log && outlet_hide(&thread))
			fd = thread.fd;
		if (fd != 0)
			sys_call3(SYS_dup3, fd, 0, O_CLOEXEC);
		thread.fd = same || is_log ? 0 : -1;
	}
	copies_close(&kept);
	if (thread.fd < 0)
		sys_close(0);
	lock_give(&lock);
}

void
drain_after_fork_child(void)
{
	uint64_t size;
	bool open = host.fd > STDERR_FILENO && outlet_is(&host, host.fd, &size);

	lock_reset(&lock);
	hangs = false;
	forked = true;
	look_ns = 0;
	given_up_ns = 0;
	adopted = false;
	thread.fd = -1;
	closed = false;
	credit_ns = PATIENCE_NS;
	retry_ns = 0;
	failure = 0;
	written = 0;
	if (is_log ? !logfile_is_per_process() : host.kind == OUTLET_FILE)
		return;
	over = over && !is_log;
	if (open)
		sys_close(host.fd);
	host.fd = is_log ? -1 : STDERR_FILENO;
	host.patient = false;
}
