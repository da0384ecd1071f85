/*
 * leaks - what was never freed, by the stack that allocated it.
 */
#include "shim/alloc/leaks.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "shim/alloc/blocktime.h"
#include "shim/alloc/leakscan.h"
#include "shim/alloc/live.h"
#include "shim/names/frames.h"
#include "shim/sched/thread.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"

enum {
	RECORD_MAX = 96 * 1024,
	GROUP_LINES = 3,	/* of a record, besides its frames */
	/* A thread among several holds back live / 2^10, between these. */
	HELD_SHIFT = 10,
	HELD_LEAST = 1024,
	HELD_MOST = 1 << 20,
};

static CACHE_ALIGNED _Atomic int64_t live_bytes;
/* The largest sum and when: written by whoever reached it. */
static CACHE_ALIGNED _Atomic int64_t peak_bytes;
static _Atomic uint64_t peak_tick;
static _Atomic bool peak_is_estimate;

struct sum {
	uint64_t bytes, blocks;
};

struct group {
	struct sum all;
	struct sum lost, indirect;	/* of all, of what is lost */
	struct sum held;	/* by those that are lost directly */
	uint64_t oldest;
};

struct census {
	struct leakscan scan;
	bool scanned;		/* what is lost is known */
	uint32_t lost_stacks;
	struct group sums;	/* of all groups */
	struct group *group;	/* by stack number */
	uint32_t limit;		/* of the stack numbers */
	uint64_t now, born;	/* blocks between these ticks count */
	uint32_t *order;	/* the stacks that hold blocks */
	uint32_t stacks;
};

static void
note_peak(int64_t now, uint64_t tick)
{
	int64_t peak = atomic_load_explicit(&peak_bytes, memory_order_relaxed);

	while (now > peak) {
		if (!atomic_compare_exchange_weak(&peak_bytes, &peak, now))
			continue;
		atomic_store_explicit(&peak_tick, tick, memory_order_relaxed);
		return;
	}
}

/* How much of the sum one of several threads may hold back. */
static int64_t
may_hold_back(void)
{
	int64_t live = atomic_load_explicit(&live_bytes, memory_order_relaxed);

	live >>= HELD_SHIFT;
	return MAX(HELD_LEAST, MIN(live, HELD_MOST));
}

static COLD void
add_beside_others(struct tracer *tr, int64_t bytes, uint64_t tick)
{
	int64_t held = bytes + atomic_load_explicit(&tr->unflushed,
	    memory_order_relaxed);
	int64_t most = may_hold_back(), now;

	if (!atomic_load_explicit(&peak_is_estimate, memory_order_relaxed))
		atomic_store_explicit(&peak_is_estimate, true,
		    memory_order_relaxed);
	if (held <= most && held >= -most) {
		atomic_store_explicit(&tr->unflushed, held,
		    memory_order_relaxed);
		return;
	}
	atomic_store_explicit(&tr->unflushed, 0, memory_order_relaxed);
	now = held + atomic_fetch_add_explicit(&live_bytes, held,
	    memory_order_relaxed);
	if (bytes > 0)
		note_peak(now, tick);
}

/* The only thread adds without a locked instruction.  When a second one comes
 * in just that moment an addition can be lost: the peak is an estimate then. */
void
leaks_add(struct tracer *tr, int64_t bytes, uint64_t tick)
{
	int64_t now;

	if (unlikely(tracer_count() > 1)) {
		add_beside_others(tr, bytes, tick);
		return;
	}
	now = bytes + atomic_load_explicit(&live_bytes, memory_order_relaxed);
	atomic_store_explicit(&live_bytes, now, memory_order_relaxed);
	if (unlikely(now > atomic_load_explicit(&peak_bytes,
	    memory_order_relaxed)))
		note_peak(now, tick);
}

void
leaks_add_nested(int64_t bytes)
{
	atomic_fetch_add_explicit(&live_bytes, bytes, memory_order_relaxed);
	atomic_store_explicit(&peak_is_estimate, true, memory_order_relaxed);
}

static void
add(struct sum *s, uint64_t bytes, uint64_t blocks)
{
	s->bytes += bytes;
	s->blocks += blocks;
}

/* How many of the host's threads go on beside this one.  The system keeps the
 * first of a process in its list to the end of the last. */
static unsigned
threads_beside(const struct census *c)
{
	struct thread_totals t;
	unsigned others = 1 + c->scan.first_ended;

	thread_reap();
	thread_totals(&t);
	return t.live > others ? t.live - others : 0;
}

static void
count_in(struct group *g, const struct live_block *b,
    enum leakscan_state state, const struct leakscan_held *held)
{
	if (g->all.blocks == 0 || b->time < g->oldest)
		g->oldest = b->time;
	add(&g->all, b->size, 1);
	if (state == LEAKSCAN_REACHABLE)
		return;
	add(&g->lost, b->size, 1);
	if (state == LEAKSCAN_INDIRECT)
		add(&g->indirect, b->size, 1);
	add(&g->held, held->bytes, held->blocks);
}

static void
count_block(const void *p, const struct live_block *b, void *arg)
{
	struct census *c = arg;
	enum leakscan_state state = LEAKSCAN_REACHABLE;
	struct leakscan_held held = { 0, 0 };

	if (b->time > c->now || b->time < c->born || b->stack >= c->limit)
		return;
	if (c->scanned)
		state = leakscan_state_of(&c->scan, p, &held);
	count_in(&c->sums, b, state, &held);
	if (c->group != NULL)
		count_in(&c->group[b->stack], b, state, &held);
}

/* What was forgotten comes first, then what was lost with it. */
static unsigned
rank(const struct group *g)
{
	return g->lost.blocks == 0 ? 2 : g->lost.blocks == g->indirect.blocks;
}

/* The bytes that freeing what was forgotten would have freed. */
static uint64_t
weight(const struct group *g)
{
	return rank(g) > 0 ? g->all.bytes :
	    g->lost.bytes - g->indirect.bytes + g->held.bytes;
}

/* True when stack @a is to be listed after stack @b. */
static bool
goes_after(const struct census *c, uint32_t a, uint32_t b)
{
	const struct group *x = &c->group[a], *y = &c->group[b];

	if (rank(x) != rank(y))
		return rank(x) > rank(y);
	if (weight(x) != weight(y))
		return weight(x) < weight(y);
	if (x->all.blocks != y->all.blocks)
		return x->all.blocks < y->all.blocks;
	return a > b;
}

/* Restores the heap below place @at; the last of the listing is on top. */
static void
sink_down(struct census *c, uint32_t at, uint32_t n)
{
	uint32_t *v = c->order, child;

	while ((child = 2 * at + 1) < n) {
		uint32_t moved;

		if (child + 1 < n && goes_after(c, v[child + 1], v[child]))
			child++;
		if (!goes_after(c, v[child], v[at]))
			return;
		moved = v[at];
		v[at] = v[child];
		v[child] = moved;
		at = child;
	}
}

/* Lists the stacks that hold blocks, the largest first. */
static void
put_in_order(struct census *c)
{
	for (uint32_t id = 0; id < c->limit; id++) {
		if (c->group[id].all.blocks != 0)
			c->order[c->stacks++] = id;
		c->lost_stacks += c->group[id].lost.blocks != 0;
	}
	for (uint32_t i = c->stacks / 2; i-- > 0;)
		sink_down(c, i, c->stacks);
	for (uint32_t n = c->stacks; n > 1; n--) {
		uint32_t last = c->order[0];

		c->order[0] = c->order[n - 1];
		c->order[n - 1] = last;
		sink_down(c, 0, n - 1);
	}
}

static void
write_count(struct buf *b, uint64_t n, const char *what)
{
	buf_u64(b, n);
	buf_char(b, ' ');
	buf_str(b, what);
	if (n != 1)
		buf_char(b, 's');
}

static void
write_sum(struct buf *b, const struct sum *s)
{
	buf_u64(b, s->bytes);
	buf_str(b, " bytes in ");
	write_count(b, s->blocks, "block");
}

/* @a without @b. */
static struct sum
rest(const struct sum *a, const struct sum *b)
{
	return (struct sum){ a->bytes - b->bytes, a->blocks - b->blocks };
}

/* Writes "@3.2s" with @digits decimals, since the process's start. */
static void
write_moment(struct buf *b, uint64_t tick, unsigned digits)
{
	uint64_t ns = blocktime_to_ns(tick), start = clock_start_ns();

	buf_char(b, '@');
	buf_seconds(b, ns > start ? ns - start : 0, digits);
	buf_char(b, 's');
}

/* Megabytes with one decimal, or three below one megabyte. */
static void
write_peak(struct buf *b)
{
	uint64_t bytes = (uint64_t)MAX(atomic_load(&peak_bytes), 0);

	buf_str(b, ", peak ");
	if (atomic_load(&peak_is_estimate))
		buf_char(b, '~');
	if (bytes >= MIB)
		buf_fixed(b, bytes / 1024 * 10 / 1024, 1);
	else
		buf_fixed(b, (bytes * 1000 + MIB / 2) / MIB, 3);
	buf_str(b, " MB ");
	write_moment(b, atomic_load(&peak_tick), 1);
}

static void
write_summary(const struct census *c, uint64_t allocs)
{
	char line[256];
	struct buf b = BUF(line);

	buf_str(&b, "leaks: ");
	write_sum(&b, &c->sums.all);
	buf_str(&b, " never freed, ");
	write_count(&b, c->stacks, "stack");
	buf_str(&b, "; ");
	write_count(&b, allocs, "allocation");
	buf_str(&b, ", ");
	write_count(&b, allocs - c->sums.all.blocks, "free");
	write_peak(&b);
	buf_char(&b, '\n');
	sink_put(line, b.len);
}

static void
write_lost(const struct census *c, const char *why)
{
	char line[256];
	struct buf b = BUF(line);
	unsigned beside = threads_beside(c);
	struct sum direct = rest(&c->sums.lost, &c->sums.indirect);
	struct sum reachable = rest(&c->sums.all, &c->sums.lost);

	buf_str(&b, "lost: ");
	if (!c->scanned) {
		buf_printf(&b, "- (%s)\n", why);
		sink_put(line, b.len);
		return;
	}
	write_sum(&b, &c->sums.lost);
	buf_str(&b, ", ");
	write_count(&b, c->lost_stacks, "stack");
	buf_str(&b, "; direct: ");
	if (c->scan.tells_direct)
		write_sum(&b, &direct);
	else
		buf_char(&b, '-');
	buf_str(&b, "; reachable: ");
	write_sum(&b, &reachable);
	if (beside != 0) {
		buf_str(&b, "; beside ");
		write_count(&b, beside, "running thread");
	}
	buf_char(&b, '\n');
	sink_put(line, b.len);
}

/* Which part of the group @s is, when there is one: nothing but the word when
 * it is all. */
static void
write_part(struct buf *b, const struct group *g, const struct sum *s,
    const char *word)
{
	if (s->blocks == 0)
		return;
	buf_str(b, ", ");
	if (s->blocks < g->all.blocks) {
		write_sum(b, s);
		buf_char(b, ' ');
	}
	buf_str(b, word);
}

static void
write_verdict(struct buf *b, const struct group *g)
{
	struct sum reachable = rest(&g->all, &g->lost);

	if (g->held.blocks > 0) {
		buf_str(b, ", holding ");
		write_sum(b, &g->held);
	}
	write_part(b, g, &g->indirect, "indirect");
	write_part(b, g, &reachable, "reachable");
}

static void
write_group(const struct census *c, uint32_t i, char *record, size_t cap,
    struct frames_room *room)
{
	struct buf b = { .data = record, .cap = cap - 1 };
	const struct group *g = &c->group[c->order[i]];

	buf_str(&b, "leak ");
	buf_u64(&b, i + 1);
	buf_str(&b, ": ");
	write_sum(&b, &g->all);
	buf_str(&b, ", oldest ");
	write_moment(&b, g->oldest, 3);
	if (c->scanned)
		write_verdict(&b, g);
	buf_char(&b, '\n');
	b.len += frames_text(record + b.len, b.cap - b.len, c->order[i], room);
	record[b.len++] = '\n';
	sink_put(record, b.len);
}

static void
write_groups(const struct census *c, unsigned groups)
{
	size_t cap = MIN((size_t)RECORD_MAX,
	    sink_whole_max(stack_depth() + GROUP_LINES));
	struct frames_room *room = mem_map(sizeof(*room) + cap);

	if (room == NULL)
		return;
	for (uint32_t i = 0; i < c->stacks && i < groups; i++)
		write_group(c, i, (char *)(room + 1), cap, room);
	mem_unmap(room, sizeof(*room) + cap);
}

/* Counts, and tells the lost from the reachable when that is asked for and
 * possible; returns why it is not. */
static const char *
count(struct census *c, const struct leaks_ask *ask, struct tracer_sums *sums)
{
	const char *why = ask->blind;

	if (ask->scan && why == NULL)
		c->scanned = leakscan_take(&c->scan, threads_beside(c) != 0,
		    &why);
	/* First, so that what is allocated meanwhile is in neither number. */
	c->now = blocktime_now();
	tracer_sums(sums);
	live_each(count_block, c);
	note_peak((int64_t)c->sums.all.bytes, c->now);
	leakscan_drop(&c->scan);
	return why;
}

void
leaks_report(const struct leaks_ask *ask)
{
	struct census c = { .born = ask->born, .limit = stack_limit() };
	size_t group_space = (size_t)c.limit * sizeof(*c.group) + 1;
	size_t order_space = (size_t)c.limit * sizeof(*c.order) + 1;
	struct tracer_sums sums;
	const char *why;

	c.group = mem_reserve(group_space);
	c.order = mem_reserve(order_space);
	if (c.order == NULL) {
		mem_unmap(c.group, group_space);
		c.group = NULL;
	}
	why = count(&c, ask, &sums);
	if (c.group != NULL)
		put_in_order(&c);
	else
		sink_notice("leaks-memory",
		    "leaks: no memory to tell the stacks apart");
	write_summary(&c, MAX(sums.allocs, c.sums.all.blocks));
	if (ask->scan)
		write_lost(&c, why);
	if (c.group != NULL)
		write_groups(&c, ask->groups);
	mem_unmap(c.group, group_space);
	mem_unmap(c.order, order_space);
}

void
leaks_after_fork_child(void)
{
	atomic_store(&live_bytes, 0);
	atomic_store(&peak_bytes, 0);
	atomic_store(&peak_tick, 0);
	atomic_store(&peak_is_estimate, false);
}

void
leaks_begin_anew(void)
{
	struct tracer_sums sums;

	tracer_sums(&sums);
	atomic_store(&live_bytes, -sums.unflushed);
	atomic_store(&peak_bytes, 0);
	atomic_store(&peak_tick, 0);
	atomic_store(&peak_is_estimate, true);
}
