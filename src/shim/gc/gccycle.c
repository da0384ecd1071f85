/*
 * gccycle - one heap cycle: arithmetic and text.
 */
#include "shim/gc/gccycle.h"

uint64_t
gccycle_resident(const struct heap_stats *h)
{
	return h->active + h->dirty + h->muzzy;
}

uint64_t
gccycle_live(const struct heap_stats *h)
{
	return gc_less(h->allocated, h->tcache_bytes + h->internal);
}

uint64_t
gccycle_goal(uint64_t live)
{
	return MAX(2 * live, GC_GOAL_LEAST);
}

uint64_t
gccycle_cpu(const struct heap_calls *c)
{
	uint64_t sum = 0;

	for (int i = 0; i < HEAP_CALLS; i++)
		for (int p = 0; p < PAYERS; p++)
			sum += c->call[i].cpu_ns[p];
	return sum;
}

uint64_t
gccycle_pause(const struct gc_cycle *c)
{
	uint64_t wall = 0, cpu = 0;

	for (int i = 0; i < HEAP_CALLS; i++)
		wall += c->wall_ns[i];
	for (int p = 0; p < PAYERS; p++)
		cpu += c->cpu_ns[p];
	if (cpu == 0)
		return 0;
	return (uint64_t)((__uint128_t)wall * c->cpu_ns[PAYER_APP] / cpu);
}

uint64_t
gccycle_given_back(const struct gc_look *from, const struct gc_look *to)
{
	return gc_less(to->calls.call[CALL_PURGE].pages,
	    from->calls.call[CALL_PURGE].pages) +
	    gc_less(to->calls.call[CALL_UNMAP].pages,
	    from->calls.call[CALL_UNMAP].pages);
}

void
gccycle_between(struct gc_cycle *c, const struct gc_look *from,
    const struct gc_look *to)
{
	for (int p = 0; p < PAYERS; p++)
		c->cpu_ns[p] = 0;
	for (int i = 0; i < HEAP_CALLS; i++) {
		c->wall_ns[i] = gc_less(to->calls.call[i].wall_ns,
		    from->calls.call[i].wall_ns);
		for (int p = 0; p < PAYERS; p++)
			c->cpu_ns[p] += gc_less(to->calls.call[i].cpu_ns[p],
			    from->calls.call[i].cpu_ns[p]);
	}
	c->passes = gc_less(to->heap.npurge, from->heap.npurge);
	c->calls = gc_less(to->calls.call[CALL_PURGE].count,
	    from->calls.call[CALL_PURGE].count);
	c->pages = gc_less(to->calls.call[CALL_PURGE].pages,
	    from->calls.call[CALL_PURGE].pages);
	c->after = gccycle_resident(&to->heap);
	c->live = gccycle_live(&to->heap);
	c->goal = gccycle_goal(c->live);
}

/* Share of the timed time x usable CPUs, in percent with one decimal. */
static void
print_share(struct buf *b, const struct gc_cycle *c)
{
	__uint128_t all = (__uint128_t)c->timed_ns * c->cpus_hundredths / 100;
	uint64_t tenths = all == 0 ? 0 :
	    (uint64_t)((__uint128_t)c->cpu_all_ns * 1000 / all);

	buf_fixed(b, tenths, 1);
	buf_str(b, "%: ");
}

static void
print_times(struct buf *b, const uint64_t *ns, int n, char between)
{
	for (int i = 0; i < n; i++) {
		if (i != 0)
			buf_char(b, between);
		buf_go_ms(b, ns[i]);
	}
}

static void
print_size(struct buf *b, uint64_t bytes, const char *what)
{
	if (bytes == GC_UNKNOWN)
		buf_char(b, '-');
	else
		buf_mb(b, bytes);
	buf_str(b, what);
}

static void
print_objects(struct buf *b, const struct gc_cycle *c)
{
	if (c->nalloc == GC_UNKNOWN) {
		buf_str(b, "- (---) objects, ");
		return;
	}
	buf_printf(b, "%llu (%llu-%llu) objects, ",
	    (unsigned long long)(c->nalloc - c->nfree),
	    (unsigned long long)c->nalloc, (unsigned long long)c->nfree);
}

static void
print_sweeps(struct buf *b, uint64_t passes, uint64_t calls, uint64_t pages)
{
	buf_printf(b, "%llu/%llu/%llu sweeps, ", (unsigned long long)passes,
	    (unsigned long long)calls, (unsigned long long)pages);
}

void
gccycle_print(struct buf *b, const struct gc_cycle *c)
{
	static const char *const reasons[] = {
		"purge", "grow", "forced", "exit",
	};

	buf_printf(b, "gc %llu @", (unsigned long long)c->number);
	buf_seconds(b, c->elapsed_ns, 3);
	buf_str(b, "s ");
	print_share(b, c);
	print_times(b, c->wall_ns, HEAP_CALLS, '+');
	buf_str(b, " ms clock, ");
	print_times(b, c->cpu_ns, PAYERS, '/');
	buf_str(b, " ms cpu, ");
	print_size(b, c->before, "->");
	print_size(b, c->after, "->");
	print_size(b, c->live, " MB, ");
	print_size(b, c->goal, " MB goal, ");
	print_size(b, c->stacks, " MB stacks, ");
	print_size(b, c->globals, " MB globals, ");
	buf_printf(b, "%u P, ", c->cpus);
	print_objects(b, c);
	print_sweeps(b, c->passes, c->calls, c->pages);
	buf_printf(b, "%u arena%s (%s)", c->arenas, c->arenas == 1 ? "" : "s",
	    reasons[c->reason]);
}

void
gccycle_print_arena(struct buf *b, const struct heap_arena *from,
    const struct heap_arena *to, uint64_t purge_ns, uint64_t calls)
{
	static const struct heap_arena nothing;
	uint64_t own;

	if (from == NULL)
		from = &nothing;
	own = gc_less(to->nmadvise, from->nmadvise);
	buf_printf(b, "  arena %u: threads=%u active=", to->index,
	    to->threads);
	print_size(b, to->active, " MB dirty=");
	print_size(b, to->dirty, " MB muzzy=");
	print_size(b, to->muzzy, " MB retained=");
	print_size(b, to->retained, " MB, ");
	print_sweeps(b, gc_less(to->npurge, from->npurge), own,
	    gc_less(to->purged_pages, from->purged_pages));
	if (own == 0 && to->retained > from->retained && calls != 0) {
		/* Large blocks that jemalloc gave back outside any pass. */
		buf_str(b, "- ms");
		return;
	}
	if (own < calls && own != 0)
		buf_char(b, '~');
	buf_go_ms(b, calls == 0 || own == 0 ? 0 :
	    (uint64_t)((__uint128_t)purge_ns * own / MAX(calls, own)));
	buf_str(b, " ms");
}
