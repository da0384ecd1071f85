/*
 * adapt_glib - GLib's GThreadPool, and GTask's pool, which is one.
 *
 * A worker calls the pool's function without any other call before or after,
 * so the pool gets a function of ours (adapt_thunks.S, one for each pool) that
 * calls the host's: GThreadPool.func is the one thing that a host can see, its
 * user_data stays its own.  A host that sets func later is believed, and its
 * pool is not shown from then on.
 */
#include "shim/preload/adapt_glib.h"

#include <string.h>

#include "shim/sink/sink.h"

struct glib_pools glib_pools;

extern const char adapt_thunks[] __attribute__((visibility("hidden")));
void adapt_glib_run(void *data, void *user_data, unsigned i)
    __attribute__((visibility("hidden")));

static task_fn
thunk(unsigned i)
{
	return (task_fn)(uintptr_t)(adapt_thunks + i * THUNK_SIZE);
}

/* The slot whose function @func is; NULL when it is none of ours. */
struct glib_slot *
adapt_glib_slot_of(task_fn func)
{
	uintptr_t at = (uintptr_t)func - (uintptr_t)adapt_thunks;

	return at < (uintptr_t)GLIB_POOLS * THUNK_SIZE ?
	    &glib_pools.slot[at / THUNK_SIZE] : NULL;
}

static struct task_key
key_of(const struct glib_slot *s, const void *data)
{
	return (struct task_key){ .word = { s, data } };
}

static struct glib_slot *
take_slot(void)
{
	struct glib_slot *s = NULL;

	lock_take(&glib_pools.lock);
	for (unsigned i = 0; i < GLIB_POOLS && s == NULL; i++) {
		if (atomic_load(&glib_pools.slot[i].state) != FREE)
			continue;
		s = &glib_pools.slot[i];
		glib_pools.slots = MAX(glib_pools.slots, i + 1);
		s->life++;
		s->gpool = NULL;
		s->queue = NULL;
		s->unfinished = 0;
		atomic_store(&s->state, LIVE);
	}
	lock_give(&glib_pools.lock);
	if (s == NULL)
		sink_notice("glib pools", "GLib: there are more pools than "
		    "there is room for: those beyond are not shown");
	return s;
}

static void
give_slot(struct glib_slot *s, int state)
{
	struct pool *p = s->pool;

	s->pool = NULL;
	s->gpool = NULL;
	s->queue = NULL;
	atomic_store(&s->state, state);
	pool_unmake(p);
}

/* GTask's pool is made inside GIO. */
static bool
is_gtask(const void *caller)
{
	struct found gio;

	return runtime_find("g_task_run_in_thread", caller, &gio) &&
	    runtime_find_has(&gio, caller);
}

static struct glib_slot *
make_slot(task_fn func, const void *caller)
{
	struct glib_slot *s = func == NULL ? NULL : take_slot();
	bool gtask;

	if (s == NULL)
		return NULL;
	s->func = func;
	gtask = is_gtask(caller);
	s->pool = pool_make(&(struct pool_traits){
	    .name = gtask ? "gtask" : "gthreadpool",
	    .named_after = gtask ? 0 : (uintptr_t)func,
	    .via = "glib",
	    .timed = true,
	    .counts_queue = true,
	});
	return s;
}

void
adapt_glib_know_queue(struct glib_slot *s, const struct gpool *p)
{
	memcpy(&s->queue, (const char *)p + POOL_QUEUE, sizeof(s->queue));
}

static void *
finish_new(struct glib_slot *s, struct gpool *p)
{
	runtime_tls.glib_creates = false;
	if (s == NULL)
		return p;
	if (p == NULL) {
		give_slot(s, FREE);
		return NULL;
	}
	adapt_glib_know_queue(s, p);
	s->gpool = p;
	return p;
}

static COLD void *
pool_new(task_fn func, void *user_data, int max, int exclusive, void *error)
{
	struct glib_slot *s = make_slot(func, CALLER());

	if (s != NULL)
		func = thunk((unsigned)(s - glib_pools.slot));
	runtime_tls.glib_creates = true;
	return finish_new(s, RUNTIME_REAL(g_thread_pool_new, void *(*)(task_fn,
	    void *, int, int, void *))(func, user_data, max, exclusive,
	    error));
}

static COLD void *
pool_new_full(task_fn func, void *user_data, void *item_free, int max,
    int exclusive, void *error)
{
	struct glib_slot *s = make_slot(func, CALLER());

	if (s != NULL)
		func = thunk((unsigned)(s - glib_pools.slot));
	runtime_tls.glib_creates = true;
	return finish_new(s, RUNTIME_REAL(g_thread_pool_new_full,
	    void *(*)(task_fn, void *, void *, int, int, void *))(func,
	    user_data, item_free, max, exclusive, error));
}

/* Forgets what waits in @s. */
static void
drop_waiting(struct glib_slot *s)
{
	struct task *t;

	lock_take(&glib_pools.lock);
	while ((t = taskmap_first(&glib_pools.map, &s->waiting)) != NULL) {
		pool_dropped(s->pool, &t->stamp, 1);
		taskmap_drop(&glib_pools.map, &s->waiting, t);
		s->unfinished--;
	}
	lock_give(&glib_pools.lock);
}

/* The host has set another function in a pool of ours. */
static COLD void
let_go(const struct gpool *p)
{
	for (unsigned i = 0; i < glib_pools.slots; i++) {
		struct glib_slot *s = &glib_pools.slot[i];

		if (s->gpool != p || atomic_load(&s->state) != LIVE)
			continue;
		drop_waiting(s);
		give_slot(s, BURNT);
	}
}

/* The slot of a pool that the host names; NULL: none that we watch. */
static struct glib_slot *
watched(const struct gpool *p)
{
	struct glib_slot *s = p == NULL ? NULL : adapt_glib_slot_of(p->func);

	if (s != NULL)
		return s->gpool == p ? s : NULL;
	if (p != NULL)
		let_go(p);
	return NULL;
}

static void
queue(struct glib_slot *s, const void *data)
{
	struct task_key key = key_of(s, data);

	lock_take(&glib_pools.lock);

	struct task *t = taskmap_put(&glib_pools.map, &s->waiting, &key, false);

	if (t != NULL) {
		s->unfinished++;
		pool_queued(s->pool, &t->stamp, 1);
	} else {
		runtime_lose_task();
	}
	lock_give(&glib_pools.lock);
}

static COLD int
pool_push(struct gpool *p, void *data, void *error)
{
	struct glib_slot *s = watched(p);

	if (s != NULL)
		queue(s, data);
	runtime_tls.glib_creates = true;

	int r = RUNTIME_REAL(g_thread_pool_push, int (*)(struct gpool *, void *,
	    void *))(p, data, error);

	runtime_tls.glib_creates = false;
	return r;
}

static COLD int
pool_set_max(struct gpool *p, int max, void *error)
{
	runtime_tls.glib_creates = true;

	int r = RUNTIME_REAL(g_thread_pool_set_max_threads,
	    int (*)(struct gpool *, int, void *))(p, max, error);

	runtime_tls.glib_creates = false;
	return r;
}

/* Whether the last thread is out of the pool's function is only sure when
 * the host waited for it, or when nothing was left to do. */
static void
end_slot(struct glib_slot *s, bool waited)
{
	bool last;

	lock_take(&glib_pools.lock);
	last = s->unfinished == 0;
	if (!last && !waited)
		atomic_store(&s->state, DRAINING);
	lock_give(&glib_pools.lock);
	if (last || waited)
		give_slot(s, FREE);
}

static COLD void
pool_free(struct gpool *p, int immediate, int wait)
{
	struct glib_slot *s = watched(p);
	bool late = false;

	if (s != NULL)
		s->gpool = NULL;
	RUNTIME_REAL(g_thread_pool_free, void (*)(struct gpool *, int, int))(p,
	    immediate, wait);
	if (s == NULL)
		return;
	if (immediate) {
		late = !wait && s->waiting.first != 0;
		drop_waiting(s);
	}
	if (late)
		give_slot(s, BURNT);
	else
		end_slot(s, wait);
}

/* Takes the task out of the map; false: it was not seen to be queued. */
static bool
begin(struct glib_slot *s, const void *data, struct pool_stamp *stamp)
{
	struct task_key key = key_of(s, data);
	struct task *t;

	lock_take(&glib_pools.lock);
	t = taskmap_find(&glib_pools.map, &key);
	if (t != NULL) {
		*stamp = t->stamp;
		taskmap_drop(&glib_pools.map, &s->waiting, t);
	}
	lock_give(&glib_pools.lock);
	return t != NULL;
}

static void
finish(struct glib_slot *s, struct pool_stamp *stamp)
{
	bool last;

	pool_done(s->pool, stamp, 1);
	lock_take(&glib_pools.lock);
	s->unfinished -= s->unfinished != 0;
	last = s->unfinished == 0 && atomic_load(&s->state) == DRAINING;
	lock_give(&glib_pools.lock);
	if (last)
		give_slot(s, FREE);
}

/* A pool's thread has a task: what the host's function was called with. */
void
adapt_glib_run(void *data, void *user_data, unsigned i)
{
	struct glib_slot *s = &glib_pools.slot[i];
	struct pool_stamp stamp;
	bool seen = begin(s, data, &stamp);

	if (!seen) {
		s->func(data, user_data);
		return;
	}
	adapt_glib_join(s);
	pool_started(s->pool, &stamp, 1);
	runtime_tls.glib_busy = true;
	s->func(data, user_data);
	runtime_tls.glib_busy = false;
	finish(s, &stamp);
}

static unsigned
number_in(const struct found *in, const char *name)
{
	const unsigned *p = runtime_find_in(in, name);

	return p == NULL ? 0 : *p;
}

static bool
start(const struct found *in)
{
	unsigned major = number_in(in, "glib_major_version");
	unsigned minor = number_in(in, "glib_minor_version");

	if (major != 2 || minor < OLDEST_MINOR || minor > NEWEST_MINOR) {
		sink_notice("glib", "GLib %u.%u is not a version we know: its "
		    "pools are not shown", major, minor);
		return false;
	}
	glib_pools.in = *in;
	return taskmap_make(&glib_pools.map);
}

/* The child has the pools, and none of their threads. */
static void
forget(void)
{
	lock_reset(&glib_pools.lock);
	taskmap_forget(&glib_pools.map);
	for (unsigned i = 0; i < GLIB_POOLS; i++) {
		glib_pools.slot[i].waiting = (struct tasklist){ 0, 0 };
		glib_pools.slot[i].unfinished = 0;
	}
}

/* NULL, FALSE, and nothing. */
static void *
absent(void)
{
	return NULL;
}

#define COLD_HALF(name, half) \
	[N_g_thread_pool_##name - N_g_thread_pool_free] = \
	    (void *)(uintptr_t)(half)
static void *const cold[] = {
	COLD_HALF(free, pool_free),
	COLD_HALF(new, pool_new),
	COLD_HALF(new_full, pool_new_full),
	COLD_HALF(push, pool_push),
	COLD_HALF(set_max_threads, pool_set_max),
};

const struct runtime adapt_glib = {
	.title = "GLib",
	.soname = "libglib-2.0.so.0",
	.first = N_g_thread_pool_free,
	.end = N_g_thread_pool_set_max_threads + 1,
	.cold = cold,
	.begin = start,
	.absent = (void *)(uintptr_t)absent,
	.after_fork_child = forget,
};
