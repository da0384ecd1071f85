/*
 * gctrace - a line per heap cycle.
 *
 * The heap is looked at ten times a second, or once where no block came or
 * went and no page of it: a look costs a fifth of a millisecond.  A purge that
 * gave back little is held back and told together with the next ones, for a
 * second at most: the decay of a large free makes a small pass every 50 ms, and
 * nobody wants to read two hundred lines about it.
 */
#include "shim/gc/gctrace.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/mem.h"
#include "shim/gc/blocks.h"
#include "shim/gc/gccycle.h"
#include "shim/gc/rss.h"
#include "shim/heap/heap.h"
#include "shim/proc/cpus.h"
#include "shim/state/state.h"
#include "shim/ticker/lines.h"
#include "shim/ticker/ticker.h"

enum {
	ARENAS = 512,		/* arenas whose part in a cycle we know */
	LOOK_SHARE = 400,	/* looks take one part in so many of the time */
	SMALL_SHARE = 100,	/* a purge is small below 1 % of the heap */
	PAGE = 4096,
};

#define PERIOD_NS (100 * NS_PER_MS)
#define HOLD_NS NS_PER_S
#define SMALL_BYTES MIB
#define FINAL_PATIENCE_NS (500 * NS_PER_MS)

struct arenas {
	unsigned n;
	struct heap_arena arena[ARENAS];
};

/* The ticker's, or the exiting thread's when there is no ticker. */
static struct {
	bool started, detail;
	bool child;		/* forked, and has not looked yet */
	int job;
	struct gc_look base;	/* as of the last line */
	uint64_t base_resident;
	uint64_t last_resident;	/* as of the last look */
	uint64_t held_since_ns;	/* 0: no purge is held back */
	uint64_t held_before;	/* resident heap before the first of them */
	uint64_t unended_since_ns;	/* 0: no pass is under way */
	uint64_t next_look_ns;
	uint64_t look_ns;	/* of the last look, and what was then: */
	uint64_t nalloc, nfree;
	struct heap_calls calls;
	uint64_t cpu_start_ns;	/* CPU time that is the parent's */
	uint64_t late_ns;	/* from the process's start to ours */
	struct arenas *was, *is;
	struct gc_figures figures;
	struct lines lines;
} g;

/* Looks */

static bool
look(struct gc_look *to)
{
	/* The first starts jemalloc, where nothing else has. */
	bool known = heap_stats(&to->heap) == 0;

	heap_calls(&to->calls);
	return known;
}

/* What the arenas look like is only asked for when a line is printed. */
static void
look_at_arenas(struct arenas *a)
{
	unsigned n;

	if (a == NULL)
		return;
	n = blocks_arenas(a->arena, ARENAS);
	a->n = MIN(n, (unsigned)ARENAS);
}

static void
rebase(const struct gc_look *now)
{
	struct arenas *was = g.was;

	g.base = *now;
	g.base_resident = g.last_resident = gccycle_resident(&now->heap);
	g.held_since_ns = g.unended_since_ns = 0;
	g.was = g.is;
	g.is = was;
}

/* What jemalloc did before the first look belongs to the first cycle, except in
 * a child, where it was the parent's. */
static void
first_look_of_child(const struct gc_look *now)
{
	g.child = false;
	look_at_arenas(g.is);
	rebase(now);
	g.figures.goal = gccycle_goal(gccycle_live(&now->heap));
}

/* Lines */

static const struct heap_arena *
find(const struct arenas *a, unsigned index)
{
	for (unsigned i = 0; i < a->n; i++)
		if (a->arena[i].index == index)
			return &a->arena[i];
	return NULL;
}

/* True when @is had a part in the cycle. */
static bool
took_part(const struct heap_arena *was, const struct heap_arena *is,
    enum gc_reason reason)
{
	static const struct heap_arena nothing;

	if (was == NULL)
		was = &nothing;
	if (is->nmadvise > was->nmadvise || is->retained > was->retained)
		return true;
	return (reason == GC_GROW || reason == GC_EXIT) &&
	    is->active > was->active;
}

static unsigned
count_arenas(enum gc_reason reason)
{
	unsigned n = 0;

	if (g.is == NULL || g.was == NULL)
		return 0;
	look_at_arenas(g.is);
	for (unsigned i = 0; i < g.is->n; i++) {
		const struct heap_arena *is = &g.is->arena[i];

		n += took_part(find(g.was, is->index), is, reason);
	}
	return n;
}

static void
print_arenas(const struct gc_cycle *c)
{
	for (unsigned i = 0; g.is != NULL && i < g.is->n; i++) {
		const struct heap_arena *is = &g.is->arena[i];
		const struct heap_arena *was = find(g.was, is->index);

		if (!took_part(was, is, c->reason))
			continue;
		gccycle_print_arena(&g.lines.text, was, is,
		    c->wall_ns[CALL_PURGE], c->calls);
		lines_end_line(&g.lines);
	}
}

static void
remember(const struct gc_cycle *c)
{
	struct gc_figures *f = &g.figures;
	uint64_t pause = gccycle_pause(c);

	f->cycles = c->number;
	f->forced += c->reason == GC_FORCED;
	f->goal = c->goal;
	f->last_wall_ns = clock_wall_ns();
	f->app_ns += c->cpu_ns[PAYER_APP];
	memmove(&f->pause_ns[1], f->pause_ns,
	    sizeof(f->pause_ns) - sizeof(f->pause_ns[0]));
	memmove(&f->pause_end_ns[1], f->pause_end_ns,
	    sizeof(f->pause_end_ns) - sizeof(f->pause_end_ns[0]));
	f->pause_ns[0] = pause;
	f->pause_end_ns[0] = f->last_wall_ns;
}

static void
print_cycle(const struct gc_look *now, uint64_t before, enum gc_reason reason)
{
	struct gc_cycle c = {
	    .number = g.figures.cycles + 1,
	    .elapsed_ns = clock_since_start_ns(),
	    .timed_ns = clock_since_start_ns() - g.late_ns,
	    .cpu_all_ns = gccycle_cpu(&now->calls) - g.cpu_start_ns,
	    .cpus_hundredths = cpus_hundredths(),
	    .cpus = cpus_whole(),
	    .before = before,
	    .reason = reason,
	};

	gccycle_between(&c, &g.base, now);
	rss_quick(&c.stacks, &c.globals);
	blocks_count(&c.nalloc, &c.nfree);
	c.arenas = count_arenas(reason);
	g.figures.cpu_ns = c.cpu_all_ns;
	g.figures.late_ns = g.late_ns;
	remember(&c);
	lines_begin(&g.lines);
	gccycle_print(&g.lines.text, &c);
	lines_end_line(&g.lines);
	if (g.detail)
		print_arenas(&c);
	lines_end(&g.lines);
	rebase(now);
}

/* Cycles */

static uint64_t
goal(void)
{
	return MAX(g.figures.goal, GC_GOAL_LEAST);
}

static bool
was_forced(const struct gc_look *now)
{
	uint64_t before = 0, after = 0;

	for (int i = 0; i < HEAP_CALLS; i++) {
		before += g.base.calls.call[i].cpu_ns[PAYER_FORCED];
		after += now->calls.call[i].cpu_ns[PAYER_FORCED];
	}
	return after > before;
}

/* True when the purges since the last line are worth one now. */
static bool
purge_is_due(const struct gc_look *now, uint64_t at_ns)
{
	uint64_t pages = gccycle_given_back(&g.base, now);
	uint64_t large = MAX(gccycle_resident(&now->heap) / SMALL_SHARE,
	    SMALL_BYTES);

	if (pages == 0)
		return false;
	if (g.held_since_ns == 0) {
		g.held_since_ns = at_ns;
		g.held_before = g.last_resident;
	}
	return pages * PAGE >= large || at_ns - g.held_since_ns >= HOLD_NS;
}

/* True when pages went back in a pass that has not ended: jemalloc counts a
 * pass at its end, and its line is better told whole. */
static bool
pass_is_under_way(const struct gc_look *now, uint64_t at_ns)
{
	if (now->calls.call[CALL_PURGE].count ==
	    g.base.calls.call[CALL_PURGE].count ||
	    now->heap.npurge != g.base.heap.npurge) {
		g.unended_since_ns = 0;
		return false;
	}
	if (g.unended_since_ns == 0)
		g.unended_since_ns = at_ns;
	return at_ns - g.unended_since_ns < HOLD_NS;
}

/* True when a look would see what the last one saw.  What is counted comes to
 * pass a little later, so that once in a while it is looked all the same. */
static bool
is_quiet(uint64_t at_ns)
{
	struct heap_calls calls;
	uint64_t nalloc, nfree;
	bool same;

	heap_calls(&calls);
	blocks_count(&nalloc, &nfree);
	same = nalloc == g.nalloc && nfree == g.nfree &&
	    memcmp(&calls, &g.calls, sizeof(calls)) == 0;
	if (same && !g.child && g.held_since_ns == 0 &&
	    g.unended_since_ns == 0 && at_ns - g.look_ns < HOLD_NS)
		return true;
	g.look_ns = at_ns;
	g.nalloc = nalloc;
	g.nfree = nfree;
	g.calls = calls;
	return false;
}

/* Prints the line that is due, if one is. */
static void
see_to_cycle(uint64_t at_ns)
{
	struct gc_look now;
	bool purge;

	if (!look(&now))
		return;
	if (g.child)
		first_look_of_child(&now);
	if (pass_is_under_way(&now, at_ns))
		return;
	purge = purge_is_due(&now, at_ns);
	if (was_forced(&now))
		print_cycle(&now, g.held_since_ns != 0 ? g.held_before :
		    g.last_resident, GC_FORCED);
	else if (gccycle_live(&now.heap) > goal())
		print_cycle(&now, g.base_resident, GC_GROW);
	else if (purge)
		print_cycle(&now, g.held_before, GC_PURGE);
	g.last_resident = gccycle_resident(&now.heap);
}

static void
tick(void *arg, uint64_t due_ns)
{
	uint64_t before = clock_thread_cpu_ns(), at_ns = clock_ns();

	if (at_ns < g.next_look_ns)
		return;
	if (!is_quiet(at_ns))
		see_to_cycle(at_ns);
	g.next_look_ns = at_ns +
	    (clock_thread_cpu_ns() - before) * LOOK_SHARE;
}

int
gctrace_start(const struct options *opt)
{
	if (opt->gctrace == 0)
		return 0;
	g.detail = opt->gctrace > 1;
	if (g.was == NULL)
		g.was = mem_map(sizeof(*g.was));
	if (g.is == NULL)
		g.is = mem_map(sizeof(*g.is));
	/* What jemalloc tries out when it starts is no cycle. */
	look(&g.base);
	heap_time(true);
	blocks_start();
	g.job = ticker_add(tick, NULL, PERIOD_NS);
	if (g.job < 0)
		return g.job;
	g.started = true;
	return 0;
}

static void
stop(void)
{
	ticker_remove(g.job);
	g.started = false;
	heap_time(false);
}

/* The first cycle begins now. */
static int
begin_late(const struct options *opt)
{
	struct heap_calls calls;

	heap_calls(&calls);
	g.cpu_start_ns = gccycle_cpu(&calls);
	g.late_ns = clock_since_start_ns();
	g.child = true;
	g.held_since_ns = g.unended_since_ns = g.next_look_ns = 0;
	return gctrace_start(opt);
}

int
gctrace_change(const struct options *opt)
{
	g.detail = opt->gctrace > 1;
	if (g.started == (opt->gctrace != 0))
		return 0;
	if (opt->gctrace != 0)
		return begin_late(opt);
	stop();
	return 0;
}

/* Quiet programs print nothing at their end either. */
static void
final_line(void *arg, uint64_t due_ns)
{
	struct gc_look now;

	if (!look(&now))
		return;
	if (gccycle_given_back(&g.base, &now) == 0 &&
	    gccycle_live(&now.heap) <= goal() && (g.figures.cycles == 0 ||
	    memcmp(&now.calls, &g.base.calls, sizeof(now.calls)) == 0))
		return;
	print_cycle(&now, g.held_since_ns != 0 ? g.held_before :
	    g.last_resident, GC_EXIT);
}

void
gctrace_final(void)
{
	if (!g.started || g.child)
		return;
	if (ticker_runs())
		ticker_ask(final_line, NULL, FINAL_PATIENCE_NS);
	else if (!heap_interrupted())
		final_line(NULL, 0);
}

void
gctrace_after_fork_child(void)
{
	struct heap_calls calls;

	if (!g.started)
		return;
	heap_calls(&calls);
	g.cpu_start_ns = gccycle_cpu(&calls);
	g.child = true;
	g.held_since_ns = g.unended_since_ns = g.next_look_ns = 0;
	memset(&g.figures, 0, sizeof(g.figures));
}

bool
gctrace_figures(struct gc_figures *out)
{
	*out = g.figures;
	return g.started;
}
