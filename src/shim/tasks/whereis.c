/*
 * whereis - from frames to a word.
 *
 * Libc and what is below it are no places that a person looks for; the call
 * into them is.  Of a wait that a wrapper of ours announced the caller is
 * known, and no walk is needed when it lies in the program itself.
 */
#include "shim/tasks/whereis.h"

#include <stddef.h>
#include <string.h>

#include "shim/names/objects.h"
#include "shim/names/place.h"
#include "shim/stack/stack.h"
#include "shim/tasks/stackscan.h"
#include "shim/tasks/syscalls.h"
#include "shim/tasks/threadwalk.h"

static bool
begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

/* Parts of the system: the C and C++ libraries, the loader, and this one. */
static bool
is_system(const struct object *m)
{
	return m->ours || begins(m->name, "libc.so") ||
	    begins(m->name, "ld-linux") || begins(m->name, "libpthread") ||
	    begins(m->name, "libstdc++") || begins(m->name, "libresolv") ||
	    begins(m->name, "libnss_") || begins(m->name, "[vdso]");
}

static bool
is_of_program(uint64_t pc)
{
	const struct object *m = objects_find((uintptr_t)pc, stack_limit());

	return m != NULL && !is_system(m);
}

/* Innermost first: the first frame that is not the system's. */
static unsigned
first_of_program(const uint64_t *pc, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (is_of_program(pc[i]))
			return i;
	return n;
}

/* The first that is not its language's library's either, which is linked into
 * the program; where there is none, what there is. */
static unsigned
first_to_tell(const uint64_t *pc, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (is_of_program(pc[i]) && !place_is_library(pc[i]))
			return i;
	return first_of_program(pc, n);
}

uint64_t
whereis_sleeper(pid_t tid, const struct procfs_blocked *seen)
{
	static uint64_t pc[THREADWALK_FRAMES];
	struct procfs_blocked at;
	unsigned n = threadwalk(tid, &at, pc);
	unsigned i;

	if (n == 0 || at.nr != seen->nr || at.sp != seen->sp ||
	    at.pc != seen->pc)
		return 0;
	i = first_of_program(pc, n);
	return i < n ? pc[i] : 0;
}

/* Of a wait that was announced the call in the host is known: nothing needs to
 * be looked for on the way there. */
unsigned
whereis_walk(const struct task *task, struct procfs_blocked *at,
    uint64_t pc[THREADWALK_FRAMES])
{
	unsigned n = threadwalk_waits(task->thread, at, pc);

	return n != 0 ? n : threadwalk(task->tid, at, pc);
}

/* The frame that called the lock at which the thread waits: behind the function
 * that waits, and behind those of its library. */
static unsigned
first_beyond_lock(const uint64_t *pc, unsigned n, uint64_t caller)
{
	const struct object *m = objects_find((uintptr_t)caller,
	    stack_limit());
	unsigned i = 0;

	while (i < n && pc[i] != caller)
		i++;
	i += i < n;
	while (i < n && m != NULL && !m->is_program &&
	    objects_find((uintptr_t)pc[i], stack_limit()) == m)
		i++;
	return i;
}

bool
whereis_write_lock(struct buf *b, const struct task *task)
{
	static uint64_t pc[THREADWALK_FRAMES];
	struct procfs_blocked at;
	unsigned n = whereis_walk(task, &at, pc);
	unsigned i = first_beyond_lock(pc, n, task->wait.caller);

	i += first_to_tell(pc + i, n - i);
	if (i == n)
		return false;
	place_write_function(b, pc[i]);
	return true;
}

static bool
write_walked(struct buf *b, const struct task *task)
{
	static uint64_t pc[THREADWALK_FRAMES];
	struct procfs_blocked at;
	unsigned n = whereis_walk(task, &at, pc);
	unsigned i = first_to_tell(pc, n);
	struct object *m;

	if (i == n)
		return false;
	place_write_function(b, pc[i]);
	if (task->wait.kind != WAIT_RUN) {
		buf_printf(b, ">%s", wait_kind_name(task->wait.kind));
		return true;
	}
	m = i > 0 ? objects_find((uintptr_t)pc[i - 1], stack_limit()) : NULL;
	if (m != NULL && !m->ours) {
		buf_char(b, '>');
		place_write_function(b, pc[i - 1]);
	} else if (syscalls_name(at.nr) != NULL) {
		buf_printf(b, ">%s", syscalls_name(at.nr));
	}
	return true;
}

static bool
is_in_program(uint64_t pc)
{
	const struct object *m = objects_find((uintptr_t)pc, stack_limit());

	return m != NULL && m->is_program && !place_is_library(pc);
}

static void
write_announced(struct buf *b, const struct wait_copy *w)
{
	place_write_function(b, w->caller);
	buf_printf(b, ">%s", wait_kind_name(w->kind));
}

static bool
is_waiting(const struct task *task)
{
	return task->wait.kind != WAIT_RUN && task->wait.kind != WAIT_SPIN &&
	    task->wait.caller != 0;
}

/* Of a running thread: the innermost function of the program that its stack
 * still shows. */
static bool
write_scanned(struct buf *b, const struct task *task)
{
	uint64_t pc[STACKSCAN_FRAMES];
	unsigned n = stackscan(task->thread, pc);

	while (n > 0) {
		n--;
		if (!is_of_program(pc[n]) || place_is_library(pc[n]))
			continue;
		buf_char(b, '~');
		place_write_function(b, pc[n]);
		return true;
	}
	return false;
}

bool
whereis_write(struct buf *b, const struct task *task)
{
	if (task->wait.kind == WAIT_LOCK && whereis_write_lock(b, task)) {
		buf_printf(b, ">%s", wait_kind_name(task->wait.kind));
		return true;
	}
	if (is_waiting(task) && is_in_program(task->wait.caller)) {
		write_announced(b, &task->wait);
		return true;
	}
	if (task->state != 'R' && write_walked(b, task))
		return true;
	if (!is_waiting(task))
		return write_scanned(b, task);
	write_announced(b, &task->wait);
	return true;
}
