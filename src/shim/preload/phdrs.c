/*
 * phdrs - dl_iterate_phdr(), which lists the objects of the process.
 *
 * A sanitizer's runtime that is a library must be the first of all, and looks
 * whether it is; in a program with one we are left out of the list.  In all
 * others this is the next function of the name.
 */
#include <link.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/linkmap.h"
#include "shim/heap/heap_room.h"
#include "shim/preload/real.h"

typedef int (*phdrs_fn)(struct dl_phdr_info *, size_t, void *);

DIAG_EXPORT int phdrs_list(phdrs_fn fn, void *arg)
    __asm__("dl_iterate_phdr");

struct others {
	phdrs_fn fn;
	void *arg;
	uintptr_t ours;		/* what is added to our addresses */
};

static int
unless_ours(struct dl_phdr_info *info, size_t size, void *arg)
{
	const struct others *o = arg;

	return info->dlpi_addr == o->ours ? 0 : o->fn(info, size, o->arg);
}

static COLD int
list_others(int (*list)(phdrs_fn, void *), phdrs_fn fn, void *arg)
{
	const struct link_map *ours =
	    linkmap_of((const void *)(uintptr_t)unless_ours);
	struct others o = { fn, arg, ours == NULL ? 0 : ours->l_addr };

	return ours == NULL ? list(fn, arg) : list(unless_ours, &o);
}

int
phdrs_list(phdrs_fn fn, void *arg)
{
	static int (*next)(phdrs_fn, void *);

	real_once_by(next, real_next("dl_iterate_phdr"));
	if (unlikely(next == NULL))
		return 0;
	if (unlikely(heap_sanitizer() != NULL))
		return list_others(next, fn, arg);
	return next(fn, arg);
}
