/*
 * alloc - memory for the command, or the end of it.
 *
 * A report that runs out of memory has nothing useful left to do: it says so
 * and ends with status 2.
 *
 * Memory   the caller frees what it gets.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_TOOL_ALLOC_H
#define DIAG_TOOL_ALLOC_H

#include <stddef.h>

/* @n zeroed objects of @size bytes. */
void *alloc_zeroed(size_t n, size_t size);

/* @size bytes of zeroed pages, for munmap(). */
void *alloc_pages(size_t size);

/* A copy of the @len bytes at @text, with a NUL after it. */
char *alloc_text(const char *text, size_t len);

/* Makes room for one more than @used objects of @size bytes in the array
 * @array of *@cap; returns the array, which may have moved. */
void *alloc_room(void *array, size_t used, size_t *cap, size_t size);

#endif
