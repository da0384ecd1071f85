/*
 * tasks_table - where the looks at threads are kept, and how the registry and
 * the kernel are brought to agree on who there is.
 *
 * Memory   see tasks.h.
 * Threads  the diag thread alone.
 * Fork     tasks_table_forget().
 */
#ifndef DIAG_TASKS_TASKS_TABLE_H
#define DIAG_TASKS_TASKS_TABLE_H

#include "shim/tasks/tasks.h"

/* Goes through the registry: brings an entry for every thread of the host that
 * has begun up to date (thread, tid, wait, yields), in index order.  Returns
 * how many there are; @ours, how many are our own. */
DETACHED unsigned tasks_table_meet(unsigned *ours);
/* Makes the registry agree with the kernel's list: gives back records of gone
 * threads, makes those that are missing.  Worth a new tasks_table_meet(). */
DETACHED void tasks_table_agree(void);

/* The entries that the last meeting filled. */
DETACHED struct task **tasks_table_met(unsigned *n);

void tasks_table_forget(void);

#endif
