/*
 * waits_plain - the cold halves that are all alike: say what the thread waits
 * for, make the real call, say that it is over.
 */
#include <errno.h>

#include "shim/preload/waits.h"

/* What the host was given by a call that has returned @r. */
static ALWAYS_INLINE unsigned
events(enum wait_kind kind, long r)
{
	switch (kind) {
	case WAIT_COND:
		return r != ETIMEDOUT && r != thrd_timedout;
	case WAIT_EPOLL: case WAIT_POLL: case WAIT_SELECT:
		return r > 0 ? (unsigned)r : 0;
	default:
		return r >= 0;
	}
}

/* A kind of WAIT_RUN says that this call will not wait. */
#define SEEN(result, slot, params, args, what, where, of)		\
result									\
slot##_seen(const void *caller, params)					\
{									\
	const struct wait_news news = {					\
		.kind = what,						\
		.object = of,						\
		.caller = caller,					\
	};								\
	struct waits_scope scope;					\
									\
	if (!waits_begin(where) || news.kind == WAIT_RUN)		\
		return waits_real.slot(args);				\
	waits_enter(&scope, &news);					\
									\
	result r = waits_real.slot(args);				\
									\
	scope.sync.events = events(news.kind, (long)r);			\
	waits_leave(&scope);						\
	return r;							\
}

#define X(result, name, version, slot, params, args, kind, object) \
	SEEN(result, slot, P(params), A(args), kind, \
	    CALLED_OUTSIDE_HANDLERS, object)
WAITS_PLAIN(X)
#undef X

/* @after is what else is to be said when the wait is over. */
#define SEEN_AT_HOME(result, slot, params, args, what, of, with, after)	\
result									\
slot##_seen(const void *caller, params)					\
{									\
	const struct wait_news news = {					\
		.kind = what,						\
		.object = of,						\
		.caller = caller,					\
		.mutex = with,						\
	};								\
	struct waits_scope scope;					\
									\
	if (!waits_begin(CALLED_OUTSIDE_HANDLERS))			\
		return waits_real.slot(args);				\
	waits_enter(&scope, &news);					\
									\
	result r = waits_real.slot(args);				\
									\
	scope.sync.events = events(what, (long)r);			\
	waits_leave(&scope);						\
	after;								\
	return r;							\
}

#define X(result, name, version, slot, params, args, kind, object) \
	SEEN_AT_HOME(result, slot, P(params), A(args), kind, object, m, \
	    (void)0)
WAITS_COND(X)
#undef X

/* What a failed wait did not get. */
static void
got(struct waits_scope *s, int r)
{
	if (r == 0 && s->thread != NULL)
		sync_got(s->thread, &s->sync);
}

#define X(result, name, version, slot, params, args, kind, object) \
	SEEN_AT_HOME(result, slot, P(params), A(args), kind, object, NULL, \
	    got(&scope, r))
WAITS_SEM(X)
#undef X

#define X(result, name, version, slot, params, args, kind, object) \
	SEEN(result, slot, P(params), A(args), kind, CALLED_ANYWHERE, object)
WAITS_SAFE(X)
#undef X

int
pause_seen(const void *caller)
{
	struct waits_scope scope;

	if (!waits_begin(CALLED_ANYWHERE))
		return waits_real.pause();
	waits_enter(&scope, &(struct wait_news){
	    .kind = WAIT_SIGNAL,
	    .caller = caller,
	});

	int r = waits_real.pause();

	waits_leave(&scope);
	return r;
}
