/*
 * schedtrace - the SCHED line.
 *
 * runqueue counts the tasks that wait in the pools we know.  Where none is
 * known work may wait all the same: the field is "-", not 0.  The lines of
 * pools come between the SCHED line and the T lines.
 */
#include "shim/schedtrace/schedtrace.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/sys.h"
#include "shim/pools/pools.h"
#include "shim/proc/cpus.h"
#include "shim/proc/procfs.h"
#include "shim/schedtrace/poolline.h"
#include "shim/schedtrace/scheddetail.h"
#include "shim/schedtrace/starving.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"
#include "shim/tasks/tasks.h"
#include "shim/tasks/unload.h"
#include "shim/ticker/lines.h"
#include "shim/ticker/ticker.h"

enum { CPUS_SHOWN = 64 };

/* What one unhurried look for the signal may cost. */
#define ASKED_BUDGET_NS (100 * NS_PER_MS)

/* The diag thread's, once it runs. */
static struct {
	int job;		/* of the ticker; -1: none */
	bool detail;
	uint64_t period_ns;
	uint64_t line_ns;	/* clock_ns() at the last line, or the start */
	uint64_t cpu_ns;	/* CPU time used by the host until then */
	uint64_t lockwait_ns, throttled_ns;
	bool throttled_known;
	uint64_t detail_cost_ns;	/* of the last T lines */
	uint64_t whole_cost_ns;	/* of them and all that came before them */
	int64_t credit_ns;	/* saved up for the next T lines */
	uint64_t pools_cost_ns;	/* of the last look at the pools */
	struct lines lines;
	struct tasks_look look;
	struct poolline_list pools;
} s = { .job = -1 };

static uint64_t
host_cpu_ns(void)
{
	uint64_t all = clock_process_cpu_ns(), own = ticker_cpu_ns();

	return all - MIN(all, own);
}

/* A CPU is ours to use when the affinity says so, or when one of our threads
 * has been seen on it. */
static bool
is_usable(const uint64_t *mask, const struct tasks_look *l, unsigned cpu)
{
	if (mask[cpu / 64] >> cpu % 64 & 1)
		return true;
	return l->queued_on[cpu] != 0 ||
	    (l->running_cpus[cpu / 64] >> cpu % 64 & 1) != 0;
}

static void
write_queues(struct buf *b, const struct tasks_look *l)
{
	uint64_t mask[TASKS_CPUS / 64] = { 0 };
	unsigned n = 0, last = 0, sep = 0;

	if (!l->kernel_tells) {
		buf_str(b, " [-]");
		return;
	}
	sys_call3(SYS_sched_getaffinity, sys_getpid(), sizeof(mask), mask);
	for (unsigned i = 0; i < TASKS_CPUS; i++) {
		if (is_usable(mask, l, i)) {
			n++;
			last = i;
		}
	}
	buf_str(b, l->estimated ? " [~" : " [");
	if (n > CPUS_SHOWN) {
		buf_printf(b, "%u cpus, %u waiting]", n, l->queued);
		return;
	}
	for (unsigned i = 0; i <= last; i++) {
		if (is_usable(mask, l, i))
			buf_printf(b, "%s%u", sep++ != 0 ? " " : "",
			    l->queued_on[i]);
	}
	buf_char(b, ']');
}

/* With a quota there are fewer processors than CPUs to run on. */
static unsigned
idle_procs(const struct tasks_look *l, unsigned procs)
{
	unsigned busy = 0;

	for (unsigned i = 0; i < TASKS_CPUS / 64; i++)
		busy += (unsigned)__builtin_popcountll(l->running_cpus[i]);
	return procs - MIN(procs, busy);
}

/* "name=~12", "name=-": a count that the kernel did not tell is none. */
static void
write_count(struct buf *b, const char *name, const struct tasks_look *l,
    unsigned n)
{
	buf_str(b, name);
	if (!l->kernel_tells)
		buf_char(b, '-');
	else
		buf_printf(b, "%s%u", l->estimated ? "~" : "", n);
}

static void
write_ms(struct buf *b, const char *name, bool known, uint64_t ns)
{
	buf_str(b, name);
	if (!known) {
		buf_char(b, '-');
		return;
	}
	buf_go_ms(b, ns);
	buf_str(b, "ms");
}

/* The time since the line before. */
static uint64_t
period_until(uint64_t now)
{
	uint64_t from = s.line_ns != 0 ? s.line_ns : clock_start_ns();

	return now - MIN(now, from);
}

static uint64_t
ms_since_start(const struct tasks_look *l)
{
	uint64_t start = clock_start_ns();

	return (l->at_ns - MIN(l->at_ns, start)) / NS_PER_MS;
}

static void
write_rates(struct buf *b, const struct tasks_look *l)
{
	uint64_t cpu = host_cpu_ns(), ns = period_until(l->at_ns);
	uint64_t used = cpu - MIN(cpu, s.cpu_ns);
	uint64_t waited = l->lockwait_ns - MIN(l->lockwait_ns, s.lockwait_ns);

	buf_printf(b, " cpu=%llu%%", ns == 0 ? 0ull :
	    (unsigned long long)((used * 100 + ns / 2) / ns));
	write_ms(b, l->estimated && l->delay_known ? " delay=~" : " delay=",
	    l->delay_known, l->delay_ns);
	/* Waits are announced while somebody wants to know. */
	write_ms(b, " lockwait=", (atomic_load(&state_armed_wait) &
	    ARMED_STATE) != 0, waited);
	s.cpu_ns = cpu;
	s.line_ns = l->at_ns;
	s.lockwait_ns = l->lockwait_ns;
}

/* Throttling is the cgroup's, and only what happened since the line before is
 * of interest: the first line has nothing to compare with. */
static void
write_machine(struct buf *b)
{
	uint64_t pressure, throttled;

	buf_str(b, " psi=");
	if (procfs_pressure(&pressure))
		buf_fixed(b, (pressure + 5) / 10, 1);
	else
		buf_char(b, '-');

	bool tells = procfs_throttled(&throttled);

	write_ms(b, " throttled=", tells && s.throttled_known,
	    tells ? throttled - MIN(throttled, s.throttled_ns) : 0);
	s.throttled_known = tells;
	s.throttled_ns = tells ? throttled : 0;
}

static void
write_line(struct buf *b, const struct tasks_look *l)
{
	unsigned procs = cpus_whole();

	buf_printf(b, "SCHED %llums: procs=%u",
	    (unsigned long long)ms_since_start(l), procs);
	write_count(b, " idleprocs=", l, idle_procs(l, procs));
	buf_printf(b, " threads=%s%u", l->threads_agreed ? "" : "~",
	    l->threads);
	write_count(b, " spinningthreads=", l, l->spinning);
	write_count(b, " idlethreads=", l, l->idle);
	buf_str(b, " runqueue=");
	poolline_write_count(b, s.pools.waiting_known, s.pools.waiting);
	write_queues(b, l);
	write_rates(b, l);
	write_machine(b);
}

/* T lines cost what they cost, and come when enough of the budget is saved up
 * for them: with each line, or with every so manieth. */
static bool
can_afford_detail(uint64_t budget_ns)
{
	int64_t most = (int64_t)MAX(2 * budget_ns, s.detail_cost_ns);

	s.credit_ns = MIN(s.credit_ns + (int64_t)budget_ns, most);
	if (s.credit_ns >= (int64_t)s.detail_cost_ns)
		return true;
	sink_notice("scheddetail", "scheddetail: the lines of a period took "
	    "%llu us of CPU time: the threads are left out of some periods, "
	    "to stay below 1 %% of a CPU",
	    (unsigned long long)(s.whole_cost_ns / NS_PER_US));
	return false;
}

static void
print_detail(uint64_t before)
{
	uint64_t start = clock_thread_cpu_ns();

	scheddetail_print(&s.lines, &s.look);

	uint64_t now = clock_thread_cpu_ns();

	s.detail_cost_ns = now - start;
	s.whole_cost_ns = now - before;
	s.credit_ns -= (int64_t)s.whole_cost_ns;
}

static void
print_pools(uint64_t budget_ns)
{
	uint64_t ms = ms_since_start(&s.look);

	for (unsigned i = 0; i < s.pools.count; i++) {
		poolline_write(&s.lines.text, ms, &s.pools.view[i]);
		lines_end_line(&s.lines);
	}
	if (s.pools.more != 0) {
		buf_printf(&s.lines.text, "POOL %llums: %u more",
		    (unsigned long long)ms, s.pools.more);
		lines_end_line(&s.lines);
	}
	starving_print(&s.lines, ms, &s.pools, budget_ns);
}

/* At the threads, then at the pools, which took @pools_ns the last time: that
 * is not there for the threads.  Returns the CPU time in between. */
static uint64_t
look(uint64_t budget_ns, uint64_t pools_ns)
{
	uint64_t looked;

	tasks_look(&s.look, budget_ns - MIN(budget_ns / 2, pools_ns));
	looked = clock_thread_cpu_ns();
	poolline_begin(&s.pools);
	poolview_each(&s.look, period_until(s.look.at_ns), poolline_add,
	    &s.pools);
	return looked;
}

static void
print_line(uint64_t budget_ns, bool detail)
{
	uint64_t before = clock_thread_cpu_ns();
	uint64_t looked = look(budget_ns, s.pools_cost_ns);

	if (s.look.estimated)
		sink_notice("schedtrace", "schedtrace: looking at %u threads "
		    "takes more than 1 %% of a CPU: some are looked at less "
		    "often, and what follows from them is marked ~",
		    s.look.threads);
	lines_begin(&s.lines);
	write_line(&s.lines.text, &s.look);
	lines_end_line(&s.lines);
	print_pools(budget_ns / 4);
	s.pools_cost_ns = clock_thread_cpu_ns() - looked;
	if (detail)
		print_detail(before);
	lines_end(&s.lines);
}

static void
run_job(void *arg, uint64_t due_ns)
{
	/* Half of it, for what is not counted: waking up, printing, and the
	 * pages and caches that ten thousand threads leave cold. */
	uint64_t budget = ticker_budget_ns(s.job) / 2;

	(void)arg;
	(void)due_ns;
	print_line(budget, s.detail && can_afford_detail(budget));
}

int
schedtrace_start(const struct options *opt)
{
	if (opt->schedtrace_ns == 0 && opt->signal == 0)
		return 0;
	state_arm_wait(ARMED_STATE, 0);
	s.detail = opt->scheddetail != 0;
	s.period_ns = opt->schedtrace_ns;
	s.line_ns = clock_start_ns();
	if (opt->schedtrace_ns == 0)
		return 0;
	s.job = ticker_add(run_job, NULL, opt->schedtrace_ns);
	return MIN(s.job, 0);
}

/* The first line is about what comes after now: a look that is not printed has
 * what was before. */
static void
begin_late(void)
{
	if ((atomic_load(&state_armed_wait) & ARMED_STATE) == 0) {
		pools_begin_late();
		state_arm_wait(ARMED_STATE, 0);
	}
	tasks_forget();
	look(ASKED_BUDGET_NS, 0);
	s.line_ns = s.look.at_ns;
	s.cpu_ns = host_cpu_ns();
	s.lockwait_ns = s.look.lockwait_ns;
	s.throttled_known = procfs_throttled(&s.throttled_ns);
	s.credit_ns = 0;
}

int
schedtrace_change(const struct options *opt)
{
	bool was_on = s.job >= 0;

	s.detail = opt->scheddetail != 0;
	if (opt->schedtrace_ns == s.period_ns)
		return 0;
	ticker_remove(s.job);
	s.job = -1;
	s.period_ns = opt->schedtrace_ns;
	if (opt->schedtrace_ns == 0)
		return 0;
	if (!was_on)
		begin_late();
	s.job = ticker_add(run_job, NULL, opt->schedtrace_ns);
	return MIN(s.job, 0);
}

void
schedtrace_now(void)
{
	print_line(ASKED_BUDGET_NS, true);
}

void
schedtrace_after_fork_child(void)
{
	tasks_forget();
	pools_after_fork_child();
	poolview_forget();
	unload_after_fork_child();
	s.line_ns = clock_ns();
	s.cpu_ns = 0;
	s.lockwait_ns = tasks_lockwait(s.line_ns);
	s.throttled_known = false;
	s.credit_ns = 0;
}
