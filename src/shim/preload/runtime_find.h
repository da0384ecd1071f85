/*
 * runtime_find - which definition a caller would have had without ours.
 *
 * The loaded objects' own hash tables are searched, in the loader's order.
 * dlsym() would take the loader's big lock in the middle of the host's calls,
 * leave an error for dlerror() behind, and not see the objects that a dlopen()
 * without RTLD_GLOBAL brought; dl_iterate_phdr() does neither.
 *
 * Memory   the caller's.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_RUNTIME_FIND_H
#define DIAG_PRELOAD_RUNTIME_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* One definition and the object it is in. */
struct found {
	void *address;
	uintptr_t base, low, high;	/* the object's load bias and range */
	const char *soname;		/* "" when it has none; the object's */
	bool global;	/* it was there when the process started, so every
			 * object finds it first */
};

/* From here on, what is loaded came by dlopen(). */
void runtime_find_start(void);

/* The definition of @name for a call from @caller (an address of code): a
 * global one, else the caller's own, else the first there is.  False when
 * nobody but us defines it. */
bool runtime_find(const char *name, const void *caller, struct found *out);

/* The definition in the object that @in describes; NULL when it has none. */
void *runtime_find_in(const struct found *in, const char *name);

/* A number that is another one whenever objects were loaded or unloaded. */
uint64_t runtime_find_epoch(void);

/* Does the object call @name so that other objects' definitions come first?
 * (It has a relocation with that name.) */
bool runtime_find_calls(const struct found *in, const char *name);

/* Is @pc in the object's code? */
static inline bool
runtime_find_has(const struct found *in, const void *pc)
{
	return (uintptr_t)pc - in->low < in->high - in->low;
}

#endif
