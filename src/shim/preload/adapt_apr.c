/*
 * adapt_apr - apr_thread_pool_* of the Apache Portable Runtime's libaprutil.
 *
 * A push takes the pool's mutex first, so that is when its task becomes known
 * to us, in the order in which APR has it.  A worker that begins with a task
 * keeps it as data of its thread, which is a call that shows us the task; it
 * is done when the same frame takes the pool's mutex again.  Workers are those
 * whose threads libaprutil creates: they pass our start routine, which jumps
 * on to theirs.
 *
 * A scheduled task waits from when it is due: only from then on could it have
 * been started.
 */
#include "shim/preload/runtime.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/lock.h"
#include "shim/sink/sink.h"

enum { APR_POOLS = 64, KEY_SCHEDULED = 0x100 };

/* APR's task, the same since 1.3; private to it. */
struct apr_task {
	void *next, *before;
	const void *func, *param, *owner;
	union {
		uint8_t priority;
		int64_t time_us;
	} dispatch;
};

struct apr_version {
	int major, minor, patch, is_dev;
};

typedef void *(*worker_fn)(void *thread, void *pool);

/* What the calling thread is doing in libaprutil. */
enum { PUSH, ON_TOP, CANCEL };
struct apr_call {
	int what;
	bool seen;		/* the pool's mutex was taken */
	const void *me;
	struct task_key key;
	int64_t delay_us;	/* of a scheduled task */
};

struct slot {
	const void *me;		/* NULL: free */
	struct pool *pool;
	struct tasklist waiting, later;	/* later: scheduled */
	uint64_t in_queue;	/* of @waiting */
};

static struct {
	struct found in;
	struct lock lock;
	struct taskmap map;
	worker_fn worker;	/* libaprutil's; NULL: not known yet */
	struct slot slot[APR_POOLS];
} apr;

static struct slot *
find_slot(const void *me)
{
	for (unsigned i = 0; i < APR_POOLS; i++)
		if (apr.slot[i].me == me)
			return &apr.slot[i];
	return NULL;
}

static bool
is_due(const struct task *t, uint64_t now)
{
	return t->due <= now;
}

/* On the diag thread: those in the queue, and those that are due. */
static int64_t
count_waiting(void *arg)
{
	struct slot *s = arg;
	uint64_t now = clock_ns();
	int64_t n;

	lock_take(&apr.lock);
	n = (int64_t)s->in_queue;
	for (struct task *t = taskmap_first(&apr.map, &s->later); t != NULL;
	    t = taskmap_next(&apr.map, t))
		n += is_due(t, now);
	lock_give(&apr.lock);
	return n;
}

/* The place of this pool, taken when it has none; NULL: there are too many
 * pools. */
static struct slot *
take_slot(const void *me)
{
	struct slot *s;

	lock_take(&apr.lock);
	s = find_slot(me);
	if (s == NULL) {
		s = find_slot(NULL);
		if (s != NULL)
			s->me = me;
	}
	lock_give(&apr.lock);
	if (s == NULL)
		sink_notice("apr pools", "apr-util: there are more pools than "
		    "there is room for: those beyond are not shown");
	return s;
}

/* The same with a pool of ours.  Who comes here first holds the pool's mutex:
 * to create its first thread, or to queue a task. */
static struct slot *
slot_for(const void *me)
{
	struct slot *s = take_slot(me);

	if (s == NULL || s->pool != NULL)
		return s;
	s->pool = pool_make(&(struct pool_traits){
	    .name = "apr",
	    .via = "apr",
	    .timed = true,
	    .counts_queue = true,
	});
	return s;
}

static struct tasklist *
list_of(struct slot *s, const struct task *t)
{
	return t->due != 0 ? &s->later : &s->waiting;
}

/* Scheduled tasks count from when they are due. */
static void
queue(struct slot *s, const struct apr_call *c)
{
	bool later = c->delay_us > 0;
	struct task *t = taskmap_put(&apr.map, later ? &s->later :
	    &s->waiting, &c->key, c->what == ON_TOP);

	if (t == NULL) {
		runtime_lose_task();
		return;
	}
	if (later) {
		t->due = clock_ns() + (uint64_t)c->delay_us * NS_PER_US;
		pool_gauge(s->pool, count_waiting, s);
	} else {
		s->in_queue++;
		pool_queued(s->pool, &t->stamp, 1);
	}
}

static void
drop(struct slot *s, struct tasklist *list, const void *owner)
{
	struct task *t = taskmap_first(&apr.map, list);

	while (t != NULL) {
		struct task *next = taskmap_next(&apr.map, t);

		if (owner == NULL || t->key.word[3] == owner) {
			if (t->due == 0) {
				s->in_queue--;
				pool_dropped(s->pool, &t->stamp, 1);
			}
			taskmap_drop(&apr.map, list, t);
		}
		t = next;
	}
}

/* The pool's mutex is taken, for the call that is under way. */
static void
see_call(struct apr_call *c)
{
	struct slot *s = slot_for(c->me);

	c->seen = true;
	if (s == NULL)
		return;
	lock_take(&apr.lock);
	if (c->what != CANCEL) {
		queue(s, c);
	} else {
		drop(s, &s->waiting, c->key.word[3]);
		drop(s, &s->later, c->key.word[3]);
	}
	lock_give(&apr.lock);
}

/* The frame that called: where its own part of the stack ends. */
#define FRAME() ((uintptr_t)__builtin_frame_address(0))

static COLD int
mutex_lock(void *mutex)
{
	struct apr_call *c = runtime_tls.apr_call;

	if (runtime_tls.apr_busy && FRAME() == runtime_tls.apr_frame) {
		pool_done(runtime_tls.apr_pool, &runtime_tls.stamp, 1);
		runtime_tls.apr_busy = false;
	}

	int r = RUNTIME_REAL(apr_thread_mutex_lock, int (*)(void *))(mutex);

	if (c != NULL && !c->seen && runtime_find_has(&apr.in, CALLER()))
		see_call(c);
	return r;
}

/* Scheduled or not is all that its key does not say. */
static struct task *
find_task(const struct slot *s, const struct apr_task *a)
{
	struct task_key key = {
		.word = { s->me, a->func, a->param, a->owner },
		.more = a->dispatch.priority,
	};
	struct task *t = taskmap_find(&apr.map, &key);

	if (t != NULL)
		return t;
	key.more = KEY_SCHEDULED;
	return taskmap_find(&apr.map, &key);
}

/* Takes the task out of the map; false: it was not seen to be queued. */
static bool
begin(struct slot *s, const struct apr_task *a)
{
	struct task *t;
	uint64_t due = 0;

	lock_take(&apr.lock);
	t = find_task(s, a);
	if (t != NULL) {
		runtime_tls.stamp = t->stamp;
		due = t->due;
		s->in_queue -= due == 0;
		taskmap_drop(&apr.map, list_of(s, t), t);
	}
	lock_give(&apr.lock);
	if (due != 0) {
		uint64_t now = clock_ns();

		pool_queued_since(s->pool, &runtime_tls.stamp,
		    now - MIN(now, due));
	}
	return t != NULL;
}

/* A worker keeps its task as data of its thread, in the frame that runs it. */
static COLD int
data_set(const struct apr_task *task, const char *key, void *cleanup,
    void *thread)
{
	const void *me = runtime_tls.apr_me;
	struct slot *s = me == NULL || !runtime_find_has(&apr.in, CALLER()) ?
	    NULL : slot_for(me);

	if (s != NULL && strcmp(key, "apr_thread_pool_task") == 0 &&
	    begin(s, task)) {
		runtime_tls.apr_pool = s->pool;
		runtime_tls.apr_frame = FRAME();
		runtime_tls.apr_busy = true;
		pool_started(s->pool, &runtime_tls.stamp, 1);
	}
	return RUNTIME_REAL(apr_thread_data_set, int (*)(const void *,
	    const char *, void *, void *))(task, key, cleanup, thread);
}

/* Where a worker begins; it has no frame of ours in its stack. */
static void *
begin_worker(void *thread, void *me)
{
	struct slot *s = slot_for(me);

	runtime_tls.apr_me = me;
	if (s != NULL)
		pool_worker_begin(s->pool, 0);
	return apr.worker(thread, me);
}

/* libaprutil creates threads for its pools only, all with one function. */
static COLD int
create(void *thread, void *attr, worker_fn fn, void *me, void *pool)
{
	if (runtime_find_has(&apr.in, CALLER()) &&
	    runtime_find_has(&apr.in, (const void *)(uintptr_t)fn) &&
	    (apr.worker == NULL || apr.worker == fn)) {
		apr.worker = fn;
		fn = begin_worker;
		slot_for(me);
	}
	return RUNTIME_REAL(apr_thread_create, int (*)(void *, void *,
	    worker_fn, void *, void *))(thread, attr, fn, me, pool);
}

static COLD int
push(void *me, void *func, void *param, uint8_t priority, void *owner)
{
	struct apr_call *outer = runtime_tls.apr_call, call = {
		.what = PUSH,
		.me = me,
		.key = { .word = { me, func, param, owner },
		    .more = priority },
	};

	runtime_tls.apr_call = &call;

	int r = RUNTIME_REAL(apr_thread_pool_push, int (*)(void *, void *,
	    void *, uint8_t, void *))(me, func, param, priority, owner);

	runtime_tls.apr_call = outer;
	return r;
}

static COLD int
push_on_top(void *me, void *func, void *param, uint8_t priority, void *owner)
{
	struct apr_call *outer = runtime_tls.apr_call, call = {
		.what = ON_TOP,
		.me = me,
		.key = { .word = { me, func, param, owner },
		    .more = priority },
	};

	runtime_tls.apr_call = &call;

	int r = RUNTIME_REAL(apr_thread_pool_top, int (*)(void *, void *,
	    void *, uint8_t, void *))(me, func, param, priority, owner);

	runtime_tls.apr_call = outer;
	return r;
}

static COLD int
schedule(void *me, void *func, void *param, int64_t delay_us, void *owner)
{
	struct apr_call *outer = runtime_tls.apr_call, call = {
		.what = PUSH,
		.me = me,
		.key = { .word = { me, func, param, owner },
		    .more = KEY_SCHEDULED },
		.delay_us = MAX(delay_us, (int64_t)1),
	};

	runtime_tls.apr_call = &call;

	int r = RUNTIME_REAL(apr_thread_pool_schedule, int (*)(void *, void *,
	    void *, int64_t, void *))(me, func, param, delay_us, owner);

	runtime_tls.apr_call = outer;
	return r;
}

static void
end_slot(const void *me)
{
	struct slot *s;
	struct pool *p = NULL;

	lock_take(&apr.lock);
	s = find_slot(me);
	if (s != NULL) {
		drop(s, &s->waiting, NULL);
		drop(s, &s->later, NULL);
		p = s->pool;
		s->pool = NULL;
		s->in_queue = 0;
		s->me = NULL;
	}
	lock_give(&apr.lock);
	pool_unmake(p);
}

/* Called by the host for an owner's tasks, or inside libaprutil for all when
 * the pool ends. */
static COLD int
cancel(void *me, void *owner)
{
	bool ends = runtime_find_has(&apr.in, CALLER());
	struct apr_call *outer = runtime_tls.apr_call, call = {
		.what = CANCEL,
		.me = me,
		.key = { .word = { me, NULL, NULL, owner } },
	};

	runtime_tls.apr_call = &call;

	int r = RUNTIME_REAL(apr_thread_pool_tasks_cancel, int (*)(void *,
	    void *))(me, owner);

	runtime_tls.apr_call = outer;
	if (ends)
		end_slot(me);
	return r;
}

static bool
start(const struct found *in)
{
	void (*version)(struct apr_version *) = (void (*)(
	    struct apr_version *))(uintptr_t)runtime_find_in(in, "apu_version");
	struct apr_version v = { 0, 0, 0, 0 };

	if (version != NULL)
		version(&v);
	if (v.major != 1 || v.minor < 5 || v.minor > 6) {
		sink_notice("apr", "apr-util %d.%d is not a version we know: "
		    "its thread pools are not shown", v.major, v.minor);
		return false;
	}
	apr.in = *in;
	return taskmap_make(&apr.map);
}

static void
forget(void)
{
	lock_reset(&apr.lock);
	taskmap_forget(&apr.map);
	for (unsigned i = 0; i < APR_POOLS; i++) {
		struct slot *s = &apr.slot[i];

		s->waiting = s->later = (struct tasklist){ 0, 0 };
		s->in_queue = 0;
	}
}

/* APR_ENOTIMPL. */
static int
absent(void)
{
	return 70023;
}

#define COLD_HALF(name, half) \
	[N_apr_##name - N_apr_thread_pool_push] = (void *)(uintptr_t)(half)
static void *const cold[] = {
	COLD_HALF(thread_pool_push, push),
	COLD_HALF(thread_pool_schedule, schedule),
	COLD_HALF(thread_pool_top, push_on_top),
	COLD_HALF(thread_pool_tasks_cancel, cancel),
	COLD_HALF(thread_create, create),
	COLD_HALF(thread_data_set, data_set),
	COLD_HALF(thread_mutex_lock, mutex_lock),
};

const struct runtime adapt_apr = {
	.title = "apr-util",
	.soname = "libaprutil-1.so.0",
	.first = N_apr_thread_pool_push,
	.end = N_apr_thread_mutex_lock + 1,
	.cold = cold,
	.begin = start,
	.absent = (void *)(uintptr_t)absent,
	.after_fork_child = forget,
};
