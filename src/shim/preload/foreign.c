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

extern void __libc_free(void *p);
extern void *__libc_realloc(void *p, size_t size);

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
	sink_notice("allocator", "malloc is that of %s: its blocks are in no "
	    "line of ours", whose.dli_fname);
}

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
