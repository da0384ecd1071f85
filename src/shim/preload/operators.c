/*
 * operators - C++'s 20 operators new and delete, without C++.
 *
 * They are here so that a block that "new" gave says so, and so that the path
 * from new to the heap is as short as malloc's.  When there is no memory, the
 * next definition (the C++ runtime's) is called: it knows the new-handler and
 * throws what must be thrown.
 *
 * A program may replace some of the operators, and count on the runtime's
 * others to call them, as the standard promises; or it has a malloc() of its
 * own, which the runtime's call: then all of ours are the runtime's.
 */
#include "shim/preload/operators.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/heap/jem.h"
#include "shim/preload/counted.h"
#include "shim/preload/early.h"
#include "shim/preload/foreign.h"
#include "shim/preload/malloc_seen.h"
#include "shim/preload/real.h"
#include "shim/state/state.h"

#define OPERATOR(ret, name, ...) \
	DIAG_EXPORT ret name(__VA_ARGS__); \
	ret name(__VA_ARGS__)

#define EACH_OPERATOR(X) \
	X(_Znwm) X(_Znam) \
	X(_ZnwmRKSt9nothrow_t) X(_ZnamRKSt9nothrow_t) \
	X(_ZnwmSt11align_val_t) X(_ZnamSt11align_val_t) \
	X(_ZnwmSt11align_val_tRKSt9nothrow_t) \
	X(_ZnamSt11align_val_tRKSt9nothrow_t) \
	X(_ZdlPv) X(_ZdaPv) X(_ZdlPvm) X(_ZdaPvm) \
	X(_ZdlPvRKSt9nothrow_t) X(_ZdaPvRKSt9nothrow_t) \
	X(_ZdlPvSt11align_val_t) X(_ZdaPvSt11align_val_t) \
	X(_ZdlPvmSt11align_val_t) X(_ZdaPvmSt11align_val_t) \
	X(_ZdlPvSt11align_val_tRKSt9nothrow_t) \
	X(_ZdaPvSt11align_val_tRKSt9nothrow_t)

enum operator {
#define NUMBER(name) OP ## name,
	EACH_OPERATOR(NUMBER)
	OPERATORS
};

/* Its signature has at most three words. */
typedef void *(*any_operator)(uintptr_t, uintptr_t, uintptr_t);

static const char *const names[] = {
#define STRING(name) #name,
	EACH_OPERATOR(STRING)
};

static any_operator next[OPERATORS];

/* The runtime's own; NULL when there is none. */
static COLD any_operator
next_of(enum operator op)
{
	real_once(next[op], names[op]);
	return next[op];
}

static COLD void *
next_new(enum operator op, uintptr_t a, uintptr_t b, uintptr_t c)
{
	any_operator f = next_of(op);

	return f == NULL ? NULL : f(a, b, c);
}

void
operators_look(void)
{
	if (foreign_find()) {
		state_arm_alloc(ARMED_OPERATORS, 0);
		return;
	}
	for (unsigned i = 0; i < OPERATORS; i++) {
		const void *first = dlsym(RTLD_DEFAULT, names[i]);

		if (first == NULL || real_is_ours(first))
			continue;
		state_arm_alloc(ARMED_OPERATORS, 0);
		return;
	}
}

/* Constructors that run before ours may use the program's operators. */
static COLD bool
is_replaced(uint32_t how)
{
	static _Atomic bool looked;

	if ((how & ARMED_BOOT) != 0 && early_is_over() &&
	    !atomic_exchange(&looked, true)) {
		operators_look();
		how = atomic_load(&state_new_armed_alloc);
	}
	return (how & ARMED_OPERATORS) != 0;
}

/* Is the runtime's operator @op to be called instead of ours? */
static ALWAYS_INLINE any_operator
instead(enum operator op)
{
	uint32_t how = atomic_load_explicit(&state_new_armed_alloc,
	    memory_order_relaxed);

	if (likely((how & (ARMED_BOOT | ARMED_OPERATORS)) == 0) ||
	    !is_replaced(how))
		return NULL;
	return next_of(op);
}

static ALWAYS_INLINE void *
plain_new(size_t size, enum operator op, enum alloc_entry entry, uintptr_t tag)
{
	any_operator f;
	void *p;

	if (likely(!hook_new_armed())) {
		p = jem_malloc(size);
	} else {
		f = instead(op);
		if (unlikely(f != NULL))
			return f(size, tag, 0);
		p = seen_alloc(&(struct want){ .size = size, .entry = entry,
		    .from = STACK_ORIGIN() });
	}
	return likely(p != NULL) ? p : next_new(op, size, tag, 0);
}

static void *
aligned_new(size_t size, size_t align, enum operator op, enum alloc_entry entry,
    uintptr_t tag)
{
	any_operator f = instead(op);
	void *p;

	if (unlikely(f != NULL))
		return f(size, align, tag);
	p = seen_alloc(&(struct want){
	    .size = size == 0 ? 1 : size,
	    .align = align,
	    .entry = entry,
	});
	return likely(p != NULL) ? p : next_new(op, size, align, tag);
}

/* The rest of _Znwm and _Znam, whose fast paths are in hot.S, as are those of
 * delete. */
void *
operators_new(size_t size)
{
	return plain_new(size, OP_Znwm, ENTRY_NEW, 0);
}

void *
operators_new_array(size_t size)
{
	return plain_new(size, OP_Znam, ENTRY_NEW_ARRAY, 0);
}

OPERATOR(void *, _ZnwmRKSt9nothrow_t, size_t size, size_t tag)
{
	return plain_new(size, OP_ZnwmRKSt9nothrow_t, ENTRY_NEW, tag);
}

OPERATOR(void *, _ZnamRKSt9nothrow_t, size_t size, size_t tag)
{
	return plain_new(size, OP_ZnamRKSt9nothrow_t, ENTRY_NEW_ARRAY, tag);
}

OPERATOR(void *, _ZnwmSt11align_val_t, size_t size, size_t align)
{
	return aligned_new(size, align, OP_ZnwmSt11align_val_t, ENTRY_NEW, 0);
}

OPERATOR(void *, _ZnamSt11align_val_t, size_t size, size_t align)
{
	return aligned_new(size, align, OP_ZnamSt11align_val_t,
	    ENTRY_NEW_ARRAY, 0);
}

OPERATOR(void *, _ZnwmSt11align_val_tRKSt9nothrow_t, size_t size, size_t align,
    size_t tag)
{
	return aligned_new(size, align, OP_ZnwmSt11align_val_tRKSt9nothrow_t,
	    ENTRY_NEW, tag);
}

OPERATOR(void *, _ZnamSt11align_val_tRKSt9nothrow_t, size_t size, size_t align,
    size_t tag)
{
	return aligned_new(size, align, OP_ZnamSt11align_val_tRKSt9nothrow_t,
	    ENTRY_NEW_ARRAY, tag);
}

/* What follows the pointer (size, alignment, tag) is not looked at by us: hosts
 * give sizes that are wrong, and the block knows its own. */
static ALWAYS_INLINE void
give_back(void *p, uintptr_t a, uintptr_t b, enum operator op,
    enum alloc_entry entry)
{
	any_operator f = instead(op);

	if (unlikely(f != NULL))
		f((uintptr_t)p, a, b);
	else
		counted_free(p, entry);
}

void
operators_delete(void *p)
{
	give_back(p, 0, 0, OP_ZdlPv, ENTRY_DELETE);
}

void
operators_delete_sized(void *p, size_t size)
{
	give_back(p, size, 0, OP_ZdlPvm, ENTRY_DELETE);
}

void
operators_delete_array(void *p)
{
	give_back(p, 0, 0, OP_ZdaPv, ENTRY_DELETE_ARRAY);
}

void
operators_delete_array_sized(void *p, size_t size)
{
	give_back(p, size, 0, OP_ZdaPvm, ENTRY_DELETE_ARRAY);
}

#define DELETE(which, entry) \
	OPERATOR(void, _Z ## which, void *p, uintptr_t a, uintptr_t b) \
	{ \
		if (likely(hook_new_is_plain(p))) \
			jem_free(p); \
		else \
			give_back(p, a, b, OP_Z ## which, entry); \
	}

DELETE(dlPvRKSt9nothrow_t, ENTRY_DELETE)
DELETE(daPvRKSt9nothrow_t, ENTRY_DELETE_ARRAY)
DELETE(dlPvSt11align_val_t, ENTRY_DELETE)
DELETE(daPvSt11align_val_t, ENTRY_DELETE_ARRAY)
DELETE(dlPvmSt11align_val_t, ENTRY_DELETE)
DELETE(daPvmSt11align_val_t, ENTRY_DELETE_ARRAY)
DELETE(dlPvSt11align_val_tRKSt9nothrow_t, ENTRY_DELETE)
DELETE(daPvSt11align_val_tRKSt9nothrow_t, ENTRY_DELETE_ARRAY)
