/*
 * futexlock - places in the code, and what was seen there.
 */
#include "shim/sched/futexlock.h"

#include <stddef.h>

#include "common/base/relaxed.h"
#include "common/base/ticks.h"
#include "shim/sched/thread.h"

enum {
	SITES = 256, TRIES = 8,
	/* Where that is a lock, a word is woken so often by who waited for it,
	 * some times right after that (later, by who got the lock again without
	 * a wait), and so many times as often as it is waited for anew. */
	AT_LEAST = 16, RIGHT_AFTER = 4, TIMES_AS_OFTEN = 16,
	COUNTED_MOST = 1024,	/* then the counts are halved */
	/* Somebody else was faster: who waits again at once is still about to
	 * get the lock. */
	AT_ONCE_NS = 20000,
};

enum { NOT_ASKED, NAMED_OTHERWISE, NAMED_LOCK };

struct site {
	_Atomic uint64_t caller;	/* 0: a free place */
	_Atomic uint64_t value;		/* that was waited for last, + 1 */
	_Atomic uint32_t varies;	/* there were several */
	_Atomic uint32_t named;		/* NOT_ASKED, ... */
	_Atomic uint32_t given, kept;	/* the word was woken by who had waited
					 * for it, or was waited for anew */
	_Atomic uint32_t right_after;	/* of the given; never halved */
};
static struct site sites[SITES];

static unsigned
place_of(uint64_t caller)
{
	return (unsigned)((caller * 0x9e3779b97f4a7c15ull) >> 32);
}

/* NULL: the place was not met, or @make and there is no room. */
static struct site *
find(uint64_t caller, bool make)
{
	for (unsigned i = 0; i < TRIES && caller != 0; i++) {
		struct site *s = &sites[(place_of(caller) + i) % SITES];
		uint64_t is = load(&s->caller);

		if (is == 0 && make &&
		    atomic_compare_exchange_strong(&s->caller, &is, caller))
			return s;
		if (is == caller)
			return s;
		if (is == 0)
			return NULL;
	}
	return NULL;
}

static bool
is_lock(const struct site *s)
{
	uint64_t given = load32(&s->given), kept = load32(&s->kept);

	if (load32(&s->named) == NAMED_LOCK)
		return true;
	return given >= AT_LEAST && load32(&s->right_after) >= RIGHT_AFTER &&
	    given >= kept * TIMES_AS_OFTEN &&
	    load32(&s->varies) == 0;
}

bool
futexlock_is(uint64_t caller)
{
	const struct site *s = find(caller, false);

	return s != NULL && is_lock(s);
}

bool
futexlock_was_asked(uint64_t caller)
{
	const struct site *s = find(caller, false);

	return s != NULL && load32(&s->named) != NOT_ASKED;
}

static void
count(_Atomic uint32_t *n)
{
	atomic_fetch_add_explicit(n, 1, memory_order_relaxed);
}

/* Where threads meet here, a count may be lost. */
static void
count_given(struct site *s, bool right_after)
{
	count(&s->given);
	if (right_after && load32(&s->right_after) < RIGHT_AFTER)
		count(&s->right_after);
	if (load32(&s->given) < COUNTED_MOST)
		return;
	store32(&s->given, load32(&s->given) / 2);
	store32(&s->kept, load32(&s->kept) / 2);
}

/* The thread waits for @object anew, and has not woken it. */
static void
note_kept(struct futexlock_use *use)
{
	uint64_t now = ticks_now();

	if (use->site != 0 &&
	    ticks_to_ns(now - MIN(now, use->left)) > AT_ONCE_NS)
		count(&sites[use->site - 1].kept);
	use->has_it = false;
}

enum wait_kind
futexlock_enter(struct thread *t, uint64_t caller, uint64_t object,
    uint32_t value)
{
	struct site *s = find(caller, true);
	uint64_t before;

	if (t->futex.object == object && t->futex.has_it)
		note_kept(&t->futex);
	if (s == NULL)
		return WAIT_FUTEX;
	before = load(&s->value);
	if (before != (uint64_t)value + 1) {
		if (before != 0)
			store32(&s->varies, 1);
		store(&s->value, (uint64_t)value + 1);
	}
	return is_lock(s) ? WAIT_LOCK : WAIT_FUTEX;
}

void
futexlock_woken(struct thread *t, uint64_t caller, uint64_t object)
{
	struct site *s = find(caller, false);

	t->futex.site = s != NULL ? (uint32_t)(s - sites) + 1 : 0;
	t->futex.left = ticks_now();
	t->futex.object = object;
	t->futex.has_it = true;
}

void
futexlock_wakes(struct thread *t, uint64_t object)
{
	if (t->futex.object != object || t->futex.site == 0)
		return;
	count_given(&sites[t->futex.site - 1], t->futex.has_it);
	t->futex.has_it = false;
}

void
futexlock_ask(futexlock_namer is_named)
{
	for (struct site *s = sites; s < sites + SITES; s++) {
		uint64_t caller = load(&s->caller);

		if (caller != 0 && load32(&s->named) == NOT_ASKED)
			store32(&s->named, is_named(caller) ? NAMED_LOCK :
			    NAMED_OTHERWISE);
	}
}
