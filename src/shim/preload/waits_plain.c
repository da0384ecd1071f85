/*
 * waits_plain - the cold halves that are all alike: say what the thread waits
 * for, make the real call, say that it is over.
 */
#include "shim/preload/waits.h"

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
	waits_leave(&scope);						\
	return r;							\
}

#define X(result, name, version, slot, params, args, kind, object) \
	SEEN(result, slot, P(params), A(args), kind, \
	    CALLED_OUTSIDE_HANDLERS, object)
WAITS_PLAIN(X)
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
