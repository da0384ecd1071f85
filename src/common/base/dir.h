/*
 * dir - the names in an open folder, without malloc.
 *
 * Memory   the caller's room, aligned for a uint64_t.
 * Threads  one a descriptor.
 * Fork     nothing to do.
 */
#ifndef DIAG_BASE_DIR_H
#define DIAG_BASE_DIR_H

#include <stdbool.h>
#include <stddef.h>

/* Sees the name of an entry; false: no more. */
typedef bool (*dir_see_fn)(const char *name, void *arg);

/* Shows @see the entries of the folder that @dir is open for, from where it is
 * on, reading into @room.  False when it could not be read to its end, or was
 * not to be. */
bool dir_each(int dir, void *room, size_t size, dir_see_fn see, void *arg);

#endif
