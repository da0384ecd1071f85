/*
 * tape - the binary record layout of the allocation tape (diag-tape(5)).
 *
 * Memory   the caller's.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_TAPE_TAPE_H
#define DIAG_TAPE_TAPE_H

#include <stdint.h>

enum { TAPE_VERSION = 1 };

#endif
