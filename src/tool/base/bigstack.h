/*
 * bigstack - a call that has room, whatever the limit of the stack is.
 *
 * libdw keeps much of what it reads on the stack; under a small limit (ulimit
 * -s) that would be the end of the command.
 *
 * Memory   8 MiB of address space for the time of the call.
 * Threads  the main thread calls; the function may run on another one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TOOL_BIGSTACK_H
#define DIAG_TOOL_BIGSTACK_H

/* Returns what @fn(@arg) does. */
int bigstack_call(int (*fn)(void *arg), void *arg);

#endif
