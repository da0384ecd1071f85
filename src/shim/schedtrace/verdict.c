/*
 * verdict - thresholds, and what follows from them.
 */
#include "shim/schedtrace/verdict.h"

#include "shim/schedtrace/poolline.h"

enum {
	FULL_PERCENT = 90,	/* from here on a pool is saturated */
	CONVOY_PERCENT = 40,	/* of the workers' time waits for locks */
	NO_CPU_PERCENT = 30,	/* of the workers' time waits for a CPU */
	SLOW_TIMES = 5,		/* as long as usual */
};

/* A wait that nobody minds, and one that is too long whatever the workers
 * do. */
#define SHORT_NS (20 * NS_PER_MS)
#define LONG_NS NS_PER_S
/* No task is slow that takes less. */
#define SLOW_NS (500 * NS_PER_MS)

static bool
is_full(const struct poolview *v)
{
	return v->full_known != NOT_KNOWN && v->workers != 0 &&
	    poolline_saturation(v) >= FULL_PERCENT;
}

/* The time in which it has been full without a break goes on, or is over. */
static void
count_streak(const struct poolview *v, struct crew *c, struct verdict *j)
{
	if (!is_full(v)) {
		c->streak_ns = c->streak_full_ns = 0;
		j->saturated = poolline_saturation(v);
		return;
	}
	c->streak_ns += v->period_ns;
	c->streak_full_ns += MIN(v->full_ns, v->period_ns);
	j->saturated_ns = c->streak_ns;
	j->saturated = (unsigned)((c->streak_full_ns * 100 +
	    c->streak_ns / 2) / c->streak_ns);
}

/* What tasks take as a rule: of the periods so far, the last counting most. */
static void
note_usual(const struct poolview *v, struct crew *c)
{
	if (v->run.known == NOT_KNOWN || v->run.count == 0)
		return;
	if (c->usual_run_ns == 0)
		c->usual_run_ns = v->run.median_ns;
	else
		c->usual_run_ns = (3 * c->usual_run_ns +
		    v->run.median_ns) / 4;
}

/* How long tasks wait, by the best that is known. */
static uint64_t
waited(const struct poolview *v)
{
	uint64_t ns = v->oldest_known != NOT_KNOWN ? v->oldest_ns : 0;

	if (v->wait.known != NOT_KNOWN && v->wait.count != 0)
		ns = MAX(ns, v->wait.median_ns);
	return ns;
}

static bool
tells_times(const struct poolview *v)
{
	return v->oldest_known != NOT_KNOWN || (v->wait.known != NOT_KNOWN &&
	    v->wait.count != 0);
}

/* The workers' time that a share of it is a share of. */
static uint64_t
busy_time(const struct poolview *v)
{
	return v->busy * v->period_ns;
}

static bool
is_convoy(const struct poolview *v)
{
	return v->busy > 1 && v->lockwait_known != NOT_KNOWN &&
	    v->lockwait_ns * 100 >= busy_time(v) * CONVOY_PERCENT;
}

static bool
lacks_cpu(const struct poolview *v)
{
	return v->times_known != NOT_KNOWN && v->busy != 0 &&
	    v->delay_ns * 100 >= busy_time(v) * NO_CPU_PERCENT;
}

/* Nobody has been idle for a second, and task came after task. */
static bool
never_runs_dry(const struct poolview *v, const struct crew *c)
{
	return v->finds_more && c->streak_ns >= LONG_NS;
}

/* Tasks wait.  Where their times are known they decide; else their number;
 * and where no queue is known, that it never runs dry, or what the workers are
 * held up by. */
static bool
has_work_waiting(const struct poolview *v, const struct crew *c, bool full)
{
	/* Who is idle would take what waits in the one queue there is: an
	 * estimate that says otherwise is not to be believed.  A program that
	 * says so itself has lost a wake-up. */
	if (!full && v->queues < 2 && v->idle != 0 && v->queue_known != EXACT)
		return false;
	/* There is no queue: what waits is the workers. */
	if (v->convoy)
		return is_convoy(v);
	if (tells_times(v))
		return waited(v) >= (full ? SHORT_NS : LONG_NS);
	if (v->queue_known != NOT_KNOWN)
		return full && v->waiting != 0;
	return full && (never_runs_dry(v, c) || is_convoy(v) || lacks_cpu(v) ||
	    (v->stuck == v->workers && 2 * v->blocked >= v->workers));
}

/* Workers are in tasks that take far longer than tasks usually take here, and
 * so many of them that those who wait, wait for them.  The time in which they
 * got no CPU is not the tasks' fault, unless other workers are idle. */
static bool
is_slow(const struct poolview *v, const struct crew *c, bool full)
{
	uint64_t wanted = v->cpu_ns + v->delay_ns, ns = v->longest_ns;

	if (full && v->times_known != NOT_KNOWN && v->delay_ns != 0)
		ns = (uint64_t)((double)ns * (1 - (double)v->delay_ns /
		    (double)MAX(wanted, v->period_ns)));
	if (v->longest_known == NOT_KNOWN || ns < SLOW_NS ||
	    v->stuck == 0 || ns < SLOW_TIMES * c->usual_run_ns)
		return false;
	return !full || 2 * v->stuck >= v->workers;
}

static enum cause
find_cause(const struct poolview *v, const struct crew *c,
    const struct verdict *j, bool full)
{
	if (is_convoy(v) && (!lacks_cpu(v) || v->lockwait_ns > v->delay_ns))
		return CAUSE_CONVOY;
	if (j->slow && (!full || c->usual_run_ns != 0))
		return CAUSE_SLOW;
	/* A pool with idle workers is not short of CPU. */
	if (full && lacks_cpu(v))
		return CAUSE_NO_CPU;
	/* As long as no task was done all may take as long as those. */
	if (j->slow)
		return CAUSE_NONE;
	/* That tasks wait must be known, not only that workers are busy; where
	 * each task makes its own worker there are never too few. */
	if (full && !v->by_thread && (tells_times(v) ||
	    v->queue_known != NOT_KNOWN || never_runs_dry(v, c)))
		return CAUSE_FEW;
	return CAUSE_NONE;
}

struct verdict
verdict_judge(const struct poolview *v, struct crew *c)
{
	struct verdict j = { 0 };
	bool full = is_full(v);
	uint64_t wanted = v->delay_ns + v->cpu_ns;

	count_streak(v, c, &j);
	/* The first tasks that are done tell of themselves, too; later ones
	 * are held against those before. */
	if (c->usual_run_ns == 0)
		note_usual(v, c);
	j.slow = is_slow(v, c, full);
	note_usual(v, c);
	j.starves = has_work_waiting(v, c, full);
	if (!j.starves)
		return j;
	j.cause = find_cause(v, c, &j, full);
	if (wanted != 0)
		j.delayed = (unsigned)(v->delay_ns * 100 / wanted);
	return j;
}

static void
write_seconds(struct buf *b, enum known known, uint64_t ns)
{
	if (known == ESTIMATED)
		buf_char(b, '~');
	buf_seconds(b, ns, ns < NS_PER_S ? 3 : 1);
	buf_char(b, 's');
}

void
verdict_write(struct buf *b, const struct poolview *v,
    const struct verdict *j)
{
	poolline_write_name(b, v->name, v->number);
	buf_str(b, " saturated ");
	poolline_write_count(b, v->full_known, j->saturated);
	if (v->full_known != NOT_KNOWN)
		buf_char(b, '%');
	if (j->saturated_ns != 0) {
		buf_str(b, " for ");
		write_seconds(b, EXACT, j->saturated_ns);
	}
	if (v->oldest_known != NOT_KNOWN && v->oldest_ns != 0) {
		buf_str(b, ", oldest task waits ");
		write_seconds(b, v->oldest_known, v->oldest_ns);
	} else if (v->wait.known != NOT_KNOWN && v->wait.count != 0) {
		/* None waits now, or since when is not known. */
		buf_str(b, ", tasks waited ");
		write_seconds(b, v->wait.known, v->wait.median_ns);
	}
}

void
verdict_write_cause(struct buf *b, enum cause cause)
{
	static const char *const names[] = {
		[CAUSE_CONVOY] = "lock convoy", [CAUSE_NO_CPU] = "no CPU",
		[CAUSE_SLOW] = "slow task", [CAUSE_FEW] = "too few workers",
		[CAUSE_HELD_UP] = "held up",
	};

	if (cause != CAUSE_NONE)
		buf_printf(b, " (%s)", names[cause]);
}
