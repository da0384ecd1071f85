/*
 * fault.h - how the host of fault injection tells that its main has begun.
 *
 * Memory   none.
 * Threads  none.
 * Fork     nothing to do.
 */
#ifndef DIAG_TESTS_FAULT_H
#define DIAG_TESTS_FAULT_H

#include <sys/syscall.h>

/* A system call that does nothing, with an argument that nobody else gives. */
#define FAULT_MARK_CALL SYS_getpgid
#define FAULT_MARK 0x7abcdef

#endif
