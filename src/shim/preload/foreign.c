/*
 * foreign - blocks of glibc's own allocator that reach our free().
 */
#include "shim/preload/foreign.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/emulated.h"
#include "shim/heap/heap_room.h"
#include "shim/heap/jem.h"
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

/* Valgrind's tools take over what has malloc's name, ours too, and no symbol
 * tells; but not all of the family: reallocarray() stays with us. */
static bool
is_taken_over(void)
{
	void *p;
	bool is;

	if (likely(!emulated()) || heap_is_missing())
		return false;
	/* They know no block that they did not give. */
	p = jem_malloc(1);
	is = p != NULL && malloc_usable_size(p) == 0;
	jem_free(p);
	return is;
}

bool
foreign_find(void)
{
	Dl_info whose;
	void *first;

	if (is_first("realloc", &first, &whose))
		first_realloc = (void *(*)(void *, size_t))(uintptr_t)first;
	else if (is_taken_over())
		first_realloc = realloc;
	return is_first("malloc", &first, &whose) || is_taken_over() ||
	    heap_sanitizer() != NULL;
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

	if (is_taken_over())
		sink_notice("allocator", "malloc is that of valgrind: only "
		    "what goes past it is in lines of ours");
	if (!is_first("malloc", &first, &whose))
		return;
	sink_notice("allocator", "malloc is that of %s: only what it asks "
	    "libc for is in lines of ours", whose.dli_fname);
}

/* Libc's own is where its names lead past all others; a sanitizer's is what is
 * next after ours.  dlsym() would free what it said last, and so come here. */
static void *
find_next(const char *name)
{
	static const char libc[] = "__libc_";

	return real_next(heap_sanitizer() != NULL ?
	    name + sizeof(libc) - 1 : name);
}

void *
foreign_alloc(size_t size, size_t align, bool zero)
{
	static void *(*real)(size_t), *(*real_zero)(size_t, size_t);
	static void *(*real_aligned)(size_t, size_t);
	void *p;

	if (align > 16) {
		real_once_by(real_aligned, find_next("__libc_memalign"));
		p = real_aligned == NULL ? NULL : real_aligned(align, size);
		return p != NULL && zero ? memset(p, 0, size) : p;
	}
	if (zero) {
		real_once_by(real_zero, find_next("__libc_calloc"));
		return real_zero == NULL ? NULL : real_zero(1, size);
	}
	real_once_by(real, find_next("__libc_malloc"));
	return real == NULL ? NULL : real(size);
}

void
foreign_free(void *p)
{
	static void (*real)(void *);

	real_once_by(real, find_next("__libc_free"));
	if (likely(real != NULL))
		real(p);
}

void *
foreign_realloc(void *p, size_t size)
{
	static void *(*real)(void *, size_t);

	real_once_by(real, find_next("__libc_realloc"));
	return real == NULL ? NULL : real(p, size);
}

size_t
foreign_usable(void *p)
{
	static size_t (*real)(void *);

	real_once(real, "malloc_usable_size");
	return real == NULL ? 0 : real(p);
}
