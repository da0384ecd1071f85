/*
 * adapt_uv - libuv's thread pool.
 *
 * Everything that goes to the pool goes through a function that takes the
 * request as its second argument: it is noted on its way.  What it is noted for
 * has become true when the same call locks and unlocks the pool's mutex: then
 * the request is in the queue.  A worker that unlocks this mutex begins with
 * what it took out: libuv links that to itself, and it is the first of our
 * list.  It is done when the worker wakes the loop with it at the end of the
 * loop's finished work.  All of this is read under libuv's own locks, and
 * nothing is written.
 *
 * The pool's mutex is the one that is made inside the once-only call of the
 * first request; a worker is who posts a semaphore inside libuv.
 */
#include "shim/preload/runtime.h"

#include <string.h>

#include "shim/sink/sink.h"

/* What libuv's public header has fixed for all of version 1 on 64 bits: the
 * work in a request, and three members of a loop. */
enum {
	WORK_IN_WORK = 88, WORK_IN_FS = 336, WORK_IN_ADDRINFO = 72,
	WORK_IN_NAMEINFO = 72, WORK_IN_RANDOM = 104,
	LOOP_LAST_DONE = 128, LOOP_ASYNC = 176,
	REQ_WORK = 7, REQ_FS = 6, REQ_ADDRINFO = 8, REQ_NAMEINFO = 9,
};
/* From where the worker's loop and what it calls were compared. */
enum { OLDEST = 1 << 16 | 30 << 8, NEWEST = 1 << 16 | 52 << 8 };

struct uv_work {
	void *work, *done, *loop;
	void *next, *before;
};

/* How far a request of the calling thread has come. */
enum way { NOWHERE, NOTED, SUBMITTED, CANCELLING };

static struct {
	struct found in;
	struct pool *pool;
	const void *mutex;	/* the pool's; NULL: there is none so far */
	uintptr_t once;
	struct taskmap map;	/* and the lists: under the pool's mutex */
	struct tasklist queue, slow;
} uv;

static struct task_key
key_of(uintptr_t work)
{
	return (struct task_key){ .word = { (const void *)work } };
}

/* getaddrinfo and getnameinfo have a queue of their own. */
static bool
is_slow(const struct task *t)
{
	return t->due != 0;
}

static struct tasklist *
list_of(const struct task *t)
{
	return is_slow(t) ? &uv.slow : &uv.queue;
}

static unsigned
work_in(unsigned name)
{
	switch (name) {
	case N_uv_queue_work:
		return WORK_IN_WORK;
	case N_uv_getaddrinfo:
		return WORK_IN_ADDRINFO;
	case N_uv_getnameinfo:
		return WORK_IN_NAMEINFO;
	case N_uv_random:
		return WORK_IN_RANDOM;
	default:
		return WORK_IN_FS;
	}
}

/* Bit 0 of the work's address: it is slow. */
static void
note(unsigned name, const uintptr_t *args)
{
	bool slow = name == N_uv_getaddrinfo || name == N_uv_getnameinfo;

	runtime_tls.uv_way = args[1] == 0 ? NOWHERE : NOTED;
	runtime_tls.uv_work = (args[1] + work_in(name)) | slow;
}

/* The calling thread holds the pool's mutex, and its request is queued. */
static void
queue(uintptr_t work)
{
	bool slow = work & 1;
	struct task_key key = key_of(work & ~(uintptr_t)1);
	struct task *t = taskmap_put(&uv.map, slow ? &uv.slow : &uv.queue,
	    &key, false);

	if (t != NULL) {
		t->due = slow;
		pool_queued(uv.pool, &t->stamp, 1);
	} else {
		runtime_lose_task();
	}
}

/* The same, and what it cancels was queued until now. */
static void
cancel(uintptr_t work)
{
	struct task_key key = key_of(work);
	struct task *t = taskmap_find(&uv.map, &key);

	if (t != NULL) {
		pool_dropped(uv.pool, &t->stamp, 1);
		taskmap_drop(&uv.map, list_of(t), t);
	}
}

static bool
is_taken(const struct task *t)
{
	const struct uv_work *w = t == NULL ? NULL : t->key.word[0];

	return w != NULL && w->next == &w->next;
}

/* The same, on a worker: it took the first of one of the lists, or none. */
static void
begin(void)
{
	struct task *t = taskmap_first(&uv.map, &uv.queue);

	if (!is_taken(t))
		t = taskmap_first(&uv.map, &uv.slow);
	if (is_taken(t)) {
		runtime_tls.stamp = t->stamp;
		runtime_tls.uv_task = t->key.word[0];
		taskmap_drop(&uv.map, list_of(t), t);
	}
	if (runtime_tls.uv_task != NULL)
		pool_started(uv.pool, &runtime_tls.stamp, 1);
}

static void
see_unlock(void)
{
	enum way way = runtime_tls.uv_way;

	if (way == SUBMITTED)
		queue(runtime_tls.uv_work);
	else if (way == CANCELLING)
		cancel(runtime_tls.uv_work);
	else if (runtime_tls.uv_worker && runtime_tls.uv_task == NULL)
		begin();
	runtime_tls.uv_way = NOWHERE;
}

static COLD void
mutex_unlock(void *mutex)
{
	if (mutex == uv.mutex)
		see_unlock();
	RUNTIME_REAL(uv_mutex_unlock, void (*)(void *))(mutex);
}

/* True when the worker has put its work at the end of the loop's finished
 * work, and wakes this loop. */
static bool
is_done(const struct uv_work *w, const char *async)
{
	const char *loop = w->loop;
	const void *last;

	if (async != loop + LOOP_ASYNC)
		return false;
	memcpy(&last, loop + LOOP_LAST_DONE, sizeof(last));
	return last == &w->next;
}

static COLD int
async_send(char *async)
{
	const struct uv_work *w = runtime_tls.uv_task;

	if (w != NULL && is_done(w, async)) {
		pool_done(uv.pool, &runtime_tls.stamp, 1);
		runtime_tls.uv_task = NULL;
		runtime_tls.uv_way = NOWHERE;
	}
	return RUNTIME_REAL(uv_async_send, int (*)(char *))(async);
}

/* A worker of the pool says that it is there. */
static COLD void
sem_post(void *sem)
{
	if (runtime_find_has(&uv.in, CALLER())) {
		runtime_tls.uv_worker = true;
		pool_worker_begin(uv.pool, 0);
	}
	RUNTIME_REAL(uv_sem_post, void (*)(void *))(sem);
}

static void
make_pool(const void *mutex)
{
	if (uv.pool == NULL)
		uv.pool = pool_make(&(struct pool_traits){
		    .name = "libuv",
		    .via = "libuv",
		    .timed = true,
		    .counts_queue = true,
		});
	uv.once = runtime_tls.uv_guard;
	uv.mutex = mutex;
}

static COLD int
mutex_init(void *mutex)
{
	if (runtime_tls.uv_guard != 0 && runtime_find_has(&uv.in, CALLER()))
		make_pool(mutex);
	return RUNTIME_REAL(uv_mutex_init, int (*)(void *))(mutex);
}

/* What every request passes on its way to the queue, and nothing else does:
 * the pool's own guard. */
static COLD void
once(uintptr_t guard, void (*fn)(void))
{
	bool ours = runtime_tls.uv_way != NOWHERE;

	runtime_tls.uv_guard = ours ? guard : 0;
	RUNTIME_REAL(uv_once, void (*)(uintptr_t, void (*)(void)))(guard, fn);
	runtime_tls.uv_guard = 0;
	if (ours && runtime_tls.uv_way == NOTED && guard == uv.once)
		runtime_tls.uv_way = SUBMITTED;
}

static uintptr_t
work_of(const char *req)
{
	uint32_t type;

	memcpy(&type, req + sizeof(void *), sizeof(type));
	switch (type) {
	case REQ_WORK:
		return (uintptr_t)req + WORK_IN_WORK;
	case REQ_FS:
		return (uintptr_t)req + WORK_IN_FS;
	case REQ_ADDRINFO:
		return (uintptr_t)req + WORK_IN_ADDRINFO;
	case REQ_NAMEINFO:
		return (uintptr_t)req + WORK_IN_NAMEINFO;
	default:
		return (uintptr_t)req + WORK_IN_RANDOM;
	}
}

static COLD int
cancel_request(const char *req)
{
	runtime_tls.uv_way = CANCELLING;
	runtime_tls.uv_work = work_of(req);

	int r = RUNTIME_REAL(uv_cancel, int (*)(const char *))(req);

	runtime_tls.uv_way = NOWHERE;
	return r;
}

/* Its own calls must come through us, or nothing would ever be done. */
static bool
comes_through_us(const struct found *in)
{
	static const char *const calls[] = {
		"uv_async_send", "uv_mutex_init", "uv_mutex_unlock", "uv_once",
		"uv_sem_post",
	};

	for (unsigned i = 0; i < ARRAY_LEN(calls); i++) {
		if (!runtime_find_calls(in, calls[i]))
			return false;
	}
	return true;
}

static bool
has_known_version(const struct found *in)
{
	unsigned (*version)(void) =
	    (unsigned (*)(void))(uintptr_t)runtime_find_in(in, "uv_version");
	unsigned v = version == NULL ? 0 : version();

	if (v >= OLDEST && v < NEWEST + (1 << 8))
		return true;
	sink_notice("libuv", "libuv %u.%u is not a version we know: its pool "
	    "is not shown", v >> 16, v >> 8 & 0xff);
	return false;
}

static bool
start(const struct found *in)
{
	if (!has_known_version(in))
		return false;
	if (!comes_through_us(in)) {
		sink_notice("libuv", "libuv was linked so that its own calls "
		    "do not come through us: its pool is not shown");
		return false;
	}
	uv.in = *in;
	return taskmap_make(&uv.map);
}

/* Its pool starts over with the child's first request. */
static void
forget(void)
{
	taskmap_forget(&uv.map);
	uv.queue = uv.slow = (struct tasklist){ 0, 0 };
}

/* UV_ENOSYS. */
static int
absent(void)
{
	return -38;
}

#define COLD_HALF(name, half) \
	[N_uv_##name - N_uv_queue_work] = (void *)(uintptr_t)(half)
static void *const cold[] = {
	[0 ... N_uv_async_send - N_uv_queue_work - 1] = RUNTIME_NOTED,
	COLD_HALF(async_send, async_send),
	COLD_HALF(cancel, cancel_request),
	COLD_HALF(mutex_init, mutex_init),
	COLD_HALF(mutex_unlock, mutex_unlock),
	COLD_HALF(once, once),
	COLD_HALF(sem_post, sem_post),
};

const struct runtime adapt_uv = {
	.title = "libuv",
	.soname = "libuv.so.1",
	.first = N_uv_queue_work,
	.end = N_uv_sem_post + 1,
	.cold = cold,
	.begin = start,
	.note = note,
	.absent = (void *)(uintptr_t)absent,
	.after_fork_child = forget,
};
