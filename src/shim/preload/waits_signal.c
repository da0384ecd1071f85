/*
 * waits_signal - the cold halves of the calls that end others' waits.
 *
 * What is told is told before the real call: afterwards the waiter may have
 * run already, and the object be gone.
 */
#include "shim/preload/waits.h"

#define COND_SEEN(slot, params, args)					\
int									\
slot##_seen(const void *caller, params)					\
{									\
	(void)caller;							\
	if (waits_begin(CALLED_OUTSIDE_HANDLERS))			\
		sync_signal(args);					\
	return waits_real.slot(args);					\
}

COND_SEEN(cond_signal, P(pthread_cond_t *c), A(c))
COND_SEEN(cond_broadcast, P(pthread_cond_t *c), A(c))
COND_SEEN(c11_cond_signal, P(cnd_t *c), A(c))
COND_SEEN(c11_cond_broadcast, P(cnd_t *c), A(c))

int
sem_post_seen(const void *caller, sem_t *s)
{
	(void)caller;
	if (waits_begin(CALLED_ANYWHERE))
		sync_post(s);
	return waits_real.sem_post(s);
}
