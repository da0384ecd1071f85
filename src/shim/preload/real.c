/*
 * real - the next definition of a name that we export.
 */
#include "shim/preload/real.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/linkmap.h"

/* The linker's marks around this object's own text. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

bool
real_is_ours(const void *p)
{
	uintptr_t at = (uintptr_t)p;

	return at >= (uintptr_t)__ehdr_start && at < (uintptr_t)etext;
}

void *
real_find(const char *name, const char *version)
{
	void *p = version == NULL ? dlsym(RTLD_NEXT, name) :
	    dlvsym(RTLD_NEXT, name, version);

	/* A chain of preloads can lead back to us: then libc it is. */
	if (real_is_ours(p))
		p = NULL;
	return p;
}

void *
real_next(const char *name)
{
	const struct link_map *map =
	    linkmap_of((const void *)(uintptr_t)real_next);
	void *p = NULL;

	while (map != NULL && p == NULL) {
		map = map->l_next;
		p = map == NULL ? NULL : linkmap_find(map, name);
	}
	return p;
}
