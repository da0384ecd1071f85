/*
 * operators - C++'s 20 operators new and delete, without C++.
 *
 * They are here so that a block that "new" gave says so, and so that the path
 * from new to the heap is as short as malloc's.  When there is no memory, the
 * next definition (the C++ runtime's) is called: it knows the new-handler and
 * throws what must be thrown.
 */
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/heap/jem.h"
#include "shim/preload/counted.h"
#include "shim/preload/malloc_seen.h"
#include "shim/preload/operators.h"
#include "shim/preload/real.h"
#include "shim/state/state.h"

#define OPERATOR(ret, name, ...) \
	DIAG_EXPORT ret name(__VA_ARGS__); \
	ret name(__VA_ARGS__)

/* The runtime's own operator: its signature has at most three words. */
static COLD void *
next_new(const char *name, size_t a, size_t b, size_t c)
{
	void *(*next)(size_t, size_t, size_t) =
	    (void *(*)(size_t, size_t, size_t))(uintptr_t)real_find(name, NULL);

	return next == NULL ? NULL : next(a, b, c);
}

static ALWAYS_INLINE void *
plain_new(size_t size, enum alloc_entry entry)
{
	if (likely(!hook_armed()))
		return jem_malloc(size);
	return seen_alloc(&(struct want){ .size = size, .entry = entry,
	    .from = STACK_ORIGIN() });
}

static void *
aligned_new(size_t size, size_t align, enum alloc_entry entry)
{
	return seen_alloc(&(struct want){
	    .size = size == 0 ? 1 : size,
	    .align = align,
	    .entry = entry,
	});
}

static ALWAYS_INLINE void
give_back(void *p, enum alloc_entry entry)
{
	if (likely(hook_free_is_plain(p)))
		jem_free(p);
	else
		counted_free(p, entry);
}

/* The rest of _Znwm and _Znam, whose fast paths are in hot.S, as are those of
 * delete. */
void *
operators_new(size_t size)
{
	void *p = plain_new(size, ENTRY_NEW);

	return likely(p != NULL) ? p : next_new("_Znwm", size, 0, 0);
}

void *
operators_new_array(size_t size)
{
	void *p = plain_new(size, ENTRY_NEW_ARRAY);

	return likely(p != NULL) ? p : next_new("_Znam", size, 0, 0);
}

OPERATOR(void *, _ZnwmRKSt9nothrow_t, size_t size, size_t tag)
{
	void *p = plain_new(size, ENTRY_NEW);

	return likely(p != NULL) ? p :
	    next_new("_ZnwmRKSt9nothrow_t", size, tag, 0);
}

OPERATOR(void *, _ZnamRKSt9nothrow_t, size_t size, size_t tag)
{
	void *p = plain_new(size, ENTRY_NEW_ARRAY);

	return likely(p != NULL) ? p :
	    next_new("_ZnamRKSt9nothrow_t", size, tag, 0);
}

OPERATOR(void *, _ZnwmSt11align_val_t, size_t size, size_t align)
{
	void *p = aligned_new(size, align, ENTRY_NEW);

	return likely(p != NULL) ? p :
	    next_new("_ZnwmSt11align_val_t", size, align, 0);
}

OPERATOR(void *, _ZnamSt11align_val_t, size_t size, size_t align)
{
	void *p = aligned_new(size, align, ENTRY_NEW_ARRAY);

	return likely(p != NULL) ? p :
	    next_new("_ZnamSt11align_val_t", size, align, 0);
}

OPERATOR(void *, _ZnwmSt11align_val_tRKSt9nothrow_t, size_t size, size_t align,
    size_t tag)
{
	void *p = aligned_new(size, align, ENTRY_NEW);

	return likely(p != NULL) ? p :
	    next_new("_ZnwmSt11align_val_tRKSt9nothrow_t", size, align, tag);
}

OPERATOR(void *, _ZnamSt11align_val_tRKSt9nothrow_t, size_t size, size_t align,
    size_t tag)
{
	void *p = aligned_new(size, align, ENTRY_NEW_ARRAY);

	return likely(p != NULL) ? p :
	    next_new("_ZnamSt11align_val_tRKSt9nothrow_t", size, align, tag);
}

/* What follows the pointer (size, alignment, tag) is not looked at: hosts give
 * sizes that are wrong, and the block knows its own. */
#define DELETE(name) \
	OPERATOR(void, _ZdlPv ## name, void *p) \
	{ \
		give_back(p, ENTRY_DELETE); \
	} \
	OPERATOR(void, _ZdaPv ## name, void *p) \
	{ \
		give_back(p, ENTRY_DELETE_ARRAY); \
	}

DELETE(RKSt9nothrow_t)
DELETE(St11align_val_t)
DELETE(mSt11align_val_t)
DELETE(St11align_val_tRKSt9nothrow_t)
