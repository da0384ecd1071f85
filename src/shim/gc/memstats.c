/*
 * memstats - Go's MemStats of a native heap, and where the RSS went.
 */
#include "shim/gc/memstats.h"

#include <stdbool.h>
#include <sys/resource.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/sys.h"
#include "shim/alloc/live.h"
#include "shim/gc/blocks.h"
#include "shim/gc/gctrace.h"
#include "shim/gc/memstats_print.h"
#include "shim/gc/rss.h"
#include "shim/heap/heap.h"
#include "shim/proc/cpus.h"
#include "shim/sched/thread.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"
#include "shim/ticker/lines.h"
#include "shim/ticker/ticker.h"

#define FINAL_PATIENCE_NS NS_PER_S

static struct {
	enum memstats_mode mode;
	int job;		/* of the ticker; -1: none */
	struct memstats_look look;
	struct lines lines;
} m = { .job = -1 };

static void
look_at_rss(struct memstats_look *l)
{
	l->has_rss = rss_look(&l->map) == 0;
	if (l->has_rss)
		rss_split(&l->map, &l->heap, &l->parts);
}

static void
look_at_self(struct memstats_look *l)
{
	struct rusage usage = { 0 };

	sys_call2(SYS_getrusage, RUSAGE_SELF, &usage);
	l->max_rss = (uint64_t)usage.ru_maxrss * 1024;
	l->diag_bytes = mem_held() + live_held();
	l->diag_cpu_ns = ticker_cpu_ns();
	l->dropped = sink_dropped();
}

static bool
look(struct memstats_look *l)
{
	if (heap_stats(&l->heap) != 0)
		return false;
	classes_look(&l->classes, &l->heap);
	l->nalloc = l->classes.nalloc;
	l->nfree = l->classes.nfree;
	l->narenas = blocks_arenas(l->arena, MEMSTATS_ARENAS);
	l->has_given = blocks_given(&l->given);
	l->has_cycles = gctrace_figures(&l->gc);
	l->elapsed_ns = clock_since_start_ns();
	l->cpus_hundredths = cpus_hundredths();
	look_at_rss(l);
	look_at_self(l);
	return true;
}

void
memstats_dump(void)
{
	if (!look(&m.look))
		return;
	lines_begin(&m.lines);
	memstats_print(&m.lines, &m.look);
	lines_end(&m.lines);
}

static void
dump(void *arg, uint64_t due_ns)
{
	memstats_dump();
}

int
memstats_start(const struct options *opt)
{
	m.mode = opt->memstats;
	if (m.mode == MEMSTATS_OFF)
		return 0;
	blocks_start();
	thread_self();		/* its cache is to be found */
	if (m.mode != MEMSTATS_PERIOD)
		return 0;
	m.job = ticker_add(dump, NULL, opt->memstats_ns);
	return MIN(m.job, 0);
}

int
memstats_change(const struct options *opt)
{
	ticker_remove(m.job);
	m.job = -1;
	return memstats_start(opt);
}

/* On the diag thread when there is one: what it reads from /proc takes no
 * descriptor of the host's there. */
void
memstats_final(void)
{
	if (m.mode != MEMSTATS_EXIT)
		return;
	if (ticker_runs())
		ticker_ask(dump, NULL, FINAL_PATIENCE_NS);
	else if (!heap_interrupted())
		memstats_dump();
}
