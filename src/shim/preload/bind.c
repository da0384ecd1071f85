/*
 * bind - looking the names up.
 *
 * Compiled so that nothing of ours becomes a call of memcpy() or strcmp(): they
 * are among what is looked for.
 */
#include "shim/preload/bind.h"

#include <errno.h>
#include <stddef.h>

#include "common/base/linkmap.h"
#include "shim/preload/bind_names.h"

enum { NAME_SIZE = 32 };

#define X(name) #name,
static const char names[][NAME_SIZE] = { BIND_NAMES(X) };
#undef X
enum { NAMES = sizeof(names) / sizeof(names[0]) };

extern void *bind_slots[] __attribute__((visibility("hidden")));

/* What a name that this libc does not have is answered with. */
static int
missing(void)
{
	return -ENOSYS;
}

void
bind_all(void)
{
	const struct link_map *libc = linkmap_libc();
	struct linkmap_names n = { 0 };

	if (libc != NULL)
		linkmap_read(&n, libc->l_addr, libc->l_ld);
	for (unsigned i = 0; i < NAMES; i++) {
		void *p = linkmap_address(&n, names[i]);

		if (p == NULL)
			p = (void *)(uintptr_t)missing;
		__atomic_store_n(&bind_slots[i], p, __ATOMIC_RELAXED);
	}
}
