/*
 * offspring - the processes that this one makes: each owes a leak summary.
 */
#include "shim/alloc/offspring.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "shim/sink/sink.h"

enum { LINE_ROOM = 48 };
enum { ROOM = 4096 };

/* vfork()'s children; 0 is a free place. */
static _Atomic pid_t coming[ROOM];
static atomic_size_t came;		/* the next one's place, modulo ROOM */
static atomic_bool hidden;

void
offspring_begins(pid_t pid)
{
	char line[LINE_ROOM];
	struct buf b = BUF(line);

	if (atomic_load(&hidden))
		return;
	buf_printf(&b, "leaks: child %d begins\n", pid);
	sink_put(line, b.len);
}

void
offspring_comes(pid_t pid)
{
	size_t place = atomic_fetch_add(&came, 1) % ROOM;
	pid_t nobody = 0;

	atomic_compare_exchange_strong(&coming[place], &nobody, pid);
}

void
offspring_stays(pid_t pid)
{
	for (size_t i = 0; i < ROOM; i++) {
		pid_t was = atomic_load(&coming[i]);

		if (was == pid && atomic_compare_exchange_strong(&coming[i],
		    &was, 0))
			return;
	}
}

void
offspring_tell(void)
{
	for (size_t i = 0; i < MIN(atomic_load(&came), (size_t)ROOM); i++) {
		pid_t pid = atomic_exchange(&coming[i], 0);

		if (pid != 0)
			offspring_begins(pid);
	}
}

void
offspring_hide(void)
{
	atomic_store(&hidden, true);
}

void
offspring_after_fork_child(void)
{
	if (atomic_load(&came) == 0)
		return;		/* its pages stay as they are */
	memset(coming, 0, sizeof(coming));
	atomic_store(&came, 0);
}
