/*
 * heap - the only code that knows jemalloc: its statistics.
 */
#include "shim/heap/heap.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "common/base/buf.h"
#include "shim/heap/heap_lock.h"
#include "shim/heap/heap_room.h"
#include "shim/heap/heap_sys.h"
#include "shim/heap/heap_window.h"
#include "shim/heap/jem.h"
#include "shim/state/state.h"

/* jemalloc's name for all arenas together (MALLCTL_ARENAS_ALL). */
enum { ALL_ARENAS = 4096, STATE_MIBS = 6 };

/* Reads the number called @name; 0 when there is none. */
static uint64_t
read_number(const char *name)
{
	uint64_t v = 0;
	size_t n = sizeof(v);

	if (heap_is_missing())
		return 0;
	/* Numbers of 4 bytes fill the low half. */
	if (jem_mallctl(name, &v, &n, NULL, 0) == 0)
		return v;
	n = sizeof(uint32_t);
	if (jem_mallctl(name, &v, &n, NULL, 0) == 0)
		return v;
	return 0;
}

/* Reads PREFIX.INDEX.NAME. */
static uint64_t
read_indexed(const char *prefix, unsigned index, const char *name)
{
	char text[96];
	struct buf b = BUF(text);

	buf_printf(&b, "%s.%u.%s", prefix, index, name);
	return read_number(buf_cstr(&b));
}

static int
refresh(uint64_t *epoch)
{
	uint64_t one = 1;
	size_t n = sizeof(*epoch);

	return -jem_mallctl("epoch", epoch, &n, &one, sizeof(one));
}

int
heap_stats(struct heap_stats *out)
{
	static const char arenas[] = "stats.arenas";
	int err;

	memset(out, 0, sizeof(*out));
	if (heap_is_missing())
		return -ENOMEM;
	err = refresh(&out->epoch);
	if (err != 0)
		return err;
	out->allocated = read_number("stats.allocated");
	out->active = read_number("stats.active");
	out->resident = read_number("stats.resident");
	out->mapped = read_number("stats.mapped");
	out->retained = read_number("stats.retained");
	out->metadata = read_number("stats.metadata");
	out->metadata_thp = read_number("stats.metadata_thp");
	out->tcache_bytes = read_indexed(arenas, ALL_ARENAS, "tcache_bytes");
	out->tcache_max = read_number("arenas.tcache_max");
	out->base = read_indexed(arenas, ALL_ARENAS, "base");
	out->internal = read_indexed(arenas, ALL_ARENAS, "internal");
	out->dirty = 4096 * read_indexed(arenas, ALL_ARENAS, "pdirty");
	out->muzzy = 4096 * read_indexed(arenas, ALL_ARENAS, "pmuzzy");
	out->npurge = read_indexed(arenas, ALL_ARENAS, "dirty_npurge") +
	    read_indexed(arenas, ALL_ARENAS, "muzzy_npurge");
	out->nmadvise = read_indexed(arenas, ALL_ARENAS, "dirty_nmadvise") +
	    read_indexed(arenas, ALL_ARENAS, "muzzy_nmadvise");
	out->purged_pages = read_indexed(arenas, ALL_ARENAS, "dirty_purged") +
	    read_indexed(arenas, ALL_ARENAS, "muzzy_purged");
	out->narenas = (unsigned)read_number("arenas.narenas");
	return 0;
}

static bool
arena_is_there(unsigned i)
{
	char text[96];
	struct buf b = BUF(text);
	bool there = false;
	size_t n = sizeof(there);

	buf_printf(&b, "arena.%u.initialized", i);
	return jem_mallctl(buf_cstr(&b), &there, &n, NULL, 0) == 0 && there;
}

static void
read_arena(struct heap_arena *out, unsigned i)
{
	static const char arenas[] = "stats.arenas";

	out->index = i;
	out->threads = (unsigned)read_indexed(arenas, i, "nthreads");
	out->active = 4096 * read_indexed(arenas, i, "pactive");
	out->dirty = 4096 * read_indexed(arenas, i, "pdirty");
	out->muzzy = 4096 * read_indexed(arenas, i, "pmuzzy");
	out->retained = read_indexed(arenas, i, "retained");
	out->npurge = read_indexed(arenas, i, "dirty_npurge") +
	    read_indexed(arenas, i, "muzzy_npurge");
	out->nmadvise = read_indexed(arenas, i, "dirty_nmadvise") +
	    read_indexed(arenas, i, "muzzy_nmadvise");
	out->purged_pages = read_indexed(arenas, i, "dirty_purged") +
	    read_indexed(arenas, i, "muzzy_purged");
}

unsigned
heap_arenas(struct heap_arena *out, unsigned max)
{
	unsigned n = (unsigned)read_number("arenas.narenas");
	unsigned found = 0;

	for (unsigned i = 0; i < n; i++) {
		if (!arena_is_there(i))
			continue;
		if (found < max)
			read_arena(&out[found], i);
		found++;
	}
	return found;
}

static void
read_class(struct heap_size_class *c, const char *sizes, const char *stats,
    unsigned i)
{
	c->size = read_indexed(sizes, i, "size");
	c->nmalloc = read_indexed(stats, i, "nmalloc");
	c->ndalloc = read_indexed(stats, i, "ndalloc");
	c->live = c->nmalloc - c->ndalloc;
	c->nrequests = read_indexed(stats, i, "nrequests");
}

unsigned
heap_size_classes(struct heap_size_class *out, unsigned max)
{
	unsigned small = (unsigned)read_number("arenas.nbins");
	unsigned large = (unsigned)read_number("arenas.nlextents");
	unsigned n = 0;

	for (unsigned i = 0; i < small && n < max; i++)
		read_class(&out[n++], "arenas.bin", "stats.arenas.4096.bins",
		    i);
	for (unsigned i = 0; i < large && n < max; i++)
		read_class(&out[n++], "arenas.lextent",
		    "stats.arenas.4096.lextents", i);
	return n;
}

int
heap_purge(void)
{
	enum heap_payer before = heap_sys_pay(PAYER_FORCED);
	int err = heap_is_missing() ? ENOMEM :
	    jem_mallctl("arena.4096.purge", NULL, NULL, NULL, 0);

	heap_sys_pay(before);
	return -err;
}

static void
hold_arena(unsigned arena, const char *kind)
{
	char text[64];
	struct buf b = BUF(text);
	ssize_t never = -1;

	buf_printf(&b, "arena.%u.%s_decay_ms", arena, kind);
	jem_mallctl(buf_cstr(&b), NULL, NULL, &never, sizeof(never));
}

void
heap_hold(void)
{
	unsigned n = (unsigned)read_number("arenas.narenas");
	ssize_t never = -1;

	if (heap_is_missing())
		return;
	jem_mallctl("arenas.dirty_decay_ms", NULL, NULL, &never,
	    sizeof(never));
	jem_mallctl("arenas.muzzy_decay_ms", NULL, NULL, &never,
	    sizeof(never));
	for (unsigned i = 0; i < n; i++) {
		hold_arena(i, "dirty");
		hold_arena(i, "muzzy");
	}
}

/* Jemalloc has given the thread an arena at its first call; in arena 0, which
 * every process has, it leaves that one to the host's next thread. */
void
heap_thread_is_ours(void)
{
	unsigned first = 0;
	bool cached = false;

	if (heap_is_missing())
		return;
	jem_mallctl("thread.arena", NULL, NULL, &first, sizeof(first));
	jem_mallctl("thread.tcache.enabled", NULL, NULL, &cached,
	    sizeof(cached));
}

/* The counters are part of what jemalloc keeps in static TLS. */
intptr_t
heap_given_at(void)
{
	enum { TLS_MOST = 1 << 20 };
	uint64_t *at = NULL;
	size_t n = sizeof(at);
	intptr_t from = (intptr_t)pthread_self();

	if (heap_is_missing() ||
	    jem_mallctl("thread.allocatedp", &at, &n, NULL, 0) != 0 ||
	    (intptr_t)at >= from || (intptr_t)at < from - TLS_MOST)
		return 0;
	return (intptr_t)at - from;
}

/* One byte per class; the class of 8 bytes is the only one whose blocks are
 * not 16-aligned, and from here on no size leads to it. */
bool
heap_start(void)
{
	if (heap_is_missing())
		return false;
	jem_free(jem_malloc(1));
	jem_size_classes[0] = jem_size_classes[2];
	jem_size_classes[1] = jem_size_classes[2];
	state_know_sizes(jem_sizes);
	return true;
}

void
heap_before_fork(void)
{
	if (!heap_is_missing())
		jem_prefork();
}

void
heap_after_fork_parent(void)
{
	if (!heap_is_missing())
		jem_postfork_parent();
}

void
heap_after_fork_child(void)
{
	if (!heap_is_missing())
		jem_postfork_child();
	heap_lock_forget();
	heap_room_forked();
	window_after_fork_child();
}

bool
heap_interrupted(void)
{
	return heap_lock_held() != 0;
}
