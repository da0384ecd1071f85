/*
 * real - the next definition of a name that we export.
 *
 * Memory   the caller keeps the pointer.
 * Threads  any; looking up twice gives the same answer.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_REAL_H
#define DIAG_PRELOAD_REAL_H

#include <stdbool.h>

#include "common/base/attrs.h"

/* The definition of @name that the host would have had without us: the next
 * one in the search order (another preload's, or libc's), never our own.
 * @version may be NULL.  NULL when there is none. */
void *real_find(const char *name, const char *version);
/* The same without the loader's lock and without a block of anybody's: for
 * those who are asked for blocks. */
IN_HOOK void *real_next(const char *name);

/* Looks a name up once into the static function pointer @slot, with @find. */
#define real_once_by(slot, find) do {					\
	if (unlikely(__atomic_load_n(&(slot), __ATOMIC_RELAXED) == NULL)) \
		__atomic_store_n(&(slot),				\
		    (__typeof__(slot))(uintptr_t)(find), __ATOMIC_RELAXED); \
} while (0)
#define real_once(slot, name) real_once_by(slot, real_find(name, NULL))

/* True when @p is code of this object. */
SIGNAL_SAFE bool real_is_ours(const void *p);

#endif
