/*
 * fuzz - what a fuzz target must hold, and its entry.
 *
 * Memory   the target's.
 * Threads  one.
 * Fork     none.
 */
#ifndef DIAG_TESTS_FUZZ_H
#define DIAG_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the process, so that the fuzzer keeps the input. */
#define must(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
			    __LINE__, #holds); \
			abort(); \
		} \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
