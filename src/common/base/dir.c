/*
 * dir - the names in an open folder, without malloc.
 */
#include "common/base/dir.h"

#include <dirent.h>

#include "common/base/sys.h"

bool
dir_each(int dir, void *room, size_t size, dir_see_fn see, void *arg)
{
	long n;

	while ((n = sys_call3(SYS_getdents64, dir, room, size)) > 0) {
		for (long at = 0; at < n;) {
			const struct dirent64 *e = (void *)((char *)room + at);

			if (!see(e->d_name, arg))
				return false;
			at += e->d_reclen;
		}
	}
	return n == 0;
}
