/*
 * replay - what a target of replay.c has: one run over given bytes, its seeds.
 *
 * A target is tests/fuzz/fuzz_NAME.c.  "make fuzz" builds it with clang's
 * libFuzzer from the sources that its "sources:" line names; make check links
 * it with replay.c and runs it over the seeds, and over damaged copies of
 * them that are the same every time.
 *
 * Memory   the target's.
 * Threads  one.
 * Fork     none.
 */
#ifndef DIAG_TESTS_REPLAY_H
#define DIAG_TESTS_REPLAY_H

#include <stddef.h>
#include <stdint.h>

/* Runs over the input; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes seed @n (from 0) to @to; returns its size, 0 when there is none. */
size_t fuzz_seed(unsigned n, uint8_t *to, size_t room);

#endif
