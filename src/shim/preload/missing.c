/*
 * missing - weak definitions of what other folders do not have yet.
 *
 * Each goes away with the file that brings the real one.
 */
#include "shim/trace/alloctrace.h"

#define WEAK __attribute__((weak))

WEAK void
alloctrace_alloc(struct thread *t, void *p, size_t size, size_t usable,
    enum alloc_entry entry)
{
}

WEAK void
alloctrace_free(struct thread *t, void *p, enum alloc_entry entry)
{
}

WEAK void
alloctrace_move_begin(struct thread *t, void *old, struct alloc_moved *m)
{
}

WEAK void
alloctrace_move_end(struct thread *t, void *old, void *new_, size_t size,
    size_t usable, enum alloc_entry entry, const struct alloc_moved *m)
{
}

WEAK void
alloctrace_lost(uint64_t n)
{
}
