/*
 * adapt_glib_threads - which pool a thread of GLib's belongs to.
 *
 * Pool threads are created for a pool, leave it without a word for the common
 * stock of idle threads, and enter others.  But before such a thread sleeps it
 * waits at a word of its pool's queue, or of another queue, and that it tells
 * us (runtime_futex_waits()).
 */
#include "shim/preload/adapt_glib.h"

/* The first members of GThread. */
struct gthread {
	const void *func;
	void *data;
};

static bool
is_member(const struct glib_slot *s)
{
	return runtime_tls.glib_slot == (uint32_t)(s - glib_pools.slot) + 1 &&
	    runtime_tls.glib_life == s->life;
}

void
adapt_glib_join(struct glib_slot *s)
{
	if (is_member(s))
		return;
	runtime_tls.glib_slot = (uint32_t)(s - glib_pools.slot) + 1;
	runtime_tls.glib_life = s->life;
	runtime_tls.watches_futex = true;
	pool_worker_begin(s->pool, 0);
}

/* Its pool may have ended since, and another have its slot. */
static void
part(void)
{
	struct glib_slot *s = &glib_pools.slot[runtime_tls.glib_slot - 1];

	if (is_member(s))
		pool_worker_end(s->pool);
	runtime_tls.glib_slot = 0;
}

static bool
waits_in(const struct glib_slot *s, const char *word)
{
	return s->queue != NULL && (uintptr_t)word - (uintptr_t)s->queue <
	    QUEUE_SIZE;
}

void
adapt_glib_waits(const void *word)
{
	if (runtime_tls.glib_busy)
		return;
	if (runtime_tls.glib_slot != 0) {
		if (waits_in(&glib_pools.slot[runtime_tls.glib_slot - 1], word))
			return;
		part();
	}
	for (unsigned i = 0; i < glib_pools.slots; i++) {
		if (waits_in(&glib_pools.slot[i], word)) {
			adapt_glib_join(&glib_pools.slot[i]);
			return;
		}
	}
}

/* A thread that is created while GLib adds one to a pool is a pool's. */
void
adapt_glib_created(const void *start, void *arg)
{
	const struct gthread *t = arg;

	if (runtime_tls.glib_creates && runtime_find_has(&glib_pools.in, start))
		glib_pools.proxy = t->func;
}

/* It is created for this pool, and is its worker from the start. */
void
adapt_glib_begins(const void *start, void *arg)
{
	const struct gthread *t = arg;
	const struct gpool *p;
	struct glib_slot *s;

	if (glib_pools.proxy == NULL ||
	    !runtime_find_has(&glib_pools.in, start) ||
	    t->func != glib_pools.proxy)
		return;
	runtime_tls.watches_futex = true;
	p = t->data;
	s = adapt_glib_slot_of(p->func);
	if (s == NULL || atomic_load(&s->state) != LIVE)
		return;
	/* The pool may not be finished yet, but it has its queue. */
	adapt_glib_know_queue(s, p);
	adapt_glib_join(s);
}

