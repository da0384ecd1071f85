/*
 * pools_sleep - where threads sleep for work that announce no wait.
 *
 * Of the calls that a thread was seen to sleep in, the one nearest to its start
 * routine is taken for the wait for work.  That may be wrong as long as it was
 * seen in one alone: a worker that always finds a task sleeps in the middle of
 * tasks only.  Two calls of one function are as near as each other.
 *
 * The kernel tells a stack pointer and a place in libc; which of a function's
 * calls it is, the return address on the stack does.
 */
#include <sys/syscall.h>

#include "common/base/sys.h"
#include "shim/pools/pools.h"
#include "shim/tasks/threadwalk.h"
#include "shim/tasks/whereis.h"

/* Calls from one frame differ by so much of the stack; what is further away
 * than a stack is large is on another one. */
enum { SAME_DEPTH = 512, OTHER_STACK = 8 << 20 };

/* So many words into the stack is the return address looked for. */
enum { SLOTS = 32, NO_SLOT = SLOTS };

/* Calls that sleep until there is something to do. */
static bool
is_for_work(long nr)
{
	static const short calls[] = {
		SYS_read, SYS_readv, SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg,
		SYS_msgrcv, SYS_mq_timedreceive, SYS_semop, SYS_semtimedop,
		SYS_io_uring_enter, SYS_io_getevents, SYS_rt_sigtimedwait,
	};

	for (unsigned i = 0; i < ARRAY_LEN(calls); i++) {
		if (calls[i] == nr)
			return true;
	}
	return false;
}

/* Nearer to the start routine than the home that it announces, if any. */
static bool
is_before_home(const struct thread *t, uint64_t sp)
{
	uint64_t depth = atomic_load(&t->work.depth);

	if (atomic_load(&t->work.kind) == WAIT_RUN)
		return true;
	if (t->stack_low != 0 && (sp < t->stack_low || sp >= t->stack_high))
		return false;
	return sp > depth && sp - depth > SAME_DEPTH &&
	    sp - depth < OTHER_STACK;
}

static unsigned
find_slot(uint64_t sp, uint64_t caller)
{
	uint64_t words[SLOTS];
	unsigned i = 0;

	if (!sys_copy(words, sp, sizeof(words)))
		return NO_SLOT;
	while (i < SLOTS && words[i] != caller)
		i++;
	return i;
}

/* What is at the place of the return address now is the same. */
static bool
has_caller(const struct pools_sleep *s)
{
	uint64_t word = 0;

	return s->slot == NO_SLOT || (sys_copy(&word, s->sp + s->slot *
	    sizeof(word), sizeof(word)) && word == s->caller);
}

static bool
is_there(const struct task *task, const struct pools_sleep *s)
{
	const struct procfs_blocked *b = &task->blocked;

	return b->sp != 0 && b->sp == s->sp && b->pc == s->pc &&
	    b->nr == s->nr && has_caller(s);
}

static bool
are_in_one_function(uint64_t a, uint64_t b)
{
	uintptr_t f = threadwalk_function(a);

	return a != b && f != 0 && f == threadwalk_function(b);
}

/* It sleeps nearer to its start routine than it was seen to so far, or just as
 * near: what is far below that is compared with nothing, and one other place
 * once. */
static void
note_sleep(const struct task *task, struct pools_sleep *s)
{
	const struct procfs_blocked *b = &task->blocked;
	uint64_t caller;

	if (b->sp + SAME_DEPTH <= s->sp || is_there(task, s) ||
	    (b->sp == s->beside_sp && b->pc == s->beside_pc) ||
	    !is_for_work(b->nr) || !is_before_home(task->thread, b->sp))
		return;
	caller = whereis_sleeper(task->tid, b);
	if (caller == 0)
		return;
	s->rivals = s->rivals || (s->sp != 0 &&
	    are_in_one_function(caller, s->caller));
	if (b->sp <= s->sp) {
		s->beside_sp = b->sp;
		s->beside_pc = b->pc;
		return;
	}
	s->slot = find_slot(b->sp, caller);
	s->sp = b->sp;
	s->pc = b->pc;
	s->nr = b->nr;
	s->caller = caller;
	s->seen_there = s->returned = s->quiet = s->elsewhere = false;
	s->inner = false;
}

uint64_t
pools_sleep_at(const struct task *task)
{
	struct pools_member *m = pools_member(task->thread);
	struct pools_sleep *s;

	if (m == NULL)
		return 0;
	s = &m->sleep;
	if (s->whose != task->generation + 1)
		*s = (struct pools_sleep){ .whose = task->generation + 1 };
	if (task->blocked.sp != 0)
		note_sleep(task, s);
	if (s->sp == 0 || !is_before_home(task->thread, s->sp))
		return 0;
	return s->caller;
}

bool
pools_sleep_is_home(const struct task *task)
{
	const struct pools_member *m = pools_member(task->thread);

	return m != NULL && !m->sleep.inner && is_there(task, &m->sleep);
}

bool
pools_sleep_is_beside_home(const struct task *task)
{
	const struct thread *t = task->thread;
	uint64_t sp = task->blocked.sp, depth = atomic_load(&t->work.depth);

	return sp != 0 && is_for_work(task->blocked.nr) &&
	    (t->stack_low == 0 || (sp >= t->stack_low && sp < t->stack_high)) &&
	    sp + SAME_DEPTH > depth;
}

uint64_t
pools_sleep_depth(const struct thread *t)
{
	const struct pools_member *m = pools_member(t);

	return m == NULL || m->sleep.sp == 0 ? 0 : t->stack_high - m->sleep.sp;
}

void
pools_sleep_is_inner(const struct task *task, bool inner)
{
	struct pools_member *m = pools_member(task->thread);

	if (m != NULL)
		m->sleep.inner = inner;
}

/* Waits in the middle of a task, below where it sleeps for work.  Locks are
 * waited for anywhere. */
static bool
waits_below(const struct task *task, const struct pools_sleep *s)
{
	uint64_t sp = task->blocked.sp;

	if (wait_kind_is_lock(task->wait.kind) ||
	    task->wait.kind == WAIT_SPIN)
		return false;
	if (task->wait.kind != WAIT_RUN)
		sp = __atomic_load_n(&task->thread->wait_frame,
		    __ATOMIC_RELAXED);
	return sp != 0 && sp < s->sp && s->sp - sp < OTHER_STACK;
}

/* A place that it comes back to is no sleep in the middle of a long task.  Its
 * times are read before its state: the first run that is met there may be the
 * one before the sleep. */
void
pools_sleep_look(const struct task *task, struct pools_doing *out)
{
	struct pools_member *m = pools_member(task->thread);
	struct pools_sleep *s;
	bool there;

	if (m == NULL)
		return;
	s = &m->sleep;
	there = is_there(task, s);
	if (there && s->seen_there && (!s->there_last ||
	    (s->quiet && task->ran_ns != 0)))
		s->returned = true;
	s->quiet = there && s->there_last && task->ran_ns == 0;
	s->seen_there = s->seen_there || there;
	s->there_last = there;
	s->elsewhere = s->elsewhere || waits_below(task, s);
	out->sleeps = s->returned && s->elsewhere && !s->inner;
	out->rivals = s->rivals;
}
