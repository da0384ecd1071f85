/*
 * foreign - blocks of glibc's own allocator that reach our free().
 */
#include "shim/preload/foreign.h"

#include <stdint.h>

#include "shim/preload/real.h"

extern void __libc_free(void *p);
extern void *__libc_realloc(void *p, size_t size);

void
foreign_free(void *p)
{
	__libc_free(p);
}

void *
foreign_realloc(void *p, size_t size)
{
	return __libc_realloc(p, size);
}

size_t
foreign_usable(void *p)
{
	static size_t (*real)(void *);

	real_once(real, "malloc_usable_size");
	return real == NULL ? 0 : real(p);
}
