/*
 * ticker - the one periodic thread, "diag": its jobs, its questions, its loop.
 */
#include "shim/ticker/ticker.h"

#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/proc.h"
#include "common/base/sys.h"
#include "shim/heap/heap.h"
#include "shim/sched/thread.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"
#include "shim/ticker/ticker_state.h"

enum { BUDGET_PART = 100 };	/* 1 % of one CPU */

#define FLUSH_PERIOD_NS (100 * NS_PER_MS)
#define ALONE_PERIOD_NS NS_PER_S

struct ticker_state ticker_state;
static struct ticker_state *const t = &ticker_state;

void
ticker_ring(void)
{
	__atomic_fetch_add(&t->bell, 1, __ATOMIC_SEQ_CST);
	futex_wake(&t->bell, 1);
}

uint64_t
ticker_deadline(uint64_t now, uint64_t period)
{
	uint64_t start = clock_start_ns();

	if (now < start)
		return start + period;
	return now + period - (now - start) % period;
}

int
ticker_add(ticker_fn fn, void *arg, uint64_t period_ns)
{
	int found = -EAGAIN;

	if (period_ns == 0)
		return -EINVAL;
	lock_take(&t->lock);
	for (int i = 0; i < TICKER_JOBS && found < 0; i++)
		if (t->job[i].fn == NULL)
			found = i;
	if (found >= 0) {
		uint64_t next = ticker_deadline(clock_ns(), period_ns);

		t->job[found] = (struct ticker_job){
		    .fn = fn,
		    .arg = arg,
		    .period_ns = period_ns,
		    .next_ns = next,
		    .first_ns = next,
		};
	}
	lock_give(&t->lock);
	ticker_ring();
	return found;
}

void
ticker_remove(int job)
{
	if (job < 0)
		return;
	lock_take(&t->lock);
	t->job[job].fn = NULL;
	lock_give(&t->lock);
}

/* CPU time per second of elapsed time that @j used since its first run. */
static uint64_t
share_ns(const struct ticker_job *j, uint64_t now)
{
	uint64_t since = now > j->first_ns ? now - j->first_ns : 0;

	since += j->period_ns;
	return j->cpu_ns / (since / NS_PER_MS + 1) * 1000;
}

uint64_t
ticker_budget_ns(int job)
{
	uint64_t now = clock_ns(), all = NS_PER_S / BUDGET_PART, others = 0;
	uint64_t period = NS_PER_S, left;

	lock_take(&t->lock);
	for (int i = 0; i < TICKER_JOBS; i++) {
		if (i == job)
			period = t->job[i].period_ns;
		else if (t->job[i].fn != NULL)
			others += share_ns(&t->job[i], now);
	}
	lock_give(&t->lock);
	left = others < all ? all - others : 0;
	if (left < all / 4)
		left = all / 4;
	return left * (period / NS_PER_MS) / 1000;
}

/* What the thread does */

/* The job in slot @i, when its time has come: @due is when that was. */
static bool
take_due(int i, struct ticker_job *j, uint64_t *due)
{
	uint64_t now = clock_ns();

	lock_take(&t->lock);
	*j = t->job[i];
	if (j->fn == NULL || j->next_ns > now) {
		lock_give(&t->lock);
		return false;
	}
	/* The deadline that has just passed, not one long missed. */
	t->job[i].next_ns = ticker_deadline(now, j->period_ns);
	*due = t->job[i].next_ns - j->period_ns;
	lock_give(&t->lock);
	return true;
}

static void
run_job(int i)
{
	struct ticker_job j;
	uint64_t due, before;

	if (!take_due(i, &j, &due))
		return;
	before = clock_thread_cpu_ns();
	j.fn(j.arg, due);
	lock_take(&t->lock);
	if (t->job[i].fn == j.fn && t->job[i].arg == j.arg)
		t->job[i].cpu_ns += clock_thread_cpu_ns() - before;
	lock_give(&t->lock);
}

static void
answer(void)
{
	struct ticker_question q;

	lock_take(&t->lock);
	q = t->question;
	t->question.fn = NULL;
	lock_give(&t->lock);
	if (q.fn == NULL)
		return;
	q.fn(q.arg, clock_ns());
	__atomic_store_n(&t->answered, q.number, __ATOMIC_SEQ_CST);
	futex_wake(&t->answered, 1);
}

static void
answer_poke(void)
{
	ticker_fn fn;

	if (atomic_load_explicit(&t->poked, memory_order_relaxed) == 0 ||
	    atomic_exchange(&t->poked, 0) == 0)
		return;
	fn = atomic_load(&t->on_poke);
	if (fn != NULL)
		fn(NULL, clock_ns());
}

static void
flush(uint64_t now)
{
	if (!sink_gathers() || now < t->flush_ns)
		return;
	sink_flush();
	t->flush_ns = ticker_deadline(now, FLUSH_PERIOD_NS);
}

/* The status that the main thread left with: the last field of its stat. */
static int
status_of_main(const char *stat)
{
	const char *last = strrchr(stat, ' ');
	uint64_t status;

	if (last++ == NULL || !parse_u64(&last, &status))
		return 0;
	return (int)(status >> 8 & 0xff);
}

/* The main thread's own line, whose end is where the process's is: for that the
 * kernel would add up the times of all threads. */
static bool
read_main(char *text, size_t size)
{
	char path[64];
	struct buf b = BUF(path);

	buf_printf(&b, "/proc/self/task/%d/stat", (int)sys_getpid());
	return proc_read(buf_cstr(&b), text, size) > 0 ||
	    proc_read("/proc/self/stat", text, size) > 0;
}

/* The main thread has left and no host thread is there any more: nothing will
 * end this process but us.  The kernel reports the status of whoever leaves
 * last, so we leave with what it would have been without us: main's own when
 * it was the last, 0 as of any thread of libc's when others outlived it. */
static void
leave_when_alone(uint64_t now)
{
	char text[512];
	struct proc_stat st;

	if (now < t->alone_ns)
		return;
	t->alone_ns = now + ALONE_PERIOD_NS;
	if (!read_main(text, sizeof(text)) || !proc_stat_parse(text, &st) ||
	    st.state != 'Z')
		return;
	t->alone_ns = now + FLUSH_PERIOD_NS;
	if (st.num_threads > 2) {
		t->outlived = true;
		return;
	}
	sink_flush();
	for (;;)
		sys_call1(SYS_exit, t->outlived ? 0 : status_of_main(text));
}

/* When there is something to do next, at the latest. */
static uint64_t
next_deadline(void)
{
	uint64_t next = t->alone_ns;

	lock_take(&t->lock);
	for (int i = 0; i < TICKER_JOBS; i++)
		if (t->job[i].fn != NULL && t->job[i].next_ns < next)
			next = t->job[i].next_ns;
	lock_give(&t->lock);
	if (sink_gathers() && t->flush_ns < next)
		next = t->flush_ns;
	return next;
}

static void
look(void)
{
	answer();
	answer_poke();
	for (int i = 0; i < TICKER_JOBS; i++)
		run_job(i);
	flush(clock_ns());
	leave_when_alone(clock_ns());
	atomic_store(&t->cpu_ns, clock_thread_cpu_ns());
}

/* A descriptor table of its own.  Where a container forbids unshare(), closing
 * a range that nobody uses does it as well. */
static long
leave_files(void)
{
	if (sys_call1(SYS_unshare, CLONE_FILES) == 0)
		return 0;
	return sys_call3(SYS_close_range, UINT_MAX, UINT_MAX,
	    CLOSE_RANGE_UNSHARE);
}

/* Its own name, its own descriptors, no real-time priority of the host's.
 * Without descriptors of its own it would take numbers of the host's. */
static long
settle(void)
{
	struct sched_param none = { 0 };
	long policy = sys_call1(SYS_sched_getscheduler, 0);

	sys_call4(SYS_prctl, PR_SET_NAME, "diag", 0, 0);
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		sys_call3(SYS_sched_setscheduler, 0, SCHED_OTHER, &none);
	heap_thread_is_ours();

	long err = leave_files();

	if (err == 0)
		sink_adopt_thread();
	return err;
}

void *
ticker_live(void *arg)
{
	long err;

	tls.ours = true;
	if (arg != NULL)
		thread_begin(arg, THREAD_OURS);
	err = settle();
	if (err != 0) {
		__atomic_store_n(&t->refused, (int)err, __ATOMIC_SEQ_CST);
		futex_wake(&t->tid, 1);
		return NULL;
	}
	ticker_uncount();
	t->alone_ns = clock_ns() + ALONE_PERIOD_NS;
	__atomic_store_n(&t->tid, (uint32_t)sys_gettid(), __ATOMIC_SEQ_CST);
	futex_wake(&t->tid, 1);
	while (atomic_load(&t->stop) == 0) {
		uint32_t heard = __atomic_load_n(&t->bell, __ATOMIC_SEQ_CST);
		uint64_t next, now;

		look();
		next = next_deadline();
		now = clock_ns();
		if (next == UINT64_MAX)
			futex_wait(&t->bell, heard, 0);
		else if (next > now)
			futex_wait(&t->bell, heard, next - now);
	}
	answer();	/* who asked before the end is not left waiting */
	sink_flush();
	while (!ticker_recount())
		sys_call1(SYS_exit, 0);
	return NULL;
}

/* Asking */

static bool
await_answer(uint32_t number, uint64_t end)
{
	for (;;) {
		uint32_t seen = __atomic_load_n(&t->answered, __ATOMIC_SEQ_CST);
		uint64_t now = clock_ns();

		if (seen == number)
			return true;
		if (now >= end)
			return false;
		futex_wait(&t->answered, seen, end - now);
	}
}

bool
ticker_ask(ticker_fn fn, void *arg, uint64_t ns)
{
	uint64_t end = clock_ns() + ns;
	uint32_t number;
	bool done;

	if (ticker_is_me()) {
		fn(arg, clock_ns());
		return true;
	}
	if (!ticker_runs() || !lock_take_for(&t->asking, ns))
		return false;
	lock_take(&t->lock);
	number = ++t->question.number;
	t->question.fn = fn;
	t->question.arg = arg;
	lock_give(&t->lock);
	ticker_ring();
	done = await_answer(number, end);
	if (!done) {
		lock_take(&t->lock);
		t->question.fn = NULL;
		lock_give(&t->lock);
	}
	lock_give(&t->asking);
	return done;
}

void
ticker_on_poke(ticker_fn fn)
{
	atomic_store(&t->on_poke, fn);
}

void
ticker_poke(void)
{
	atomic_store(&t->poked, 1);
	ticker_ring();
}

