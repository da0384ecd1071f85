/*
 * dlopen - RTLD_DEEPBIND taken out, and code that went away forgotten.
 *
 * An object opened with RTLD_DEEPBIND looks up malloc in its own libc first:
 * two allocators would meet in one free().  The flag is stripped by a stub that
 * jumps on (dlopen_stub.S): to the loader, the caller is still the host, so
 * that RUNPATH and $ORIGIN are the host's.
 *
 * Memory   none.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_DLOPEN_H
#define DIAG_PRELOAD_DLOPEN_H

/* Finds the real ones before the host needs them. */
void dlopen_start(void);

/* For the stub alone.  What it jumps to; NULL so far. */
extern void *dlopen_real[2] __attribute__((visibility("hidden")));
void dlopen_find(void) __attribute__((visibility("hidden")));
void dlopen_note_deepbind(void) __attribute__((visibility("hidden")));

#endif
