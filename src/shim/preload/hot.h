/*
 * hot - what hot.S has to know about structures and numbers of C.
 *
 * Read by the assembler and by the compiler: counted.c asserts that each is
 * what the other headers say.
 *
 * Memory   none.
 * Threads  none.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_HOT_H
#define DIAG_PRELOAD_HOT_H

#define HOT_WINDOW_BITS 42	/* WINDOW_SIZE is 1 << that */
#define HOT_ARMED_COUNT 2
#define HOT_COUNTS 32		/* in struct tls */
#define HOT_NALLOC 0		/* from struct tls's counts on */
#define HOT_NFREE 8
#define HOT_FREE 13		/* enum alloc_entry */

#endif
