/*
 * direct - whether this libc takes a mutex as we do.
 *
 * Where a thread's id lies is part of what libc shows to debuggers.  The rest
 * is compared: a mutex that we took with one that libc took, to the byte, and
 * then libc has to find ours taken and to give it back.
 */
#include "shim/preload/direct.h"

#include <errno.h>
#include <string.h>

#include "common/base/emulated.h"
#include "common/base/linkmap.h"
#include "shim/preload/real.h"
#include "shim/preload/waits.h"
#include "shim/sched/thread.h"

/* Beside the armed words, which are read when it is. */
__attribute__((section(".data.hot"))) uint32_t direct_tid_at = 0;

/* The thread's id in its descriptor, as libc describes it: the size in bits,
 * how many, the offset. */
static const uint32_t *
description(void)
{
	const struct link_map *libc = linkmap_libc();
	const uint32_t *d = libc == NULL ? NULL :
	    linkmap_find(libc, "_thread_db_pthread_tid");

	return d != NULL && d[0] == 32 && d[1] == 1 && d[2] < 4096 ? d : NULL;
}

/* Nobody stands between us and libc, whose @own this is (valgrind does, and
 * shows it to nobody): who does wants to see every call. */
static bool
is_next(const char *name, const void *own)
{
	const void *next = real_find(name, NULL);

	return next != NULL && linkmap_of(next) == linkmap_of(own);
}

void
direct_find_tid(void)
{
	const uint32_t *tid = description();

	if (tid != NULL)
		thread_tid_is_at(tid[2]);
}

static bool
looks_like(const pthread_mutex_t *a, const pthread_mutex_t *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool
agrees(int kind, uint32_t tid_at)
{
	pthread_mutex_t none = PTHREAD_MUTEX_INITIALIZER, ours, theirs;

	none.__data.__kind = kind;
	memcpy(&ours, &none, sizeof(ours));
	memcpy(&theirs, &none, sizeof(theirs));
	return waits_real.mutex_lock(&theirs) == 0 &&
	    direct_can(&ours, tid_at) && direct_take(&ours, tid_at) &&
	    looks_like(&ours, &theirs) &&
	    waits_real.mutex_trylock(&ours) == EBUSY &&
	    !direct_take(&theirs, tid_at) &&
	    pthread_mutex_unlock(&ours) == 0 && looks_like(&ours, &none) &&
	    waits_real.mutex_trylock(&ours) == 0 &&
	    looks_like(&ours, &theirs);
}

void
direct_start(void)
{
	const uint32_t *tid = description();

	if (tid != NULL && is_next("pthread_mutex_lock", tid) &&
	    is_next("pthread_mutex_trylock", tid) &&
	    is_next("pthread_mutex_unlock", tid) && !emulated() &&
	    agrees(0, tid[2]) && agrees(DIRECT_NO_ELISION, tid[2]))
		direct_tid_at = tid[2];
}
