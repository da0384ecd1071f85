/*
 * foreign - blocks of glibc's own allocator that reach our free().
 */
#include "shim/preload/foreign.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>

#include "shim/preload/real.h"
#include "shim/sink/sink.h"

static void *(*first_realloc)(void *, size_t);

/* Another preload may come first, or the program may bring an allocator of its
 * own: then there is nothing to be seen here, which is no zero.  The entry of
 * a program that only calls malloc() is no definition of it. */
static bool
is_first(const char *name, void **first, Dl_info *whose)
{
	const ElfW(Sym) *symbol = NULL;

	*first = dlsym(RTLD_DEFAULT, name);
	return *first != NULL && !real_is_ours(*first) && dladdr1(*first,
	    whose, (void **)(void *)&symbol, RTLD_DL_SYMENT) != 0 &&
	    (symbol == NULL || symbol->st_shndx != SHN_UNDEF);
}

bool
foreign_find(void)
{
	Dl_info whose;
	void *first;

	if (is_first("realloc", &first, &whose))
		first_realloc = (void *(*)(void *, size_t))(uintptr_t)first;
	return is_first("malloc", &first, &whose);
}

bool
foreign_resize_first(void **p, size_t size)
{
	if (likely(first_realloc == NULL))
		return false;
	*p = first_realloc(*p, size);
	return true;
}

void
foreign_look(void)
{
	Dl_info whose;
	void *first;

	if (!is_first("malloc", &first, &whose))
		return;
	sink_notice("allocator", "malloc is that of %s: only what it asks "
	    "libc for is in lines of ours", whose.dli_fname);
}

void *
foreign_alloc(size_t size, size_t align, bool zero)
{
	static void *(*real)(size_t), *(*real_zero)(size_t, size_t);
	static void *(*real_aligned)(size_t, size_t);
	void *p;

	if (align > 16) {
		real_once(real_aligned, "__libc_memalign");
		p = real_aligned == NULL ? NULL : real_aligned(align, size);
		return p != NULL && zero ? memset(p, 0, size) : p;
	}
	if (zero) {
		real_once(real_zero, "__libc_calloc");
		return real_zero == NULL ? NULL : real_zero(1, size);
	}
	real_once(real, "__libc_malloc");
	return real == NULL ? NULL : real(size);
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
