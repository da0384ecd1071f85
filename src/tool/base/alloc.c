/*
 * alloc - memory for the command, or the end of it.
 */
#include "tool/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/base/attrs.h"

static NORETURN void
give_up(void)
{
	fflush(stdout);
	fputs("diag: not enough memory for this report\n", stderr);
	exit(2);
}

void *
alloc_zeroed(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size);

	if (p == NULL)
		give_up();
	return p;
}

void *
alloc_pages(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		give_up();
	return p;
}

char *
alloc_text(const char *text, size_t len)
{
	char *p = alloc_zeroed(len + 1, 1);

	if (len > 0)
		memcpy(p, text, len);
	return p;
}

void *
alloc_room(void *array, size_t used, size_t *cap, size_t size)
{
	if (used < *cap)
		return array;
	*cap = *cap > 0 ? *cap * 2 : 64;
	array = reallocarray(array, *cap, size);
	if (array == NULL)
		give_up();
	return array;
}
