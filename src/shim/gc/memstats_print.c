/*
 * memstats_print - the text of a MemStats dump.
 *
 * The names and their order are Go's.  What they mean here, in bytes and
 * nanoseconds, "-" where it is not known:
 *
 *   Alloc         live: what the host holds, thread caches not included
 *   TotalAlloc    bytes ever given out ("~": a thread was lost; then by size
 *                 class, where blocks that a thread's cache served are counted
 *                 a little late)
 *   Sys           HeapSys + Stack + MSpan + BuckHashSys + OtherSys
 *   Lookups       0, as in Go
 *   Mallocs       blocks ever given to the host; Frees: given back
 *   HeapAlloc     Alloc
 *   HeapSys       HeapInuse + HeapIdle: address space of the heap
 *   HeapIdle      whole free pages: dirty, muzzy, and retained address space
 *   HeapInuse     pages with at least one block in them (active)
 *   HeapReleased  of HeapIdle, what went back to the kernel: muzzy, retained
 *   HeapObjects   Mallocs - Frees
 *   Stack         resident / reserved thread stacks
 *   MSpan         the allocator's own structures: in use / mapped
 *   MCache        blocks in thread caches / with the caches' own arrays; both
 *                 are part of HeapInuse
 *   BuckHashSys   what diag has mapped for its own tables
 *   GCSys         0: there is no collector
 *   OtherSys      what else is resident: files, own mappings, brk, bss
 *   NextGC        the goal of gctrace; LastGC: its last cycle, wall clock
 *   PauseNs       wall time that application threads spent in the heap's
 *                 system calls, the newest 100 cycles, newest first
 *   PauseEnd      when those ended, wall clock
 *   NumGC         purge passes; NumForcedGC: cycles somebody asked for
 *   GCCPUFraction CPU time of the heap's system calls, of all that was there
 *   DebugGC       false
 *   MaxRSS        the largest RSS so far
 */
#include "shim/gc/memstats_print.h"

#include "common/base/buf.h"
#include "shim/gc/blocks.h"
#include "shim/gc/gccycle.h"

#define UNKNOWN UINT64_MAX

enum { PAUSE_LINE = 3072 };

static void
number(struct buf *b, uint64_t v)
{
	if (v == UNKNOWN)
		buf_char(b, '-');
	else
		buf_u64(b, v);
}

static void
field(struct lines *out, const char *name, uint64_t v)
{
	buf_printf(&out->text, "# %s = ", name);
	number(&out->text, v);
	lines_end_line(out);
}

static void
pair(struct lines *out, const char *name, uint64_t in_use, uint64_t sys)
{
	buf_printf(&out->text, "# %s = ", name);
	number(&out->text, in_use);
	buf_str(&out->text, " / ");
	number(&out->text, sys);
	lines_end_line(out);
}

static uint64_t
estimate_given(const struct memstats_look *l)
{
	return MAX(gc_less(classes_given(&l->classes), l->heap.internal),
	    gccycle_live(&l->heap));
}

static uint64_t
heap_idle(const struct heap_stats *h)
{
	return h->dirty + h->muzzy + h->retained;
}

/* What the blocks of jemalloc's own allocator are mapped as. */
static uint64_t
structures_mapped(const struct heap_stats *h)
{
	return gc_less(h->mapped, h->active + h->dirty + h->muzzy);
}

static uint64_t
other_sys(const struct memstats_look *l)
{
	return l->has_rss ? l->map.files + l->map.other : UNKNOWN;
}

static uint64_t
sys(const struct memstats_look *l)
{
	const struct heap_stats *h = &l->heap;
	uint64_t sum = h->active + heap_idle(h) + structures_mapped(h) +
	    l->diag_bytes;

	return l->has_rss ? sum + l->map.stack_space + other_sys(l) : sum;
}

static void
print_heap(struct lines *out, const struct memstats_look *l)
{
	const struct heap_stats *h = &l->heap;
	uint64_t live = gccycle_live(h);

	field(out, "Alloc", live);
	buf_printf(&out->text, "# TotalAlloc = %s%llu", l->has_given ? "" : "~",
	    (unsigned long long)(l->has_given ? l->given : estimate_given(l)));
	lines_end_line(out);
	field(out, "Sys", sys(l));
	field(out, "Lookups", 0);
	field(out, "Mallocs", l->nalloc);
	field(out, "Frees", l->nfree);
	field(out, "HeapAlloc", live);
	field(out, "HeapSys", h->active + heap_idle(h));
	field(out, "HeapIdle", heap_idle(h));
	field(out, "HeapInuse", h->active);
	field(out, "HeapReleased", h->muzzy + h->retained);
	field(out, "HeapObjects", l->nalloc == BLOCKS_UNKNOWN ? UNKNOWN :
	    l->nalloc - l->nfree);
}

static void
print_system(struct lines *out, const struct memstats_look *l)
{
	const struct heap_stats *h = &l->heap;

	pair(out, "Stack", l->has_rss ? l->map.stacks : UNKNOWN,
	    l->has_rss ? l->map.stack_space : UNKNOWN);
	pair(out, "MSpan", h->base, structures_mapped(h));
	pair(out, "MCache", h->tcache_bytes, h->tcache_bytes + h->internal);
	field(out, "BuckHashSys", l->diag_bytes);
	field(out, "GCSys", 0);
	field(out, "OtherSys", other_sys(l));
}

static void
print_ring(struct lines *out, const char *name, const uint64_t *ring,
    uint64_t n)
{
	lines_need(out, PAUSE_LINE);
	buf_printf(&out->text, "# %s = [", name);
	for (uint64_t i = 0; i < MIN(n, (uint64_t)MEMSTATS_PAUSES); i++)
		buf_printf(&out->text, "%s%llu", i == 0 ? "" : " ",
		    (unsigned long long)ring[i]);
	buf_char(&out->text, ']');
	lines_end_line(out);
}

/* CPU time of the heap's calls, of the time they were timed x usable CPUs, as
 * Go prints it: a fraction. */
static void
print_fraction(struct lines *out, const struct memstats_look *l)
{
	__uint128_t all = (__uint128_t)(l->elapsed_ns - l->gc.late_ns) *
	    l->cpus_hundredths / 100;

	buf_str(&out->text, "# GCCPUFraction = ");
	if (!l->has_cycles || all == 0)
		buf_char(&out->text, '-');
	else
		buf_fixed(&out->text, (uint64_t)((__uint128_t)l->gc.cpu_ns *
		    NS_PER_S / all), 9);
	lines_end_line(out);
}

static void
print_cycles(struct lines *out, const struct memstats_look *l)
{
	const struct gc_figures *g = &l->gc;
	bool has = l->has_cycles;

	field(out, "NextGC", has ? g->goal : UNKNOWN);
	field(out, "LastGC", has ? g->last_wall_ns : UNKNOWN);
	print_ring(out, "PauseNs", g->pause_ns, has ? g->cycles : 0);
	print_ring(out, "PauseEnd", g->pause_end_ns, has ? g->cycles : 0);
	field(out, "NumGC", l->heap.npurge);
	field(out, "NumForcedGC", has ? g->forced : UNKNOWN);
	print_fraction(out, l);
	buf_str(&out->text, "# DebugGC = false");
	lines_end_line(out);
	field(out, "MaxRSS", l->max_rss);
	field(out, "DiagMemory", l->has_rss ? l->map.diag : UNKNOWN);
	field(out, "DiagCPU", l->diag_cpu_ns);
	field(out, "DiagDropped", l->dropped);
}

static void
print_sizes(struct lines *out, const struct memstats_look *l)
{
	for (unsigned i = 0; i < l->classes.n; i++) {
		const struct block_class *c = &l->classes.at[i];
		const char *mark = c->exact ? "" : "~";

		if (c->nalloc == 0)
			continue;
		buf_printf(&out->text, "# BySize %llu = %s%llu (%s%llu-%s%llu)",
		    (unsigned long long)c->size,
		    mark, (unsigned long long)(c->nalloc - c->nfree),
		    mark, (unsigned long long)c->nalloc,
		    mark, (unsigned long long)c->nfree);
		lines_end_line(out);
	}
}

static void
print_arenas(struct lines *out, const struct memstats_look *l)
{
	unsigned n = MIN(l->narenas, (unsigned)MEMSTATS_ARENAS);

	for (unsigned i = 0; i < n; i++) {
		const struct heap_arena *a = &l->arena[i];

		if (a->threads == 0 && a->active + a->dirty + a->muzzy +
		    a->retained + a->nmadvise == 0)
			continue;
		buf_printf(&out->text, "# Arena %u = threads=%u active=%llu "
		    "dirty=%llu muzzy=%llu retained=%llu, "
		    "%llu/%llu/%llu sweeps", a->index, a->threads,
		    (unsigned long long)a->active,
		    (unsigned long long)a->dirty,
		    (unsigned long long)a->muzzy,
		    (unsigned long long)a->retained,
		    (unsigned long long)a->npurge,
		    (unsigned long long)a->nmadvise,
		    (unsigned long long)a->purged_pages);
		lines_end_line(out);
	}
	if (l->narenas > n) {
		buf_printf(&out->text, "# Arena * = %u more", l->narenas - n);
		lines_end_line(out);
	}
}

void
memstats_print(struct lines *out, const struct memstats_look *l)
{
	buf_str(&out->text, "# diag.MemStats");
	lines_end_line(out);
	print_heap(out, l);
	print_system(out, l);
	print_cycles(out, l);
	print_sizes(out, l);
	print_arenas(out, l);
	if (l->has_rss)
		rss_print(&out->text, &l->parts);
	else
		buf_str(&out->text, "# RSS -");
	lines_end_line(out);
}
