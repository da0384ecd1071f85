/*
 * foreign - blocks of glibc's own allocator that reach our free().
 */
#include "shim/preload/foreign.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdint.h>

#include "shim/preload/real.h"
#include "shim/sink/sink.h"

/* Another preload may come first, or the program may bring an allocator of its
 * own: then there is nothing to be seen here, which is no zero.  The entry of
 * a program that only calls malloc() is no definition of it. */
void
foreign_look(void)
{
	const void *first = dlsym(RTLD_DEFAULT, "malloc");
	const ElfW(Sym) *symbol = NULL;
	Dl_info whose;

	if (first == NULL || real_is_ours(first) || dladdr1(first, &whose,
	    (void **)(void *)&symbol, RTLD_DL_SYMENT) == 0)
		return;
	if (symbol != NULL && symbol->st_shndx == SHN_UNDEF)
		return;
	sink_notice("allocator", "malloc is that of %s: only what it asks "
	    "libc for is in lines of ours", whose.dli_fname);
}

void
foreign_free(void *p)
{
	static void (*real)(void *);

	real_once(real, "__libc_free");
	if (likely(real != NULL))
		real(p);
}

void *
foreign_realloc(void *p, size_t size)
{
	static void *(*real)(void *, size_t);

	real_once(real, "__libc_realloc");
	return real == NULL ? NULL : real(p, size);
}

size_t
foreign_usable(void *p)
{
	static size_t (*real)(void *);

	real_once(real, "malloc_usable_size");
	return real == NULL ? 0 : real(p);
}
