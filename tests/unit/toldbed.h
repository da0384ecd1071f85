/*
 * toldbed - a pool that is told about its tasks, and what is read of it.
 *
 * Memory   static.
 * Threads  the test's first.
 * Fork     none.
 */
#ifndef DIAG_TESTS_TOLDBED_H
#define DIAG_TESTS_TOLDBED_H

#include <stdint.h>

#include "shim/sched/pool.h"

extern struct pool_reading told;	/* the last one */
extern struct pool *pool;
extern const struct pool_traits plain_pool;	/* what it is made with */

/* Begins to count, and makes the pool. */
void set_up(void);
/* Reads it into @told. */
void look(void);
/* Is busy for @ns nanoseconds. */
void spin_ns(uint64_t ns);

#endif
