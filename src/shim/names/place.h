/*
 * place - an address of code as one word: FUNCTION+0xOFF or MODULE+0xADDR.
 *
 * Memory   what shim/names/objects keeps.
 * Threads  any, but the first look at an object reads its symbols.
 * Fork     nothing of its own.
 */
#ifndef DIAG_NAMES_PLACE_H
#define DIAG_NAMES_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"

/* Writes the place that a call returns to, @pc. */
DETACHED void place_write(struct buf *b, uint64_t pc);
/* The same without +0xOFF where the function has a name. */
DETACHED void place_write_function(struct buf *b, uint64_t pc);
/* The function that the call is in is of the library of its language, which is
 * linked into the program: Rust's; of C++'s what waits and starts threads. */
DETACHED bool place_is_library(uint64_t pc);

#endif
