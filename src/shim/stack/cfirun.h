/*
 * cfirun - the call frame program of one entry of .eh_frame.
 *
 * Memory   the caller's.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_CFIRUN_H
#define DIAG_STACK_CFIRUN_H

#include "shim/stack/cfi.h"

struct cfi_span {
	const uint8_t *from, *to;
};

/* What many entries share. */
struct cfi_cie {
	uint64_t code_align;
	int64_t data_align;
	struct cfi_span program;
	uint8_t encoding;
	bool augmented, signal;
};

/* One function, or a part of one. */
struct cfi_fde {
	uintptr_t start;
	struct cfi_span program;
};

/* Runs both programs up to @at.  0 or -EINVAL. */
IN_HOOK int cfirun_row(const struct cfi_image *image,
    const struct cfi_cie *cie, const struct cfi_fde *fde, uintptr_t at,
    struct cfi_row *row);

#endif
