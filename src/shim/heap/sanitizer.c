/*
 * sanitizer - looking for the functions that begin one.
 */
#include "shim/heap/sanitizer.h"

#include <stddef.h>

#include "common/base/linkmap.h"

/* Each runtime has one of these, whatever the compiler, and whether it is a
 * library or inside the program. */
static const char *const begins[] = {
	"__asan_init", "__hwasan_init", "__lsan_do_leak_check", "__msan_init",
	"__tsan_init",
};

const char *
sanitizer_find(void)
{
	const struct link_map *map = linkmap_first();

	for (; map != NULL; map = map->l_next) {
		struct linkmap_names n;

		linkmap_read(&n, map->l_addr, map->l_ld);
		for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
			if (linkmap_address(&n, begins[i]) != NULL)
				return begins[i];
	}
	return NULL;
}
