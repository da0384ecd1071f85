/*
 * offspring - the processes that this one makes: each owes a leak summary.
 *
 * A child that is killed, or a program that cannot be traced, says nothing, so
 * its parent says that it begins: `leaks: child 4242 begins`.  That is said
 * where both write to one log, under prefixes that tell them apart.
 *
 * A child of vfork() runs in its parent's memory, and may have closed our
 * descriptor there: it leaves its number, and the parent says it with its own
 * summary.
 *
 * Memory   static: room for 4,096 of vfork()'s children; of more nothing is
 *          said.
 * Threads  any.
 * Fork     offspring_after_fork_child(): the child has made none.
 */
#ifndef DIAG_ALLOC_OFFSPRING_H
#define DIAG_ALLOC_OFFSPRING_H

#include <sys/types.h>

#include "common/base/attrs.h"

/* A child by fork(), or by posix_spawn(). */
IN_HOOK void offspring_begins(pid_t pid);

/* In a child of vfork(), before exec; and where exec came back. */
SIGNAL_SAFE void offspring_comes(pid_t pid);
SIGNAL_SAFE void offspring_stays(pid_t pid);
/* In its parent: says which came. */
IN_HOOK void offspring_tell(void);

/* Other processes number the children of this one otherwise, from here on
 * (unshare(), setns()): nothing more is said. */
void offspring_hide(void);

void offspring_after_fork_child(void);

#endif
